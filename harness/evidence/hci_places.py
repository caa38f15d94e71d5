"""Where keys, values and hardware addresses lie in a capture of Bluetooth packets (btsnoop).

Only places are found here, so that a twin can be made in place. A key is whatever opens a link or
lets a passkey be computed: long-term, identity and signature keys, link keys, PINs and passkeys,
shared secrets, and the confirm and random values of a pairing (Core, Vol 3, Part H, 2.3.5.6: with
them each bit of a passkey can be tried). Values are what was read or written, but for what every
device tells: its Generic Access and its Device Information. What nobody can say the meaning of
counts as a value.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Final

from harness.evidence.hci_crossing import ATT, SMP, Link, crossing, told_by_all
from harness.evidence.hci_units import Found, Unit, units_in

_COMMAND, _EVENT = 0x01, 0x04
_COMMAND_HEAD, _EVENT_HEAD = 4, 3
_COMPLETE, _META = 0x0E, 0x3E
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
    **dict.fromkeys((0x04, 0x16, 0x17, 0x18, 0x20, 0x31, 0x32, 0x33, 0x34, 0x35), 0),
    **dict.fromkeys((0x3B, 0x3C, 0x3D), 0),
    **dict.fromkeys((0x03, 0x2C), 3),
    **dict.fromkeys((0x07, 0x12, 0x36), 1),
}
_READ_ADDRESS: Final = 0x1009
_INQUIRY: Final = {0x02: 0, 0x22: 0, 0x2F: 15}
"""Inquiry results; where what the other one says of itself begins, 0 if it says nothing."""
_NAME: Final = 0x07
_CONNECTED: Final = {0x01: (6,), 0x0A: (6, 12, 18), 0x29: (6, 12, 18)}
_EXTENDED_REPORTS: Final = 0x0D
_REPORTS: Final = {0x02: (2, 8, 1), _EXTENDED_REPORTS: (3, 23, 0)}
"""Advertising reports: where address and length of the data stand, and what follows the data."""
_DIRECTED, _DIRECTED_BYTES = 0x0B, 16
_CLASSIC_CONNECTED: Final = 0x03
_OF_VENDORS: Final = bytes([_EVENT, 0xFF])
"""Events whose meaning the maker of the adapter alone knows."""


def find_places(data: bytes) -> Iterator[Found]:
    """Everything in a capture that may have to be replaced.

    Raises:
        CaptureError: not a file of this format.
    """
    units = list(units_in(data))
    told = [each for unit in units if unit.channel == ATT for each in told_by_all(unit.data)]
    links: dict[int, Link] = {}
    for unit in units:
        try:
            if unit.handle >= 0:
                yield from crossing(unit, links.setdefault(unit.handle, Link(told)))
            else:
                links.pop(_connected(unit), None)
                yield from _packet(unit)
        except (struct.error, IndexError):
            continue  # cut short


def _connected(unit: Unit) -> int:
    """The handle of a connection that came about; -1 for any other packet."""
    if unit.data[0] == _EVENT and unit.data[1] == _CLASSIC_CONNECTED:
        return int(struct.unpack_from("<H", unit.data, _EVENT_HEAD + 1)[0])
    if unit.data[0] == _EVENT and unit.data[1] == _META and unit.data[3] in _CONNECTED:
        return int(struct.unpack_from("<H", unit.data, _EVENT_HEAD + 2)[0])
    return -1


def _packet(unit: Unit) -> Iterator[Found]:
    if unit.data[0] == _COMMAND:
        yield from _command(unit)
    elif unit.data[:2] == _OF_VENDORS:
        yield Found("value", unit.at[_EVENT_HEAD:])
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
    elif body[0] == _DIRECTED:
        for at in range(_EVENT_HEAD + 2, _EVENT_HEAD + len(body), _DIRECTED_BYTES):
            for place in (at + 2, at + 9):
                yield from _addresses(unit, (place,), random=bool(unit.data[place - 1] & 1))


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
        if body[0] == _EXTENDED_REPORTS:  # whom it is meant for
            meant = place + length_at - 6
            yield from _addresses(unit, (meant,), random=bool(unit.data[meant - 1] & 1))
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
        told = unit.channel == SMP and unit.data[:1] == b"\x09" and not unit.packet.sent
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
