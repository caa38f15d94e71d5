"""A pretest's result for people: found, findings, gaps, what a laboratory would still ask.

Every text that may come from the device passed `harness.encoding.text.neutralise` on its way here,
or passes it here; markup is escaped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.assessment.criteria.registry import CRITERIA
from harness.cli.output import from_here
from harness.cli.pretest_result import Air, Found, Network, Result, Standing
from harness.encoding.text import counted, neutralise
from harness.facts.bluetooth import BluetoothAdvertisingFacts
from harness.facts.services import UNCONFIRMED
from harness.model.declaration import DecidedBy
from harness.model.judgement import Severity
from harness.model.prose import render

_COLOURS: Final = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
_ASKED: Final = {
    DecidedBy.AUTOMATIC: "bench",
    DecidedBy.RULE: "papers",
    DecidedBy.OPERATOR: "person",
    DecidedBy.JUDGEMENT: "assessor",
    DecidedBy.NONE: "no test",
}
_UNANSWERED: Final = (
    "Is it switched on, started and plugged in?",
    "Is the address right, and has this machine one in the same network (ip addr)?",
    "Does the device drop what it does not expect? Let its firewall answer this machine.",
)
_UNHEARD: Final = (
    "Is it switched on, near, and not connected to a telephone?",
    "Does it advertise only after a button was pressed?",
    "Is the name right? certbench pretest --bluetooth TRANSPORT --scan-only lists names.",
)
_MOST_SHOWN: Final = 200
"""Findings and endpoints that are shown; the report has all of them."""


@dataclass(frozen=True)
class LabQuestions:
    """What a laboratory would ask: units of a framework by section and by who decides them."""

    title: str
    sections: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Next:
    """Where things lie, for the last lines."""

    address: str
    report: Path
    archive: Path
    public_key: Path
    baseline: Path | None
    new_baseline: Path | None


def show(
    console: Console, result: Result, fail_on: Severity, lab: LabQuestions, following: Next
) -> None:
    """Print everything, in the order in which somebody at a desk wants it."""
    if result.air is None or result.network.tcp_ports:
        _network(console, result.network, following.address)
    if result.air is not None:
        whole = BluetoothAdvertisingFacts.PROBE not in dict(result.broke_off)
        _air(console, result.air, following.address, whole=whole)
    if result.answered:
        _findings(console, result)
    _broken_off(console, result)
    if result.answered:
        _gaps(console, result)
        _at_a_lab(console, lab)
    _summary(console, result, fail_on, following)


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold]{text}[/]")


def _network(console: Console, network: Network, address: str) -> None:
    _heading(console, "Found on the network")
    if not network.answered:
        console.print(f"  {escape(neutralise(address))} did not answer. Check:")
        for question in _UNANSWERED:
            console.print(f"    {question}")
        return
    if network.nothing_listens:
        console.print(
            f"  nothing listens on {network.tcp_ports} TCP ports and {network.udp_ports} asked UDP "
            "ports; the device answers"
        )
    table = Table(box=None, pad_edge=False, show_header=False)
    for target in network.open_targets[:_MOST_SHOWN]:
        table.add_row(f"  {target}", escape(_spoken(network, target)))
    console.print(table)
    more = len(network.open_targets) - _MOST_SHOWN
    if more > 0:
        console.print(f"  and {more} more, see the report")
    if network.silent_udp:
        console.print(f"  silent: {', '.join(network.silent_udp)}", style="dim")


def _air(console: Console, air: Air, name: str, *, whole: bool) -> None:
    _heading(console, "Found over Bluetooth")
    if not air.heard and not whole:
        console.print("  The adapter did not listen to the end. What is wrong with it says:")
        console.print("    certbench pretest --bluetooth TRANSPORT --scan-only", soft_wrap=True)
        return
    if not air.heard:
        console.print(f"  {escape(neutralise(name))} was not heard. Check:")
        for question in _UNHEARD:
            console.print(f"    {question}")
        return
    for each in air.advertisers[:_MOST_SHOWN]:
        said = f" {escape(each.name)}" if each.name else ""
        console.print(f"  {escape(each.address)}  {each.kind}{said}")
    for uuid in air.services[:_MOST_SHOWN]:
        console.print(f"  service {escape(uuid)}", style="dim")


def _spoken(network: Network, target: str) -> str:
    service, why = network.services.get(target), network.unread.get(target)
    if why:
        return f"open, not known what it speaks: {neutralise(why, 100)}"
    if service is None:
        return "open, not asked what it speaks"
    if service.protocol == UNCONFIRMED:
        guess = f" (perhaps {neutralise(service.guess, 60)})" if service.guess else ""
        return f"open, speaks nothing that was recognised{guess}"
    return neutralise(service.protocol, 60) + (" inside TLS" if service.tls else "")


def _findings(console: Console, result: Result) -> None:
    _heading(console, f"Findings: {len(result.findings) or 'none'}")
    for found in result.findings[:_MOST_SHOWN]:
        _finding(console, found)
    if len(result.findings) > _MOST_SHOWN:
        console.print(f"  and {len(result.findings) - _MOST_SHOWN} more, see the report")
    for entry in result.stale:
        console.print(
            f"  baseline: {escape(neutralise(entry.criterion))} on "
            f"{escape(neutralise(entry.subject))} is not there any more; remove it",
            style="dim",
        )


def _finding(console: Console, found: Found) -> None:
    document = found.document
    criterion = CRITERIA.get(document["criterion"])
    title = criterion.title if criterion else document["criterion"]
    colour = _COLOURS[found.severity]
    console.print(
        f"  [{colour}]{found.severity.value}[/]  {escape(document['subject'])}: {escape(title)}"
        f"  [dim]{escape(document['id'])}[/]{_standing(found)}"
    )
    console.print(f"      seen    {escape(document['summary'])}")
    for ref in document["evidence"][:1]:
        place = f"{ref['path']}, {ref['where']}"
        console.print(f"              {escape(neutralise(place))}", style="dim")
    if document["advice"]:
        console.print(f"      mend    {escape(document['advice'])}")
    for framework, units in found.at_a_lab.items():
        console.print(f"      at a laboratory  {framework}: {', '.join(units)}")


def _standing(found: Found) -> str:
    if found.accepted is None:
        return ""
    day = found.accepted.expires.isoformat()
    if found.standing is Standing.EXPIRED:
        return f"  [bold]accepted until {day}, which has passed: counts as new[/]"
    reason = escape(neutralise(found.accepted.reason))
    return f"  [dim]accepted until {day}: {reason}[/]"


def _broken_off(console: Console, result: Result) -> None:
    """Why findings may be missing."""
    if result.broke_off:
        _heading(console, "Broke off: findings may be missing")
    for name, why in result.broke_off:
        console.print(f"  {name}: {escape(neutralise(why))}")


def _gaps(console: Console, result: Result) -> None:
    """What could not be looked at, by reason; the reasons of many units are often one."""
    _heading(console, "Not decided")
    alike: dict[str, list[str]] = {}
    for name, why in result.left_out:
        alike.setdefault(why, []).append(name)
    for why, names in alike.items():
        were = "was" if len(names) == 1 else "were"
        console.print(f"  {', '.join(names)} {were} not run: {escape(neutralise(why))}")
    left_out = {name for name, _ in (*result.left_out, *result.broke_off)}
    reasons: dict[str, list[str]] = {}
    for unit in result.open_units:
        if unit.reason.code == "fact-missing" and unit.reason.params.get("fact") in left_out:
            continue
        reasons.setdefault(render(unit.reason), []).append(unit.unit)
    for unit in result.beyond:
        reasons.setdefault(render(unit.reason), []).append(unit.unit)
    for why, units in reasons.items():
        console.print(f"  {', '.join(units)}: {escape(why)}")


def _at_a_lab(console: Console, lab: LabQuestions) -> None:
    _heading(console, f"What a laboratory would still ask ({escape(lab.title)})")
    table = Table(box=None, pad_edge=False)
    table.add_column("  test units by section", no_wrap=True, max_width=38)
    for words in _ASKED.values():
        table.add_column(words, justify="right")
    for section, of_kind in lab.sections.items():
        numbers = [str(of_kind.get(kind.value, 0) or "") for kind in _ASKED]
        table.add_row(f"  {escape(section)}", *numbers)
    total = [sum(part.get(kind.value, 0) for part in lab.sections.values()) for kind in _ASKED]
    table.add_row("  [bold]all[/]", *(f"[bold]{number}[/]" for number in total))
    console.print(table)
    console.print(
        "  bench: measured; papers: decided by the declaration; person: somebody at the device;\n"
        "  assessor: judged at a desk; no test: certbench has none yet",
        style="dim",
    )


def _summary(console: Console, result: Result, fail_on: Severity, following: Next) -> None:
    counting, undecided = len(result.counting(fail_on)), len(result.open_units + result.beyond)
    noun = "new finding" if result.with_baseline else "finding"
    _heading(
        console,
        f"{counted(counting, noun)} of severity {fail_on.value} or worse, {len(result.findings)} "
        f"in all; {result.passed} criteria held, {undecided} are undecided",
    )
    console.print("A pretest finds flaws. It says nothing about conformity with any standard.")
    archive = from_here(following.archive)
    lines = [f"report   {from_here(following.report)}", f"bundle   {archive}"]
    if following.new_baseline is not None:
        written = from_here(following.new_baseline)
        lines.append(f"baseline {written}: fill in each reason, then use --baseline")
    verify = f"certbench-verify {archive} --trust {from_here(following.public_key)}"
    lines += [
        f"verify   {verify} --purpose pretest",
        "next     mend what was found and repeat; then declare the device: certbench init",
    ]
    for line in lines:
        console.print(line, soft_wrap=True)
