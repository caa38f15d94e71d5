"""Packets of MQTT 3.1.1 and 5.0, built and taken apart, never beyond what was received; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from harness.facts.mqtt import MqttAnswer
from harness.interpret.wire import Cursor, vector

V3_1_1: Final = 4
V5: Final = 5
CONNACK, PUBLISH, SUBACK, PINGRESP = 2, 3, 9, 13
PINGREQ: Final = b"\xc0\x00"
DISCONNECT: Final = b"\xe0\x00"
MAX_PACKETS: Final = 2000
"""More packets than that in one session are not read."""
MAX_LENGTH_BYTES: Final = 4
KEEP_ALIVE_S: Final = 30
_CLEAN, _USER, _PASSWORD = 0x02, 0x80, 0x40
_SUBACK_FAILURE: Final = 0x80

_CODES: Final = {
    V3_1_1: {
        0: MqttAnswer.ACCEPTED,
        1: MqttAnswer.OTHER_VERSION,
        3: MqttAnswer.UNAVAILABLE,
        4: MqttAnswer.REFUSED,
        5: MqttAnswer.REFUSED,
    },
    V5: {
        0x00: MqttAnswer.ACCEPTED,
        0x84: MqttAnswer.OTHER_VERSION,
        0x86: MqttAnswer.REFUSED,
        0x87: MqttAnswer.REFUSED,
        0x88: MqttAnswer.UNAVAILABLE,
        0x89: MqttAnswer.UNAVAILABLE,
        0x8A: MqttAnswer.LIMITED,
        0x97: MqttAnswer.LIMITED,
        0x9F: MqttAnswer.LIMITED,
    },
}
"""Return codes (MQTT 3.1.1, section 3.2.2.3) and reason codes (MQTT 5.0, section 3.2.2.2)."""


@dataclass(frozen=True)
class Packet:
    """One packet.

    Attributes:
        kind: control packet type (MQTT 3.1.1, section 2.2.1).
        size: bytes of the body as announced; ``body`` has fewer when the rest never came.
        end: offset behind the last byte of it that was received.
    """

    kind: int
    flags: int
    size: int
    body: bytes
    end: int

    @property
    def whole(self) -> bool:
        """All of it came."""
        return len(self.body) == self.size


@dataclass(frozen=True)
class Message:
    """A PUBLISH: to which topic, how many bytes, and what came of them."""

    topic: str
    size: int
    retained: bool
    payload: bytes


def connect(client: str, level: int, user: str = "", password: str | None = None) -> bytes:
    """A CONNECT with a clean session; without ``password`` it has no login at all."""
    flags, login = _CLEAN, b""
    if password is not None:
        flags |= _USER | _PASSWORD
        login = _text(user) + _text(password)
    header = _text("MQTT") + bytes([level, flags]) + KEEP_ALIVE_S.to_bytes(2, "big")
    return _packet(0x10, header + _properties(level) + _text(client) + login)


def subscribe(number: int, topics: Sequence[str], level: int) -> bytes:
    """A SUBSCRIBE to ``topics`` with quality of service 0."""
    wanted = b"".join(_text(topic) + b"\x00" for topic in topics)
    return _packet(0x82, number.to_bytes(2, "big") + _properties(level) + wanted)


def publish(topic: str, payload: bytes, level: int) -> bytes:
    """A PUBLISH that is not retained, with quality of service 0."""
    return _packet(0x30, _text(topic) + _properties(level) + payload)


def _packet(first: int, body: bytes) -> bytes:
    return bytes([first]) + _length(len(body)) + body


def _text(value: str) -> bytes:
    return vector(value.encode("utf-8", "surrogateescape"), 2)


def _properties(level: int) -> bytes:
    return b"\x00" if level == V5 else b""


def _length(size: int) -> bytes:
    """A variable byte integer (section 2.2.3)."""
    encoded = bytearray()
    while True:
        size, digit = divmod(size, 128)
        encoded.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(encoded)


def _read_length(cursor: Cursor) -> int:
    """A variable byte integer. Raises ValueError at the end, and for more than four bytes."""
    value = 0
    for place in range(MAX_LENGTH_BYTES):
        digit = cursor.number(1)
        value |= (digit & 0x7F) << (7 * place)
        if digit < 0x80:  # noqa: PLR2004  (the continuation bit)
            return value
    raise ValueError("a length of more than four bytes")


def packets(data: bytes) -> Iterator[Packet]:
    """The packets in ``data``, as far as it can be read; the last one may be cut short."""
    cursor = Cursor(data)
    for _ in range(MAX_PACKETS):
        try:
            first = cursor.number(1)
            size = _read_length(cursor)
        except ValueError:
            return
        body = cursor.take(min(size, cursor.left))
        yield Packet(first >> 4, first & 0x0F, size, body, len(data) - cursor.left)


def answer_of(packet: Packet, level: int) -> tuple[MqttAnswer, int] | None:
    """What a CONNACK says, and its code; None if the packet is none."""
    if packet.kind != CONNACK or not packet.whole or packet.size < 2:  # noqa: PLR2004  (flags, code)
        return None
    code = packet.body[1]
    # A broker that speaks only 3.1.1 answers a newer client in its own way: two bytes.
    short = packet.size == 2  # noqa: PLR2004
    known = _CODES[V3_1_1 if short and code in _CODES[V3_1_1] else level]
    return known.get(code, MqttAnswer.OTHER), code


def granted(packet: Packet, level: int) -> tuple[bool, ...]:
    """Which topics of a SUBSCRIBE were granted, in its order; empty if the packet is no SUBACK."""
    if packet.kind != SUBACK or not packet.whole:
        return ()
    cursor = Cursor(packet.body)
    try:
        cursor.take(2)
        if level == V5:
            cursor.take(_read_length(cursor))
    except ValueError:
        return ()
    return tuple(code < _SUBACK_FAILURE for code in cursor.take(cursor.left))


def message_of(packet: Packet, level: int) -> Message | None:
    """The message in a PUBLISH, whole or cut short behind its topic; None if it is none."""
    if packet.kind != PUBLISH:
        return None
    cursor = Cursor(packet.body)
    try:
        topic = cursor.vector(2)
        if packet.flags & 0x06:
            cursor.take(2)
        if level == V5:
            cursor.take(_read_length(cursor))
    except ValueError:
        return None
    head = len(packet.body) - cursor.left
    return Message(
        topic.decode("utf-8", "replace"),
        packet.size - head,
        bool(packet.flags & 0x01),
        cursor.take(cursor.left),
    )
