"""``certbench doctor``: tries every link of a bench and says what is wrong and how to mend it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from harness.bench.checks import Answer, Check, Health, blocks, checked, note, ok
from harness.bench.machine_checks import machine_checks
from harness.bench.sample_checks import sample_checks
from harness.cli import output
from harness.cli.devices import reference_devices
from harness.config import load_bench, load_dossier
from harness.config.files import BENCH_FILE, DOSSIER_FILE
from harness.errors import BenchFault, ConfigError
from harness.model.bench_config import BenchConfig

EXIT_READY: Final = 0
EXIT_CONFIG: Final = 2
EXIT_BLOCKED: Final = 3
_LOOKS: Final = {
    Health.OK: ("ok", "green"),
    Health.NOTE: ("note", "yellow"),
    Health.BLOCKS: ("BLOCKS", "bold red"),
}


def read_config(path: Path) -> tuple[BenchConfig | None, Iterable[Check]]:
    """The bench config, and how config and dossier could be read; None if it could not.

    Without a dossier the links can be tried all the same, so that is only a note.
    """
    try:
        config = load_bench(path)
    except ConfigError as error:
        return None, [checked("config", "", BENCH_FILE, _wrong(error))]
    found = [checked("config", "", BENCH_FILE, ok(_samples(config)))]
    return config, [*found, checked("config", "", DOSSIER_FILE, _dossier(path))]


def _samples(config: BenchConfig) -> str:
    number = len(config.sample)
    more = "" if number > 1 else "; uniqueness can only be judged with two"
    return f"{number} sample{'s' if number > 1 else ''}{more}"


def _dossier(path: Path) -> Answer:
    folder = path if path.is_dir() else path.parent
    if not (folder / DOSSIER_FILE).exists():
        return note(
            f"{folder / DOSSIER_FILE} is not there",
            "certbench plan and run need one: certbench init writes a skeleton into a new folder",
        )
    try:
        dossier = load_dossier(path)
    except ConfigError as error:
        return _wrong(error)
    return ok(f"{dossier.dut.supplier}, {dossier.dut.model}")


def _wrong(error: ConfigError) -> Answer:
    return blocks(f"{error.key}: {error.problem}" if error.key else error.problem, error.mend)


def examine(config: BenchConfig, captures: Path) -> Iterator[Check]:
    """The machine, then each sample; reference devices run while theirs are looked at."""
    yield from machine_checks(config.bench, captures)
    try:
        with reference_devices(config) as wired:
            for sample in wired.config.sample:
                if sample.id in wired.ready:
                    started = ok("the reference device runs")
                    yield checked(f"sample {sample.id}", "reference", "start", started)
                yield from sample_checks(sample, config.bench)
    except BenchFault as fault:
        mend = "Mend this, then run doctor once more"
        if "pip install" not in str(fault):
            mend += "; pip install 'certbench[reference]' if the part is missing"
        yield checked("samples", "reference", "start", blocks(str(fault), mend))


def exit_code(checks: Iterable[Check]) -> int:
    """0 nothing blocks, 2 a file is wrong, 3 something else blocks."""
    blocking = {check.subject for check in checks if check.health is Health.BLOCKS}
    if "config" in blocking:
        return EXIT_CONFIG
    return EXIT_BLOCKED if blocking else EXIT_READY


def as_json(bench: str, checks: list[Check]) -> dict[str, Any]:
    """``certbench/doctor/1``."""
    return {
        "schema": "certbench/doctor/1",
        "bench": bench,
        "ready": exit_code(checks) == EXIT_READY,
        "checks": [asdict(check) | {"health": check.health.value} for check in checks],
    }


class Printer:
    """Shows each check as soon as it is known: some take seconds."""

    def __init__(self, console: Console) -> None:
        """Print on ``console``."""
        self._console = console
        self._subject = ""

    def show(self, check: Check) -> None:
        """One check, under its subject, with the way out below it; not what was not tried."""
        if check.health is Health.SKIPPED:
            return
        if check.subject != self._subject:
            self._subject = check.subject
            self._console.print(f"[bold]{escape(check.subject)}[/]")
        word, style = _LOOKS[check.health]
        name = f"{check.link} {check.name}".strip()
        self._console.print(
            f"  [{style}]{word:7}[/] {escape(name)}: {escape(check.shown)}", soft_wrap=True
        )
        if check.mend:
            self._console.print(f"          -> {escape(check.mend)}", soft_wrap=True)

    def end(self, bench: str, checks: list[Check]) -> None:
        """Whether a run can begin."""
        blocking = sum(check.health is Health.BLOCKS for check in checks)
        if not blocking:
            self._console.print(f"[green]{escape(bench)}: nothing blocks a run[/]")
            return
        things = "one thing blocks" if blocking == 1 else f"{blocking} things block"
        self._console.print(f"[bold red]{escape(bench)}: {things} a run[/]")


def show(bench: str, checks: Iterable[Check], console: Console, *, as_object: bool) -> int:
    """Carry the checks out one by one, show each, and give the exit status.

    Args:
        bench: how the user named it.
        checks: made while they are asked for.
        console: for people.
        as_object: print one ``certbench/doctor/1`` on standard output instead.
    """
    printer = Printer(console)
    found: list[Check] = []
    for check in checks:
        found.append(check)
        if not as_object:
            printer.show(check)
    if as_object:
        output.print_json(as_json(bench, found))
    else:
        printer.end(bench, found)
    return exit_code(found)
