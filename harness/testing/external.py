"""Rows of a unit that third-party evidence stands for, once an assessor accepted it for each.

Applied to what a unit returned, before the roll-up: a unit itself knows nothing of it.
"""

from collections.abc import Callable, Sequence

from harness.assessment.external import ExternalFiles, held_by, is_open
from harness.assessment.judging import reason, undecided
from harness.model.declaration import UnitDeclaration
from harness.model.external import ExternalEvidence
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.model.question import Answer, AskedQuestion, Question
from harness.testing.basis import Basis
from harness.testing.view import AnswerView

_DUT = "DUT"


def with_external(
    judgements: Judgements,
    declaration: UnitDeclaration,
    files: ExternalFiles,
    answers: Sequence[Answer],
    basis: Basis | None = None,
) -> tuple[Judgements, tuple[AskedQuestion, ...]]:
    """The judgements, those of rows that evidence covers replaced, and what was asked about it.

    A row that is open for evidence and has some that was accepted is HELD, as external. Evidence
    that was not accepted, was not valid on the days of the test or is not the file that the dossier
    names decides nothing: beside the open judgement stands one that says so. A judgement that
    holds or contradicts stays as it is.
    """

    def put(question: Question) -> AnswerView:
        own = declaration.model_copy(update={"questions": (question,)})
        return AnswerView(answers, own, basis=basis)

    found: list[Judgement] = []
    asked: list[AskedQuestion] = []
    for judgement in judgements:
        row = f"{declaration.per}/{judgement.item}"
        records = files.covering(row) if judgement.item != _DUT else ()
        if not records or not is_open(judgement, declaration.decided_by):
            found.append(judgement)
            continue
        said = [_said(record, row, files, put, asked) for record in records]
        accepted = [
            held_by(record, row, each, judgement)
            for record, each in zip(records, said, strict=True)
            if each.outcome is Outcome.HELD
        ]
        found += accepted[:1] or [*said, judgement]
    once = tuple(each for place, each in enumerate(asked) if each not in asked[:place])
    return tuple(found), once


def _said(
    record: ExternalEvidence,
    row: str,
    files: ExternalFiles,
    put: Callable[[Question], AnswerView],
    asked: list[AskedQuestion],
) -> Judgement:
    """What an assessor says of one record for one row; nobody is asked about what cannot stand."""
    table, _, item = row.partition("/")
    question = record.question(table)
    problem = files.problem(record)
    if problem is not None:
        return undecided(item, question.id, problem)
    view = put(question)
    given = view.judge(question, item)
    asked.extend(view.asked)
    if given.outcome is Outcome.HELD:
        return given
    why = reason("external-not-accepted", evidence=record.id, row=row, because=given.reason.code)
    return undecided(item, question.id, why)
