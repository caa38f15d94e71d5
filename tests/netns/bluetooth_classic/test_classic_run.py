"""The whole command on rootcanal: from the bench config to verdicts, and to the same ones again."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.netns,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("rootcanal") is None, reason="rootcanal runs on x86-64 Linux alone"
    ),
]
SCENE = Path(__file__).with_name("run_scene.py")


def test_a_flaw_fails_its_unit_and_replay_agrees(in_namespace) -> None:
    said = in_namespace(SCENE, "unauthenticated-link-key")
    verdicts = {
        name.removeprefix("bluetooth-classic-"): unit["verdict"]
        for name, unit in said["units"].items()
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
    for name in ("legacy-pin", "short-key"):
        assert "not testable on this bench" in said["units"][f"bluetooth-classic-{name}"]["reason"]
    assert said["replay"] == 0
