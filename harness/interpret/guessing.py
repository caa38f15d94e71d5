"""How a device hinders guessing, from the trials of one login point in order: pure.

The guessing phase is a run of wrong logins, then known-good ones until one works again. A hindrance
counts only if the known-good login suffered from it too and recovered: a device that turns away
wrong logins but lets the right one in at once hinders nobody. `Absent` needs every planned guess to
be rejected quickly and the known-good login to work at once after them.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from harness.facts.credentials import GuessingLimit, TrialOutcome
from harness.interpret.login_reading import Reading
from harness.interpret.login_transcript import GUESSING, TrialTranscript, elapsed_ms
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

Ref = Callable[[int], EvidenceRef]

SLOW_MS: Final = 1000
"""An answer to a wrong login that takes less than this delays no guesser."""
GROWTH: Final = 3
"""An answer that takes this many times as long as the first ones was delayed on purpose."""
_STALL_MS: Final = 2000
"""A shorter pause hides no lock that would hinder anybody."""
_PACE_TOLERANCE: Final = 3
_ENOUGH: Final = 5
"""Fewer wrong logins in a row say nothing about the absence of a limit."""


@dataclass(frozen=True)
class ReadTrial:
    """A trial and what became of it."""

    trial: TrialTranscript
    reading: Reading

    @property
    def accepted(self) -> bool:
        """The login worked, with its confirmation."""
        return self.reading.outcome is TrialOutcome.ACCEPTED

    @property
    def refused(self) -> bool:
        """The login did not work because the device took none: never the same as rejected."""
        return self.reading.outcome in {TrialOutcome.LOCKED, TrialOutcome.UNANSWERED}


def first_slow(durations_ms: Sequence[int]) -> int | None:
    """Index of the first answer that was delayed on purpose; None if there is none."""
    for index, spent in enumerate(durations_ms):
        usual = median(durations_ms[: min(index, 3)]) if index else None
        if usual is not None and spent >= SLOW_MS and spent >= GROWTH * usual:
            return index
    return None


def observe_limit(
    trials: Sequence[ReadTrial], planned: int, ref: Ref, *, controlled: bool
) -> GuessingLimit:
    """Judge the guessing phase among all trials of a login point.

    Args:
        trials: every trial, in order.
        planned: wrong logins that the bench meant to make.
        ref: makes evidence of a journal line.
        controlled: the known-good login worked before.
    """
    phase = [entry for entry in trials if entry.trial.phase == GUESSING]
    wrong = [entry for entry in phase if not entry.trial.control]
    after = _after(phase)
    kind, hindered = _hindrance(trials, wrong, after, ref)
    if not controlled and not isinstance(hindered, Unknown):
        kind, hindered = "", Unknown(reason="the known-good login was not seen to work")
    if isinstance(hindered, Unknown) and controlled and not kind:
        hindered = _unhindered(wrong, after, planned, hindered, ref)
    answered = [entry for entry in wrong if entry.reading.outcome is TrialOutcome.REJECTED]
    return GuessingLimit(
        hindered=hindered,
        kind=kind if isinstance(hindered, Present) else "",
        attempts=len(answered),
        answered_per_s_milli=_pace(phase, len(answered)),
    )


def _after(phase: Sequence[ReadTrial]) -> list[ReadTrial]:
    """Known-good logins that follow the last wrong one."""
    result: list[ReadTrial] = []
    for entry in reversed(phase):
        if not entry.trial.control:
            break
        result.insert(0, entry)
    return result


def _hindrance(
    trials: Sequence[ReadTrial], wrong: Sequence[ReadTrial], after: Sequence[ReadTrial], ref: Ref
) -> tuple[str, Observation]:
    turned_away = next((entry for entry in wrong if entry.refused), None)
    if turned_away is not None:
        suffered = bool(after) and after[0].refused
        recovered = any(entry.accepted for entry in after[1:])
        if not suffered:
            why = "an attempt was turned away, but the known-good login right after it was not"
            return "", Unknown(reason=why)
        if not recovered:
            return "", Unknown(reason="the known-good login did not work again after the attempts")
        evidence = (ref(turned_away.reading.line), ref(after[0].reading.line))
        return _turned_away_kind(trials, wrong, turned_away), Present(evidence=evidence)
    slow = first_slow([entry.reading.duration_ms for entry in wrong])
    if slow is not None and _answered(wrong) and any(entry.accepted for entry in after):
        lines = (wrong[0].reading.line, wrong[slow].reading.line)
        return "delay", Present(evidence=tuple(ref(line) for line in lines))
    return "", Unknown(reason="no attempt was hindered")


def _answered(wrong: Sequence[ReadTrial]) -> bool:
    return all(entry.reading.outcome is TrialOutcome.REJECTED for entry in wrong)


def _turned_away_kind(
    trials: Sequence[ReadTrial], wrong: Sequence[ReadTrial], turned_away: ReadTrial
) -> str:
    """``lockout`` if failures brought it about, ``rate-limit`` if the mere pace may have."""
    if turned_away.reading.outcome is TrialOutcome.LOCKED:
        return "lockout"
    count = list(wrong).index(turned_away) + 1
    window_ms = elapsed_ms(wrong[0].trial.time, turned_away.trial.time)
    return "lockout" if _same_pace_was_answered(trials, count, window_ms) else "rate-limit"


def _same_pace_was_answered(trials: Sequence[ReadTrial], count: int, window_ms: int) -> bool:
    """As many attempts as fast, with good logins among them, were all answered earlier."""
    earlier = [entry for entry in trials if entry.trial.phase != GUESSING]
    if any(entry.reading.outcome is TrialOutcome.UNANSWERED for entry in earlier):
        return False  # it turns logins away without wrong ones in a row, too
    bound_ms = _PACE_TOLERANCE * window_ms + SLOW_MS
    for start in range(len(earlier) - count + 1):
        run = earlier[start : start + count]
        fast = elapsed_ms(run[0].trial.time, run[-1].trial.time) <= bound_ms
        if fast and not any(entry.refused for entry in run):
            return True
    return False


def _unhindered(
    wrong: Sequence[ReadTrial],
    after: Sequence[ReadTrial],
    planned: int,
    seen: Unknown,
    ref: Ref,
) -> Observation:
    works_at_once = bool(after) and after[0].accepted
    if works_at_once:
        works_at_once = after[0].reading.duration_ms < SLOW_MS * GROWTH
    obstacles = (
        (not wrong, "no wrong logins were made in a row"),
        (not _answered(wrong), seen.reason),
        (
            len(wrong) < max(planned, _ENOUGH),
            f"only {len(wrong)} of {planned} wrong logins were made in a row",
        ),
        (
            any(entry.reading.duration_ms >= SLOW_MS for entry in wrong),
            "wrong logins are answered slowly, the first as the last",
        ),
        (not works_at_once, "the known-good login did not work at once after the attempts"),
        (
            _faltered([*wrong, *after[:1]]),
            "the attempts did not keep their pace: a short lock may have passed unseen",
        ),
    )
    for stands, why in obstacles:
        if stands:
            return Unknown(reason=why)
    return Absent(control=ref(after[0].reading.line))


def _faltered(run: Sequence[ReadTrial]) -> bool:
    """Between two attempts lay much more time than usual, whoever was slow."""
    times = [entry.trial.time for entry in run]
    periods = [elapsed_ms(start, end) for start, end in itertools.pairwise(times)]
    return bool(periods) and max(periods) >= max(_STALL_MS, GROWTH * median(periods))


def _pace(phase: Sequence[ReadTrial], answered: int) -> int:
    if not phase or not answered:
        return 0
    last = phase[-1]
    spent_ms = elapsed_ms(phase[0].trial.time, last.trial.time) + last.reading.duration_ms
    return round(answered * 1_000_000 / max(spent_ms, 1))
