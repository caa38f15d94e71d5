"""A user's own pytest on a suite gives the verdicts of the command."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from harness.testing.suites import find_frameworks

pytestmark = [pytest.mark.netns, pytest.mark.slow]

ROOT = Path(__file__).parents[3]


def test_pytest_on_a_bench_gives_the_verdicts_of_the_command_and_allure_results(
    hardened, spine, tmp_path
):
    suite = find_frameworks(["etsi-en-303-645"])[0][0]
    bench = spine.bench_of(tmp_path / "bench", spine.router) / "bench.toml"
    options = ["--bench", bench, "--alluredir", tmp_path / "allure"]
    options += ["--junitxml", tmp_path / "junit.xml", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, [suite.folder, *options])],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=tmp_path,
    )
    verdicts = hardened.verdicts("etsi-en-303-645")
    decided = sum(verdict in {"PASS", "FAIL"} for verdict in verdicts.values())
    assert decided > 50
    said = f"INCONCLUSIVE, {decided} decided of 226 units"
    assert said in done.stdout, done.stdout[-2000:] + done.stderr
    declared = suite.units_of(suite.catalogue())[0]
    unit_of = {f"{entry.module}.{entry.function}": entry.unit for entry in declared}
    shown = {
        unit_of[f"{case.get('classname')}.{case.get('name')}"]: {child.tag for child in case}
        for case in ET.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    }
    implemented = {unit: verdict for unit, verdict in verdicts.items() if unit in shown}
    assert len(shown) == len(declared)
    assert {unit for unit, tags in shown.items() if not tags} == {
        unit for unit, verdict in implemented.items() if verdict == "PASS"
    }
    assert {unit for unit, tags in shown.items() if "skipped" in tags} == {
        unit
        for unit, verdict in implemented.items()
        if verdict in {"NOT_APPLICABLE", "NOT_CLAIMED"}
    }
    assert len(list((tmp_path / "allure").glob("*-result.json"))) == len(shown)
