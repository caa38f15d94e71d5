"""Plays the scenes of this folder."""

import subprocess
import sys

import pytest


@pytest.fixture
def play(wires):
    """Play one scene of a script in a namespace of its own; it says so when it went well."""

    def run(script, scene):
        played = subprocess.run(
            ["unshare", "-n", sys.executable, "-W", "error", str(script), scene],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert played.stdout == "played\n", played.stderr

    return run
