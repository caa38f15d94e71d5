"""The state machine of samples: which ways there are, and who can go them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.life import LIFE, WAYS, rank, refusal
from harness.model.states import DeviceState, Means

STATES = st.sampled_from(LIFE)


def lived(*states):
    """The visits of a sample that was in these states."""
    return [(f"{number}-{state.value}", state) for number, state in enumerate(states, 1)]


def test_every_state_that_can_be_planned_has_its_place_and_a_way_that_leads_to_it():
    assert {*LIFE, DeviceState.UNKNOWN} == {*DeviceState}
    assert {way.target for way in WAYS} == {*LIFE}
    assert rank(DeviceState.UNKNOWN) > max(rank(state) for state in LIFE)


def test_what_cannot_be_undone_comes_last():
    assert LIFE[0] is DeviceState.AS_RECEIVED
    assert LIFE[-2:] == (DeviceState.RESET, DeviceState.UPDATED)


@given(STATES, st.sampled_from(Means))
def test_out_of_the_box_every_way_is_open(state, means):
    assert refusal([], state, means) == ""


@given(st.lists(STATES, min_size=1))
def test_nothing_makes_a_sample_as_received_again(states):
    why = refusal(lived(*states), DeviceState.AS_RECEIVED, Means.OPERATOR)
    left = [state for state in states if state is not DeviceState.AS_RECEIVED]
    assert bool(why) is bool(left)
    if left:
        assert why.startswith("as-received happens once, and was left with visit ")


@given(st.sets(STATES))
def test_a_life_in_order_is_never_refused_to_a_person_or_a_script(states):
    ordered = sorted(states, key=rank)
    for place, state in enumerate(ordered):
        for means in (Means.OPERATOR, Means.SCRIPT, Means.DECLARED):
            assert refusal(lived(*ordered[:place]), state, means) == ""


def test_only_a_person_brings_the_version_under_test_back():
    updated = lived(DeviceState.INITIALISED, DeviceState.UPDATED)
    assert refusal(updated, DeviceState.INITIALISED, Means.OPERATOR) == ""
    why = refusal(updated, DeviceState.INITIALISED, Means.SCRIPT)
    assert why == (
        "from updated to initialised a sample is brought by operator, and this bench has script"
    )


@pytest.mark.parametrize(
    ("state", "means"),
    [(DeviceState.OFFLINE, Means.NETWORK), (DeviceState.POWER_CYCLED, Means.POWER)],
)
def test_a_switch_does_what_it_switches_and_nothing_else(state, means):
    here = lived(DeviceState.INITIALISED)
    assert refusal(here, state, means) == ""
    assert "has " + means.value in refusal(here, DeviceState.INITIALISED, means)


def test_an_unknown_state_leads_nowhere():
    here = lived(DeviceState.UNKNOWN)
    assert refusal(here, DeviceState.RESET, Means.SCRIPT) == "no way leads from unknown to reset"
