"""What the journals of bench experiments have in common: times, checks and bounds (pure).

A check is a record with ``expected`` and ``answer``, both as bytes: it worked if the answer holds
what was expected. So the capture keeps what the device said, and nobody concluded anything there.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from harness.encoding.clock import parse_utc
from harness.encoding.journal import Journal, JournalRecord
from harness.errors import CaptureError
from harness.interpret.base import CaptureReader
from harness.model.observation import EvidenceRef, Observation, Present, Unknown

MAX_NAME: Final = 120
"""Longest name of a row, a place or a host that is kept, in characters."""


class Steps:
    """One journal of an experiment."""

    def __init__(self, captures: CaptureReader, name: str) -> None:
        """Read the journal ``name``. Raises CaptureError if there is none or it is not one."""
        self._captures = captures
        self._name = name
        self.journal: Journal = captures.journal(name)

    @property
    def complete(self) -> bool:
        """The attempt completed, and this journal and all others are whole."""
        return self._captures.complete and self.journal.whole

    def ref(self, record: JournalRecord) -> EvidenceRef:
        """The place of a record."""
        return self._captures.ref(self._name, f"line {record.line}")

    def seen(self, record: JournalRecord) -> Present:
        """It was seen in this record."""
        return Present(evidence=(self.ref(record),))

    def seen_or(self, record: JournalRecord | None, otherwise: str) -> Observation:
        """Seen in ``record``; Unknown for the reason ``otherwise`` if there is none."""
        return self.seen(record) if record is not None else Unknown(reason=otherwise)


def elapsed_ms(start: JournalRecord, end: JournalRecord) -> int:
    """Milliseconds of bench time between two records, the earlier one first.

    Raises:
        CaptureError: a time is none, or the bench's clock was set back in between: what waited how
            long is then unknown.
    """
    try:
        between = parse_utc(end.time) - parse_utc(start.time)
    except ValueError as error:
        raise CaptureError(f"line {end.line}: {error}") from error
    if between < timedelta(0):
        raise CaptureError(f"line {end.line}: the clock was set back")
    return between // timedelta(milliseconds=1)


def worked(record: JournalRecord) -> bool:
    """Whether the answer holds what was expected; nothing expected is no check."""
    expected = record.data("expected")
    return bool(expected) and expected in record.data("answer")


def name_in(record: JournalRecord, field: str) -> str:
    """A short name of the bench's own choosing. Raises CaptureError if it is none."""
    name = record.text(field)
    if not name or len(name) > MAX_NAME:
        raise CaptureError(f"line {record.line}: {field} is no name")
    return name


def first(records: Sequence[JournalRecord]) -> JournalRecord | None:
    """The first of ``records``; None if there is none."""
    return records[0] if records else None
