"""Reading length-prefixed fields from untrusted bytes, never beyond their end."""


class Cursor:
    """Reads big-endian fields one after another."""

    def __init__(self, data: bytes) -> None:
        """Start at the first byte of ``data``."""
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes. Raises ValueError when there are fewer."""
        if count > self.left:
            raise ValueError(f"{count} bytes wanted, {self.left} left")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, width: int) -> int:
        """The next ``width`` bytes as an unsigned number. Raises ValueError at the end."""
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        """A field that starts with its own length in ``width`` bytes.

        Raises:
            ValueError: the length reaches beyond the end.
        """
        return self.take(self.number(width))


def vector(data: bytes, width: int) -> bytes:
    """``data`` with its length in front, as `Cursor.vector` reads it."""
    return len(data).to_bytes(width, "big") + data
