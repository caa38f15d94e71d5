"""Revisions of a frozen dossier: what replaced it, on whose word, and what had been said by then.

A dossier is frozen when a run begins. A change is a document of its own beside it; nothing that was
frozen is changed. The number, the author, the reason and the trigger stand in the new dossier
itself, so that its digest, which every verdict names, speaks for them, too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar, Final

from pydantic import Field

from harness.encoding.clock import parse_utc
from harness.model.assessment import Assessment, JudgeDigests
from harness.model.base import Document, Frozen
from harness.model.dossier import Dossier
from harness.model.ids import UnitId
from harness.model.judgement import Judgement, Verdict

FOLDER: Final = "dossier-revisions"
"""Its folder in that of a survey."""
_ASSESSMENT: Final = re.compile(r"revision-([1-9][0-9]{0,5})\.json")
RECORD_FIELDS: Final = ("revision", "author", "reason", "trigger")
"""What a dossier says of itself as a revision; everything else is what it declares."""


class VerdictsThen(Frozen):
    """What one framework said under the dossier that a revision replaces.

    Attributes:
        judge: who judged; the same judge must come to the same verdicts again.
    """

    judge: JudgeDigests
    units: dict[UnitId, Verdict]


class DossierRevision(Document):
    """``survey/dossier-revisions/<n>.json``: a dossier that replaces the one before it.

    Attributes:
        dossier: the whole new one.
        replaces: digest of the dossier before it.
        at: when it was recorded, RFC 3339 in UTC. What was collected later is no evidence for the
            verdicts that it replaces.
        last_answer: number of the newest answer then; 0 = none. Later ones are none, either.
        verdicts: framework, ``slug@version`` -> what it said until then.
    """

    SCHEMA: ClassVar[str] = "certbench/dossier-revision/1"

    dossier: Dossier
    replaces: str
    at: str
    last_answer: Annotated[int, Field(ge=0)]
    verdicts: dict[str, VerdictsThen]

    @property
    def number(self) -> int:
        """Number of the revision, counted from that of the first dossier."""
        return self.dossier.revision


@dataclass(frozen=True)
class DossierHistory:
    """Every dossier of a run, oldest first.

    Attributes:
        first: the one that was frozen when the run began.
        revisions: those that replaced it, each the one before.
    """

    first: Dossier
    revisions: tuple[DossierRevision, ...] = ()

    @property
    def dossiers(self) -> tuple[Dossier, ...]:
        """Every dossier, oldest first."""
        return self.first, *(each.dossier for each in self.revisions)

    @property
    def newest(self) -> Dossier:
        """The dossier that counts."""
        return self.dossiers[-1]

    @property
    def superseded(self) -> tuple[tuple[Dossier, DossierRevision], ...]:
        """Each dossier that was replaced, with what replaced it."""
        return tuple(zip(self.dossiers, self.revisions, strict=False))


def assessment_name(number: int) -> str:
    """Name of the assessment under a replaced dossier, in the folder of its framework."""
    return f"revision-{number}.json"


def replaced_revision(name: str) -> int | None:
    """Number of the revision that the assessment of this name is about; None for another name."""
    found = _ASSESSMENT.fullmatch(name)
    return int(found[1]) if found else None


def declared(dossier: Dossier) -> Dossier:
    """What a dossier declares, whichever revision it is."""
    return dossier.model_copy(update={"revision": 1, "author": "", "reason": "", "trigger": ""})


def problem_of(history: DossierHistory) -> str:
    """Why these dossiers are no history; ``""`` if they are one."""
    last = ("", 0)
    for before, revision in history.superseded:
        after, name = revision.dossier, f"revision {revision.number} of the dossier"
        missing = [each for each in RECORD_FIELDS[1:] if not getattr(after, each).strip()]
        said = (
            (after.revision != before.revision + 1, f"{name} follows revision {before.revision}"),
            (bool(missing), f"{name} has no {', no '.join(missing)}"),
            (revision.replaces != before.digest, f"{name} replaces another dossier than is here"),
            (declares_same(before, after), f"{name} changes nothing"),
            (not same_dut(before, after), f"{name} is about another device"),
            (not _is_time(revision.at), f"{name} bears no time"),
            (revision.at < last[0], f"{name} is older than the one before"),
            (revision.last_answer < last[1], f"{name} knows fewer answers than the one before"),
        )
        wrong = [text for is_wrong, text in said if is_wrong]
        if wrong:
            return wrong[0]
        last = (revision.at, revision.last_answer)
    return ""


def declares_same(one: Dossier, other: Dossier) -> bool:
    """Whether two dossiers differ in nothing but what they say of themselves as revisions."""
    return declared(one).digest == declared(other).digest


def same_dut(one: Dossier, other: Dossier) -> bool:
    """Whether both dossiers speak of one supplier's one model."""
    return (one.dut.supplier, one.dut.model) == (other.dut.supplier, other.dut.model)


def _is_time(text: str) -> bool:
    try:
        parse_utc(text)
    except ValueError:
        return False
    return True


def names_trigger(assessments: Sequence[Assessment], trigger: str) -> bool:
    """Whether a unit or a finding (``criterion@subject``) of these assessments is called so."""
    return any(
        unit.unit == trigger or trigger in _findings(unit.judgements)
        for assessment in assessments
        for unit in assessment.units
    )


def _findings(judgements: Sequence[Judgement]) -> Iterator[str]:
    for judgement in judgements:
        yield from (found.id for found in judgement.findings)


def verdicts_of(assessment: Assessment) -> VerdictsThen:
    """What a revision keeps of the assessment that it replaces."""
    units = {unit.unit: unit.verdict for unit in assessment.units}
    return VerdictsThen(judge=assessment.judge, units=units)


def changed_verdicts(oldest_first: Sequence[Assessment]) -> dict[UnitId, tuple[Verdict, ...]]:
    """The verdict under each revision, of the units of which it was not always the same."""
    said: dict[UnitId, list[Verdict]] = {}
    for assessment in oldest_first:
        for unit in assessment.units:
            said.setdefault(unit.unit, []).append(unit.verdict)
    return {
        unit: tuple(verdicts)
        for unit, verdicts in said.items()
        if any(one is not other for one, other in pairwise(verdicts))
    }
