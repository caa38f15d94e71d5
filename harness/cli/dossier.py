"""``certbench dossier``: begin, check, show, export and import what the supplier says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

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
from harness.errors import ConfigError, UsageError
from harness.testing.suites import find_frameworks, installed_suites

dossier_app = typer.Typer(
    help="What the supplier says of the device: begin, check, show, export and import it.",
    no_args_is_help=True,
)
console = Terminal()
_WRONG: int = 2

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
    suites = installed_suites()
    named = [] if first.dossier is None else list(first.dossier.ics)
    known = [
        name
        for name in named
        if (suite := suites.get(name.partition("@")[0])) is not None
        and name.partition("@")[2] in {"", *(each.framework.version for each in suite.catalogues)}
    ]
    for name in set(named) - set(known):
        shown = escape(neutralise(name, 80))
        console.print(f"{shown}: not installed, its ICS is not checked", soft_wrap=True)
    return check_dossier(file, chosen(known))


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
def show(
    dossier: DossierArgument,
    *,
    framework: FrameworkOption = [],  # noqa: B006  (typer copies it)
    out: Annotated[Path, typer.Option("-o", "--out", help="page to write")] = Path("dossier.html"),
) -> None:
    """Write a dossier as a page to read, with what check finds; overwrites nothing."""
    from harness.report.dossier_page import dossier_page

    checked = _checked(dossier, framework)
    if checked.dossier is None:
        problem = checked.problems[0]
        raise ConfigError(str(checked.file), "", problem.what, problem.mend)
    _create(out, dossier_page(checked, checked.dossier))
    console.print(f"wrote {output.from_here(out)}", soft_wrap=True)


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
