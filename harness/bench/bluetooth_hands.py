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

from harness.bench.bluetooth_link import Hands, Radio, Recorder
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


class OperatorHands(Hands):
    """The hands of the person at the bench, asked one move at a time."""

    def __init__(self, operator: Operator, sample: str) -> None:
        """Ask ``operator`` about ``sample``."""
        self._operator = operator
        self._sample = sample

    @override
    def press_button(self) -> None:
        self._do("pairing-mode", "Bring it into pairing mode, as its user documentation says.")

    @override
    def leave_pairing_mode(self) -> None:
        self._do(
            "pairing-mode-over",
            "End its pairing mode, or wait until it has ended by itself. Touch nothing afterwards.",
        )

    @override
    def read_display(self, timeout_s: float) -> str:
        said = self._ask("display", "Type the digits that it shows now; nothing if it shows none.")
        return "".join(each for each in said if each.isdecimal())

    @override
    def type_digits(self, digits: str) -> None:
        self._do("type", f"Type {digits} on it, and confirm as it asks you to.")

    @override
    def confirm(self, *, same: bool) -> None:
        word = "the same" if same else "not the same"
        self._do("confirm", f"Tell it that the two numbers are {word}.")

    @override
    def read_tag(self) -> tuple[bytes, bytes] | None:
        said = self._ask(
            "tag",
            "Read its NFC tag or code for out-of-band pairing. Type confirmation value and random "
            "number in hex with a blank between them; nothing if it has none.",
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

    def _do(self, name: str, prompt: str) -> None:
        question = Question(
            id=f"bench-bluetooth-{name}",
            prompt=f"Sample {self._sample}: {prompt}",
            choices=(_DONE, "not possible"),
            holds=(_DONE,),
            unsure=(),
        )
        answer = self._operator.ask(question, self._sample, "")
        if answer is None or answer[0] != _DONE:
            why = answer[1] or answer[0] if answer else "nobody answered"
            raise BenchFault(f"sample {self._sample}: {name}: {why}")

    def _ask(self, name: str, prompt: str) -> str:
        question = Question(
            id=f"bench-bluetooth-{name}",
            prompt=f"Sample {self._sample}: {prompt}",
            kind=AnswerKind.TEXT,
            choices=(),
            holds=(),
            unsure=(),
        )
        answer = self._operator.ask(question, self._sample, "")
        if answer is None:
            raise BenchFault(f"sample {self._sample}: {name}: nobody answered")
        return answer[0]
