"""What Allure is given to draw: every unit, its own verdict, no markup of a device."""

import json

import pytest

from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError
from harness.model.ids import FrameworkRef
from harness.model.judgement import Conclusion, Severity, Verdict
from harness.report.allure import results
from harness.report.allure.results import allure_results


@pytest.fixture
def drawn(stage, made):
    """The results of a made bundle, by the name of their unit, or by what else they stand for."""

    def draw(*assessments, found=(), **of_stage):
        bundle = made.bundle_of(stage(**of_stage), *assessments, results=found)
        return {
            result["fullName"].partition("/")[2]: result
            for result in allure_results(DirectoryTree(bundle / "data"))
        }

    return draw


def label(result, name):
    return next(entry["value"] for entry in result["labels"] if entry["name"] == name)


def test_every_unit_stands_there_with_the_verdict_of_its_assessment(drawn, made):
    given = (
        made.failing("c1a"),
        made.waiting("c2a", "control-missing"),
        made.unit("c1b", Verdict.NOT_CLAIMED, reason=made.reason("not-claimed", detail="d")),
    )
    found = drawn(made.assessment(*given), found=[made.allure_result("c3a", "PASS")])
    said = {unit: (one["status"], label(one, "verdict")) for unit, one in found.items()}
    assert said == {
        "c1a": ("failed", "FAIL"),
        "c1b": ("skipped", "NOT_CLAIMED"),
        "c2a": ("broken", "INCONCLUSIVE"),
        "c3a": ("passed", "PASS"),
        "conclusion": ("failed", "FAIL"),
    }
    assert found["c2a"]["name"] == "c2a INCONCLUSIVE: text"
    assert "a known-good attempt did not succeed" in found["c2a"]["statusDetails"]["message"]


@pytest.mark.parametrize(
    ("conclusion", "indicative", "status", "words"),
    [
        (Conclusion.CONFORMANT, True, "passed", "CONFORMANT (indicative)"),
        (Conclusion.NOT_CONFORMANT, False, "failed", "NOT_CONFORMANT"),
        (Conclusion.INCONCLUSIVE, False, "broken", "INCONCLUSIVE"),
    ],
)
def test_a_conclusion_stands_beside_units_that_all_pass(
    drawn, made, conclusion, indicative, status, words
):
    why = made.reason("survey-not-whole")
    given = made.assessment(conclusion=conclusion, indicative=indicative, reason=why)
    found = drawn(given)
    assert {one["status"] for name, one in found.items() if name != "conclusion"} == {"passed"}
    assert found["conclusion"]["status"] == status
    assert found["conclusion"]["name"].startswith(f"conclusion {words}: ")


def test_a_provision_without_a_unit_does_not_vanish(drawn, made):
    whole = made.assessment()
    units = tuple(unit for unit in whole.units if unit.provision != "p2")
    why = made.reason("no-unit")
    open_one = whole.provisions[1].model_copy(
        update={"verdict": Verdict.INCONCLUSIVE, "reason": why}
    )
    provisions = (whole.provisions[0], open_one, whole.provisions[2])
    found = drawn(made.assessment(units=units, provisions=provisions))
    result = found["provision p2"]
    assert (result["status"], label(result, "verdict")) == ("broken", "INCONCLUSIVE")
    assert result["name"] == "p2 INCONCLUSIVE: no unit belongs to this provision"
    assert result["statusDetails"]["message"] == result["name"]


def test_a_failure_says_what_was_seen_and_where(drawn, made):
    bad = made.finding(severity=Severity.CRITICAL)
    result = drawn(made.assessment(made.failing("c1a", bad)))["c1a"]
    assert result["statusDetails"]["message"].splitlines() == [
        "FAIL: tcp/23: the port is open and not declared",
        "To change: Close the port, or declare and justify what listens there.",
        "tcp/23 contradicted: the port is open and not declared",
        "  evidence: survey/A/1-as-received/services/1/tcp-23.jsonl, line 3",
    ]
    assert label(result, "severity") == "blocker"


def test_only_the_times_are_taken_from_the_results_of_the_bundle(drawn, made):
    found = drawn(made.assessment(), found=[made.allure_result("c1a", "PASS")])
    ran, other = found["c1a"], found["c1b"]
    assert (ran["start"], ran["stop"]) == (1795333194904, 1795333194999)
    assert other["start"] == other["stop"] == 1795248192500  # the end of the survey
    text = json.dumps(found)
    for left in ("bench-7", "MainThread", "secret.py", "script", "javascript", "passwd", "test_it"):
        assert left not in text


@pytest.mark.parametrize("times", [(True, 5), (-1, 5), (7, 5), ("1", "2"), (0, 2**60), (1.5, 2)])
def test_times_that_are_none_are_not_taken(drawn, made, times):
    odd = made.allure_result("c1a", "PASS", start=times[0], stop=times[1])
    assert drawn(made.assessment(), found=[odd])["c1a"]["start"] == 1795248192500


def test_a_result_that_says_another_verdict_is_refused(drawn, made):
    with pytest.raises(EvidenceError, match="another verdict than the assessment"):
        drawn(made.assessment(made.failing("c1a")), found=[made.allure_result("c1a", "PASS")])


@pytest.mark.parametrize("odd", [[], "x", {}, {"labels": 1}, {"labels": "unit"}])
def test_a_file_that_is_no_result_is_refused(drawn, made, odd):
    with pytest.raises(EvidenceError, match="without labels"):
        drawn(made.assessment(), found=[odd])


def test_labels_of_any_shape_and_units_of_other_frameworks_do_no_harm(drawn, made):
    odd = [{"labels": [1, {}, {"name": [], "value": {}}]}, made.allure_result("x9", "PASS")]
    assert set(drawn(made.assessment(), found=odd)) == {"c1a", "c1b", "c2a", "c3a", "conclusion"}


def test_results_are_bounded(drawn, made, monkeypatch):
    monkeypatch.setattr(results, "MAX_RESULTS", 1)
    two = [made.allure_result("c1a", "PASS")] * 2
    with pytest.raises(EvidenceError, match="more than 1 Allure results"):
        drawn(made.assessment(), found=two)
    monkeypatch.setattr(results, "MAX_RESULT_BYTES", 10)
    with pytest.raises(EvidenceError, match="is larger than 10 bytes"):
        drawn(made.assessment(), found=two[:1])


def test_history_goes_on_when_a_framework_is_revised(drawn, made):
    revised = FrameworkRef(slug="tiny", version="2")
    other = FrameworkRef(slug="other", version="1")
    first, second, third = (
        drawn(made.assessment(framework=framework))["c1a"]["historyId"]
        for framework in (made.FRAMEWORK, revised, other)
    )
    assert first == second != third


def test_text_of_a_device_is_neutralised_and_never_markup(drawn, made):
    evil = "\x1b[2J<script>alert(1)</script>\u202e![x](http://evil.example)"
    found = drawn(made.hostile_assessment(evil), text=evil)
    text = json.dumps(found, ensure_ascii=False)
    assert "\x1b" not in text
    assert "\\u001b" not in text
    assert "\u202e" not in text
    for result in found.values():
        assert not {"description", "descriptionHtml", "links", "attachments"} & result.keys()


def test_a_bundle_without_an_assessment_is_refused(tmp_path):
    with pytest.raises(EvidenceError, match="holds no assessment"):
        list(allure_results(DirectoryTree(tmp_path)))
