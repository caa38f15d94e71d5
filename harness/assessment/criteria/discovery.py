"""What a device tells and offers to everybody on its link: mDNS, SSDP, UPnP."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, Literal

from harness.assessment.criteria.disclosure import undeclared_disclosure
from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.discovery import DiscoveryFacts, IdentifierKind
from harness.facts.store import FactRecord
from harness.facts.upnp import MappingTry, PortMappingFacts, UpnpFacts
from harness.model.judgement import Judgement
from harness.model.observation import Absent, Present, Unknown

Telling = FactRecord[DiscoveryFacts | UpnpFacts]
_MUST_BE_KNOWN: Final = (IdentifierKind.SERIAL, IdentifierKind.MAC)
_WORDS: Final = {
    IdentifierKind.SERIAL: "serial",
    IdentifierKind.MAC: "mac",
    IdentifierKind.SECRET: "\0",  # no declaration makes this one harmless
}


def identifier_disclosure(
    record: Telling, item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """Nothing that tells this unit from all others is told without login (EN 303 645 5.6-2).

    Args:
        record: what responders or descriptions tell.
        item: what the judgement speaks of.
        target: ``udp/5353``.
        declared: texts of 15-Intf, Disclosed Information; one that names the serial number or the
            MAC address covers it.
    """
    look = Look("identifier-disclosure", item, target, record)
    facts = record.facts
    if facts.gap(target) is not None:
        return look.unexamined()
    words = " ".join(declared).casefold()
    found = [
        look.contradicted("identifier-told", (seen.evidence,), kind=seen.kind, where=seen.where)
        for seen in facts.identifiers
        if seen.target == target and _WORDS[seen.kind] not in words
    ]
    if found:
        return all_of(item, look.criterion, found)
    unknown = [kind for kind in _MUST_BE_KNOWN if kind not in facts.known]
    unknown = [kind for kind in unknown if _WORDS[kind] not in words]
    claims = [claim for claim in facts.serial_claims if claim.target == target]
    if claims and IdentifierKind.SERIAL in unknown:
        return look.undecided("serial-claimed", where=claims[0].where)
    if unknown:
        return look.undecided("identifiers-not-known", kinds=", ".join(unknown))
    return look.held("no-identifier-told", _places(facts, target))


def _places(facts: DiscoveryFacts | UpnpFacts, target: str) -> tuple[Any, ...]:
    servers = (server for server in facts.servers if server.endpoint.name == target)
    return tuple(place for server in servers for place in proof(server.answered))


def discovery_disclosure(
    record: FactRecord[DiscoveryFacts], item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """A responder names no product version beyond ``declared`` (EN 303 645 5.6-2)."""
    return _disclosure(record, item, target, declared)


def upnp_disclosure(
    record: FactRecord[UpnpFacts], item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """A UPnP description names no product version beyond ``declared`` (EN 303 645 5.6-2)."""
    return _disclosure(record, item, target, declared)


def _disclosure(record: Telling, item: str, target: str, declared: Sequence[str]) -> Judgement:
    look = Look("information-disclosure", item, target, record)
    servers = [server for server in record.facts.servers if server.endpoint.name == target]
    if record.facts.gap(target) is not None:
        return look.unexamined()
    if not servers:
        return look.undecided("no-answer")
    told = [entry for server in servers for entry in server.told]
    return undeclared_disclosure(look, told, declared, _places(record.facts, target))


def responders(facts: DiscoveryFacts | UpnpFacts) -> tuple[str, ...]:
    """Endpoints of responders that answered, or of servers with a description."""
    return tuple(dict.fromkeys(server.endpoint.name for server in facts.servers))


def undeclared_responder(
    record: FactRecord[DiscoveryFacts], item: str, target: str, declared: Collection[str]
) -> Judgement:
    """A responder that answers its group stands in the declaration (TS 103 701 5.6-1-2)."""
    look = Look("undeclared-service", item, target, record)
    responder = record.facts.on(target)
    if responder is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if not isinstance(responder.answered, Present):
        return look.undecided("no-answer")
    places = proof(responder.answered)
    if target in declared:
        return look.held("port-declared", places, protocol=responder.protocol)
    return look.contradicted("responder-undeclared", places, protocol=responder.protocol)


def responder_status(
    record: FactRecord[DiscoveryFacts],
    item: str,
    target: str,
    status: Literal["enabled", "disabled"],
) -> Judgement:
    """A responder that answers is an interface that is on (EN 303 645 5.6-1).

    It may answer its group alone, while its port refuses what is sent to it.
    """
    look = Look("interface-status", item, target, record)
    responder = record.facts.on(target)
    if responder is None or record.facts.gap(target) is not None:
        return look.unexamined()
    if not isinstance(responder.answered, Present):
        return look.undecided("no-answer")
    places = proof(responder.answered)
    if status == "enabled":
        return look.held("open-as-declared", places)
    return look.contradicted("open-though-disabled", places)


def every_responder_asked(
    record: FactRecord[DiscoveryFacts], criterion: str, item: str
) -> Judgement:
    """HELD, in the name of another criterion, where both protocols were asked.

    Silence is no gap, as it is none of other UDP ports: a device need not have a responder.
    """
    look = Look(criterion, item, "DUT", record)
    facts = record.facts
    if facts.not_examined:
        gap = facts.not_examined[0]
        return look.undecided("not-examined", target=gap.target, why=gap.reason)
    asked = tuple(responder.asked for responder in facts.responders)
    return look.held("responders-asked", asked, others=facts.others)


def every_description_read(record: FactRecord[UpnpFacts], criterion: str, item: str) -> Judgement:
    """HELD, in the name of another criterion, where all that the sample announced was read."""
    look = Look(criterion, item, "DUT", record)
    facts = record.facts
    if facts.not_examined:
        gap = facts.not_examined[0]
        return look.undecided("not-examined", target=gap.target, why=gap.reason)
    if len(facts.descriptions) < facts.announced:
        count = len(facts.descriptions)
        return look.undecided("descriptions-not-read", count=count, announced=facts.announced)
    return look.held("descriptions-read", (facts.asked,), count=len(facts.descriptions))


def has_wan(facts: UpnpFacts) -> bool:
    """The bench has a WAN side for the sample, or the sample says that it has one."""
    return bool(facts.wan_address) or facts.is_gateway


def upnp_on_wan(record: FactRecord[UpnpFacts], item: str) -> Judgement:
    """Neither SSDP nor UPnP answers on the WAN side (EN 303 645 5.6-1; CWE-284)."""
    look = Look("upnp-on-wan", item, "WAN", record)
    facts = record.facts
    if not facts.wan_address:
        return look.undecided("wan-not-configured")
    match facts.wan:
        case Present(evidence=evidence):
            return look.contradicted("upnp-on-wan", evidence, found=", ".join(facts.wan_found))
        case Absent(control=control):
            asked = ", ".join(facts.wan_asked)
            return look.held("no-upnp-on-wan", (control,), asked=asked)
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)


def unauthenticated_port_mapping(record: FactRecord[PortMappingFacts], item: str) -> Judgement:
    """Nobody opens a port inwards without a login (EN 303 645 5.5-5; CWE-306)."""
    criterion = "unauthenticated-port-mapping"
    facts = record.facts
    look = Look(criterion, item, "DUT", record)
    judged = list(_mappings(record, item))
    if len(judged) < facts.gateways:
        judged.append(look.undecided("gateway-not-tried", tried=len(judged), of=facts.gateways))
    judged += [
        look.undecided("not-examined", target=gap.target, why=gap.reason)
        for gap in facts.not_examined
    ]
    if not judged:
        return look.held("no-gateway-service", (facts.asked,))
    return all_of(item, criterion, judged)


def _mappings(record: FactRecord[PortMappingFacts], item: str) -> Iterator[Judgement]:
    for entry in record.facts.tries:
        look = Look("unauthenticated-port-mapping", item, entry.endpoint.name, record)
        yield _mapping(look, entry)


def _mapping(look: Look, entry: MappingTry) -> Judgement:
    match entry.accepted:
        case Present(evidence=evidence):
            left = isinstance(entry.removed, Absent)
            return look.contradicted("port-mapped-and-left" if left else "port-mapped", evidence)
        case Absent(control=control):
            return look.held("port-mapping-refused", (control,), fault=entry.fault or "none")
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)
