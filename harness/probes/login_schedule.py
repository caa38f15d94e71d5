"""In which order and at which pace the logins of one login point are tried.

Known-good first, a made-up one next, then the candidates with the known-good login in between (a
good login resets the counters of most devices, and shows that the device still takes logins), the
unanswered ones once more, the known-good login again, and at the very end the run of wrong logins
that shows how guessing is hindered. Never more attempts than the bench config allows.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from harness.facts.credentials import CandidateSource, TrialOutcome
from harness.interpret.guessing import first_slow
from harness.interpret.login_reading import Reading
from harness.interpret.login_transcript import CONTROL, GUESSING, TRIALS, Point
from harness.probes.base import ProbeContext
from harness.probes.login_candidates import Candidate
from harness.probes.login_log import LoginLog

WRONG_BEFORE_GOOD: Final = 3
"""Wrong logins in a row before the known-good one; lock-outs begin at three to five."""
_RECOVERY_S: Final = 60.0
_LONGEST_PAUSE_S: Final = 16.0
_BLIND_PAUSE_S: Final = 5.0
_MOST_BLIND_PAUSES: Final = 3
_AFTER_GUESSING: Final = 4
"""Known-good logins kept back for finding out whether a hindrance ends."""

Attempt = Callable[[Candidate, bool], None]


class _Spent(Exception):  # noqa: N818  (an end, not an error)
    """No further attempt may be made at this login point; the message says why."""


class Made(Protocol):
    """Whom the schedule tells of an accepted login (its password may be a secret)."""

    def __call__(self, candidate: Candidate) -> None:
        """``candidate`` was accepted."""
        ...


class LoginSchedule:
    """Every attempt at one login point."""

    def __init__(
        self,
        context: ProbeContext,
        point: Point,
        log: LoginLog,
        attempt: Attempt,
        good: Candidate | None,
        made_up: Iterator[str],
    ) -> None:
        """Try logins with ``attempt(candidate, look_around)``, which records to ``log``."""
        self._context = context
        self._point = point
        self._log = log
        self._attempt = attempt
        self._good = good
        self._made_up = made_up
        limits = context.settings.credentials
        self._guesses = limits.guessing_attempts
        self._left = limits.max_attempts
        self._reserve = min(self._guesses + _AFTER_GUESSING + 1, limits.max_attempts // 2)
        self._number = 0
        self._wrong_in_row = 0
        self._blind_pauses = 0
        self._works = False
        self._later: list[Candidate] = []

    def run(self, candidates: Sequence[Candidate], accepted: Made) -> None:
        """Make every attempt; what could not be tried is recorded as such."""
        waiting = list(candidates)
        why = ""
        try:
            self._begin()
            while waiting:
                self._candidate(waiting[0], accepted)
                waiting.pop(0)
            self._again(accepted)
        except _Spent as reason:
            why = str(reason)
        for candidate in [*waiting, *(self._later if why else [])]:
            self._log.record("not-tried", what=candidate.label, reason=why)
        self._reserve = 0
        try:
            if self._works:
                self._check_good(TRIALS)
                self._guess()
        except _Spent as reason:
            why = why or str(reason)
        self._log.record("end", reason=why)

    def _begin(self) -> None:
        if self._good is not None:
            self._works = self._try(self._good, CONTROL, look_around=True) is _ACCEPTED
            if not self._works:
                self._works = self._recovers(0.0, CONTROL)
        self._candidate_outcome(self._random(), CONTROL)

    def _candidate(self, candidate: Candidate, accepted: Made) -> None:
        if self._works and self._wrong_in_row >= WRONG_BEFORE_GOOD:
            self._check_good(TRIALS)
        outcome = self._candidate_outcome(candidate, TRIALS)
        if outcome is _ACCEPTED:
            accepted(candidate)
        elif outcome is not TrialOutcome.REJECTED:
            self._later.append(candidate)

    def _again(self, accepted: Made) -> None:
        """Retry, once, what got no clear answer."""
        while self._later:
            candidate = self._later[0]
            if self._works:
                self._check_good(TRIALS)
            if self._candidate_outcome(candidate, TRIALS) is _ACCEPTED:
                accepted(candidate)
            self._later.pop(0)

    def _candidate_outcome(self, candidate: Candidate, phase: str) -> TrialOutcome:
        outcome = self._try(candidate, phase)
        if outcome in _NO_ANSWER:
            self._wait_out(self._reading().wait_s)
        return outcome

    def _check_good(self, phase: str) -> None:
        good = self._good
        if good is not None and self._try(good, phase) is not _ACCEPTED:
            self._wait_out(self._reading().wait_s)

    def _wait_out(self, wait_s: float) -> None:
        """Let a lock-out pass. Raises _Spent when the known-good login does not come back."""
        if self._works:
            if not self._recovers(wait_s, TRIALS):
                raise _Spent("the known-good login did not work again in time")
            return
        self._blind_pauses += 1
        if self._blind_pauses > _MOST_BLIND_PAUSES:
            raise _Spent("the device answers no more attempts, and no login is known to be good")
        self._pause(min(wait_s or _BLIND_PAUSE_S, _LONGEST_PAUSE_S))

    def _recovers(self, wait_s: float, phase: str) -> bool:
        """Try the known-good login until it works, for a bounded time."""
        if self._good is None:
            return False
        deadline = time.monotonic() + _RECOVERY_S
        pause = max(wait_s, 1.0)
        while time.monotonic() + pause <= deadline:
            self._pause(pause)
            if self._try(self._good, phase, look_around=phase == CONTROL) is _ACCEPTED:
                return True
            pause = max(self._reading().wait_s, min(2 * pause, _LONGEST_PAUSE_S))
        return False

    def _guess(self) -> None:
        """Wrong logins in a row until the device hinders them, then the known-good one."""
        spent: list[int] = []
        wait_s = 0.0
        for _ in range(min(self._guesses, self._left - _AFTER_GUESSING)):
            outcome = self._try(self._random(), GUESSING)
            spent.append(self._reading().duration_ms)
            wait_s = self._reading().wait_s
            if outcome is not TrialOutcome.REJECTED or first_slow(spent) is not None:
                break
        if spent and self._good and self._try(self._good, GUESSING) is not _ACCEPTED:
            self._recovers(max(wait_s, self._reading().wait_s), GUESSING)

    def _random(self) -> Candidate:
        user = self._good.user if self._good else "admin"
        return Candidate(CandidateSource.RANDOM, user, next(self._made_up))

    def _reading(self) -> Reading:
        return self._log.reading(self._point)

    def _try(self, candidate: Candidate, phase: str, *, look_around: bool = False) -> TrialOutcome:
        """Make one attempt. Raises _Spent when the attempts are used up."""
        if self._left <= self._reserve:
            raise _Spent("the bench config allows no more attempts here")
        self._context.check_time()
        self._left -= 1
        self._number += 1
        self._log.record(
            "trial",
            number=self._number,
            phase=phase,
            source=candidate.source.value,
            control=candidate is self._good,
            user=candidate.user,
            password=candidate.password,
            rule=candidate.rule,
        )
        self._attempt(candidate, look_around)
        outcome = self._reading().outcome
        self._wrong_in_row = 0 if outcome is _ACCEPTED else self._wrong_in_row + 1
        return outcome

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._context.check_time()
            time.sleep(min(left, 0.5))


_ACCEPTED: Final = TrialOutcome.ACCEPTED
_NO_ANSWER: Final = frozenset({TrialOutcome.LOCKED, TrialOutcome.UNANSWERED})
