"""The demonstration: the reference router hardened, then weak, through every command."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from harness.bench.namespace import available
from harness.errors import BenchFault
from harness.trust.keys import create_key

FRAMEWORKS = ("etsi-en-303-645", "california-sb-327")
DEVICES = (
    ("hardened", "reference-router", "the reference router, hardened"),
    ("weak", "reference-router-weak", "the same router with eight of its flaws switched on"),
)
_POLL_S = 0.2
ALLOWED = frozenset({0, 1, 3})
"""Conformant, not conformant and inconclusive are results; anything else is a fault."""


def demonstrate(benches: Path, reports: Path, console: Console) -> None:
    """Run, verify and replay both devices, leaving bundles and reports.

    The weak router is surveyed while the hardened one is; each in a network namespace of its own,
    so that neither can see the other.

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
    create_key(key)
    runs = {
        name: _Run(_survey_command(benches / bench, reports / "demo" / name, key))
        for name, bench, _ in DEVICES
    }
    try:
        for name, _, title in DEVICES:
            console.rule(f"[bold]{title}[/]")
            runs[name].show(console)
            _check(reports / "demo" / name, console)
    finally:
        for run in runs.values():
            run.end()
    console.rule(f"both devices in {time.monotonic() - began:.0f} s")
    _next_steps(reports, console)


class _Run:
    """A command that runs from now on and is shown when its turn has come."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `end`)
        self._process = subprocess.Popen(  # noqa: S603  (our own command, arguments as a list)
            _program(command), stdout=self._output, stderr=subprocess.STDOUT
        )

    def show(self, console: Console) -> None:
        """Show what it wrote and writes until it ends. Raises BenchFault if it failed."""
        _announce(self._command, console)
        shown = 0
        while True:
            ended = self._process.poll() is not None
            self._output.seek(shown)
            text = self._output.read()
            shown += len(text)
            sys.stderr.write(text.decode(errors="replace"))
            sys.stderr.flush()
            if ended:
                break
            time.sleep(_POLL_S)
        _require(self._process.returncode in ALLOWED, self._command, self._process.returncode)

    def end(self) -> None:
        """Stop it if it still runs."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._output.close()


def _survey_command(bench: Path, target: Path, key: Path) -> list[str]:
    frameworks = [part for name in FRAMEWORKS for part in ("-f", name)]
    options = ["--purpose", "demo", "--key", str(key), "-o", str(target)]
    return ["certbench", "run", str(bench), *frameworks, *options]


def _check(target: Path, console: Console) -> None:
    """Verify and replay a bundle as a regulator would."""
    archive = str(next(target.glob("evb-*.zip")))
    public = str(target / "signing-key.pub.pem")
    for command in (
        ["certbench-verify", archive, "--trust", public, "--purpose", "demo"],
        ["certbench", "replay", archive],
    ):
        _announce(command, console)
        code = subprocess.run(_program(command), check=False).returncode  # noqa: S603  (our own)
        _require(code == 0, command, code)


def _announce(command: list[str], console: Console) -> None:
    console.print(f"\n[bold cyan]$ {' '.join(command)}[/]", soft_wrap=True)


def _program(command: list[str]) -> list[str]:
    return [str(Path(sys.executable).with_name(command[0])), *command[1:]]


def _require(holds: bool, command: list[str], code: int) -> None:  # noqa: FBT001  (a condition)
    if not holds:
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
