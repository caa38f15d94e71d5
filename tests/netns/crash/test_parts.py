"""A part of a framework, a part repeated into a finished run, a run that died sealed as it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SCENE = Path(__file__).with_name("parts_scene.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("parts")


@pytest.fixture(scope="module")
def story(private_bench, folder):
    done = subprocess.run(
        [sys.executable, str(SCENE), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def units(told):
    assert told[0] == 3, told[2]
    return {name: unit["verdict"] for name, unit in json.loads(told[1])["units"].items()}


def reasons(told):
    return {name: unit["reason"] for name, unit in json.loads(told[1])["units"].items()}


def refusal(told):
    assert told[0] == 2
    return " ".join(told[2].split())


def test_a_selected_unit_is_judged_and_the_others_are_open(story):
    told = story["subset"]["run"]
    assert units(told)["b2"] == "PASS"
    assert units(told)["b.trigger"] == "INCONCLUSIVE"
    assert reasons(told)["b.trigger"] == "not selected: this run was for b2 alone"
    assert json.loads(told[1])["conclusion"] == "INCONCLUSIVE"


def test_a_subset_is_never_sealed_as_full(story):
    for name in ("strict", "widened strict"):
        code, shown, _ = story["subset"][name]
        assert code == 4
        assert "E-PARTIAL" in shown
        assert "a subset, only b2" in shown
    code, shown, _ = story["subset"]["lenient"]
    assert code == 0
    assert "demo, partial: a subset, only b2" in shown


def test_a_subset_says_so_everywhere(story, folder):
    assert story["subset"]["lenient"][0] == 0
    bundle = folder / "subset" / "bundle"
    assert json.loads((bundle / "data/survey/survey.json").read_bytes())["subset"] == ["b2"]
    page = (bundle / "data/report/index.html").read_text()
    assert "Only a part of the tests was selected" in page


def test_a_subset_can_be_widened(story):
    found = units(story["subset"]["widened"])
    assert (found["b2"], found["b.trigger"], found["a1"]) == ("PASS", "PASS", "INCONCLUSIVE")


def test_an_unknown_part_is_refused_before_anything_is_sent(story, folder):
    assert "--only b9: no such group, case or unit" in refusal(story["subset"]["unknown"])
    assert not (folder / "unknown").exists()


def test_a_repeated_part_lies_beside_the_earlier_attempts(story, folder):
    assert units(story["repeated"]["again"]) == units(story["repeated"]["run"])
    first, second = (folder / "whole" / name / "data" / "survey" for name in ("bundle", "bundle-2"))
    before, after = (
        {path.relative_to(survey) for path in survey.glob("A/*/*/*/attempt.json")}
        for survey in (first, second)
    )
    assert before < after
    assert {path.parts[1] for path in after - before} == {"3-initialised"}
    for path in before:
        assert (first / path).read_bytes() == (second / path).read_bytes()
    (repeat,) = json.loads((second / "survey.json").read_bytes())["repeats"]
    assert repeat["only"] == ["a3"]


def test_both_bundles_hold_as_full_ones_and_replay(story):
    assert [told[0] for told in story["repeated"]["verified"]] == [0, 0]
    assert story["repeated"]["replayed"][0] == 0
    assert json.loads(story["repeated"]["replayed"][1])["differences"] == []


def test_nothing_is_repeated_where_nothing_was_done_or_on_another_bench(story):
    assert "no run directory" in refusal(story["repeated"]["too early"])
    said = refusal(story["repeated"]["other bench"])
    assert "bench.toml: bench.credentials.max_attempts: is not what it was" in said


def test_a_run_whose_dossier_changed_is_not_resumed(story):
    assert "dossier.toml: dut.supplier: is not what it was" in refusal(
        story["died"]["other dossier"]
    )


def test_a_run_that_died_can_be_sealed_as_partial(story, folder):
    sealed = story["died"]["sealed"]
    assert "PASS" in units(sealed).values()
    assert json.loads(sealed[1])["conclusion"] == "INCONCLUSIVE"
    assert story["died"]["strict"][0] == 4
    assert "E-PARTIAL" in story["died"]["strict"][1]
    assert story["died"]["lenient"][0] == 0
    assert "demo, partial: the survey" in story["died"]["lenient"][1]
    bundle = folder / "died" / "bundle"
    survey = json.loads((bundle / "data/survey/survey.json").read_bytes())
    assert survey["complete"] is False
    assert survey["ended_early"].startswith("the bench stopped after 20")
    assert "The survey did not run to its end" in (bundle / "data/report/index.html").read_text()
    attempts = [json.loads(path.read_bytes()) for path in bundle.glob("data/**/attempt.json")]
    assert "not-scheduled" in {attempt["outcome"] for attempt in attempts}


def test_what_was_sealed_as_partial_is_not_resumed(story):
    assert "this run is finished" in refusal(story["died"]["resumed"])
    assert "finished and sealed" in refusal(story["died"]["sealed again"])
