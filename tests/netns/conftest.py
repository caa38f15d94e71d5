"""How a scene is played in a network namespace of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

UNSHARE = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
HERE = Path(__file__).parent


@pytest.fixture
def in_namespace(tmp_path):
    """Run a script alone with loopback, where scanning hurts nobody; the JSON it prints last."""
    return _player(tmp_path)


@pytest.fixture(scope="module")
def in_namespace_once(tmp_path_factory):
    """The same, with one folder for all tests of a module."""
    return _player(tmp_path_factory.mktemp("scene"))


def _player(folder):
    if subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs a network namespace: apt-get install util-linux iproute2")

    def run(script, *arguments):
        shell = 'ip link set lo up && exec "$@"'
        command = [sys.executable, "-W", "ignore", str(script), str(folder), *arguments]
        done = subprocess.run(
            [*UNSHARE, "sh", "-c", shell, "sh", *command],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONPATH": str(HERE)},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run
