"""Do machines log in by something other than a password? (EN 303 645 V3.1.3, 5.1-2A)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import AUTH_MECH, each, field_missing, row_ref
from harness.model.ixit import AuthMech, Generation
from harness.model.judgement import Judgement, Judgements

MACHINE_LOGIN: Final = "machine-login-without-password"


def machines_use_no_password(rows: tuple[AuthMech, ...]) -> Judgements:
    """No mechanism by which machines log in rests on a password (5.1-2A-1a).

    A mechanism for people has nothing to answer for here, and holds.
    """
    return each(rows, AUTH_MECH, MACHINE_LOGIN, _login)


def _login(row: AuthMech) -> Judgement:
    refs = (row_ref(AUTH_MECH, row),)
    if row.subject == "user":
        return held(row.id, MACHINE_LOGIN, reason("login-of-people"), rows=refs)
    if row.generation is not Generation.NO_PASSWORD:
        return contradicted(row.id, MACHINE_LOGIN, reason("machine-login-by-password"), rows=refs)
    if not row.authentication_factor.strip():
        return field_missing(row, MACHINE_LOGIN, "authentication_factor")
    return held(row.id, MACHINE_LOGIN, reason("machine-login-by-other-factor"), rows=refs)
