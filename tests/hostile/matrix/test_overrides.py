"""What people hold instead of a verdict stands beside it, by the rules for it, and nowhere else."""

import json

import pytest

from harness.assessment.review import basis_of, reviewed_assessment, with_overrides
from harness.encoding.canonical import canonical
from harness.errors import EvidenceError
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue
from harness.model.disclosure import DisclosureRule, Level
from harness.model.job import JobRecord, Role
from harness.model.judgement import Conclusion, Verdict
from harness.model.override import Override
from harness.trust.dsse import parse_envelope
from harness.verify.policy import FrameworkDemand
from harness.verify.report import Step, StepOutcome

PEOPLE = ("Ada Example", "Ben Example")
RECORD = "survey/overrides/00001.json"


def _made(judged: Assessment, verdict: Verdict, unit: str = "p1-1a", **changes) -> Override:
    about = next(each for each in judged.units if each.unit == unit)
    fields = {
        "number": 1,
        "framework": str(judged.framework),
        "unit": about.unit,
        "automatic": about.verdict,
        "dossier_revision": 1,
        "basis": basis_of(about),
        "verdict": verdict,
        "reason": "the maker showed why",
        "person": PEOPLE[0],
        "second": PEOPLE[1],
        "at": "2026-11-22T09:00:00.000000Z",
    }
    return Override(**{**fields, **changes})


def _authorise(data, names) -> None:
    path = data / "survey/job.json"
    job = JobRecord.from_bytes(path.read_bytes())
    first = job.persons[0].model_copy(
        update={"may_override": True, "frameworks": ("small-framework",)}
    )
    others = tuple(
        first.model_copy(
            update={"id": f"O{number}", "name": name, "roles": (Role.REVIEWER,), "key_id": ""}
        )
        for number, name in enumerate(names)
    )
    job = job.model_copy(update={"persons": (*job.persons, *others)})
    path.write_bytes(job.to_bytes())


def _override(scene, verdict, *, names=PEOPLE, judged=None, spoil=None, **changes) -> None:
    """The laboratory records an override, judges again and seals; ``spoil`` edits the outcome."""

    def edit(data) -> None:
        _authorise(data, names)
        (path,) = data.glob("assessments/*/assessment.json")
        before = judged or Assessment.from_bytes(path.read_bytes())
        catalogue = Catalogue.from_bytes((path.parent / "catalogue.json").read_bytes())
        record = _made(before, verdict, **changes)
        job = JobRecord.from_bytes((data / "survey/job.json").read_bytes())
        units = with_overrides(before.framework, before.units, [record], revision=1, job=job)
        after = before.model_copy(update={"units": units})
        after = reviewed_assessment(catalogue, after, whole=True)
        (data / RECORD).parent.mkdir()
        (data / RECORD).write_bytes(record.to_bytes())
        path.write_bytes(after.to_bytes())
        if spoil is not None:
            spoil(data, path)

    scene.relab(edit)


def _steps(scene):
    report = scene.verify()
    return report.ok, {each.step: each for each in report.steps}


def _edit(path, change) -> None:
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(canonical(document) + b"\n")


def _demand(scene, **changes) -> None:
    (was,) = scene.policy.frameworks
    made = {**vars(was), **changes}
    scene.ask(frameworks=(FrameworkDemand(**made),))


def _any_verdict(scene, **changes) -> None:
    _demand(scene, conclusions=frozenset(Conclusion), provisions={}, **changes)


# What nobody did anything wrong in.


def test_an_override_is_told_and_the_automatic_verdict_stays(scene):
    _any_verdict(scene)
    _override(scene, Verdict.FAIL)
    ok, steps = _steps(scene)
    assert ok, steps
    assert (
        "small-framework@1.0 is NOT_CONFORMANT after review: of 1 override 1 count "
        "(the authorisation for them is shown)" in steps[Step.VERDICTS].shown
    )


def test_an_override_that_the_job_record_does_not_cover_is_told_and_counts_for_nothing(scene):
    _override(scene, Verdict.FAIL, names=())
    ok, steps = _steps(scene)
    assert ok, steps
    assert "CONFORMANT after review: of 1 override 0 count" in steps[Step.VERDICTS].shown


def test_a_reader_who_asks_for_conformity_is_not_given_what_people_hold_to_fail(scene):
    """The default policy: a review that is worse than the bench counts, one that is better not."""
    _override(scene, Verdict.FAIL)
    ok, steps = _steps(scene)
    assert not ok
    assert (steps[Step.DEMANDS].code, steps[Step.DECISION].code) == (
        "E-DEMAND",
        "E-DECISION-UNFOUNDED",
    )
    assert "NOT_CONFORMANT after review" in steps[Step.DEMANDS].shown


def test_what_people_hold_to_be_better_needs_a_policy_that_accepts_it(scene):
    _override(scene, Verdict.PASS, judged=scene.cast.maker.assessment(failing=True))
    ok, steps = _steps(scene)
    assert not ok
    assert "NOT_CONFORMANT before review" in steps[Step.DEMANDS].shown
    assert "NOT_CONFORMANT before review" in steps[Step.DECISION].shown
    assert steps[Step.VERDICTS].outcome is StepOutcome.OK
    _demand(scene, accept_reviewed=True)
    ok, steps = _steps(scene)
    assert ok, steps


def test_an_override_without_a_job_record_that_covers_it_is_never_accepted(scene):
    judged = scene.cast.maker.assessment(failing=True)
    _override(scene, Verdict.PASS, judged=judged, names=PEOPLE[:1])
    _demand(scene, accept_reviewed=True)
    ok, steps = _steps(scene)
    assert not ok
    assert "NOT_CONFORMANT after review" in steps[Step.DEMANDS].shown


def test_no_edition_holds_an_override_back(scene):
    _any_verdict(scene)
    _override(scene, Verdict.FAIL)
    rule = DisclosureRule(files=RECORD, level=Level.METADATA, reason="a trade secret")
    with pytest.raises(EvidenceError, match="cannot be held back"):
        scene.hold_back(rule)
    scene.metadata_by_hand(f"data/{RECORD}")
    ok, steps = _steps(scene)
    assert not ok
    assert steps[Step.REDACTION].code == "E-REDACTION"


# What a dishonest laboratory might do with overrides.


def _no_second(data, _path) -> None:
    _edit(data / RECORD, lambda record: record.pop("second"))


def _same_second(data, _path) -> None:
    _edit(data / RECORD, lambda record: record.update(second="ADA example"))


def _set_aside(data, _path) -> None:
    _edit(data / RECORD, lambda record: record.update(verdict="NOT_APPLICABLE"))


def _unnumbered(data, _path) -> None:
    (data / RECORD).rename(data / "survey/overrides/note.json")


@pytest.mark.parametrize("spoil", [_no_second, _same_second, _set_aside])
def test_a_record_that_is_no_override_is_refused(scene, spoil):
    _any_verdict(scene)
    _override(
        scene, Verdict.PASS, unit="p1-1a", automatic=Verdict.INCONCLUSIVE, spoil=spoil
    )  # fmt: skip
    ok, steps = _steps(scene)
    assert not ok
    assert (steps[Step.DOCUMENTS].outcome, steps[Step.DOCUMENTS].code) == (
        StepOutcome.FAILED,
        "E-DOCUMENT",
    )
    assert RECORD in steps[Step.DOCUMENTS].shown


def _drop_record(data, _path) -> None:
    (data / RECORD).unlink()


def _skip_a_number(data, _path) -> None:
    _edit(data / RECORD, lambda record: record.update(number=2))


def _hide_it(_data, path) -> None:
    def change(document) -> None:
        for unit in document["units"]:
            unit.pop("overrides", None)
        for name in ("conclusion", "reason", "provisions"):
            document.pop(f"{name}_after_review", None)

    _edit(path, change)


def _improve_the_second_conclusion(_data, path) -> None:
    _edit(path, lambda document: document.update(conclusion_after_review="CONFORMANT"))


def _hide_the_provision(_data, path) -> None:
    _edit(path, lambda document: document.update(provisions_after_review={}))


def _let_it_count_for_less(_data, path) -> None:
    def change(document) -> None:
        (unit,) = (each for each in document["units"] if "overrides" in each)
        unit["overrides"][0]["standing"] = "lapsed"

    _edit(path, change)


def _another_reason(_data, path) -> None:
    def change(document) -> None:
        (unit,) = (each for each in document["units"] if "overrides" in each)
        unit["overrides"][0]["record"]["reason"] = "nobody knows"

    _edit(path, change)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_drop_record, "E-OVERRIDE"),
        (_skip_a_number, "E-VERDICT"),
        (_unnumbered, "E-VERDICT"),
        (_hide_it, "E-OVERRIDE"),
        (_improve_the_second_conclusion, "E-OVERRIDE"),
        (_hide_the_provision, "E-OVERRIDE"),
        (_let_it_count_for_less, "E-OVERRIDE"),
        (_another_reason, "E-OVERRIDE"),
    ],
)
def test_what_people_held_can_neither_be_hidden_nor_altered(scene, spoil, code):
    _any_verdict(scene)
    _override(scene, Verdict.FAIL, spoil=spoil)
    ok, steps = _steps(scene)
    assert not ok
    assert (steps[Step.VERDICTS].outcome, steps[Step.VERDICTS].code) == (StepOutcome.FAILED, code)


def test_an_override_does_not_reach_the_conclusion(scene):
    def spoil(_data, path) -> None:
        _edit(path, lambda document: document.update(conclusion="NOT_CONFORMANT"))

    _any_verdict(scene)
    _override(scene, Verdict.FAIL, spoil=spoil)
    ok, steps = _steps(scene)
    assert not ok
    assert "the conclusion is recorded as NOT_CONFORMANT" in steps[Step.VERDICTS].shown


def test_an_override_does_not_reach_the_verdict_of_its_unit(scene):
    def spoil(_data, path) -> None:
        def change(document) -> None:
            (unit,) = (each for each in document["units"] if "overrides" in each)
            unit["verdict"] = "FAIL"

        _edit(path, change)

    _any_verdict(scene)
    _override(scene, Verdict.FAIL, spoil=spoil)
    ok, steps = _steps(scene)
    assert not ok
    assert "unit p1-1a is recorded as FAIL" in steps[Step.VERDICTS].shown


def test_an_override_of_another_verdict_than_is_there_can_not_count(scene):
    """The record speaks of an INCONCLUSIVE that never was, and is made to count all the same."""

    def spoil(_data, path) -> None:
        def change(document) -> None:
            (unit,) = (each for each in document["units"] if "overrides" in each)
            unit["overrides"][0].update(standing="counts")
            unit["overrides"][0].pop("because")

        _edit(path, change)

    _any_verdict(scene)
    _override(scene, Verdict.FAIL, automatic=Verdict.INCONCLUSIVE, spoil=spoil)
    ok, steps = _steps(scene)
    assert not ok
    assert "1 (FAIL, counts)" in steps[Step.VERDICTS].shown
    assert "1 (FAIL, lapsed)" in steps[Step.VERDICTS].expected


def test_a_statement_that_keeps_quiet_about_the_review_is_seen(scene):
    _any_verdict(scene)
    _override(scene, Verdict.FAIL)
    statement = json.loads(parse_envelope(scene.envelope).payload)
    del statement["predicate"]["conclusions"][0]["conclusion_after_review"]
    scene.sign(scene.cast.evaluator, scene.cast.authoriser, payload=canonical(statement))
    ok, steps = _steps(scene)
    assert not ok
    assert (steps[Step.CLAIMS].outcome, steps[Step.CLAIMS].code) == (StepOutcome.FAILED, "E-CLAIM")
