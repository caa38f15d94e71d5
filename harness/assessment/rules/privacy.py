"""Does the declaration say how users are told and asked? (5.11-3, 5.12-2, 5.12-3, 6-1 to 6-5)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import (
    PERS_DATA,
    USER_INFO,
    Row,
    each,
    field_missing,
    row_ref,
    says_none,
)
from harness.model.ixit import PersData, UserInfo
from harness.model.judgement import Judgement, Judgements

DOCUMENTED: Final = "users-are-told"
CONSENT_OBTAINED: Final = "consent-obtained"
CONSENT_WITHDRAWN: Final = "consent-withdrawable"


def users_are_told(rows: tuple[UserInfo, ...], field: str) -> Judgements:
    """The field of 2-UserInfo that names a document for users names one.

    Args:
        rows: of 2-UserInfo.
        field: ``documentation_of_deletion``.
    """
    return each(
        rows,
        USER_INFO,
        DOCUMENTED,
        lambda row: _filled(row, USER_INFO, DOCUMENTED, field, str(getattr(row, field))),
    )


def consent_is_obtained(rows: tuple[PersData, ...]) -> Judgements:
    """Processing that rests on consent says how it is asked for (6-2)."""
    return each(
        rows,
        PERS_DATA,
        CONSENT_OBTAINED,
        lambda row: _consent(row, CONSENT_OBTAINED, "obtaining_consent", row.obtaining_consent),
    )


def consent_can_be_withdrawn(rows: tuple[PersData, ...]) -> Judgements:
    """Processing that rests on consent says how that is taken back (6-3)."""
    return each(
        rows,
        PERS_DATA,
        CONSENT_WITHDRAWN,
        lambda row: _consent(
            row, CONSENT_WITHDRAWN, "withdrawing_consent", row.withdrawing_consent
        ),
    )


def _consent(row: PersData, criterion: str, field: str, text: str) -> Judgement:
    if not row.consent_based:
        ref = row_ref(PERS_DATA, row)
        return held(row.id, criterion, reason("no-consent-needed"), rows=(ref,))
    return _filled(row, PERS_DATA, criterion, field, text)


def _filled(row: Row, table: str, criterion: str, field: str, text: str) -> Judgement:
    ref = row_ref(table, row)
    if not text.strip():
        return field_missing(row, criterion, field)
    if says_none(text):
        why = reason("nothing-there", field=field)
        return contradicted(row.id, criterion, why, rows=(ref,))
    return held(row.id, criterion, reason("field-filled", row=row.id, field=field), rows=(ref,))
