"""Which overrides count, and what the conclusion would be with them."""

import datetime as dt

import pytest

from harness.assessment.judging import contradicted, held, reason
from harness.assessment.review import basis_of, review, with_overrides
from harness.assessment.rollup import conclude, provision_results
from harness.model.assessment import UnitResult
from harness.model.catalogue import (
    Catalogue,
    CatalogueCase,
    CatalogueProvision,
    CatalogueUnit,
    DecisionRule,
)
from harness.model.declaration import DecidedBy
from harness.model.ids import (
    CaseId,
    FactKey,
    FrameworkRef,
    ProbeName,
    ProvisionId,
    SampleId,
    UnitId,
    VisitId,
)
from harness.model.job import JobRecord, Person
from harness.model.judgement import Conclusion, Verdict
from harness.model.observation import EvidenceRef
from harness.model.override import Override, Standing

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
FRAMEWORK = FrameworkRef(slug="small", version="1")
PLACE = EvidenceRef(path="A/1/tls/1/x.jsonl", where="line 1")
BOOK = Catalogue(
    framework=FRAMEWORK,
    title="Small",
    publisher="Nobody",
    legal_status="none",
    source_note="made for tests",
    provisions=(CatalogueProvision(id="p1", section="1", title="x", status="M", mandatory=True),),
    cases=(CatalogueCase(id="p1-1", provision="p1", kind="functional", purpose="x"),),
    units=tuple(CatalogueUnit(id=name, case="p1-1", kind="functional") for name in ("a", "b")),
    decision_rule=DecisionRule(id="small", version=1),
)


def key(attempt=1) -> FactKey:
    return FactKey(
        probe=ProbeName("tls"), sample=SampleId("A"), visit=VisitId("1"), attempt=attempt
    )


def unit(name="a", verdict=FAIL, *, attempts=(1,), answers=(), code="seen") -> UnitResult:
    say = {PASS: held, FAIL: contradicted}.get(verdict, contradicted)
    facts = [key(number) for number in attempts]
    said = say("DUT", "c", reason(code), facts=facts, evidence=[PLACE], answers=answers)
    return UnitResult(
        unit=UnitId(name),
        case=CaseId("p1-1"),
        provision=ProvisionId("p1"),
        decided_by=DecidedBy.AUTOMATIC,
        verdict=verdict,
        reason=reason(code),
        judgements=(said,),
    )


def override(about: UnitResult, verdict=PASS, number=1, **changes) -> Override:
    fields = {
        "number": number,
        "framework": str(FRAMEWORK),
        "unit": about.unit,
        "automatic": about.verdict,
        "dossier_revision": 1,
        "basis": basis_of(about),
        "verdict": verdict,
        "reason": "the log shows the other device",
        "person": "Ada Example",
        "second": "Ben Example",
        "at": "2026-11-22T09:00:00.000000Z",
    }
    return Override(**{**fields, **changes})


def person(called, **changes) -> Person:
    fields = {
        "id": called[:3],
        "name": called,
        "frameworks": ("small",),
        "since": dt.date(2026, 1, 1),
        "may_override": True,
    }
    return Person(**{**fields, **changes})


def standing(now: UnitResult, *records: Override, revision=1, job=None):
    (result,) = with_overrides(FRAMEWORK, [now], records, revision=revision, job=job)
    return result


def test_an_override_stands_beside_the_automatic_verdict():
    found = standing(unit(), override(unit()))
    assert (found.verdict, found.verdict_after_review) == (FAIL, PASS)
    assert [each.standing for each in found.overrides] == [Standing.COUNTS]
    assert found.overrides[0].because is None


def test_a_unit_that_nobody_overrode_is_as_it_was():
    assert standing(unit("b"), override(unit("a"))) == unit("b")


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (unit(verdict=PASS), "override-lapsed-verdict"),
        (unit(attempts=(1, 2)), "override-lapsed-basis"),
        (unit(attempts=(2,)), "override-lapsed-basis"),
        (unit(answers=(4,)), "override-lapsed-basis"),
        (unit(code="seen-otherwise"), "override-lapsed-basis"),
    ],
)
def test_an_override_lapses_with_what_it_was_about(now, code):
    found = standing(now, override(unit()))
    (only,) = found.overrides
    assert (only.standing, only.because.code) == (Standing.LAPSED, code)
    assert found.verdict_after_review is now.verdict


def test_an_override_lapses_with_a_new_revision_of_the_dossier():
    found = standing(unit(), override(unit()), revision=2)
    assert found.overrides[0].because == reason("override-lapsed-dossier", then=1, now=2)
    assert found.verdict_after_review is FAIL


def test_an_override_says_nothing_of_a_dossier_that_was_replaced_before_it():
    later = override(unit(), OPEN, 2, withdraws=1, dossier_revision=2)
    found = standing(unit(), override(unit()), later, revision=1)
    assert [each.record.number for each in found.overrides] == [1]
    assert found.verdict_after_review is PASS


def test_a_later_override_withdraws_the_earlier_one_and_both_stay():
    found = standing(unit(), override(unit()), override(unit(), OPEN, 2, withdraws=1))
    first, second = found.overrides
    assert (first.standing, first.because) == (
        Standing.WITHDRAWN,
        reason("override-withdrawn", by=2),
    )
    assert (second.standing, found.verdict_after_review) == (Standing.COUNTS, OPEN)


def test_an_override_that_was_withdrawn_never_comes_back():
    """The later record lapsed or was made without authorisation: the bench's verdict counts."""
    later = override(unit(), OPEN, 2, withdraws=1, basis="1" * 64)
    assert standing(unit(), override(unit()), later).verdict_after_review is FAIL
    job = JobRecord(persons=(person("Ada Example"), person("Ben Example")))
    later = override(unit(), OPEN, 2, withdraws=1, second="Cy Example")
    assert standing(unit(), override(unit()), later, job=job).verdict_after_review is FAIL


def test_without_a_job_record_nobodys_authorisation_is_shown():
    assert standing(unit(), override(unit())).overrides[0].authorised is False


def test_a_job_record_shows_who_may():
    job = JobRecord(persons=(person("Ada Example"), person("Ben Example")))
    found = standing(unit(), override(unit()), job=job)
    assert (found.overrides[0].authorised, found.verdict_after_review) == (True, PASS)


@pytest.mark.parametrize(
    "changes",
    [
        {"may_override": False},
        {"name": "Somebody Else"},
        {"frameworks": ("other",)},
        {"frameworks": ("small@2",)},
        {"since": None},
        {"since": dt.date(2026, 12, 1)},
        {"until": dt.date(2026, 11, 1)},
    ],
)
def test_whoever_the_job_record_does_not_let_override_counts_for_nothing(changes):
    job = JobRecord(persons=(person("Ada Example"), person("Ben Example", **changes)))
    (only,) = standing(unit(), override(unit()), job=job).overrides
    assert (only.standing, only.because.code) == (
        Standing.NOT_AUTHORISED,
        "override-not-authorised",
    )
    assert not only.authorised


def concluded(*units):
    return review(BOOK, units, firmware="1.0", whole=True)


def test_without_overrides_there_is_no_second_conclusion():
    assert concluded(unit("a"), unit("b", PASS)) is None


def test_the_conclusion_counts_the_overrides_by_the_same_rule():
    first = standing(unit("a"), override(unit("a")))
    found = concluded(first, unit("b", PASS))
    assert found.conclusion is Conclusion.CONFORMANT
    assert found.provisions == {"p1": PASS}
    automatic, _ = conclude(BOOK, provision_results(BOOK, [first, unit("b", PASS)]), firmware="1.0")
    assert automatic is Conclusion.NOT_CONFORMANT


def test_an_override_of_one_unit_does_not_mend_another():
    found = concluded(standing(unit("a"), override(unit("a"))), unit("b", FAIL))
    assert (found.conclusion, found.provisions) == (Conclusion.NOT_CONFORMANT, {})


def test_people_may_find_worse_than_the_bench():
    worse = standing(unit("a", PASS), override(unit("a", PASS), FAIL, second=None))
    found = concluded(worse, unit("b", PASS))
    assert (found.conclusion, found.provisions) == (Conclusion.NOT_CONFORMANT, {"p1": FAIL})


def test_an_override_that_lapsed_leaves_the_conclusion_as_it_is():
    found = concluded(standing(unit("a"), override(unit("a")), revision=2), unit("b", PASS))
    assert (found.conclusion, found.provisions) == (Conclusion.NOT_CONFORMANT, {})


def test_an_override_buys_no_conclusion_of_a_survey_that_is_not_whole():
    units = (standing(unit("a"), override(unit("a"))), unit("b", PASS))
    assert review(BOOK, units, firmware="1.0", whole=False).conclusion is Conclusion.INCONCLUSIVE
    assert review(BOOK, units, firmware="", whole=True).conclusion is Conclusion.INCONCLUSIVE


def test_what_it_rests_on_knows_no_text_of_the_device():
    elsewhere = (
        unit()
        .judgements[0]
        .model_copy(update={"evidence": (PLACE.model_copy(update={"where": "line 9"}),)})
    )
    assert basis_of(unit().model_copy(update={"judgements": (elsewhere,)})) == basis_of(unit())
