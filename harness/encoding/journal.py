r"""Captures of exchanges as lines of JSON: one header, one record a line, one end mark.

::

    {"schema": "certbench/journal/1"}
    {"n": 1, "t": "2026-11-21T08:15:30.000000Z", "kind": "sent", "data": "GET / HTTP/1.1\r\n..."}
    {"n": 2, "t": "...", "kind": "received", "data": "HTTP/1.1 200 OK\r\n..."}
    {"end": true, "dropped": 0}

A writer flushes each line, so that a crash loses at most the record being written. A reader takes
what is whole: a missing end mark or a torn last line makes the journal incomplete, not unreadable.
Device bytes are stored with `harness.encoding.text.to_latin`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from harness.encoding.canonical import canonical, load_strict
from harness.encoding.text import from_latin
from harness.errors import CaptureError

SCHEMA: Final = "certbench/journal/1"
INCOMING: Final = "incoming.jsonl"
"""The journal of what a driver still held when its attempt broke off; no interpreter reads it."""
MAX_LINE_BYTES: Final = 4 * 1024 * 1024
MAX_RECORDS: Final = 2_000_000


def header_line() -> bytes:
    """First line of a journal."""
    return canonical({"schema": SCHEMA}) + b"\n"


def record_line(record: dict[str, Any]) -> bytes:
    """One record as a line."""
    return canonical(record) + b"\n"


def end_line(dropped: int) -> bytes:
    """Last line of a journal that ended properly; ``dropped`` records did not fit its cap."""
    return canonical({"dropped": dropped, "end": True}) + b"\n"


@dataclass(frozen=True)
class JournalRecord:
    """One record and the line that it stands on (1 is the header)."""

    line: int
    kind: str
    time: str
    fields: dict[str, Any]

    def text(self, name: str) -> str:
        """A text field; ``""`` when absent. Raises CaptureError if it is not text."""
        value = self.fields.get(name, "")
        if not isinstance(value, str):
            message = f"line {self.line}: {name} is not text"
            raise CaptureError(message)
        return value

    def number(self, name: str) -> int:
        """A whole number field; 0 when absent. Raises CaptureError if it is not one."""
        value = self.fields.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool):
            message = f"line {self.line}: {name} is not a whole number"
            raise CaptureError(message)
        return value

    def data(self, name: str) -> bytes:
        """A field of device bytes; ``b""`` when absent. Raises CaptureError if it is not one."""
        try:
            return from_latin(self.text(name))
        except UnicodeEncodeError as error:
            message = f"line {self.line}: {name} does not hold bytes"
            raise CaptureError(message) from error

    def listed(self, name: str) -> list[Any]:
        """A list field; empty when absent. Raises CaptureError if it is not a list."""
        value = self.fields.get(name, [])
        if not isinstance(value, list):
            message = f"line {self.line}: {name} is not a list"
            raise CaptureError(message)
        return value

    def ports(self, name: str) -> tuple[int, ...]:
        """A list of port numbers; empty when absent. Raises CaptureError if it is not one."""
        value = self.listed(name)
        if not all(type(port) is int and 0 < port < 2**16 for port in value):
            message = f"line {self.line}: {name} is not a list of ports"
            raise CaptureError(message)
        return tuple(value)


@dataclass(frozen=True)
class Journal:
    """A journal that was read: its records, and whether it ended properly."""

    records: tuple[JournalRecord, ...]
    complete: bool
    dropped: int

    @property
    def whole(self) -> bool:
        """It ended properly and every record found room."""
        return self.complete and not self.dropped

    def of(self, *kinds: str) -> Iterator[JournalRecord]:
        """Records of these kinds, in order."""
        return (record for record in self.records if record.kind in kinds)

    def first(self, kind: str) -> JournalRecord:
        """The first record of a kind. Raises CaptureError if there is none."""
        record = next(self.of(kind), None)
        if record is None:
            message = f"the journal has no record of the kind {kind!r}"
            raise CaptureError(message)
        return record


def read_journal(stream: IO[bytes]) -> Journal:
    """Read a journal as far as it is whole.

    Raises:
        CaptureError: no journal header, or a line in the middle that is not a record.
    """
    first = stream.readline(MAX_LINE_BYTES + 1)
    if first != header_line():
        message = "not a journal: the header is missing"
        raise CaptureError(message)
    records: list[JournalRecord] = []
    for line_number, line in enumerate(iter(lambda: stream.readline(MAX_LINE_BYTES + 1), b""), 2):
        if not line.endswith(b"\n"):
            if len(line) > MAX_LINE_BYTES:
                message = f"line {line_number} is longer than {MAX_LINE_BYTES} bytes"
                raise CaptureError(message)
            return Journal(tuple(records), complete=False, dropped=0)
        fields = load_strict(line)
        if not isinstance(fields, dict):
            message = f"line {line_number} is not a record"
            raise CaptureError(message)
        if fields.get("end") is True:
            dropped = JournalRecord(line_number, "end", "", fields).number("dropped")
            return Journal(tuple(records), complete=not stream.read(1), dropped=dropped)
        if len(records) >= MAX_RECORDS:
            message = f"more than {MAX_RECORDS} records"
            raise CaptureError(message)
        records.append(
            JournalRecord(
                line_number,
                str(fields.pop("kind", "")),
                str(fields.pop("t", "")),
                fields,
            )
        )
    return Journal(tuple(records), complete=False, dropped=0)
