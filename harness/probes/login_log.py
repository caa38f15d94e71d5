"""A journal that the credentials probe can also read back while it writes it."""

from harness.encoding.clock import Clock
from harness.encoding.journal import JournalRecord
from harness.encoding.text import to_latin
from harness.interpret.login_reading import Reading, read_outcome
from harness.interpret.login_transcript import Point, read_trial
from harness.probes.base import CaptureJournal


class LoginLog:
    """Writes every record to the capture and keeps those of the present trial.

    The collector chooses its next step by the same pure reading that the interpreter makes later;
    only the interpreter's becomes a fact. Serves as the console's transcript, too.
    """

    def __init__(self, journal: CaptureJournal, clock: Clock) -> None:
        """Write to ``journal``."""
        self._journal = journal
        self._clock = clock
        self._start: JournalRecord | None = None
        self._records: list[JournalRecord] = []

    def record(self, kind: str, **fields: object) -> None:
        """Append one record."""
        line = self._journal.record(kind, **fields)
        stored = {
            name: to_latin(value) if isinstance(value, bytes) else value
            for name, value in fields.items()
        }
        kept = JournalRecord(line, kind, self._clock.now(), stored)
        if kind == "trial":
            self._start, self._records = kept, []
        else:
            self._records.append(kept)

    @property
    def records(self) -> tuple[JournalRecord, ...]:
        """Records of the present trial so far; before the first trial, everything."""
        return tuple(self._records)

    def reading(self, point: Point) -> Reading:
        """What became of the present trial. Call it only after a trial was begun."""
        if self._start is None:
            message = "no trial was begun"
            raise ValueError(message)
        return read_outcome(point, read_trial(self._start, self._records))
