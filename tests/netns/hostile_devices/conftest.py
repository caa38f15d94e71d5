"""Pretests of every hostile device, made side by side, once for all tests and workers."""

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SCENE = Path(__file__).with_name("scene.py")
ADDRESS = "192.168.7.20"
TIMEOUT_S = 420
CONSOLES = {"bombs": "flooding", "papers": "never-ending", "speaking": "speaking"}
DEVICES = ("endless", "bombs", "papers", "speaking", "logins", "shifting")
FOR_PEOPLE = "speaking"
"""The pretest that prints for people; the others print JSON."""


@dataclass(frozen=True)
class Played:
    """How one pretest ended."""

    out: Path

    def __getattr__(self, name):
        return json.loads((self.out / "played.json").read_text(encoding="utf-8"))[name]

    @property
    def said(self):
        return (self.out / "stderr").read_bytes().decode()

    @property
    def document(self):
        return json.loads((self.out / "stdout").read_bytes())

    @property
    def folder(self):
        return self.out / "pretest"


def start(device, out):
    """Begin the pretest of one device in namespaces of its own."""
    out.mkdir(parents=True)
    console = CONSOLES.get(device, "none")
    command = [
        *(sys.executable, "-m", "harness.cli", "pretest", ADDRESS, "-o", str(out / "pretest")),
        *("--key", str(out / "key.pem"), "--udp", "53,69,161,1900,5353"),
        *(() if device == FOR_PEOPLE else ("--json",)),
        *(("--serial", "{console}") if console != "none" else ()),
    ]
    with (out / "stdout").open("wb") as stdout, (out / "stderr").open("wb") as stderr:
        return subprocess.Popen(
            [
                *("unshare", "-n", sys.executable, str(SCENE), device, console),
                *(str(out / "played.json"), "--", *command),
            ],
            stdout=stdout,
            stderr=stderr,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "200"},
        )


@pytest.fixture(scope="session")
def played(wires, private_bench, tmp_path_factory, worker_id):
    """Every device's pretest by name; the first worker makes them, the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "hostile-devices"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            running = [start(name, folder / name) for name in DEVICES]
            try:
                for process in running:
                    process.wait(TIMEOUT_S)
            finally:
                for process in running:
                    process.kill()
            (folder / "done").touch()
    return {name: Played(folder / name) for name in DEVICES}
