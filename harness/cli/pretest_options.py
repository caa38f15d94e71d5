"""Options of ``certbench pretest``; what drives devices is imported when it is called."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.model.judgement import Severity
from harness.model.states import Impact


def pretest(  # noqa: PLR0913  (every wish has an option)
    address: Annotated[str, typer.Argument(help="IP address of the device")],
    *,
    serial: Annotated[str, typer.Option(help="its serial console: /dev/ttyUSB0, a URL")] = "",
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
    from harness.cli.pretest import Pretest, default_target
    from harness.cli.pretest import pretest as carry_out_pretest
    from harness.cli.pretest_target import Target, udp_ports

    target = Target(address, mine, serial, mac, login, udp_ports(udp), impact)
    folder = out or default_target(address, datetime.now(UTC))
    order = Pretest(target, folder, fail_on, baseline, write_baseline, key, seed, as_json)
    raise typer.Exit(carry_out_pretest(order, Terminal()))
