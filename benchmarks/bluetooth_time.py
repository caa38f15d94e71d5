"""How long a full survey of the reference lock over Bluetooth LE takes, and what takes the time.

``python -m benchmarks.bluetooth_time [--record]``: the lock on the virtual radio, ten complete
pairings and more that are refused, the level table of every value, malformed units.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import Measured
from benchmarks.report import conclude, table
from benchmarks.survey_time import SurveyTimes, run_survey
from harness.bench.namespace import enter_private_namespace
from harness.errors import CertbenchError

LOCK: Final = Path("bench_configs/reference-lock")
MOST_S: Final = 12.0
"""For one visit of the lock, with both readings of its version, on two cores."""
BEGIN: Final = "<!-- bluetooth: written by `python -m benchmarks.bluetooth_time --record` -->"
END: Final = "<!-- end of bluetooth -->"
_NOTHING_S: Final = 0.05
"""What it takes to note that a bench has no network."""
_FULL: Final = "bluetooth-pairing"


@dataclass(frozen=True)
class AirTimes:
    """The visit of a lock's survey in which the Bluetooth probes ran; seconds.

    Attributes:
        visit_s: the whole visit.
        parts: what each probe took.
    """

    visit_s: float
    parts: dict[str, float]

    @property
    def is_short_enough(self) -> bool:
        """Within the bound."""
        return self.visit_s <= MOST_S


def air_times(times: SurveyTimes) -> AirTimes:
    """The visit in which everything was tried; a visit without it counts for nothing."""
    stay = next(stay for stay in times.stays if _FULL in stay.durations)
    parts = {str(name): spent for name, spent in stay.durations.items() if spent > _NOTHING_S}
    return AirTimes(stay.visit_s, {**parts, "identity, before and after": stay.identity_s})


def run_lock() -> tuple[Measured, AirTimes]:
    """Survey the reference lock.

    Raises:
        BenchFault: the survey did not come to its end.
    """
    with tempfile.TemporaryDirectory(prefix="certbench-bench-") as folder:
        measured, times = run_survey(LOCK, Path(folder) / "run")
    return measured, air_times(times)


def air_tables(measured: Measured, times: AirTimes) -> str:
    """The figure and its parts."""
    rows = [["**full survey over Bluetooth LE**", f"{times.visit_s:.1f} s", f"{MOST_S:.0f} s"]]
    rows += [[name, f"{spent:.1f} s", ""] for name, spent in sorted(times.parts.items())]
    rows.append(["the whole command, with start and plan", f"{measured.wall_s:.1f} s", ""])
    load, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    noise = f"Other work on the machine: load {load:.1f} on {cores} cores at the end.\n"
    return "\n".join([noise, *table(["the reference lock", "measured", "at most"], rows), ""])


def air_complaints(times: AirTimes) -> list[str]:
    """What must not be: a survey that takes longer than it may."""
    if times.is_short_enough:
        return []
    slowest = max(times.parts, key=lambda name: times.parts[name])
    above = f"took {times.visit_s:.1f} s, above {MOST_S:.0f} s"
    return [f"the survey over Bluetooth {above}; {slowest} took longest"]


def main() -> int:
    """Measure and print; 1 if it took too long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bluetooth_time")
    parser.add_argument("--record", action="store_true", help="write the table into README.md")
    options = parser.parse_args()
    enter_private_namespace([sys.executable, "-m", "benchmarks.bluetooth_time", *sys.argv[1:]])
    measured, times = run_lock()
    text, complaints = air_tables(measured, times), air_complaints(times)
    return conclude(text, complaints, (BEGIN, END), write=options.record)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CertbenchError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
