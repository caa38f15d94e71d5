"""A reference router really enters each state of its life."""

import socket

import pytest

from harness.bench.protocols import Login
from harness.bench.reference_control import ReferenceControl, ReferenceStates
from harness.errors import BenchFault
from harness.model.life import LIFE
from harness.model.states import DeviceState, Means

pytestmark = pytest.mark.loopback


def reachable(address, port):
    try:
        socket.create_connection((address, port), 3).close()
    except OSError:
        return False
    return True


def test_a_life_from_the_box_to_the_update(start):
    sample = start(extra=("--maker-site", "127.77.200.9"))
    maker = sample.ready["maker"]
    states = ReferenceStates(ReferenceControl(sample.ready["control"]), Login("admin", "Long-Pw-7"))
    seen = {}
    for state in LIFE:
        assert states.means(state) is Means.SCRIPT
        assert states.enter(state), state
        sample.wait_for_power("on")
        told = sample.order("state")
        seen[state] = (
            told["state"],
            told["firmware"],
            reachable(sample.address, sample.port("https")),
            reachable(maker["address"], maker["port"]),
        )
    assert seen == {
        DeviceState.AS_RECEIVED: ("as-received", "2.4.1", True, True),
        DeviceState.INITIALISED: ("initialised", "2.4.1", True, True),
        DeviceState.OFFLINE: ("initialised", "2.4.1", False, True),
        DeviceState.MAKER_GONE: ("initialised", "2.4.1", True, False),
        DeviceState.POWER_CYCLED: ("initialised", "2.4.1", True, True),
        DeviceState.RESET: ("as-received", "2.4.1", True, True),
        DeviceState.UPDATED: ("initialised", "2.4.2", True, True),
    }
    assert states.enter(DeviceState.UPDATED)  # again, after a crash of the bench
    assert sample.order("state")["firmware"] == "2.4.2"


def test_a_device_without_a_maker_cannot_lose_it(start):
    sample = start()
    states = ReferenceStates(ReferenceControl(sample.ready["control"]), Login("admin", "Long-Pw-7"))
    with pytest.raises(BenchFault, match="no site of the maker"):
        states.enter(DeviceState.MAKER_GONE)
