"""Twins of packet captures: the same frames, with tokens in place of secrets.

A secret may be split over the segments of a connection, which come late, twice or overlap. So
payloads are joined by their sequence numbers, scrubbed as one text, and put back where they were;
then the whole file is scrubbed as bytes. Checksums of TCP and UDP are carried along: right ones
stay right, and wrong ones (hardware often fills them in late) stay wrong. Session keys of pcapng
and frames of links that are not understood are masked.
"""

import struct
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from harness.encoding.text import from_latin, to_latin
from harness.evidence.layers import MASK
from harness.evidence.packets import (
    TCP,
    UDP,
    Frame,
    Segment,
    hardware_addresses,
    is_known,
    read_packets,
    segment,
)

_HALF, _WHOLE = 2**31, 2**32
_MASK_BYTE = MASK.encode()


@dataclass
class _Flow:
    """Segments of one direction of one connection, by their place in the stream."""

    first: int
    segments: list[tuple[int, Segment]] = field(default_factory=list)

    def add(self, found: Segment) -> None:
        place = (found.sequence - self.first + _HALF) % _WHOLE - _HALF
        self.segments.append((place, found))


@dataclass
class _Run:
    """A stretch of a stream without a gap: its bytes, and which segments hold them."""

    start: int
    data: bytearray = field(default_factory=bytearray)
    held: list[tuple[int, Segment]] = field(default_factory=list)


def packet_twin(
    data: bytes, scrub: Callable[[str], str], address: Callable[[bytes], bytes]
) -> bytes:
    """The twin of a capture file.

    Args:
        data: the file.
        scrub: replaces secrets in a text and keeps its length.
        address: the pseudonym of a hardware address, or the address itself.
    """
    packets = read_packets(data)
    found = [each for frame in packets.frames if (each := segment(data, frame))]
    twin = bytearray(data)
    for run in _runs(data, found):
        _put_back(twin, data, run, from_latin(scrub(to_latin(bytes(run.data)))))
    twin = bytearray(from_latin(scrub(to_latin(bytes(twin)))))
    _mask(twin, packets.keys, packets.frames)
    for frame in packets.frames:
        for place in hardware_addresses(data, frame):
            twin[place : place + 6] = address(data[place : place + 6])
    for each in found:
        _carry_checksum(twin, data, each)
    return bytes(twin)


def streams_in(data: bytes) -> Iterator[str]:
    """Every stretch of every TCP stream of a capture file, as text."""
    found = (segment(data, frame) for frame in read_packets(data).frames)
    for run in _runs(data, [each for each in found if each]):
        yield to_latin(bytes(run.data))


def unreadable_link(data: bytes) -> str:
    """Why frames of a capture file are masked; ``""`` if none are."""
    links = {frame.link for frame in read_packets(data).frames if not is_known(frame.link)}
    return f"frames of link type {min(links)} are not looked into" if links else ""


def _runs(data: bytes, segments: list[Segment]) -> Iterator[_Run]:
    """Joined payloads; a new connection between the same ports is a stream of its own."""
    current: dict[bytes, _Flow] = {}
    flows: defaultdict[bytes, list[_Flow]] = defaultdict(list)
    for each in segments:
        if each.protocol != TCP:
            continue
        if each.flow not in current or each.opens:
            current[each.flow] = _Flow(each.sequence)
            flows[each.flow].append(current[each.flow])
        if each.end > each.data:
            current[each.flow].add(each)
    for flow in (entry for found in flows.values() for entry in found):
        yield from _joined(data, sorted(flow.segments, key=lambda entry: entry[0]))


def _joined(data: bytes, segments: list[tuple[int, Segment]]) -> Iterator[_Run]:
    run = _Run(0)
    for place, each in segments:
        end = run.start + len(run.data)
        if run.held and place > end:
            yield run
            run = _Run(place)
        elif not run.held:
            run = _Run(place)
        end = run.start + len(run.data)
        payload = data[each.data : each.end]
        run.data += payload[max(0, end - place) :]
        run.held.append((place, each))
    if run.held:
        yield run


def _put_back(twin: bytearray, data: bytes, run: _Run, clean: bytes) -> None:
    """Write a scrubbed run to every segment that holds a part of it, repeated ones too."""
    for place, each in run.held:
        start, size = place - run.start, each.end - each.data
        if data[each.data : each.end] == run.data[start : start + size]:
            twin[each.data : each.end] = clean[start : start + size]


def _mask(twin: bytearray, keys: tuple[tuple[int, int], ...], frames: tuple[Frame, ...]) -> None:
    unknown = [(frame.start, frame.end) for frame in frames if not is_known(frame.link)]
    for start, end in (*keys, *unknown):
        twin[start:end] = _MASK_BYTE * (end - start)


def _carry_checksum(twin: bytearray, data: bytes, found: Segment) -> None:
    """Add to the checksum what the payload changed by (RFC 1624): it stays as right as it was."""
    before, after = data[found.head : found.end], bytes(twin[found.head : found.end])
    place = found.checksum
    if before == after or place + 2 > found.end:
        return
    stored = struct.unpack_from(">H", data, place)[0]
    twin[place : place + 2] = data[place : place + 2]
    if found.protocol == UDP and stored == 0:
        return  # UDP without a checksum
    clean = bytes(twin[found.head : found.end])
    total = (~stored & 0xFFFF) + (~_sum(before) & 0xFFFF) + _sum(clean)
    carried = ~_folded(total) & 0xFFFF
    nothing = 0xFFFF if found.protocol == UDP else 0
    struct.pack_into(">H", twin, place, carried or nothing)


def _sum(data: bytes) -> int:
    padded = data + bytes(len(data) % 2)
    return _folded(sum(struct.unpack(f">{len(padded) // 2}H", padded)))


def _folded(total: int) -> int:
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total
