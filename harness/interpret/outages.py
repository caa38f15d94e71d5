"""Interpreter of the ``outages`` probe: what went on, and what came back (pure).

``outages.jsonl`` (capture ``certbench/capture-outages/1``) is a journal:

- ``prepare``: an outage of ``outage`` (network, power, isolation, replacement) begins to be
  prepared; ``cut``: it was made; ``restored``: it was undone; ``closed``: nothing of it follows;
- ``witness``: a check of the cut itself, over what is cut: ``expected`` and ``answer``;
- ``check``: of a ``function``, ``local`` or not: ``expected`` and ``answer``;
- ``setting``: ``name``, ``value`` and ``factory``, the value that it has out of the box.

What was read before ``cut``, between and after ``restored`` is told by the order of the records.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final, get_args

from harness.encoding.journal import JournalRecord
from harness.encoding.text import neutralise
from harness.errors import CaptureError
from harness.facts.base import NotExamined
from harness.facts.outages import FunctionCheck, Outage, OutageKind, OutagesFacts, SettingCheck
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.steps import Steps, first, name_in, worked
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown

JOURNAL: Final = "outages.jsonl"
_KINDS: Final[dict[str, OutageKind]] = {kind: kind for kind in get_args(OutageKind)}
_CONFIRMED: Final = 2
"""Checks that fail before a function counts as gone: one may be lost on the way."""
_MAX_NAMES: Final = 500


@dataclass
class _Run:
    """The records of one outage by phase."""

    kind: OutageKind
    before: list[JournalRecord] = field(default_factory=list)
    during: list[JournalRecord] = field(default_factory=list)
    after: list[JournalRecord] = field(default_factory=list)
    phase: str = "before"
    closed: bool = False

    def add(self, record: JournalRecord) -> None:
        """Take the next record of this outage."""
        if record.kind == "cut":
            self.phase = "during"
        elif record.kind == "restored":
            self.phase = "after"
        elif record.kind == "closed":
            self.closed = True
        else:
            {"before": self.before, "during": self.during, "after": self.after}[self.phase].append(
                record
            )


def interpret(captures: CaptureReader, upstream: Upstream) -> OutagesFacts:
    """Facts of every outage that was gone through to its end; needs no upstream fact.

    Raises:
        CaptureError: the journal cannot be read, or names too many things.
    """
    del upstream
    steps = Steps(captures, JOURNAL)
    runs = _runs(steps)
    numbers = {kind: count(1) for kind in _KINDS.values()}
    outages = tuple(_outage(steps, run, next(numbers[run.kind])) for run in runs if run.closed)
    kinds = dict.fromkeys(entry.kind for entry in outages)
    broken = dict.fromkeys(run.kind for run in runs if not run.closed)
    return OutagesFacts(
        outages=outages,
        examined=tuple(kind for kind in kinds if kind not in broken),
        not_examined=tuple(
            NotExamined(target=kind, reason="the capture breaks off in this outage")
            for kind in broken
        ),
        complete=steps.complete,
    )


def _runs(steps: Steps) -> list[_Run]:
    runs: list[_Run] = []
    for record in steps.journal.records:
        if record.kind == "prepare":
            kind = _KINDS.get(record.text("outage"))
            if kind is None:
                raise CaptureError(f"line {record.line}: no such outage")
            runs.append(_Run(kind))
        elif runs and not runs[-1].closed:
            runs[-1].add(record)
    return runs


def _outage(steps: Steps, run: _Run, number: int) -> Outage:
    return Outage(
        kind=run.kind,
        number=number,
        real=_real(steps, run),
        functions=tuple(_function(steps, run, name) for name in _names(run, "check", "function")),
        settings=tuple(
            found
            for name in _names(run, "setting", "name")
            if (found := _setting(steps, run, name)) is not None
        ),
    )


def _names(run: _Run, kind: str, key: str) -> tuple[str, ...]:
    everything = (*run.before, *run.during, *run.after)
    found = dict.fromkeys(name_in(entry, key) for entry in everything if entry.kind == kind)
    if len(found) > _MAX_NAMES:
        raise CaptureError(f"more than {_MAX_NAMES} names of kind {kind}")
    return tuple(found)


def _real(steps: Steps, run: _Run) -> Observation:
    """The witness answers before and after, and never in between."""
    before, during, after = (
        [entry for entry in phase if entry.kind == "witness"]
        for phase in (run.before, run.during, run.after)
    )
    if not any(map(worked, before)) or not any(map(worked, after)):
        return Unknown(reason="the witness of the cut did not answer before and after it")
    if len(during) < _CONFIRMED or any(map(worked, during)):
        return Unknown(reason="nothing shows that the cut was made")
    return Present(evidence=tuple(steps.ref(entry) for entry in during[:_CONFIRMED]))


def _function(steps: Steps, run: _Run, name: str) -> FunctionCheck:
    before, during, after = (
        [entry for entry in phase if entry.kind == "check" and entry.text("function") == name]
        for phase in (run.before, run.during, run.after)
    )
    good = next((entry for entry in before if worked(entry)), None)
    everything = (*before, *during, *after)
    return FunctionCheck(
        name=neutralise(name),
        # One record that says otherwise is enough to ask less of it.
        local=all(entry.fields.get("local") is True for entry in everything),
        before=steps.seen_or(good, "it did not work before"),
        during=_all_along(steps, during, good),
        after=_in_the_end(steps, after, good),
    )


def _all_along(
    steps: Steps, checks: Sequence[JournalRecord], good: JournalRecord | None
) -> Observation:
    if checks and all(map(worked, checks)):
        return steps.seen(checks[0])
    return _gone(steps, checks, good)


def _in_the_end(
    steps: Steps, checks: Sequence[JournalRecord], good: JournalRecord | None
) -> Observation:
    if checks and worked(checks[-1]):
        return steps.seen(checks[-1])
    return _gone(steps, checks, good)


def _gone(steps: Steps, checks: Sequence[JournalRecord], good: JournalRecord | None) -> Observation:
    """Absent where it worked before and failed each time; some of each decides nothing."""
    if not checks:
        return Unknown(reason="it was not asked")
    if any(map(worked, checks)):
        return Unknown(reason="it worked at some times and not at others")
    if not steps.complete:
        return Unknown(reason="it failed, and the capture is not whole")
    if good is None or len(checks) < _CONFIRMED:
        return Unknown(reason="it failed, and nothing shows that it would have worked")
    return Absent(control=steps.ref(good))


def _setting(steps: Steps, run: _Run, name: str) -> SettingCheck | None:
    """How a setting came through; None for one that can't tell.

    It changed before anything was cut, or it was empty or at its factory value all along: whoever
    loses it has the same afterwards.
    """
    before, after = (
        [entry for entry in phase if entry.kind == "setting" and entry.text("name") == name]
        for phase in (run.before, run.after)
    )
    old = [entry.data("value") for entry in before]
    if len(set(old)) > 1:
        return None
    start, end = first(before), first(after[::-1])
    outcome = "unread"
    if start is not None and end is not None:
        outcome = _compared(steps, start, end)
    place = end or start
    if place is None or (outcome == "same" and _as_made(place)):
        return None
    return SettingCheck.model_validate(
        {"name": neutralise(name), "outcome": outcome, "evidence": steps.ref(place)}
    )


def _compared(steps: Steps, start: JournalRecord, end: JournalRecord) -> str:
    new = end.data("value")
    if new == start.data("value"):
        return "same"
    if not steps.complete:
        return "unread"
    return "lost" if new in {b"", start.data("factory")} else "changed"


def _as_made(record: JournalRecord) -> bool:
    """Whether a setting is empty, or what it is out of the box."""
    return record.data("value") in {b"", record.data("factory")}


INTERPRETER = Interpreter(ProbeName("outages"), 1, OutagesFacts, interpret)
