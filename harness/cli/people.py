"""Puts the suites' questions to the operator and keeps the answers with the survey."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness.answering.store import AnswerStore, Draft, newest_of, read_upload
from harness.answering.visits import hold_open, let_go
from harness.bench.operator import ScriptedOperator, TerminalOperator
from harness.bench.protocols import Operator
from harness.errors import UsageError
from harness.model.declaration import UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.question import Answer, AnswerKind, Question
from harness.model.record import VisitRecord
from harness.model.shown import DUT, Shown, row_digest, rows_shown
from harness.survey.standing import read_record


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


class ScriptedRounds:
    """Has a script answer in each visit what is to be seen in its state.

    Implements `harness.survey.campaign.Observer`.
    """

    def __init__(
        self, run: Path, units: Sequence[UnitDeclaration], dossier: Dossier, script: Operator
    ) -> None:
        """Ask ``script`` what ``units`` want to know; people look at the first sample alone."""
        self._run = run
        self._units = units
        self._dossier = dossier
        self._script = script

    def observe(self, visit: VisitRecord) -> None:
        """Ask about the state of ``visit``, unless it was asked in the visit of another sample.

        Raises:
            StorageError: the disk takes no more.
        """
        survey = read_record(self._run / "survey")
        if survey is None or visit.sample != survey.samples[0].id:
            return
        hold_open(self._run, visit)
        try:
            ask(self._run, self._units, self._dossier, self._script, visit.state.value)
        finally:
            let_go(self._run)


def ask(
    run: Path,
    units: Iterable[UnitDeclaration],
    dossier: Dossier,
    operator: Operator,
    during: str = "",
) -> int:
    """Ask every question once for each of its items; the number of answers.

    With ``during`` only what is to be seen in that state is asked. Answers are append-only files of
    their own, numbered from the last one. What was answered before a crash is not asked again,
    unless the question was reworded.
    """
    store = AnswerStore(run)
    known = list(store.read())
    wanted = sorted(_questions(units, dossier), key=lambda entry: bool(entry[0].opens))
    for question, item, table in wanted:
        if during and question.during != during:
            continue
        shown = _rows(dossier, table, item)
        newest = newest_of(known, question.id, item)
        if newest is not None and _stands(newest, question, shown):
            continue
        given = operator.ask(question, item, "")
        if given is None:
            continue
        draft = Draft(
            question=question,
            item=item,
            value=given[0],
            reason=given[1],
            person=operator.name,
            scripted=operator.scripted,
            replaces=newest.number if newest else None,
            shown=shown,
        )
        if question.kind in {AnswerKind.PHOTO, AnswerKind.FILE}:
            # The answer is the file's name beside it, since a path of this machine is gone.
            draft = replace(draft, value="", files=(read_upload(Path(given[0])),))
        known.append(store.append(draft))
    return len(known)


def _rows(dossier: Dossier, table: str, item: str) -> Shown:
    """What belongs beside a question: rows alone, since nobody is shown facts here."""
    rows = rows_shown(dossier.ixit, table, item or DUT)
    return Shown(rows={name: row_digest(row) for name, row in rows.items()})


def _stands(answer: Answer, question: Question, now: Shown) -> bool:
    if answer.question_digest != question.digest:
        return False
    return answer.shown is None or answer.shown.rows == now.rows


def _questions(
    units: Iterable[UnitDeclaration], dossier: Dossier
) -> Iterator[tuple[Question, str, str]]:
    """Each question with the item it is about and the table of its unit."""
    tables = dossier.ixit.to_json()
    seen: set[tuple[str, str]] = set()
    for unit in units:
        # A unit whose rows are all out of scope asks once about the DUT as a whole.
        places = [table for table in (unit.per, *unit.also) if table]
        items = [str(row["id"]) for table in places for row in tables.get(table, [])] + [""]
        for question in unit.questions:
            for item in items:
                if (question.id, item) not in seen:
                    seen.add((question.id, item))
                    yield question, item, unit.per
    for record in dossier.evidence or ():
        yield from ((record.question(table), row, table) for table, row in record.rows())
