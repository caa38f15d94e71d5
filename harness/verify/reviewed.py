"""Which of two conclusions counts for a reader: the automatic one, or that after people's review.

Only a policy that says so accepts what people hold to be better than the bench does. What they hold
to be worse counts in any case: a laboratory that overrides a PASS has a reason not to trust it.
"""

from typing import Final

from harness.model.attestation import SignedConclusion
from harness.model.ids import ProvisionId
from harness.model.judgement import Conclusion, Verdict

_CONCLUSIONS: Final = (Conclusion.NOT_CONFORMANT, Conclusion.INCONCLUSIVE, Conclusion.CONFORMANT)
_VERDICTS: Final = (
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_CLAIMED,
    Verdict.NOT_APPLICABLE,
    Verdict.PASS,
)
"""Both from the worst on."""


def counting_conclusion(signed: SignedConclusion, *, accepted: bool) -> tuple[Conclusion, str]:
    """The conclusion that counts, and how to name it: ``CONFORMANT after review``.

    Args:
        signed: of one framework.
        accepted: the policy accepts reviewed conclusions.
    """
    automatic, after = signed.conclusion, signed.conclusion_after_review
    if after is None:
        return automatic, automatic.value
    if accepted or _CONCLUSIONS.index(after) < _CONCLUSIONS.index(automatic):
        return after, f"{after.value} after review"
    return automatic, f"{automatic.value} before review"


def counting_verdict(
    signed: SignedConclusion, provision: ProvisionId, *, accepted: bool
) -> Verdict | None:
    """The verdict of a provision that counts; None if there is no such provision."""
    automatic = signed.provisions.get(provision)
    after = (signed.provisions_after_review or {}).get(provision, automatic)
    if automatic is None or after is None:
        return None
    if accepted or _VERDICTS.index(after) < _VERDICTS.index(automatic):
        return after
    return automatic
