"""Third-party evidence as reports show it: what it is, and what became of it row by row.

Everything follows from the dossier, the answers and the recorded judgements; nothing is judged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.answering.store import newest_of
from harness.assessment.external import days_of, is_external, not_valid
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier
from harness.model.external import ACCEPTED, ExternalEvidence
from harness.model.prose import render
from harness.model.question import Answer
from harness.model.record import SurveyRecord


@dataclass(frozen=True)
class CoveredRow:
    """One row that a record covers.

    Attributes:
        row: ``10-SecParam/SecParam-1``.
        standing: whether it was accepted, by whom, or why it decides nothing.
        units: the units that hold on it, by framework.
    """

    row: str
    standing: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class ExternalView:
    """One record of third-party evidence."""

    record: ExternalEvidence
    rows: tuple[CoveredRow, ...]

    @property
    def sentence(self) -> str:
        """What it is and what became of it, in one line."""
        given = self.record
        rows = "; ".join(
            f"{each.row} {each.standing}" + (f", {', '.join(each.units)}" if each.units else "")
            for each in self.rows
        )
        return (
            f"External evidence {given.id}: {given.title}, of {given.issuer}, valid until "
            f"{given.valid_until}: {rows}."
        )


def external_views(
    dossier: Dossier,
    survey: SurveyRecord,
    answers: Sequence[Answer],
    assessments: Iterable[Assessment],
) -> tuple[ExternalView, ...]:
    """Every record of the dossier, in its order; none where nothing was handed in."""
    held = _held(assessments)
    return tuple(
        ExternalView(
            record,
            tuple(
                CoveredRow(
                    row=f"{table}/{row}",
                    standing=_standing(record, table, row, survey, answers)
                    or _unseen(held.get((record.id, f"{table}/{row}"), ())),
                    units=held.get((record.id, f"{table}/{row}"), ()),
                )
                for table, row in record.rows()
            ),
        )
        for record in dossier.evidence or ()
    )


def _held(assessments: Iterable[Assessment]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Record and row -> the units that hold on it."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for assessment in assessments:
        for unit in assessment.units:
            for judgement in filter(is_external, unit.judgements):
                params = judgement.reason.params
                key = (params.get("evidence", ""), params.get("row", ""))
                found[key] = (*found.get(key, ()), f"{assessment.framework} {unit.unit}")
    return found


def _unseen(units: tuple[str, ...]) -> str:
    """What is said where no answer is shown: a public edition may hold it back."""
    if units:
        return "was accepted, by an answer that is not shown here"
    return "was not accepted, so far as is shown"


def _standing(
    record: ExternalEvidence,
    table: str,
    row: str,
    survey: SurveyRecord,
    answers: Sequence[Answer],
) -> str:
    """What became of a record for one row; ``""`` where no answer is shown."""
    invalid = not_valid(record, days_of(survey))
    if invalid is not None:
        return f"decides nothing: {render(invalid)}"
    question = record.question(table)
    newest = newest_of(answers, question.id, row)
    if newest is None:
        return ""
    if newest.question_digest != question.digest:
        return "was not accepted as it stands now"
    taken = "was accepted" if newest.value == ACCEPTED else f"was not accepted ({newest.value})"
    return f"{taken} by {newest.person}{' (scripted)' if newest.scripted else ''}"
