"""HCI packets of a controller for LE (Core, Vol 4, Part E). Whatever is cut short is left out."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from harness.encoding.btsnoop import HciPacket

_COMMAND: Final = 0x01
_EVENT: Final = 0x04
_ACL: Final = 0x02
_DISCONNECTED: Final = 0x05
_ENCRYPTION_CHANGED: Final = 0x08
_ENCRYPTION_CHANGED_V2: Final = 0x59
_KEY_REFRESHED: Final = 0x30
_ENABLE_ENCRYPTION: Final = 0x2019
_LE_META: Final = 0x3E
_LE_CONNECTED: Final = frozenset({0x01, 0x0A, 0x29})
_LE_REPORTS: Final = 0x02
_LE_EXTENDED_REPORTS: Final = 0x0D
_SCAN_RESPONSE: Final = 0x04
_SCAN_RESPONSE_BIT: Final = 0x08
_CONNECTABLE_BIT: Final = 0x01
_SCANNABLE_BIT: Final = 0x02
_STATUS_BITS: Final = 0x60
"""Not zero in reports that hold a part of the data, or data that was cut (7.7.65.13)."""
_CONNECTABLE: Final = frozenset({0x00, 0x01})
_SCANNABLE: Final = frozenset({0x00, 0x02})
_HANDLE_MASK: Final = 0x0FFF
_CONTINUED: Final = 0b01
_ADDRESS_BYTES: Final = 6


class AddressKind(StrEnum):
    """What an LE address tells of who bears it (Core, Vol 6, Part B, 1.3)."""

    PUBLIC = "public"
    STATIC = "static-random"
    RESOLVABLE = "resolvable-private"
    NON_RESOLVABLE = "non-resolvable-private"
    RESERVED = "reserved"


@dataclass(frozen=True)
class Address:
    """An LE address, written as usual, most significant byte first."""

    text: str
    kind: AddressKind


@dataclass(frozen=True)
class Report:
    """One advertisement or scan response.

    Attributes:
        scannable: the sender answers scan requests.
        whole: ``data`` is all that was sent.
    """

    packet: HciPacket
    address: Address
    response: bool
    connectable: bool
    data: bytes
    scannable: bool = False
    whole: bool = True


@dataclass(frozen=True)
class Connected:
    """A connection that came about."""

    packet: HciPacket
    handle: int
    peer: Address


@dataclass(frozen=True)
class Disconnected:
    """The end of a connection; ``reason`` is an HCI error code (Core, Vol 1, Part F)."""

    packet: HciPacket
    handle: int
    reason: int


@dataclass(frozen=True)
class Encrypted:
    """A connection that was or could not be encrypted; ``status`` 0 is success."""

    packet: HciPacket
    handle: int
    status: int
    on: bool


@dataclass(frozen=True)
class EncryptionAsked:
    """The bench's order to encrypt a connection."""

    packet: HciPacket
    handle: int


@dataclass(frozen=True)
class Fragment:
    """A piece of an L2CAP frame."""

    packet: HciPacket
    handle: int
    continued: bool
    data: bytes


HciEvent = Report | Connected | Disconnected | Encrypted | EncryptionAsked | Fragment


def events_of(packet: HciPacket) -> Iterator[HciEvent]:
    """What a packet tells; nothing for what no criterion needs."""
    kind, body = packet.data[0], packet.data[1:]
    try:
        if kind == _ACL:
            yield _fragment(packet, body)
        elif kind == _COMMAND and struct.unpack_from("<H", body)[0] == _ENABLE_ENCRYPTION:
            yield EncryptionAsked(packet, struct.unpack_from("<H", body, 3)[0] & _HANDLE_MASK)
        elif kind == _EVENT and len(body) >= 2 and len(body) - 2 >= body[1]:  # noqa: PLR2004
            yield from _event(packet, body[0], body[2 : 2 + body[1]])
    except (struct.error, IndexError):
        return


def _fragment(packet: HciPacket, body: bytes) -> Fragment:
    word, length = struct.unpack_from("<HH", body)
    continued = word >> 12 & 0b11 == _CONTINUED
    return Fragment(packet, word & _HANDLE_MASK, continued, body[4 : 4 + length])


def _event(packet: HciPacket, code: int, body: bytes) -> Iterator[HciEvent]:
    if code == _DISCONNECTED:
        status, handle, reason = struct.unpack_from("<BHB", body)
        if status == 0:
            yield Disconnected(packet, handle & _HANDLE_MASK, reason)
    elif code in {_ENCRYPTION_CHANGED, _ENCRYPTION_CHANGED_V2, _KEY_REFRESHED}:
        status, handle = struct.unpack_from("<BH", body)
        on = code == _KEY_REFRESHED or bool(body[3])
        yield Encrypted(packet, handle & _HANDLE_MASK, status, on)
    elif code == _LE_META and body[0] in _LE_CONNECTED:
        status, handle, _, kind = struct.unpack_from("<BHBB", body, 1)
        if status == 0:
            yield Connected(packet, handle & _HANDLE_MASK, address_of(body[6:12], kind))
    elif code == _LE_META and body[0] == _LE_REPORTS:
        yield from _reports(packet, body[1:])
    elif code == _LE_META and body[0] == _LE_EXTENDED_REPORTS:
        yield from _extended_reports(packet, body[1:])


def _reports(packet: HciPacket, body: bytes) -> Iterator[Report]:
    at = 1
    for _ in range(body[0]):
        kind, address_kind = body[at], body[at + 1]
        address = address_of(body[at + 2 : at + 8], address_kind)
        length = body[at + 8]
        data = body[at + 9 : at + 9 + length]
        if len(data) < length:
            return
        response = kind == _SCAN_RESPONSE
        connectable, scannable = kind in _CONNECTABLE, kind in _SCANNABLE
        yield Report(packet, address, response, connectable, data, scannable)
        at += 9 + length + 1  # the signal strength comes last


def _extended_reports(packet: HciPacket, body: bytes) -> Iterator[Report]:
    at = 1
    for _ in range(body[0]):
        kind, address_kind = struct.unpack_from("<HB", body, at)
        address = address_of(body[at + 3 : at + 9], address_kind)
        length = body[at + 23]
        data = body[at + 24 : at + 24 + length]
        if len(data) < length:
            return
        response = bool(kind & _SCAN_RESPONSE_BIT)
        yield Report(
            packet,
            address,
            response,
            bool(kind & _CONNECTABLE_BIT),
            data,
            scannable=bool(kind & _SCANNABLE_BIT),
            whole=not kind & _STATUS_BITS,
        )
        at += 24 + length


def address_of(data: bytes, kind: int) -> Address:
    """An address from six bytes, least significant first; even kinds are public.

    Raises:
        IndexError: not six bytes.
    """
    if len(data) != _ADDRESS_BYTES:
        raise IndexError(len(data))
    text = ":".join(f"{byte:02X}" for byte in reversed(data))
    if not kind & 1:
        return Address(text, AddressKind.PUBLIC)
    top = data[5] >> 6
    kinds = {
        0b00: AddressKind.NON_RESOLVABLE,
        0b01: AddressKind.RESOLVABLE,
        0b11: AddressKind.STATIC,
    }
    return Address(text, kinds.get(top, AddressKind.RESERVED))
