"""``certbench redact``: make the public edition of a bundle."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.markup import escape

from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.config.disclosure import load_disclosure
from harness.errors import UsageError
from harness.evidence.scrub import SecretFile, load_secrets
from harness.evidence.vault import is_locked
from harness.model.disclosure import DisclosureRule, HeldFiles, Level
from harness.replay.redacting import Edition, make_edition

console = Terminal()
GlobOption = list[str]


def redact(  # noqa: PLR0913  (the options of one command)
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="sealed bundle (folder or zip)")],
    out: Annotated[Path, typer.Option("-o", "--out", help="folder to create; OUT.zip beside it")],
    *,
    policy: Annotated[Path | None, typer.Option(help="disclosure.toml: rules in a file")] = None,
    withhold: Annotated[
        GlobOption, typer.Option(metavar="GLOB", help="show as little as possible of these files")
    ] = [],  # noqa: B006  (typer copies it)
    metadata: Annotated[
        GlobOption, typer.Option(metavar="GLOB", help="show name, size and class of these only")
    ] = [],  # noqa: B006
    embargo: Annotated[
        GlobOption, typer.Option(metavar="GLOB", help="likewise, until a day; a certifier agrees")
    ] = [],  # noqa: B006
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="last day of the embargo")
    ] = None,
    reason: Annotated[str, typer.Option(help="why, for all that this command line names")] = "",
    run: Annotated[
        Path | None, typer.Option(help="run directory, whose secrets must be nowhere in OUT")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the public edition of a bundle: same signatures and root, less content.

    GLOB names files from data/ on: * and ? within a folder, ** for any folders. Records, verdicts,
    plans, the dossier, the DUT's identity and the bench are in every edition.
    """
    day = until.date() if until else None
    rules = [*_rules_of(withhold, metadata, embargo, day, reason)]
    rules += load_disclosure(policy).rules if policy else ()
    made = make_edition(bundle, out, rules, _secrets(run))
    if as_json:
        output.print_json(_document(made))
    else:
        _tell(made)


def _rules_of(
    withhold: Sequence[str],
    metadata: Sequence[str],
    embargo: Sequence[str],
    until: dt.date | None,
    reason: str,
) -> Iterator[DisclosureRule]:
    named = [*withhold, *metadata, *embargo]
    if named and not reason:
        raise UsageError(f"{named[0]}: say why with --reason; the edition will show it")
    if bool(embargo) is not bool(until):
        raise UsageError("--embargo needs --until YYYY-MM-DD, and --until an --embargo")
    levels = [(files, Level.WITHHELD, None) for files in withhold]
    levels += [(files, Level.METADATA, None) for files in metadata]
    rows = [*levels, *((files, Level.METADATA, until) for files in embargo)]
    for files, level, day in rows:
        try:
            yield DisclosureRule(files=files, level=level, reason=reason, embargo=day)
        except ValidationError as error:
            what = error.errors()[0]["msg"]
            raise UsageError(f"{files} ({reason!r}): {what}") from error


def _secrets(run: Path | None) -> SecretFile | None:
    if run is None:
        return None
    folders = (run, run / "run")
    if any(is_locked(folder) for folder in folders):
        raise UsageError(f"{run}: is encrypted; first: certbench unlock {run} --key ...")
    files = [folder / "private" / "secrets.json" for folder in folders]
    found = next((file for file in files if file.is_file()), None)
    if found is None:
        raise UsageError(f"{run}: not a run directory: it has no private/secrets.json")
    return load_secrets(found)


def _document(made: Edition) -> dict[str, Any]:
    told = made.redaction
    return {
        "schema": "certbench/redact/1",
        "edition": str(made.folder),
        "archive": str(made.archive),
        "root": made.root,
        "searched_for_secrets": made.gated,
        "full": told.full,
        "metadata": told.metadata,
        "withheld": told.withheld,
        "held": [entry.to_json() for entry in told.held],
        "embargoes": [
            {"file": entry.file, "leaf": entry.leaf, "until": entry.until.isoformat()}
            for entry in made.embargoes
        ],
    }


def _tell(made: Edition) -> None:
    told = made.redaction
    console.print(
        f"{told.full} files shown, {told.metadata} by name only, {told.withheld} withheld"
    )
    for entry in told.held:
        console.print(f"  {_line(entry)}", soft_wrap=True)
    for each in made.embargoes:
        console.print(
            f"  a certifier must agree: {escape(each.file)}, leaf {each.leaf}", soft_wrap=True
        )
    if not made.gated:
        console.print("not searched for secrets again: give the run's folder with --run")
    console.print(f"edition  {output.from_here(made.folder)}", soft_wrap=True)
    console.print(f"archive  {output.from_here(made.archive)}", soft_wrap=True)


def _line(entry: HeldFiles) -> str:
    until = f", until {entry.embargo}" if entry.embargo else ""
    return f"{entry.count} {entry.file_class} {entry.level.value}{until}: {escape(entry.reason)}"
