"""The OSCAL files of a sealed bundle, validated by compliance-trestle as a program of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
KINDS = ("assessment-plan", "assessment-results", "component-definition")


@pytest.fixture(scope="session")
def trestle():
    """Runs compliance-trestle; it pins paramiko exactly, so it is never installed beside us."""
    folder = Path(sys.prefix) / "trestle"
    done = subprocess.run([ROOT / ".ci" / "prepare", "trestle", folder],
                          capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
    if done.returncode:
        pytest.skip(f"compliance-trestle cannot be installed: {done.stderr[-300:]}")

    def run(workspace, *arguments):
        return subprocess.run([folder / "bin" / "trestle", *map(str, arguments)], cwd=workspace,
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip

    return run


@pytest.fixture
def workspace(trestle, tmp_path):
    assert trestle(tmp_path, "init", "--local").returncode == 0
    return tmp_path


@pytest.fixture
def files(weak):
    return weak.bundle / "data" / "report" / "oscal"


def test_every_file_of_a_real_bundle_is_valid(trestle, workspace, files):
    for kind in KINDS:
        done = trestle(workspace, "import", "-f", files / f"{kind}.json", "-o", "dut")
        assert done.returncode == 0, done.stdout + done.stderr
    done = trestle(workspace, "validate", "-a")
    assert done.returncode == 0
    assert (done.stdout + done.stderr).count("VALID:") == len(KINDS)


def half_satisfied(document):
    result = document["assessment-results"]["results"][0]
    result["findings"][0]["target"]["status"]["state"] = "inconclusive"


def same_id_twice(document):
    first, second = document["assessment-results"]["results"][0]["observations"][:2]
    first["uuid"] = second["uuid"]


def without_method(document):
    document["assessment-results"]["results"][0]["observations"][0]["methods"] = []


@pytest.mark.parametrize("damage", [half_satisfied, same_id_twice, without_method])
def test_a_broken_one_is_rejected(trestle, workspace, files, damage):
    document = json.loads((files / "assessment-results.json").read_bytes())
    damage(document)
    broken = workspace / "broken.json"
    broken.write_text(json.dumps(document))
    done = trestle(workspace, "import", "-f", broken, "-o", "dut")
    assert done.returncode != 0


def test_states_follow_the_verdicts_and_nothing_else_has_one(weak, files):
    document = json.loads((files / "assessment-results.json").read_bytes())
    for result in document["assessment-results"]["results"]:
        told = {entry["name"]: entry["value"] for entry in result["props"]}
        slug = told["framework"].partition("@")[0]
        expected = {
            name: {"PASS": "satisfied", "FAIL": "not-satisfied"}[verdict]
            for name, verdict in weak.documents[slug]["provisions"].items()
            if verdict in {"PASS", "FAIL"}
        }
        assert expected, slug
        found = {}
        for finding in result["findings"]:
            props = {entry["name"]: entry["value"] for entry in finding["props"]}
            found[props["provision"]] = finding["target"]["status"]["state"]
        assert found == expected
        assert told["conclusion"] == weak.documents[slug]["conclusion"]


def test_every_link_to_evidence_leads_to_a_file_of_the_bundle(files):
    linked = [
        entry["href"]
        for kind in KINDS
        for entry in _objects(json.loads((files / f"{kind}.json").read_bytes()))
        if str(entry.get("href", "")).startswith("../../")
    ]
    assert len(linked) > 100
    assert [href for href in set(linked) if not (files / href).is_file()] == []


def _objects(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _objects(entry)


def test_the_files_are_the_same_when_made_again(weak, files, tmp_path, spine):
    from harness.encoding.tree import DirectoryTree
    from harness.interpret.survey import read_survey
    from harness.model.assessment import Assessment
    from harness.report.oscal.view import oscal_view
    from harness.report.source import ReportSource

    data = tmp_path / "data"
    shutil.copytree(weak.bundle / "data", data)
    names = sorted((data / "assessments").glob("*/assessment.json"))
    assessments = [Assessment.from_bytes(name.read_bytes()) for name in names]
    again = oscal_view(ReportSource(data, read_survey(DirectoryTree(data / "survey")), assessments))
    for name, content in again.items():
        assert (data / "report" / name).read_bytes() == content
