"""What the declaration says of stored security parameters (5.4-1, 5.4-3)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import SEC_PARAM, each, field_missing, row_ref
from harness.model.ixit import SecParam
from harness.model.judgement import Judgement, Judgements

GUARANTEES: Final = "parameter-guarantees"
NOT_HARD_CODED: Final = "parameter-not-hard-coded"
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
