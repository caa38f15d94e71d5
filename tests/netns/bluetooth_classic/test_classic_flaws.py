"""Each Classic flaw of the reference lock fails exactly its units, on rootcanal.

The expectations stand in ``flaws.toml``, by hand. The scene is played in a namespace of its own:
rootcanal listens on every address.
"""

import importlib.util
import tomllib
from pathlib import Path

import pytest

from harness.assessment import criteria
from harness.assessment.criteria.bluetooth_classic import CLASSIC
from harness.facts.bluetooth_classic import BluetoothClassicFacts
from harness.facts.store import FactRecord
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.judgement import Outcome
from harness.model.observation import Present
from harness.model.record import AttemptOutcome
from harness.model.states import DeviceState
from harness.reference.bluetooth.flaws import CLASSIC as SWITCHES

pytestmark = [
    pytest.mark.netns,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("rootcanal") is None, reason="rootcanal runs on x86-64 Linux alone"
    ),
]
SCENE = Path(__file__).with_name("scene.py")
ROOT = Path(__file__).parents[3]
TABLE = tomllib.loads((ROOT / "harness/reference/bluetooth/flaws.toml").read_text("utf-8"))
ROWS = {row["name"]: row for row in TABLE["classic"]}
CRITERIA = {
    name.replace("_", "-"): getattr(criteria, name)
    for name in criteria.__all__
    if name.startswith("bluetooth_classic_")
}
PRETENDED = {"bluetooth-classic-legacy-pin", "bluetooth-classic-short-key"}
"""What this radio only pretends."""


def judged(facts):
    key = FactKey(
        probe=ProbeName("bluetooth-classic"),
        sample=SampleId("A"),
        visit=VisitId("initialised"),
        attempt=1,
    )
    record = FactRecord(key, DeviceState.INITIALISED, AttemptOutcome.COMPLETED, facts)
    return {name: look(record, CLASSIC) for name, look in CRITERIA.items()}


def look_at(in_namespace, *flaws, radio="rootcanal"):
    said = in_namespace(SCENE, radio, *flaws)
    return BluetoothClassicFacts.model_validate(said["facts"])


def of(outcome, judgements):
    return {name for name, each in judgements.items() if each.outcome is outcome}


def test_the_table_names_every_switch() -> None:
    assert set(ROWS) == {flaw.value for flaw in SWITCHES}


def test_the_hardened_lock_fails_nothing(in_namespace) -> None:
    judgements = judged(look_at(in_namespace))
    assert of(Outcome.CONTRADICTED, judgements) == set()
    assert of(Outcome.UNDECIDED, judgements) == PRETENDED


@pytest.mark.parametrize("name", sorted(set(ROWS) - {"legacy-pin"}))
def test_each_flaw_alone_fails_exactly_its_units(in_namespace, name: str) -> None:
    judgements = judged(look_at(in_namespace, name))
    assert of(Outcome.CONTRADICTED, judgements) == {row["unit"] for row in ROWS[name]["box"]}
    assert of(Outcome.UNDECIDED, judgements) == PRETENDED


def test_what_the_radio_cannot_do_is_not_testable(in_namespace) -> None:
    """rootcanal never ends a pairing by PIN, and its adapter takes no command any more."""
    judgements = judged(look_at(in_namespace, "legacy-pin"))
    assert of(Outcome.CONTRADICTED, judgements) == set()
    (row,) = ROWS["legacy-pin"]["untestable"]
    assert judgements[row["unit"]].reason.code == "not-testable-here"


def test_a_lock_that_pairs_with_whoever_asks(in_namespace) -> None:
    """It needs two flaws: one that asks nobody at it, and one that lets nobody be asked."""
    facts = look_at(in_namespace, "always-pairable", "unauthenticated-link-key")
    assert isinstance(facts.outside_mode, Present)
