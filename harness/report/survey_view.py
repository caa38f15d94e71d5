"""The survey and the dossier as a report shows them: visits, attempts, services, declarations."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.encoding.clock import parse_utc
from harness.encoding.text import neutralise
from harness.facts.services import ServicesFacts
from harness.facts.store import FactBase
from harness.model.disclosure import Redaction
from harness.model.dossier import Dossier, Support
from harness.model.ids import SampleId, VisitId
from harness.model.ixit import ATTRIBUTES
from harness.model.job import NAME as JOB
from harness.model.job import JobRecord
from harness.model.question import Answer
from harness.model.record import AttemptRecord, VisitRecord

REDACTION: Final = "redaction.json"
"""What was taken out of a public edition, beside the folders of the survey and the assessments."""


@dataclass(frozen=True)
class VisitView:
    """One visit with the firmware as read at its start and end; ``""`` where nobody could."""

    record: VisitRecord
    firmware_before: str
    firmware_after: str

    @property
    def firmware_changed(self) -> bool:
        """Both were read, and they differ."""
        return bool(
            self.firmware_before
            and self.firmware_after
            and self.firmware_before != self.firmware_after
        )


@dataclass(frozen=True)
class ServiceView:
    """What answered on one endpoint, and in which visits."""

    endpoint: str
    protocol: str
    tls: bool
    visits: tuple[str, ...]


@dataclass(frozen=True)
class IcsCount:
    """How many rows of one framework's ICS got which answer."""

    framework: str
    yes: int
    no: int
    not_applicable: int


def visits_of(survey: FactBase) -> tuple[VisitView, ...]:
    """The visits in the order in which they were made."""
    return tuple(
        VisitView(visit, *_firmware(survey, visit.sample, visit.visit)) for visit in survey.visits
    )


def services_of(survey: FactBase) -> tuple[ServiceView, ...]:
    """What answered on the network, by endpoint."""
    seen: dict[tuple[str, int, str, bool], dict[str, None]] = {}
    for record in survey.records:
        if isinstance(record.facts, ServicesFacts):
            visit = f"{record.key.sample}, {record.state.value}"
            for service in record.facts.services:
                end = service.endpoint
                key = (end.transport, end.port, service.protocol, service.tls)
                seen.setdefault(key, {})[visit] = None
    return tuple(
        ServiceView(f"{transport}/{port}", protocol, tls, tuple(visits))
        for (transport, port, protocol, tls), visits in sorted(seen.items())
    )


def attempts_in(folder: Path, visits: Iterable[VisitRecord]) -> tuple[AttemptRecord, ...]:
    """Every attempt below ``folder`` (``survey/``), visit by visit, as they began."""
    order = {(visit.sample, visit.visit): number for number, visit in enumerate(visits)}
    files = sorted(folder.glob("*/*/*/*/attempt.json"))
    found = [AttemptRecord.from_bytes(file.read_bytes()) for file in files]
    return tuple(
        sorted(
            found,
            key=lambda attempt: (
                order.get((attempt.key.sample, attempt.key.visit), len(order)),
                attempt.started,
                str(attempt.key),
            ),
        )
    )


def captures_of(attempts: Iterable[AttemptRecord]) -> frozenset[str]:
    """The path below ``survey/`` of every capture that was made."""
    return frozenset(
        f"{attempt.key.folder}/{capture.name}"
        for attempt in attempts
        for capture in attempt.captures
    )


def answers_in(folder: Path) -> tuple[Answer, ...]:
    """What people answered, in order; none where ``folder/answers`` is not there."""
    files = sorted((folder / "answers").glob("*.json"))
    found = [Answer.from_bytes(file.read_bytes()) for file in files]
    return tuple(sorted(found, key=lambda answer: answer.number))


def tools_of(survey: FactBase, attempts: Iterable[AttemptRecord]) -> tuple[tuple[str, str], ...]:
    """Every tool with its version; several versions of one tool are several rows."""
    found = set(survey.survey.tools.items())
    for attempt in attempts:
        found.update(attempt.tools.items())
    return tuple(sorted(found))


def ics_counts(dossier: Dossier) -> tuple[IcsCount, ...]:
    """The supplier's answers, counted."""
    return tuple(
        IcsCount(
            framework=framework,
            yes=sum(row.support is Support.YES for row in rows),
            no=sum(row.support is Support.NO for row in rows),
            not_applicable=sum(row.support is Support.NOT_APPLICABLE for row in rows),
        )
        for framework, rows in sorted(dossier.ics.items())
    )


def job_in(folder: Path) -> JobRecord | None:
    """What the laboratory wrote down around the test; None if it did not."""
    file = folder / JOB
    return JobRecord.from_bytes(file.read_bytes()) if file.is_file() else None


def redaction_in(folder: Path) -> Redaction | None:
    """What a public edition, whose ``survey/`` is in ``folder``, holds back; None for another."""
    file = folder / REDACTION
    return Redaction.from_bytes(file.read_bytes()) if file.is_file() else None


def ixit_counts(dossier: Dossier) -> tuple[tuple[str, int], ...]:
    """The IXIT tables that have rows, by their official name, with the number of rows."""
    tables = ((name, len(dossier.ixit.rows(name))) for name in ATTRIBUTES)
    return tuple((table, rows) for table, rows in tables if rows)


def moment(time: str) -> str:
    """``2026-11-21 08:15:30 UTC``; a text that is no time is shown as it is."""
    try:
        return parse_utc(time).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        return neutralise(time) or "not recorded"


def duration(started: str, ended: str) -> str:
    """``0.6 s``, ``3 min 12 s``; ``not recorded`` where a time is missing or unreadable."""
    try:
        seconds = (parse_utc(ended) - parse_utc(started)).total_seconds()
    except ValueError:
        return "not recorded"
    if abs(seconds) < 60:  # noqa: PLR2004  (a minute)
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def _firmware(survey: FactBase, sample: SampleId, visit: VisitId) -> tuple[str, str]:
    for record in survey.records:
        if (record.key.sample, record.key.visit) == (sample, visit):
            before, after = record.firmware_before, record.firmware_after
            return before.version if before else "", after.version if after else ""
    return "", ""
