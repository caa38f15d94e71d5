"""Port scan, login trials and pretests as Markdown tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from benchmarks.measure import Measured
from benchmarks.network_peers import Run
from benchmarks.pretest_time import BOUNDS_S
from benchmarks.report import OURS, table

_HEADS: Final = ("task", "tool", "time", "x certbench", "peak memory", "x certbench", "outcome")


def network_tables(runs: Sequence[Run], versions: Mapping[str, str]) -> str:
    """Every run, with time and memory as ratios to ours at the same task."""
    ours = {run.task: run.measured for run in runs if run.tool == OURS}
    peers = ", ".join(f"{name} {version}" for name, version in versions.items()) or "no peer"
    return "\n".join(
        [
            f"{peers}. The device with twelve services, and one with none.",
            "",
            *table(_HEADS, (_row(run, ours) for run in runs if run.task not in _BOUNDS)),
            "",
            *table(("task", "time", "at most", "", "peak memory", "outcome"), _bounded(runs)),
            "",
        ]
    )


_BOUNDS: Final = {f"pretest, {name}": bound_s for name, bound_s in BOUNDS_S.items()}


def _row(run: Run, ours: Mapping[str, Measured]) -> list[str]:
    base = ours.get(run.task)
    own = run.measured
    return [
        run.task,
        run.tool,
        f"{own.wall_s:.1f} s",
        f"{own.wall_s / base.wall_s:.1f}" if base else "",
        f"{own.peak_mib:.0f} MiB",
        f"{own.peak_mib / base.peak_mib:.2f}" if base else "",
        run.outcome,
    ]


def _bounded(runs: Sequence[Run]) -> Iterator[list[str]]:
    for run in runs:
        if run.task in _BOUNDS:
            own, most_s = run.measured, _BOUNDS[run.task]
            kept = "ok" if own.wall_s <= most_s else "**ABOVE**"
            memory = f"{own.peak_mib:.0f} MiB"
            yield [run.task, f"{own.wall_s:.1f} s", f"{most_s:.0f} s", kept, memory, run.outcome]


def network_complaints(runs: Sequence[Run]) -> list[str]:
    """One sentence for each of our runs that came out wrong or took too long."""
    found = []
    for run in runs:
        if run.tool == OURS and not run.right:
            found.append(f"{run.task}: the outcome is wrong: {run.outcome}")
        most_s = _BOUNDS.get(run.task)
        if most_s is not None and run.measured.wall_s > most_s:
            found.append(f"{run.task} took {run.measured.wall_s:.1f} s, above {most_s:.0f} s")
    return found
