"""The packets of MQTT 3.1.1 as the router's broker reads and writes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LEVEL: Final = 4
LONGEST: Final = 16 * 1024
"""A longer packet ends the connection."""
_LENGTH_BYTES: Final = 4
_MORE: Final = 0x80


class MalformedError(Exception):
    """What came is no packet of this protocol: the connection must end (section 4.8)."""


@dataclass(frozen=True)
class Packet:
    """One whole packet: its type, the flags beside it, and the rest."""

    kind: int
    flags: int
    body: bytes


class PacketReader:
    """Puts packets together from what arrives."""

    def __init__(self) -> None:
        """Nothing has arrived yet."""
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole now. Raises MalformedError."""
        self._pending += data
        while (found := self._next()) is not None:
            yield found

    def _next(self) -> Packet | None:
        size = shift = 0
        for at in range(1, _LENGTH_BYTES + 1):
            if at >= len(self._pending):
                return None
            size |= (self._pending[at] & ~_MORE) << shift
            shift += 7
            if not self._pending[at] & _MORE:
                return self._cut(at + 1, size)
        raise MalformedError("a length of more than four bytes")

    def _cut(self, head: int, size: int) -> Packet | None:
        if size > LONGEST:
            raise MalformedError("a packet that is too long")
        if len(self._pending) < head + size:
            return None
        first, body = self._pending[0], self._pending[head : head + size]
        self._pending = self._pending[head + size :]
        return Packet(first >> 4, first & 0x0F, body)


class Fields:
    """Takes the fields of a packet's body one after another."""

    def __init__(self, body: bytes) -> None:
        """Begin at the start of ``body``."""
        self.rest = body

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes. Raises MalformedError when there are fewer."""
        if len(self.rest) < count:
            raise MalformedError("a packet ends too early")
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def number(self, width: int) -> int:
        """The next ``width`` bytes as a number."""
        return int.from_bytes(self.take(width), "big")

    def data(self) -> bytes:
        """Bytes with their length in front."""
        return self.take(self.number(2))

    def text(self) -> str:
        """Text with its length in front. Raises MalformedError unless it is UTF-8 without NUL."""
        try:
            text = self.data().decode()
        except UnicodeDecodeError as error:
            raise MalformedError("text that is not UTF-8") from error
        if "\0" in text:
            raise MalformedError("text with NUL in it")
        return text


@dataclass(frozen=True)
class Connect:
    """What a client says of itself; ``user`` is None without a login."""

    level: int
    user: str | None
    password: str


def read_connect(packet: Packet) -> Connect:
    """Read a CONNECT (section 3.1). Raises MalformedError."""
    fields = Fields(packet.body)
    if fields.text() != "MQTT":
        raise MalformedError("another protocol")
    level = fields.number(1)
    flags = fields.number(1)
    fields.take(2)
    if level != LEVEL:
        return Connect(level, None, "")
    fields.text()
    if flags & 0x04:
        fields.text()
        fields.data()
    user = fields.text() if flags & 0x80 else None
    password = fields.data().decode("utf-8", "replace") if flags & 0x40 else ""
    return Connect(level, user, password)


def packet(first: int, body: bytes = b"") -> bytes:
    """A packet on the wire; ``first`` is its first byte."""
    size, length = len(body), bytearray()
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | (_MORE if size else 0))
        if not size:
            return bytes([first]) + bytes(length) + body


def message(topic: str, payload: bytes, *, retained: bool = False) -> bytes:
    """A PUBLISH with quality of service 0."""
    name = topic.encode()
    return packet(0x31 if retained else 0x30, len(name).to_bytes(2, "big") + name + payload)


def matches(wanted: str, topic: str) -> bool:
    """Whether a topic filter takes a topic (section 4.7)."""
    if topic.startswith("$") and wanted[:1] in {"#", "+"}:
        return False
    parts, levels = wanted.split("/"), topic.split("/")
    for number, part in enumerate(parts):
        if part == "#":
            return True
        if number >= len(levels) or part not in {"+", levels[number]}:
            return False
    return len(parts) == len(levels)
