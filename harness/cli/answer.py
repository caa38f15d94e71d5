"""``certbench answer``, ``answers`` and ``judge``: people's answers after a survey."""

import contextlib
import getpass
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from harness.answering.desk import Desk
from harness.answering.page import Pages
from harness.answering.server import AnswerServer, one_address
from harness.answering.visits import open_visit
from harness.cli.outcome import show_outcome
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.encoding.text import counted, neutralise
from harness.errors import CertbenchError, UsageError
from harness.evidence.people import NOBODY
from harness.model.order import RunOrder
from harness.survey.run_directory import is_finished, locate, read_order
from harness.survey.standing import read_record

answers_app = typer.Typer(
    help="Answers to a run's questions, through a spread-sheet.", no_args_is_help=True
)
console = Terminal()
_MAX_NAME: Final = 80
_REFUSED_EXIT: Final = 2
_LOOK_S: Final = 1.0
_JOIN_S: Final = 2.0

RunArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help="run directory, or the folder that holds it")
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="spread-sheet, .xlsx")]


def answer(
    run: RunArgument,
    *,
    person: Annotated[
        list[str], typer.Option(help="who answers; may be repeated, each gets a link")
    ] = [],  # noqa: B006  (typer copies it)
    listen: Annotated[
        str, typer.Option(metavar="ADDRESS:PORT", help="where the page is served; port 0: any")
    ] = "127.0.0.1:0",
) -> None:
    """Serve a page on which people answer what needs a person; ends with Ctrl+C.

    While a campaign holds a visit open (certbench run --wait), the page has what is to be seen in
    that visit, and follows the campaign to the next one.

    Only who has a link can open it. Nothing is encrypted on the way: name another address than
    that of this machine itself on a network of the laboratory only.
    """
    people, address = _people(person), _address(listen)
    folder = locate(run)
    order = read_order(folder)
    desk = desk_of(folder, order)
    dut = order.dossier.dut
    again = judge_command(run, order)

    def pages_of(desk: Desk) -> Pages:
        return Pages(desk, f"{dut.supplier} {dut.model}", again)

    server = AnswerServer(address, desk, pages_of(desk), people)
    with server:
        left = sum(each.is_open for each in desk.standing())
        console.print(counted(left, "open question"))
        for name, link in server.links.items():
            console.print(f"{escape(neutralise(name))}: {link}", soft_wrap=True, highlight=False)
        with following(folder, order, server, pages_of), contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    left = sum(each.is_open for each in server.desk.standing())
    console.print(f"{counted(left, 'question')} left open. To judge with the answers, type:")
    console.print(escape(again), soft_wrap=True)


@contextlib.contextmanager
def following(
    run: Path, order: RunOrder, server: AnswerServer, pages_of: Callable[[Desk], Pages]
) -> Iterator[None]:
    """Let the pages follow a campaign from visit to visit, and to what is left after the survey."""
    ended = threading.Event()

    def follow() -> None:
        shown = open_visit(run)
        while shown is not None and not ended.wait(_LOOK_S):
            now = open_visit(run)
            if now == shown or not is_ready(run):
                continue
            try:
                desk = desk_of(run, order)
            except CertbenchError as error:  # the survey went on meanwhile
                console.print(escape(neutralise(str(error), 1000)), soft_wrap=True)
                continue
            server.show(desk, pages_of(desk))
            shown = now
            left = sum(each.is_open for each in desk.standing())
            where = f"{shown.sample}/{shown.visit}" if shown else "the survey is over"
            console.print(f"{where}: {counted(left, 'open question')}", highlight=False)

    follower = threading.Thread(target=follow, name="following the campaign", daemon=True)
    follower.start()
    try:
        yield
    finally:
        ended.set()
        follower.join(_JOIN_S)


@answers_app.command("export")
def export_answers(run: RunArgument, file: FileArgument) -> None:
    """Write every question, with what there is to it, as a spread-sheet to fill in."""
    from harness.answering.sheet import write_sheet

    folder = locate(run)
    standing = desk_of(folder, read_order(folder)).standing()
    write_sheet(file, standing)
    left = sum(each.is_open for each in standing)
    console.print(escape(f"{file}: {counted(left, 'open question')} of {len(standing)}"))


@answers_app.command("import")
def import_answers(
    file: FileArgument,
    run: RunArgument,
    *,
    person: Annotated[str, typer.Option(help="who answered")],
) -> None:
    """Take the answers of a filled-in spread-sheet; ends with 2 if one was refused.

    Refused are answers to questions that have changed, and those that somebody answered meanwhile.
    """
    from harness.answering.sheet import take_sheet

    (name,) = _people([person])
    folder = locate(run)
    order = read_order(folder)
    taken = take_sheet(file, desk_of(folder, order), name)
    for refused in taken.refused:
        console.print(escape(neutralise(f"refused: {refused}", 1000)), soft_wrap=True)
    console.print(
        f"{counted(taken.written, 'answer')} taken, {taken.unchanged} unchanged, "
        f"{len(taken.refused)} refused"
    )
    if taken.written:
        console.print(escape(f"To judge with them: {judge_command(run, order)}"), soft_wrap=True)
    if taken.refused:
        raise typer.Exit(_REFUSED_EXIT)


def judge(
    run: RunArgument,
    *,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="folder for the bundle of a mere survey")
    ] = None,
    job: Annotated[
        Path | None, typer.Option(metavar="FILE", help="record of the amended report of a test")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a run again, with the answers that it has now, and seal a further bundle."""
    from harness.cli import running

    show_outcome(console, running.judge_again(run, out, job), as_json=as_json)


def judge_command(run: Path, order: RunOrder) -> str:
    """What to type to judge with new answers."""
    return f"certbench judge {run}" + ("" if order.target else " --out FOLDER")


def desk_of(run: Path, order: RunOrder) -> Desk:
    """The questions of a run that is surveyed, or that waits for people in a visit.

    Raises:
        UsageError: the survey is not over, and does not wait.
        BenchFault: judging ended without a result.
    """
    from harness.cli.desks import make_desk
    from harness.cli.running import ordered_frameworks

    if not is_ready(run):
        raise UsageError(f"{run}: not a finished run: certbench run --resume {run} first")
    return make_desk(run, order, ordered_frameworks(order))


def is_ready(run: Path) -> bool:
    """Whether people can answer now: the run is finished, or holds a visit open for them."""
    surveyed = read_record(run / "survey") is not None
    return surveyed and (is_finished(run) or open_visit(run) is not None)


def _people(named: Sequence[str]) -> list[str]:
    people = [name.strip() for name in named] or [getpass.getuser()]
    for name in people:
        if name in NOBODY or len(name) > _MAX_NAME or not name.isprintable():
            raise UsageError(f"--person {name!r}: give a name of at most {_MAX_NAME} characters")
    if len(set(people)) != len(people):
        raise UsageError("--person: the same name twice; tell the people apart")
    return people


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004  (ports end there)
        raise UsageError(f"--listen {text}: give ADDRESS:PORT, such as 127.0.0.1:0")
    return str(one_address(host)), int(port)
