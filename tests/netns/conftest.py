"""What tests in network namespaces need, and how a scene is played in one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNSHARE = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def wires():
    """Skips where no wires can be laid between network namespaces."""
    if os.geteuid() != 0:
        pytest.skip("needs root for network namespaces")
    missing = [name for name in ("ip", "unshare", "nsenter") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: apt-get install iproute2 util-linux")


@pytest.fixture
def in_namespace(tmp_path):
    """Run a script alone with loopback, where scanning hurts nobody; the JSON it prints last."""
    if subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs a network namespace: apt-get install util-linux iproute2")

    def run(script, *arguments):
        shell = 'ip link set lo up && exec "$@"'
        command = [sys.executable, "-W", "ignore", str(script), str(tmp_path), *arguments]
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
