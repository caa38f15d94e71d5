"""DNS and NTP servers: what they do for strangers."""

from harness.testing import (
    EXPOSURE_NEEDS,
    INITIALISED,
    NAME_AND_TIME_NEEDS,
    FactView,
    Judgements,
    NetworkView,
    case,
    control_queries_answered,
    needs,
    unit,
    zones_handed_out,
)

NEEDS = needs(dict.fromkeys((*EXPOSURE_NEEDS, *NAME_AND_TIME_NEEDS)), INITIALISED)


@case("zone-transfer-allowed")
class TestZoneTransfers:
    """No DNS server hands out a whole zone."""

    @unit("", facts=NEEDS)
    def test_no_zone_is_handed_out(self, facts: FactView) -> Judgements:
        """A transfer of the zone that the server names itself is refused."""
        network = NetworkView(facts, INITIALISED)
        return (*zones_handed_out(network), network.everything_examined())


@case("ntp-control-queries")
class TestControlQueries:
    """No NTP server answers strangers' control queries."""

    @unit("", facts=NEEDS)
    def test_control_queries_are_ignored(self, facts: FactView) -> Judgements:
        """Modes 6 and 7 get no answer, while the time is given."""
        network = NetworkView(facts, INITIALISED)
        return (*control_queries_answered(network), network.everything_examined())
