"""Public pages that table 2-UserInfo names, as units ask about them."""

from collections.abc import Callable, Sequence
from typing import Final

from harness.assessment.rules.rows import field_missing
from harness.facts.publications import PublicationsFacts
from harness.facts.store import FactRecord
from harness.model.ixit import UserInfo
from harness.model.judgement import Judgement, Judgements
from harness.model.states import DeviceState
from harness.testing.declare import need
from harness.testing.rows import over_rows
from harness.testing.view import FactView

USER_INFO: Final = "2-UserInfo"
PUBLICATION_NEEDS: Final = (need(PublicationsFacts, DeviceState.INITIALISED),)
"""Once in a survey: pages do not change with the state of a sample."""

PageCriterion = Callable[[FactRecord[PublicationsFacts], str, str], Judgement]
"""What a criterion says of an item and the page at an address."""


def published(
    facts: FactView, rows: Sequence[UserInfo], field: str, criterion: str, look: PageCriterion
) -> Judgements:
    """One judgement a row about the page that its ``field`` names; needs `PUBLICATION_NEEDS`.

    A row that names no page is UNDECIDED: the supplier may have published otherwise.
    """

    def judge(row: UserInfo) -> Judgement:
        url = str(getattr(row, field)).strip()
        if not url:
            return field_missing(row, criterion, field)
        return facts.judge(
            PublicationsFacts,
            DeviceState.INITIALISED,
            row.id,
            criterion,
            lambda record: look(record, row.id, url),
        )

    return over_rows(USER_INFO, criterion, rows, judge)


def support_period(row: UserInfo) -> str:
    """The support period as it is published: its end, else its words; ``""`` if neither is told."""
    return row.support_until.strip() or row.support_period.strip()
