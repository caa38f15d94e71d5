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
    EncryptionAsked,
    Fragment,
    HciEvent,
    Report,
    events_of,
)

ATTRIBUTES: Final = 0x0004
SIGNALLING: Final = 0x0005
SECURITY: Final = 0x0006
_KEY_REFUSED: Final = frozenset({0x05, 0x06, 0x3D})
"""Authentication failure, key missing, a message that did not decrypt (Core, Vol 1, Part F)."""
_HUNG_UP: Final = _KEY_REFUSED | {0x13}
"""The other side ended the link; not out of range, and not hung up by the bench."""
_HEADER_BYTES: Final = 4
_MOST_EVENTS: Final = 100_000


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
        asked: each time that the bench asked its controller to encrypt the link.
        encrypted: each change of encryption, in order.
        ended: why and when it ended; None while it lasts.
    """

    opened: HciPacket
    peer: Address
    frames: list[Frame] = field(default_factory=list)
    asked: list[EncryptionAsked] = field(default_factory=list)
    encrypted: list[Encrypted] = field(default_factory=list)
    ended: Disconnected | None = None

    @property
    def encryptions(self) -> list[Encrypted]:
        """The times at which encryption came on."""
        return [each for each in self.encrypted if each.on and each.status == 0]

    @property
    def encryption_refused(self) -> bool:
        """The bench asked for encryption, and the other side would not have its key."""
        if not self.asked:
            return False
        asked = self.asked[-1].packet.number
        if any(each.status in _KEY_REFUSED for each in self.encrypted):
            return True
        ended = self.ended
        return ended is not None and ended.packet.number > asked and ended.reason in _HUNG_UP

    def on(self, channel: int) -> list[Frame]:
        """The frames of one channel, in order."""
        return [frame for frame in self.frames if frame.channel == channel]

    def was_encrypted(self, number: int) -> bool:
        """Whether the link was encrypted when packet ``number`` passed.

        A change that failed changed nothing.
        """
        changes = [each for each in self.encrypted if each.status == 0]
        earlier = [each for each in changes if each.packet.number <= number]
        return bool(earlier) and earlier[-1].on


@dataclass
class _Assembly:
    """A frame that is not whole yet, one for each direction of a link."""

    packet: HciPacket
    data: bytearray


@dataclass(frozen=True)
class Air:
    """Everything that an adapter heard and said.

    Attributes:
        reports: of each different payload of an address the first and the last one: an advertiser
            says the same some thousand times.
        truncated: there was more than is read, so that nothing is known to be absent.
    """

    reports: tuple[Report, ...]
    links: tuple[Link, ...]
    truncated: bool


def read_air(packets: Iterable[HciPacket]) -> Air:
    """Take the packets of a capture apart. Frames that never became whole are left out."""
    reading = _Reading()
    truncated = any(not reading.take(packet) for packet in packets)
    return Air(reading.reports(), tuple(reading.links), truncated)


class _Reading:
    """What is known after some packets."""

    def __init__(self) -> None:
        self._first: dict[tuple[Address, bool, bytes], Report] = {}
        self._last: dict[tuple[Address, bool, bytes], Report] = {}
        self.links: list[Link] = []
        self._current: dict[int, Link] = {}
        self._open: dict[tuple[int, bool], _Assembly] = {}
        self._kept = 0

    def reports(self) -> tuple[Report, ...]:
        """What was heard, in order, without repetitions."""
        kept = [*self._first.values(), *self._last.values()]
        return tuple(sorted(kept, key=lambda report: report.packet.number))

    def take(self, packet: HciPacket) -> bool:
        """Read one more packet; False if there were too many."""
        if self._kept >= _MOST_EVENTS:
            return False
        for event in events_of(packet):
            self._kept += self._keep(event)
        return True

    def _keep(self, event: HciEvent) -> bool:
        """Keep what an event tells; False if it takes no more room than what was there."""
        if isinstance(event, Report):
            key = (event.address, event.response, event.data)
            known = key in self._first
            (self._last if known else self._first)[key] = event
            return not known
        if isinstance(event, Connected):
            self._begin(event)
        elif event.handle in self._current:
            self._go_on(event, self._current[event.handle])
        return True

    def _begin(self, event: Connected) -> None:
        self._current[event.handle] = link = Link(event.packet, event.peer)
        self.links.append(link)
        for sent in (True, False):
            self._open.pop((event.handle, sent), None)

    def _go_on(
        self, event: Disconnected | Encrypted | EncryptionAsked | Fragment, link: Link
    ) -> None:
        match event:
            case Disconnected():
                self._current.pop(event.handle).ended = event
            case Encrypted():
                link.encrypted.append(event)
            case EncryptionAsked():
                link.asked.append(event)
            case Fragment():
                frame = _assembled(event, self._open)
                if frame is not None:
                    link.frames.append(frame)


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
