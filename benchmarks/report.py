"""The measured figures as Markdown tables, for the terminal and for README.md."""

import os
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.findings import it_missed, only_it_found
from benchmarks.measure import Measured
from benchmarks.survey_time import MAX_TO_PATH, MAX_TO_SUM, Stay, SurveyTimes
from benchmarks.tls_peers import Comparison, Endpoint
from harness.errors import UsageError

OURS: Final = "certbench"
README: Final = Path(__file__).with_name("README.md")
BEGIN: Final = "<!-- measured: written by `python -m benchmarks --record` -->"
END: Final = "<!-- end of measured -->"


def environment() -> str:
    """Where it was measured; no name of the machine."""
    cores = len(os.sched_getaffinity(0))
    release = platform.release().partition("-")[0]
    return f"Python {platform.python_version()}, Linux {release}, {cores} cores.\n"


def survey_tables(measured: Measured, times: SurveyTimes) -> str:
    """The two ratios, and what they are made of."""
    figures = [
        ["survey time", f"{times.survey_s:.1f} s", "", ""],
        ["longest path of needs and locks", f"{times.longest_path_s:.1f} s", "", ""],
        ["sum of its probes", f"{times.sum_s:.1f} s", "", ""],
        _bounded("**survey time / longest path**", times.to_path, MAX_TO_PATH),
        _bounded("**survey time / sum of probes**", times.to_sum, MAX_TO_SUM),
        ["peak memory, largest process", f"{measured.peak_mib:.0f} MiB", "", ""],
    ]
    stays = [_stay_row(stay, times) for stay in times.stays]
    return "\n".join(
        [
            *table(["survey of two hardened samples", "measured", "at most", ""], figures),
            "",
            *table(
                ["visit", "transition", "longest path", "measured", "slowest probe", "its locks"],
                stays,
            ),
            "",
        ]
    )


def complaints(times: SurveyTimes) -> list[str]:
    """One sentence for each ratio above its bound: what to look at."""
    found = []
    if times.to_path > MAX_TO_PATH:
        worst = max(times.stays, key=lambda stay: stay.visit_s - stay.path_s(times.declarations))
        lost = worst.visit_s - worst.path_s(times.declarations)
        found.append(
            f"survey time / longest path is {times.to_path:.2f}, above {MAX_TO_PATH}: most time, "
            f"{lost:.1f} s, is lost in {worst.sample}/{worst.visit}, outside of its probes"
        )
    if times.to_sum > MAX_TO_SUM:
        stay = max(times.stays, key=lambda entry: entry.durations.get(entry.slowest, 0.0))
        share = stay.durations.get(stay.slowest, 0.0) / times.survey_s
        found.append(
            f"survey time / sum of probes is {times.to_sum:.2f}, above {MAX_TO_SUM}: "
            f"{stay.slowest} ({_locks(stay, times) or 'no lock'}) in {stay.sample}/{stay.visit} "
            f"alone takes {share:.0%} of the survey"
        )
    return found


def tls_tables(comparison: Comparison) -> str:
    """Time and memory, then findings, then what only one tool found."""
    tools = ", ".join(f"{name} {version}" for name, version in comparison.versions.items())
    mode = "everything that they check" if comparison.full else "versions, suites, certificate"
    times = [row for endpoint in comparison.endpoints for row in _time_rows(endpoint)]
    times += [
        ["all", name, f"could not be had: {why}", "", "", ""]
        for name, why in comparison.missing.items()
    ]
    found = [row for endpoint in comparison.endpoints for row in _finding_rows(endpoint)]
    heads = ["tcp/443", "tool", "time", "x certbench", "peak memory", "x certbench"]
    return "\n".join(
        [
            f"{tools}. Peers are asked for: {mode}.",
            "",
            *table(heads, times),
            "",
            *table([*heads[:2], "versions", "suites", "weak", "only it found", "it missed"], found),
            "",
        ]
    )


def conclude(text: str, complaints: Sequence[str], marks: tuple[str, str], *, write: bool) -> int:
    """Print tables and what is beyond its bound; with ``write``, into README.md too.

    Returns 1 if there are complaints. Raises UsageError if the marks are not there.
    """
    print(text)
    if write:
        record(f"{environment()}\n{text}", *marks)
    for sentence in complaints:
        print(f"benchmarks: {sentence}", file=sys.stderr)
    return 1 if complaints else 0


def record(text: str, first: str = BEGIN, last: str = END) -> None:
    """Put tables into README.md between two marks.

    Raises:
        UsageError: the marks are not there.
    """
    old = README.read_text()
    head, begin, rest = old.partition(first)
    _, end, tail = rest.partition(last)
    if not begin or not end:
        raise UsageError(f"{README}: the marks of the measured tables are missing")
    README.write_text(f"{head}{first}\n\n{text}\n{last}{tail}")


def _bounded(name: str, value: float, bound: float) -> list[str]:
    return [name, f"{value:.2f}", f"{bound}", "ok" if value <= bound else "**ABOVE**"]


def _stay_row(stay: Stay, times: SurveyTimes) -> list[str]:
    taken = stay.durations.get(stay.slowest, 0.0)
    return [
        f"{stay.sample}/{stay.visit}",
        f"{stay.transition_s:.2f} s",
        f"{stay.path_s(times.declarations):.1f} s",
        f"{stay.visit_s:.1f} s",
        f"{stay.slowest} {taken:.1f} s" if stay.slowest else "none",
        _locks(stay, times),
    ]


def _locks(stay: Stay, times: SurveyTimes) -> str:
    declaration = times.declarations.get(stay.slowest)
    return ", ".join(lock.value for lock in declaration.locks) if declaration else ""


def _time_rows(endpoint: Endpoint) -> Iterator[list[str]]:
    base = endpoint.scans.get(OURS)
    for name, scan in endpoint.scans.items():
        own = scan.measured
        yield [
            endpoint.name,
            name,
            f"{own.wall_s:.2f} s" + (f" (median of {own.rounds})" if own.rounds > 1 else ""),
            f"{own.wall_s / base.measured.wall_s:.1f}" if base else "",
            f"{own.peak_mib:.0f} MiB",
            f"{own.peak_mib / base.measured.peak_mib:.2f}" if base else "",
        ]
    for name, why in endpoint.failed.items():
        yield [endpoint.name, name, f"failed: {why}", "", "", ""]


def _finding_rows(endpoint: Endpoint) -> Iterator[list[str]]:
    alone = "no other tool ran"
    for name, found in endpoint.found.items():
        yield [
            endpoint.name,
            name,
            _listed(sorted(found.versions)),
            str(len(found.suites)),
            _listed(sorted(found.weak)),
            _listed(only_it_found(name, endpoint.found)) if len(endpoint.found) > 1 else alone,
            _listed(it_missed(name, endpoint.found)) if len(endpoint.found) > 1 else alone,
        ]
    for name in endpoint.failed:
        yield [endpoint.name, name, "failed", "", "", "", ""]


def _listed(phrases: Sequence[str]) -> str:
    return ", ".join(phrases) or "nothing"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table, line by line."""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        cells = (" ".join(cell.replace("|", "/").split()) for cell in row)
        yield "| " + " | ".join(cells) + " |"
