"""Sets of port numbers, as nmap and people write them: ``22,80,8000-8100``."""

from collections.abc import Iterable, Iterator
from typing import Final

from typing_extensions import override

MAX_PORT: Final = 65535


class PortSet:
    """An immutable set of port numbers 0..65535, kept as the bits of one number."""

    def __init__(self, bits: int = 0) -> None:
        """The ports whose bits are set."""
        self._bits = bits

    @classmethod
    def of(cls, ports: Iterable[int]) -> "PortSet":
        """The set of these numbers. Raises ValueError for one that is no port."""
        bits = 0
        for port in ports:
            bits |= _bit(port)
        return cls(bits)

    @classmethod
    def parse(cls, text: str) -> "PortSet":
        """Read ``22,80,8000-8100``; ``""`` is the empty set.

        Raises:
            ValueError: not a list of ports and ranges.
        """
        bits = 0
        for part in filter(None, text.split(",")):
            first, dash, last = part.partition("-")
            low, high = int(first), int(last if dash else first)
            if low > high:
                raise ValueError(f"a range that ends before it starts: {part!r}")
            bits |= (_bit(high) << 1) - _bit(low)
        return cls(bits)

    def __or__(self, other: "PortSet") -> "PortSet":
        """Ports of either."""
        return PortSet(self._bits | other._bits)

    def __and__(self, other: "PortSet") -> "PortSet":
        """Ports of both."""
        return PortSet(self._bits & other._bits)

    def __sub__(self, other: "PortSet") -> "PortSet":
        """Ports of this set that are not in the other."""
        return PortSet(self._bits & ~other._bits)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self._bits != 0

    def __contains__(self, port: int) -> bool:
        """Whether ``port`` is one of them."""
        return 0 <= port <= MAX_PORT and bool(self._bits >> port & 1)

    @override
    def __eq__(self, other: object) -> bool:
        """Whether both hold the same ports."""
        return isinstance(other, PortSet) and self._bits == other._bits

    @override
    def __hash__(self) -> int:
        """Equal sets hash alike."""
        return hash(self._bits)

    def ranges(self) -> Iterator[tuple[int, int]]:
        """First and last port of each run of neighbours, in order."""
        bits, offset = self._bits, 0
        while bits:
            skip = (bits & -bits).bit_length() - 1
            bits >>= skip
            length = (~bits & (bits + 1)).bit_length() - 1
            bits >>= length
            offset += skip
            yield offset, offset + length - 1
            offset += length

    def __iter__(self) -> Iterator[int]:
        """Every port, in order."""
        for low, high in self.ranges():
            yield from range(low, high + 1)

    def texts(self) -> list[str]:
        """``22`` and ``8000-8100``, in order."""
        return [str(low) if low == high else f"{low}-{high}" for low, high in self.ranges()]


def _bit(port: int) -> int:
    if not 0 <= port <= MAX_PORT:
        raise ValueError(f"no such port: {port}")
    return 1 << port
