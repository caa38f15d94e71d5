"""What a secure start has to promise (5.7-1)."""

import pytest

from harness.assessment import rules
from harness.model.ixit import SecBoot
from harness.model.judgement import Outcome


@pytest.mark.parametrize(
    ("promised", "outcome", "code"),
    [
        (("integrity", "authenticity"), Outcome.HELD, "boot-guarantees-match"),
        (("Authenticity ",), Outcome.HELD, "boot-guarantees-match"),
        (("integrity",), Outcome.CONTRADICTED, "boot-guarantee-lacking"),
        (("confidentiality",), Outcome.CONTRADICTED, "boot-guarantee-lacking"),
        ((), Outcome.UNDECIDED, "field-missing"),
        ((" ",), Outcome.UNDECIDED, "field-missing"),
    ],
)
def test_a_checksum_is_no_secure_boot(
    promised: tuple[str, ...], outcome: Outcome, code: str
) -> None:
    row = SecBoot(id="SecBoot-1", security_guarantees=promised)
    (judged,) = rules.secure_boot_promises_verification((row,))
    assert (judged.outcome, judged.reason.code) == (outcome, code)
    undecided = outcome is Outcome.UNDECIDED
    assert judged.rows == (() if undecided else ("20-SecBoot/SecBoot-1",))


def test_without_a_row_nothing_is_decided() -> None:
    (judged,) = rules.secure_boot_promises_verification(())
    assert (judged.outcome, judged.reason.code) == (Outcome.UNDECIDED, "no-rows")
