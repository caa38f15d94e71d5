"""Pretests of a device in a namespace of its own, each made once in a session."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SCENE = Path(__file__).with_name("scene.py")
ADDRESS = "192.168.7.20"
TIMEOUT_S = 240
WEAK = (
    "default-password", "telnet-login", "weak-tls-version", "expired-certificate", "verbose-banner",
    "unauthenticated-config",
)  # fmt: skip


@dataclass(frozen=True)
class Played:
    """How one command at the desk ended."""

    code: int
    stdout: str
    said: str
    out: Path

    @property
    def document(self):
        return json.loads(self.stdout)

    @property
    def findings(self):
        return {(entry["criterion"], entry["subject"]) for entry in self.document["findings"]}


class Desk:
    """Plays commands at the desk of the scene."""

    address = ADDRESS

    def __init__(self, folder):
        self.folder = folder
        self._number = 0

    def pretest(self, *options, scene=(), address=ADDRESS, environment=None):
        self._number += 1
        out = self.folder / f"out-{self._number}"
        command = [
            *(sys.executable, "-m", "harness.cli", "pretest", address, "-o", str(out)),
            *("--key", str(self.folder / "key.pem"), *map(str, options)),
        ]
        done = subprocess.run(
            ["unshare", "-n", sys.executable, "-W", "error", str(SCENE), *scene, "--", *command],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **(environment or {})},
        )
        said = " ".join(done.stderr.split())
        return Played(done.returncode, done.stdout, said, out)


@pytest.fixture(scope="session")
def desk(wires, private_bench, tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def hardened(desk):
    return desk.pretest()


@pytest.fixture(scope="session")
def weak(desk):
    flaws = [part for name in WEAK for part in ("--flaw", name)]
    return desk.pretest("--json", "--write-baseline", desk.folder / "new.toml", scene=flaws)


@pytest.fixture(scope="session")
def silent(desk):
    return desk.pretest(scene=("--silent",))
