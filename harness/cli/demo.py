"""The demonstration: the reference router hardened, then weak, through every command."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from harness.bench.namespace import available
from harness.errors import BenchFault

FRAMEWORKS = ("etsi-en-303-645", "california-sb-327")
DEVICES = (
    ("hardened", "reference-router", "the reference router, hardened"),
    ("weak", "reference-router-weak", "the same router with eight of its flaws switched on"),
)
ALLOWED = frozenset({0, 1, 3})
"""Conformant, not conformant and inconclusive are results; anything else is a fault."""


def demonstrate(benches: Path, reports: Path, console: Console) -> None:
    """Run, verify and replay both devices, leaving bundles and reports.

    Raises:
        BenchFault: a step ended in another way than with a result.
    """
    why = available()
    if why:
        raise BenchFault(f"SKIPPED: the demo needs a private network namespace: {why}")
    began = time.monotonic()
    key = reports / "demo" / "demo-key.pem"
    shutil.rmtree(reports / "demo", ignore_errors=True)
    key.parent.mkdir(parents=True)
    for name, bench, title in DEVICES:
        console.rule(f"[bold]{title}[/]")
        _device(benches / bench, reports / "demo" / name, key, console)
    console.rule(f"both devices in {time.monotonic() - began:.0f} s")
    _next_steps(reports, console)


def _device(bench: Path, target: Path, key: Path, console: Console) -> None:
    frameworks = [part for name in FRAMEWORKS for part in ("-f", name)]
    options = ["--purpose", "demo", "--key", str(key), "-o", str(target)]
    _step(console, ["certbench", "run", str(bench), *frameworks, *options], ALLOWED)
    archive = next(target.glob("evb-*.zip"))
    public = str(target / "signing-key.pub.pem")
    verify = ["certbench-verify", str(archive), "--trust", public, "--purpose", "demo"]
    _step(console, verify, frozenset({0}))
    _step(console, ["certbench", "replay", str(archive)], frozenset({0}))


def _step(console: Console, command: list[str], allowed: frozenset[int]) -> None:
    """Show the command as a person would type it, and run it."""
    console.print(f"\n[bold cyan]$ {' '.join(command)}[/]", soft_wrap=True)
    program = Path(sys.executable).with_name(command[0])
    code = subprocess.run([str(program), *command[1:]], check=False).returncode  # noqa: S603  (our own commands)
    if code not in allowed:
        raise BenchFault(f"{command[0]} {command[1]} ended with {code}")


def _next_steps(reports: Path, console: Console) -> None:
    for name, _, title in DEVICES:
        report = reports / "demo" / name / "bundle" / "data" / "report" / "index.html"
        console.print(f"report of {title}: {report}", soft_wrap=True)
    console.print(
        "\nFor your own device, copy a folder of bench_configs/, put in its address and what you "
        "declare about it, and type:\n\n"
        "  certbench plan BENCH -f etsi-en-303-645\n"
        "  certbench run BENCH -f etsi-en-303-645\n\n"
        "docs/how-to/test-your-own-device.md goes through it line by line.",
        soft_wrap=True,
    )
