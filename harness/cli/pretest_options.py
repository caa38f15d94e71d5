"""Options of ``certbench pretest``; what drives devices is imported when it is called."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.model.judgement import Severity
from harness.model.radio import Radio, radio_at
from harness.model.states import Impact


def pretest(  # noqa: PLR0913  (every wish has an option)
    address: Annotated[str, typer.Argument(help="IP address; none if it has no network")] = "",
    *,
    serial: Annotated[str, typer.Option(help="its serial console: /dev/ttyUSB0, a URL")] = "",
    bluetooth: Annotated[
        str, typer.Option(help="Bluetooth adapter of this machine: usb:0, hci-socket:0")
    ] = "",
    name: Annotated[str, typer.Option(help="Bluetooth name that the device says")] = "",
    service: Annotated[str, typer.Option(help="UUID of a service that it says instead")] = "",
    listen: Annotated[float, typer.Option(help="seconds to listen to the air")] = 30.0,
    radio: Annotated[Radio | None, typer.Option(help="what that adapter is")] = None,
    scan_only: Annotated[
        bool, typer.Option("--scan-only", help="only list what is in the air and what it leaks")
    ] = False,
    fail_on: Annotated[
        Severity, typer.Option(help="exit status 1 for findings of this severity or worse")
    ] = Severity.MEDIUM,
    baseline: Annotated[Path | None, typer.Option(help="findings that are accepted (TOML)")] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="write the findings to a new baseline, to be filled in")
    ] = None,
    mine: Annotated[
        bool, typer.Option("--mine", help="the address is yours, though a router leads there")
    ] = False,
    login: Annotated[str, typer.Option(help="a login that works: USER:env:NAME")] = "",
    mac: Annotated[str, typer.Option(help="its MAC address: passwords computed from it")] = "",
    udp: Annotated[str, typer.Option(help="UDP ports to ask, with commas")] = "",
    impact: Annotated[Impact, typer.Option(help="highest impact allowed")] = Impact.INTRUSIVE,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="folder to create")] = None,
    key: Annotated[Path | None, typer.Option(help="signing key (PEM); made if missing")] = None,
    seed: Annotated[int | None, typer.Option(help="seed of everything made up")] = None,
    as_json: JsonOption = False,
) -> None:
    """Look at one device without any file: findings, what to mend, what a laboratory would ask.

    Nothing is changed for good. Exit status 0: no finding that counts; 1: findings; 3: the device
    did not answer, or probes failed and findings may be missing.
    """
    if scan_only:
        from harness.cli.air import Scan, scan

        wanted = Scan(bluetooth, listen, radio or radio_at(bluetooth), as_json)
        raise typer.Exit(scan(wanted, Terminal()))
    from harness.cli.pretest import Pretest, default_target
    from harness.cli.pretest import pretest as carry_out_pretest
    from harness.cli.pretest_target import Target, bluetooth_of, need_bluetooth, udp_ports

    air = bluetooth_of(bluetooth, name, service, listen, radio or radio_at(bluetooth))
    need_bluetooth(air)
    target = Target(address, mine, serial, mac, login, udp_ports(udp), impact, air)
    folder = out or default_target(target.shown, datetime.now(UTC))
    order = Pretest(target, folder, fail_on, baseline, write_baseline, key, seed, as_json)
    raise typer.Exit(carry_out_pretest(order, Terminal()))
