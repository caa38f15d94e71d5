"""How a command that judged and sealed says what it came to, and how it ends."""

from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from harness.cli import output

if TYPE_CHECKING:
    from harness.cli.running import Outcome


def show_outcome(console: Console, done: "Outcome", *, as_json: bool) -> NoReturn:
    """Say what a run came to, and exit as its conclusions say."""
    sealed, purpose = done.sealed, done.purpose.value
    if sealed is None:
        raise typer.Exit
    judged = [(entry, output.catalogue_in(sealed, entry)) for entry in done.assessments]
    revisions = output.revisions_of(sealed, done.assessments)
    if as_json:
        name = str(sealed.archive)
        documents = [output.run_json(*pair, purpose, name, revisions) for pair in judged]
        output.print_json(output.runs_json(documents, str(sealed.archive)))
    else:
        answers = output.answers_of(sealed)
        for entry, catalogue in judged:
            output.show_assessment(console, entry, catalogue, answers)
            output.show_history(console, revisions, str(entry.framework))
        archive = output.from_here(sealed.archive)
        console.print(f"bundle  {archive}", soft_wrap=True)
        console.print(f"report  {output.from_here(sealed.report)}", soft_wrap=True)
        partial = "" if sealed.whole else " --partial"
        console.print(
            f"signed by {escape(sealed.key_id)}; verify: certbench-verify {archive} "
            f"--trust {output.from_here(sealed.public_key)} --purpose {purpose}{partial}",
            soft_wrap=True,
        )
    raise typer.Exit(output.exit_code(done.assessments))
