"""Connections of Bluetooth Classic, with the L2CAP channels that were opened on each.

Channels are dynamic (Core, Vol 3, Part A, 4.2): which protocol a frame belongs to follows from the
signalling before it.
"""

import bisect
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from harness.encoding.btsnoop import HciPacket
from harness.interpret.bluetooth.classic_hci import (
    Answered,
    Authenticated,
    Capable,
    Ciphered,
    ClassicEvent,
    KeyMade,
    KeySize,
    Named,
    Opened,
    SecureController,
    SecureHost,
    SimplePairing,
    classic_events_of,
)
from harness.interpret.bluetooth.hci import Disconnected, Fragment, events_of

_SIGNALLING: Final = 0x0001
_CONNECTION_REQUEST: Final = 0x02
_CONNECTION_RESPONSE: Final = 0x03
_DISCONNECTION_REQUEST: Final = 0x06
_COMMAND_BYTES: Final = 4
_FRAME_BYTES: Final = 4
_SUCCESS: Final = 0
_PENDING: Final = 1
_MOST_EVENTS: Final = 50_000


@dataclass(frozen=True)
class Unit:
    """One L2CAP frame; ``packet`` is the one that made it whole."""

    packet: HciPacket
    channel: int
    data: bytes


@dataclass
class Channel:
    """A channel that the bench asked for.

    Attributes:
        psm: of the protocol.
        asked: the packet with the request.
        result: how it was answered (Core, Vol 3, Part A, 4.3); None if it was not.
        answered: the packet with that answer.
        closed: the packet with which the DUT closed it; None if it did not.
    """

    psm: int
    asked: HciPacket
    ours: int
    result: int | None = None
    answered: HciPacket | None = None
    theirs: int = 0
    closed: HciPacket | None = None
    units: list[Unit] = field(default_factory=list)


@dataclass
class ClassicLink:
    """One connection from its beginning to its end."""

    opened: HciPacket
    handle: int
    address: str
    channels: list[Channel] = field(default_factory=list)
    ciphers: list[Ciphered] = field(default_factory=list)
    sizes: list[KeySize] = field(default_factory=list)
    authentications: list[Authenticated] = field(default_factory=list)
    ended: Disconnected | None = None

    def was_encrypted(self, number: int) -> bool:
        """Whether the link was encrypted when packet ``number`` passed."""
        changes = [each for each in self.ciphers if each.status == 0]
        earlier = [each for each in changes if each.packet.number <= number]
        return bool(earlier) and earlier[-1].cipher != 0

    def on(self, psm: int) -> list[Channel]:
        """The channels of a protocol, in order."""
        return [channel for channel in self.channels if channel.psm == psm]


@dataclass
class ClassicAir:
    """Everything that an adapter heard and did over Classic, in the order of packets.

    Attributes:
        truncated: there was more than is read, so that nothing is known to be absent.
    """

    answers: list[Answered] = field(default_factory=list)
    names: list[Named] = field(default_factory=list)
    links: list[ClassicLink] = field(default_factory=list)
    keys: list[KeyMade] = field(default_factory=list)
    capable: list[Capable] = field(default_factory=list)
    simple_pairing: list[SimplePairing] = field(default_factory=list)
    secure: list[SecureHost | SecureController] = field(default_factory=list)
    truncated: bool = False

    @property
    def can_secure_connections(self) -> bool:
        """The bench's adapter and host can do Secure Connections."""
        return {type(each) for each in self.secure} == {SecureHost, SecureController}

    def was_old(self, number: int) -> bool:
        """The bench could pair by PIN alone when packet ``number`` passed."""
        index = bisect.bisect_right([each.packet.number for each in self.simple_pairing], number)
        return index > 0 and not self.simple_pairing[index - 1].on


def read_classic(packets: Iterable[HciPacket]) -> ClassicAir:
    """Take the packets of a capture apart. Frames that never became whole are left out."""
    reading = _Reading()
    for packet in packets:
        if not reading.take(packet):
            reading.air.truncated = True
            break
    return reading.air


class _Reading:
    """What is known after some packets."""

    def __init__(self) -> None:
        self.air = ClassicAir()
        self._links: dict[int, ClassicLink] = {}
        self._open: dict[tuple[int, bool], bytearray] = {}
        self._kept = 0

    def take(self, packet: HciPacket) -> bool:
        """Read one more packet; False if there were too many."""
        if self._kept >= _MOST_EVENTS:
            return False
        for event in classic_events_of(packet):
            self._kept += 1
            self._keep(event)
        for other in events_of(packet):
            if isinstance(other, Disconnected) and other.handle in self._links:
                self._links.pop(other.handle).ended = other
            elif isinstance(other, Fragment) and other.handle in self._links:
                self._kept += 1
                self._assemble(other)
        return True

    def _keep(self, event: ClassicEvent) -> None:
        air = self.air
        match event:
            case Answered():
                air.answers.append(event)
            case Named():
                air.names.append(event)
            case Opened():
                self._begin(event)
            case Authenticated() | Ciphered() | KeySize():
                self._go_on(event)
            case _:
                _note(air, event)

    def _begin(self, event: Opened) -> None:
        link = ClassicLink(event.packet, event.handle, event.address)
        self._links[event.handle] = link
        self.air.links.append(link)
        for sent in (True, False):
            self._open.pop((event.handle, sent), None)

    def _go_on(self, event: Authenticated | Ciphered | KeySize) -> None:
        link = self._links.get(event.handle)
        match event:
            case _ if link is None:
                return
            case Authenticated():
                link.authentications.append(event)
            case Ciphered():
                link.ciphers.append(event)
            case KeySize():
                link.sizes.append(event)

    def _assemble(self, piece: Fragment) -> None:
        key = (piece.handle, piece.packet.sent)
        if not piece.continued:
            self._open[key] = bytearray()
        assembly = self._open.get(key)
        if assembly is None:
            return
        assembly += piece.data
        if len(assembly) < _FRAME_BYTES:
            return
        length, channel = struct.unpack_from("<HH", assembly)
        if len(assembly) < _FRAME_BYTES + length:
            return
        del self._open[key]
        data = bytes(assembly[_FRAME_BYTES : _FRAME_BYTES + length])
        _take_unit(self._links[piece.handle], Unit(piece.packet, channel, data))


def _note(air: ClassicAir, event: ClassicEvent) -> None:
    match event:
        case KeyMade():
            air.keys.append(event)
        case Capable():
            air.capable.append(event)
        case SimplePairing():
            air.simple_pairing.append(event)
        case SecureHost() | SecureController():
            air.secure.append(event)
        case _:
            return


def _take_unit(link: ClassicLink, unit: Unit) -> None:
    if unit.channel == _SIGNALLING:
        for code, data in _commands(unit.data):
            _signal(link, unit.packet, code, data)
        return
    for channel in reversed(link.channels):
        if unit.channel == (channel.theirs if unit.packet.sent else channel.ours):
            if channel.result == _SUCCESS:
                channel.units.append(unit)
            return


def _commands(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _COMMAND_BYTES <= len(data):
        code, _, length = struct.unpack_from("<BBH", data, at)
        body = data[at + _COMMAND_BYTES : at + _COMMAND_BYTES + length]
        if len(body) < length:
            return
        yield code, body
        at += _COMMAND_BYTES + length


def _signal(link: ClassicLink, packet: HciPacket, code: int, data: bytes) -> None:
    try:
        if code == _CONNECTION_REQUEST and packet.sent:
            psm, ours = struct.unpack_from("<HH", data)
            link.channels.append(Channel(psm, packet, ours))
        elif code == _CONNECTION_RESPONSE and not packet.sent:
            _answer(link, packet, *struct.unpack_from("<HHH", data))
        elif code == _DISCONNECTION_REQUEST and not packet.sent:
            _, theirs = struct.unpack_from("<HH", data)
            for channel in reversed(link.channels):
                if channel.theirs == theirs and channel.result == _SUCCESS:
                    channel.closed = channel.closed or packet
                    return
    except struct.error:
        return


def _answer(link: ClassicLink, packet: HciPacket, theirs: int, ours: int, result: int) -> None:
    """An answer belongs to the last request of that channel that has none."""
    for channel in reversed(link.channels):
        if channel.ours == ours:
            if channel.result is None and result != _PENDING:
                channel.result, channel.answered, channel.theirs = result, packet, theirs
            return
