"""A baseline: findings of a pretest that somebody accepted, with a reason and an end."""

import datetime as dt
from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from harness.model.base import Document, Frozen


def _filled_in(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        message = "say why the finding is accepted, or remove the entry"
        raise ValueError(message)
    return value


class Accepted(Frozen):
    """One accepted finding.

    Attributes:
        criterion: its criterion: ``information-disclosure``.
        subject: where it was seen: ``tcp/443``.
        summary: what was seen, word for word; ``""`` = whatever the criterion says there.
        reason: why it is accepted.
        expires: the last day on which it is.
    """

    criterion: str
    subject: str
    summary: str = ""
    reason: Annotated[str, BeforeValidator(_filled_in)]
    expires: dt.date

    def covers(self, criterion: str, subject: str, summary: str) -> bool:
        """Whether this is the finding that was accepted."""
        same = (self.criterion, self.subject) == (criterion, subject)
        return same and self.summary in {"", summary}


class Baseline(Document):
    """What a manufacturer's CI knows already: `certbench pretest --baseline`."""

    SCHEMA: ClassVar[str] = "certbench/baseline/1"

    accepted: tuple[Accepted, ...] = ()
