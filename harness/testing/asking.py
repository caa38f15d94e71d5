"""Put one question to a person for each row of a table."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from harness.assessment.rules.rows import Row, field_missing, no_rows, row_ref
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.model.question import Question
from harness.testing.view import AnswerView

R = TypeVar("R", bound=Row)
IF_NO_ROW: Final = (
    " If you are asked about the DUT as a whole, no row falls under this question: answer yes if "
    "that is right."
)
"""End of the prompt of a question that speaks of some rows of its table only."""


def ask_each(  # noqa: PLR0913  (who, what, of which rows; the rest by keyword)
    answers: AnswerView,
    question: Question,
    table: str,
    rows: Sequence[R],
    *,
    scope: Callable[[R], bool] = lambda _: True,
    seen: Sequence[Judgement] = (),
    none: bool = False,
    fields: Sequence[str] = (),
) -> Judgements:
    """One judgement a row in ``scope``, from the person's answer about that row.

    A table that was left empty decides nothing. One with no row in scope, or declared to have
    nothing to hold, is asked about once, as ``DUT``, so that a person confirms that.

    Args:
        answers: what people answered.
        question: what they were asked.
        table: name of the IXIT table.
        rows: its rows.
        scope: which rows the unit speaks of.
        seen: judgements of rules or criteria; one that contradicts a row settles it.
        none: the dossier declares that the table has nothing to hold (`Ixit.declares_none`).
        fields: what the person reads of a row; while one of them is empty, no answer passes it.
    """
    if not rows and not none:
        return (no_rows(question.id, table),)
    chosen = [row for row in rows if scope(row)]
    if not chosen:
        return (answers.judge(question),)
    return tuple(_written(_one(answers, question, table, row, seen), row, fields) for row in chosen)


def ask_once(  # noqa: PLR0913  (as ask_each)
    answers: AnswerView,
    question: Question,
    table: str,
    rows: Sequence[Row],
    *,
    seen: Sequence[Judgement] = (),
    none: bool = False,
    fields: Sequence[str] = (),
) -> Judgements:
    """One judgement of the DUT, where a person weighs all rows of a table together.

    A table that was left empty decides nothing.

    Args:
        answers: what people answered.
        question: what they were asked.
        table: name of the IXIT table.
        rows: its rows.
        seen: judgements of rules or criteria; one that contradicts settles it.
        none: the dossier declares that the table has nothing to hold (`Ixit.declares_none`).
        fields: what the person reads of each row; while one is empty, no answer passes.
    """
    if not rows and not none:
        return (no_rows(question.id, table),)
    judged = answers.with_facts(question, "DUT", seen)
    for row in rows:
        judged = _written(judged, row, fields)
    refs = tuple(row_ref(table, row) for row in rows)
    return (judged.model_copy(update={"rows": tuple(dict.fromkeys((*judged.rows, *refs)))}),)


def _written(judged: Judgement, row: Row, fields: Sequence[str]) -> Judgement:
    """``judged``, unless it holds and speaks of a field that the supplier left empty."""
    if judged.outcome is not Outcome.HELD:
        return judged
    for field in fields:
        value = getattr(row, field)
        if not (value.strip() if isinstance(value, str) else value):
            return field_missing(row, judged.criterion, field)
    return judged


def _one(
    answers: AnswerView, question: Question, table: str, row: Row, seen: Sequence[Judgement]
) -> Judgement:
    mine = [judgement for judgement in seen if judgement.item == row.id]
    judged = answers.with_facts(question, row.id, mine)
    ref = row_ref(table, row)
    return judged.model_copy(update={"rows": tuple(dict.fromkeys((*judged.rows, ref)))})
