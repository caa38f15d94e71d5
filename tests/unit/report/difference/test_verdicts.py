"""Verdicts and findings of two bundles."""

import pytest

from harness.model.assessment import Assessment, JudgeDigests, ProvisionResult, UnitResult
from harness.model.declaration import DecidedBy
from harness.model.ids import FrameworkRef
from harness.model.judgement import (
    Conclusion,
    Finding,
    Judgement,
    Outcome,
    Reason,
    Severity,
    Verdict,
)

WHY = Reason(code="no-unit")


def judgement(made, *subjects):
    findings = tuple(
        Finding(
            criterion="weak-tls-protocol",
            severity=Severity.HIGH,
            subject=subject,
            reason=WHY,
            evidence=(made.ref(),),
        )
        for subject in subjects
    )
    return Judgement(
        item="DUT", criterion="weak-tls-protocol", outcome=Outcome.CONTRADICTED, reason=WHY,
        findings=findings,
    )  # fmt: skip


def assessment(verdict, *judgements, items=None, **changes):
    unit = UnitResult(
        unit="u", case="c", provision="p", decided_by=DecidedBy.AUTOMATIC, verdict=verdict,
        reason=WHY, judgements=judgements, items=items or {},
    )  # fmt: skip
    result = ProvisionResult(provision="p", mandatory=True, verdict=Verdict.PASS, reason=WHY)
    given = {
        "framework": FrameworkRef(slug="f", version="1"),
        "title": "F",
        "judge": JudgeDigests(harness="1", suite="", criteria="", interpreters="", catalogue=""),
        "dossier_revision": 1,
        "dossier_digest": "",
        "decision_rule": "f/1",
        "complete": True,
        "conclusion": Conclusion.INCONCLUSIVE,
        "indicative": False,
        "reason": WHY,
        "provisions": (result,),
        "cases": (),
        "units": (unit,),
    }
    return Assessment(**(given | changes))


@pytest.fixture
def between(made, told):
    def run(before, after):
        sides = (
            made.side(made.firmware(), assessments=(entry,) if entry else ())
            for entry in (before, after)
        )
        return told(*sides)

    return run


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        (Verdict.PASS, Verdict.FAIL, "worse"),
        (Verdict.INCONCLUSIVE, Verdict.FAIL, "worse"),
        (Verdict.NOT_APPLICABLE, Verdict.FAIL, "worse"),
        (Verdict.PASS, Verdict.INCONCLUSIVE, "unknown"),
        (Verdict.FAIL, Verdict.INCONCLUSIVE, "unknown"),
        (Verdict.FAIL, Verdict.PASS, "better"),
        (Verdict.INCONCLUSIVE, Verdict.PASS, "better"),
        (Verdict.PASS, Verdict.NOT_APPLICABLE, "changed"),
        (Verdict.FAIL, Verdict.NOT_CLAIMED, "changed"),
    ],
)
def test_a_verdict(between, before, after, weight):
    assert between(assessment(before), assessment(after)) == [
        (weight, "verdict", "unit u", before.value, after.value)
    ]


def test_the_conclusion_counts(between):
    found = between(
        assessment(Verdict.PASS, conclusion=Conclusion.CONFORMANT),
        assessment(Verdict.PASS, conclusion=Conclusion.NOT_CONFORMANT),
    )
    assert found == [("worse", "verdict", "conclusion", "CONFORMANT", "NOT_CONFORMANT")]


def test_an_item_counts_where_the_unit_stays(between):
    found = between(
        assessment(Verdict.FAIL, items={"a": Verdict.PASS, "b": Verdict.FAIL}),
        assessment(Verdict.FAIL, items={"a": Verdict.FAIL, "b": Verdict.FAIL}),
    )
    assert found == [("worse", "verdict", "unit u item a", "PASS", "FAIL")]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Verdict.PASS, Verdict.NOT_CLAIMED),  # the supplier takes the claim back
        (Verdict.INCONCLUSIVE, Verdict.PASS),  # one of the items is enough
    ],
)
def test_an_item_that_fails_is_named_where_the_unit_does_not(between, earlier, later):
    found = between(
        assessment(earlier, items={"a": earlier, "b": Verdict.INCONCLUSIVE}),
        assessment(later, items={"a": Verdict.PASS, "b": Verdict.FAIL}),
    )
    assert ("worse", "verdict", "unit u item b", "INCONCLUSIVE", "FAIL") in found
    assert len(found) == 2


def test_a_unit_that_only_one_of_them_has(between):
    bare = assessment(Verdict.PASS, units=())
    assert between(bare, assessment(Verdict.FAIL)) == [("worse", "verdict", "unit u", "", "FAIL")]
    assert between(bare, assessment(Verdict.PASS))[0][0] == "changed"
    assert between(assessment(Verdict.PASS), bare) == [("unknown", "verdict", "unit u", "PASS", "")]


def test_a_new_finding_is_worse_and_a_mended_one_better(between, made):
    one = assessment(Verdict.FAIL, judgement(made, "tcp/443"))
    other = assessment(Verdict.FAIL, judgement(made, "tcp/8443"))
    assert between(one, other) == [
        ("worse", "finding", "weak-tls-protocol@tcp/8443", "", "found"),
        ("better", "finding", "weak-tls-protocol@tcp/443", "found", ""),
    ]


def test_a_finding_that_was_not_looked_for_again_is_not_called_mended(between, made):
    found = between(
        assessment(Verdict.FAIL, judgement(made, "tcp/443")), assessment(Verdict.INCONCLUSIVE)
    )
    assert ("unknown", "finding", "weak-tls-protocol@tcp/443", "found", "") in found


def test_a_finding_is_not_called_mended_since_another_item_fails(between, made):
    found = between(
        assessment(Verdict.FAIL, judgement(made, "tcp/443"), items={"DUT": Verdict.FAIL}),
        assessment(Verdict.FAIL, items={"DUT": Verdict.INCONCLUSIVE, "other": Verdict.FAIL}),
    )
    assert ("unknown", "finding", "weak-tls-protocol@tcp/443", "found", "") in found


def test_a_framework_that_nobody_judged_again_is_not_the_same(between):
    assert between(assessment(Verdict.PASS), None) == [
        ("unknown", "coverage", "assessment", "judged", "not judged")
    ]
    assert between(None, assessment(Verdict.PASS))[0][0] == "note"


def test_another_judge_is_a_note(between):
    other = JudgeDigests(harness="2", suite="", criteria="", interpreters="", catalogue="")
    found = between(assessment(Verdict.PASS), assessment(Verdict.PASS, judge=other))
    assert found == [("note", "context", "judge", "one version", "another version")]
