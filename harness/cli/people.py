"""Puts the suites' questions to the operator and keeps the answers with the survey."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from harness.bench.operator import ScriptedOperator, TerminalOperator
from harness.bench.protocols import Operator
from harness.encoding.clock import Clock
from harness.errors import UsageError
from harness.model.declaration import UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.question import Answer, AnswerKind, Question
from harness.survey.store import write_atomic

_MAX_FILE_BYTES: Final = 32 * 1024 * 1024
_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".pdf", ".txt", ".log"})


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
    folder = run / "survey" / "answers"
    folder.mkdir(exist_ok=True)
    known = [Answer.from_bytes(file.read_bytes()) for file in folder.glob("*.json")]
    answered = {(answer.question_digest, answer.item) for answer in known}
    number = len(known)
    clock = Clock()
    for question, item in _questions(units, dossier):
        if (question.digest, item) in answered:
            continue
        given = operator.ask(question, item, "")
        if given is None:
            continue
        number += 1
        value = given[0]
        if question.kind in {AnswerKind.PHOTO, AnswerKind.FILE}:
            value = _kept(Path(value), folder, number)
        answer = Answer(
            number=number,
            question=question.id,
            question_digest=question.digest,
            item=item,
            value=value,
            reason=given[1],
            person=operator.name,
            at=clock.now(),
            scripted=operator.scripted,
        )
        write_atomic(folder / f"{number:05}.json", answer.to_bytes())
    return number


def _kept(file: Path, answers: Path, number: int) -> str:
    """Copy a photo or file beside its answer; its name there, since a path of this machine is gone.

    Raises:
        UsageError: it cannot be read, or is too large to be evidence.
    """
    suffix = file.suffix.lower()
    name = f"{number:05}{suffix if suffix in _SUFFIXES else '.bin'}"
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    if len(data) > _MAX_FILE_BYTES:
        raise UsageError(f"{file}: larger than {_MAX_FILE_BYTES} bytes")
    write_atomic(answers / name, data)
    return name


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
