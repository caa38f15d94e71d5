"""Every unit that facts or rules decide has a flaw that fails it, in one of three tables.

Switches of the reference router (harness/reference/flaws.toml), edits of its dossier judged over
one stored survey (tests/netns/spine/papers), and made facts for what waits for the bench network
(tests/unit/suites/functional). Each table has a test of its own that its rows fail what they name.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.waiting import PROBES_TO_COME
from harness.testing.suites import suite_in

ROOT = Path(__file__).parents[3]
SUITE = suite_in(ROOT / "test_suites" / "etsi_en_303_645")
VERSIONS = ("2.1.1", "3.1.3")
LABORATORY = "5.3-2-2a"
"""It asks whether the laboratory made every attack; nothing that a device does contradicts it."""


def _rows(path: str) -> dict[str, Any]:
    return {
        row["name"]: row for row in tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["flaw"]
    }


SWITCHES = _rows("harness/reference/flaws.toml")
EDITS = _rows("tests/netns/spine/papers/dossier_flaws.toml")
MADE = _rows("tests/unit/suites/functional/bench_network_flaws.toml")
NAMED = {
    "no-vdp": SWITCHES,
    "missing-support-period": SWITCHES,
    "stack-trace-on-bad-input": SWITCHES,  # no-input-validation, as the device shows it,
    "user-interface-not-validated": EDITS,  # and as the dossier tells of other interfaces
    "interface-of-machines-not-validated": EDITS,
    "shared-tls-key": SWITCHES,  # hard-coded-credentials-in-firmware, as two samples show it,
    "hard-coded-parameter": EDITS,  # and as the dossier admits it
    "no-update-check": EDITS,
    "no-model-designation": EDITS,
    "telemetry-undeclared": EDITS,
    "no-factory-reset": EDITS,
    "no-secure-storage-claim": EDITS,
    "unsigned-update": MADE,
    "update-downgrade": MADE,
    "reset-leaves-user-data": MADE,
}
"""Flaws that must not be lost, and the table that each of them stands in today."""


def _declared(version: str, *ways: DecidedBy) -> Iterator[tuple[str, UnitDeclaration]]:
    catalogue = SUITE.catalogue(version)
    for declared in SUITE.units_of(catalogue)[0]:
        if declared.decided_by in ways:
            yield str(declared.unit), declared


def _judge(version: str, unit: str) -> str:
    """The function that decides a unit, under the name that it has in V2.1.1 where there is one."""
    (found,) = (each for each in SUITE.catalogue(version).units if each.id == unit)
    return str(found.function)


def _of_device(table: dict[str, Any]) -> set[str]:
    return {entry["unit"] for row in table.values() for entry in row["fails"]}


def _of_edits(version: str) -> set[str]:
    keys = ("fails", f"fails-{version[0]}")
    return {unit for row in EDITS.values() for key in keys for unit in row.get(key, ())}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_automatic_unit_has_a_flaw_that_fails_it(version: str) -> None:
    for unit, declared in _declared(version, DecidedBy.AUTOMATIC):
        judge = _judge(version, unit)
        waits = {need.probe for need in declared.facts} & set(PROBES_TO_COME)
        of_device = _of_device(MADE if waits else SWITCHES)
        assert judge in of_device | {LABORATORY} or unit in _of_edits(version), unit


@pytest.mark.parametrize("version", VERSIONS)
def test_every_unit_that_a_rule_decides_has_an_edit_that_fails_it(version: str) -> None:
    by_rule = {unit for unit, _ in _declared(version, DecidedBy.RULE)}
    assert by_rule - _of_edits(version) == set()


def test_the_flaws_that_must_not_be_lost_are_there() -> None:
    for name, table in NAMED.items():
        assert name in table


def test_no_name_stands_for_two_flaws() -> None:
    names = [*SWITCHES, *EDITS, *MADE]
    assert len(names) == len(set(names))
