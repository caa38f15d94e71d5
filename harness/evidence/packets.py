"""Where things lie in a capture of packets (pcap, pcapng): frames, addresses, TCP segments.

Only places are found here, so that a twin can be made in place. What is not understood has no
place: a frame of an unknown link, a fragment, a header that is cut off.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_CLASSIC: Final = {
    b"\xd4\xc3\xb2\xa1": "<",
    b"\x4d\x3c\xb2\xa1": "<",
    b"\xa1\xb2\xc3\xd4": ">",
    b"\xa1\xb2\x3c\x4d": ">",
}
_NG: Final = b"\x0a\x0d\x0d\x0a"
_ORDERS: Final = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_INTERFACE, _OLD, _SIMPLE, _ENHANCED, _SECRETS = 1, 2, 3, 6, 10
_FILE_HEAD, _RECORD_HEAD, _BLOCK_HEAD, _BLOCK_TAIL = 24, 16, 8, 4
MAX_FRAMES: Final = 1_000_000

NULL, ETHERNET, RAW, LINUX_COOKED, LINUX_COOKED_2 = 0, 1, 101, 113, 276
_RAW_TOO: Final = frozenset({12, 14, RAW, 228, 229})
_IPV4, _IPV6, _ARP = 0x0800, 0x86DD, 0x0806
_TAGS: Final = frozenset({0x8100, 0x88A8, 0x9100})
_SKIPPED: Final = frozenset({0, 43, 60})
"""IPv6 headers that stand before the payload and say how long they are (RFC 8200, 4)."""
TCP, UDP = 6, 17
SYN: Final = 0x02


@dataclass(frozen=True)
class Frame:
    """One packet as it came over a link: its place in the file, and the kind of link."""

    start: int
    end: int
    link: int


@dataclass(frozen=True)
class Segment:
    """A TCP segment or UDP datagram: its place in the file.

    Attributes:
        flow: addresses and ports, in one direction.
        head: where its header begins; ``data`` where its payload does.
        sequence: of the first byte of the payload; 0 for UDP.
    """

    protocol: int
    flow: bytes
    head: int
    data: int
    end: int
    sequence: int = 0
    opens: bool = False

    @property
    def checksum(self) -> int:
        """Where its checksum stands (RFC 9293, RFC 768)."""
        return self.head + (16 if self.protocol == TCP else 6)


@dataclass(frozen=True)
class Packets:
    """A capture file: its frames, and stretches that hold keys of sessions."""

    frames: tuple[Frame, ...]
    keys: tuple[tuple[int, int], ...] = ()


def is_packets(data: bytes) -> bool:
    """Whether these bytes begin like a pcap or pcapng file."""
    return data[:4] in _CLASSIC or data[:4] == _NG


def read_packets(data: bytes) -> Packets:
    """Every frame of a capture file, as far as the file is whole."""
    if data[:4] in _CLASSIC:
        return Packets(tuple(_classic(data, _CLASSIC[data[:4]])))
    frames: list[Frame] = []
    keys: list[tuple[int, int]] = []
    for found in _blocks(data):
        if isinstance(found, Frame):
            frames.append(found)
        else:
            keys.append(found)
    return Packets(tuple(frames), tuple(keys))


def _classic(data: bytes, order: str) -> Iterator[Frame]:
    if len(data) < _FILE_HEAD:
        return
    link = struct.unpack_from(f"{order}I", data, 20)[0] & 0xFFFF
    position = _FILE_HEAD
    for _ in range(MAX_FRAMES):
        if position + _RECORD_HEAD > len(data):
            return
        size = struct.unpack_from(f"{order}I", data, position + 8)[0]
        start = position + _RECORD_HEAD
        if size > len(data) - start:
            return
        yield Frame(start, start + size, link)
        position = start + size


def _blocks(data: bytes) -> Iterator[Frame | tuple[int, int]]:
    position, order = 0, "<"
    links: list[int] = []
    for _ in range(MAX_FRAMES):
        if position + _BLOCK_HEAD + _BLOCK_TAIL > len(data):
            return
        if data[position : position + 4] == _NG:
            order, links = _ORDERS.get(data[position + 8 : position + 12], "<"), []
        kind, size = struct.unpack_from(f"{order}II", data, position)
        end = position + size - _BLOCK_TAIL
        if size < _BLOCK_HEAD + _BLOCK_TAIL or end + _BLOCK_TAIL > len(data):
            return
        body = position + _BLOCK_HEAD
        if kind == _INTERFACE and end - body >= _BLOCK_HEAD:
            links.append(struct.unpack_from(f"{order}H", data, body)[0])
        else:
            yield from _block(data, order, kind, (body, end), links)
        position = end + _BLOCK_TAIL


def _block(
    data: bytes, order: str, kind: int, place: tuple[int, int], links: list[int]
) -> Iterator[Frame | tuple[int, int]]:
    body, end = place
    if kind in {_ENHANCED, _OLD} and end - body >= 20:  # noqa: PLR2004  (fixed fields)
        which = struct.unpack_from(f"{order}{'I' if kind == _ENHANCED else 'H'}", data, body)[0]
        size = struct.unpack_from(f"{order}I", data, body + 12)[0]
        start = body + 20
        link = links[which] if which < len(links) else -1
        yield Frame(start, min(start + size, end), link)
    elif kind == _SIMPLE and end - body >= 4:  # noqa: PLR2004  (its length field)
        size = struct.unpack_from(f"{order}I", data, body)[0]
        yield Frame(body + 4, min(body + 4 + size, end), links[0] if links else -1)
    elif kind == _SECRETS:
        yield min(body + 8, end), end


def is_known(link: int) -> bool:
    """Whether addresses and segments of this kind of link are found."""
    return link in {NULL, ETHERNET, LINUX_COOKED, LINUX_COOKED_2} or link in _RAW_TOO


def hardware_addresses(data: bytes, frame: Frame) -> Iterator[int]:
    """Where the 48-bit addresses of a frame stand: of the link, and in ARP (RFC 826)."""
    size = frame.end - frame.start
    if frame.link == ETHERNET and size >= 14:  # noqa: PLR2004  (RFC 894)
        yield frame.start
        yield frame.start + 6
    elif frame.link == LINUX_COOKED and size >= 16:  # noqa: PLR2004  (its header)
        yield frame.start + 6
    elif frame.link == LINUX_COOKED_2 and size >= 20:  # noqa: PLR2004  (its header)
        yield frame.start + 12
    kind, start = _network(data, frame)
    if kind == _ARP and start + 28 <= frame.end and data[start + 4] == 6:  # noqa: PLR2004
        yield start + 8
        yield start + 18


def segment(data: bytes, frame: Frame) -> Segment | None:
    """The TCP segment or UDP datagram in a frame, if it is a whole one."""
    kind, start = _network(data, frame)
    if kind == _IPV4:
        found = _ipv4(data, start, frame.end)
    elif kind == _IPV6:
        found = _ipv6(data, start, frame.end)
    else:
        return None
    if found is None:
        return None
    protocol, hosts, head, end = found
    if protocol == UDP and head + 8 <= end:
        return Segment(UDP, hosts + data[head : head + 4], head, head + 8, end)
    if protocol != TCP or head + 20 > end:
        return None
    begin = head + 4 * (data[head + 12] >> 4)
    opens = bool(data[head + 13] & SYN)
    sequence = struct.unpack_from(">I", data, head + 4)[0] + opens
    flow = hosts + data[head : head + 4]
    return Segment(TCP, flow, head, begin, end, sequence, opens) if begin <= end else None


def _network(data: bytes, frame: Frame) -> tuple[int, int]:
    """The EtherType, and where what it speaks of begins; 0 if unknown."""
    start, link = frame.start, frame.link
    if link in _RAW_TOO and start < frame.end:
        return {4: _IPV4, 6: _IPV6}.get(data[start] >> 4, 0), start
    if link == NULL and start + 4 < frame.end:
        return {4: _IPV4, 6: _IPV6}.get(data[start + 4] >> 4, 0), start + 4
    if link == LINUX_COOKED_2 and start + 20 <= frame.end:
        return struct.unpack_from(">H", data, start)[0], start + 20
    offset = {ETHERNET: 12, LINUX_COOKED: 14}.get(link)
    while offset is not None and start + offset + 2 <= frame.end:
        kind = struct.unpack_from(">H", data, start + offset)[0]
        if kind not in _TAGS:
            return kind, start + offset + 2
        offset += 4
    return 0, start


def _ipv4(data: bytes, start: int, end: int) -> tuple[int, bytes, int, int] | None:
    if start + 20 > end:
        return None
    fragment = struct.unpack_from(">H", data, start + 6)[0] & 0x3FFF
    total = struct.unpack_from(">H", data, start + 2)[0] or end - start
    head = start + 4 * (data[start] & 0x0F)
    stop = min(end, start + total)
    if fragment or head > stop:
        return None
    return data[start + 9], data[start + 12 : start + 20], head, stop


def _ipv6(data: bytes, start: int, end: int) -> tuple[int, bytes, int, int] | None:
    if start + 40 > end:
        return None
    protocol, head = data[start + 6], start + 40
    total = struct.unpack_from(">H", data, start + 4)[0]
    stop = min(end, head + total) if total else end
    while protocol in _SKIPPED and head + 8 <= stop:
        protocol, head = data[head], head + 8 * (data[head + 1] + 1)
    return (protocol, data[start + 8 : start + 40], head, stop) if head <= stop else None
