"""The lock, the air and the router's Bluetooth as processes, told by people who only watch."""

import json

import pytest

from harness.bench.assembly import assemble
from harness.bench.bluetooth_checks import bluetooth_checks
from harness.bench.checks import Health
from harness.cli.devices import reference_devices
from harness.facts.bluetooth import Access, Level
from harness.interpret.bluetooth.pairing import INTERPRETER as PAIRING_READER
from harness.interpret.identity import INTERPRETER as IDENTITY_READER
from harness.model.bench_config import BenchConfig
from harness.model.observation import Absent, Present
from harness.model.states import Capability, DeviceState
from harness.probes.bluetooth_pairing import PROBE as PAIRING
from harness.probes.identity import PROBE as IDENTITY

pytestmark = pytest.mark.loopback
WIFI_NAME = "a1b30001-5c1e-4d3f-9a7b-6f0d2c8e1b44"


def test_a_lock_goes_through_its_states(lock):
    ready, control = lock()
    assert ready["bluetooth"]["name"] == "Lock"
    assert control.state() == "as-received"
    control.request("initialise", password="anything")
    assert control.state() == "initialised"
    control.request("forget-bonds")
    assert control.state() == "initialised"
    control.request("reset")
    assert control.state() == "as-received"


def test_a_lock_is_updated(lock):
    _, control = lock()
    before = control.request("state")
    assert before["firmware"] == before["delivered"]
    control.request("firmware", version=before["next"])
    after = control.request("power-cycle")
    assert (after["firmware"], after["power"]) == (before["next"], "on")


def test_the_version_is_read_from_device_information(lock, trial):
    _, control = lock()
    ended = trial.run(IDENTITY, IDENTITY_READER)
    assert ended.facts.firmware == control.request("state")["firmware"]
    assert ended.facts.source == "bluetooth device information"
    assert isinstance(ended.facts.seen, Present)


def test_a_lock_without_a_revision_states_no_version(lock, trial):
    lock("no-firmware-revision")
    facts = trial.run(IDENTITY, IDENTITY_READER).facts
    assert facts.firmware == ""
    assert facts.not_examined[0].target == "bluetooth"


def test_flaws_of_no_lock_are_refused(start, air, tmp_path):
    named = ("--sample", "A", "--transport", air, "--work", str(tmp_path))
    with start("lock", *named, "--flaw", "telnet-login") as said:
        assert said == b""


def test_a_lock_without_an_air_says_so(start, tmp_path):
    named = ("--sample", "A", "--transport", "tcp-client:127.0.0.1:9", "--work", str(tmp_path))
    with start("lock", *named) as said:
        assert said == b""


def test_the_router_shows_its_wifi_to_its_owner_alone(start, air, trial, hands, tmp_path):
    from harness.bench.reference_control import ReferenceControl

    options = ("--sample", "A", "--address", "127.66.1.7", "--port-offset", "21000", "--fast")
    with start("router", *options, "--work", str(tmp_path / "w"), "--transport", air) as said:
        ready = json.loads(said)
        trial.hands = hands(ReferenceControl(ready["control"]))
        match = ready["bluetooth"]["name"]
        facts = trial.run(PAIRING, PAIRING_READER, name=match).facts
    assert isinstance(facts.control, Present)
    for name in ("outside_mode", "over_bond", "legacy", "unauthenticated", "short_key"):
        assert isinstance(getattr(facts, name), Absent), name
    (wifi,) = (each for each in facts.characteristics if each.uuid == WIFI_NAME)
    by_level = {row.level: row.read for row in wifi.table}
    assert by_level[Level.OPEN] is Access.REFUSED
    assert by_level[Level.SECURE_CONNECTIONS] is Access.GRANTED


def test_a_bench_config_starts_air_and_lock_and_is_wired():
    config = BenchConfig.model_validate(
        {
            "bench": {"name": "b", "scope": ["127.0.0.0/8"]},
            "sample": [
                {
                    "id": "A",
                    "reference": {"device": "lock"},
                    "bluetooth": {
                        "transport": "tcp-client:127.0.0.1:0",
                        "radio": "bumble-link",
                        "name": "Lock",
                    },
                }
            ],
        }
    )
    with reference_devices(config) as wired:
        (sample,) = wired.config.sample
        assert sample.bluetooth.transport not in {"", "tcp-client:127.0.0.1:0"}
        assert sample.serial == wired.ready["A"]["serial"]
        assert wired.logins["A"][0] is None
        bench = assemble(wired.config, controls=wired.controls, logins=wired.logins)
        (links,) = bench.samples()
        assert bench.kind == "loopback"
        assert links.capabilities == {Capability.BLUETOOTH, Capability.POWER}
        assert links.states.enter(DeviceState.INITIALISED)
        heard = [c for c in bluetooth_checks("A", sample.bluetooth, own=True) if c.name == "sample"]
        assert heard[0].health is Health.OK
