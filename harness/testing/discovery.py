"""What a sample tells and offers to everybody on its link, as units ask about it."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Final

from harness.assessment import criteria
from harness.assessment.judging import all_of
from harness.facts.discovery import MDNS, SSDP, DiscoveryFacts
from harness.facts.upnp import PortMappingFacts, UpnpFacts
from harness.model.ixit import Intf
from harness.model.judgement import Judgement, Judgements
from harness.testing.network import NetworkView

DISCOVERY_NEEDS: Final = (DiscoveryFacts, UpnpFacts)
MAPPING_NEEDS: Final = (PortMappingFacts,)
GROUP_ENDPOINTS: Final = {"udp/5353": MDNS, "udp/1900": SSDP}
"""Where mDNS and SSDP answer. A responder may hear its group alone: no scan of ports sees it."""
_TOLD: Final = (
    (DiscoveryFacts, criteria.discovery_disclosure),
    (UpnpFacts, criteria.upnp_disclosure),
)


def undeclared_responders(network: NetworkView, declared: Collection[str]) -> Judgements:
    """One judgement a responder, one on the DUT: was it asked, and one on the WAN, if it has one.

    Some answer to their group alone, where no scan of ports sees them. One that answered another
    probe and not this one leaves it open. Needs `DISCOVERY_NEEDS` and services.
    """
    criterion = "undeclared-service"
    judged = [
        network.judge(
            DiscoveryFacts,
            criterion,
            target,
            partial(criteria.undeclared_responder, item=target, target=target, declared=declared),
        )
        for target in _answering(network)
    ]
    return (*judged, _asked(network, criterion), *wan_exposure(network))


def _answering(network: NetworkView) -> tuple[str, ...]:
    """Responders that answered this probe or that of services."""
    seen = (name for name, spoken in GROUP_ENDPOINTS.items() if network.speaks(name, spoken))
    return tuple(sorted({*_telling(network, DiscoveryFacts), *seen}))


def answers_as_responder(network: NetworkView, target: str) -> bool:
    """Whether a discovery responder answered there, if only to its group."""
    return target in _telling(network, DiscoveryFacts)


def wan_exposure(network: NetworkView) -> Judgements:
    """UPnP does not answer on the WAN; nothing for a sample without one.

    Needs `DISCOVERY_NEEDS`.
    """
    records = network.facts.records(UpnpFacts, network.state)
    if records and not any(criteria.has_wan(record.facts) for record in records):
        return ()
    look = partial(criteria.upnp_on_wan, item="DUT")
    return (network.judge(UpnpFacts, "upnp-on-wan", "DUT", look),)


def told_to_everybody(network: NetworkView, interfaces: Sequence[Intf]) -> Judgements:
    """Identifiers and versions in all that responders and descriptions tell, and one on the DUT.

    Needs `DISCOVERY_NEEDS` and services.
    """
    versions = [
        network.judge(
            kind,
            "information-disclosure",
            target,
            partial(look, item=target, target=target, declared=_declared(interfaces, target)),
        )
        for kind, look in _TOLD
        for target in _telling(network, kind)
    ]
    return (*versions, *identifiers_told(network, interfaces))


def identifiers_told(network: NetworkView, interfaces: Sequence[Intf]) -> Judgements:
    """No responder or description tells what only this unit has.

    A responder that answered another probe and not this one is left open. Needs `DISCOVERY_NEEDS`
    and services.
    """
    criterion = "identifier-disclosure"
    found = (
        (DiscoveryFacts, _answering(network)),
        (UpnpFacts, _telling(network, UpnpFacts)),
    )
    judged = [
        network.judge(
            kind,
            criterion,
            target,
            partial(
                criteria.identifier_disclosure,
                item=target,
                target=target,
                declared=_declared(interfaces, target),
            ),
        )
        for kind, targets in found
        for target in targets
    ]
    return (*judged, _asked(network, criterion))


def port_mapping(network: NetworkView) -> Judgement:
    """Nobody opens a port inwards without a login; needs `MAPPING_NEEDS`."""
    look = partial(criteria.unauthenticated_port_mapping, item="DUT")
    return network.judge(PortMappingFacts, "unauthenticated-port-mapping", "DUT", look)


def responders_asked(network: NetworkView, criterion: str, item: str) -> Judgement:
    """Both protocols were asked, without which no answer means nothing."""
    look = partial(criteria.every_responder_asked, criterion=criterion, item=item)
    return network.judge(DiscoveryFacts, criterion, item, look)


def _asked(network: NetworkView, criterion: str) -> Judgement:
    described = partial(criteria.every_description_read, criterion=criterion, item="DUT")
    parts = [
        responders_asked(network, criterion, "DUT"),
        network.judge(UpnpFacts, criterion, "DUT", described),
    ]
    return all_of("DUT", criterion, parts)


def _telling(network: NetworkView, kind: type[DiscoveryFacts | UpnpFacts]) -> tuple[str, ...]:
    records = network.facts.records(kind, network.state)
    found = {name for record in records for name in criteria.responders(record.facts)}
    return tuple(sorted(found))


def _declared(interfaces: Sequence[Intf], target: str) -> list[str]:
    rows = (row for row in interfaces if target in row.endpoints)
    return [text for row in rows for text in row.disclosed_information]
