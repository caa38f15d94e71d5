"""The whole command on rootcanal: from the bench config to a bundle, and what can be done with it.

One run for all tests: of a lock with one flaw.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.encoding.btsnoop import read_packets
from harness.evidence.layers import MASK

pytestmark = [
    pytest.mark.netns,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("rootcanal") is None, reason="rootcanal runs on x86-64 Linux alone"
    ),
]
SCENE = Path(__file__).with_name("run_scene.py")
PRETENDED = ("legacy-pin", "short-key")
CAPTURE = "survey/A/1-initialised/bluetooth-classic/1/hci.btsnoop"
LINK_KEY_MADE, LINK_KEY_TOLD = b"\x04\x18\x17", b"\x01\x0b\x04\x16"
"""Events and commands that hold a link key after an address of six bytes."""


@pytest.fixture(scope="module")
def told(in_namespace_once):
    """What the run printed of its units, and where it is."""
    return in_namespace_once(SCENE, "unauthenticated-link-key")


@pytest.fixture(scope="module")
def run(told):
    return Path(told["work"]) / "run"


def command(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout


def keys_in(capture):
    """The link keys of a capture."""
    packets = (packet.data for packet in read_packets(capture.read_bytes()))
    starts = (LINK_KEY_MADE, LINK_KEY_TOLD)
    found = ((data, start) for data in packets for start in starts if data.startswith(start))
    return {data[len(start) + 6 :][:16] for data, start in found}


def test_a_flaw_fails_its_unit_alone(told) -> None:
    verdicts = {
        name.removeprefix("bluetooth-classic-"): unit["verdict"]
        for name, unit in told["units"].items()
    }
    assert verdicts == {
        "discoverable": "PASS",
        "legacy-pin": "INCONCLUSIVE",
        "no-secure-connections": "PASS",
        "open-service": "PASS",
        "pairing-without-user-action": "PASS",
        "short-key": "INCONCLUSIVE",
        "unauthenticated-pairing": "FAIL",
    }


def test_what_the_radio_pretends_is_said_everywhere(told, run) -> None:
    page = (run / "bundle/data/report/index.html").read_text("utf-8")
    plan = json.loads((run / "bundle/data/assessments/black-box@1/plan.json").read_bytes())
    planned = {unit["id"]: unit["reason"] for unit in plan["units"]}
    for name in PRETENDED:
        unit = f"bluetooth-classic-{name}"
        assert "not testable on this bench" in told["units"][unit]["reason"]
        assert planned[unit].startswith("not testable on this bench: its radio only pretends")
        part = page.partition(f"Test case {unit} (functional)")[2].partition('<div class="case">')[
            0
        ]
        assert "not testable on this bench" in part


def test_replay_gives_the_same_verdicts(run) -> None:
    code, said = command("harness.cli", "replay", run / "run", "--json")
    assert code == 0
    assert json.loads(said)["differences"] == []


def test_a_reader_recomputes_them_from_the_twins(run) -> None:
    code, said = command(
        "harness.verify.command", run / "bundle", "--trust", run / "signing-key.pub.pem",
        "--purpose", "pretest", "--partial", "--recompute", "--json",
    )  # fmt: skip
    assert code == 0, said
    assert {step["outcome"] for step in json.loads(said)["steps"]} <= {"ok", "skipped"}


def test_no_key_leaves_the_laboratory(run, tmp_path) -> None:
    """This radio agrees on keys of zeros: other files cannot be searched for them."""
    raw, twin = run / "run" / CAPTURE, run / "bundle" / "data" / CAPTURE
    keys = keys_in(raw)
    assert keys
    assert keys_in(twin) == {MASK.encode() * 16}
    assert len(list(read_packets(raw.read_bytes()))) == len(list(read_packets(twin.read_bytes())))
    code, said = command(
        "harness.cli", "redact", run / "bundle", "-o", tmp_path / "public", "--run", run / "run"
    )
    assert code == 0, said
    assert keys_in(tmp_path / "public" / "data" / CAPTURE) == {MASK.encode() * 16}
