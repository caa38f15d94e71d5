"""Reads a whole stored survey into facts: the same way live, judging and replaying."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.encoding.tree import Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.facts.base import Facts
from harness.facts.identity import IdentityFacts
from harness.facts.store import FactBase, FactRecord, MissingFact
from harness.interpret.base import CaptureReader, Upstream
from harness.interpret.registry import interpreter_of
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import (
    AttemptOutcome,
    AttemptRecord,
    FirmwareReading,
    SurveyRecord,
    VisitRecord,
)
from harness.model.states import DeviceState

_WITH_CAPTURES = frozenset({AttemptOutcome.COMPLETED, AttemptOutcome.FAILED})
Found = dict[FactKey, Facts]


def interpret_attempt(survey: Tree, attempt: AttemptRecord, known: Found) -> Facts:
    """The facts of one attempt, read from its stored captures.

    Args:
        survey: the tree below ``survey/``.
        attempt: its record.
        known: facts of upstream attempts, by address.

    Raises:
        CaptureError: the captures cannot be read as what they claim to be.
    """
    interpreter = interpreter_of(attempt.key.probe)
    upstream = {
        name: known[key]
        for name, number in attempt.upstream.items()
        if (key := attempt.key.model_copy(update={"probe": ProbeName(name), "attempt": number}))
        in known
    }
    reader = CaptureReader(survey, attempt)
    try:
        return interpreter.interpret(reader, Upstream(upstream))
    except (ValueError, KeyError, TypeError, EvidenceError) as error:
        # A hostile capture may break a parser in a way nobody foresaw; it then gives no facts.
        raise CaptureError(f"{attempt.key}: cannot be interpreted: {error}") from error


def read_survey(survey: Tree) -> FactBase:
    """Every fact and every reasoned absence of a stored survey.

    Raises:
        EvidenceError: a record of the survey is missing or unreadable.
    """
    record, visits, attempts = _records(survey)
    known: Found = {}
    missing: list[MissingFact] = []
    states = {(visit.sample, visit.visit): visit.state for visit in visits}
    lost = _resting_on_lost(attempts, frozenset(survey.names()))
    for attempt in attempts:
        state = states[attempt.key.sample, attempt.key.visit]
        why = lost.get(attempt.key) or _why_no_facts(survey, attempt, known)
        if why:
            missing.append(MissingFact(attempt.key, state, attempt.outcome, why))
    outcomes = {attempt.key: attempt.outcome for attempt in attempts}
    began = {attempt.key: attempt.started for attempt in attempts}
    records = tuple(
        FactRecord(
            key,
            states[key.sample, key.visit],
            outcomes[key],
            facts,
            _firmware(known, key, first=True),
            _firmware(known, key, first=False),
            began[key],
        )
        for key, facts in sorted(known.items(), key=lambda entry: str(entry[0]))
    )
    return FactBase(record, visits, records, tuple(missing))


@dataclass(frozen=True)
class AttemptState:
    """An attempt that rests on certain captures.

    Attributes:
        state: the device state of its visit.
        because: path of one of those captures.
    """

    key: FactKey
    state: DeviceState
    because: str


@dataclass(frozen=True)
class Resting:
    """Attempts that rest on certain captures, by their folder.

    Attributes:
        first: the first sample of the survey, if it has any.
    """

    attempts: Mapping[str, AttemptState]
    first: SampleId | None


def attempts_resting_on(survey: Tree, captures: frozenset[str]) -> Resting:
    """The attempts whose facts, or whose circumstances, come from one of ``captures``.

    Facts come along with those that they were interpreted with; and the firmware of a whole visit
    is what its identity facts say.

    Raises:
        EvidenceError: a record of the survey is missing or unreadable.
    """
    record, visits, attempts = _records(survey)
    states = {(visit.sample, visit.visit): visit.state for visit in visits}
    because: dict[FactKey, str] = {}
    unidentified: dict[tuple[SampleId, VisitId], str] = {}
    for attempt in attempts:
        own = (f"{attempt.key.folder}/{entry.name}" for entry in attempt.captures)
        direct = next((path for path in own if path in captures), "")
        given = (because[key] for key in sorted(_needs(attempt), key=str) if key in because)
        why = direct or next(given, "")
        if why:
            because[attempt.key] = why
            if attempt.key.probe == IdentityFacts.PROBE:
                unidentified[attempt.key.sample, attempt.key.visit] = why
    for attempt in attempts:
        place = (attempt.key.sample, attempt.key.visit)
        if place in unidentified:
            because.setdefault(attempt.key, unidentified[place])
    found = {
        key.folder: AttemptState(key, states[key.sample, key.visit], why)
        for key, why in because.items()
    }
    return Resting(found, record.samples[0].id if record.samples else None)


def _resting_on_lost(
    attempts: Iterable[AttemptRecord], names: frozenset[str]
) -> Mapping[FactKey, str]:
    """Why attempts of which captures are not here give no facts, nor those that build on them."""
    lost: dict[FactKey, str] = {}
    for attempt in attempts:
        own = (entry.name for entry in attempt.captures)
        gone = [name for name in own if f"{attempt.key.folder}/{name}" not in names]
        given = [key for key in sorted(_needs(attempt), key=str) if key in lost]
        if gone:
            lost[attempt.key] = f"not in this edition: {gone[0]}"
        elif given:
            lost[attempt.key] = f"rests on {given[0]}, of which captures are not in this edition"
    return lost


def _why_no_facts(survey: Tree, attempt: AttemptRecord, known: Found) -> str:
    """Interpret one attempt into ``known``; the reason if it gives no facts, else ``""``."""
    if attempt.outcome not in _WITH_CAPTURES:
        return attempt.reason
    try:
        known[attempt.key] = interpret_attempt(survey, attempt, known)
    except CaptureError as error:
        return "; ".join(filter(None, (attempt.reason, str(error))))
    return ""


def _records(
    survey: Tree,
) -> tuple[SurveyRecord, tuple[VisitRecord, ...], list[AttemptRecord]]:
    """The survey's own record, its visits, and its attempts with upstream ones first."""
    try:
        record = SurveyRecord.from_bytes(read(survey, "survey.json"))
        visits = tuple(_visit(survey, *address) for address in record.visits)
        return record, visits, _in_order(_attempts(survey, visits))
    except (ValueError, CaptureError) as error:
        raise EvidenceError(f"{survey.label}: {error}") from error


def _visit(survey: Tree, sample: SampleId, visit: VisitId) -> VisitRecord:
    return VisitRecord.from_bytes(read(survey, f"{sample}/{visit}/visit.json"))


def _attempts(survey: Tree, visits: Iterable[VisitRecord]) -> list[AttemptRecord]:
    known = {f"{visit.sample}/{visit.visit}" for visit in visits}
    found = []
    for name in survey.names():
        parts = name.split("/")
        if len(parts) == 5 and parts[4] == "attempt.json":  # noqa: PLR2004  (depth of the layout)
            attempt = AttemptRecord.from_bytes(read(survey, name))
            if f"{attempt.key.folder}/attempt.json" != name or "/".join(parts[:2]) not in known:
                raise EvidenceError(f"{survey.label}: {name} is the record of another attempt")
            found.append(attempt)
    return found


def _in_order(attempts: list[AttemptRecord]) -> list[AttemptRecord]:
    """Upstream attempts before those that read their facts; otherwise by address."""
    waiting = sorted(attempts, key=lambda attempt: str(attempt.key))
    ordered: list[AttemptRecord] = []
    done: set[FactKey] = set()
    every = {attempt.key for attempt in waiting}
    while waiting:
        ready = [attempt for attempt in waiting if _needs(attempt) & every <= done]
        if not ready:
            raise EvidenceError(f"attempts wait for each other: {waiting[0].key}")
        ordered.extend(ready)
        done.update(attempt.key for attempt in ready)
        waiting = [attempt for attempt in waiting if attempt.key not in done]
    return ordered


def _needs(attempt: AttemptRecord) -> set[FactKey]:
    return {
        attempt.key.model_copy(update={"probe": ProbeName(name), "attempt": number})
        for name, number in attempt.upstream.items()
    }


def _firmware(known: Found, key: FactKey, *, first: bool) -> FirmwareReading | None:
    """What the first or last identity fact of the same visit says."""
    readings = [
        (other, facts)
        for other, facts in sorted(known.items(), key=lambda entry: entry[0].attempt)
        if isinstance(facts, IdentityFacts)
        and (other.sample, other.visit) == (key.sample, key.visit)
    ]
    if not readings or (not first and len(readings) == 1):
        return None
    address, facts = readings[0 if first else -1]
    return FirmwareReading(version=facts.firmware, source=facts.source, fact=str(address))
