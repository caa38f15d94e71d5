"""What the declaration says of stored security parameters (5.4-1 to 5.4-4)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rules.rows import SEC_PARAM, each, field_missing, row_ref, says_none
from harness.model.dossier import IcsRow, Support
from harness.model.ixit import SecParam
from harness.model.judgement import Judgement, Judgements

GUARANTEES: Final = "parameter-guarantees"
NOT_HARD_CODED: Final = "parameter-not-hard-coded"
IDENTITY: Final = "identity-declared"
MADE_PER_UNIT: Final = "parameter-made-per-unit"
_NEEDED: Final = {
    "critical": frozenset({"confidentiality", "integrity"}),
    "public": frozenset({"integrity"}),
}


def guarantees_match_type(rows: tuple[SecParam, ...]) -> Judgements:
    """A critical parameter promises confidentiality and integrity, a public one integrity.

    Unit 5.4-1-1b. Authenticity counts as integrity: what is authentic was not changed.
    """
    return each(rows, SEC_PARAM, GUARANTEES, _guarantees)


def _guarantees(row: SecParam) -> Judgement:
    if not row.security_guarantees:
        return field_missing(row, GUARANTEES, "security_guarantees")
    promised = {guarantee.strip().casefold() for guarantee in row.security_guarantees}
    if "authenticity" in promised:
        promised.add("integrity")
    lacking = sorted(_NEEDED[row.type] - promised)
    ref = row_ref(SEC_PARAM, row)
    if lacking:
        why = reason("guarantee-lacking", type=row.type, lacking=", ".join(lacking))
        return contradicted(row.id, GUARANTEES, why, rows=(ref,))
    return held(row.id, GUARANTEES, reason("guarantees-match", type=row.type), rows=(ref,))


def critical_parameters_are_not_hard_coded(rows: tuple[SecParam, ...]) -> Judgements:
    """No critical parameter that is hard-coded in the software is used in operation (5.4-3-1a)."""
    return each(rows, SEC_PARAM, NOT_HARD_CODED, _hard_coded)


def _hard_coded(row: SecParam) -> Judgement:
    ref = row_ref(SEC_PARAM, row)
    if row.type != "critical":
        return held(row.id, NOT_HARD_CODED, reason("parameter-is-public"), rows=(ref,))
    if row.hard_coded and row.used_in_operation:
        why = reason("hard-coded-in-use")
        return contradicted(row.id, NOT_HARD_CODED, why, rows=(ref,))
    if not row.provisioning_mechanism:
        return field_missing(row, NOT_HARD_CODED, "provisioning_mechanism")
    code = "hard-coded-not-used" if row.hard_coded else "parameter-provisioned"
    return held(row.id, NOT_HARD_CODED, reason(code), rows=(ref,))


def identities_are_declared(rows: tuple[SecParam, ...], claim: IcsRow | None) -> Judgements:
    """Identities fixed in the hardware are declared as such, and are identities (5.4-2-1a).

    One judgement a row. A row that is called an identity contradicts if its value is not another on
    every unit, or if the ICS says that there is none; an ICS that claims to protect identities,
    while no row is one, leaves the DUT open.

    Args:
        rows: 10-SecParam.
        claim: the row of the ICS on the provision; None if there is none.
    """
    judged = each(rows, SEC_PARAM, IDENTITY, lambda row: _identity(row, claim))
    claimed = claim is not None and claim.support is Support.YES
    if not rows or not claimed or any(row.hard_coded_identity for row in rows):
        return judged
    return (*judged, undecided("DUT", IDENTITY, reason("identity-claimed-without-row")))


def _identity(row: SecParam, claim: IcsRow | None) -> Judgement:
    ref = row_ref(SEC_PARAM, row)
    if not row.hard_coded_identity:
        return held(row.id, IDENTITY, reason("not-an-identity"), rows=(ref,))
    if claim is not None and claim.support is Support.NOT_APPLICABLE:
        return contradicted(row.id, IDENTITY, reason("identity-against-ics"), rows=(ref,))
    if not row.unique_per_unit:
        return field_missing(row, IDENTITY, "unique_per_unit")
    if row.unique_per_unit == "no":
        return contradicted(row.id, IDENTITY, reason("identity-not-unique"), rows=(ref,))
    return held(row.id, IDENTITY, reason("identity-declared"), rows=(ref,))


def update_and_service_parameters_are_unique(rows: tuple[SecParam, ...]) -> Judgements:
    """Critical parameters of updates and service links are made for each unit (5.4-4-1a).

    How well they are made is for a person, in unit 5.4-4-1b.
    """
    return each(rows, SEC_PARAM, MADE_PER_UNIT, _made_per_unit)


def _made_per_unit(row: SecParam) -> Judgement:
    refs = (row_ref(SEC_PARAM, row),)
    if row.type != "critical" or not row.for_updates_or_services:
        code = "parameter-is-public" if row.type != "critical" else "not-for-updates-or-services"
        return held(row.id, MADE_PER_UNIT, reason(code), rows=refs)
    if row.unique_per_unit == "no":
        return contradicted(row.id, MADE_PER_UNIT, reason("parameter-shared"), rows=refs)
    if says_none(row.generation_mechanism):
        return contradicted(row.id, MADE_PER_UNIT, reason("generation-not-stated"), rows=refs)
    for field in ("unique_per_unit", "generation_mechanism"):
        if not getattr(row, field).strip():
            return field_missing(row, MADE_PER_UNIT, field)
    return held(row.id, MADE_PER_UNIT, reason("parameter-made-per-unit"), rows=refs)
