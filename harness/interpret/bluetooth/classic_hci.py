"""HCI events of Bluetooth Classic (Core, Vol 4, Part E, 7.7). What is cut short is left out."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from harness.encoding.btsnoop import HciPacket

_COMMAND: Final = 0x01
_EVENT: Final = 0x04
_HANDLE_MASK: Final = 0x0FFF
_EVENT_HEADER: Final = 2
_ADDRESS_BYTES: Final = 6
_KEY_BYTES: Final = 16
_ACL_LINK: Final = 0x01
_WRITE_SIMPLE_PAIRING: Final = 0x0C56
_WRITE_SECURE_SUPPORT: Final = 0x0C7A
_READ_EXTENDED_FEATURES: Final = 0x1004
_READ_KEY_SIZE: Final = 0x1408
_SECURE_CONTROLLER_PAGE: Final = 2


@dataclass(frozen=True)
class Answered:
    """An answer to an inquiry; ``told`` is its extended part, empty if there was none."""

    packet: HciPacket
    address: str
    told: bytes = b""


@dataclass(frozen=True)
class Named:
    """A device's name, asked for."""

    packet: HciPacket
    address: str
    name: bytes


@dataclass(frozen=True)
class Opened:
    """A connection that came about."""

    packet: HciPacket
    handle: int
    address: str


@dataclass(frozen=True)
class Capable:
    """What a device says that it can show and take."""

    packet: HciPacket
    address: str
    capability: int


@dataclass(frozen=True)
class KeyMade:
    """A link key was made; ``kind`` is a `harness.facts.bluetooth_classic.LinkKey`."""

    packet: HciPacket
    address: str
    kind: int


@dataclass(frozen=True)
class Authenticated:
    """An authentication that the bench had asked for ended; 0 is success."""

    packet: HciPacket
    handle: int
    status: int


@dataclass(frozen=True)
class Ciphered:
    """Encryption changed; ``cipher`` 0 is none; ``key_size`` 0 was not told."""

    packet: HciPacket
    handle: int
    status: int
    cipher: int
    key_size: int = 0


@dataclass(frozen=True)
class KeySize:
    """The size of a link's encryption key."""

    packet: HciPacket
    handle: int
    size: int


@dataclass(frozen=True)
class SimplePairing:
    """The bench's host can do Secure Simple Pairing, or not."""

    packet: HciPacket
    on: bool


@dataclass(frozen=True)
class SecureHost:
    """The bench's controller took it that its host can do Secure Connections."""

    packet: HciPacket


@dataclass(frozen=True)
class SecureController:
    """The bench's controller can do Secure Connections."""

    packet: HciPacket


ClassicEvent = (
    Answered
    | Named
    | Opened
    | Capable
    | KeyMade
    | Authenticated
    | Ciphered
    | KeySize
    | SimplePairing
    | SecureHost
    | SecureController
)


def classic_events_of(packet: HciPacket) -> Iterator[ClassicEvent]:
    """What a packet tells of Classic; nothing for what no criterion needs."""
    kind, body = packet.data[0], packet.data[1:]
    if packet.sent and kind == _COMMAND and body[:2] == _WRITE_SIMPLE_PAIRING.to_bytes(2, "little"):
        yield SimplePairing(packet, on=body[3:4] == b"\x01")
    if packet.sent or kind != _EVENT or len(body) < _EVENT_HEADER:
        return
    code, data = body[0], body[_EVENT_HEADER : _EVENT_HEADER + body[1]]
    read = _READERS.get(code)
    if read is None or len(data) < body[1]:
        return
    try:
        yield from read(packet, data)
    except (struct.error, IndexError):
        return


def address_text(data: bytes) -> str:
    """An address from six bytes, least significant first.

    Raises:
        IndexError: not six bytes.
    """
    if len(data) != _ADDRESS_BYTES:
        raise IndexError(len(data))
    return ":".join(f"{byte:02X}" for byte in reversed(data))


def _answers(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.2 and 7.7.33: all addresses come first."""
    for index in range(data[0]):
        yield Answered(packet, address_text(data[1 + 6 * index : 7 + 6 * index]))


def _extended_answer(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.38."""
    yield Answered(packet, address_text(data[1:7]), data[15:])


def _named(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.7."""
    if data[0] == 0:
        yield Named(packet, address_text(data[1:7]), data[7:].split(b"\0", 1)[0])


def _opened(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.3."""
    status, handle = struct.unpack_from("<BH", data)
    if status == 0 and data[9] == _ACL_LINK:
        yield Opened(packet, handle & _HANDLE_MASK, address_text(data[3:9]))


def _capable(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.41."""
    yield Capable(packet, address_text(data[:6]), data[6])


def _key_made(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.24."""
    yield KeyMade(packet, address_text(data[:6]), data[6 + _KEY_BYTES])


def _authenticated(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.6."""
    status, handle = struct.unpack_from("<BH", data)
    yield Authenticated(packet, handle & _HANDLE_MASK, status)


def _ciphered(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.8, version 1."""
    status, handle, cipher = struct.unpack_from("<BHB", data)
    yield Ciphered(packet, handle & _HANDLE_MASK, status, cipher)


def _ciphered_sized(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.8, version 2."""
    status, handle, cipher, size = struct.unpack_from("<BHBB", data)
    yield Ciphered(packet, handle & _HANDLE_MASK, status, cipher, size)


def _completed(packet: HciPacket, data: bytes) -> Iterator[ClassicEvent]:
    """7.7.14: how a command of the bench ended."""
    opcode, status = struct.unpack_from("<HB", data, 1)
    if status != 0:
        return
    if opcode == _READ_KEY_SIZE:
        handle, size = struct.unpack_from("<HB", data, 4)
        yield KeySize(packet, handle & _HANDLE_MASK, size)
    elif opcode == _WRITE_SECURE_SUPPORT:
        yield SecureHost(packet)
    elif opcode == _READ_EXTENDED_FEATURES:
        page, features = data[4], data[6:14]
        if page == _SECURE_CONTROLLER_PAGE and features[1] & 1:
            yield SecureController(packet)


_READERS: Final[dict[int, Callable[[HciPacket, bytes], Iterator[ClassicEvent]]]] = {
    0x02: _answers,
    0x03: _opened,
    0x06: _authenticated,
    0x07: _named,
    0x08: _ciphered,
    0x0E: _completed,
    0x18: _key_made,
    0x22: _answers,
    0x2F: _extended_answer,
    0x32: _capable,
    0x59: _ciphered_sized,
}
