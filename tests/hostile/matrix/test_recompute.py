"""A laboratory edits a verdict so that everything above it fits, and everybody vouches for it."""

from dataclasses import replace

import pytest

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.judging import held, reason
from harness.assessment.rollup import case_results, conclude, provision_results, unit_verdict
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue
from harness.model.declaration import UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.judgement import Conclusion, Verdict
from harness.model.observation import EvidenceRef
from harness.model.record import AttemptRecord
from harness.verify.report import Step, StepOutcome
from harness.verify.text import as_text

pytestmark = pytest.mark.slow


def _pass_what_was_open(data) -> None:
    """Turn the first open automatic unit into a PASS, and conclude anew from there."""
    ((path),) = data.glob("assessments/*/assessment.json")
    catalogue = Catalogue.from_bytes((path.parent / "catalogue.json").read_bytes())
    before = Assessment.from_bytes(path.read_bytes())
    folder = "A/1-initialised/credentials/1"
    key = AttemptRecord.from_bytes((data / "survey" / folder / "attempt.json").read_bytes()).key
    place = EvidenceRef(path=f"{folder}/attempt.json", where="")
    judgements = (held("DUT", "c", reason("seen"), facts=[key], evidence=[place]),)
    dossier = Dossier.from_bytes((data / "survey/dossier.json").read_bytes())
    units = list(before.units)
    number = next(
        number
        for number, each in enumerate(units)
        if each.verdict is Verdict.INCONCLUSIVE and _passes(each, judgements, catalogue, dossier)
    )
    unit = units[number]
    _, why, items = unit_verdict(_declared(unit), judgements)
    edited = {"verdict": Verdict.PASS, "reason": why, "items": items, "judgements": judgements}
    units[number] = unit.model_copy(update=edited)
    provisions = provision_results(catalogue, units)
    conclusion, why = conclude(catalogue, provisions, firmware=before.firmware, whole=True)
    after = before.model_copy(
        update={
            "units": tuple(units),
            "cases": case_results(catalogue, units),
            "provisions": provisions,
            "conclusion": conclusion,
            "reason": why,
        }
    )
    path.write_bytes(after.to_bytes())


def _declared(unit) -> UnitDeclaration:
    return UnitDeclaration(unit=unit.unit, decided_by=unit.decided_by, quantifier=unit.quantifier)


def _passes(unit, judgements, catalogue, dossier) -> bool:
    """Whether the unit would pass with these judgements."""
    provision = next(each for each in catalogue.provisions if each.id == unit.provision)
    verdict, why, _ = unit_verdict(_declared(unit), judgements)
    said = applicability(catalogue, provision, dossier)
    return under_ics(verdict, why, said, provision, judgements)[0] is Verdict.PASS


@pytest.fixture
def scene(replayable, tmp_path, copy_scene):
    return copy_scene(replayable, tmp_path)


def test_the_honest_bundle_recomputes(scene):
    report = scene.verify()
    assert report.ok, as_text(report)
    assert "the same verdicts" in report.of(Step.RECOMPUTE).shown
    assert {each.outcome for each in report.steps} == {StepOutcome.OK}
    assert "Nothing that a policy can ask was left out." in as_text(report)


@pytest.mark.parametrize("accepted", [(), (Conclusion.CONFORMANT,)])
def test_a_grant_of_what_was_not_found_counts_for_nothing(scene, accepted):
    """The certifier granted what the suite left open; nobody here said that this will do."""
    (demand,) = scene.policy.frameworks
    scene.ask(frameworks=(replace(demand, conclusions=frozenset(accepted)),))
    result = scene.verify().of(Step.DECISION)
    assert result.code == "E-DECISION-UNFOUNDED"
    assert "INCONCLUSIVE" in result.shown


def test_an_edited_verdict_that_everybody_vouched_for_is_found_by_recomputing(scene):
    scene.relab(_pass_what_was_open)
    report = scene.verify()
    failed = [each for each in report.steps if each.outcome is StepOutcome.FAILED]
    assert [each.step for each in failed] == [Step.RECOMPUTE], failed
    assert failed[0].code == "E-RECOMPUTE"
    assert "recorded PASS, recomputed INCONCLUSIVE" in failed[0].shown
    scene.ask(recompute=False)
    assert scene.verify().ok, "nothing else can tell"


def test_naming_another_version_of_the_judge_excuses_nothing(scene):
    def change(data):
        _pass_what_was_open(data)
        ((path),) = data.glob("assessments/*/assessment.json")
        before = Assessment.from_bytes(path.read_bytes())
        judge = before.judge.model_copy(update={"criteria": "ab" * 32})
        path.write_bytes(before.model_copy(update={"judge": judge}).to_bytes())

    scene.relab(change)
    failed = [each for each in scene.verify().steps if each.outcome is StepOutcome.FAILED]
    assert [each.code for each in failed] == ["E-RECOMPUTE-VERSION"]


def test_a_bundle_that_is_not_whole_is_not_judged(scene):
    scene.edit("data/survey/survey.json", b"bench-1", b"bench-2")
    found = scene.verify().of(Step.RECOMPUTE)
    assert (found.outcome, found.shown) == (
        StepOutcome.SKIPPED,
        "a bundle that is not whole is not judged",
    )


def test_where_replay_is_not_installed_the_step_fails_and_says_what_to_install(scene, monkeypatch):
    monkeypatch.setattr("harness.verify.steps.recompute.entry_points", lambda group: ())
    found = scene.verify().of(Step.RECOMPUTE)
    assert found.code == "E-RECOMPUTE"
    assert "certbench[replay]" in found.expected
