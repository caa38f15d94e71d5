"""The 56 network-relevant units: the coverage page shows the verdicts that runs really give."""

import tomllib
from pathlib import Path

import pytest

from harness.model.declaration import DecidedBy
from harness.model.waiting import PROBES_TO_COME
from harness.testing.suites import find_frameworks

pytestmark = [pytest.mark.netns, pytest.mark.slow]

STORED = tomllib.loads(
    (Path(__file__).parents[2] / "docs" / "network_verdicts.toml").read_text("utf-8")
)
DECIDED = {"PASS", "FAIL"}


@pytest.mark.parametrize("bench", ["hardened", "weak"])
def test_a_run_without_an_operator_gives_the_stored_verdicts(bench, request, spine):
    verdicts = request.getfixturevalue(bench).verdicts(spine.etsi)
    stored = STORED[bench]
    assert len(stored) == 56
    assert {unit: verdicts[unit] for unit in stored} == stored, (
        "stale: see the first lines of tests/docs/coverage.py"
    )


def test_whatever_needs_neither_a_person_nor_the_bench_network_is_decided(hardened, spine):
    suite, catalogue = find_frameworks([spine.etsi])[0]
    verdicts = hardened.verdicts(spine.etsi)
    ready = {
        str(declared.unit)
        for declared in suite.units_of(catalogue)[0]
        if declared.unit in STORED["hardened"]
        and declared.decided_by in {DecidedBy.AUTOMATIC, DecidedBy.RULE}
        and not {need.probe for need in declared.facts} & set(PROBES_TO_COME)
    }
    assert ready
    assert {unit: verdicts[unit] for unit in ready if verdicts[unit] not in DECIDED} == {}
