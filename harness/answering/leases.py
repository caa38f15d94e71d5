"""Who works on which question: a lease that runs out by itself, on disk for all processes."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from harness.answering.store import AnswerStore
from harness.encoding.canonical import load_strict
from harness.encoding.clock import Clock, format_utc, parse_utc
from harness.errors import CaptureError, StorageError
from harness.evidence.durable import write_private

LEASE_S: Final = 600.0
"""How long a question is somebody's after they last opened it."""


@dataclass(frozen=True)
class Lease:
    """A question in somebody's hands, until then if they do not come back to it."""

    person: str
    until: datetime

    @property
    def minutes_left(self) -> int:
        """Rounded up; at least 1."""
        return max(1, -((_now() - self.until) // timedelta(minutes=1)))


class Leases:
    """The leases of one run directory, by the key of a question.

    They keep two people from doing the same work. What keeps an answer from replacing another one
    that its author has not seen is the number that it names (`AnswerStore.append`).
    """

    def __init__(self, run: Path, lease_s: float = LEASE_S) -> None:
        """Keep them in ``run``'s private folder, for ``lease_s`` each."""
        self._folder = run / "private" / "leases"
        self._store = AnswerStore(run)
        self._lease_s = lease_s

    def holder(self, key: str) -> Lease | None:
        """Who works on a question now."""
        try:
            document = load_strict(self._file(key).read_bytes())
            lease = Lease(str(document["person"]), parse_utc(document["until"]))
        except (OSError, CaptureError, KeyError, TypeError, ValueError):
            return None  # no lease, or one of a broken disk: it may be taken
        return lease if lease.until > _now() else None

    def take(self, key: str, person: str) -> Lease:
        """The question for ``person``, unless it is another's; whose it is now.

        Raises:
            BusyError: the run is being sealed.
            StorageError: the folder cannot be written.
        """
        with self._store.held():
            holder = self.holder(key)
            if holder is not None and holder.person != person:
                return holder
            lease = Lease(person, _now() + timedelta(seconds=self._lease_s))
            document = {"person": lease.person, "until": format_utc(lease.until)}
            try:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                write_private(self._file(key), json.dumps(document).encode())
            except OSError as error:
                message = f"{self._folder}: cannot be written: {error.strerror}"
                raise StorageError(message) from error
            return lease

    def give_back(self, key: str, person: str) -> None:
        """The question is nobody's any more, if it was this person's."""
        with self._store.held():
            holder = self.holder(key)
            if holder is not None and holder.person == person:
                self._file(key).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _now() -> datetime:
    return parse_utc(Clock().now())
