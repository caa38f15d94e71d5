"""Basic Encoding Rules as far as SNMP uses them: definite lengths, low tags (X.690; RFC 3417, 8).

Every reader takes bytes of an untrusted device, looks at one level and never recurses.
"""

from typing import Final

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
MAX_INTEGER_BYTES: Final = 9
"""A 64-bit counter with the octet that keeps it positive."""
MAX_ARCS: Final = 128
"""Sub-identifiers of an object identifier at most (RFC 3416, section 4.1)."""
_LONG_FORM: Final = 0x80
_MAX_LENGTH_BYTES: Final = 4
_MAX_ARC: Final = 2**32 - 1
_CONTINUED: Final = 0x80
_ROOTS: Final = 40


class BerReader:
    """Reads the elements of one level, one after another."""

    def __init__(self, data: bytes) -> None:
        """Start at the first byte of ``data``."""
        self._data = data
        self._at = 0

    @property
    def done(self) -> bool:
        """Whether every byte was read."""
        return self._at >= len(self._data)

    def any(self) -> tuple[int, bytes]:
        """Tag and content of the next element.

        Raises:
            ValueError: nothing is left, or the length is indefinite or reaches beyond the end.
        """
        tag, first = self._take(1)[0], self._take(1)[0]
        length = first
        if first & _LONG_FORM:
            width = first & 0x7F
            if not 0 < width <= _MAX_LENGTH_BYTES:
                raise ValueError(f"length in {width} bytes")
            length = int.from_bytes(self._take(width), "big")
        return tag, self._take(length)

    def one(self, tag: int) -> bytes:
        """Content of the next element, which has this tag. Raises ValueError if it has not."""
        found, content = self.any()
        if found != tag:
            raise ValueError(f"tag {found:#04x} where {tag:#04x} belongs")
        return content

    def integer(self) -> int:
        """The next element, an INTEGER. Raises ValueError if it is none."""
        return read_integer(self.one(INTEGER))

    def _take(self, count: int) -> bytes:
        if count > len(self._data) - self._at:
            raise ValueError(f"{count} bytes wanted, {len(self._data) - self._at} left")
        self._at += count
        return self._data[self._at - count : self._at]


def read_integer(content: bytes, *, signed: bool = True) -> int:
    """The number in the content of an INTEGER, Counter or TimeTicks.

    Raises:
        ValueError: it is empty or longer than any number of SNMP.
    """
    if not 0 < len(content) <= MAX_INTEGER_BYTES:
        raise ValueError(f"a number of {len(content)} bytes")
    return int.from_bytes(content, "big", signed=signed)


def read_oid(content: bytes) -> str:
    """The content of an OBJECT IDENTIFIER in dots: ``1.3.6.1.2.1.1.1.0``.

    Raises:
        ValueError: it is empty, cut, too long, or an arc is beyond 32 bits.
    """
    arcs: list[int] = []
    value = 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if value > _MAX_ARC:
            raise ValueError("an arc beyond 32 bits")
        if not byte & _CONTINUED:
            arcs.append(value)
            value = 0
            if len(arcs) > MAX_ARCS:
                raise ValueError(f"more than {MAX_ARCS} arcs")
    if not arcs or content[-1] & _CONTINUED:
        raise ValueError("an object identifier that is empty or cut")
    root = min(arcs[0] // _ROOTS, 2)
    return ".".join(str(arc) for arc in (root, arcs[0] - root * _ROOTS, *arcs[1:]))


def element(tag: int, content: bytes) -> bytes:
    """One element with a definite length."""
    count = len(content)
    if count < _LONG_FORM:
        return bytes([tag, count]) + content
    width = (count.bit_length() + 7) // 8
    return bytes([tag, _LONG_FORM | width]) + count.to_bytes(width, "big") + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of elements."""
    return element(SEQUENCE, b"".join(parts))


def integer(value: int) -> bytes:
    """An INTEGER in as few bytes as it takes."""
    width = (value + (value < 0)).bit_length() // 8 + 1
    return element(INTEGER, value.to_bytes(width, "big", signed=True))


def octets(value: bytes) -> bytes:
    """An OCTET STRING."""
    return element(OCTETS, value)


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from dots. Raises ValueError for fewer than two arcs."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = bytearray()
    for arc in (first * _ROOTS + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | _CONTINUED)
        content += bytes(reversed(groups))
    return element(OID, bytes(content))
