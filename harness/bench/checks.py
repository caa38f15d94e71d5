"""What `certbench doctor` says of one thing that it tried, and how it goes on when one blocks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.encoding.text import neutralise

_SHOWN = 600


class Health(StrEnum):
    """What a check means for a run."""

    OK = "ok"
    NOTE = "note"
    """A run can begin; something will take longer, or cannot be decided."""
    BLOCKS = "blocks"
    """A run would fail, or look at something else than it should."""
    SKIPPED = "skipped"
    """Not tried, since something before it blocks."""


@dataclass(frozen=True)
class Answer:
    """What one step found.

    Attributes:
        shown: what was seen, in one sentence.
        mend: what to do about it; ``""`` if nothing is wrong.
    """

    health: Health
    shown: str
    mend: str = ""


@dataclass(frozen=True)
class Check:
    """One step with the thing that it speaks of.

    Attributes:
        subject: ``machine``, ``config`` or ``sample A``.
        link: ``network``, ``console``...; ``""`` for the subject as a whole.
        name: of the step: ``carrier``.
    """

    subject: str
    link: str
    name: str
    health: Health
    shown: str
    mend: str = ""


Step = tuple[str, Callable[[], Answer]]


def ok(shown: str) -> Answer:
    """Nothing is wrong."""
    return Answer(Health.OK, shown)


def note(shown: str, mend: str = "") -> Answer:
    """It costs something, and does not block."""
    return Answer(Health.NOTE, shown, mend)


def blocks(shown: str, mend: str) -> Answer:
    """It must be mended before a run."""
    return Answer(Health.BLOCKS, shown, mend)


def in_order(subject: str, link: str, steps: Iterable[Step]) -> Iterator[Check]:
    """Take the steps one after another; behind one that blocks the others are not tried."""
    blocked = ""
    for name, step in steps:
        answer = Answer(Health.SKIPPED, f"not tried: {blocked} blocks") if blocked else step()
        if answer.health is Health.BLOCKS:
            blocked = name
        yield checked(subject, link, name, answer)


def checked(subject: str, link: str, name: str, answer: Answer) -> Check:
    """The answer as a check; text that a device or a file may have shaped is made harmless."""
    shown, mend = neutralise(answer.shown, _SHOWN), neutralise(answer.mend, _SHOWN)
    return Check(subject, link, name, answer.health, shown, mend)
