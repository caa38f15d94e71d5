"""DNS and NTP servers of a sample as units ask about them."""

from functools import partial
from typing import Final

from harness.assessment import criteria
from harness.assessment.judging import all_of
from harness.facts.base import Facts
from harness.facts.dns import DnsFacts
from harness.facts.ntp import NtpFacts
from harness.facts.services import DNS, NTP, ServicesFacts
from harness.model.judgement import Judgement, Judgements
from harness.testing.network import NetworkView

NAME_AND_TIME_NEEDS: Final[tuple[type[Facts], ...]] = (ServicesFacts, DnsFacts, NtpFacts)


def servers_asked(network: NetworkView, criterion: str) -> Judgement:
    """Every DNS and NTP server was asked, without which "none tells" means nothing.

    Needs `NAME_AND_TIME_NEEDS`.
    """
    parts = [
        network.judge(
            kind,
            criterion,
            "DUT",
            partial(
                criteria.every_name_and_time_server_asked,
                criterion=criterion,
                item="DUT",
                targets=_speaking(network, protocol),
            ),
        )
        for kind, protocol in ((DnsFacts, DNS), (NtpFacts, NTP))
    ]
    return all_of("DUT", criterion, parts)


def zones_handed_out(network: NetworkView) -> Judgements:
    """One judgement a DNS server, and one on the DUT; needs `NAME_AND_TIME_NEEDS`.

    A server over TCP alone was not asked, and is left open.
    """
    criterion = "zone-transfer-allowed"
    judged = [
        network.judge(
            DnsFacts,
            criterion,
            name,
            partial(criteria.zone_transfer_allowed, item=name, target=name),
        )
        for name in (*_speaking(network, DNS), *_over_tcp_alone(network))
    ]
    return (*judged, servers_asked(network, criterion))


def control_queries_answered(network: NetworkView) -> Judgements:
    """One judgement an NTP server, and one on the DUT; needs `NAME_AND_TIME_NEEDS`."""
    criterion = "ntp-control-queries"
    judged = [
        network.judge(
            NtpFacts, criterion, name, partial(criteria.ntp_control_queries, item=name, target=name)
        )
        for name in _speaking(network, NTP)
    ]
    return (*judged, servers_asked(network, criterion))


def _over_tcp_alone(network: NetworkView) -> tuple[str, ...]:
    twins = {name.replace("udp/", "tcp/") for name in _speaking(network, DNS)}
    return tuple(name for name in _speaking(network, DNS, "tcp") if name not in twins)


def _speaking(network: NetworkView, protocol: str, transport: str = "udp") -> tuple[str, ...]:
    found = {
        service.endpoint.name
        for record in network.facts.records(ServicesFacts, network.state)
        for service in record.facts.services
        if service.protocol == protocol and service.endpoint.transport == transport
    }
    return tuple(sorted(found))
