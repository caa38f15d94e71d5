"""Interpreter of the ``port-mapping`` probe: whether a port opened without a login (pure).

``exchanges.jsonl`` holds one ``try`` record (control) and the exchanges that follow it, with the
purposes ``before``, ``add``, ``confirm``, ``delete`` and ``after``.
"""

from typing import Final

from harness.encoding.journal import Journal
from harness.encoding.text import neutralise
from harness.facts.base import NotExamined
from harness.facts.upnp import MappingTry, PortMappingFacts, UpnpFacts
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.http_exchanges import Exchange, read_exchange
from harness.interpret.upnp import EXCHANGES, endpoint_of, performed_of
from harness.interpret.upnp_documents import is_wan_connection
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown

ADD, GET, DELETE = "AddPortMapping", "GetSpecificPortMappingEntry", "DeletePortMapping"
BEFORE, ADDED, CONFIRM, DELETED, AFTER = "before", "add", "confirm", "delete", "after"
_NOT_A_REFUSAL: Final = frozenset(
    {"402", "501", "600", "601", "603", "605", *map(str, range(715, 734)), "?"}
)
"""Error codes that speak of the arguments, a full table or a failure, not of the right to map."""


def interpret(captures: CaptureReader, upstream: Upstream) -> PortMappingFacts:
    """One try for each gateway service; a description that nobody read may hold another.

    Raises:
        CaptureError: a capture cannot be read.
    """
    inputs = captures.journal(INPUTS).first("inputs")
    journal = captures.journal(EXCHANGES)
    described = upstream.find(UpnpFacts)
    tries = [
        _try(inputs.text("address"), control, steps) for control, steps in _steps(captures, journal)
    ]
    return PortMappingFacts(
        asked=captures.ref(INPUTS, f"line {inputs.line}"),
        gateways=max(len(inputs.listed("gateways")), _described(described)),
        tries=tuple(tries),
        examined=tuple(dict.fromkeys(entry.endpoint.name for entry in tries)),
        not_examined=_unread(described),
        complete=captures.complete and journal.whole,
    )


def _described(described: UpnpFacts | None) -> int:
    """How many services that map ports stand in the descriptions: the probe has its bound."""
    found = described.descriptions if described else ()
    return len(
        {
            service.control
            for description in found
            for service in description.services
            if is_wan_connection(service.type)
        }
    )


def _unread(described: UpnpFacts | None) -> tuple[NotExamined, ...]:
    """What was not read of all that the sample announced, wherever it said that it lies."""
    if described is None:
        return ()
    elsewhere = (
        NotExamined(target="description", reason=entry.reason) for entry in described.not_followed
    )
    return tuple(dict.fromkeys((*described.not_examined, *elsewhere)))


def _steps(captures: CaptureReader, journal: Journal) -> list[tuple[str, dict[str, Exchange]]]:
    found: list[tuple[str, dict[str, Exchange]]] = []
    for record in journal.of("try", "exchange"):
        if record.kind == "try":
            found.append((record.text("control"), {}))
        elif found:
            entry = read_exchange(captures, EXCHANGES, record)
            found[-1][1][entry.purpose] = entry
    return found


def _try(address: str, control: str, steps: dict[str, Exchange]) -> MappingTry:
    accepted, fault = _outcome(steps, ADDED, ADD)
    if isinstance(accepted, Present):
        confirmed, _ = _outcome(steps, CONFIRM, GET)
        if isinstance(confirmed, Present):
            accepted = Present(evidence=(*accepted.evidence, *confirmed.evidence))
        else:
            accepted = Unknown(reason="it said yes to the mapping and then did not show it")
    elif isinstance(accepted, Absent) and fault in _NOT_A_REFUSAL:
        accepted = Unknown(reason=f"the gateway answered with error {fault}, which is no refusal")
    return MappingTry(
        control=neutralise(control, 300),
        endpoint=endpoint_of(address, control),
        accepted=accepted,
        removed=_removed(steps),
        fault=fault,
    )


def _removed(steps: dict[str, Exchange]) -> Observation:
    """Whether the throw-away mapping is gone: what was there before and after."""
    if ADDED not in steps:
        return Unknown(reason="no mapping was asked for")
    after, _ = _outcome(steps, AFTER, GET)
    match after:
        case Present(evidence=evidence):
            return Absent(control=evidence[0])
        case Absent(control=control):
            return Present(evidence=(control,))
        case Unknown():
            return after


def _outcome(steps: dict[str, Exchange], step: str, action: str) -> tuple[Observation, str]:
    entry = steps.get(step)
    if entry is None:
        return Unknown(reason=f"the step {step!r} was not reached"), ""
    return performed_of(entry, action)


INTERPRETER = Interpreter(ProbeName("port-mapping"), 1, PortMappingFacts, interpret)
