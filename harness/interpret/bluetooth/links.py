"""Connections, with the L2CAP frames that crossed each (Core, Vol 3, Part A)."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from harness.encoding.btsnoop import HciPacket
from harness.interpret.bluetooth.hci import (
    Address,
    Connected,
    Disconnected,
    Encrypted,
    Fragment,
    Report,
    events_of,
)

ATTRIBUTES: Final = 0x0004
SIGNALLING: Final = 0x0005
SECURITY: Final = 0x0006
_HEADER_BYTES: Final = 4
_MOST_FRAMES: Final = 100_000


@dataclass(frozen=True)
class Frame:
    """One protocol unit on a channel of a link; ``packet`` is the one that it began in."""

    packet: HciPacket
    channel: int
    data: bytes

    @property
    def sent(self) -> bool:
        """The bench sent it."""
        return self.packet.sent


@dataclass
class Link:
    """One connection from its beginning to its end.

    Attributes:
        opened: the packet that told of it.
        encrypted: each change of encryption, in order.
        ended: why and when it ended; None while it lasts.
    """

    opened: HciPacket
    peer: Address
    frames: list[Frame] = field(default_factory=list)
    encrypted: list[Encrypted] = field(default_factory=list)
    ended: Disconnected | None = None

    @property
    def encryptions(self) -> list[Encrypted]:
        """The times at which encryption came on."""
        return [each for each in self.encrypted if each.on and each.status == 0]

    def on(self, channel: int) -> list[Frame]:
        """The frames of one channel, in order."""
        return [frame for frame in self.frames if frame.channel == channel]

    def was_encrypted(self, number: int) -> bool:
        """Whether the link was encrypted when packet ``number`` passed."""
        earlier = [each for each in self.encrypted if each.packet.number <= number]
        return bool(earlier) and earlier[-1].on and earlier[-1].status == 0


@dataclass
class _Assembly:
    """A frame that is not whole yet, one for each direction of a link."""

    packet: HciPacket
    data: bytearray


@dataclass(frozen=True)
class Air:
    """Everything that an adapter heard and said.

    Attributes:
        truncated: there was more than is read, so that nothing is known to be absent.
    """

    reports: tuple[Report, ...]
    links: tuple[Link, ...]
    truncated: bool


def read_air(packets: Iterable[HciPacket]) -> Air:
    """Take the packets of a capture apart. Frames that never became whole are left out."""
    reading = _Reading()
    truncated = any(not reading.take(packet) for packet in packets)
    return Air(tuple(reading.reports), tuple(reading.links), truncated)


class _Reading:
    """What is known after some packets."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.links: list[Link] = []
        self._current: dict[int, Link] = {}
        self._open: dict[tuple[int, bool], _Assembly] = {}
        self._frames = 0

    def take(self, packet: HciPacket) -> bool:
        """Read one more packet; False if there were too many."""
        if len(self.reports) + self._frames >= _MOST_FRAMES:
            return False
        for event in events_of(packet):
            if isinstance(event, Report):
                self.reports.append(event)
            elif isinstance(event, Connected):
                self._begin(event)
            elif event.handle in self._current:
                self._go_on(event, self._current[event.handle])
        return True

    def _begin(self, event: Connected) -> None:
        self._current[event.handle] = link = Link(event.packet, event.peer)
        self.links.append(link)
        for sent in (True, False):
            self._open.pop((event.handle, sent), None)

    def _go_on(self, event: Disconnected | Encrypted | Fragment, link: Link) -> None:
        match event:
            case Disconnected():
                self._current.pop(event.handle).ended = event
            case Encrypted():
                link.encrypted.append(event)
            case Fragment():
                frame = _assembled(event, self._open)
                if frame is not None:
                    link.frames.append(frame)
                    self._frames += 1


def _assembled(piece: Fragment, open_ones: dict[tuple[int, bool], _Assembly]) -> Frame | None:
    key = (piece.handle, piece.packet.sent)
    if piece.continued:
        assembly = open_ones.get(key)
        if assembly is None:
            return None
        assembly.data += piece.data
    else:
        assembly = open_ones[key] = _Assembly(piece.packet, bytearray(piece.data))
    if len(assembly.data) < _HEADER_BYTES:
        return None
    length, channel = struct.unpack_from("<HH", assembly.data)
    if len(assembly.data) < _HEADER_BYTES + length:
        return None
    del open_ones[key]
    data = bytes(assembly.data[_HEADER_BYTES : _HEADER_BYTES + length])
    return Frame(assembly.packet, channel, data)
