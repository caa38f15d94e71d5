"""Were the implementations of network and security functions reviewed? (5.5-2)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import NET_SEC_IMPL, each, field_missing, row_ref, says_none
from harness.model.ixit import NetSecImpl
from harness.model.judgement import Judgement, Judgements

REVIEWED: Final = "implementation-reviewed"


def implementations_are_reviewed(rows: tuple[NetSecImpl, ...]) -> Judgements:
    """Every implementation names its review and the report on it (5.5-2-1a)."""
    return each(rows, NET_SEC_IMPL, REVIEWED, _reviewed)


def _reviewed(row: NetSecImpl) -> Judgement:
    for field, value in (("review_method", row.review_method), ("report", row.report)):
        if says_none(value):
            ref = row_ref(NET_SEC_IMPL, row)
            return contradicted(row.id, REVIEWED, reason("not-reviewed", field=field), rows=(ref,))
    for field, value in (("review_method", row.review_method), ("report", row.report)):
        if not value.strip():
            return field_missing(row, REVIEWED, field)
    why = reason("reviewed", product=row.product or row.id, version=row.version)
    return held(row.id, REVIEWED, why, rows=(row_ref(NET_SEC_IMPL, row),))
