"""Does the declaration say how users are told and asked? (5.11-3, 5.12-2, 5.12-3, 6-1 to 6-5)."""

from typing import Final

from harness.assessment.judging import held, reason
from harness.assessment.rules.filling import filled
from harness.assessment.rules.rows import PERS_DATA, USER_INFO, each, row_ref
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
        lambda row: filled(row, USER_INFO, DOCUMENTED, field),
    )


def consent_is_obtained(rows: tuple[PersData, ...]) -> Judgements:
    """Processing that rests on consent says how it is asked for (6-2)."""
    return each(
        rows,
        PERS_DATA,
        CONSENT_OBTAINED,
        lambda row: _consent(row, CONSENT_OBTAINED, "obtaining_consent"),
    )


def consent_can_be_withdrawn(rows: tuple[PersData, ...]) -> Judgements:
    """Processing that rests on consent says how that is taken back (6-3)."""
    return each(
        rows,
        PERS_DATA,
        CONSENT_WITHDRAWN,
        lambda row: _consent(row, CONSENT_WITHDRAWN, "withdrawing_consent"),
    )


def _consent(row: PersData, criterion: str, field: str) -> Judgement:
    if not row.consent_based:
        ref = row_ref(PERS_DATA, row)
        return held(row.id, criterion, reason("no-consent-needed"), rows=(ref,))
    return filled(row, PERS_DATA, criterion, field)
