"""``certbench catalogue``: what a catalogue holds, and who compared it with the official text."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from harness.assessment.confirmation import counting, entries_of, is_indicative, unconfirmed
from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.config import load_confirmations
from harness.config.confirmations import confirmations_file
from harness.encoding.clock import Clock
from harness.encoding.text import counted
from harness.errors import UsageError
from harness.model.catalogue import Catalogue
from harness.model.confirmation import Confirmation, Confirmations, ConfirmedEntry
from harness.survey.store import write_atomic
from harness.testing.suites import find_frameworks

catalogue_app = typer.Typer(
    help="Catalogues of frameworks: what they hold, and who compared it with the official text.",
    no_args_is_help=True,
)
console = Terminal()

FrameworkArgument = Annotated[str, typer.Argument(help="slug or slug@version")]
BeneathOption = Annotated[
    Path, typer.Option("--bench", help="bench.toml or its folder: confirmations lie beside it")
]


@catalogue_app.command()
def show(
    framework: FrameworkArgument, *, bench: BeneathOption = Path(), as_json: JsonOption = False
) -> None:
    """List every entry that no confirmation vouches for, and the confirmations that count."""
    catalogue = _catalogue(framework)
    given = load_confirmations(bench)
    left, counted_ones = unconfirmed(catalogue, given), counting(catalogue, given)
    if as_json:
        output.print_json(
            {
                "schema": "certbench/catalogue-status/1",
                "framework": str(catalogue.framework),
                "provisions": len(catalogue.provisions),
                "cases": len(catalogue.cases),
                "units": len(catalogue.units),
                "indicative": is_indicative(catalogue, given),
                "unconfirmed": [entry.to_json() for entry in left],
                "confirmations": [entry.to_json() for entry in counted_ones],
            }
        )
        return
    console.print(
        f"{catalogue.framework}: {escape(catalogue.title)}. "
        f"{counted(len(catalogue.provisions), 'provision')}, "
        f"{counted(len(catalogue.cases), 'case')}, {counted(len(catalogue.units), 'unit')}",
        soft_wrap=True,
    )
    for found in counted_ones:
        console.print(
            f"{counted(len(found.entries), 'entry', 'entries')} confirmed by "
            f"{escape(found.person)} against {escape(found.document)}, {found.at}",
            soft_wrap=True,
        )
    if left:
        console.print(_table(catalogue, left))
    rests = "INDICATIVE" if is_indicative(catalogue, given) else "not indicative"
    console.print(f"{counted(len(left), 'entry', 'entries')} unconfirmed: a conclusion is {rests}")


@catalogue_app.command()
def confirm(
    framework: FrameworkArgument,
    entries: Annotated[
        list[str], typer.Argument(metavar="ENTRY...", help="provisions, cases or units by their id")
    ],
    *,
    person: Annotated[str, typer.Option(help="who compared them")],
    document: Annotated[
        str, typer.Option(help="with what: number, version and date, and which copy")
    ],
    note: Annotated[str, typer.Option(help="what else a reader should know")] = "",
    bench: BeneathOption = Path(),
) -> None:
    """Record that somebody compared entries with the official text and found them right."""
    catalogue = _catalogue(framework)
    earlier = load_confirmations(bench)
    try:
        made = Confirmation(
            framework=str(catalogue.framework),
            entries=_named(catalogue, entries),
            person=person,
            document=document,
            at=Clock().now(),
            note=note,
        )
    except ValidationError as error:
        field = error.errors()[0]["loc"][0]
        raise UsageError(f"--{field}: one line of plain text is needed") from error
    file = confirmations_file(bench)
    if not file.parent.is_dir():
        raise UsageError(f"{file.parent}: no such folder; --bench names the bench config")
    write_atomic(file, Confirmations(confirmations=(*earlier, made)).to_bytes())
    left = unconfirmed(catalogue, (*earlier, made))
    console.print(
        f"{escape(str(file))}: {counted(len(made.entries), 'entry', 'entries')} of "
        f"{catalogue.framework} confirmed, {len(left)} left",
        soft_wrap=True,
    )


def _catalogue(framework: str) -> Catalogue:
    ((_, catalogue),) = find_frameworks([framework])
    return catalogue


def _named(catalogue: Catalogue, names: Sequence[str]) -> tuple[ConfirmedEntry, ...]:
    """The entries of these ids; an id that is a provision and a unit means both."""
    known = entries_of(catalogue)
    for name in names:
        if not any(entry.id == name for entry in known):
            raise UsageError(f"{catalogue.framework} has no provision, case or unit {name!r}")
    return tuple(entry for entry in known if entry.id in set(names))


def _table(catalogue: Catalogue, left: Iterable[ConfirmedEntry]) -> Table:
    cases = {case.id: case.purpose for case in catalogue.cases}
    said: dict[tuple[str, str], str] = {
        **{("provision", each.id): f"{each.status}: {each.title}" for each in catalogue.provisions},
        **{("case", name): purpose for name, purpose in cases.items()},
        **{("unit", unit.id): f"{unit.kind}: {cases[unit.case]}" for unit in catalogue.units},
    }
    table = Table("entry", "kind", "what it says", box=None)
    for entry in left:
        provisional = "" if entry.kind == "provision" else "provisional "
        table.add_row(entry.id, provisional + entry.kind, escape(said[entry.kind, entry.id]))
    return table
