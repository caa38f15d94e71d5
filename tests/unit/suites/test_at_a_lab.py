"""What a black-box finding means at a laboratory agrees with catalogues and with the flaw table."""

import tomllib
from pathlib import Path

import pytest

from harness.assessment.criteria import CRITERIA
from harness.config.at_a_lab import load_at_a_lab
from harness.testing.suites import find_frameworks

ROOT = Path(__file__).parents[3]
TABLES = ("harness/reference/flaws.toml", "harness/reference/bluetooth/flaws.toml")
FLAWS = [
    flaw for table in TABLES for flaw in tomllib.loads((ROOT / table).read_text("utf-8"))["flaw"]
]
((BOX, BOX_CATALOGUE),) = find_frameworks(["black-box"])
LAB = load_at_a_lab(BOX.folder)
COLUMNS = {"etsi-en-303-645": "fails", "california-sb-327": "ca"}
BY_DECLARATION = {
    "5.1-1-2a",
    "5.1-5-2a",
    "5.5-1-2a",
    "5.5-2-2a",
    "5.5-5-2b",
    "5.6-1-2b",
    "5.13-1-2c",
}
"""Units that a flaw may fail because of what the router's dossier says of the endpoint."""


def test_every_criterion_of_the_suite_is_there() -> None:
    assert {unit.id for unit in BOX_CATALOGUE.units} <= set(LAB.units) <= set(CRITERIA)


def test_every_unit_exists_in_its_framework() -> None:
    for framework in {name for units in LAB.units.values() for name in units}:
        ((_, catalogue),) = find_frameworks([framework])
        known = {unit.id for unit in catalogue.units}
        named = {unit for units in LAB.units.values() for unit in units.get(framework, ())}
        assert named <= known


@pytest.mark.parametrize("framework", COLUMNS)
def test_it_agrees_with_the_flaw_table(framework: str) -> None:
    """Each named unit is one that such a flaw fails; whatever else it fails is named elsewhere."""
    failed: dict[str, set[str]] = {}
    for flaw in FLAWS:
        criteria = {entry["unit"] for entry in flaw["box"]}
        failing = {entry["unit"] for entry in flaw.get(COLUMNS[framework], ())}
        named = {unit for name in criteria for unit in LAB.of(name).get(framework, ())}
        assert not criteria or failing - named <= BY_DECLARATION, flaw["name"]
        for name in criteria:
            failed.setdefault(name, set()).update(failing)
    for name, units in failed.items():
        assert set(LAB.of(name).get(framework, ())) <= units, name


TWO_OTHERS_TOGETHER = {"debug-interface-open"}
NEEDS_A_DECLARATION = {
    "bluetooth-model-differs",
    "policy-without-contact",
    "publication-not-public",
    "support-period-not-published",
    "undeclared-destination",
    "undeclared-update-way",
    "update-default-differs",
}
"""They compare with what a dossier declares, or look where it leads."""
NEEDS_AN_EXPERIMENT = {
    "connection-pacing",
    "function-lost-in-outage",
    "not-restored-after-outage",
    "update-misuse-accepted",
    "user-data-left",
}
"""They judge what a bench does to a device on purpose, which nobody does to a stranger's."""


def test_every_criterion_has_a_unit_or_a_reason_why_not() -> None:
    units = {unit.id for unit in BOX_CATALOGUE.units}
    without = TWO_OTHERS_TOGETHER | NEEDS_A_DECLARATION | NEEDS_AN_EXPERIMENT
    assert set(CRITERIA) - units == without
