"""What the device tells and offers to everybody on its link."""

from functools import partial

from harness.testing import (
    DISCOVERY_NEEDS,
    INITIALISED,
    MAPPING_NEEDS,
    FactView,
    Judgements,
    NetworkView,
    ServicesFacts,
    UpnpFacts,
    case,
    criteria,
    identifiers_told,
    need,
    needs,
    port_mapping,
    unit,
)


@case("identifier-disclosure")
class TestToldIdentifiers:
    """Nobody is told what only this unit has."""

    @unit("", facts=needs((*DISCOVERY_NEEDS, ServicesFacts), INITIALISED))
    def test_no_identifier_is_told(self, facts: FactView) -> Judgements:
        """Neither serial number nor MAC address stands in mDNS, SSDP or a UPnP description."""
        return identifiers_told(NetworkView(facts, INITIALISED), ())


@case("upnp-on-wan")
class TestUpnpOnTheWan:
    """UPnP stays on the LAN."""

    @unit("", facts=[need(UpnpFacts, INITIALISED)])
    def test_upnp_does_not_answer_on_the_wan(self, facts: FactView) -> Judgements:
        """Needs a bench that reaches the WAN side."""
        look = partial(criteria.upnp_on_wan, item="DUT")
        network = NetworkView(facts, INITIALISED)
        return (network.judge(UpnpFacts, "upnp-on-wan", "DUT", look),)


@case("unauthenticated-port-mapping")
class TestPortMapping:
    """Nobody opens a port inwards without a login."""

    @unit("", facts=needs(MAPPING_NEEDS, INITIALISED))
    def test_no_port_is_mapped_without_a_login(self, facts: FactView) -> Judgements:
        """A throw-away mapping is refused, or no service that maps ports is offered."""
        return (port_mapping(NetworkView(facts, INITIALISED)),)
