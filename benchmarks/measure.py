"""Time and memory of programs, each measured as an outsider sees it: from start to exit."""

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.bench.namespace import MARKER
from harness.bench.runner import run_tool
from harness.errors import BenchFault

_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_KIB_A_MIB: Final = 1024


@dataclass(frozen=True)
class Measured:
    """One program, run one or more times.

    Attributes:
        wall_s: seconds from start to exit; the median of all rounds.
        peak_mib: resident memory of its largest process; the highest of all rounds.
        code: exit code of the last round.
        said: the end of what it wrote in the last round.
    """

    wall_s: float
    peak_mib: float
    rounds: int
    code: int
    said: str


def measure(
    argv: Sequence[str],
    *,
    timeout_s: float,
    rounds: int = 1,
    before: Callable[[], None] = lambda: None,
) -> Measured:
    """Run a program ``rounds`` times, one after another; ``before`` each round clears the ground.

    Raises:
        BenchFault: it did not end within ``timeout_s``, or could not be started.
    """
    walls, peaks, code, said = [], [], 0, ""
    for _ in range(rounds):
        before()
        wall_s, peak_mib, code, said = _once(argv, timeout_s)
        walls.append(wall_s)
        peaks.append(peak_mib)
    return Measured(statistics.median(walls), max(peaks), rounds, code, said)


def _once(argv: Sequence[str], timeout_s: float) -> tuple[float, float, int, str]:
    # -I -S keeps the launcher small, which is the floor of every measurement: about 9 MiB.
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(result)]
        run = run_tool(
            [*launcher, *argv],
            timeout_s=timeout_s,
            environment={MARKER: os.environ.get(MARKER, ""), "TERM": "dumb"},
        )
        said = (run.stdout + run.stderr).decode(errors="replace")[-2000:].strip()
        if run.timed_out:
            raise BenchFault(f"{argv[0]} did not end within {timeout_s:g} s: {said}")
        if not result.exists():
            raise BenchFault(f"{argv[0]} could not be run: {said}")
        found = json.loads(result.read_text())
    return found["wall_s"], found["peak_kib"] / _KIB_A_MIB, run.returncode, said
