"""A fact that is needed only where the dossier names an endpoint is planned only there."""

from pathlib import Path
from typing import Any

import pytest

from harness.assessment.planning import make_plan, survey_plan
from harness.config import load_dossier
from harness.model.ids import SampleId
from harness.model.ixit import ATTRIBUTES
from harness.model.ixit.fields import BLE, CLASSIC
from harness.model.states import Capability, Impact
from harness.survey.registry import load_probes
from harness.testing.suites import suite_in

ROOT = Path(__file__).parents[3]
BLUETOOTH = {"bluetooth-advertising", "bluetooth-pairing", "bluetooth-input"}


@pytest.fixture(scope="module")
def probes() -> Any:
    return {name: probe.declaration for name, probe in load_probes()[0].items()}


@pytest.fixture(scope="module")
def lock() -> Any:
    return load_dossier(ROOT / "bench_configs" / "reference-lock")


def silent(dossier: Any) -> Any:
    """A dossier without any row about Bluetooth."""
    tables = {
        attribute: tuple(
            row for row in dossier.ixit.rows(table) if BLE not in getattr(row, "endpoints", ())
        )
        for table, attribute in ATTRIBUTES.items()
    }
    return dossier.model_copy(update={"ixit": dossier.ixit.model_copy(update=tables)})


def planned(probes: Any, dossier: Any, *offered: Capability) -> Any:
    suite = suite_in(ROOT / "test_suites" / "etsi_en_303_645")
    catalogue = suite.catalogue("2.1.1")
    bench = ({SampleId("A"): frozenset(offered)}, Impact.DESTRUCTIVE)
    return make_plan(catalogue, dossier, suite.units_of(catalogue)[0], probes, bench)


def visited(plan: Any, probes: Any) -> set[str]:
    needs = [need for unit in plan.units if unit.applicable for need in unit.facts]
    visits = survey_plan(needs, probes, (SampleId("A"),)).visits
    return {str(name) for visit in visits for name in visit.probes}


def test_nothing_is_planned_for_a_dossier_without_bluetooth(probes: Any, lock: Any) -> None:
    plan = planned(probes, silent(lock), Capability.NETWORK)
    assert not visited(plan, probes) & BLUETOOTH
    assert not [unit.id for unit in plan.units if "bluetooth" in " ".join(unit.blocked)]


def test_a_dossier_with_bluetooth_is_looked_at_over_the_air(probes: Any, lock: Any) -> None:
    assert visited(planned(probes, lock, *Capability), probes) >= BLUETOOTH


def test_a_bench_without_bluetooth_says_so(probes: Any, lock: Any) -> None:
    plan = planned(probes, lock, Capability.NETWORK)
    (unit,) = (entry for entry in plan.units if entry.id == "5.1-5-2b")
    assert "bluetooth-pairing: this bench has no bluetooth" in unit.blocked


def test_what_nobody_declared_is_looked_for_on_a_bench_that_can(probes: Any, lock: Any) -> None:
    able = visited(planned(probes, lock, *Capability), probes)
    assert "bluetooth-classic" in able
    without = [each for each in Capability if each is not Capability.BLUETOOTH_CLASSIC]
    plan = planned(probes, lock, *without)
    assert "bluetooth-classic" not in visited(plan, probes)
    assert "classic" not in " ".join(text for unit in plan.units for text in unit.blocked)


def test_bluetooth_that_nobody_declared_is_looked_for_as_well(probes: Any, lock: Any) -> None:
    seen = visited(planned(probes, silent(lock), *Capability), probes)
    assert seen >= {"bluetooth-advertising", "bluetooth-pairing"}
    assert "bluetooth-input" not in seen  # what it takes is nobody's word


def test_classic_that_is_declared_waits_for_a_bench_that_can(probes: Any, lock: Any) -> None:
    rows = tuple(
        row.model_copy(update={"endpoints": (*row.endpoints, CLASSIC)})
        for row in lock.ixit.com_mech
    )
    declared = lock.model_copy(update={"ixit": lock.ixit.model_copy(update={"com_mech": rows})})
    without = [each for each in Capability if each is not Capability.BLUETOOTH_CLASSIC]
    plan = planned(probes, declared, *without)
    blocked = {unit.id for unit in plan.units if "bluetooth-classic" in " ".join(unit.blocked)}
    assert {"5.1-3-2a", "5.5-1-2a", "5.5-4-2a", "5.5-5-2a", "5.5-5-2b", "5.6-1-2b"} <= blocked
