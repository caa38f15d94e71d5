"""What the step says of what judged again."""

from pathlib import Path

import pytest

from harness.encoding.tree import DirectoryTree
from harness.errors import UsageError
from harness.verify.context import Context
from harness.verify.policy import Policy, TrustStore
from harness.verify.report import Step, StepFailed, StepSkipped
from harness.verify.steps.recompute import Recomputed, check_recompute

DIFFERENT = ("p1: recorded PASS, recomputed FAIL",)


def judged(framework, *, same, **more):
    return Recomputed(framework, **{"same_judge": same, "units": 3, **more})


class EntryPoint:
    """An installed judge."""

    def __init__(self, judge):
        self._judge = judge

    def load(self):
        if isinstance(self._judge, ImportError):
            raise self._judge
        return self._judge


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Runs the step with this judge, or with what it finds."""

    def go(found, *, asked=True, location=tmp_path, failed=()):
        judge = (lambda bundle: found) if isinstance(found, tuple) else found
        monkeypatch.setattr(
            "harness.verify.steps.recompute.entry_points", lambda group: (EntryPoint(judge),)
        )
        context = Context(DirectoryTree(tmp_path), TrustStore(), Policy(recompute=asked))
        context.location = location
        context.failed = set(failed)
        return check_recompute(context)

    return go


def test_the_same_verdicts_hold_by_either_version(check):
    assert check((judged("f@1", same=True),)) == "f@1: 3 units, the same verdicts"
    assert "by another version" in check((judged("f@1", same=False),))


def test_what_could_not_be_recomputed_is_counted(check):
    assert "2 rest on what is withheld" in check(
        (judged("f@1", same=True, not_recomputable=("a", "b")),)
    )


@pytest.mark.parametrize(("same", "code"), [(True, "E-RECOMPUTE"), (False, "E-RECOMPUTE-VERSION")])
def test_other_verdicts_fail_whatever_version_the_laboratory_names(check, same, code):
    with pytest.raises(StepFailed) as raised:
        check((judged("f@1", same=True), judged("g@1", same=same, differences=DIFFERENT)))
    assert raised.value.code == code
    assert DIFFERENT[0] in raised.value.shown


def test_evidence_that_cannot_be_judged_fails(check):
    def judge(bundle: Path):
        raise UsageError("no such suite")

    with pytest.raises(StepFailed, match="no such suite"):
        check(judge)


def test_an_extra_that_is_not_installed_is_named(check):
    with pytest.raises(StepFailed, match=r"certbench\[replay\]"):
        check(ImportError("no module named pytest"))


def test_nothing_is_judged_unasked_or_of_a_bundle_that_is_not_whole(check):
    def judge(bundle: Path):
        raise AssertionError

    for how in ({"asked": False}, {"failed": {Step.FILES}}):
        with pytest.raises(StepSkipped):
            check(judge, **how)


@pytest.mark.parametrize(
    "found", [(), (judged("f@1", same=True), judged("g@1", same=True, units=0))]
)
def test_what_nobody_could_judge_is_no_same_verdict(check, found):
    with pytest.raises(StepFailed, match="E-RECOMPUTE"):
        check(found)


def test_a_bundle_without_a_place_is_not_taken_for_judged(check):
    with pytest.raises(StepFailed, match="no place"):
        check((judged("f@1", same=True),), location=None)
