"""Closes a survey that died where it stands, so that it can be judged and sealed as partial."""

from pathlib import Path
from typing import Final

from harness.encoding.clock import Clock
from harness.errors import EvidenceError
from harness.model.record import VisitRecord
from harness.survey.standing import (
    IDENTITY,
    close_stopped,
    last_seen,
    next_attempt,
    numbered,
    open_probes,
    read_plan,
    read_record,
    read_visit,
    write_not_scheduled,
)
from harness.survey.store import write_atomic

_REASON: Final = "the run ended before its turn and was not resumed"


def close_as_partial(survey: Path) -> None:
    """Give every planned attempt an outcome; ``survey.json`` says that the survey ended early.

    Attempts that nobody ended stay FAILED with what they captured; those that never began are
    NOT_SCHEDULED, also in visits that were never made.

    Raises:
        EvidenceError: the survey's records can't be read, or there are none.
        StorageError: a record cannot be written.
    """
    record = read_record(survey)
    if record is None:
        raise EvidenceError(f"{survey}: there is no survey to close")
    seen = last_seen(survey)
    close_stopped(survey)
    visits = []
    for name, planned in numbered(read_plan(survey)):
        begun = read_visit(survey, planned.sample, name)
        probes = (
            dict.fromkeys((IDENTITY, *planned.probes))
            if begun is None
            else open_probes(survey, name, planned)
        )
        if begun is None or not begun.ended:
            for probe in probes:
                key = next_attempt(survey, planned.sample, name, probe)
                write_not_scheduled(survey, key, _REASON)
            now = Clock().now()
            visit = begun or VisitRecord(
                sample=planned.sample,
                visit=name,
                state=planned.state,
                entered_by="never entered",
                state_confirmed=False,
                started=now,
            )
            ended = visit.model_copy(update={"ended": now})
            write_atomic(survey / planned.sample / name / "visit.json", ended.to_bytes())
        visits.append((planned.sample, name))
    closed = record.model_copy(
        update={
            "ended": Clock().now(),
            "complete": False,
            "ended_early": f"the bench stopped after {seen} and the survey was not resumed",
            "visits": tuple(sorted(visits)),
        }
    )
    write_atomic(survey / "survey.json", closed.to_bytes())
