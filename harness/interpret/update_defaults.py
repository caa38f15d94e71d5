"""Interpreter of the ``update-defaults`` probe: what a device does with an update unasked (pure).

``update-defaults.jsonl`` (capture ``certbench/capture-update-defaults/1``) is a journal:

- ``watch``: from here on the bench's server offers the image whose ``marker`` the device would
  tell, by ``mechanism``; nobody touches the device;
- ``running``: ``text``, what it says that it runs; ``notice``: ``expected`` and ``answer``, one
  look at the place where it would tell of an update;
- ``told``: a person's command to look for updates is given: what follows is the control;
- ``ended``: the end of what belongs to this mechanism.
"""

from typing import Final

from harness.encoding.journal import JournalRecord
from harness.facts.base import NotExamined
from harness.facts.updates import MechanismDefaults, UpdateDefaultsFacts
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.steps import Steps, elapsed_ms, name_in, worked
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Unknown

JOURNAL: Final = "update-defaults.jsonl"


def interpret(captures: CaptureReader, upstream: Upstream) -> UpdateDefaultsFacts:
    """Facts of every mechanism that was watched; needs no upstream fact.

    Raises:
        CaptureError: the journal cannot be read.
    """
    del upstream
    steps = Steps(captures, JOURNAL)
    found: dict[str, MechanismDefaults] = {}
    gaps: list[NotExamined] = []
    running, current = "", list[JournalRecord]()
    for record in steps.journal.records:
        if record.kind == "watch":
            current = [record]
        elif current:
            current.append(record)
        elif record.kind == "running":
            running = record.text("text")
        if record.kind == "ended" and current:
            name = name_in(current[0], "mechanism")
            found[name] = _mechanism(steps, name, current, running)
            current = []
    if current:
        why = "the capture breaks off in the middle of the watch"
        gaps.append(NotExamined(target=name_in(current[0], "mechanism"), reason=why))
    return UpdateDefaultsFacts(
        mechanisms=tuple(found.values()),
        examined=tuple(found),
        not_examined=tuple(gaps),
        complete=steps.complete,
    )


def _mechanism(
    steps: Steps, name: str, records: list[JournalRecord], before: str
) -> MechanismDefaults:
    cut = next((n for n, record in enumerate(records) if record.kind == "told"), len(records) - 1)
    alone, told = records[:cut], records[cut:]
    marker = records[0].text("marker")
    return MechanismDefaults(
        mechanism=name,
        watched_s=elapsed_ms(records[0], records[cut]) // 1000,
        installed=_installed(steps, alone, told, marker, before),
        noticed=_noticed(steps, alone, told),
        evidence=steps.ref(records[0]),
    )


def _installed(
    steps: Steps, alone: list[JournalRecord], told: list[JournalRecord], marker: str, before: str
) -> Observation:
    if not marker or not before or marker == before:
        return Unknown(reason="the update can't be told from what ran before it was offered")
    mine = next((entry for entry in alone if _runs(entry, marker)), None)
    if mine is not None:
        return steps.seen(mine)
    readings = [entry for entry in alone if entry.kind == "running"]
    if not readings or not _runs(readings[-1], before):
        return Unknown(reason="what ran at the end of the watch was not read")
    control = next((entry for entry in told if _runs(entry, marker)), None)
    if control is None or not steps.complete:
        return Unknown(reason="the device did not install the update when it was told to either")
    return Absent(control=steps.ref(control))


def _noticed(steps: Steps, alone: list[JournalRecord], told: list[JournalRecord]) -> Observation:
    looks = [entry for entry in alone if entry.kind == "notice"]
    mine = next((entry for entry in looks if worked(entry)), None)
    if mine is not None:
        return steps.seen(mine)
    control = next((e for e in told if e.kind == "notice" and worked(e)), None)
    if control is None or not looks or not steps.complete:
        return Unknown(reason="no notice was seen when the device was told to look either")
    return Absent(control=steps.ref(control))


def _runs(record: JournalRecord, text: str) -> bool:
    return record.kind == "running" and record.text("text") == text


INTERPRETER = Interpreter(ProbeName("update-defaults"), 1, UpdateDefaultsFacts, interpret)
