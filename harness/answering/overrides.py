"""Overrides on disk: append-only records beside the answers, under the same lock.

::

    RUN/survey/overrides/00001.json

A record appears whole or not at all, and none is ever changed or removed.
"""

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from harness.answering.store import AnswerStore
from harness.assessment.review import authorised, basis_of
from harness.encoding.clock import Clock
from harness.encoding.tree import DirectoryTree
from harness.errors import CaptureError, EvidenceError, StorageError, UsageError
from harness.evidence.description import job_in, overrides_in
from harness.evidence.durable import flush
from harness.evidence.people import NOBODY
from harness.model.assessment import Assessment, UnitResult
from harness.model.ids import FrameworkRef
from harness.model.job import JobRecord
from harness.model.judgement import Verdict
from harness.model.override import (
    FOLDER,
    Override,
    Standing,
    may_be_overridden,
    overrides_of,
    same_person,
)


@dataclass(frozen=True)
class OverrideDraft:
    """An override that is not yet written.

    Attributes:
        unit: as its people saw it in the newest assessment of the run.
        people: names of one or two.
    """

    framework: FrameworkRef
    unit: UnitResult
    dossier_revision: int
    verdict: Verdict
    reason: str
    people: tuple[str, ...]


class OverrideStore:
    """The overrides of one run directory."""

    def __init__(self, run: Path) -> None:
        """Work on ``run``; nothing is written yet."""
        self._survey = run / "survey"
        self._answers = AnswerStore(run)
        self._clock = Clock()

    def read(self) -> tuple[Override, ...]:
        """Every record, in order.

        Raises:
            EvidenceError: one cannot be read, or one is missing.
        """
        try:
            return overrides_in(DirectoryTree(self._survey))
        except (CaptureError, ValueError) as error:
            message = f"{self._survey / FOLDER}: {_first_line(error)}"
            raise EvidenceError(message) from error

    def job(self) -> JobRecord | None:
        """The job record of the run; None if there is none.

        Raises:
            EvidenceError: it cannot be read.
        """
        try:
            return job_in(DirectoryTree(self._survey))
        except (CaptureError, ValueError) as error:
            raise EvidenceError(f"{self._survey}: job record: {_first_line(error)}") from error

    def append(self, draft: OverrideDraft, job: JobRecord | None) -> Override:
        """Write a record; it is on the disk when this returns.

        Args:
            draft: what it is to say.
            job: says who may; None = there is no job record.

        Raises:
            UsageError: no such override may be made; says why.
            BusyError: the run is being sealed.
            StorageError: the disk takes no more.
        """
        with self._answers.held():
            records = self.read()
            made = self._made(draft, records)
            if job is not None and not authorised(draft.framework, made, job):
                raise UsageError(
                    f"the job record does not let {' and '.join(made.people)} override verdicts of "
                    f"{draft.framework}: it takes may_override = true, the framework and today"
                )
            try:
                self._write(made)
            except OSError as error:
                message = f"{self._survey / FOLDER}: cannot be written: {error.strerror}"
                raise StorageError(message) from error
        return made

    def _made(self, draft: OverrideDraft, records: tuple[Override, ...]) -> Override:
        unit, verdict = draft.unit, draft.verdict
        if not may_be_overridden(unit.verdict):
            raise UsageError(
                f"{unit.unit} is {unit.verdict.value}: what applies and what is claimed follows "
                "from the ICS alone; a new revision of the dossier changes it"
            )
        mine = overrides_of(records, str(draft.framework), unit.unit)
        if verdict is standing_verdict(unit, mine):
            raise UsageError(f"{unit.unit} is {verdict.value} already")
        try:
            return Override(
                number=len(records) + 1,
                framework=str(draft.framework),
                unit=unit.unit,
                automatic=unit.verdict,
                dossier_revision=draft.dossier_revision,
                basis=basis_of(unit),
                verdict=verdict,
                reason=draft.reason,
                person=draft.people[0],
                second=draft.people[1] if len(draft.people) > 1 else None,
                at=self._clock.now(),
                withdraws=mine[-1].number if mine else None,
            )
        except ValidationError as error:
            raise UsageError(_in_words(error)) from error

    def _write(self, record: Override) -> None:
        folder = self._survey / FOLDER
        folder.mkdir(exist_ok=True)
        name = f"{record.number:05}.json"
        # Beside the folder: a crash leaves nothing in it that is no record.
        beside = self._survey.parent / "private" / f"{FOLDER}-{name}.partial"
        with beside.open("wb") as stream:
            stream.write(record.to_bytes())
            stream.flush()
            os.fsync(stream.fileno())
        os.link(beside, folder / name)
        beside.unlink()
        flush(folder)
        flush(self._survey)


def standing_verdict(unit: UnitResult, records: tuple[Override, ...]) -> Verdict:
    """The verdict that a reader takes for that of the unit now.

    It is that of the newest record if it was made on what is there and, where it was judged since,
    counts.
    """
    newest = records[-1] if records else None
    if newest is None or newest.automatic is not unit.verdict or newest.basis != basis_of(unit):
        return unit.verdict
    judged = {each.record.number: each.standing for each in unit.overrides or ()}
    counts = judged.get(newest.number, Standing.COUNTS) is Standing.COUNTS
    return newest.verdict if counts else unit.verdict


def named_people(job: JobRecord | None, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as the job record spells them, given by name or by id.

    Raises:
        UsageError: a name that stands for nobody, or that the job record does not have.
    """
    for name in names:
        if name in NOBODY:
            raise UsageError(f"{name!r} is nobody's name")
    return names if job is None else tuple(_named(job, name) for name in names)


def _named(job: JobRecord, name: str) -> str:
    for person in job.persons:
        if person.name and (person.id == name or same_person(person.name, name)):
            return person.name
    raise UsageError(
        f"{name}: the job record does not name this person, so nothing shows that they may override"
    )


def unit_in(assessment: Assessment, name: str) -> UnitResult:
    """The result of a unit.

    Raises:
        UsageError: there is no such unit; names the nearest.
    """
    found = next((unit for unit in assessment.units if unit.unit == name), None)
    if found is None:
        close = difflib.get_close_matches(name, [unit.unit for unit in assessment.units], n=5)
        hint = f"; nearest: {', '.join(close)}" if close else ""
        raise UsageError(f"{assessment.framework} has no unit {name!r}{hint}")
    return found


def _in_words(error: ValidationError) -> str:
    """What is wrong with a record, without the library's words around it."""
    first = error.errors()[0]
    if first["loc"]:
        return f"--{first['loc'][0]}: one line of plain text is needed"
    return str(first["msg"]).partition(": ")[2]


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
