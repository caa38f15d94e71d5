"""Rounds of verification and its peers in one process, one after the other; writes JSON.

``FOLDER ROUNDS OUT``: the folder that `benchmarks.verify_speed` made. Each round does everything
once, so that whatever else the machine does meets all alike.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from harness.errors import BenchFault
from harness.evidence.archive import open_bundle
from harness.model.states import Purpose
from harness.trust.keys import parse_public_keys
from harness.verify.bundle import verify_bundle
from harness.verify.policy import Policy, TrustStore

BARE: Final = "bare hashlib thread pool"
FOLDER: Final = "certbench-verify, folder"
ARCHIVE: Final = "certbench-verify, zip"


def main() -> None:
    """Do the rounds that the command line asks for."""
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    tasks = _tasks(folder)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            wall, work = time.perf_counter(), _work_s()
            task()
            spent = time.perf_counter() - wall, _work_s() - work
            if number:  # The first round only warms the page cache.
                found[name].append(spent)
    Path(sys.argv[3]).write_text(json.dumps(found))


def _tasks(folder: Path) -> dict[str, Callable[[], object]]:
    bundle, archive = folder / "bundle", folder / "bundle.zip"
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    names = [str(path) for path in files]
    return {
        BARE: lambda: _bare(files),
        FOLDER: lambda: _verify(folder, bundle),
        ARCHIVE: lambda: _verify(folder, archive),
        "bagit, as a library": lambda: _bagit(bundle),
        "openssl dgst -sha256": lambda: _run(["openssl", "dgst", "-sha256", *names], bundle),
        "sha256sum -c": lambda: _run(["sha256sum", "-c", "manifest-sha256.txt"], bundle),
    }


def _bare(files: list[Path]) -> list[bytes]:
    """What cannot be avoided: every byte through SHA-256, on all cores."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(_digest, files))


def _digest(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _verify(folder: Path, bundle: Path) -> None:
    trust = TrustStore(parse_public_keys((folder / "lab.pem").read_bytes(), "lab.pem"))
    policy = Policy(purposes=frozenset({Purpose.DEMO}))
    report = verify_bundle(open_bundle(bundle), trust, policy)
    if not report.ok:
        raise BenchFault(f"{bundle} does not hold: {[s.shown for s in report.steps if s.code]}")


def _bagit(bundle: Path) -> None:
    import bagit

    bagit.Bag(str(bundle)).validate(processes=1)


def _run(argv: list[str], folder: Path) -> None:
    subprocess.run(argv, cwd=folder, stdout=subprocess.DEVNULL, check=True)


def _work_s() -> float:
    """Seconds of processor time so far, of this process and of those that it ran."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
