"""Does every network service name the mechanism that authenticates its users? (5.5-4)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rules.rows import (
    AUTH_MECH,
    SOFT_SERV,
    duplicates,
    each,
    field_missing,
    row_ref,
    says_none,
)
from harness.model.ixit import AuthMech, SoftServ
from harness.model.judgement import Judgement, Judgements

AUTHENTICATED: Final = "service-authenticated"


def services_name_their_authentication(
    services: tuple[SoftServ, ...], mechanisms: tuple[AuthMech, ...]
) -> Judgements:
    """Every enabled service over a network refers to a declared mechanism (5.5-4-1a).

    A service without endpoints is taken to be reachable: nothing says that it is not.
    """
    return each(services, SOFT_SERV, AUTHENTICATED, lambda row: _authenticated(row, mechanisms))


def _authenticated(row: SoftServ, mechanisms: tuple[AuthMech, ...]) -> Judgement:
    ref = row_ref(SOFT_SERV, row)
    if row.status == "disabled":
        return held(row.id, AUTHENTICATED, reason("service-disabled"), rows=(ref,))
    if row.endpoints and all(endpoint == "console" for endpoint in row.endpoints):
        return held(row.id, AUTHENTICATED, reason("service-not-on-network"), rows=(ref,))
    named = row.authentication_mechanism
    if not named:
        return field_missing(row, AUTHENTICATED, "authentication_mechanism")
    if says_none(named):
        why = reason("service-without-authentication")
        return contradicted(row.id, AUTHENTICATED, why, rows=(ref,))
    return _resolved(row, named, mechanisms, ref)


def _resolved(row: SoftServ, named: str, mechanisms: tuple[AuthMech, ...], ref: str) -> Judgement:
    if named in duplicates(mechanism.id for mechanism in mechanisms):
        why = reason("reference-ambiguous", reference=named, table=AUTH_MECH)
        return undecided(row.id, AUTHENTICATED, why)
    mechanism = next((entry for entry in mechanisms if entry.id == named), None)
    if mechanism is None:
        why = reason("reference-dangling", reference=named, table=AUTH_MECH)
        return contradicted(row.id, AUTHENTICATED, why, rows=(ref,))
    rows = (ref, row_ref(AUTH_MECH, mechanism))
    return held(row.id, AUTHENTICATED, reason("reference-resolves", reference=named), rows=rows)
