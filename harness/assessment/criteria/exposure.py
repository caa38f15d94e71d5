"""What listens on the network, against what the dossier declares.

"Closed" and "nothing else is open" are said only of ports that were examined, on a host that
answered. UDP silence (``open|filtered``) says nothing: at a declared endpoint it is UNDECIDED, at
any other it is no sign of a service, and so does not block (nobody could ever prove the contrary).
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, Literal

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import held, reason
from harness.facts.late_ports import LatePortsFacts
from harness.facts.ports import Port, PortsFacts, PortState
from harness.facts.services import (
    DNS,
    FTP,
    HTTP,
    MQTT,
    NTP,
    SNMP,
    SSH,
    TFTP,
    ServicesFacts,
)
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import EvidenceRef, Present

Record = FactRecord[PortsFacts | LatePortsFacts]
Answers = FactRecord[ServicesFacts | LatePortsFacts]
LAST_PORT: Final = 65535
PROBED_ALONE: Final = frozenset({DNS, FTP, HTTP, MQTT, NTP, SNMP, SSH, TFTP})
"""Protocols of which a probe of their own sees what the first answer does not show."""


def undeclared_service(
    record: Record, item: str, target: str, declared: Collection[str]
) -> Judgement:
    """An open port stands in the declaration (TS 103 701 5.5-5-2, 5.6-1-2, 5.13-1-2)."""
    look = Look("undeclared-service", item, target, record)
    port = port_at(record.facts, target)
    if port is None:
        return _not_open(look)
    if target in declared:
        return look.held("port-declared", port.evidence)
    if port.state is not PortState.OPEN:
        return look.undecided("port-state-unclear", state=port.state.value)
    return look.contradicted("port-undeclared", port.evidence)


def undeclared_answer(
    record: Answers, item: str, target: str, declared: Collection[str]
) -> Judgement:
    """A port that answered an exchange stands in the declaration; it may be silent to a scan."""
    look = Look("undeclared-service", item, target, record)
    service = record.facts.on(target)
    if service is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if target in declared:
        return look.held("port-declared", service.evidence, protocol=service.protocol)
    return look.contradicted("port-undeclared", service.evidence, protocol=service.protocol)


def late_service(
    record: FactRecord[LatePortsFacts], item: str, target: str, declared: Collection[str]
) -> Judgement:
    """What opened after the first look stands in the declaration, too (TS 103 701 5.6-1-2)."""
    look = Look("undeclared-service", item, target, record)
    service, port = record.facts.on(target), port_at(record.facts, target)
    if service is None:
        return undeclared_service(record, item, target, declared)
    places = (*(port.evidence if port else ()), *service.evidence)
    if target in declared:
        return look.held("port-declared", places, protocol=service.protocol)
    return look.contradicted("port-undeclared-late", places, protocol=service.protocol)


def late_service_seen(
    record: FactRecord[LatePortsFacts], criterion: str, item: str, target: str
) -> Judgement:
    """HELD, in the name of another criterion, where a late service needs no further probe.

    A web server or a broker that opens when its probe has run was never looked at.
    """
    look = Look(criterion, item, target, record)
    service = record.facts.on(target)
    if service is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if service.tls or service.protocol in PROBED_ALONE:
        protocol = service.protocol if service.protocol in PROBED_ALONE else "tls"
        return look.undecided("opened-too-late", protocol=protocol)
    return look.held("service-seen", service.evidence, protocol=service.protocol)


def every_port_examined(record: Record, item: str) -> Judgement:
    """Every TCP port of a host that answers was examined, so that no open one can be missed.

    UDP is examined where the bench was told to; the reason names the ports.
    """
    look = Look("undeclared-service", item, "DUT", record)
    facts = record.facts
    if not isinstance(facts.alive, Present):
        return look.undecided("host-silent")
    missing = _first_gap(facts, "tcp")
    if missing is not None:
        return look.undecided("port-not-examined", port=f"tcp/{missing}")
    if facts.not_examined:
        gap = facts.not_examined[0]
        return look.undecided("not-examined", target=gap.target, why=gap.reason)
    udp = ", ".join(target for target in facts.examined if target.startswith("udp/"))
    return look.held("every-port-examined", proof(facts.alive), udp=udp or "none")


def every_service_examined(
    record: FactRecord[ServicesFacts], item: str, targets: Collection[str]
) -> Judgement:
    """Every open TCP port was asked what it speaks, and no other port was.

    UDP ports that stay silent are no gap: silence is all that many of them ever give.
    """
    look = Look("undeclared-service", item, "DUT", record)
    facts = record.facts
    known = {service.endpoint.name for service in facts.services}
    for target in sorted(targets):
        why = facts.gap(target)
        if why is not None or target not in known:
            return look.undecided(
                "not-examined", target=target, why=why or "the fact says nothing about it"
            )
    gaps = [gap for gap in facts.not_examined if not gap.target.startswith("udp/")]
    if gaps:
        return look.undecided("not-examined", target=gaps[0].target, why=gaps[0].reason)
    strangers = sorted(name for name in known if name.startswith("tcp/") and name not in targets)
    if strangers:
        return look.undecided("ports-and-services-disagree", target=strangers[0])
    evidence = tuple(place for service in facts.services for place in service.evidence)
    return look.held("every-service-examined", evidence) if targets else _nothing_to_ask(look)


def _nothing_to_ask(look: Look) -> Judgement:
    # No open port leaves no capture of a service; the scan itself is the evidence beside this.
    return held(look.item, look.criterion, reason("no-open-port"), facts=(look.record.key,))


def interface_status(
    record: Record, item: str, target: str, status: Literal["enabled", "disabled"]
) -> Judgement:
    """A network endpoint is open if declared enabled and closed if disabled (EN 303 645 5.6-1)."""
    look = Look("interface-status", item, target, record)
    port = port_at(record.facts, target)
    if port is None:
        closed = _closed_evidence(look)
        if isinstance(closed, Judgement):
            return closed
        return _as_declared(look, closed, found="disabled", status=status)
    if port.state is not PortState.OPEN:
        return look.undecided("port-state-unclear", state=port.state.value)
    return _as_declared(look, port.evidence, found="enabled", status=status)


def _as_declared(
    look: Look, evidence: Sequence[EvidenceRef], *, found: str, status: str
) -> Judgement:
    state = "open" if found == "enabled" else "closed"
    if found == status:
        return look.held(f"{state}-as-declared", evidence)
    return look.contradicted(f"{state}-though-{status}", evidence)


def unnecessary_service(record: Record, item: str, target: str) -> Judgement:
    """The endpoint of a software service that is declared disabled is closed (5.6-5)."""
    look = Look("unnecessary-service", item, target, record)
    port = port_at(record.facts, target)
    if port is None:
        return _not_open(look)
    if port.state is not PortState.OPEN:
        return look.undecided("port-state-unclear", state=port.state.value)
    return look.contradicted("open-though-disabled", port.evidence)


def closed_port(record: Record, criterion: str, item: str, target: str) -> Judgement:
    """HELD, in the name of another criterion, where nothing listens; UNDECIDED otherwise."""
    look = Look(criterion, item, target, record)
    port = port_at(record.facts, target)
    if port is not None:
        return look.undecided("port-not-closed", state=port.state.value)
    return _not_open(look)


def _not_open(look: Look) -> Judgement:
    closed = _closed_evidence(look)
    return closed if isinstance(closed, Judgement) else look.held("port-closed", closed)


def _closed_evidence(look: Look) -> tuple[EvidenceRef, ...] | Judgement:
    facts = look.record.facts
    if not isinstance(facts, PortsFacts | LatePortsFacts) or not isinstance(facts.alive, Present):
        return look.undecided("host-silent")
    if not facts.complete:
        # What is missing from the end of a scan is not closed.
        return look.undecided("capture-incomplete", fact=look.record.key)
    transport, _, number = look.subject.partition("/")
    if not any(low <= int(number) <= high for low, high in _ranges(facts, transport)):
        return look.undecided("port-not-examined", port=look.subject)
    return proof(facts.alive)


def port_at(facts: PortsFacts | LatePortsFacts, target: str) -> Port | None:
    """What is known of ``tcp/443``; None if it is closed or was not examined."""
    return next((port for port in facts.ports if port.endpoint.name == target), None)


def open_targets(facts: PortsFacts | LatePortsFacts) -> frozenset[str]:
    """Endpoints that are or were open: ``tcp/443``; UDP silence is not among them."""
    silent = PortState.OPEN_OR_FILTERED
    return frozenset(port.endpoint.name for port in facts.ports if port.state is not silent)


def _ranges(facts: PortsFacts | LatePortsFacts, transport: str) -> Iterator[tuple[int, int]]:
    for target in facts.examined:
        name, _, span = target.partition("/")
        low, _, high = span.partition("-")
        if name == transport and low.isdecimal() and (high or low).isdecimal():
            yield int(low), int(high or low)


def _first_gap(facts: PortsFacts | LatePortsFacts, transport: str) -> int | None:
    expected = 1
    for low, high in sorted(_ranges(facts, transport)):
        if low > expected:
            break
        expected = max(expected, high + 1)
    return expected if expected <= LAST_PORT else None
