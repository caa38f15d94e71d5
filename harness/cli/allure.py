"""``certbench allure``: draw a bundle with Allure, without its analytics."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal

console = Terminal()


def allure(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="sealed bundle (folder or zip)")],
    out: Annotated[Path, typer.Option("-o", "--out", help="folder for index.html")],
    *,
    history: Annotated[
        Path | None, typer.Option(help="file that remembers earlier bundles; made if missing")
    ] = None,
    prefix: Annotated[
        Path | None, typer.Option(help="where npm put the package, if not beside its lock")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a bundle with Allure: one page, no network, no analytics.

    A derived view: no signature is checked, and where the two differ the bundle counts. Needs
    Node.js and the npm package allure; if it is missing, the command to install it is shown.
    """
    from harness.report.allure.view import draw

    view = draw(bundle, out, history, prefix)
    if as_json:
        document = {"schema": "certbench/allure/1", "page": str(view.page), "units": view.units}
        output.print_json({**document, "network_cut": view.network_cut})
        return
    cut = "" if view.network_cut else "; the network could not be cut for the program"
    console.print(f"{view.units} units{cut}")
    console.print(f"page    {output.from_here(view.page)}", soft_wrap=True)
