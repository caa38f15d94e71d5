"""Commands, events and L2CAP frames of a capture, with the place of each of their bytes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness.encoding.btsnoop import HciPacket, placed

_ACL: Final = 0x02
_ACL_HEAD, _L2CAP_HEAD = 5, 4
_CONTINUED: Final = 0b01


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
    joining = _Joining()
    for start, packet in placed(data):
        if packet.data[0] == _ACL and len(packet.data) >= _ACL_HEAD:
            yield from joining.take(start, packet)
        else:
            yield Unit(packet, packet.data, tuple(range(start, start + len(packet.data))))
    yield from joining.left()


class _Joining:
    """Frames that are not whole yet, one for each direction of a link."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, bool], tuple[HciPacket, bytearray, list[int]]] = {}

    def take(self, start: int, packet: HciPacket) -> Iterator[Unit]:
        """One more piece, which begins at a place of the file with its type."""
        word = struct.unpack_from("<H", packet.data, 1)[0]
        key = (word & 0x0FFF, packet.sent)
        body, at = packet.data[_ACL_HEAD:], range(start + _ACL_HEAD, start + len(packet.data))
        if word >> 12 & 0b11 != _CONTINUED:
            yield from self._give_up(key)
            self._open[key] = (packet, bytearray(), [])
        elif key not in self._open:
            yield Unit(packet, body, tuple(at), key[0])  # the piece before it is not there
            return
        first, joined, places = self._open[key]
        joined += body
        places.extend(at)
        if len(joined) < _L2CAP_HEAD:
            return
        length, channel = struct.unpack_from("<HH", joined)
        if len(joined) >= _L2CAP_HEAD + length:
            del self._open[key]
            yield Unit(first, bytes(joined[4:]), tuple(places[4:]), key[0], channel)

    def left(self) -> Iterator[Unit]:
        """What never became whole may hold a part of a key all the same."""
        for key in list(self._open):
            yield from self._give_up(key)

    def _give_up(self, key: tuple[int, bool]) -> Iterator[Unit]:
        if key in self._open:
            packet, joined, at = self._open.pop(key)
            whole = len(joined) >= _L2CAP_HEAD
            channel = struct.unpack_from("<H", joined, 2)[0] if whole else -1
            yield Unit(packet, bytes(joined[4:]), tuple(at[4:]), key[0], channel)
