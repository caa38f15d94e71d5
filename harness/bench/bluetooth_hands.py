"""The way to a sample over Bluetooth, as the bench config says it, and who is at the sample.

bumble, an optional part of the product, is imported when the adapter is taken and not before.
"""

import contextlib
import importlib.metadata
import importlib.util
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from typing_extensions import override

from harness.bench.bluetooth_link import HANDS_S, Hands, HandsError, Radio, Recorder
from harness.bench.classic_link import ClassicLink, ClassicRadio
from harness.bench.protocols import Operator
from harness.bench.reference_control import ReferenceControl
from harness.errors import BenchFault
from harness.model.bench_config import BluetoothConfig
from harness.model.question import AnswerKind, Question
from harness.model.radio import FAKED

_LIBRARY: Final = "bumble"
_LOOK_S: Final = 0.02
_DONE: Final = "done"
_NONE: Final = "none"
_PATIENCE_S: Final = 600.0
"""For a move that can wait; a person may have to walk to the sample."""


def installed() -> bool:
    """Whether the optional part is there; without it no bench has Bluetooth."""
    return importlib.util.find_spec(_LIBRARY) is not None


class ConfiguredBluetooth(ClassicLink):
    """A sample's Bluetooth, one owner of the adapter at a time."""

    def __init__(self, config: BluetoothConfig, hands: Hands | None) -> None:
        """Describe the link; nothing is opened yet."""
        self._config = config
        self._hands = hands
        self._owned = threading.Lock()

    @property
    @override
    def transport(self) -> str:
        return self._config.transport

    @property
    @override
    def library(self) -> str:
        try:
            return importlib.metadata.version(_LIBRARY)
        except importlib.metadata.PackageNotFoundError:
            return ""

    @property
    @override
    def match(self) -> Mapping[str, str]:
        return {"name": self._config.name, "service": self._config.service}

    @property
    @override
    def fakes(self) -> Sequence[str]:
        return sorted(faked.value for faked in FAKED[self._config.radio])

    @property
    @override
    def listen_s(self) -> float:
        return self._config.listen_s

    @property
    @override
    def window_s(self) -> float:
        return self._config.window_s

    @property
    @override
    def safe_writes(self) -> Mapping[str, bytes]:
        return {uuid: bytes.fromhex(value) for uuid, value in self._config.safe_writes.items()}

    @property
    @override
    def classic_address(self) -> str:
        return self._config.classic_address

    @property
    @override
    def hands(self) -> Hands | None:
        return self._hands

    @override
    @contextlib.contextmanager
    def take(self, recorder: Recorder) -> Iterator[Radio]:
        with self._alone():
            from harness.bench.bluetooth import open_radio

            with open_radio(self.transport, recorder) as radio:
                yield radio

    @override
    @contextlib.contextmanager
    def take_classic(
        self, recorder: Recorder, *, simple_pairing: bool = True
    ) -> Iterator[ClassicRadio]:
        with self._alone():
            from harness.bench.bluetooth_classic import open_classic_radio

            opened = open_classic_radio(self.transport, recorder, simple_pairing=simple_pairing)
            with opened as radio:
                yield radio

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Own the adapter. Raises BenchFault if it is owned, or bumble is not installed."""
        if not self.library:
            raise BenchFault("Bluetooth needs an optional part: pip install 'certbench[bluetooth]'")
        if not self._owned.acquire(timeout=_LOOK_S):
            raise BenchFault(f"bluetooth adapter {self.transport}: somebody else holds it")
        try:
            yield
        finally:
            self._owned.release()


class ReferenceHands(Hands):
    """The hands of a reference device: its control socket."""

    def __init__(self, control: ReferenceControl) -> None:
        """Move what is behind ``control``."""
        self._control = control

    @override
    def press_button(self) -> None:
        self._control.request("button")

    @override
    def leave_pairing_mode(self) -> None:
        self._control.request("close-window")

    @override
    def read_display(self, timeout_s: float) -> str:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            shown = str(self._control.request("state").get("shown", ""))
            if shown:
                return shown
            time.sleep(_LOOK_S)
        return ""

    @override
    def type_digits(self, digits: str) -> None:
        self._control.request("enter", number=digits)

    @override
    def confirm(self, *, same: bool) -> None:
        self._control.request("confirm", yes="true" if same else "false")

    @override
    def read_tag(self) -> tuple[bytes, bytes] | None:
        tag = self._control.request("state").get("tag")
        if not isinstance(tag, dict):
            return None
        return bytes.fromhex(str(tag["c"])), bytes.fromhex(str(tag["r"]))

    @override
    def forget_bonds(self) -> None:
        self._control.request("forget-bonds")

    @override
    def stop(self) -> None:
        """Nothing takes long here."""


class OperatorHands(Hands):
    """The hands of the person at the bench, asked one move at a time.

    A pairing does not wait for ever (Core, Vol 3, Part H, 3.4): its moves have a time limit, which
    the prompt tells.
    """

    def __init__(self, operator: Operator, sample: str, hurry_s: float = HANDS_S) -> None:
        """Ask ``operator`` about ``sample``, and wait ``hurry_s`` for a move within a pairing."""
        self._operator = operator
        self._sample = sample
        self._hurry_s = hurry_s
        self._stopped = threading.Event()
        self._until = 0.0
        self._read = ""

    @override
    def press_button(self) -> None:
        self._do("pairing-mode", "Bring it into pairing mode now, as its user documentation says.")

    @override
    def leave_pairing_mode(self) -> None:
        self._do(
            "pairing-mode-over",
            "End its pairing mode, or wait until it has ended by itself. Touch nothing afterwards.",
        )

    @override
    def read_display(self, timeout_s: float) -> str:
        limit_s = min(timeout_s, self._hurry_s)
        self._until = time.monotonic() + limit_s
        said = self._ask(
            "display",
            f"Type the digits that it shows now, or {_NONE}. Press nothing on it.",
            limit_s,
        )
        self._read = "".join(each for each in said if each.isdecimal())
        return self._read

    @override
    def type_digits(self, digits: str) -> None:
        prompt = f"Type {digits} on it, and confirm as it asks you to."
        self._do("type", prompt, self._hurry_s)

    @override
    def confirm(self, *, same: bool) -> None:
        word = "the same number: tell it so" if same else "another number: tell it that they differ"
        shown = f"It shows {self._read or 'no number'}, and the bench has {word}."
        self._do("confirm", shown, max(0.0, self._until - time.monotonic()))

    @override
    def read_tag(self) -> tuple[bytes, bytes] | None:
        said = self._ask(
            "tag",
            "Read its NFC tag or code for out-of-band pairing. Type confirmation value and random "
            f"number in hex with a blank between them, or {_NONE} if it has no tag.",
        )
        parts = said.split()
        try:
            confirmation, number = (bytes.fromhex(part) for part in parts)
        except ValueError:
            return None
        return confirmation, number

    @override
    def forget_bonds(self) -> None:
        self._do("forget", "Make it forget everybody who paired, as its documentation says.")

    @override
    def stop(self) -> None:
        self._stopped.set()

    def _do(self, name: str, prompt: str, limit_s: float | None = None) -> None:
        choices = (_DONE, "not possible")
        said = self._put(name, prompt, AnswerKind.CHOICE, choices, limit_s)
        if said != _DONE:
            raise HandsError(self._called(name), said)

    def _ask(self, name: str, prompt: str, limit_s: float | None = None) -> str:
        return self._put(name, prompt, AnswerKind.TEXT, (), limit_s)

    def _put(
        self,
        name: str,
        prompt: str,
        kind: AnswerKind,
        choices: tuple[str, ...],
        limit_s: float | None,
    ) -> str:
        """Put a question; within a pairing with a limit, after which an answer counts no more."""
        hurry = f" You have {limit_s:.0f} s." if limit_s is not None else ""
        question = Question(
            id=f"bench-bluetooth-{name}",
            prompt=f"Sample {self._sample}: {prompt}{hurry}",
            kind=kind,
            choices=choices,
            holds=choices[:1],
            unsure=(),
        )
        patience_s = _PATIENCE_S if limit_s is None else limit_s
        self._stopped.clear()
        began = time.monotonic()
        said = self._operator.ask_now(question, self._sample, patience_s, self._stopped.is_set)
        took = time.monotonic() - began
        if self._stopped.is_set():
            raise HandsError(self._called(name), "too late, the pairing had ended")
        if limit_s is not None and took >= limit_s:
            raise HandsError(self._called(name), f"too late, there were {limit_s:.0f} s for it")
        if said is None:
            raise HandsError(self._called(name), "nobody answered")
        return said

    def _called(self, name: str) -> str:
        return f"sample {self._sample}: {name}"
