"""Interpreter of the ``updates`` probe: which images came to run, and which did not (pure).

``updates.jsonl`` (capture ``certbench/capture-updates/1``) is a journal of these records:

- ``running``: ``text``, what the device says that it runs; ``silent``: it was asked and said
  nothing;
- ``offer``: an image is about to be offered: ``mechanism``, ``attack`` (``genuine`` for the
  control), ``way``, and ``marker``, the text that the device would say once it runs that image;
- ``offered``: the last byte is sent; what follows up to the next ``offer`` belongs to this one;
- ``not-possible``: ``mechanism``, ``attack`` and ``why``; ``not-tried``: ``way`` and ``why``.
"""

from dataclasses import dataclass, field
from typing import Final

from harness.encoding.journal import JournalRecord
from harness.encoding.text import neutralise
from harness.errors import CaptureError
from harness.facts.base import NotExamined
from harness.facts.updates import Attack, UpdateAttack, UpdatesFacts, UpdateWay
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.steps import Steps, elapsed_ms, name_in
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Unknown

JOURNAL: Final = "updates.jsonl"
GENUINE: Final = "genuine"
_MAX_TRIALS: Final = 500


@dataclass
class _Trial:
    """One image, offered once."""

    offer: JournalRecord
    mechanism: str
    attack: str
    way: str
    marker: str
    before: str
    offered: JournalRecord | None = None
    readings: list[JournalRecord] = field(default_factory=list)

    @property
    def shown(self) -> JournalRecord | None:
        """The first reading that shows the image running."""
        return next((entry for entry in self.readings if entry.text("text") == self.marker), None)

    @property
    def took_ms(self) -> int | None:
        """From the end of the offer to the first reading that shows the image."""
        if self.offered is None or self.shown is None or not self.tells:
            return None
        return elapsed_ms(self.offered, self.shown)

    @property
    def tells(self) -> bool:
        """Whether the image can be told from what ran before."""
        return bool(self.marker) and bool(self.before) and self.marker != self.before


def interpret(captures: CaptureReader, upstream: Upstream) -> UpdatesFacts:
    """Facts of one experiment; needs no upstream fact.

    Raises:
        CaptureError: the journal cannot be read, or holds too many trials.
    """
    del upstream
    steps = Steps(captures, JOURNAL)
    trials = _trials(steps)
    controls = [trial for trial in trials if trial.attack == GENUINE]
    attacks = tuple(
        UpdateAttack(
            mechanism=trial.mechanism,
            attack=Attack(trial.attack),
            way=trial.way,
            installed=_installed(steps, trial, _same_way(trial, controls)),
        )
        for trial in trials
        if trial.attack != GENUINE
    )
    ways = tuple(
        UpdateWay(way=trial.way, takes=_installed(steps, trial, _same_image(trial, controls)))
        for trial in controls
    )
    tried = {f"{entry.mechanism}@{entry.attack.value}" for entry in attacks}
    return UpdatesFacts(
        under_test=_under_test(steps),
        attacks=attacks,
        ways=ways,
        examined=(*sorted(tried), *sorted({entry.way for entry in ways})),
        not_examined=_gaps(steps),
        complete=steps.complete,
    )


def _trials(steps: Steps) -> list[_Trial]:
    trials: list[_Trial] = []
    running = ""
    for record in steps.journal.records:
        if record.kind == "offer":
            if len(trials) >= _MAX_TRIALS:
                raise CaptureError(f"line {record.line}: more than {_MAX_TRIALS} trials")
            trials.append(_trial(record, running))
        elif record.kind == "running":
            running = record.text("text")
        elif record.kind == "silent":
            running = ""
        if trials and record.kind == "offered":
            trials[-1].offered = record
        if trials and record.kind in {"running", "silent"}:
            trials[-1].readings.append(record)
    return trials


def _trial(record: JournalRecord, running: str) -> _Trial:
    attack = record.text("attack")
    if attack != GENUINE and attack not in set(Attack):
        raise CaptureError(f"line {record.line}: no such attack")
    return _Trial(
        offer=record,
        mechanism=name_in(record, "mechanism"),
        attack=attack,
        way=name_in(record, "way"),
        marker=record.text("marker"),
        before=running,
    )


def _installed(steps: Steps, trial: _Trial, controls: list[_Trial]) -> Observation:
    """Present where the image runs; Absent where it had as long as its control took, and does not.

    The slowest control counts: an image that is installed after the bench stopped looking would
    otherwise pass for refused.
    """
    if trial.tells and trial.shown is not None:
        return steps.seen(trial.shown)
    doubt = _doubt(trial)
    if doubt or trial.offered is None:
        return Unknown(reason=doubt)
    good = [(took, entry) for entry in controls if (took := entry.took_ms) is not None]
    if not good:
        return Unknown(reason="no good image was installed in the same run")
    took, control = max(good, key=lambda pair: pair[0])
    if control.shown is None or elapsed_ms(trial.offered, trial.readings[-1]) < took:
        return Unknown(reason="a good image took longer than the bench waited here")
    return Absent(control=steps.ref(control.shown))


def _doubt(trial: _Trial) -> str:
    """Why nothing follows from an image that was not seen to run; ``""`` if something does."""
    if not trial.tells:
        return "the image can't be told from what ran before it was offered"
    if trial.offered is None or not trial.readings:
        return "it was not offered to the end, or nothing was read after it"
    if any(entry.text("text") not in {"", trial.before} for entry in trial.readings):
        return "the device ran something else afterwards"
    if trial.readings[-1].text("text") != trial.before:
        return "the device told no version afterwards"
    return ""


def _same_way(trial: _Trial, controls: list[_Trial]) -> list[_Trial]:
    return [
        entry for entry in controls if (entry.mechanism, entry.way) == (trial.mechanism, trial.way)
    ]


def _same_image(trial: _Trial, controls: list[_Trial]) -> list[_Trial]:
    return [entry for entry in controls if entry.marker == trial.marker and entry is not trial]


def _under_test(steps: Steps) -> str:
    found = next(steps.journal.of("running"), None)
    return neutralise(found.text("text")) if found is not None else ""


def _gaps(steps: Steps) -> tuple[NotExamined, ...]:
    gaps = []
    for record in steps.journal.of("not-possible", "not-tried"):
        target = (
            name_in(record, "way")
            if record.kind == "not-tried"
            else f"{name_in(record, 'mechanism')}@{name_in(record, 'attack')}"
        )
        gaps.append(
            NotExamined(target=target, reason=neutralise(record.text("why")) or "no reason")
        )
    return tuple(gaps)


INTERPRETER = Interpreter(ProbeName("updates"), 1, UpdatesFacts, interpret)
