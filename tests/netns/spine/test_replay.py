"""Replay reproduces every automatic verdict, wherever and however the machine is set up.

The devices of both runs are gone: they ended with the command that started them, and their network
namespace with them.
"""

import json
import os
import subprocess
import sys

import pytest

from harness.encoding.canonical import canonical
from harness.testing.suites import find_frameworks

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SURROUNDINGS = {
    "far east": {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"},
    "turkish": {"TZ": "<-1130>11:30", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4242"},
    "bare": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONHASHSEED": "4294967295"},
}
HOME_OF_NOTHING = "/nonexistent"


@pytest.fixture(params=["hardened", "weak"])
def product(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_replay_reproduces_every_automatic_verdict(surroundings, product, spine, tmp_path):
    environment = {**SURROUNDINGS[surroundings], "PATH": HOME_OF_NOTHING}
    done = spine.certbench(
        "replay", product.archive, "--json", environment=environment, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    documents = json.loads(done.stdout)["replays"]
    assert {entry["framework"].partition("@")[0] for entry in documents} == set(product.documents)
    for entry in documents:
        assert entry["judge"]["same"] is True
        assert entry["differences"] == []
        assert entry["not_recomputable"] == []
        units = product.documents[entry["framework"].partition("@")[0]]["units"].values()
        assert entry["recomputed"] == sum(unit["decided_by"] != "none" for unit in units)


def test_a_verdict_that_was_edited_in_a_run_shows_as_a_difference(hardened, spine, run_copy):
    """The control of the test above: replay does see a difference where there is one."""
    place = run_copy / "assessments" / "california-sb-327@2020" / "assessment.json"
    document = json.loads(place.read_bytes())
    unit = next(entry for entry in document["units"] if entry["unit"] == "b1")
    unit["verdict"] = "FAIL"
    place.write_bytes(canonical(document))
    done = spine.certbench("replay", run_copy, "-f", spine.california, "--json")
    assert done.returncode == 4, done.stderr
    (found,) = json.loads(done.stdout)["differences"]
    assert (found["unit"], found["recorded"], found["recomputed"]) == ("b1", "FAIL", "PASS")


def assessment_of(evidence, framework, folder, surroundings):
    """The bytes that the judging child writes under these surroundings, hash seed included."""
    suite, catalogue = find_frameworks([framework])[0]
    folder.mkdir()
    order = {
        "suite": str(suite.folder),
        "version": catalogue.framework.version,
        "evidence": str(evidence),
        "out": str(folder),
        "allure": False,
        "asked": False,
        "revision": None,
        "confirmations": [],
        "name": "assessment.json",
    }
    (folder / "orders.json").write_bytes(canonical([order]))
    environment = {
        **os.environ,
        **surroundings,
        "PATH": HOME_OF_NOTHING,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-P", "-m", "harness.plugin.child", str(folder / "orders.json")],
        cwd=folder,
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return (folder / "assessment.json").read_bytes()


def test_judging_gives_the_same_bytes_everywhere(product, spine, tmp_path):
    for framework in (spine.etsi, spine.california):
        (sealed,) = product.bundle.glob(f"data/assessments/{framework}@*/assessment.json")
        for name, surroundings in SURROUNDINGS.items():
            folder = tmp_path / f"{framework} {name}"
            found = assessment_of(product.bundle, framework, folder, surroundings)
            assert found == sealed.read_bytes(), (framework, name)
