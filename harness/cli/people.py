"""Puts the suites' questions to the operator and keeps the answers with the survey."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from harness.answering.store import AnswerStore, Draft, newest_of, read_upload
from harness.bench.operator import ScriptedOperator, TerminalOperator
from harness.bench.protocols import Operator
from harness.errors import UsageError
from harness.model.declaration import UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.question import AnswerKind, Question


def operator_at(answers: Path | None, name: str) -> Operator | None:
    """Who answers: a script, the person called ``name`` at this terminal, or nobody.

    Raises:
        UsageError: both are named.
        ConfigError: the script cannot be read.
    """
    if answers and name:
        raise UsageError("--answers and --operator exclude each other: who is at the bench?")
    if answers:
        return ScriptedOperator.load(answers)
    return TerminalOperator(name) if name else None


def ask(run: Path, units: Iterable[UnitDeclaration], dossier: Dossier, operator: Operator) -> int:
    """Ask every question once for each of its items; the number of answers.

    Answers are append-only files of their own, numbered from the last one. What was answered before
    a crash is not asked again, unless the question was reworded.
    """
    store = AnswerStore(run)
    known = list(store.read())
    answered = {(answer.question_digest, answer.item) for answer in known}
    wanted = sorted(_questions(units, dossier), key=lambda entry: bool(entry[0].opens))
    for question, item in wanted:
        if (question.digest, item) in answered:
            continue
        given = operator.ask(question, item, "")
        if given is None:
            continue
        newest = newest_of(known, question.id, item)
        draft = Draft(
            question=question,
            item=item,
            value=given[0],
            reason=given[1],
            person=operator.name,
            scripted=operator.scripted,
            replaces=newest.number if newest else None,
        )
        if question.kind in {AnswerKind.PHOTO, AnswerKind.FILE}:
            # The answer is the file's name beside it, since a path of this machine is gone.
            draft = replace(draft, value="", files=(read_upload(Path(given[0])),))
        known.append(store.append(draft))
    return len(known)


def _questions(
    units: Iterable[UnitDeclaration], dossier: Dossier
) -> Iterator[tuple[Question, str]]:
    tables = dossier.ixit.to_json()
    seen: set[tuple[str, str]] = set()
    for unit in units:
        # A unit whose rows are all out of scope asks once about the DUT as a whole.
        items = [str(row["id"]) for row in tables.get(unit.per, [])] + [""]
        for question in unit.questions:
            for item in items:
                if (question.id, item) not in seen:
                    seen.add((question.id, item))
                    yield question, item
    for record in dossier.evidence or ():
        yield from ((record.question(table), row) for table, row in record.rows())
