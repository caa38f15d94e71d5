"""Interpreter of the ``snmp`` probe: who may read from an SNMP agent, and what (pure)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from harness.encoding.text import neutralise
from harness.facts.base import NotExamined
from harness.facts.disclosure import Disclosure
from harness.facts.snmp import NameSource, NameTrial, SnmpAgent, SnmpFacts, TrialResult
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.disclosure import in_text
from harness.interpret.snmp_messages import (
    SYS_CONTACT,
    SYS_DESCR,
    SYS_LOCATION,
    SYS_NAME,
    SYS_OBJECT_ID,
    SYS_UP_TIME,
    mac_of_engine,
)
from harness.interpret.snmp_trials import (
    Asked,
    Datagram,
    first_answered,
    is_lossy,
    name_trials,
    read_asked,
)
from harness.interpret.web_targets import answering, silent
from harness.model.ids import ProbeName
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

MAX_TEXT: Final = 255
"""Of a DisplayString (RFC 2579)."""
SILENT: Final = "nothing answered: no agent, or one that knows none of the names that were tried"
_OBJECTS: Final = {
    SYS_DESCR: "sysDescr",
    SYS_OBJECT_ID: "sysObjectID",
    SYS_UP_TIME: "sysUpTime",
    SYS_CONTACT: "sysContact",
    SYS_NAME: "sysName",
    SYS_LOCATION: "sysLocation",
}
_NAMED: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+-]{1,40})\b")
_NUMBER: Final = re.compile(
    r"(?<![\w.])[vV]?([0-9]{1,4}(?:\.[0-9]{1,6}){1,2}[0-9A-Za-z.()_-]{0,30})"
)


@dataclass(frozen=True)
class _Value:
    """One object that was read, and where."""

    name: str
    text: str
    place: EvidenceRef


_PUBLISHED, _RANDOM = NameSource.PUBLISHED, NameSource.RANDOM
_COMMUNITY, _USER = ("v1", "v2c"), ("v3",)


def interpret(captures: CaptureReader, upstream: Upstream) -> SnmpFacts:
    """Facts of every endpoint that the probe was given; needs no upstream fact itself.

    Raises:
        CaptureError: the inputs or a journal cannot be read.
    """
    del upstream  # the endpoints stand in the inputs
    asked, skipped, whole = read_asked(captures)
    agents = tuple(_agent(entry) for entry in asked)
    left = (
        NotExamined(target=f"udp/{port}", reason="more agents than the probe asks")
        for port in skipped
    )
    return SnmpFacts(
        examined=answering(agents),
        not_examined=(*silent(agents), *left),
        complete=captures.complete and whole and all(entry.whole for entry in asked),
        servers=agents,
    )


def _agent(asked: Asked) -> SnmpAgent:
    answered = first_answered(asked.datagrams)
    if answered is None:
        return _nobody(asked)
    trials = name_trials(asked)
    engine_id = next(
        (entry.answer.engine_id for entry in asked.of("discovery") if entry.answer), b""
    )
    readable = {value.name for value in _values(asked, "walk")}
    return SnmpAgent(
        endpoint=asked.endpoint,
        answered=Present(evidence=(answered.place,)),
        any_name=_any_name(trials, has_engine=bool(engine_id)),
        published_community=_published(trials, _COMMUNITY),
        published_user=_published_user(asked, trials, answered, has_engine=bool(engine_id)),
        in_clear=_in_clear(trials),
        trials=trials,
        engine_id=engine_id[:32].hex(),
        engine_mac=mac_of_engine(engine_id),
        readable=len(readable),
        readable_limit=len(readable) >= asked.walk_limit > 0,
        system=_system(asked),
        disclosures=_disclosures(asked),
        evidence=(answered.place,),
    )


def _nobody(asked: Asked) -> SnmpAgent:
    """The host refused, or all was silent."""
    refused = next((entry for entry in asked.datagrams if entry.outcome == "refused"), None)
    seen: Observation = Absent(control=refused.place) if refused else Unknown(reason=SILENT)
    places = tuple(entry.place for entry in asked.datagrams[:1])
    return SnmpAgent(
        endpoint=asked.endpoint,
        answered=seen,
        any_name=seen,
        published_community=seen,
        published_user=seen,
        in_clear=seen,
        evidence=places,
    )


def _any_name(trials: Sequence[NameTrial], *, has_engine: bool) -> Observation:
    """Whether a made-up name reads; Absent only if it was refused in every version."""
    made_up = {trial.version: trial for trial in trials if trial.source is _RANDOM}
    reads = [trial for trial in made_up.values() if trial.result is TrialResult.READS]
    if reads:
        return Present(evidence=_places(reads))
    versions = (*_COMMUNITY, *(_USER if has_engine else ()))
    unclear = [
        version
        for version in versions
        if version not in made_up or made_up[version].result is not TrialResult.REFUSED
    ]
    if unclear:
        return Unknown(reason=f"a made-up name got no clear answer in {', '.join(unclear)}")
    return _absent([made_up[version] for version in versions])


def _published(trials: Sequence[NameTrial], versions: tuple[str, ...]) -> Observation:
    """Whether a published name reads where a made-up one is refused."""
    made_up = {trial.version: trial.result for trial in trials if trial.source is _RANDOM}
    tried = [trial for trial in trials if trial.source is _PUBLISHED and trial.version in versions]
    reads = [trial for trial in tried if trial.result is TrialResult.READS]
    hits = [trial for trial in reads if made_up.get(trial.version) is TrialResult.REFUSED]
    if hits:
        return Present(evidence=_places(hits))
    if reads:
        return Unknown(reason="it reads, and no made-up name was refused beside it")
    unclear = [trial for trial in tried if trial.result is not TrialResult.REFUSED]
    missing = [version for version in versions if version not in {t.version for t in tried}]
    if unclear or missing or not tried:
        shown = ", ".join(sorted({trial.name for trial in unclear})[:5]) or "a version"
        return Unknown(reason=f"no clear answer for {shown}")
    return _absent(tried)


def _published_user(
    asked: Asked, trials: Sequence[NameTrial], answered: Datagram, *, has_engine: bool
) -> Observation:
    """Nobody has a user where version 3 is not spoken: discovery was silent, what followed not."""
    if has_engine:
        return _published(trials, _USER)
    if not asked.of("discovery") or is_lossy(asked):
        return Unknown(reason="version 3 may be spoken: its discovery was not asked, or was lost")
    return Absent(control=answered.place)


def _in_clear(trials: Sequence[NameTrial]) -> Observation:
    reads = [
        trial
        for trial in trials
        if trial.version in _COMMUNITY and trial.result is TrialResult.READS
    ]
    if reads:
        return Present(evidence=_places(reads))
    return Unknown(
        reason="an agent answers, and may serve a community that the bench does not know"
    )


def _absent(refused: Sequence[NameTrial]) -> Observation:
    control = next((trial.control for trial in refused if trial.control is not None), None)
    return Absent(control=control) if control else Unknown(reason="no control was answered")


def _places(trials: Sequence[NameTrial]) -> tuple[EvidenceRef, ...]:
    return tuple(place for trial in trials for place in trial.evidence)[:20]


def _values(asked: Asked, *steps: str) -> Iterator[_Value]:
    for entry in asked.of(*steps):
        for value in entry.answer.values if entry.answer else ():
            yield _Value(value.name, value.text, entry.place)


def _system(asked: Asked) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in _values(asked, "system", "name", "walk"):
        if value.name in _OBJECTS and value.text:
            found.setdefault(_OBJECTS[value.name], neutralise(value.text, MAX_TEXT))
    return found


def _disclosures(asked: Asked) -> tuple[Disclosure, ...]:
    """What sysDescr tells of products and versions (RFC 3418: it names hardware and software)."""
    value = next((v for v in _values(asked, "system", "name") if v.name == SYS_DESCR), None)
    if value is None:
        return ()
    where = f"sysDescr {asked.endpoint.name}"
    found = in_text(where, value.text, value.place)
    named, number = _NAMED.match(value.text), _NUMBER.search(value.text)
    if not found and named and number:
        found = [
            Disclosure(
                where=where,
                text=neutralise(value.text, MAX_TEXT),
                product=neutralise(named.group(1), 80),
                version=neutralise(number.group(1), 60),
                evidence=value.place,
            )
        ]
    return tuple(found)


INTERPRETER = Interpreter(ProbeName("snmp"), 1, SnmpFacts, interpret)
