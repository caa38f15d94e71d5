"""Each flaw of the lock alone turns exactly its units to FAIL, over a virtual radio.

The table stands in harness/reference/bluetooth/flaws.toml; its rows about Bluetooth Classic need
another radio, and have a test of their own.
"""

import tomllib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow, pytest.mark.matrix]

ROOT = Path(__file__).parents[3]
ETSI, BLACK_BOX = "etsi-en-303-645", "black-box"
COLUMNS = {ETSI: ("fails", "open"), BLACK_BOX: ("box", "box-open")}
TABLE = [
    flaw
    for flaw in tomllib.loads((ROOT / "harness/reference/bluetooth/flaws.toml").read_text())["flaw"]
    if not flaw.get("classic")
]
BY_BLUETOOTH = {"5.1-4-2b", "5.1-5-2b", "5.5-4-2b", "5.6-1-2a", "5.13-1-2a"}
"""Units of EN 303 645 that Bluetooth alone closes; the others wait for the network, too."""


def test_the_hardened_lock_fails_nothing_and_passes_what_bluetooth_decides(surveyed_lock):
    outcome = surveyed_lock()
    for framework in COLUMNS:
        verdicts = outcome.verdicts(framework)
        failed = {
            unit: outcome.why(framework, unit) for unit in verdicts if verdicts[unit] == "FAIL"
        }
        assert not failed
    passed = {unit for unit, said in outcome.verdicts(ETSI).items() if said == "PASS"}
    assert passed >= BY_BLUETOOTH
    box = outcome.verdicts(BLACK_BOX)
    expected = {unit for unit in box if unit.startswith("bluetooth-") and "classic" not in unit}
    assert {unit for unit, said in box.items() if said == "PASS"} == expected


@pytest.mark.parametrize("flaw", TABLE, ids=lambda flaw: flaw["name"])
def test_a_flaw_fails_exactly_its_units(flaw, surveyed_lock):
    hardened, flawed = surveyed_lock(), surveyed_lock(flaw["name"])
    for framework, (fails, undecided) in COLUMNS.items():
        expected = dict(hardened.verdicts(framework))
        expected |= {entry["unit"]: "INCONCLUSIVE" for entry in flaw.get(undecided, ())}
        expected |= {entry["unit"]: "FAIL" for entry in flaw[fails]}
        found = flawed.verdicts(framework)
        if flaw.get("dead"):
            by_facts = {unit for unit, said in found.items() if said == "INCONCLUSIVE"}
            expected |= dict.fromkeys(by_facts & set(_passed(expected)), "INCONCLUSIVE")
        wrong = {
            unit: (found[unit], f"expected {verdict}", flawed.why(framework, unit))
            for unit, verdict in expected.items()
            if found[unit] != verdict
        }
        assert not wrong


def _passed(verdicts):
    return [unit for unit, said in verdicts.items() if said == "PASS"]
