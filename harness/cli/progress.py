"""Live progress of a survey on standard error."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from harness.encoding.text import neutralise
from harness.model.ids import ProbeName, SampleId
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.record import AttemptOutcome, AttemptRecord


class SurveyProgress:
    """A bar for the survey, and a line for each attempt that did not complete.

    Implements `harness.survey.campaign.Listener`; called from several threads.
    """

    def __init__(
        self,
        plan: SurveyPlan,
        title: str,
        *,
        ways: Callable[[PlannedVisit], Sequence[str]],
        console: Console,
        bar: bool = True,
    ) -> None:
        """Expect what ``plan`` says: every probe of every visit and identity twice.

        ``ways`` tells over what a visit looks at its sample: network, serial console, Bluetooth.

        Without ``bar`` there are lines alone: somebody types on this terminal, and a bar that is
        drawn ten times a second would wipe out what they type.
        """
        self._console = console
        self._ways = ways
        self._lock = threading.Lock()
        self._running: list[str] = []
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[now]}"),
            console=console,
            transient=True,
            disable=not bar,
        )
        total = sum(len(set(visit.probes) - {"identity"}) + 2 for visit in plan.visits)
        self._task: TaskID = self._bar.add_task(escape(title), total=total, now="")
        self.started = time.monotonic()

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        self._bar.stop()

    def visit_started(self, visit: PlannedVisit) -> None:
        """A sample is in its state."""
        ways = self._ways(visit)
        over = f", over {', '.join(ways)}" if ways else ""
        self._console.print(f"  sample {visit.sample}: {visit.state.value}{over}", style="dim")

    def attempt_started(self, sample: SampleId, probe: ProbeName) -> None:
        """Name the probe beside the bar."""
        with self._lock:
            self._running.append(f"{sample}:{probe}")
            self._bar.update(self._task, now=" ".join(self._running))
        if self._bar.disable:
            self._console.print(f"  sample {sample}: {probe}", style="dim")

    def attempt_ended(self, record: AttemptRecord) -> None:
        """Advance; say why an attempt did not complete."""
        with self._lock:
            name = f"{record.key.sample}:{record.key.probe}"
            if name in self._running:
                self._running.remove(name)
            self._bar.update(self._task, advance=1, now=" ".join(self._running))
        if record.outcome is not AttemptOutcome.COMPLETED:
            reason = escape(neutralise(record.reason))
            self._console.print(f"  {record.key}: {record.outcome.value}, {reason}")
