"""What people hold to be worse counts for every reader, what they hold to be better for few."""

import itertools

import pytest

from harness.model.attestation import SignedConclusion
from harness.model.judgement import Conclusion, Verdict
from harness.verify.reviewed import counting_conclusion, counting_verdict

BAD, OPEN, GOOD = Conclusion.NOT_CONFORMANT, Conclusion.INCONCLUSIVE, Conclusion.CONFORMANT
ORDER = (BAD, OPEN, GOOD)


def signed(conclusion, after=None, before=Verdict.PASS, held=None):
    return SignedConclusion(
        framework={"slug": "small", "version": "1"},
        conclusion=conclusion,
        conclusion_after_review=after,
        indicative=False,
        complete=True,
        catalogue_digest="0" * 64,
        plan_digest="",
        suite_digest="",
        provisions={"p1": before},
        provisions_after_review=None if held is None else {"p1": held},
        units={},
    )


@pytest.mark.parametrize("conclusion", ORDER)
@pytest.mark.parametrize("accepted", [True, False])
def test_without_a_review_the_conclusion_is_the_conclusion(conclusion, accepted):
    found = counting_conclusion(signed(conclusion), accepted=accepted)
    assert found == (conclusion, conclusion.value)


@pytest.mark.parametrize(("automatic", "after"), [*itertools.product(ORDER, ORDER)])
def test_the_worse_of_the_two_counts_unless_a_review_is_accepted(automatic, after):
    found, named = counting_conclusion(signed(automatic, after), accepted=False)
    assert found is min(automatic, after, key=ORDER.index)
    assert named in {f"{found.value} after review", f"{found.value} before review"}
    assert counting_conclusion(signed(automatic, after), accepted=True) == (
        after,
        f"{after.value} after review",
    )


def test_so_it_is_with_the_verdicts_of_provisions():
    better = signed(BAD, GOOD, Verdict.FAIL, Verdict.PASS)
    worse = signed(GOOD, BAD, Verdict.PASS, Verdict.FAIL)
    assert counting_verdict(better, "p1", accepted=False) is Verdict.FAIL
    assert counting_verdict(better, "p1", accepted=True) is Verdict.PASS
    assert counting_verdict(worse, "p1", accepted=False) is Verdict.FAIL
    assert counting_verdict(worse, "p2", accepted=False) is None
    assert counting_verdict(signed(GOOD), "p1", accepted=False) is Verdict.PASS
