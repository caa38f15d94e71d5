"""Which keys a sample must show again, and when it may have made new ones."""

import pytest

from harness.encoding.canonical import canonical
from harness.encoding.tree import DirectoryTree
from harness.model.attestation import SignedDut
from harness.model.record import Interruption, SampleRecord, VisitRecord
from harness.model.states import DeviceState
from harness.verify.context import Context
from harness.verify.policy import DutDemand, Policy, TrustStore
from harness.verify.report import StepFailed
from harness.verify.steps.device import check_device

AT = "2026-11-21T08:15:30.000000Z"
STOP = Interruption(last_seen=AT, resumed=AT, state_confirmed=True)
SSH, TLS = "ssh tcp/22", "tls tcp/443"


class Predicate:
    """As much of a statement as the step reads."""

    dut = SignedDut(
        supplier="Acme",
        model="RR-1",
        hardware="A",
        firmware="2.4.1",
        samples=(SampleRecord(id="A", origin="supplier", serial="S1", mac="AA:BB:CC:00:11:22"),),
    )


@pytest.fixture
def check(tmp_path):
    """Checks what visits proved: (number, state, fingerprints of each attempt, interruptions)."""

    def go(*visits, dut=None, said=Predicate.dut):
        for number, state, attempts, stops in visits:
            folder = tmp_path / f"data/survey/A/{number}-{state.value}"
            for attempt, prints in enumerate(attempts, 1):
                place = folder / "identity" / str(attempt)
                place.mkdir(parents=True)
                document = {"schema": "certbench/facts-identity/1", "fingerprints": prints}
                (place / "facts.json").write_bytes(canonical(document))
            record = VisitRecord(
                sample="A",
                visit=f"{number}-{state.value}",
                state=state,
                entered_by="x",
                state_confirmed=True,
                started=AT,
                interruptions=stops,
            )
            (folder / "visit.json").write_bytes(record.to_bytes())
        context = Context(DirectoryTree(tmp_path), TrustStore(), Policy(dut=dut))
        context.predicate_read = Predicate()
        context.predicate_read.dut = said
        return check_device(context)

    return go


def visit(number, state, *attempts, stops=()):
    return number, state, attempts, stops


def test_the_same_keys_in_every_visit_are_counted(check):
    one = {SSH: "a", TLS: "b"}
    said = check(
        visit(1, DeviceState.INITIALISED, one, one), visit(2, DeviceState.OFFLINE, one, {SSH: "a"})
    )
    assert "keys seen again: 5" in said


def test_another_key_within_a_visit_is_another_device(check):
    with pytest.raises(StepFailed, match="E-DUT") as raised:
        check(visit(1, DeviceState.INITIALISED, {SSH: "a"}, {SSH: "b"}))
    assert SSH in raised.value.shown
    assert "1-initialised/2" in raised.value.shown


@pytest.mark.parametrize("state", [DeviceState.OFFLINE, DeviceState.MAKER_GONE])
def test_another_key_after_the_link_was_cut_is_another_device(check, state):
    with pytest.raises(StepFailed, match="E-DUT"):
        check(visit(1, DeviceState.INITIALISED, {TLS: "a"}), visit(2, state, {TLS: "b"}))


@pytest.mark.parametrize(
    "state",
    [
        DeviceState.INITIALISED,
        DeviceState.POWER_CYCLED,
        DeviceState.UPDATED,
        DeviceState.RESET,
    ],
)
def test_a_device_that_was_started_anew_may_have_made_new_keys(check, state):
    said = check(visit(1, DeviceState.AS_RECEIVED, {TLS: "a"}), visit(2, state, {TLS: "b"}))
    assert "keys seen again: 0" in said


def test_a_visit_in_which_the_bench_stopped_says_nothing(check):
    said = check(visit(1, DeviceState.INITIALISED, {TLS: "a"}, {TLS: "b"}, stops=(STOP,)))
    assert "keys seen again: 0" in said


def test_visits_are_compared_in_their_order(check):
    same = {TLS: "a"}
    said = check(
        visit(10, DeviceState.OFFLINE, {TLS: "b"}),
        visit(9, DeviceState.RESET, {TLS: "b"}),
        visit(2, DeviceState.OFFLINE, same),
        visit(1, DeviceState.INITIALISED, same),
    )
    assert "keys seen again: 2" in said


@pytest.mark.parametrize(
    ("demand", "names"),
    [
        (DutDemand(supplier="Other"), "supplier 'Acme'"),
        (DutDemand(model="RR-2"), "model 'RR-1'"),
        (DutDemand(hardware="B"), "hardware 'A'"),
        (DutDemand(firmware="2.4.2"), "firmware '2.4.1'"),
        (DutDemand(serials=frozenset({"S2"})), "S1"),
        (DutDemand(macs=frozenset({"aa:bb:cc:00:11:23"})), "aa:bb:cc:00:11:22"),
    ],
)
def test_another_device_than_the_one_asked_for_is_named(check, demand, names):
    with pytest.raises(StepFailed, match="E-DUT") as raised:
        check(dut=demand)
    assert names in raised.value.shown


def test_the_device_that_is_asked_for_is_accepted(check):
    wanted = DutDemand(
        "Acme", "RR-1", "A", "2.4.1", frozenset({"S1", "S2"}), frozenset({"aa:bb:cc:00:11:22"})
    )
    assert "names no device" not in check(dut=wanted)
    assert "names no device" in check()


@pytest.mark.parametrize(
    "demand",
    [DutDemand(serials=frozenset({"S1"})), DutDemand(macs=frozenset({"aa:bb:cc:00:11:22"}))],
)
def test_a_bundle_without_a_sample_is_about_none_that_is_asked_for(check, demand):
    with pytest.raises(StepFailed, match="no sample"):
        check(dut=demand, said=Predicate.dut.model_copy(update={"samples": ()}))
