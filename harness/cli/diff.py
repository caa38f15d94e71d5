"""``certbench diff``: what differs between two surveys, for people and for programs."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape

from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.encoding.text import neutralise
from harness.facts.identity import IdentityFacts
from harness.report.difference.comparing import Comparison, compare
from harness.report.difference.differences import Area, Change, Difference, Weight
from harness.report.difference.flatten import THERE
from harness.report.difference.side import Side

_MOST: Final = 25
"""Lines of one kind that a person is shown."""
_TITLES: Final = {
    Weight.WORSE: "[bold red]Worse[/]",
    Weight.UNKNOWN: "[yellow]Not known any more[/]",
    Weight.CHANGED: "[bold]Changed[/]",
    Weight.BETTER: "[green]Better[/]",
    Weight.NOTE: "[dim]To be known when reading this[/]",
}
_UNVERIFIED: Final = (
    "Nothing was verified: both were taken at their word. certbench-verify says whether to "
    "believe them."
)
console = Terminal()


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="bundle or run directory, earlier")],
    after: Annotated[Path, typer.Argument(metavar="B", help="bundle or run directory, later")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Say what differs between two surveys of a device: what a new firmware did to it.

    Access and exposure, verdicts, identity and facts; not what differs between any two runs.
    Exit status 0: the same; 1: differences. Nothing is verified and nothing is judged anew.
    """
    found = compare(before, after)
    if as_json:
        output.print_json(diff_json(found))
    else:
        show(found, console)
    if not found.same:
        raise typer.Exit(1)


def diff_json(found: Comparison) -> dict[str, Any]:
    """``certbench/diff/1``."""
    return {
        "schema": "certbench/diff/1",
        "same": found.same,
        "verified": False,
        "before": _side(found.before),
        "after": _side(found.after),
        "counts": {
            weight.value: sum(one.weight is weight for one in found.differences)
            for weight in Weight
        },
        "differences": [
            {
                "weight": one.weight.value,
                "area": one.area.value,
                "change": one.change.value,
                "subject": one.subject,
                "before": one.before,
                "after": one.after,
                "places": list(one.places),
            }
            for one in found.differences
        ],
    }


def show(found: Comparison, to: Console) -> None:
    """Print it for a person."""
    for name, side in (("before", found.before), ("after", found.after)):
        told = _side(side)
        firmware = ", ".join(told["firmware"]) or "not read"
        device = escape(f"{told['dut']}, firmware {firmware}")
        to.print(
            f"{name:6} {escape(told['path'])}: {device}, {escape(told['ended'])}", soft_wrap=True
        )
    for weight, group in groupby(found.differences, key=lambda one: one.weight):
        to.print(f"\n{_TITLES[weight]}")
        for line in _lines(group):
            to.print(f"  {line}", soft_wrap=True)
    to.print(f"\n[bold]{_summary(found)}[/]")
    to.print(f"[dim]{_UNVERIFIED}[/]", soft_wrap=True)


def _lines(group: Iterator[Difference]) -> Iterator[str]:
    for area, some in groupby(group, key=lambda one: one.area):
        listed = list(some)
        for one in listed[:_MOST]:
            yield f"{area.value:9} {escape(_said(one))} ({escape(', '.join(one.places))})"
        if len(listed) > _MOST:
            yield f"{area.value:9} and {len(listed) - _MOST} more; --json lists all"


def _said(one: Difference) -> str:
    if one.change is Change.CHANGED:
        return f"{one.subject}: {one.before} -> {one.after}"
    value = one.after or one.before
    told = "" if value == THERE or one.area is Area.FINDING else f": {value}"
    return f"{one.subject}{told}, {one.change.value}"


def _summary(found: Comparison) -> str:
    if found.same:
        return "no difference"
    words = {
        Weight.WORSE: "worse",
        Weight.UNKNOWN: "not known any more",
        Weight.CHANGED: "changed",
        Weight.BETTER: "better",
    }
    counts = ((sum(one.weight is weight for one in found.differences), weight) for weight in words)
    return ", ".join(f"{count} {words[weight]}" for count, weight in counts if count)


def _side(side: Side) -> dict[str, Any]:
    survey, dossier = side.facts.survey, side.dossier
    read = {
        record.facts.firmware
        for record in side.facts.records
        if isinstance(record.facts, IdentityFacts) and record.facts.firmware
    }
    dut = f"{dossier.dut.supplier} {dossier.dut.model}" if dossier else "not disclosed"
    return {
        "path": side.label,
        "run_id": neutralise(survey.run_id),
        "purpose": survey.purpose.value,
        "ended": neutralise(survey.ended or survey.started),
        "dut": neutralise(dut),
        "firmware": sorted(map(neutralise, read)),
    }
