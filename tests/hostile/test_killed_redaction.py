"""``kill -9`` while an edition is made: it is there whole, or not at all, and can be made again."""

import secrets
import subprocess
import sys
import time
from pathlib import Path
from random import Random  # noqa: TID251  (seeded, and the seed is printed)

import pytest

from harness.evidence.archive import open_bundle
from harness.verify.bundle import verify_bundle
from harness.verify.policy import TrustStore

pytestmark = pytest.mark.slow
SCENE = Path(__file__).with_name("redaction_scene.py")
ROUNDS = 10


def begun(bundle: Path, target: Path) -> subprocess.Popen[bytes]:
    """A process that has read its modules and is about to begin."""
    process = subprocess.Popen(
        [sys.executable, SCENE, bundle, target], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"begins\n"
    return process


def took(bundle: Path, target: Path) -> float:
    with begun(bundle, target) as process:
        start = time.monotonic()
        assert process.wait(timeout=120) == 0
        return time.monotonic() - start


def test_a_killed_redaction_leaves_a_whole_edition_or_none(made):
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # noqa: T201  (to try the same moments again)
    moments = Random(seed)
    base = made.bundle.parent
    trust = TrustStore((made.key.public,))
    whole = took(made.bundle, base / "whole")
    expected = (base / "whole.zip").read_bytes()
    target = base / "public"
    killed = 0
    for _ in range(ROUNDS):
        with begun(made.bundle, target) as process:
            time.sleep(moments.uniform(0, 1.1 * whole))
            process.kill()
            killed += process.wait(timeout=120) != 0
        for path in (target, base / "public.zip"):
            if path.exists():
                assert verify_bundle(open_bundle(path), trust).ok, (seed, path)
        if target.exists():
            target.rename(base / f"public-{secrets.token_hex(4)}")
    assert killed, "every edition was finished before its moment came"
    took(made.bundle, target)
    assert (base / "public.zip").read_bytes() == expected
    assert not list(base.glob(".public*"))
