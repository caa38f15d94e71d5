"""DNS messages (RFC 1035) as DNS servers and mDNS responders (RFC 6762) send them; pure, bounded.

A name is a tuple of labels, as bytes: what a responder calls itself may hold dots, spaces and any
other byte, and a follow-up question must repeat them exactly. `shown` makes one fit to be read.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from harness.encoding.text import neutralise
from harness.interpret.wire import Cursor

A, NS, CNAME, SOA, PTR, TXT, AAAA, SRV, AXFR, ANY = 1, 2, 5, 6, 12, 16, 28, 33, 252, 255
IN, CHAOS = 1, 3

MAX_RECORDS: Final = 4096
"""Records read from one message; a datagram holds fewer than 6000 of the smallest."""
MAX_NAME: Final = 255
"""Octets of a name (RFC 1035, 2.3.4)."""
MAX_POINTERS: Final = 32
"""Pointers followed in one name."""
_HEADER: Final = 12
_MAX_LABEL: Final = 63
_POINTER: Final = 0xC0
_TOP_BIT: Final = 0x8000
"""Of a class: asks for a unicast answer (question) or flushes caches (record) (RFC 6762, 18)."""

Name = tuple[bytes, ...]


@dataclass(frozen=True)
class DnsQuestion:
    """A question. ``unicast``: the top bit of the class, an mDNS asker's wish (RFC 6762, 5.4)."""

    name: Name
    type: int
    klass: int = IN
    unicast: bool = False


@dataclass(frozen=True)
class DnsRecord:
    """A resource record.

    Attributes:
        ttl: seconds.
        data: as it stands in the message; names in it may point to elsewhere in the message.
        target: the name that a PTR, NS, CNAME or SRV record leads to.
        port: of an SRV record.
        strings: of a TXT record.
        address: of an A or AAAA record.
        malformed: ``data`` is not what the type asks for.
    """

    name: Name
    type: int
    klass: int
    ttl: int
    data: bytes
    target: Name = ()
    port: int = 0
    strings: tuple[bytes, ...] = ()
    address: str = ""
    malformed: bool = False


@dataclass(frozen=True)
class DnsMessage:
    """A message, as far as it could be read.

    Attributes:
        rcode: 0 no error, 2 server failure, 3 no such name, 4 not implemented, 5 refused.
        truncated: the sender says that there is more (TC).
        complete: all records that the header announces were read; False = the message is cut,
            malformed from some record on, or longer than `MAX_RECORDS`.
    """

    identifier: int
    response: bool
    opcode: int
    authoritative: bool
    truncated: bool
    recursion_desired: bool
    recursion_available: bool
    rcode: int
    questions: tuple[DnsQuestion, ...] = ()
    answers: tuple[DnsRecord, ...] = ()
    authorities: tuple[DnsRecord, ...] = ()
    additionals: tuple[DnsRecord, ...] = ()
    complete: bool = True

    @property
    def records(self) -> tuple[DnsRecord, ...]:
        """Records of all three sections."""
        return (*self.answers, *self.authorities, *self.additionals)


def name(text: str) -> Name:
    """The labels of ``text`` (``_http._tcp.local``), which must hold no dot of its own.

    Raises:
        ValueError: a label is empty or longer than 63 bytes, or the name longer than 255.
    """
    labels = tuple(part.encode() for part in text.removesuffix(".").split(".")) if text else ()
    _encoded(labels)
    return labels


def shown(labels: Name) -> str:
    """A name for people: UTF-8 where it is (RFC 6762, 16), dots inside a label escaped."""
    texts = [
        label.decode(errors="backslashreplace").replace("\\", "\\\\").replace(".", "\\.")
        for label in labels
    ]
    return neutralise(".".join(texts), 2 * MAX_NAME)


def same_name(one: Name, other: Name) -> bool:
    """Whether two names are one; ASCII case does not matter (RFC 1035, 2.3.3)."""
    return [label.lower() for label in one] == [label.lower() for label in other]


def query(
    questions: Sequence[DnsQuestion], identifier: int = 0, *, recursion: bool = False
) -> bytes:
    """A query, without compression.

    Raises:
        ValueError: a name cannot be encoded.
    """
    header = (identifier, 0x0100 if recursion else 0, len(questions), 0, 0, 0)
    parts = [number.to_bytes(2, "big") for number in header]
    for question in questions:
        klass = question.klass | (_TOP_BIT if question.unicast else 0)
        parts += [_encoded(question.name), *(n.to_bytes(2, "big") for n in (question.type, klass))]
    return b"".join(parts)


def _encoded(labels: Name) -> bytes:
    if any(not 0 < len(label) <= _MAX_LABEL for label in labels):
        raise ValueError("a label of a name is empty or longer than 63 bytes")
    result = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    if len(result) > MAX_NAME:
        raise ValueError(f"a name longer than {MAX_NAME} bytes")
    return result


def read(data: bytes) -> DnsMessage:
    """Read a message, without the length that stands in front of it on TCP.

    Raises:
        ValueError: too short for a header, or a question cannot be read: it is no DNS.
    """
    reader = _Reader(data)
    cursor = Cursor(data)
    identifier, flags, *counts = (cursor.number(2) for _ in range(6))
    questions = tuple(reader.question() for _ in range(counts[0]))
    sections = [reader.section(count) for count in counts[1:]]
    return DnsMessage(
        identifier=identifier,
        response=bool(flags & 0x8000),
        opcode=flags >> 11 & 15,
        authoritative=bool(flags & 0x0400),
        truncated=bool(flags & 0x0200),
        recursion_desired=bool(flags & 0x0100),
        recursion_available=bool(flags & 0x0080),
        rcode=flags & 15,
        questions=questions,
        answers=sections[0],
        authorities=sections[1],
        additionals=sections[2],
        complete=reader.complete,
    )


@dataclass
class _Reader:
    """Reads a message from front to back; nothing after the first record that cannot be read."""

    data: bytes
    at: int = _HEADER
    complete: bool = field(default=True)
    _left: int = MAX_RECORDS

    def question(self) -> DnsQuestion:
        """The next question. Raises ValueError when it cannot be read."""
        labels, self.at = _name_at(self.data, self.at)
        kind, klass = self._number(2), self._number(2)
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"more than {MAX_RECORDS} questions")
        return DnsQuestion(labels, kind, klass & ~_TOP_BIT, bool(klass & _TOP_BIT))

    def section(self, count: int) -> tuple[DnsRecord, ...]:
        """The next ``count`` records, as far as they can be read."""
        found: list[DnsRecord] = []
        while self.complete and len(found) < count:
            try:
                found.append(self._record())
            except ValueError:
                self.complete = False
        return tuple(found)

    def _record(self) -> DnsRecord:
        if not self._left:
            raise ValueError(f"more than {MAX_RECORDS} records")
        labels, self.at = _name_at(self.data, self.at)
        kind, klass, ttl, length = (self._number(width) for width in (2, 2, 4, 2))
        start, self.at = self.at, self.at + length
        if self.at > len(self.data):
            raise ValueError("a record reaches beyond the end")
        self._left -= 1
        record = DnsRecord(labels, kind, klass & ~_TOP_BIT, ttl, self.data[start : self.at])
        return _with_meaning(record, self.data, start)

    def _number(self, width: int) -> int:
        end = self.at + width
        if end > len(self.data):
            raise ValueError("the message ends inside a record")
        value = int.from_bytes(self.data[self.at : end], "big")
        self.at = end
        return value


def _with_meaning(record: DnsRecord, message: bytes, start: int) -> DnsRecord:
    """The record with what its type says; ``malformed`` where the data does not fit the type."""
    try:
        return replace(record, **_meaning(record, message, start))
    except ValueError:
        return replace(record, malformed=True)


def _meaning(record: DnsRecord, message: bytes, start: int) -> dict[str, Any]:
    end = start + len(record.data)
    if record.type in {PTR, NS, CNAME}:
        return {"target": _name_within(message, start, end)}
    if record.type == SRV:
        cursor = Cursor(record.data)
        cursor.take(4)  # priority and weight
        return {"port": cursor.number(2), "target": _name_within(message, start + 6, end)}
    if record.type == TXT:
        return {"strings": _strings(record.data)}
    if record.type in {A, AAAA}:
        kind = ipaddress.IPv4Address if record.type == A else ipaddress.IPv6Address
        return {"address": str(kind(record.data))}
    return {}


def _strings(data: bytes) -> tuple[bytes, ...]:
    cursor = Cursor(data)
    found: list[bytes] = []
    while cursor.left:
        found.append(cursor.vector(1))
    return tuple(found)


def _name_within(message: bytes, start: int, end: int) -> Name:
    labels, after = _name_at(message, start)
    if after > end:
        raise ValueError("a name reaches beyond its record")
    return labels


def _name_at(message: bytes, start: int) -> tuple[Name, int]:
    """The name at ``start`` and where it ends there.

    A pointer must lead to before the name or the pointer that it continues (RFC 1035, 4.1.4: a
    prior occurrence), so that none can lead in a circle.

    Raises:
        ValueError: it is cut, too long, or points forward.
    """
    labels: list[bytes] = []
    at, before, after, size, pointers = start, start, -1, 1, 0
    while True:
        if at >= len(message):
            raise ValueError("a name reaches beyond the end")
        length = message[at]
        if length & _POINTER == _POINTER:
            target = int.from_bytes(message[at : at + 2], "big") & 0x3FFF
            after = at + 2 if after < 0 else after
            pointers += 1
            if at + 2 > len(message) or not _HEADER <= target < before or pointers > MAX_POINTERS:
                raise ValueError("a pointer in a name that leads nowhere before it")
            at = before = target
            continue
        if length > _MAX_LABEL:
            raise ValueError("a label of a kind that does not exist")
        at += 1 + length
        if not length:
            return tuple(labels), at if after < 0 else after
        size += 1 + length
        if at > len(message) or size > MAX_NAME:
            raise ValueError("a name that is cut or longer than 255 bytes")
        labels.append(message[at - length : at])
