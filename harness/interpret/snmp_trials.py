"""Datagrams of the SNMP probes, and what the trial of one name shows (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from harness.encoding.journal import Journal, JournalRecord
from harness.encoding.text import neutralise
from harness.errors import CaptureError
from harness.facts.base import Endpoint
from harness.facts.snmp import NameSource, NameTrial, TrialResult, Version
from harness.interpret.base import INPUTS, CaptureReader
from harness.interpret.snmp_messages import (
    AUTHORIZATION_ERROR,
    RESPONSE,
    UNKNOWN_USER,
    UNSUPPORTED_LEVEL,
    V1,
    V2C,
    V3,
    Message,
    answers,
)
from harness.model.observation import EvidenceRef

TIMEOUT: Final = "timeout"
_VERSIONS: Final[dict[str, Version]] = {V1: "v1", V2C: "v2c", V3: "v3"}
_WORTH: Final = tuple(TrialResult)
_LOST: Final = 10


@dataclass(frozen=True)
class Datagram:
    """One question, and the message that answers it, if one does."""

    step: str
    trial: int
    version: str
    name: str
    source: str
    outcome: str
    sent: bytes
    answer: Message | None
    place: EvidenceRef


@dataclass(frozen=True)
class Asked:
    """Everything that was asked of one endpoint.

    Attributes:
        walk_limit: objects that the walk reads at most.
        whole: the journal ended properly and dropped nothing.
    """

    endpoint: Endpoint
    datagrams: tuple[Datagram, ...]
    walk_limit: int
    whole: bool

    def of(self, *steps: str) -> list[Datagram]:
        """Datagrams of these steps, in order."""
        return [entry for entry in self.datagrams if entry.step in steps]


def read_asked(captures: CaptureReader) -> tuple[tuple[Asked, ...], tuple[int, ...], bool]:
    """All endpoints, the ports that were not asked, and whether the inputs are whole.

    Raises:
        CaptureError: the inputs or a journal cannot be read.
    """
    journal = captures.journal(INPUTS)
    inputs = journal.first("inputs")
    limit = inputs.number("walk_limit")
    asked = tuple(
        _asked(captures, inputs.text("address"), port, limit) for port in _ports(inputs, "ports")
    )
    return asked, _ports(inputs, "not_asked"), journal.whole


def _ports(inputs: JournalRecord, name: str) -> tuple[int, ...]:
    ports = inputs.ports(name)
    if len(set(ports)) != len(ports):
        raise CaptureError(f"line {inputs.line}: {name} names a port twice")
    return ports


def _asked(captures: CaptureReader, address: str, port: int, walk_limit: int) -> Asked:
    name = f"udp-{port}.jsonl"
    endpoint = Endpoint(address=neutralise(address), transport="udp", port=port)
    # An attempt that broke off leaves endpoints that it never came to.
    journal = captures.journal(name) if captures.has(name) else Journal((), False, 0)  # noqa: FBT003
    datagrams = tuple(_datagram(captures, name, entry) for entry in journal.of("datagram"))
    return Asked(endpoint, datagrams, walk_limit, journal.whole)


def _datagram(captures: CaptureReader, name: str, record: JournalRecord) -> Datagram:
    sent, received = record.data("sent"), record.data("received")
    outcome = record.text("outcome")
    return Datagram(
        step=record.text("step"),
        trial=record.number("trial"),
        version=record.text("version"),
        name=neutralise(record.text("name"), 64),
        source=record.text("source"),
        outcome=outcome,
        sent=sent,
        answer=answers(sent, received) if outcome == "open" else None,
        place=captures.ref(name, f"line {record.line}"),
    )


def is_lossy(asked: Asked) -> bool:
    """Whether questions that the agent is known to answer were lost: then silence says nothing.

    One in `_LOST` is chance. A link or agent that loses more may lose both tries of a name, too.
    """
    known = asked.of("control")
    answered = {entry.trial for entry in known if entry.answer is not None}
    lost = [entry for entry in known if entry.trial in answered and entry.outcome == TIMEOUT]
    return len(lost) * _LOST > len(known)


def name_trials(asked: Asked) -> tuple[NameTrial, ...]:
    """What became of each name; one that was tried again counts with its clearest result.

    Raises:
        CaptureError: a trial is not one of this format.
    """
    groups: dict[int, list[Datagram]] = {}
    for entry in asked.of("name", "confirm", "control"):
        groups.setdefault(entry.trial, []).append(entry)
    clearest: dict[tuple[str, str, str], NameTrial] = {}
    lossy = is_lossy(asked)
    for group in groups.values():
        trial = _trial(group, lossy=lossy)
        key = (trial.version, trial.source, trial.name)
        known = clearest.get(key)
        if known is None or _WORTH.index(trial.result) < _WORTH.index(known.result):
            clearest[key] = trial
    return tuple(clearest.values())


def _trial(group: Sequence[Datagram], *, lossy: bool) -> NameTrial:
    asked = [entry for entry in group if entry.step == "name"]
    if not asked or asked[0].version not in _VERSIONS:
        raise CaptureError("a trial of a name without its question")
    try:
        source = NameSource(asked[0].source)
    except ValueError as error:
        raise CaptureError(f"no source of names: {neutralise(asked[0].source, 40)}") from error
    control = first_answered(entry for entry in group if entry.step == "control")
    answered = first_answered(asked)
    confirmed = first_answered(entry for entry in group if entry.step == "confirm")
    places = [entry.place for entry in (answered, confirmed) if entry is not None]
    return NameTrial(
        version=_VERSIONS[asked[0].version],
        source=source,
        name="" if source is NameSource.RANDOM else asked[0].name,
        result=_result(asked, answered, confirmed, None if lossy else control),
        control=control.place if control else (answered.place if answered else None),
        evidence=tuple(places) or (asked[-1].place,),
    )


def _result(
    asked: Sequence[Datagram],
    answered: Datagram | None,
    confirmed: Datagram | None,
    control: Datagram | None,
) -> TrialResult:
    if answered is None or answered.answer is None:
        silent = all(entry.outcome == TIMEOUT for entry in asked)
        return TrialResult.REFUSED if silent and control else TrialResult.UNANSWERED
    if confirmed is not None and confirmed.answer is not None and confirmed.answer.values:
        return TrialResult.READS
    if answered.answer.values:
        return TrialResult.UNANSWERED  # one datagram alone, which nothing confirmed
    return TrialResult.REFUSED if _says_no(answered.answer) else TrialResult.ANSWERED


def _says_no(answer: Message) -> bool:
    refused = answer.pdu == RESPONSE and answer.error == AUTHORIZATION_ERROR
    return refused or answer.reports(UNKNOWN_USER) or answer.reports(UNSUPPORTED_LEVEL)


def first_answered(datagrams: Iterable[Datagram]) -> Datagram | None:
    """The first that a message of SNMP answered."""
    return next((entry for entry in datagrams if entry.answer is not None), None)
