"""A bundle that the command really sealed, for programs of others to look at."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "bench_configs" / "reference-router"


@dataclass(frozen=True)
class Sealed:
    """What a run of the command left."""

    bundle: Path
    archive: Path
    public_key: Path

    def envelope(self, name="statement"):
        """A signed statement, as anybody's JSON reader gives it."""
        return json.loads((self.bundle / "evb" / f"{name}.dsse.json").read_bytes())


@pytest.fixture(scope="session")
def sealed(private_bench, tmp_path_factory):
    """A survey of the hardened router, judged and sealed; about a minute."""
    out = tmp_path_factory.mktemp("sealed") / "out"
    argv = [sys.executable, "-m", "harness.cli", "run", BENCH, "-f", "california-sb-327", "--json"]
    argv += ["--purpose", "demo", "-o", out, "--key", out.with_name("key.pem")]
    done = subprocess.run(
        list(map(str, argv)), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode in {0, 1, 3}, done.stderr[-3000:]
    (archive,) = out.glob("evb-*.zip")
    return Sealed(out / "bundle", archive, out / "signing-key.pub.pem")


@pytest.fixture
def tampered(sealed, tmp_path):
    """A copy in which one byte of a capture differs."""
    bundle = tmp_path / "bundle"
    shutil.copytree(sealed.bundle, bundle)
    victim = min(bundle.glob("data/survey/*/*/*/*/*.jsonl"))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    return Sealed(bundle, sealed.archive, sealed.public_key)
