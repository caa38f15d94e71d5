"""Each flaw alone turns exactly its units to FAIL and changes nothing else.

The table stands in harness/reference/flaws.toml.

Run once with the default look and once with ports, banners, prompts, paths and names shuffled by a
seed that is printed; set CERTBENCH_SEED to repeat one.
"""

import os
import secrets
import tomllib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow, pytest.mark.matrix]

ETSI, CALIFORNIA, BLACK_BOX = "etsi-en-303-645", "california-sb-327", "black-box"
TABLE = tomllib.loads(
    (Path(__file__).parents[3] / "harness" / "reference" / "flaws.toml").read_text()
)["flaw"]
SEED = int(os.environ.get("CERTBENCH_SEED") or 1 + secrets.randbelow(2**31 - 1))
LOOKS = {"plain": None, "shuffled": SEED}
DRAWN = os.environ.get("CERTBENCH_LOOKS") == "drawn"
"""Each row once, in the look that the seed draws for it, where time is short (CI)."""

AUTOMATIC = frozenset(
    {
        "5.1-1-2a", "5.1-3-2a", "5.1-4-2b", "5.1-5-2a", "5.1-5-2b", "5.2-1-2a", "5.3-13-2a",
        "5.3-13-2b", "5.5-1-2a", "5.5-2-2a", "5.8-3-1a",
        "5.5-4-2a", "5.5-4-2b", "5.5-4-2c", "5.5-5-2a", "5.5-5-2b", "5.5-6-2a", "5.5-7-2a",
        "5.6-1-2a", "5.6-1-2b", "5.6-2-2a", "5.6-4-2a", "5.13-1-2a", "5.8-1-2a", "5.13-1-2c",
        "5.3-14-2a", "5.3-14-2b",
    }
)  # fmt: skip
"""The units of the hardened router that facts alone must decide, all of them PASS."""
RULES = frozenset(
    {
        "4-1-1a", "5.2-2-1b", "5.2-3-1d", "5.3-7-1c", "5.3-7-1d", "5.3-8-1b", "5.3-9-1c",
        "5.3-9-1d", "5.3-12-1a",
        "5.1-3-1c", "5.1-3-1d", "5.4-1-1b", "5.4-3-1a", "5.5-1-1c", "5.5-1-1d", "5.5-2-1a",
        "5.5-4-1a", "5.6-3-1b", "5.6-3-1c", "5.6-4-1b", "5.6-4-1c", "5.13-1-1a",
        "5.4-4-1a", "5.5-3-1a", "5.5-3-1b", "5.5-8-1b", "5.6-9-1b", "5.7-1-1a",
    }
)  # fmt: skip


def looks_of(row):
    """The looks in which a row runs."""
    return [list(LOOKS)[(SEED >> row % 24) % 2]] if DRAWN else list(LOOKS)


ROWS = [
    pytest.param(flaw, LOOKS[look], id=f"{look}-{flaw['name']}")
    for row, flaw in enumerate(TABLE)
    for look in looks_of(row)
]


@pytest.fixture(params=LOOKS)
def look(request):
    print(f"seed of the shuffled look: {SEED}")  # noqa: T201  (shown when a test fails)
    return LOOKS[request.param]


def test_the_hardened_router_passes_every_automatic_and_rule_unit_and_fails_none(surveyed, look):
    outcome = surveyed(seed=look)
    verdicts = outcome.verdicts(ETSI)
    assert len(verdicts) == 226
    passed = {unit for unit, verdict in verdicts.items() if verdict == "PASS"}
    reasons = {unit: outcome.why(ETSI, unit) for unit in (AUTOMATIC | RULES) - passed}
    assert passed == AUTOMATIC | RULES, reasons
    assert "FAIL" not in verdicts.values()
    assert outcome.documents[ETSI]["conclusion"] == "INCONCLUSIVE"
    california = outcome.verdicts(CALIFORNIA)
    assert {unit for unit, verdict in california.items() if verdict == "PASS"} == {
        "b.trigger", "b1", "b2",
    }  # fmt: skip
    assert "FAIL" not in outcome.verdicts(BLACK_BOX).values()
    assert outcome.documents[BLACK_BOX]["conclusion"] == "INCONCLUSIVE"


@pytest.mark.parametrize(("flaw", "look"), ROWS)
def test_a_flaw_fails_exactly_its_units(flaw, surveyed, look):
    hardened, flawed = surveyed(seed=look), surveyed((flaw["name"],), seed=look)
    for framework, column in ((ETSI, "fails"), (CALIFORNIA, "ca")):
        expected = dict(hardened.verdicts(framework))
        expected |= {entry["unit"]: "FAIL" for entry in flaw[column]}
        found = flawed.verdicts(framework)
        wrong = {
            unit: (found[unit], f"expected {verdict}", flawed.why(framework, unit))
            for unit, verdict in expected.items()
            if found[unit] != verdict
        }
        assert not wrong
    failed = {unit for unit, said in flawed.verdicts(BLACK_BOX).items() if said == "FAIL"}
    assert failed == {entry["unit"] for entry in flaw["box"]}
