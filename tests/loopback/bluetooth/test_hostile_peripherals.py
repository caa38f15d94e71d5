"""Peripherals that hang up, fall silent, flood or are a crowd: nothing is decided, in good time."""

import json

import pytest

from harness.interpret.bluetooth.advertising import INTERPRETER as AIR_READER
from harness.interpret.bluetooth.advertising import MAX_ADVERTISERS
from harness.interpret.bluetooth.pairing import INTERPRETER as PAIRING_READER
from harness.interpret.bluetooth.robustness import INTERPRETER as INPUT_READER
from harness.interpret.identity import INTERPRETER as IDENTITY_READER
from harness.model.observation import Absent, Present, Unknown
from harness.probes.bluetooth_advertising import PROBE as AIR
from harness.probes.bluetooth_input import PROBE as INPUT
from harness.probes.bluetooth_pairing import PROBE as PAIRING
from harness.probes.identity import PROBE as IDENTITY

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
PAIRED = (
    "control", "outside_mode", "over_bond", "legacy", "unauthenticated", "short_key",
    "fixed_passkey", "unlimited", "wrong_key_accepted", "open_after_bond",
)  # fmt: skip


def undecided(facts):
    return {name for name in PAIRED if isinstance(getattr(facts, name), Unknown)}


def test_one_that_hangs_up_while_it_pairs(peripheral, trial, useless_hands):
    peripheral("hangs-up")
    trial.hands = useless_hands
    ended = trial.run(PAIRING, PAIRING_READER, timeout_s=90.0)
    assert ended.reason == ""
    assert undecided(ended.facts) == set(PAIRED)
    assert not any(each.completed for each in ended.facts.tries)
    assert any(each.uuid.startswith("a1b20001") for each in ended.facts.characteristics)


def test_one_that_answers_nothing(peripheral, trial, useless_hands):
    peripheral("silent")
    trial.hands = useless_hands
    ended = trial.run(PAIRING, PAIRING_READER, timeout_s=90.0)
    assert ended.reason == ""
    assert ended.took < 60
    assert undecided(ended.facts) == set(PAIRED)
    assert ended.facts.characteristics == ()


def test_silence_is_no_crash(peripheral, trial):
    peripheral("silent")
    ended = trial.run(INPUT, INPUT_READER)
    assert ended.facts.sent == 0
    assert isinstance(ended.facts.crash, Unknown)


def test_silence_tells_no_version(peripheral, trial):
    peripheral("silent")
    ended = trial.run(IDENTITY, IDENTITY_READER)
    assert ended.facts.firmware == ""
    assert isinstance(ended.facts.seen, Unknown)


def test_one_that_floods_is_read_all_the_same(peripheral, trial):
    peripheral("floods")
    ended = trial.run(PAIRING, PAIRING_READER)
    assert ended.reason == ""
    assert ended.took < 50
    assert not any(isinstance(getattr(ended.facts, name), Absent) for name in PAIRED)


def test_an_attempt_ends_when_its_time_is_up(peripheral, trial, useless_hands):
    peripheral("silent")
    trial.hands = useless_hands
    ended = trial.run(PAIRING, PAIRING_READER, timeout_s=6.0)
    assert "time" in ended.reason
    assert ended.took < 15
    assert not ended.facts.complete
    assert undecided(ended.facts) == set(PAIRED)


def test_one_that_is_a_crowd(peripheral, trial):
    peripheral("crowd")
    trial.window_s = 8.0
    ended = trial.run(AIR, AIR_READER)
    assert ended.reason == ""
    assert isinstance(ended.facts.heard, Present)
    assert len(ended.facts.advertisers) == MAX_ADVERTISERS
    met = trial.run(INPUT, INPUT_READER)
    assert met.took < 40
    assert not isinstance(met.facts.crash, Absent)


def test_the_next_one_is_met_as_if_nothing_had_been(lock, peripheral, trial, tmp_path):
    peripheral("floods")
    trial.run(INPUT, INPUT_READER)
    _, control = lock()
    assert control.request("state")["power"] == "on"
    log = (tmp_path / "lock" / "truth.jsonl").read_text()
    assert not any(json.loads(line)["kind"] == "crash" for line in log.splitlines())
