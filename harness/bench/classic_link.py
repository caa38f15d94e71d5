"""What probes see of Bluetooth Classic (BR/EDR). The driver stays behind these.

Every packet that passes goes to the recorder of whoever took the radio; facts come from there
alone. What a call returns serves the probe's next step. A DUT that refuses, hangs up or is silent
is a result; only the bench's own failure raises `BenchFault`.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from harness.bench.bluetooth_link import BluetoothLink, Hands, Recorder


@dataclass(frozen=True)
class ClassicOffer:
    """What the bench offers in a pairing (Core, Vol 4, Part E, 7.1.29).

    Attributes:
        capability: 0 shows, 1 shows and takes yes or no, 2 has a keyboard, 3 has neither.
        mitm: it asks for protection against somebody in the middle.
        pin: PIN of a legacy pairing; ``""`` refuses to give one.
    """

    capability: int
    mitm: bool = True
    pin: str = ""


@dataclass(frozen=True)
class Services:
    """Where the DUT's service records say that something listens.

    Attributes:
        channels: server channels of RFCOMM, 1 to 30.
        psms: protocols directly on L2CAP, by their PSM.
    """

    channels: tuple[int, ...] = ()
    psms: tuple[int, ...] = ()


class ClassicConnection(Protocol):
    """A connection to the DUT."""

    @property
    def is_open(self) -> bool:
        """It has not ended."""
        ...

    def services(self) -> Services:
        """Read all service records (SDP)."""
        ...

    def open_channels(self, channels: Sequence[int]) -> None:
        """Open RFCOMM server channels, one after the other; each is held a moment, then closed."""
        ...

    def open_psm(self, psm: int) -> None:
        """Open a protocol on L2CAP, hold it a moment and close it."""
        ...

    def pair(self, offer: ClassicOffer, hands: Hands | None) -> bool:
        """Forget the DUT's key, pair, encrypt, read the key's size; whether it was encrypted.

        Args:
            offer: of the bench.
            hands: who reads the DUT's display and confirms there; None if nobody is.
        """
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class ClassicRadio(Protocol):
    """An adapter, taken by one probe."""

    def inquire(self, wanted: Callable[[str, str], bool], seconds: float) -> str | None:
        """Ask who is there until address and name of somebody fit; that address.

        Args:
            wanted: is given address and name; the name is ``""`` if none was told.
            seconds: how long to wait for answers.
        """
        ...

    def connect(self, address: str, timeout_s: float) -> ClassicConnection | None:
        """Connect; None if the DUT did not answer in time."""
        ...


class ClassicLink(BluetoothLink, Protocol):
    """The way to one sample over Bluetooth, Classic among it."""

    @property
    def classic_address(self) -> str:
        """Address of the DUT for Classic, which never changes; ``""`` if it is not known."""
        ...

    def take_classic(
        self, recorder: Recorder, *, simple_pairing: bool = True
    ) -> AbstractContextManager[ClassicRadio]:
        """Own the adapter for Classic.

        Args:
            recorder: is given every packet.
            simple_pairing: False makes the bench a device of before Bluetooth 2.1, with PINs only.

        Raises:
            BenchFault: it is taken, or cannot be opened.
        """
        ...
