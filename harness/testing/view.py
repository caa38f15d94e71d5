"""What a unit sees: facts that it declared, and answers of people."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from harness.assessment.judging import all_of, contradicted, held, over_attempts, reason, undecided
from harness.assessment.samples import openings, seen_on_opened
from harness.errors import UsageError
from harness.facts.base import Facts
from harness.facts.store import FactBase, FactRecord
from harness.model.declaration import Samples, UnitDeclaration
from harness.model.ids import ProbeName, SampleId
from harness.model.judgement import Judgement
from harness.model.question import Answer, AskedQuestion, AskedStatus, Question
from harness.model.shown import DUT, Shown
from harness.model.states import DeviceState
from harness.model.waiting import waiting_for
from harness.testing.basis import Basis

F = TypeVar("F", bound=Facts)


class UndeclaredFactError(UsageError):
    """A unit asked for a fact that it did not declare; it is INCONCLUSIVE."""


class FactView:
    """The facts of a survey, through the declaration of one unit.

    Attributes:
        read: the records that were handed out, for the firmware check.
        undeclared: what was asked for without being declared, even if the unit caught the error.
    """

    def __init__(self, base: FactBase, declaration: UnitDeclaration) -> None:
        """Show ``base`` to the unit of ``declaration``."""
        self._base = base
        self._declaration = declaration
        self.read: list[FactRecord[Facts]] = []
        self.undeclared: list[str] = []

    @property
    def samples(self) -> tuple[SampleId, ...]:
        """Every sample of the survey, first one first."""
        return self._base.samples

    def declares(self, facts_type: type[Facts], state: DeviceState) -> bool:
        """Whether the unit declared facts of this kind in this state, of any sample."""
        return any(
            (entry.probe, entry.state) == (facts_type.PROBE, state)
            for entry in self._declaration.facts
        )

    def tried(self, facts_type: type[Facts], state: DeviceState) -> bool:
        """Whether the bench went to look for such facts of the first sample."""
        return self._base.tried(ProbeName(facts_type.PROBE), self._base.samples[0], state)

    def records(
        self, facts_type: type[F], state: DeviceState, sample: SampleId | None = None
    ) -> tuple[FactRecord[F], ...]:
        """Every attempt's fact; ``sample`` defaults to the first.

        Raises:
            UndeclaredFactError: not declared with `need`, or another sample than declared.
        """
        first = self._base.samples[0]
        wanted = sample or first
        declared = any(
            entry.probe == facts_type.PROBE
            and entry.state == state
            and (entry.samples is Samples.EACH or wanted == first)
            for entry in self._declaration.facts
        )
        if not declared:
            message = (
                f"{self._declaration.unit} reads {facts_type.PROBE} of sample {wanted} in state "
                f"{state.value} without declaring it"
            )
            self.undeclared.append(message)
            raise UndeclaredFactError(message)
        found = self._base.of(facts_type, wanted, state)
        self.read.extend(found)
        return found

    def judge(
        self,
        facts_type: type[F],
        state: DeviceState,
        item: str,
        criterion: str,
        look: Callable[[FactRecord[F]], Judgement],
        sample: SampleId | None = None,
    ) -> Judgement:
        """Apply ``look`` to every attempt's fact and combine; UNDECIDED when there is none."""
        found = self.records(facts_type, state, sample)
        if not found:
            wanted = sample or self._base.samples[0]
            waits = waiting_for([ProbeName(facts_type.PROBE)])
            if waits and not self._base.attempted(ProbeName(facts_type.PROBE)):
                return undecided(item, criterion, reason("waits-for-bench", what=waits))
            why = self._base.why_missing(ProbeName(facts_type.PROBE), wanted, state)
            missing = reason("fact-missing", fact=facts_type.PROBE, why=why)
            return undecided(item, criterion, missing)
        return over_attempts(item, criterion, found, look)


class AnswerView:
    """The answers that count for one unit: the newest per question and item.

    Attributes:
        asked: what the unit wanted to know from people, for those who put the questions to them.
    """

    def __init__(
        self,
        answers: Sequence[Answer],
        declaration: UnitDeclaration,
        samples: Sequence[SampleId] = (),
        basis: Basis | None = None,
    ) -> None:
        """Show those of ``answers`` that belong to the unit's questions as they stand now.

        People look at the first one of ``samples``, if no answer names another. ``basis`` is what
        is shown beside the questions; without it an answer is bound to its wording alone.
        """
        self._declaration = declaration
        self._answers = answers
        self._basis = basis
        self._first = samples[0] if samples else None
        self._opened = openings(answers)
        self.asked: list[AskedQuestion] = []

    def judge(self, question: Question, item: str = DUT) -> Judgement:
        """What the person's answer says of ``item``; UNDECIDED while nobody answered.

        An answer given for another wording of the question, or over other rows or facts than those
        that belong beside it now, is void.
        """
        if question not in self._declaration.questions:
            message = f"{self._declaration.unit} reads question {question.id} without declaring it"
            raise UsageError(message)
        wanted = "" if item == "DUT" else item
        given = [
            answer
            for answer in self._answers
            if answer.question == question.id and answer.item in {wanted, item}
        ]
        newest = given[-1] if given else None
        if newest is None:
            self._note(question, item, AskedStatus.OPEN)
            return undecided(item, question.id, reason("person-not-asked", question=question.id))
        spent = seen_on_opened(question, given, self._first, self._opened)
        if spent is not None:
            self._note(question, item, AskedStatus.UNSURE, newest.number)
            return undecided(item, question.id, spent)
        return self._read(question, item, newest)

    def _read(self, question: Question, item: str, answer: Answer) -> Judgement:
        changed = self._changed(question, item, answer)
        if changed:
            self._note(question, item, AskedStatus.VOID, answer.number)
            why = reason("answer-void", question=question.id, changed=changed)
            return undecided(item, question.id, why)
        if answer.value in question.unsure or answer.value not in question.choices:
            self._note(question, item, AskedStatus.UNSURE, answer.number)
            why = reason("answer-unsure", question=question.id, value=answer.value)
            return undecided(item, question.id, why)
        self._note(question, item, AskedStatus.ANSWERED, answer.number)
        make = held if answer.value in question.holds else contradicted
        why = reason("answered", question=question.id, value=answer.value, person=answer.person)
        return make(item, question.id, why, answers=(answer.number,))

    def _changed(self, question: Question, item: str, answer: Answer) -> str:
        """What is not as it was when the answer was given, in words."""
        if answer.question_digest != question.digest:
            return "the wording of the question"
        if self._basis is None:
            return ""
        return self._basis.changed(answer, question, self._declaration, item)

    def _note(
        self, question: Question, item: str, status: AskedStatus, answer: int | None = None
    ) -> None:
        self.asked.append(
            AskedQuestion(
                unit=self._declaration.unit,
                question=question,
                item=item,
                table=self._declaration.per,
                status=status,
                answer=answer,
                shown=self._basis.shown(self._declaration, item) if self._basis else Shown(),
            )
        )

    def with_facts(self, question: Question, item: str, seen: Sequence[Judgement]) -> Judgement:
        """A person's unit to which facts can only object: ``seen`` contradicts or says nothing."""
        against = [entry for entry in seen if entry.outcome.value == "contradicted"]
        if against:
            self._note(question, item, AskedStatus.SETTLED)
            return all_of(item, question.id, against)
        return self.judge(question, item)
