"""``python -m benchmarks.verify_speed [--record]``: verification of a bundle of a gigabyte.

Beside it stand bare hashing of the same files, which nobody can do without, bagit, openssl and
sha256sum. It needs no network, 3 GiB of disk and some minutes; the last line is the ratio.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.big_bundle import MIB, make_bundle
from benchmarks.measure import Measured, measure
from benchmarks.report import conclude, table
from benchmarks.verify_worker import ARCHIVE, BARE, FOLDER
from harness.encoding.tree import DirectoryTree
from harness.errors import BenchFault, CertbenchError
from harness.evidence.archive import write_zip

LEAST: Final = 0.9
MOST_MIB: Final = 200
BEGIN: Final = "<!-- verify: written by `python -m benchmarks.verify_speed --record` -->"
END: Final = "<!-- end of verify -->"
_TIMEOUT_S: Final = 1800


@dataclass(frozen=True)
class VerifyTimes:
    """Wall-clock and processor seconds of each task, round by round, and the command's memory."""

    files: int
    size_bytes: int
    rounds: dict[str, list[tuple[float, float]]]
    commands: dict[str, Measured]
    load: float

    def ratio(self, task: str, which: int = 0) -> float:
        """Bare hashing over ``task``, of wall-clock (0) or processor time (1): median of rounds."""
        pairs = zip(self.rounds[BARE], self.rounds[task], strict=True)
        return statistics.median(bare[which] / own[which] for bare, own in pairs)

    def median(self, task: str, which: int = 0) -> float:
        """Median seconds of a task."""
        return statistics.median(spent[which] for spent in self.rounds[task])

    def peak_mib(self) -> float:
        """Memory of the command, the larger of folder and zip."""
        return max(measured.peak_mib for measured in self.commands.values())


def run_verify(size_bytes: int, rounds: int) -> VerifyTimes:
    """Make a bundle, verify it as a folder and as a zip, and remove it.

    Raises:
        BenchFault: a step failed, or the bundle does not hold.
    """
    with tempfile.TemporaryDirectory(prefix="certbench-verify-") as name:
        folder = Path(name)
        bundle = make_bundle(folder, size_bytes)
        tree = DirectoryTree(bundle)
        write_zip(tree, folder / "bundle.zip")
        argv = [sys.executable, "-m", "benchmarks.verify_worker", name, str(rounds)]
        _checked([*argv, f"{name}/rounds.json"])
        commands = {
            FOLDER: _checked(_command(folder, "bundle")),
            ARCHIVE: _checked(_command(folder, "bundle.zip")),
        }
        names = tree.names()
        return VerifyTimes(
            files=len(names),
            size_bytes=sum(tree.size(each) for each in names),
            rounds=json.loads((folder / "rounds.json").read_text()),
            commands=commands,
            load=os.getloadavg()[0],
        )


def _command(folder: Path, name: str) -> list[str]:
    argv = [sys.executable, "-m", "harness.verify.command", str(folder / name)]
    return [*argv, "--trust", str(folder / "lab.pem"), "--purpose", "demo"]


def _checked(argv: list[str]) -> Measured:
    measured = measure(argv, timeout_s=_TIMEOUT_S)
    if measured.code:
        raise BenchFault(f"{argv[-1]} ended with {measured.code}: {measured.said}")
    return measured


def verify_tables(times: VerifyTimes) -> str:
    """Time of each task beside bare hashing, then memory."""
    rows = [
        [
            name,
            f"{times.median(name):.2f} s",
            f"{times.size_bytes / MIB / times.median(name):,.0f} MiB/s",
            f"{times.ratio(name):.2f}",
            f"{times.median(name, 1):.2f} s",
            f"{times.ratio(name, 1):.2f}",
        ]
        for name in times.rounds
    ]
    heads = ["task", "time", "speed", "bare / it", "processor time", "bare / it"]
    memory = [
        [name, f"{measured.wall_s:.2f} s", f"{measured.peak_mib:.0f} MiB", f"{MOST_MIB} MiB"]
        for name, measured in times.commands.items()
    ]
    rounds = len(times.rounds[BARE])
    about = (
        f"{times.files:,} files, {times.size_bytes / MIB:,.0f} MiB; medians of {rounds} rounds, "
        f"all tasks in each. Other work on the machine: load {times.load:.1f} on "
        f"{len(os.sched_getaffinity(0))} cores at the end.\n"
    )
    told = [*table(heads, rows), ""]
    told += table(["the whole command", "start to exit", "peak memory", "at most"], memory)
    return "\n".join([about, *told, ""])


def verify_complaints(times: VerifyTimes) -> list[str]:
    """One sentence for each figure beyond its bound."""
    found = []
    if times.ratio(FOLDER) < LEAST:
        found.append(f"verification is at {times.ratio(FOLDER):.2f} of bare hashing, not {LEAST}")
    if times.peak_mib() > MOST_MIB:
        found.append(f"verification held {times.peak_mib():.0f} MiB, more than {MOST_MIB}")
    return found


def main() -> int:
    """Measure and print; 1 if a figure is beyond its bound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verify_speed")
    parser.add_argument("--record", action="store_true", help="write the table into README.md")
    parser.add_argument("--mib", type=int, default=1024, help="size of the bundle; 1024")
    parser.add_argument("--rounds", type=int, default=7, help="rounds that count; 7")
    options = parser.parse_args()
    times = run_verify(options.mib * MIB, options.rounds)
    text, complaints = verify_tables(times), verify_complaints(times)
    ended = conclude(text, complaints, (BEGIN, END), write=options.record)
    print(f"verification / bare hashlib thread pool: {times.ratio(FOLDER):.2f} (at least {LEAST})")
    return ended


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CertbenchError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
