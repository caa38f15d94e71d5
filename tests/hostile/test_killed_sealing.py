"""kill -9 at any moment of sealing leaves no bundle or a whole one; sealing again ends the work."""

import os
import random  # noqa: TID251  (seeded, printed)
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.encoding.tree import read
from harness.evidence.archive import open_bundle
from harness.model.states import Purpose
from harness.trust.keys import parse_public_keys
from harness.verify.bundle import verify_bundle
from harness.verify.policy import Policy, TrustStore

SCENE = Path(__file__).with_name("sealing_scene.py")
KILLS = 8
CAPTURES, CAPTURE_BYTES = 400, 20_000
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base(tmp_path_factory, maker):
    """A run with many captures, to be sealed; its first bundle is not looked at."""
    folder = tmp_path_factory.mktemp("base")
    maker.make(folder, purpose=Purpose.DEMO)
    attempt = next(folder.glob("twin/*/*/*/*/attempt.json")).parent
    for number in range(CAPTURES):
        (attempt / f"{number}.bin").write_bytes(os.urandom(CAPTURE_BYTES))
    return folder


def start(base, target):
    argv = [sys.executable, str(SCENE), str(base), str(target)]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begin\n"
    return process


def holds(base, path):
    trust = TrustStore(parse_public_keys((base / "bundle/evb/signer.pem").read_bytes(), "key"))
    report = verify_bundle(open_bundle(path), trust, Policy(purposes=frozenset({Purpose.DEMO})))
    assert report.ok, [step for step in report.steps if step.code]


def content(path):
    tree = open_bundle(path)
    return {name: read(tree, name) for name in tree.names()}


def look(base, target):
    """What there is after a kill; whatever has its name is whole."""
    bundle, key = target / "bundle", target / "signing-key.pub.pem"
    archives = list(target.glob("evb-*.zip"))
    if key.exists():
        assert key.read_bytes() == (base / "bundle/evb/signer.pem").read_bytes()
        assert archives
    for archive in archives:
        assert bundle.exists()
        assert content(archive) == content(bundle)
    if not bundle.exists():
        return "old"
    holds(base, bundle)
    return "key" if key.exists() else "zip" if archives else "bundle"


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_state(base, tmp_path):
    seed = int(os.environ.get("CERTBENCH_SEED") or secrets.randbelow(2**31))
    sys.stdout.write(f"\nCERTBENCH_SEED={seed}\n")
    drawn = random.Random(seed)
    (tmp_path / "unkilled").mkdir()
    began = time.monotonic()
    with start(base, tmp_path / "unkilled") as process:
        assert "done" in process.stdout.read()
    longest_s = time.monotonic() - began
    wanted = content(tmp_path / "unkilled" / "bundle")
    seen, target = [], tmp_path / "target"
    delays_s = [0.0, *(drawn.uniform(0, longest_s) for _ in range(KILLS))]
    for kill, delay_s in enumerate(delays_s):
        if kill % 2 == 0:  # Else the sealing goes on from what the last kill left.
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
        with start(base, target) as process:
            time.sleep(delay_s)
            process.send_signal(signal.SIGKILL)
        seen.append((look(base, target), process.returncode == -signal.SIGKILL))
        if (target / "bundle").exists():
            assert content(target / "bundle") == wanted
    sys.stdout.write(f"{seen}\n")
    assert sum(killed for _, killed in seen) > 1, "sealing was too fast to be killed"
    with start(base, target) as process:
        assert "done" in process.stdout.read()
    assert process.returncode == 0
    assert look(base, target) == "key"
    assert content(target / "bundle") == wanted, "sealing again gave another bundle"
    assert not list(target.glob(".*")), "something half-made was left"
