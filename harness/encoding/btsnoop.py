"""Files of HCI packets that Wireshark opens: btsnoop, version 1, with H4 packet types.

The format is that of snoop (RFC 1761) with other time and flags: a header of 16 bytes, then records
of 24 bytes and one packet each, all numbers big-endian. The first byte of a packet is its H4 type
(Core, Vol 4, Part A, 2).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness.errors import CaptureError

SCHEMA_NAME: Final = "btsnoop"
MAX_PACKET: Final = 65536
_MAGIC: Final = b"btsnoop\0"
_VERSION: Final = 1
_H4: Final = 1002
_HEADER: Final = struct.Struct(">8sII")
_RECORD: Final = struct.Struct(">IIIIQ")
RECORD_BYTES: Final = _RECORD.size
"""What stands before each packet."""
_RECEIVED: Final = 0x01
_COMMAND_OR_EVENT: Final = 0x02
_YEAR_0_US: Final = 0x00DCDDB30F2F8000
"""Microseconds from the epoch of the format to that of Unix."""
_NO_DATA: Final = frozenset({0x01, 0x04})
"""H4 types that are no data: commands and events."""


@dataclass(frozen=True)
class HciPacket:
    """One packet between host and controller.

    Attributes:
        number: of its record, counted from 1, as Wireshark counts.
        at_us: microseconds since 1970 in UTC.
        sent: it went from the bench's host to its controller.
        data: H4 type and packet.
    """

    number: int
    at_us: int
    sent: bool
    data: bytes


def header() -> bytes:
    """The beginning of a file."""
    return _HEADER.pack(_MAGIC, _VERSION, _H4)


def record(data: bytes, *, sent: bool, at_us: int) -> bytes:
    """One packet with its record; ``data`` begins with the H4 type."""
    flags = (0 if sent else _RECEIVED) | (_COMMAND_OR_EVENT if data[0] in _NO_DATA else 0)
    return _RECORD.pack(len(data), len(data), flags, 0, at_us + _YEAR_0_US) + data


def kept_bytes(head: bytes) -> int:
    """How many bytes of a packet follow this record; 0 for one that was cut off.

    Raises:
        CaptureError: a length that no packet has.
    """
    if len(head) < RECORD_BYTES:
        return 0
    whole, kept, *_ = _RECORD.unpack_from(head)
    if not 0 < kept <= MAX_PACKET or whole < kept:
        message = f"a length of {kept} of {whole} bytes"
        raise CaptureError(message)
    return int(kept)


def is_whole(data: bytes) -> bool:
    """Whether a file ends where a packet does: nobody died while writing it.

    Raises:
        CaptureError: as `read_packets` does.
    """
    *_, end = (_HEADER.size, *(place + len(each.data) for place, each in placed(data)))
    return end == len(data)


def read_packets(data: bytes) -> Iterator[HciPacket]:
    """The packets of a file, up to one that was cut off.

    Raises:
        CaptureError: not a file of this format, or a record that cannot be.
    """
    return (packet for _, packet in placed(data))


def is_snoop(data: bytes) -> bool:
    """Whether these bytes begin like a file of this format."""
    return data.startswith(_MAGIC)


def placed(data: bytes) -> Iterator[tuple[int, HciPacket]]:
    """The packets of a file, each with the place at which it begins with its H4 type.

    Raises:
        CaptureError: as `read_packets` does.
    """
    if len(data) < _HEADER.size or _HEADER.unpack_from(data) != (_MAGIC, _VERSION, _H4):
        message = "not a btsnoop file of H4 packets"
        raise CaptureError(message)
    at, number = _HEADER.size, 0
    while at + _RECORD.size <= len(data):
        whole, kept, flags, _, stamp = _RECORD.unpack_from(data, at)
        at, number = at + _RECORD.size, number + 1
        if not 0 < kept <= MAX_PACKET or whole < kept:
            message = f"packet {number}: a length of {kept} of {whole} bytes"
            raise CaptureError(message)
        if at + kept > len(data):
            return  # the writer died here
        sent = not flags & _RECEIVED
        yield at, HciPacket(number, stamp - _YEAR_0_US, sent, data[at : at + kept])
        at += kept
