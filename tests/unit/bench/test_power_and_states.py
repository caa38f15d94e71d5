"""Power and states, by commands and by people."""

import pytest

from harness.bench.operator import AnswerScript, ScriptedAnswer, ScriptedOperator
from harness.bench.power import CommandPower, CommandSwitch, OperatorPower
from harness.bench.states import DeclaredState, OperatorStates, SwitchedStates
from harness.errors import BenchFault
from harness.model.states import DeviceState, Means


def answering(question, value, reason=""):
    row = ScriptedAnswer(question=question, value=value, reason=reason)
    return ScriptedOperator(AnswerScript(answer=(row,)))


def test_commands_run_off_then_on_without_a_shell(tmp_path):
    log = tmp_path / "log; touch hacked"
    off = ["sh", "-c", 'echo off >> "$0"', str(log)]
    CommandPower(off, ["sh", "-c", 'echo on >> "$0"', str(log)], pause_s=0).cycle()
    assert log.read_text() == "off\non\n"
    assert list(tmp_path.iterdir()) == [log]


def test_a_command_may_be_one_line(tmp_path):
    CommandPower([f"touch '{tmp_path}/off it'"], ["true"], pause_s=0).cycle()
    assert (tmp_path / "off it").exists()


@pytest.mark.parametrize(
    ("off", "says"),
    [
        (["sh", "-c", "echo broken >&2; exit 3"], "ended with 3: broken"),
        (["no-such-program-here"], "not installed"),
    ],
)
def test_a_command_that_fails_is_a_fault(off, says):
    with pytest.raises(BenchFault, match=says):
        CommandPower(off, ["true"], pause_s=0).cycle()


def test_an_empty_command_is_a_fault():
    with pytest.raises(BenchFault, match="empty"):
        CommandPower([], ["true"])


def test_a_person_cycles_the_power():
    OperatorPower(answering("bench-power-cycle", "done"), "A").cycle()


@pytest.mark.parametrize("operator", [answering("x", "y"), answering("bench-power-cycle", "2")])
def test_power_that_nobody_cycled_is_a_fault(operator):
    with pytest.raises(BenchFault, match="not power-cycled"):
        OperatorPower(operator, "A").cycle()


@pytest.mark.parametrize(("value", "confirmed"), [("done", True), ("done, not checked", False)])
def test_a_person_enters_and_confirms_a_state(value, confirmed):
    states = OperatorStates(answering("bench-enter-reset", value), "A")
    assert states.enter(DeviceState.RESET) is confirmed


def test_a_state_that_the_person_could_not_enter_is_a_fault_with_the_reason():
    states = OperatorStates(answering("bench-enter-reset", "not possible", "button broke"), "A")
    with pytest.raises(BenchFault, match="button broke"):
        states.enter(DeviceState.RESET)


def test_without_a_person_no_state_can_be_entered():
    with pytest.raises(BenchFault, match="nobody is at the bench"):
        DeclaredState("A", None).enter(DeviceState.AS_RECEIVED)


def test_a_declared_state_is_entered_unconfirmed_and_no_other():
    states = DeclaredState("A", DeviceState.INITIALISED)
    assert states.enter(DeviceState.INITIALISED) is False
    with pytest.raises(BenchFault, match="nobody is at the bench"):
        states.enter(DeviceState.AS_RECEIVED)


def logging_to(log, word):
    return ["sh", "-c", f'echo {word} >> "$0"', str(log)]


def test_switches_do_what_they_can_and_people_the_rest(tmp_path):
    log = tmp_path / "log"
    link = CommandSwitch(logging_to(log, "cut"), logging_to(log, "back"), "sample.link")
    power = CommandPower(logging_to(log, "off"), logging_to(log, "on"), pause_s=0)
    states = SwitchedStates(
        OperatorStates(answering("bench-enter-reset", "done"), "A"), power, link
    )
    wanted = [DeviceState.OFFLINE, DeviceState.POWER_CYCLED, DeviceState.RESET]
    assert [states.means(state) for state in wanted] == [
        Means.NETWORK,
        Means.POWER,
        Means.OPERATOR,
    ]
    assert [states.enter(state) for state in wanted] == [False, False, True]
    assert log.read_text().split() == ["cut", "back", "off", "on"]


def test_a_link_that_an_earlier_process_may_have_cut_is_restored_first(tmp_path):
    log = tmp_path / "log"
    link = CommandSwitch(logging_to(log, "cut"), logging_to(log, "back"), "sample.link")
    states = SwitchedStates(DeclaredState("A", DeviceState.INITIALISED), None, link)
    assert states.enter(DeviceState.INITIALISED) is False
    assert log.read_text().split() == ["back"]


def test_a_link_that_does_not_obey_is_a_fault_and_tried_again():
    link = CommandSwitch(["false"], ["true"], "sample.link")
    states = SwitchedStates(DeclaredState("A", None), None, link)
    for _ in range(2):
        with pytest.raises(BenchFault, match=r"command false of sample\.link ended with 1"):
            states.enter(DeviceState.OFFLINE)
