"""What probes see of Bluetooth LE. The driver stays behind these (design, layers, contract 2).

Every packet that passes goes to the recorder of whoever took the radio; facts come from there
alone. What a call returns serves the probe's next step. A DUT that refuses, hangs up or is
silent is a result; only the bench's own failure raises `BenchFault`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from harness.errors import BenchFault

HANDS_S: Final = 25.0
"""How long a move within a pairing may take: either side gives a pairing up after 30 s in which
nothing came (Core, Vol 3, Part H, 3.4)."""
Recorder = Callable[[bytes, bool], None]
"""Is given each HCI packet with its H4 type, and whether the bench sent it."""


@dataclass(frozen=True)
class Heard:
    """Somebody who advertises.

    Attributes:
        address: as the radio wrote it; good for `Radio.connect` until it changes.
        payloads: every different one so far, advertisements and scan responses.
    """

    address: str
    connectable: bool
    payloads: tuple[bytes, ...]


@dataclass(frozen=True)
class Offer:
    """What the bench offers in a pairing (Core, Vol 3, Part H, 3.5.1).

    Attributes:
        capability: what the bench says that it can show and take, 0 to 4.
        key_size: bytes of the encryption key, 7 to 16.
        tag: confirmation value and random number from the DUT's tag, if it is read.
    """

    capability: int
    secure_connections: bool = True
    mitm: bool = True
    key_size: int = 16
    tag: tuple[bytes, bytes] | None = None


@dataclass(frozen=True)
class Bond:
    """The key of a completed pairing; throw-away, and scrubbed from captures."""

    key: bytes
    random: bytes = bytes(8)
    diversifier: int = 0


@dataclass(frozen=True)
class PairingEnd:
    """How a pairing ended; ``bond`` is None unless it was completed.

    Attributes:
        failure: the reason in the unit ``Pairing Failed`` that ended it; None without one.
    """

    bond: Bond | None
    said: str
    failure: int | None = None


class HandsError(BenchFault):
    """A move at the DUT that was not made, or not in time.

    Attributes:
        why: in a few words.
    """

    def __init__(self, move: str, why: str) -> None:
        """``move`` was not made."""
        super().__init__(f"{move}: {why}")
        self.why = why


class Hands(Protocol):
    """Who presses the DUT's buttons and reads its display, in front of the bench.

    Raises HandsError from each move that is not possible or comes too late.
    """

    def press_button(self) -> None:
        """Do whatever brings the DUT into pairing mode."""
        ...

    def leave_pairing_mode(self) -> None:
        """See to it that the DUT is in pairing mode no more; its bonds stay."""
        ...

    def read_display(self, timeout_s: float) -> str:
        """The digits that the DUT shows; ``""`` if it shows none in time."""
        ...

    def type_digits(self, digits: str) -> None:
        """Type on the DUT."""
        ...

    def confirm(self, *, same: bool) -> None:
        """Tell the DUT whether the two numbers are the same."""
        ...

    def read_tag(self) -> tuple[bytes, bytes] | None:
        """Confirmation value and random number of the DUT's tag; None if it has none."""
        ...

    def forget_bonds(self) -> None:
        """Make the DUT forget everybody who paired."""
        ...

    def stop(self) -> None:
        """Give up the move that is under way, if one is: what it was for is over."""
        ...


class Connection(Protocol):
    """A connection to the DUT."""

    @property
    def is_open(self) -> bool:
        """It has not ended."""
        ...

    def request(self, pdu: bytes) -> bytes | None:
        """Send a request of the Attribute Protocol; the answer, None if there was none in time."""
        ...

    def send(self, channel: int, pdu: bytes) -> bool:
        """Send anything on a fixed channel; whether it left: the link may have ended."""
        ...

    def ask_security(self, pdu: bytes) -> bytes | None:
        """Send a unit of the Security Manager outside any pairing; the first answer."""
        ...

    def pair(self, offer: Offer, hands: Hands, *, wrong: bool = False) -> PairingEnd:
        """Pair, with the help of ``hands``; ``wrong`` enters another number on purpose."""
        ...

    def encrypt(self, bond: Bond) -> bool:
        """Encrypt with the key of an earlier pairing; whether the DUT agreed."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class Radio(Protocol):
    """An adapter, taken by one probe."""

    def listen(self, seconds: float) -> Sequence[Heard]:
        """Scan actively; everybody who was heard."""
        ...

    def find(self, wanted: Callable[[Heard], bool], timeout_s: float) -> Heard | None:
        """Scan until somebody fits."""
        ...

    def connect(self, address: str, timeout_s: float) -> Connection | None:
        """Connect; None if the DUT did not answer in time."""
        ...


class BluetoothLink(Protocol):
    """The way to one sample over Bluetooth."""

    @property
    def transport(self) -> str:
        """Bumble's name of the adapter."""
        ...

    @property
    def library(self) -> str:
        """Version of bumble."""
        ...

    @property
    def match(self) -> Mapping[str, str]:
        """``name`` or ``service`` by which the DUT is known, never its address: that may change."""
        ...

    @property
    def fakes(self) -> Sequence[str]:
        """What this radio only pretends to do, so that nothing follows from it."""
        ...

    @property
    def listen_s(self) -> float:
        """How long to listen instead of that; 0 = a little longer than that."""
        ...

    @property
    def window_s(self) -> float:
        """How long a private address of the DUT may last."""
        ...

    @property
    def safe_writes(self) -> Mapping[str, bytes]:
        """Characteristic -> a value that the supplier agreed to have written."""
        ...

    @property
    def hands(self) -> Hands | None:
        """Who is at the DUT; None if nobody is."""
        ...

    def take(self, recorder: Recorder) -> AbstractContextManager[Radio]:
        """Own the adapter.

        Raises:
            BenchFault: it is taken, or cannot be opened.
        """
        ...
