"""Does the start-up promise to verify the software? (5.7-1)."""

from typing import Final

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.rules.rows import SEC_BOOT, each, field_missing, row_ref
from harness.model.ixit import SecBoot
from harness.model.judgement import Judgement, Judgements

VERIFIES: Final = "boot-guarantees"
_NEEDED: Final = frozenset({"integrity", "authenticity"})


def secure_boot_promises_verification(rows: tuple[SecBoot, ...]) -> Judgements:
    """Every boot mechanism promises integrity and authenticity of the software (5.7-1-1a).

    Authenticity counts as integrity, as in 5.4-1; integrity alone is a checksum that anybody can
    make, and no authenticity.
    """
    return each(rows, SEC_BOOT, VERIFIES, _verifies)


def _verifies(row: SecBoot) -> Judgement:
    promised = {guarantee.strip().casefold() for guarantee in row.security_guarantees} - {""}
    if not promised:
        return field_missing(row, VERIFIES, "security_guarantees")
    if "authenticity" in promised:
        promised.add("integrity")
    ref, lacking = row_ref(SEC_BOOT, row), ", ".join(sorted(_NEEDED - promised))
    if lacking:
        why = reason("boot-guarantee-lacking", lacking=lacking)
        return contradicted(row.id, VERIFIES, why, rows=(ref,))
    return held(row.id, VERIFIES, reason("boot-guarantees-match"), rows=(ref,))
