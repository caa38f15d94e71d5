"""Interpreter of the ``snmp-write`` probe: whether published communities write (pure)."""

from collections.abc import Sequence
from typing import Final

from harness.facts.snmp import (
    NameSource,
    SnmpAgent,
    SnmpFacts,
    SnmpWriteFacts,
    SnmpWriter,
    TrialResult,
    WriteTrial,
)
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.snmp_messages import REFUSALS, RESPONSE, parse
from harness.interpret.snmp_trials import TIMEOUT, Asked, Datagram, read_asked
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown

_VERSIONS: Final = frozenset({"v1", "v2c"})


def interpret(captures: CaptureReader, upstream: Upstream) -> SnmpWriteFacts:
    """Writing at every endpoint of the ``snmp`` facts.

    Raises:
        CaptureError: the inputs or a journal cannot be read, or there are no ``snmp`` facts.
    """
    seen = upstream.get(SnmpFacts)
    asked, _, whole = read_asked(captures)
    tried = {entry.endpoint.name: entry for entry in asked}
    return SnmpWriteFacts(
        examined=seen.examined,
        not_examined=seen.not_examined,
        complete=captures.complete
        and whole
        and seen.complete
        and all(entry.whole for entry in asked),
        servers=tuple(_writer(agent, tried.get(agent.endpoint.name)) for agent in seen.servers),
    )


def _writer(agent: SnmpAgent, asked: Asked | None) -> SnmpWriter:
    if asked is None:
        # A community that may not even read was refused already; the control is the same.
        return SnmpWriter(endpoint=agent.endpoint, writable=_as_reading(agent.published_community))
    trials = _trials(asked)
    readers = {
        trial.name
        for trial in agent.trials
        if trial.source is NameSource.PUBLISHED
        and trial.version in _VERSIONS
        and trial.result is TrialResult.READS
    }
    untried = readers - {trial.community for trial in trials}
    return SnmpWriter(
        endpoint=agent.endpoint, writable=_writable(trials, sorted(untried)), trials=trials
    )


def _as_reading(reads: Observation) -> Observation:
    if isinstance(reads, Present):
        return Unknown(reason="a published community reads, and its writing was not tried")
    return reads


def _trials(asked: Asked) -> tuple[WriteTrial, ...]:
    """One for each object that could be read."""
    groups: dict[int, list[Datagram]] = {}
    for entry in asked.datagrams:
        groups.setdefault(entry.trial, []).append(entry)
    found = ((group, _value(group, "before")) for group in groups.values())
    return tuple(_trial(group, before) for group, before in found if before is not None)


def _trial(group: Sequence[Datagram], before: bytes) -> WriteTrial:
    first = group[0]
    return WriteTrial(
        version="v1" if first.version == "v1" else "v2c",
        community=first.name,
        object=_object(first),
        written=_written(group, before),
        restored=_restored(group, before),
    )


def _object(asked: Datagram) -> str:
    message = parse(asked.sent)
    return message.bindings[0].name if message and message.bindings else ""


def _written(group: Sequence[Datagram], before: bytes) -> Observation:
    marked = _value(group, "marked")
    marker = next((_sent_value(entry) for entry in group if entry.step == "marker"), None)
    if marker is not None and marked == marker != before:
        steps = ("before", "same", "marker", "marked", "restore", "after")
        return Present(evidence=tuple(entry.place for entry in group if entry.step in steps)[:20])
    return _refused(group, before)


def _refused(group: Sequence[Datagram], before: bytes) -> Observation:
    """Refused by an error, or by silence between two readings of the value as it was."""
    sets = [entry for entry in group if entry.step == "same"]
    if any(_took(entry) for entry in sets):
        return Unknown(reason="the agent took a value and did not keep another")
    no = next((entry for entry in sets if entry.answer and entry.answer.error in REFUSALS), None)
    if no is not None:
        return Absent(control=no.place)
    still = next((entry for entry in group if entry.step == "still" and entry.answer), None)
    silent = bool(sets) and all(entry.outcome == TIMEOUT for entry in sets)
    if silent and still is not None and _value(group, "still") == before:
        return Absent(control=still.place)
    return Unknown(reason="the agent gave no clear answer to the value that the object has")


def _restored(group: Sequence[Datagram], before: bytes) -> Observation:
    after = [entry for entry in group if entry.step == "after" and entry.answer]
    if not after:
        return Unknown(reason="nothing was written, or nothing read afterwards")
    last = after[-1]
    return Present(evidence=(last.place,)) if _held(last) == before else Absent(control=last.place)


def _writable(trials: Sequence[WriteTrial], untried: Sequence[str]) -> Observation:
    seen = [trial.written for trial in trials]
    hits = [written for written in seen if isinstance(written, Present)]
    if hits:
        return Present(evidence=tuple(place for hit in hits for place in hit.evidence)[:20])
    if untried or not seen:
        return Unknown(reason=f"writing was not tried under {', '.join(untried) or 'any name'}")
    return next((written for written in seen if isinstance(written, Unknown)), seen[0])


def _took(entry: Datagram) -> bool:
    return entry.answer is not None and entry.answer.pdu == RESPONSE and not entry.answer.error


def _value(group: Sequence[Datagram], step: str) -> bytes | None:
    held = [_held(entry) for entry in group if entry.step == step and entry.answer]
    return held[-1] if held else None


def _held(entry: Datagram) -> bytes | None:
    """The value of the object that was asked for."""
    values = entry.answer.values if entry.answer else ()
    asked = _object(entry)
    return next((value.content for value in values if value.name == asked), None)


def _sent_value(entry: Datagram) -> bytes | None:
    message = parse(entry.sent)
    return message.bindings[0].content if message and message.bindings else None


INTERPRETER = Interpreter(ProbeName("snmp-write"), 1, SnmpWriteFacts, interpret)
