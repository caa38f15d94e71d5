"""Everything that is wrong with a dossier, found in one run."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.config.dossier import ics, rows
from harness.config.dossier.draft import Draft, read_draft
from harness.config.dossier.external import external_evidence
from harness.config.dossier.problems import Level, Problem
from harness.config.dossier.use import Framework
from harness.model.dossier import Dossier


@dataclass(frozen=True)
class Checked:
    """A dossier that was looked through.

    Attributes:
        file: the dossier.
        dossier: what of it is valid; None if it can't be read at all.
        frameworks: those that it was checked against.
        problems: what was found: syntax and types first, then identification, ICS, IXIT, evidence.
    """

    file: Path
    dossier: Dossier | None
    frameworks: tuple[Framework, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems without the notes."""
        return tuple(each for each in self.problems if each.level is Level.ERROR)


def check_dossier(file: Path, frameworks: Sequence[Framework]) -> Checked:
    """Look through a dossier: syntax, types, completeness, consistency.

    Nothing is raised for what is wrong in the file. The device is not looked at: a dossier without
    problems may still be untrue. Third-party evidence is compared with its files and with today.
    """
    draft = read_draft(file)
    found = dict.fromkeys((*draft.problems, *_found(draft, frameworks, file.parent)))
    return Checked(file, draft.dossier, tuple(frameworks), tuple(found))


def _found(draft: Draft, frameworks: Sequence[Framework], folder: Path) -> Iterator[Problem]:
    dossier = draft.dossier
    if dossier is None:
        return
    yield from rows.identification(dossier)
    for framework in frameworks:
        yield from ics.answers(draft, dossier, framework)
        yield from ics.conflicts(dossier, framework)
    yield from rows.emptiness(draft, dossier)
    yield from rows.duplicates(draft)
    yield from rows.references(draft, dossier)
    for framework in frameworks:
        yield from rows.unanswered(draft, dossier, framework)
    today = dt.datetime.now(dt.UTC).date()
    yield from external_evidence(draft, dossier, folder, tuple(frameworks), today)
