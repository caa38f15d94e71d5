"""Revisions of a dossier for people: what each changed, and what became of the verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.encoding.text import neutralise
from harness.encoding.tree import SubTree, Tree, read
from harness.evidence.revisions import history_in
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier
from harness.model.judgement import Verdict
from harness.model.revision import DossierHistory, assessment_name, changed_verdicts
from harness.report.dossier_changes import Change, changes_between

_LONGEST = 1000


@dataclass(frozen=True)
class RevisionView:
    """One revision: what it replaced, on whose word, and what it changed."""

    number: int
    before: int
    author: str
    reason: str
    trigger: str
    at: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class UnitHistory:
    """What one unit got under each dossier; the unit is one whose verdict was not always the same.

    Attributes:
        said: number of the revision and the verdict under it, oldest first.
        text: all of it, and who changed what it rests on, in one line.
    """

    said: tuple[tuple[int, Verdict], ...]
    text: str


@dataclass(frozen=True)
class Revisions:
    """The revisions of one survey's dossier.

    Attributes:
        views: oldest first; none if the dossier was never revised.
        units: framework -> unit -> what became of its verdict.
    """

    views: tuple[RevisionView, ...] = ()
    units: Mapping[str, Mapping[str, UnitHistory]] | None = None

    def of(self, framework: str, unit: str) -> str:
        """What became of a unit's verdict, in one line; ``""`` if it was always the same."""
        found = (self.units or {}).get(framework, {}).get(unit)
        return found.text if found else ""


def revision_views(history: DossierHistory) -> tuple[RevisionView, ...]:
    """What each revision changed, oldest first."""
    return tuple(
        RevisionView(
            number=revision.number,
            before=before.revision,
            author=revision.dossier.author,
            reason=revision.dossier.reason,
            trigger=revision.dossier.trigger,
            at=revision.at,
            changes=tuple(changes_between(before, revision.dossier)),
        )
        for before, revision in history.superseded
    )


def revisions_in(data: Tree, assessments: Sequence[Assessment]) -> Revisions:
    """The revisions of the survey below ``data``, and what became of the verdicts.

    An assessment under an earlier dossier that this edition or an older run lacks is left out.

    Raises:
        EvidenceError: the dossiers do not follow from one another.
        CaptureError: a document is not strict JSON.
        ValueError: a document does not fit its schema.
    """
    history = history_in(SubTree(data, "survey"))
    if not history.revisions:
        return Revisions()
    names = frozenset(data.names())
    units: dict[str, Mapping[str, UnitHistory]] = {}
    for newest in assessments:
        framework = str(newest.framework)
        files = [
            f"assessments/{framework}/{assessment_name(dossier.revision)}"
            for dossier, _ in history.superseded
        ]
        there = [Assessment.from_bytes(read(data, name)) for name in files if name in names]
        units[framework] = _histories([*there, newest], history)
    return Revisions(revision_views(history), units)


def _histories(
    oldest_first: Sequence[Assessment], history: DossierHistory
) -> dict[str, UnitHistory]:
    numbers = [each.dossier_revision for each in oldest_first]
    found = {}
    for unit, verdicts in changed_verdicts(oldest_first).items():
        said = tuple(zip(numbers, verdicts, strict=False))
        found[str(unit)] = UnitHistory(said, _in_words(said, history))
    return found


def _in_words(said: Sequence[tuple[int, Verdict]], history: DossierHistory) -> str:
    """``revision 1: FAIL; revision 2: PASS; changed by NAME because REASON (trigger UNIT)``."""
    words = [f"revision {number}: {verdict.value}" for number, verdict in said]
    dossiers = {dossier.revision: dossier for dossier in history.dossiers}
    turned = [after for (_, one), (after, other) in pairwise(said) if one is not other]
    for number in turned:
        which = f"revision {number} was " if len(turned) > 1 else ""
        words.append(f"{which}{changed_by(dossiers[number])}")
    return "; ".join(words)


def changed_by(dossier: Dossier) -> str:
    """On whose word a dossier replaced another one."""
    author, reason, trigger = (
        neutralise(text, _LONGEST) for text in (dossier.author, dossier.reason, dossier.trigger)
    )
    return f"changed by {author} because {reason.rstrip('.')} (trigger {trigger})"
