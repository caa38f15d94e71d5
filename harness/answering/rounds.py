"""People's rounds at the bench: what they look at while a campaign holds a visit open.

The person at the terminal and those on the page work on the same questions at the same time: each
question is asked where somebody takes it first, and the visit ends when none is left.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from harness.answering.desk import Desk, Given
from harness.answering.queue import Asked
from harness.answering.store import read_upload
from harness.answering.visits import hold_open, let_go
from harness.bench.operator import TerminalOperator
from harness.encoding.text import counted
from harness.errors import CertbenchError, StorageError, UsageError
from harness.model.ids import SampleId
from harness.model.question import AnswerKind, Question
from harness.model.record import VisitRecord

_LOOK_S: Final = 1.0
_FROM_FILE: Final = frozenset({AnswerKind.PHOTO, AnswerKind.FILE})


class Rounds:
    """Holds visits open for people. Implements `harness.survey.campaign.Observer`."""

    def __init__(
        self,
        run: Path,
        desk: Callable[[], Desk],
        first: SampleId,
        tell: Callable[[str], None],
        *,
        terminal: TerminalOperator | None = None,
        wait_s: float = 0.0,
    ) -> None:
        """Ask about the ``first`` sample, which is the one that units speak of.

        Args:
            run: the run directory.
            desk: the questions that the survey leaves to people as it stands now, those of the
                visit that is held open if there is one.
            first: the first sample of the bench config.
            tell: says something to whoever started the campaign.
            terminal: the person at the terminal; None = there is none.
            wait_s: how long a visit waits for people elsewhere.
        """
        self._run = run
        self._make_desk = desk
        self._first = first
        self._tell = tell
        self._terminal = terminal if terminal is not None and terminal.is_there else None
        self._wait_s = wait_s

    def observe(self, visit: VisitRecord) -> None:
        """Ask what is to be seen in this state; returns when nothing is left or nobody comes.

        Raises:
            StorageError: the disk takes no more.
        """
        if visit.sample != self._first or not (self._terminal or self._wait_s):
            return
        hold_open(self._run, visit)
        try:
            self._ask(f"sample {visit.sample} is {visit.state.value}")
        finally:
            let_go(self._run)

    def at_a_desk(self) -> None:
        """Ask the person at the terminal whatever is still open after the survey."""
        if self._terminal is not None:
            self._ask("the survey is over")

    def _ask(self, occasion: str) -> None:
        try:
            desk = self._make_desk()
        except StorageError:
            raise
        except CertbenchError as error:  # a survey is worth more than the answers beside it
            self._tell(f"{occasion}: nobody can be asked: {error}")
            return
        left = sum(each.is_open for each in desk.standing())
        if not left:
            return
        self._tell(f"{occasion}: {counted(left, 'question')} to answer, here or on the page")
        if self._terminal is not None:
            self._at_the_terminal(desk, self._terminal)
        else:
            self._elsewhere(desk)

    def _elsewhere(self, desk: Desk) -> None:
        """Wait for those on the page."""
        deadline = time.monotonic() + self._wait_s
        known = -1
        while time.monotonic() < deadline:
            count = desk.store.count()
            if count != known:
                known = count
                if not any(each.is_open for each in desk.standing()):
                    return
            time.sleep(_LOOK_S)
        left = sum(each.is_open for each in desk.standing())
        self._tell(f"nobody answered in time: {counted(left, 'question')} left open")

    def _at_the_terminal(self, desk: Desk, person: TerminalOperator) -> None:
        while True:
            waiting = [each.entry for each in desk.standing() if each.is_open]
            if not waiting:
                return
            free = [each for each in waiting if not desk.others_lease(each, person.name)][:1]
            if not free:  # somebody on the page has the rest in their hands
                time.sleep(_LOOK_S)
                continue
            if not self._put(desk, free[0], person):
                self._tell(f"{counted(len(waiting), 'question')} left open")
                return

    def _opened(self, desk: Desk, entry: Asked, person: TerminalOperator) -> str:
        """Ask which sample was opened for the answer, where that may have been needed."""
        if not entry.question.opens:
            return ""
        none = "none was opened"
        question = Question(
            id="bench-opened",
            prompt="Which sample was opened for it? Nothing else that needs it intact counts from "
            "then on.",
            choices=(none, *desk.samples),
        )
        told = person.ask(question, entry.stored_item, "")
        return told[0] if told and told[0] != none else ""

    def _put(self, desk: Desk, entry: Asked, person: TerminalOperator) -> bool:
        """Put one question; false if the person wants no more."""
        count = desk.store.count()
        newest = desk.queue.one(entry, desk.store.read()).newest
        seen = newest.number if newest else None  # what comes while they type they have not seen

        def taken() -> bool:
            """Somebody answered it on the page meanwhile."""
            if desk.store.count() == count:
                return False
            return not desk.queue.one(entry, desk.store.read()).is_open

        given = person.ask_unless(entry.question, entry.stored_item, entry.rows_text, taken)
        if given is None:
            desk.leases.give_back(entry.key, person.name)
            return taken()
        try:
            files = (read_upload(Path(given[0])),) if entry.question.kind in _FROM_FILE else ()
            opened = self._opened(desk, entry, person)
            answer = Given(given[0], given[1], seen, files, opened)
            desk.answer(entry, answer, person.name, facts=False)
        except UsageError as error:
            self._tell(str(error))
        return True
