"""What third-party evidence may stand for, and when it decides nothing (docs/adr/0022).

Pure: the records are the dossier's, the digests those of the kept files, the days the survey's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.assessment.judging import reason
from harness.model.catalogue import CatalogueUnit
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.external import EXTERNAL, ExternalEvidence
from harness.model.judgement import Judgement, Outcome, Reason
from harness.model.observation import EvidenceRef
from harness.model.record import SurveyRecord

_DAY: Final = 10
"""Characters of the day in an RFC 3339 time."""
_OF_PEOPLE: Final = frozenset({"person-not-asked", "answer-void", "answer-unsure"})
_NOT_LOOKED_AT: Final = frozenset({"link-not-observed"})
"""No probe looks at what the row names: there is no observation to replace."""
_OPEN: Final = {
    DecidedBy.JUDGEMENT: _OF_PEOPLE,
    DecidedBy.OPERATOR: _OF_PEOPLE | _NOT_LOOKED_AT,
    DecidedBy.AUTOMATIC: _NOT_LOOKED_AT,
}
"""Why a row may be open for third-party evidence to stand for it; a rule reads the dossier."""


def days_of(survey: SurveyRecord) -> tuple[str, str]:
    """First and last day of the survey, by UTC, later repeats of parts of it included."""
    times = (survey.started, survey.ended, *(entry.started for entry in survey.repeats))
    days = sorted(time[:_DAY] for time in times if time)
    return days[0], days[-1]


@dataclass(frozen=True)
class ExternalFiles:
    """The evidence of a dossier beside one survey.

    Attributes:
        records: what the dossier says.
        digests: name below ``survey/`` of each kept file -> SHA-256 of its content.
        days: first and last day of the survey.
    """

    records: tuple[ExternalEvidence, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    days: tuple[str, str] = ("", "")

    def covering(self, row: str) -> tuple[ExternalEvidence, ...]:
        """The records that name a row of the IXIT, ``10-SecParam/SecParam-3``."""
        return tuple(record for record in self.records if row in record.covers)

    def problem(self, record: ExternalEvidence) -> Reason | None:
        """Why a record decides nothing, whoever accepts it; None if it may stand."""
        there = self.digests.get(record.stored_name)
        if there is None:
            return reason("external-file-missing", evidence=record.id)
        if there != record.sha256:
            return reason("external-file-changed", evidence=record.id)
        return not_valid(record, self.days)


def not_valid(record: ExternalEvidence, days: tuple[str, str]) -> Reason | None:
    """Why a record was not valid during the whole test; None if it was."""
    if record.valid_from <= days[0] and days[1] <= record.valid_until:
        return None
    return reason(
        "external-not-valid",
        evidence=record.id,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        tested="/".join(dict.fromkeys(days)),
    )


def takes_evidence(units: Iterable[CatalogueUnit], declaration: UnitDeclaration) -> bool:
    """Whether third-party evidence may stand for rows in the units that a function decides."""
    allowed = all(unit.external_evidence for unit in units)
    return allowed and bool(declaration.per) and declaration.decided_by in _OPEN


def offered(
    unit: CatalogueUnit, declaration: UnitDeclaration, dossier: Dossier
) -> tuple[str, ...] | None:
    """The evidence of a dossier that may stand for rows of a unit, each with the row; None if none.

    Whether the unit will need it, and whether an assessor will accept it, is not known yet.
    """
    if not takes_evidence((unit,), declaration):
        return None
    found = tuple(
        f"{record.id}: {table}/{row}"
        for record in dossier.evidence or ()
        for table, row in record.rows()
        if table == declaration.per
    )
    return found or None


def is_open(judgement: Judgement, decided_by: DecidedBy) -> bool:
    """Whether a row lacks what third-party evidence may give: a look of a person or of any probe.

    Whatever else left it open, such as an empty field or a capture that broke off, stays.
    """
    undecided = judgement.outcome is Outcome.UNDECIDED
    return undecided and judgement.reason.code in _OPEN.get(decided_by, frozenset())


def held_by(
    record: ExternalEvidence, row: str, accepted: Judgement, instead: Judgement
) -> Judgement:
    """The judgement that a row holds on evidence that an assessor accepted.

    Args:
        record: the evidence.
        row: the row, with its table.
        accepted: what the assessor's answer says.
        instead: the open judgement whose place it takes.
    """
    why = reason(
        "external-evidence",
        evidence=record.id,
        title=record.title,
        issuer=record.issuer,
        valid_until=record.valid_until,
        row=row,
        person=accepted.reason.params.get("person", ""),
    )
    place = EvidenceRef(path=record.stored_name, where=f"SHA-256 {record.sha256}")
    return Judgement(
        item=instead.item,
        criterion=accepted.criterion,
        outcome=Outcome.HELD,
        reason=why,
        facts=instead.facts,
        evidence=(place,),
        answers=accepted.answers,
        rows=tuple(dict.fromkeys((row, *instead.rows))),
    )


def is_external(judgement: Judgement) -> bool:
    """Whether a row holds on third-party evidence."""
    return judgement.outcome is Outcome.HELD and judgement.reason.code == EXTERNAL


def lacking(decided_by: DecidedBy, judgement: Judgement) -> Reason | None:
    """What a judgement that `is_external` would have to rest on and does not; None if nothing."""
    rests: Sequence[object] = (judgement.answers, judgement.evidence, judgement.rows)
    if decided_by in _OPEN and all(rests):
        return None
    return reason("external-not-allowed", evidence=judgement.reason.params.get("evidence", ""))


def external_of(
    dossier: Dossier, survey: SurveyRecord, digests: Mapping[str, str]
) -> ExternalFiles:
    """The evidence of a dossier beside a survey, whose kept files have these digests."""
    return ExternalFiles(dossier.evidence or (), digests, days_of(survey))
