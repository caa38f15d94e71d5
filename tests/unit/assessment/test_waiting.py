"""Units whose probe is still to come: in the plan, in the survey, and in the verdict."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.assessment.planning import make_plan, survey_plan
from harness.config import load_dossier
from harness.interpret.registry import load_interpreters
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName, SampleId
from harness.model.plan import PlannedUnit, TestPlan
from harness.model.record import FirmwareReading
from harness.model.states import Capability, DeviceState, Impact
from harness.model.waiting import PROBES_TO_COME, waiting_for
from harness.plugin import judging
from harness.survey.registry import load_probes
from harness.testing.suites import suite_in

ROOT = Path(__file__).parents[3]
BENCH_NETWORK = {
    "5.3-2-2a", "5.3-2-2b", "5.3-6-2a", "5.3-10-1c", "5.3-15-2b", "5.3-15-2c", "5.3-15-2e",
    "5.7-2-2b", "5.9-1-2a", "5.9-1-2b", "5.9-2-2a", "5.9-2-2b", "5.9-3-2a", "5.11-1-2c",
}  # fmt: skip
SAMPLES = {SampleId("A"): frozenset(Capability), SampleId("B"): frozenset(Capability)}


@pytest.fixture(scope="module")
def suite() -> Any:
    return suite_in(ROOT / "test_suites" / "etsi_en_303_645")


@pytest.fixture(scope="module")
def probes() -> dict[ProbeName, ProbeDeclaration]:
    return {name: probe.declaration for name, probe in load_probes()[0].items()}


def planned(suite: Any, probes: Any) -> TestPlan:
    dossier = load_dossier(ROOT / "bench_configs" / "reference-router")
    return make_plan(
        suite.catalogue("2.1.1"), dossier, suite.units()[0], probes, (SAMPLES, Impact.DESTRUCTIVE)
    )


def waiting(plan: TestPlan) -> dict[str, PlannedUnit]:
    return {str(unit.id): unit for unit in plan.units if unit.waiting_for}


def test_exactly_what_has_an_interpreter_and_no_probe_is_to_come(probes: Any) -> None:
    assert set(PROBES_TO_COME) == set(load_interpreters()) - set(probes)


def test_these_units_need_a_probe_that_is_to_come(suite: Any) -> None:
    found = {
        str(declared.unit)
        for declared in suite.units()[0]
        if any(need.probe in PROBES_TO_COME for need in declared.facts)
    }
    assert found >= BENCH_NETWORK


def test_the_plan_says_what_a_unit_waits_for(suite: Any, probes: Any) -> None:
    found = waiting(planned(suite, probes))
    one = found["5.3-10-1c"]
    assert one.waiting_for == "the bench network: probe traffic, updates"
    assert one.reason == f"waits for {one.waiting_for}"
    assert "traffic: waits for the bench network" in one.blocked


def test_a_unit_that_does_not_apply_waits_for_nothing(suite: Any, probes: Any) -> None:
    plan = planned(suite, probes)
    unit = next(entry for entry in plan.units if entry.id == "5.3-6-2a")
    assert not unit.applicable
    assert unit.waiting_for is None


def test_nothing_waits_once_the_probes_are_there(suite: Any, probes: Any) -> None:
    made = {
        name: ProbeDeclaration(
            name=name,
            version=1,
            summary="made",
            capabilities=(),
            impact=Impact.GENTLE,
            timeout_s=1,
            estimate_s=1,
        )
        for name in PROBES_TO_COME
    }
    assert not waiting(planned(suite, {**probes, **made}))
    needs = [need for declared in suite.units()[0] for need in declared.facts]
    visits = survey_plan(needs, {**probes, **made}, tuple(SAMPLES)).visits
    assert DeviceState.UPDATED in {visit.state for visit in visits}


def test_no_visit_is_made_for_a_probe_that_is_to_come(suite: Any, probes: Any) -> None:
    needs = [need for declared in suite.units()[0] for need in declared.facts]
    visits = survey_plan(needs, probes, tuple(SAMPLES)).visits
    assert DeviceState.UPDATED not in {visit.state for visit in visits}
    assert not {name for visit in visits for name in visit.probes} & set(PROBES_TO_COME)


def test_what_probes_wait_for_is_said_once() -> None:
    names = [ProbeName(name) for name in ("updates", "ports", "traffic", "updates")]
    assert waiting_for(names) == "the bench network: probe traffic, updates"
    assert waiting_for([ProbeName("ports")]) == ""


def test_an_update_experiment_speaks_of_the_version_that_it_began_with(
    survey: Any, made: Any
) -> None:
    records = [entry for entry in survey.base().records if entry.key.probe == "updates"]
    versions = judging._versions(records)
    assert {*versions.values()} == {frozenset({"2.4.1"})}
    untold = made.record(made.updates(under_test=""), state=made.UPDATED)
    assert judging._versions([untold])[untold.key] == frozenset()


def test_the_visit_of_the_experiment_leaves_one_version_under_test(made: Any) -> None:
    def read(facts: Any, state: DeviceState, version: str) -> Any:
        reading = FirmwareReading(version=version, source="console", fact="f")
        record = made.record(facts, state=state)
        return replace(record, firmware_before=reading, firmware_after=reading)

    usual = read(made.ports(), made.IN, "2.4.1")
    after = read(made.late_ports(), made.UPDATED, "2.4.2")
    assert judging._one_firmware((usual, after)) == "2.4.1"
    assert judging._one_firmware((usual, read(made.late_ports(), made.IN, "2.4.2"))) == ""
