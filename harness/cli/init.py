"""``certbench init``: looks at what the machine has, asks, tries gently, writes a bench folder."""

import ipaddress
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.markup import escape

from harness.bench.bluetooth_adapters import Adapter, adapters
from harness.bench.bluetooth_hands import installed
from harness.bench.checks import Check, Health
from harness.bench.console_checks import listened_baud
from harness.bench.discovery import (
    Interface,
    Neighbour,
    SerialPort,
    interfaces,
    mac_of,
    neighbours,
    serial_ports,
)
from harness.bench.guard import ScopeGuard
from harness.bench.sample_checks import sample_checks
from harness.cli.doctor import Printer
from harness.cli.skeleton import Draft, refuse_to_overwrite, write_skeleton
from harness.config.dossier.template import TO_BE_STATED
from harness.config.dossier.use import Framework
from harness.encoding.text import neutralise
from harness.errors import BenchFault, ScopeError, UsageError
from harness.model.bench_config import (
    BenchSettings,
    ConsoleConfig,
    NetworkLinkConfig,
    SampleConfig,
)

NONE: Final = "none"
_LISTED: Final = 20


@dataclass(frozen=True)
class Wishes:
    """What the options answered; None is asked, or takes its default where nobody can be asked.

    Attributes:
        yes: take every default, ask nothing.
        trial: try the links; None = ask, and without anybody to ask do not.
    """

    name: str | None = None
    address: str | None = None
    serial: str | None = None
    supplier: str | None = None
    model: str | None = None
    trial: bool | None = None
    yes: bool = False


@dataclass(frozen=True)
class Found:
    """What this machine has."""

    interfaces: tuple[Interface, ...]
    neighbours: tuple[Neighbour, ...]
    ports: tuple[SerialPort, ...]
    bluetooth: tuple[Adapter, ...]

    @classmethod
    def here(cls) -> "Found":
        """Ask the kernel; nothing is sent."""
        known = tuple(each for each in neighbours() if each.mac.strip("0:"))
        return cls(interfaces(), known, serial_ports(), adapters())

    @property
    def likely_address(self) -> str:
        """The one neighbour on links that lead nowhere else; ``""`` if there are none or several.

        A neighbour on the way to the rest of the world may be anybody's, so it is never proposed.
        """
        benches = {each.name for each in self.interfaces if not each.default_route}
        likely = [
            each.address
            for each in self.neighbours
            if each.interface in benches
            and not each.router
            and not ipaddress.ip_address(each.address).is_link_local
        ]
        return likely[0] if len(likely) == 1 else ""

    @property
    def likely_port(self) -> str:
        """The one serial adapter that is plugged in; ``""`` if there are none or several."""
        plugged = [port.device for port in self.ports if port.plugged]
        return plugged[0] if len(plugged) == 1 else ""


def set_up(folder: Path, wishes: Wishes, chosen: Sequence[Framework], console: Console) -> None:
    """Write a bench folder, and say what to do next.

    Raises:
        UsageError: a file is there already, or an answer cannot be used.
        BenchFault: the kernel cannot be asked what the machine has.
    """
    refuse_to_overwrite(folder)
    found = Found.here()
    _show(found, console)
    asked = not wishes.yes and sys.stdin.isatty()
    if not asked and not wishes.yes:
        console.print("no terminal to ask at: every question takes its default")
    draft = _answered(folder, wishes, found, asked=asked)
    if draft.address and not draft.interface:
        console.print(
            f"{escape(draft.address)} is not on a link of this machine, so nothing can be sent to "
            "it yet; certbench doctor says what is missing"
        )
    wanted = bool(draft.address or draft.console)
    if wishes.trial or (wishes.trial is None and wanted and asked and _may_try()):
        draft = _tried(draft, console)
    write_skeleton(folder, draft, chosen)
    frameworks = " ".join(f"-f {each.catalogue.framework.slug}" for each in chosen)
    console.print(
        f"wrote {escape(str(folder / 'bench.toml'))} and dossier.toml. Next:\n"
        f"  certbench doctor {escape(str(folder))}\n"
        f"  certbench plan {escape(str(folder))} {frameworks}",
        soft_wrap=True,
    )


def _show(found: Found, console: Console) -> None:
    for each in found.interfaces:
        if not each.loopback:
            state = "up" if each.carrier else "no carrier" if each.up else "off"
            held = ", ".join(str(entry) for entry in each.addresses) or "no address"
            leads = ", leads to the rest of the world" if each.default_route else ""
            _line(console, "interface", f"{each.name}: {state}, {held}{leads}")
    for near in found.neighbours[:_LISTED]:
        what = ", a router" if near.router else ""
        _line(console, "neighbour", f"{near.address} ({near.mac}) on {near.interface}{what}")
    for port in found.ports:
        _line(console, "serial", f"{port.device} ({port.description})")
    for adapter in found.bluetooth:
        _line(console, "bluetooth", f"{adapter.transport} ({adapter.description})")
    if found.bluetooth and not installed():
        _line(console, "", "to test over Bluetooth: pip install 'certbench[bluetooth]'")


def _line(console: Console, kind: str, text: str) -> None:
    console.print(f"{kind:10} {escape(neutralise(text))}", soft_wrap=True)


def _answered(folder: Path, wishes: Wishes, found: Found, *, asked: bool) -> Draft:
    def answer(given: str | None, question: str, default: str) -> str:
        if given is not None:
            return given.strip()
        if not asked:
            return default
        return str(typer.prompt(question, default=default, err=True)).strip()

    name = answer(wishes.name, "Name of the bench", _name_of(folder))
    address = _address(
        answer(wishes.address, "IP address of the sample", found.likely_address or NONE)
    )
    port = answer(wishes.serial, "Serial console (device or URL)", found.likely_port or NONE)
    supplier = answer(wishes.supplier, "Supplier of the device", TO_BE_STATED)
    model = answer(wishes.model, "Model of the device", TO_BE_STATED)
    console = "" if port in {"", NONE} else port
    scope = str(ipaddress.ip_network(address)) if address else ""
    return Draft(
        name=name,
        scope=scope,
        interface=_leads_to(address, scope),
        address=address,
        console=console,
        supplier=supplier,
        model=model,
        ports=tuple(port for port in found.ports if port.device != console)[:_LISTED],
        bluetooth=found.bluetooth[:_LISTED],
    )


def _name_of(folder: Path) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "-", folder.absolute().name).strip("-")
    return words[:40] or "bench-1"


def _address(text: str) -> str:
    if text in {"", NONE}:
        return ""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        shown = neutralise(text, 80)
        raise UsageError(f"{shown}: not an IP address; the bench resolves no names") from error


def _leads_to(address: str, scope: str) -> str:
    """The interface that the kernel would use, if the guard would let a packet go; ``""`` else."""
    try:
        return ScopeGuard((scope,)).check(address) if address else ""
    except ScopeError:
        return ""


def _may_try() -> bool:
    question = "Try it now? A few TCP connections, and a carriage return on a silent console"
    return typer.confirm(question, default=True, err=True)


def _tried(draft: Draft, console: Console) -> Draft:
    """Try the links as doctor does; what was seen goes into the draft."""
    sample = SampleConfig(
        id="A",
        network=NetworkLinkConfig(address=draft.address) if draft.address else None,
        console=ConsoleConfig(url=draft.console) if draft.console else None,
    )
    scope = (draft.scope,) if draft.scope else ()
    settings = BenchSettings(name=draft.name, scope=scope, interface=draft.interface)
    printer = Printer(console)
    checks: list[Check] = []
    for check in sample_checks(sample, settings):
        printer.show(check)
        checks.append(check)
    good = {(check.link, check.name) for check in checks if check.health is not Health.BLOCKS}
    mac = mac_of(draft.address, draft.interface) if ("network", "neighbour") in good else ""
    baud = _baud(draft.console) if draft.console and ("console", "speech") in good else 0
    return replace(draft, mac=mac, baud=baud)


def _baud(url: str) -> int:
    from harness.bench.baud import rate_matters

    try:
        return listened_baud(url)[0] if rate_matters(url) else 0
    except BenchFault:
        return 0
