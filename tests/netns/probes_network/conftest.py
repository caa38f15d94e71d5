"""Runs a piece of Python in a network namespace of its own, where scanning hurts nobody."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

UNSHARE = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]


@pytest.fixture
def in_namespace(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run a script with loopback up; the JSON object that it prints last."""
    if not shutil.which("nmap") or subprocess.run([*UNSHARE, "true"], check=False).returncode:
        pytest.skip("needs nmap and a network namespace: apt-get install nmap util-linux iproute2")

    def run(script: Path, *arguments: str) -> dict[str, Any]:
        shell = 'ip link set lo up && exec "$@"'
        command = [sys.executable, "-W", "ignore", str(script), str(tmp_path), *arguments]
        done = subprocess.run(
            [*UNSHARE, "sh", "-c", shell, "sh", *command],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run
