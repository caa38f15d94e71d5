"""The demonstration: the reference router hardened, then weak, through every command.

Each is looked at over network, serial line and Bluetooth in one run.
"""

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console

from harness.bench.namespace import available
from harness.cli.terminal import plain
from harness.errors import BenchFault
from harness.trust.keys import create_key

FRAMEWORKS = ("etsi-en-303-645", "california-sb-327")
DEVICES = (
    ("hardened", "reference-router", "the reference router, hardened"),
    ("weak", "reference-router-weak", "the same router with eight of its flaws switched on"),
)
_POLL_S = 0.2
_MOST_SHOWN = 1 << 20
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
    devices = {
        name: _Device(benches / bench, reports / "demo" / name, key) for name, bench, _ in DEVICES
    }
    try:
        for name, _, title in DEVICES:
            console.rule(f"[bold]{title}[/]")
            devices[name].show(console)
    finally:
        for device in devices.values():
            device.end()
    console.rule(f"both devices in {time.monotonic() - began:.0f} s")
    _next_steps(reports, console)


class _Device:
    """One device through every command, in a thread of its own, shown when its turn has come."""

    def __init__(self, bench: Path, target: Path, key: Path) -> None:
        self._target = target
        self._steps: queue.Queue[_Run | None] = queue.Queue()
        self._runs: list[_Run] = []
        self._thread = threading.Thread(target=self._go, args=(bench, key), daemon=True)
        self._thread.start()

    def _go(self, bench: Path, key: Path) -> None:
        ended = self._step(_survey_command(bench, self._target, key), ALLOWED)
        archive = self._archive()
        if ended and archive:
            public = str(self._target / "signing-key.pub.pem")
            verify = ["certbench-verify", archive, "--trust", public, "--purpose", "demo"]
            self._step(verify, frozenset({0}))
            self._step(["certbench", "replay", archive], frozenset({0}))
        self._steps.put(None)

    def _archive(self) -> str:
        """The sealed bundle; empty if there is none: a fault of the bench ends with 3 as well."""
        return next(map(str, self._target.glob("evb-*.zip")), "")

    def _step(self, command: list[str], allowed: frozenset[int]) -> bool:
        run = _Run(command, allowed)
        self._runs.append(run)
        self._steps.put(run)
        return run.wait()

    def show(self, console: Console) -> None:
        """Show each step, as it goes or after the fact. Raises BenchFault if one failed."""
        while (run := self._steps.get()) is not None:
            run.show(console)
        if not self._archive():
            raise BenchFault(f"certbench run left no bundle in {self._target}")

    def end(self) -> None:
        """Stop what still runs."""
        for run in self._runs:
            run.end()


class _Run:
    """A command that runs from now on."""

    def __init__(self, command: list[str], allowed: frozenset[int]) -> None:
        self._command = command
        self._allowed = allowed
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `end`)
        self._ended = threading.Event()
        program = str(Path(sys.executable).with_name(command[0]))
        self._process = subprocess.Popen(  # noqa: S603  (our own command, arguments as a list)
            [program, *command[1:]], stdout=self._output, stderr=subprocess.STDOUT
        )

    def wait(self) -> bool:
        """Wait for its end; whether it ended with a result."""
        code = self._process.wait()
        self._ended.set()
        return code in self._allowed

    def show(self, console: Console) -> None:
        """Show what it wrote and writes until it ends. Raises BenchFault if it failed."""
        console.print(f"\n[bold cyan]$ {' '.join(self._command)}[/]", soft_wrap=True)
        shown, ended, text = 0, False, b""
        while text or not ended:
            ended = self._ended.wait(0 if text else _POLL_S)
            text = os.pread(self._output.fileno(), _MOST_SHOWN, shown)
            shown += len(text)
            plain(text.decode(errors="replace"))
        if self._process.returncode not in self._allowed:
            name = " ".join(self._command[:2])
            raise BenchFault(f"{name} ended with {self._process.returncode}")

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


def _next_steps(reports: Path, console: Console) -> None:
    for name, _, title in DEVICES:
        report = reports / "demo" / name / "bundle" / "data" / "report" / "index.html"
        console.print(f"report of {title}: {report}", soft_wrap=True)
    console.print(
        "\nFor your own device, without any file, type the first of these; with a declaration of "
        "what it is meant to do, the others:\n\n"
        "  certbench pretest ADDRESS\n"
        "  certbench init FOLDER\n"
        "  certbench doctor FOLDER\n"
        "  certbench run FOLDER -f etsi-en-303-645\n\n"
        "docs/how-to/test-your-own-device.md goes through it line by line.",
        soft_wrap=True,
    )
