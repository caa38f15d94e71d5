"""Where keys, values and hardware addresses lie in a capture of Bluetooth packets (btsnoop).

Only places are found here, so that a twin can be made in place. A key is whatever opens a link or
lets a passkey be computed: long-term, identity and signature keys, link keys, PINs and passkeys,
shared secrets, and the confirm and random values of a pairing (Core, Vol 3, Part H, 2.3.5.6: with
them each bit of a passkey can be tried). Values are what was read or written, but for what every
device tells: its Generic Access and its Device Information.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from harness.encoding.btsnoop import HciPacket, placed

_COMMAND, _ACL, _EVENT = 0x01, 0x02, 0x04
_COMMAND_HEAD, _EVENT_HEAD, _ACL_HEAD, _L2CAP_HEAD = 4, 3, 5, 4
_COMPLETE, _META = 0x0E, 0x3E
_ATT, _SMP, _SMP_CLASSIC = 0x0004, 0x0006, 0x0007
_SIGNALS, _RFCOMM = 0x0001, 0x0003
_CHANNEL_ASKED, _CHANNEL_ANSWERED = 0x02, 0x03
_INFORMATION, _CREDITS = 0xEF, 0x10
_CONTINUED: Final = 0b01
Place = tuple[int, int]

_COMMAND_KEYS: Final[dict[int, tuple[Place, ...]]] = {
    0x040B: ((6, 16),),  # Link Key Request Reply
    0x040D: ((7, 16),),  # PIN Code Request Reply
    0x042E: ((6, 4),),  # User Passkey Request Reply
    0x0430: ((6, 32),),  # Remote OOB Data Request Reply
    0x0445: ((6, 64),),  # Remote OOB Extended Data Request Reply
    0x2017: ((0, 32),),  # LE Encrypt
    0x2019: ((12, 16),),  # LE Enable Encryption
    0x201A: ((2, 16),),  # LE Long Term Key Request Reply
    0x2027: ((7, 32),),  # LE Add Device to Resolving List
}
_RESULT_KEYS: Final[dict[int, tuple[Place, ...]]] = {
    0x0C57: ((4, 32),),  # Read Local OOB Data
    0x0C7D: ((4, 64),),  # Read Local OOB Extended Data
    0x2017: ((4, 16),),  # LE Encrypt
}
_EVENT_KEYS: Final[dict[int, tuple[Place, ...]]] = {0x18: ((6, 16),), 0x3B: ((6, 4),)}
_META_KEYS: Final[dict[int, tuple[Place, ...]]] = {0x09: ((2, 32),)}
"""LE Generate DHKey Complete."""
_STORED_KEYS: Final = {_COMMAND: 0x0C11, _EVENT: 0x15}
"""Write Stored Link Key and Return Link Keys: how many, then an address and a key for each."""
_SECURITY_KEYS: Final = frozenset({0x03, 0x04, 0x06, 0x08, 0x0A, 0x0D})

_AT_START: Final = frozenset(
    {0x0405, 0x0408, 0x0409, 0x040A, 0x040B, 0x040C, 0x040D, 0x040E, 0x0419}
) | frozenset(range(0x042B, 0x0435))
_COMMAND_ADDRESSES: Final[dict[int, tuple[int, bool]]] = {
    **dict.fromkeys((*_AT_START, 0x0445), (0, False)),
    0x2005: (0, True),
    0x200D: (6, True),
    0x2011: (1, True),
    0x2027: (1, True),
    0x2043: (3, True),
}
_EVENT_ADDRESSES: Final = {
    **dict.fromkeys((0x04, 0x16, 0x17, 0x18, 0x31, 0x32, 0x33, 0x34, 0x35, 0x3B, 0x3C, 0x3D), 0),
    0x03: 3,
    0x07: 1,
    0x36: 1,
}
_READ_ADDRESS: Final = 0x1009
_INQUIRY: Final = {0x02: 0, 0x22: 0, 0x2F: 15}
"""Inquiry results; where what the other one says of itself begins, 0 if it says nothing."""
_NAME: Final = 0x07
_CONNECTED: Final = {0x01: (6,), 0x0A: (6, 12, 18), 0x29: (6, 12, 18)}
_REPORTS: Final = {0x02: (2, 8, 1), 0x0D: (3, 23, 0)}
"""Advertising reports: where address and length of the data stand, and what follows the data."""
_TOLD_BY_ALL: Final = frozenset({b"\x00\x18", b"\x0a\x18"})


@dataclass(frozen=True)
class Unit:
    """A command, an event, or an L2CAP frame, with the place of each of its bytes in the file."""

    packet: HciPacket
    data: bytes
    at: tuple[int, ...]
    handle: int = -1
    channel: int = -1

    def span(self, start: int, size: int) -> tuple[int, ...]:
        """Places of some of its bytes, as far as they are there."""
        return self.at[start : start + size]


@dataclass(frozen=True)
class Found:
    """Something to be replaced: the places of its bytes.

    Attributes:
        kind: ``key``, ``value``, ``address``, or ``said``: what a device said of itself.
        address: of whom, least significant byte first; for ``address`` and ``said``.
        random: the address is none that was assigned to a maker.
    """

    kind: str
    at: tuple[int, ...]
    address: bytes = b""
    random: bool = False


def units_in(data: bytes) -> Iterator[Unit]:
    """Everything that crossed, frames of several packets joined.

    Raises:
        CaptureError: not a file of this format.
    """
    open_ones: dict[tuple[int, bool], tuple[HciPacket, bytearray, list[int]]] = {}
    for start, packet in placed(data):
        kind = packet.data[0]
        if kind != _ACL or len(packet.data) < _ACL_HEAD:
            yield Unit(packet, packet.data, tuple(range(start, start + len(packet.data))))
            continue
        word = struct.unpack_from("<H", packet.data, 1)[0]
        key = (word & 0x0FFF, packet.sent)
        if word >> 12 & 0b11 != _CONTINUED or key not in open_ones:
            open_ones[key] = (packet, bytearray(), [])
        _, joined, at = open_ones[key]
        joined += packet.data[_ACL_HEAD:]
        at.extend(range(start + _ACL_HEAD, start + len(packet.data)))
        if len(joined) < _L2CAP_HEAD:
            continue
        length, channel = struct.unpack_from("<HH", joined)
        if len(joined) >= _L2CAP_HEAD + length:
            del open_ones[key]
            yield Unit(packet, bytes(joined[4:]), tuple(at[4:]), key[0], channel)
    # What never became whole may hold a part of a key all the same.
    for (handle, _), (packet, joined, at) in open_ones.items():
        channel = struct.unpack_from("<H", joined, 2)[0] if len(joined) >= _L2CAP_HEAD else -1
        yield Unit(packet, bytes(joined[4:]), tuple(at[4:]), handle, channel)


def find_places(data: bytes) -> Iterator[Found]:
    """Everything in a capture that may have to be replaced.

    Raises:
        CaptureError: not a file of this format.
    """
    units = list(units_in(data))
    told = [each for unit in units if unit.channel == _ATT for each in _told_by_all(unit.data)]
    asked: dict[int, int] = {}
    serial: set[tuple[int, int]] = set()
    for unit in units:
        try:
            if unit.channel in {_SMP, _SMP_CLASSIC}:
                yield from _security(unit)
            elif unit.channel == _ATT:
                yield from _value(unit, told, asked)
            elif unit.channel == _SIGNALS:
                _learn_serial(unit, serial)
            elif (unit.handle, unit.channel) in serial:
                yield from _serial_data(unit)
            elif unit.handle < 0:
                yield from _packet(unit)
        except (struct.error, IndexError):
            continue  # cut short


def _learn_serial(unit: Unit, serial: set[tuple[int, int]]) -> None:
    """Keep the channels of RFCOMM: asked for by number, then named by the answer."""
    code, ours = unit.data[0], struct.unpack_from("<H", unit.data, 6)[0]
    if code == _CHANNEL_ASKED:
        number = struct.unpack_from("<H", unit.data, 4)[0]
        (serial.add if number == _RFCOMM else serial.discard)((unit.handle, ours))
    elif code == _CHANNEL_ANSWERED and (unit.handle, ours) in serial:
        serial.add((unit.handle, struct.unpack_from("<H", unit.data, 4)[0]))


def _serial_data(unit: Unit) -> Iterator[Found]:
    """What crosses a server channel of RFCOMM; channel 0 holds no data (TS 07.10, 5.2)."""
    if unit.data[1] & ~_CREDITS == _INFORMATION and unit.data[0] >> 2:
        head = 3 if unit.data[2] & 1 else 4
        yield Found("value", unit.at[head + bool(unit.data[1] & _CREDITS) : -1])


def _security(unit: Unit) -> Iterator[Found]:
    code = unit.data[0]
    if code in _SECURITY_KEYS:
        yield Found("key", unit.at[1:])
    elif code == 0x09:  # noqa: PLR2004  (Identity Address Information)
        yield Found("address", unit.span(2, 6), unit.data[2:8], bool(unit.data[1]))


def _told_by_all(data: bytes) -> Iterator[range]:
    """Handles of services that tell every device's name and make (Vol 3, Part F, 3.4.4.10)."""
    if data[:1] == b"\x11" and len(data) > 2 and data[1] == 6:  # noqa: PLR2004  (16-bit UUIDs)
        for at in range(2, len(data) - 5, 6):
            first, last = struct.unpack_from("<HH", data, at)
            if data[at + 4 : at + 6] in _TOLD_BY_ALL:
                yield range(first, last + 1)


def _value(unit: Unit, told: list[range], asked: dict[int, int]) -> Iterator[Found]:
    code, sent = unit.data[0], unit.packet.sent
    handle = int.from_bytes(unit.data[1:3], "little")
    if code in {0x0A, 0x0C}:
        asked[unit.handle] = handle
        return
    if code in {0x0B, 0x0D} and not sent:
        handle, start = asked.get(unit.handle, -1), 1
    elif code in {0x12, 0x52, 0x1B, 0x1D}:
        start = 3
    elif code in {0x16, 0x17}:
        start = 5
    else:
        return
    if not any(handle in each for each in told):
        yield Found("value", unit.at[start:])


def _packet(unit: Unit) -> Iterator[Found]:
    if unit.data[0] == _COMMAND:
        yield from _command(unit)
    elif unit.data[0] == _EVENT:
        yield from _event(unit)


def _command(unit: Unit) -> Iterator[Found]:
    opcode = struct.unpack_from("<H", unit.data, 1)[0]
    yield from _keys(unit, _COMMAND_HEAD, _COMMAND_KEYS.get(opcode, ()))
    if opcode == _STORED_KEYS[_COMMAND]:
        yield from _stored(unit, _COMMAND_HEAD)
    if opcode in _COMMAND_ADDRESSES:
        place, random = _COMMAND_ADDRESSES[opcode]
        yield from _addresses(unit, (_COMMAND_HEAD + place,), random=random)


def _event(unit: Unit) -> Iterator[Found]:
    code, body = unit.data[1], unit.data[_EVENT_HEAD:]
    yield from _keys(unit, _EVENT_HEAD, _EVENT_KEYS.get(code, ()))
    if code == _STORED_KEYS[_EVENT]:
        yield from _stored(unit, _EVENT_HEAD)
    elif code == _COMPLETE:
        opcode = struct.unpack_from("<H", body, 1)[0]
        yield from _keys(unit, _EVENT_HEAD, _RESULT_KEYS.get(opcode, ()))
        if opcode == _READ_ADDRESS:
            yield from _addresses(unit, (_EVENT_HEAD + 4,), random=False)
    elif code in _EVENT_ADDRESSES:
        place = _EVENT_HEAD + _EVENT_ADDRESSES[code]
        yield from _addresses(unit, (place,), random=False)
        if code == _NAME:
            yield Found("said", unit.at[place + 6 :], unit.data[place : place + 6])
    elif code in _INQUIRY:
        yield from _inquired(unit, code)
    elif code == _META:
        yield from _meta(unit, body)


def _meta(unit: Unit, body: bytes) -> Iterator[Found]:
    yield from _keys(unit, _EVENT_HEAD, _META_KEYS.get(body[0], ()))
    if body[0] in _CONNECTED:
        places = [_EVENT_HEAD + place for place in _CONNECTED[body[0]]]
        yield from _addresses(unit, places, random=bool(body[5] & 1))
    elif body[0] in _REPORTS:
        yield from _reports(unit, body)


def _keys(unit: Unit, head: int, places: Iterable[Place]) -> Iterator[Found]:
    for start, size in places:
        yield Found("key", unit.span(head + start, size))


def _stored(unit: Unit, head: int) -> Iterator[Found]:
    for index in range(unit.data[head]):
        at = head + 1 + 22 * index
        yield Found("address", unit.span(at, 6), unit.data[at : at + 6])
        yield Found("key", unit.span(at + 6, 16))


def _addresses(unit: Unit, places: Iterable[int], *, random: bool) -> Iterator[Found]:
    for place in places:
        found = unit.data[place : place + 6]
        if len(found) == 6 and any(found):  # noqa: PLR2004  (an address)
            yield Found("address", unit.span(place, 6), found, random)


def _inquired(unit: Unit, code: int) -> Iterator[Found]:
    places = [_EVENT_HEAD + 1 + 6 * index for index in range(unit.data[_EVENT_HEAD])]
    yield from _addresses(unit, places, random=False)
    if _INQUIRY[code]:
        whose = unit.data[places[0] : places[0] + 6]
        yield Found("said", unit.at[_EVENT_HEAD + _INQUIRY[code] :], whose)


def _reports(unit: Unit, body: bytes) -> Iterator[Found]:
    address_at, length_at, behind = _REPORTS[body[0]]
    at = 2
    for _ in range(body[1]):
        place = _EVENT_HEAD + at
        whose = unit.data[place + address_at : place + address_at + 6]
        random = bool(unit.data[place + address_at - 1] & 1)
        length = unit.data[place + length_at]
        yield Found("address", unit.span(place + address_at, 6), whose, random)
        yield Found("said", unit.span(place + length_at + 1, length), whose, random)
        at += length_at + 1 + length + behind


def advertised(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Whose address said what into the air, each once.

    Raises:
        CaptureError: not a file of this format.
    """
    said = (each for each in find_places(data) if each.kind == "said")
    pairs = ((each.address, bytes(data[place] for place in each.at)) for each in said)
    return iter(dict.fromkeys(pairs))


def identities(data: bytes) -> Iterator[bytes]:
    """Addresses that a paired device says are its own (Vol 3, Part H, 3.6.5)."""
    for unit in units_in(data):
        told = unit.channel == _SMP and unit.data[:1] == b"\x09" and not unit.packet.sent
        if told and len(unit.data) == 8:  # noqa: PLR2004  (the whole of it)
            yield unit.data[2:]


def structures(payload: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of the parts of an advertisement (Core Supplement, Part A, 1)."""
    at = 0
    while at < len(payload) and payload[at]:
        piece = payload[at + 1 : at + 1 + payload[at]]
        if len(piece) == payload[at]:
            yield piece[0], piece[1:]
        at += 1 + payload[at]
