"""Peripherals that hang up, fall silent, flood or are a crowd: nothing is decided, in good time."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.facts.bluetooth import Access
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

from .conftest import PERIPHERALS, Trial, process  # noqa: TID252  (tests are no package)

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
PAIRED = (
    "control", "outside_mode", "over_bond", "legacy", "unauthenticated", "short_key",
    "fixed_passkey", "unlimited", "wrong_key_accepted", "open_after_bond",
)  # fmt: skip


DOSSIER = Path(__file__).parents[3] / "bench_configs" / "reference-lock" / "dossier.toml"
CROWD = 500
NOTIFIED = bytes([0x1B, 0x03, 0x00]) + bytes(17)
FLOODED = 100
MOST_BYTES = 8 * 2**20


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


@pytest.mark.parametrize("phase", ["request", "public-key", "confirm", "encryption"])
def test_one_that_leaves_in_the_middle_of_a_pairing(peripheral, trial, useless_hands, phase):
    peripheral(f"leaves-{phase}")
    trial.hands = useless_hands
    ended = trial.run(PAIRING, PAIRING_READER, timeout_s=150.0)
    assert ended.reason == ""
    assert ended.took < 120
    assert not any(each.completed for each in ended.facts.tries)
    # To agree to something weak is enough; to have refused it, or to be limited, is not shown.
    agreed = {"outside_mode", "legacy", "short_key"} if phase != "request" else set()
    assert undecided(ended.facts) == set(PAIRED) - agreed
    assert all(isinstance(getattr(ended.facts, name), Present) for name in agreed)


@pytest.mark.parametrize("kind", ["hangs-up", "leaves-request"])
def test_to_hang_up_and_come_back_is_no_crash(peripheral, trial, kind):
    peripheral(kind)
    ended = trial.run(INPUT, INPUT_READER)
    assert isinstance(ended.facts.crash, Absent)
    assert ended.facts.sent == ended.facts.survived > 0
    assert ended.facts.culprit == ""


def test_one_that_floods_is_read_like_one_that_does_not(start, peripheral, trial, tmp_path):
    peripheral("floods")
    flooded = trial.run(PAIRING, PAIRING_READER)
    assert flooded.reason == ""
    assert flooded.took < 50
    assert flooded.facts.complete
    (capture,) = tmp_path.glob("trial/survey/**/hci.btsnoop")
    data = capture.read_bytes()
    assert data.count(NOTIFIED) >= FLOODED
    assert len(data) < MOST_BYTES
    with start("radio") as said:
        transport = f"tcp-client:127.0.0.1:{json.loads(said)['port']}"
        with process(str(PERIPHERALS), "calm", transport) as ready:
            assert ready == b"ready\n"
            quiet = Trial(transport, tmp_path / "calm").run(PAIRING, PAIRING_READER)
    for name in PAIRED:
        seen, expected = getattr(flooded.facts, name), getattr(quiet.facts, name)
        assert isinstance(seen, Unknown | type(expected)), name
        assert not isinstance(seen, Absent), name
    heard = {each for each in accesses(flooded.facts) if Access.SILENT not in each}
    assert heard <= accesses(quiet.facts)
    assert heard


def accesses(facts):
    """What was granted and refused, without where it stands in the capture."""
    return {
        (each.uuid, row.level, row.read, row.write)
        for each in facts.characteristics
        for row in each.table
    }


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
    assert not isinstance(ended.facts.trackable, Absent)
    met = trial.run(INPUT, INPUT_READER)
    assert met.took < 40
    assert not isinstance(met.facts.crash, Absent)


def test_the_sample_is_found_as_number_501_of_a_crowd(peripheral, trial):
    peripheral("crowd", "Crowd")
    peripheral("calm")  # it comes last
    trial.window_s = 12.0
    air = trial.run(AIR, AIR_READER).facts
    assert air.others == CROWD
    assert air.complete
    assert [each.name for each in air.advertisers] == ["Lock"]
    assert isinstance(air.heard, Present)
    assert isinstance(air.trackable, Present)  # one static address through the whole window
    met = trial.run(INPUT, INPUT_READER)
    assert isinstance(met.facts.crash, Absent)


def test_a_crowd_without_the_sample_is_not_the_sample(peripheral, trial):
    peripheral("crowd", "Crowd")
    air = trial.run(AIR, AIR_READER).facts
    assert air.others > MAX_ADVERTISERS
    assert air.advertisers == ()
    for observation in (air.heard, air.trackable, air.identifying):
        assert isinstance(observation, Unknown)


def test_the_next_one_is_met_as_if_nothing_had_been(lock, peripheral, trial, tmp_path):
    peripheral("floods")
    trial.run(INPUT, INPUT_READER)
    _, control = lock()
    assert control.request("state")["power"] == "on"
    log = (tmp_path / "lock" / "truth.jsonl").read_text()
    assert not any(json.loads(line)["kind"] == "crash" for line in log.splitlines())


BENCH = """
[bench]
name = "hostile"
scope = ["127.0.11.0/24"]
interface = "lo"

[[sample]]
id = "A"
hardware = "rev A"
state = "initialised"
bluetooth = {{ transport = "{air}", radio = "bumble-link", name = "Bad", window_s = 2 }}
"""
OF_PAIRINGS = {
    "bluetooth-fixed-passkey", "bluetooth-unlimited-passkeys", "bluetooth-legacy-pairing",
    "bluetooth-short-key", "bluetooth-pairing-without-user-action", "bluetooth-bond-overwrite",
    "bluetooth-unauthenticated-pairing", "bluetooth-key-not-checked",
}  # fmt: skip
INCONCLUSIVE = 3
FAILS = {
    "silent": {"bluetooth-address-tracking"},  # of all of them: one static address
    "hangs-up": {"bluetooth-address-tracking"},
    "floods": {"bluetooth-address-tracking", "bluetooth-pairing-without-user-action"},
}


@pytest.mark.parametrize(
    ("kind", "open_ones"),
    [
        ("silent", {*OF_PAIRINGS, "bluetooth-robustness"}),
        ("hangs-up", OF_PAIRINGS),
        ("floods", OF_PAIRINGS - {"bluetooth-pairing-without-user-action"}),
    ],
)
def test_the_command_ends_in_time_and_nobody_else_is_harmed(
    air, lock, peripheral, trial, tmp_path, kind, open_ones
):
    peripheral(kind, "Bad")
    lock(rotation="1")
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "bench.toml").write_text(BENCH.format(air=air))
    shutil.copy(DOSSIER, tmp_path / "bench")
    argv = [
        sys.executable, "-m", "harness.cli", "run", tmp_path / "bench", "-f", "black-box",
        "--only", "bluetooth", "--json", "-o", tmp_path / "out", "--key", tmp_path / "key.pem",
    ]  # fmt: skip
    run = subprocess.run(
        list(map(str, argv)), capture_output=True, text=True, timeout=240, check=False
    )
    assert run.stdout, run.stderr[-3000:]
    units = json.loads(run.stdout)["units"]
    assert {name: units[name]["verdict"] for name in open_ones} == dict.fromkeys(
        open_ones, "INCONCLUSIVE"
    )
    failed = {name for name, unit in units.items() if unit["verdict"] == "FAIL"}
    assert failed == FAILS[kind]
    assert run.returncode == INCONCLUSIVE
    survey = tmp_path / "out" / "run" / "survey"
    for probe in ("bluetooth-advertising", "bluetooth-pairing", "bluetooth-input"):
        (attempt,) = survey.glob(f"A/*/{probe}/1/attempt.json")
        assert json.loads(attempt.read_text())["outcome"] == "completed"
    assert isinstance(trial.run(INPUT, INPUT_READER).facts.crash, Absent)  # of the lock beside it
