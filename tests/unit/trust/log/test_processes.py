"""kill -9 at any moment leaves the old log or the new one; two writers do not harm each other."""

import os
import random  # noqa: TID251  (seeded, printed)
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.trust.log import store
from harness.trust.log.keys import create_ed25519
from harness.trust.log.note import KeyKind, NoteSigner, parse_note, verify_note

APPENDER = Path(__file__).with_name("appender.py")
KILLS = 30
LONGEST_S = 0.4
pytestmark = pytest.mark.slow


@pytest.fixture
def scene(tmp_path):
    """An empty log and the file of its key."""
    key = tmp_path / "log.pem"
    signer = NoteSigner("log.example.org/test", KeyKind.LOG, create_ed25519(key))
    store.create_log(tmp_path / "log", signer)
    return tmp_path / "log", key, signer


def start(scene, name, *more):
    folder, key, _ = scene
    argv = [sys.executable, str(APPENDER), str(folder), str(key), name, *map(str, more)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_log(scene, audit):
    seed = int(os.environ.get("CERTBENCH_SEED") or secrets.randbelow(2**31))
    sys.stdout.write(f"\nCERTBENCH_SEED={seed}\n")
    drawn = random.Random(seed)
    folder, _, signer = scene
    middle, before = 0, []
    for kill in range(KILLS):
        with start(scene, f"kill {kill}", seed + kill) as process:
            first = process.stdout.readline()
            time.sleep(drawn.uniform(0, LONGEST_S))
            process.send_signal(signal.SIGKILL)
            said = [first, *process.stdout.read().splitlines()]
        done = max([int(line.split()[1]) for line in said if line.startswith("done")] or [0])
        begun = [line.split() for line in said if line.startswith("begin")]
        possible = {done} | {int(at) + int(count) for _, at, count in begun if int(at) == done}
        entries = audit(folder)
        assert verify_note(parse_note((folder / "checkpoint").read_bytes()), [signer.key])
        assert entries[: len(before)] == before
        new = entries[len(before) :]
        assert len(new) in possible, f"kill {kill}: {len(new)} new, {possible} possible"
        assert [entry.decode().rsplit(" ", 1)[0] for entry in new] == [
            f"kill {kill} {number}" for number in range(len(new))
        ]
        middle += len(possible) == 2
        before = entries
    sys.stdout.write(f"{len(before)} entries, {middle} of {KILLS} kills inside an append\n")
    assert middle >= KILLS // 2
    assert store.append(folder, signer, [b"after"]).places == (len(before),)
    assert audit(folder) == [*before, b"after"]


def test_two_writers_take_turns(scene, audit):
    writers = [start(scene, name, 7, 12) for name in ("left", "right")]
    for writer in writers:
        with writer:
            writer.communicate(timeout=120)
        assert writer.returncode == 0
    entries = [entry.decode().split() for entry in audit(scene[0])]
    numbers = {name: [int(n) for who, n, _ in entries if who == name] for name in ("left", "right")}
    assert numbers["left"] == numbers["right"] == list(range(len(entries) // 2))
