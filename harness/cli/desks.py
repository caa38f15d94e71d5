"""The questions of a run as they stand, found by judging it: for pages, sheets and terminals."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from harness.answering.desk import Desk
from harness.answering.queue import JudgedFramework, Queue, make_queue
from harness.answering.rounds import Rounds
from harness.answering.visits import open_visit
from harness.bench.operator import TerminalOperator
from harness.bench.protocols import Operator
from harness.cli.surveying import Framework
from harness.encoding.text import neutralise_lines
from harness.model.ids import SampleId
from harness.model.order import RunOrder
from harness.model.question import AskedQuestions
from harness.plugin.evidence_source import known_secrets
from harness.plugin.launch import JudgingOrder, judge_all


def make_desk(run: Path, order: RunOrder, frameworks: Sequence[Framework]) -> Desk:
    """The questions that the survey leaves to people as it stands now.

    While a visit is held open, those are the ones about the state of that visit.

    Raises:
        BenchFault: judging ended without a result.
    """
    with tempfile.TemporaryDirectory(prefix="asking-", dir=run / "private") as scratch:
        judged = _judged(run, order, frameworks, Path(scratch))
    queue = make_queue(judged, order.dossier)
    visit = open_visit(run)
    if visit is not None:
        here = visit.state.value
        queue = Queue(tuple(entry for entry in queue.entries if entry.place == here))
    return Desk(run, queue, known_secrets(run))


def rounds_of(
    run: Path,
    order: RunOrder,
    frameworks: Sequence[Framework],
    person: Operator | None,
    console: Console,
) -> Rounds | None:
    """How people look at the sample during the visits of a run; None if nobody does."""
    terminal = person if isinstance(person, TerminalOperator) and person.is_there else None
    if terminal is None and not order.wait_s:
        return None
    return Rounds(
        run,
        lambda: make_desk(run, order, frameworks),
        SampleId(order.bench.sample[0].id),
        lambda text: console.print(escape(neutralise_lines(text)), soft_wrap=True),
        terminal=terminal,
        wait_s=order.wait_s,
    )


def _judged(
    run: Path, order: RunOrder, frameworks: Sequence[Framework], scratch: Path
) -> list[JudgedFramework]:
    orders = [
        JudgingOrder(
            suite=each.suite.folder,
            version=each.catalogue.framework.version,
            evidence=run,
            out=scratch / str(number),
            allure=False,
            confirmations=order.confirmations,
            asked=True,
        )
        for number, each in enumerate(frameworks)
    ]
    assessments = judge_all(orders)
    return [
        JudgedFramework(
            asked=AskedQuestions.from_bytes((given.out / "asked.json").read_bytes()),
            assessment=assessment,
            catalogue=framework.catalogue,
            units={unit.unit: unit for unit in framework.units},
        )
        for framework, given, assessment in zip(frameworks, orders, assessments, strict=True)
    ]
