"""``certbench dossier``: begin, check, show, export and import what the supplier says."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.config import load_dossier
from harness.config.dossier.checking import Checked, check_dossier
from harness.config.dossier.problems import Level
from harness.config.dossier.template import TO_BE_STATED, template
from harness.config.dossier.use import Framework, load_use
from harness.config.dossier.writing import dossier_text
from harness.config.files import BENCH_FILE, DOSSIER_FILE
from harness.encoding.text import counted, neutralise
from harness.encoding.tree import SubTree
from harness.errors import CaptureError, ConfigError, EvidenceError, UsageError
from harness.evidence.revisions import history_in
from harness.report.dossier_changes import Change
from harness.testing.suites import find_frameworks, installed_suites

dossier_app = typer.Typer(
    help="What the supplier says of the device: begin, check, show, export and import it.",
    no_args_is_help=True,
)
console = Terminal()
_WRONG: int = 2
_LONGEST_CELL: int = 300

DossierArgument = Annotated[
    Path, typer.Argument(metavar="DOSSIER", help="dossier.toml or its folder")
]
FrameworkOption = Annotated[
    list[str], typer.Option("-f", "--framework", help="slug or slug@version; may be repeated")
]


def chosen(names: Sequence[str]) -> list[Framework]:
    """The frameworks by their names, with how they use the form of a dossier.

    Raises:
        UsageError: no such framework is installed.
        ConfigError: its suite says something wrong about the form.
    """
    return [
        Framework(catalogue, load_use(suite.folder)) for suite, catalogue in find_frameworks(names)
    ]


@dossier_app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="where to write dossier.toml")],
    *,
    framework: FrameworkOption,
    supplier: Annotated[str, typer.Option(help="who makes the device")] = TO_BE_STATED,
    device: Annotated[str, typer.Option(help="the device's model")] = TO_BE_STATED,
) -> None:
    """Write a commented dossier.toml to fill in; overwrites nothing.

    It lists all provisions of the frameworks, and the tables and fields of the IXIT that they use.
    """
    text = template(chosen(framework), command="dossier new", supplier=supplier, model=device)
    file = _write(folder, text)
    names = " ".join(f"-f {name}" for name in framework)
    console.print(
        f"wrote {output.from_here(file)}. Fill it in, then:\n"
        f"  certbench dossier check {output.from_here(file)} {escape(names)}",
        soft_wrap=True,
    )


@dossier_app.command()
def check(
    dossier: DossierArgument,
    *,
    framework: FrameworkOption = [],  # noqa: B006  (typer copies it)
    as_json: JsonOption = False,
) -> None:
    """List everything that is missing or wrong or does not fit together, each with its place.

    Without -f: for every installed framework that the ICS names. The device is not looked at. Exit
    status 0: nothing but notes; 2: something is wrong.
    """
    checked = _checked(dossier, framework)
    if as_json:
        output.print_json(
            {
                "schema": "certbench/dossier-check/1",
                "file": str(checked.file),
                "frameworks": [each.name for each in checked.frameworks],
                "complete": not checked.errors,
                "problems": [each.to_json(str(checked.file)) for each in checked.problems],
            }
        )
    else:
        _show(checked)
    raise typer.Exit(_WRONG if checked.errors else 0)


def _checked(path: Path, names: Sequence[str]) -> Checked:
    file = _file(path)
    if names:
        return check_dossier(file, chosen(names))
    first = check_dossier(file, ())
    named = [] if first.dossier is None else list(first.dossier.ics)
    known = _known(named)
    for name in set(named) - set(known):
        shown = escape(neutralise(name, 80))
        console.print(f"{shown}: not installed, its ICS is not checked", soft_wrap=True)
    return check_dossier(file, chosen(known))


def _known(named: Iterable[str]) -> list[str]:
    """Those of the names of frameworks that are installed."""
    suites = installed_suites()
    return [
        name
        for name in named
        if (suite := suites.get(name.partition("@")[0])) is not None
        and name.partition("@")[2] in {"", *(each.framework.version for each in suite.catalogues)}
    ]


def _show(checked: Checked) -> None:
    for problem in checked.problems:
        colour = "yellow" if problem.level is Level.NOTE else "red"
        place = escape(neutralise(problem.place or str(checked.file), 300))
        console.print(
            f"[{colour}]{problem.level.value}[/]  {place}: "
            f"{escape(neutralise(problem.what))}. {escape(neutralise(problem.mend))}",
            soft_wrap=True,
        )
        if problem.example:
            console.print(f"       such as {escape(neutralise(problem.example))}", soft_wrap=True)
    names = ", ".join(each.name for each in checked.frameworks) or "no framework"
    notes = len(checked.problems) - len(checked.errors)
    console.print(
        f"{output.from_here(checked.file)} for {escape(names)}: "
        f"{counted(len(checked.errors), 'error')}, {counted(notes, 'note')}",
        soft_wrap=True,
    )


@dossier_app.command()
def export(
    dossier: DossierArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="workbook to write")],
    *,
    framework: FrameworkOption = [],  # noqa: B006  (typer copies it)
) -> None:
    """Write a dossier as a spreadsheet; overwrites nothing.

    With -f each provision that is not answered yet gets a row. `import` reads the same back.
    """
    from harness.config.dossier.exporting import export_dossier

    if file.suffix.casefold() != ".xlsx":
        raise UsageError(f"{file}: give the workbook a name that ends with .xlsx")
    export_dossier(load_dossier(dossier), file, chosen(framework))
    console.print(f"wrote {output.from_here(file)}", soft_wrap=True)


@dossier_app.command(name="import")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="workbook of export")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="where to write dossier.toml")],
) -> None:
    """Write the dossier.toml that a spreadsheet holds; overwrites nothing."""
    from harness.config.dossier.importing import import_dossier

    written = _write(folder, dossier_text(import_dossier(file), file.name))
    console.print(f"wrote {output.from_here(written)}", soft_wrap=True)


@dossier_app.command()
def revise(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="run directory, or the folder that holds it")
    ],
    dossier: DossierArgument,
    *,
    author: Annotated[str, typer.Option(help="who changes it")],
    reason: Annotated[str, typer.Option(help="why")],
    trigger: Annotated[
        str, typer.Option(metavar="UNIT_OR_FINDING", help="what of the run's results led to it")
    ],
    as_json: JsonOption = False,
) -> None:
    """Replace the frozen dossier of a finished run by a further revision, on record.

    The earlier dossiers stay, and so do the verdicts under them. `certbench judge RUN` judges on
    the new one.
    """
    from harness.cli.revise import Wanted, revise

    done = revise(run, Wanted(dossier, author, reason, trigger))
    number = done.revision.number
    if as_json:
        output.print_json(
            {
                "schema": "certbench/dossier-revised/1",
                "revision": number,
                "file": str(done.file),
                "changes": [asdict(change) for change in done.changes],
            }
        )
        return
    _show_changes(number - 1, number, done.changes)
    console.print(
        f"revision {number} of the dossier is {output.from_here(done.file)}. To judge on it:\n"
        f"  certbench judge {escape(str(run))}\n"
        "Overrides made before it lapse, and answers about rows that changed are asked again.",
        soft_wrap=True,
    )


def _show_changes(before: int, after: int, changes: Sequence[Change]) -> None:
    table = Table("row", "field", f"revision {before}", f"revision {after}", box=None)
    for change in changes:
        cells = (change.row, change.field, change.old or "-", change.new or "-")
        table.add_row(*(escape(neutralise(cell, _LONGEST_CELL)) for cell in cells))
    console.print(table)


@dossier_app.command()
def show(
    dossier: Annotated[
        Path,
        typer.Argument(metavar="DOSSIER", help="dossier.toml or its folder; or a run or bundle"),
    ],
    *,
    framework: FrameworkOption = [],  # noqa: B006  (typer copies it)
    out: Annotated[Path, typer.Option("-o", "--out", help="page to write")] = Path("dossier.html"),
) -> None:
    """Write a dossier as a page to read, with what check finds; overwrites nothing.

    Of a run or a bundle: the newest revision, and what each revision changed.
    """
    from harness.report.dossier_page import dossier_page

    if is_frozen(dossier):
        _create(out, _frozen_page(dossier, framework))
        console.print(f"wrote {output.from_here(out)}", soft_wrap=True)
        return
    checked = _checked(dossier, framework)
    if checked.dossier is None:
        problem = checked.problems[0]
        raise ConfigError(str(checked.file), "", problem.what, problem.mend)
    _create(out, dossier_page(checked, checked.dossier))
    console.print(f"wrote {output.from_here(out)}", soft_wrap=True)


def is_frozen(path: Path) -> bool:
    """Whether ``path`` is a run directory, the folder that holds it, or a bundle."""
    inside = ("survey", "run/survey", "data/survey")
    is_archive = path.is_file() and path.suffix == ".zip"
    return is_archive or any((path / each / "dossier.json").is_file() for each in inside)


def _frozen_page(path: Path, names: Sequence[str]) -> str:
    """The page of a frozen dossier; says what its revisions changed."""
    from harness.plugin.evidence_source import open_root
    from harness.report.dossier_page import dossier_page
    from harness.report.revisions import changed_by, revision_views

    run = path / "run"
    root = open_root(run if is_frozen(run) else path)
    try:
        history = history_in(SubTree(root, "survey"))
    except (CaptureError, ValueError) as error:
        raise EvidenceError(f"{path}: {neutralise(str(error), 300)}") from error
    for view, dossier in zip(revision_views(history), history.dossiers[1:], strict=True):
        _show_changes(view.before, view.number, view.changes)
        console.print(f"revision {view.number}: {escape(changed_by(dossier))}", soft_wrap=True)
    newest = history.newest
    checked = Checked(path, newest, tuple(chosen(names or _known(newest.ics))), ())
    return dossier_page(checked, newest, revision_views(history))


def _file(path: Path) -> Path:
    beside = path.parent if path.name == BENCH_FILE else path
    return beside / DOSSIER_FILE if beside.is_dir() else beside


def _write(folder: Path, text: str) -> Path:
    """Write dossier.toml into a folder, which is made if it is not there."""
    file = folder / DOSSIER_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from error
    _create(file, text)
    return file


def _create(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise UsageError(f"{file} exists already, and nothing is overwritten") from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error
