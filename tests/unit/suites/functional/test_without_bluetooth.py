"""A dossier that does not speak of Bluetooth, on benches with an adapter and without one."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from harness.facts.bluetooth import BluetoothAdvertisingFacts, BluetoothPairingFacts
from harness.facts.store import FactBase, MissingFact
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.judgement import Verdict
from harness.model.record import AttemptOutcome
from harness.model.states import DeviceState

UNDECLARED = frozenset({"5.1-1-2a", "5.1-5-2a", "5.5-5-2b", "5.6-1-2b", "5.13-1-2c", "5.3-10-1c"})
"""Units that ask whether everything is declared: the sample has an update service."""
OPEN = frozenset({"5.6-2-2a"})
"""Nobody said what may be told there."""
PROBES = (BluetoothAdvertisingFacts.PROBE, BluetoothPairingFacts.PROBE)


@dataclass(frozen=True)
class Attempted:
    """A survey in which the Bluetooth probes gave nothing."""

    survey: Any
    outcome: AttemptOutcome

    def base(self) -> FactBase:
        missing = tuple(
            MissingFact(
                FactKey(probe=ProbeName(name), sample=SampleId("A"), visit=VisitId("2"), attempt=1),
                DeviceState.INITIALISED,
                self.outcome,
                "x",
            )
            for name in PROBES
        )
        return replace(self.survey.base(), missing=missing)


def changed(verdicts: dict[str, Verdict], before: dict[str, Verdict]) -> dict[str, Verdict]:
    return {unit: said for unit, said in verdicts.items() if said is not before[unit]}


def test_bluetooth_that_is_heard_and_not_declared_fails(survey: Any, air: Any, judge: Any) -> None:
    heard = survey.put(air.pairing()).put(air.advertising()).put(air.input())
    found = changed(judge(heard), judge(survey))
    assert found == {
        **dict.fromkeys(UNDECLARED, Verdict.FAIL),
        **dict.fromkeys(OPEN, Verdict.INCONCLUSIVE),
    }


def test_a_radio_alone_is_enough(survey: Any, air: Any, judge: Any) -> None:
    """Nothing but the names of the Bluetooth SIG is served, and nobody is authenticated."""
    beacon = air.pairing(characteristics=(air.model_number(),), tries=(air.attempt("just-works"),))
    found = changed(judge(survey.put(beacon).put(air.advertising())), judge(survey))
    assert {unit for unit, said in found.items() if said is Verdict.FAIL} == {
        "5.5-5-2b",
        "5.6-1-2b",
        "5.13-1-2c",
    }


def test_what_strangers_are_told_over_it_fails(
    survey: Any, air: Any, made: Any, judge: Any
) -> None:
    told = {"00002a25-0000-1000-8000-00805f9b34fb": "RR1-004711"}
    talks = survey.put(air.pairing(information=told)).put(air.advertising())
    assert judge(talks)["5.6-2-2a"] is Verdict.FAIL


@pytest.mark.parametrize("kind", ["silent", "failed"])
def test_a_look_in_vain_leaves_it_open(
    kind: str, survey: Any, air: Any, made: Any, judge: Any
) -> None:
    unknown = made.unknown()
    nothing = air.pairing(tries=(), characteristics=(), control=unknown, listed=unknown)
    surveys = {
        "silent": survey.put(nothing).put(air.advertising(advertisers=(), heard=unknown)),
        "failed": Attempted(survey, AttemptOutcome.FAILED),
    }
    found = changed(judge(surveys[kind]), judge(survey))
    assert found == dict.fromkeys(UNDECLARED | OPEN, Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("outcome", [AttemptOutcome.NOT_POSSIBLE, AttemptOutcome.NOT_ALLOWED])
def test_a_bench_that_cannot_look_changes_nothing(outcome: Any, survey: Any, judge: Any) -> None:
    assert judge(Attempted(survey, outcome)) == judge(survey)
