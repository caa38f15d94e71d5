"""``python -m benchmarks.transparency_log [--record]``: a log of a million entries.

`make bench` measures it, too; alone it needs no network namespace and two minutes.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.measure import Measured, measure
from benchmarks.report import conclude, table
from harness.errors import BenchFault, CertbenchError

COUNT: Final = 1_000_000
BEGIN: Final = "<!-- log: written by `python -m benchmarks.transparency_log --record` -->"
END: Final = "<!-- end of log -->"
_TIMEOUT_S: Final = 1200


@dataclass(frozen=True)
class LogTimes:
    """Figures of the two steps (`benchmarks.log_worker`), each with its process's peak memory."""

    built: dict[str, Any]
    build: Measured
    used: dict[str, Any]
    use: Measured
    load: float


def run_log(count: int = COUNT) -> LogTimes:
    """Make a log of ``count`` entries in a temporary folder, use it, and remove it.

    Raises:
        BenchFault: a step failed, or took longer than twenty minutes.
    """
    with tempfile.TemporaryDirectory(prefix="certbench-log-") as folder:
        build, built = _step("build", folder, str(count))
        use, used = _step("use", folder)
    return LogTimes(built, build, used, use, os.getloadavg()[0])


def _step(*arguments: str) -> tuple[Measured, dict[str, Any]]:
    argv = [sys.executable, "-m", "benchmarks.log_worker", *arguments]
    measured = measure(argv, timeout_s=_TIMEOUT_S)
    if measured.code:
        raise BenchFault(f"{arguments[0]} ended with {measured.code}: {measured.said}")
    figures: dict[str, Any] = json.loads(measured.said.splitlines()[-1])
    return measured, figures


def log_tables(times: LogTimes) -> str:
    """What a log costs, as a table."""
    built, used = times.built, times.used
    rate = used["size"] / built["append_s"]
    rows = [
        ["append all, 65,536 at a time", f"{built['append_s']:.1f} s: {rate:,.0f} entries/s"],
        ["the hashes of that tree alone", f"{built['hashing_s']:.1f} s"],
        ["**append / bare hashing**", f"{built['append_s'] / built['hashing_s']:.1f}"],
        ["append one more", _ms(used["append_one_s"])],
        ["find a statement by its entry's hash", _ms(used["find_s"])],
        ["read every entry (a superseding statement, worst case)", _ms(used["search_s"])],
        ["prove one entry", f"{_ms(used['prove_s'])}; the proof has {used['proof_bytes']} bytes"],
        ["witness: consistency with five entries fewer", _ms(used["witness_s"])],
        ["check a proof: log and two witnesses", _ms(used["check_s"])],
        ["the three signatures of that check alone", _ms(used["signatures_s"])],
        ["**check / bare signatures**", f"{used['check_s'] / used['signatures_s']:.1f}"],
        ["peak memory while appending all", f"{times.build.peak_mib:.0f} MiB"],
        ["peak memory of everything else", f"{times.use.peak_mib:.0f} MiB"],
    ]
    cores = len(os.sched_getaffinity(0))
    noise = f"Other work on the machine: load {times.load:.1f} on {cores} cores at the end.\n"
    heads = [f"a log of {used['size']:,} entries", "measured"]
    return "\n".join([noise, *table(heads, rows), ""])


def log_complaints(times: LogTimes) -> list[str]:
    """What must not be: a proof that does not hold."""
    return [] if times.used["holds"] else ["the proof out of the large log does not hold"]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.2f} ms"


def main() -> int:
    """Measure and print; 1 if the proof does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transparency_log")
    parser.add_argument("--record", action="store_true", help="write the table into README.md")
    parser.add_argument("--count", type=int, default=COUNT, help="entries; a million")
    options = parser.parse_args()
    times = run_log(options.count)
    text, complaints = log_tables(times), log_complaints(times)
    return conclude(text, complaints, (BEGIN, END), write=options.record)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CertbenchError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
