"""How far a survey came, as its folder says; and putting in order what a crash left behind."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar

from harness.encoding.clock import Clock
from harness.encoding.journal import SCHEMA, Journal, header_line, read_journal
from harness.encoding.tree import DirectoryTree
from harness.errors import CaptureError, EvidenceError
from harness.facts.base import Facts
from harness.interpret.survey import read_survey
from harness.model.base import Document
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.record import (
    STOPPED,
    AttemptOutcome,
    AttemptRecord,
    CaptureEntry,
    SurveyRecord,
    VisitRecord,
)
from harness.survey.store import digest_file, write_atomic

IDENTITY: Final = ProbeName("identity")
_RECORDS: Final = frozenset({"attempt.json", "facts.json"})
_SCHEMA_OF: Final = {".xml": "nmap-xml"}
D = TypeVar("D", bound=Document)


def numbered(plan: SurveyPlan) -> Iterator[tuple[VisitId, PlannedVisit]]:
    """Every planned visit with its id; visits of one sample are numbered in their order."""
    seen: dict[SampleId, int] = {}
    for planned in plan.visits:
        number = seen[planned.sample] = seen.get(planned.sample, 0) + 1
        yield VisitId(f"{number}-{planned.state.value}"), planned


def read_plan(survey: Path) -> SurveyPlan:
    """The plan of a survey that was begun.

    Raises:
        EvidenceError: it cannot be read.
    """
    return _read(survey / "survey-plan.json", SurveyPlan)


def read_record(survey: Path) -> SurveyRecord | None:
    """The survey's record; None if it was not begun.

    Raises:
        EvidenceError: it cannot be read.
    """
    path = survey / "survey.json"
    return _read(path, SurveyRecord) if path.exists() else None


def read_visit(survey: Path, sample: SampleId, visit: VisitId) -> VisitRecord | None:
    """A visit's record; None if it was not begun.

    Raises:
        EvidenceError: it cannot be read.
    """
    path = survey / sample / visit / "visit.json"
    return _read(path, VisitRecord) if path.exists() else None


def attempts_of(survey: Path, sample: SampleId, visit: VisitId) -> list[AttemptRecord]:
    """Every attempt of a visit, in the order of probes and numbers.

    Raises:
        EvidenceError: a record cannot be read.
    """
    files = (survey / sample / visit).glob("*/*/attempt.json")
    found = [_read(file, AttemptRecord) for file in files]
    return sorted(found, key=lambda entry: (entry.key.probe, entry.key.attempt))


def open_probes(survey: Path, visit: VisitId, planned: PlannedVisit) -> tuple[ProbeName, ...]:
    """The probes of a begun visit that still lack an attempt which ended, however it ended."""
    last = {entry.key.probe: entry for entry in attempts_of(survey, planned.sample, visit)}
    wanted = dict.fromkeys((IDENTITY, *planned.probes))
    return tuple(name for name in wanted if name not in last or is_stopped(last[name]))


def is_stopped(attempt: AttemptRecord) -> bool:
    """The bench stopped in the middle of it."""
    return attempt.outcome is AttemptOutcome.FAILED and attempt.reason == STOPPED


def last_seen(survey: Path) -> str:
    """The last moment of which the survey's records and journals speak; ``""`` if of none."""
    record = read_record(survey)
    times = [record.started, record.ended] if record else []
    for sample, visit in record.visits if record else ():
        stay = read_visit(survey, sample, visit)
        times += [stay.started, stay.ended] if stay else []
        for attempt in attempts_of(survey, sample, visit):
            times += [attempt.started, attempt.ended]
            if is_stopped(attempt):
                times += _times_in(survey / attempt.key.folder)
    return max(times, default="")


def _times_in(folder: Path) -> Iterator[str]:
    for path in folder.glob("*.jsonl"):
        journal = _journal(path)
        yield from [record.time for record in journal.records[-1:]] if journal else ()


def close_stopped(survey: Path) -> tuple[AttemptRecord, ...]:
    """Give every attempt that nobody ended the list of its captures; those attempts.

    They stay FAILED, with what was captured: it can contradict, never hold. Half-written files,
    which no record names, are removed.

    Raises:
        EvidenceError: a record cannot be read.
        StorageError: a record cannot be written.
    """
    _remove_halves(survey)
    closed = []
    for path in sorted(survey.glob("*/*/*/*/attempt.json")):
        attempt = _read(path, AttemptRecord)
        if is_stopped(attempt) and not attempt.captures:
            ended = max([attempt.started, *_times_in(path.parent)])
            whole = attempt.model_copy(
                update={"captures": tuple(_entries(path.parent)), "ended": ended}
            )
            write_atomic(path, whole.to_bytes())
            closed.append(whole)
    return tuple(closed)


def known_facts(survey: Path) -> dict[FactKey, Facts]:
    """The facts of every attempt so far, read back from its captures.

    Raises:
        EvidenceError: a record cannot be read.
    """
    found = read_survey(DirectoryTree(survey)).records
    for record in found:
        path = survey / record.key.folder / "facts.json"
        if not path.exists():
            write_atomic(path, record.facts.to_bytes())
    return {record.key: record.facts for record in found}


def next_attempt(survey: Path, sample: SampleId, visit: VisitId, probe: ProbeName) -> FactKey:
    """The address of the next attempt of a probe in a visit."""
    number = 1
    while (survey / sample / visit / probe / str(number)).exists():
        number += 1
    return FactKey(probe=probe, sample=sample, visit=visit, attempt=number)


def write_not_scheduled(survey: Path, key: FactKey, reason: str) -> AttemptRecord:
    """Record that an attempt was planned and never began.

    Raises:
        StorageError: the record cannot be written.
    """
    now = Clock().now()
    record = AttemptRecord(
        key=key,
        probe_version=0,
        outcome=AttemptOutcome.NOT_SCHEDULED,
        reason=reason,
        started=now,
        ended=now,
    )
    folder = survey / key.folder
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / "attempt.json", record.to_bytes())
    return record


def _remove_halves(survey: Path) -> None:
    for path in survey.rglob(".*"):
        path.unlink()
    for folder in survey.glob("*/*/*/*"):
        if folder.is_dir() and not (folder / "attempt.json").exists():
            shutil.rmtree(folder)  # killed before the record that goes before every capture
    for folder in survey.glob("*/*"):
        if folder.is_dir() and not (folder / "visit.json").exists():
            shutil.rmtree(folder)


def _entries(folder: Path) -> Iterator[CaptureEntry]:
    for path in sorted(folder.iterdir()):
        if path.name in _RECORDS:
            continue
        with path.open("rb") as stream:
            is_journal = stream.read(len(header_line())) == header_line()
        journal = _journal(path) if is_journal else None
        yield CaptureEntry(
            name=path.name,
            schema_name=SCHEMA if path.suffix == ".jsonl" else _SCHEMA_OF.get(path.suffix, "bytes"),
            size=path.stat().st_size,
            sha256=digest_file(path),
            # A file in a tool's own format was written whole or not at all.
            complete=journal.complete if journal else path.suffix != ".jsonl",
            dropped=journal.dropped if journal else 0,
        )


def _journal(path: Path) -> Journal | None:
    try:
        with path.open("rb") as stream:
            return read_journal(stream)
    except CaptureError:
        return None  # torn by a power cut; it gives no facts, and its attempt is done again


def _read(path: Path, document: type[D]) -> D:
    try:
        return document.from_bytes(path.read_bytes())
    except (OSError, CaptureError, ValueError) as error:
        problem = str(error).splitlines()[0]
        raise EvidenceError(f"{path}: cannot be read: {problem}") from error
