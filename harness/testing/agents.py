"""SNMP agents of a sample, as units ask about published communities.

Silence of a UDP port is no sign of a service (`harness.assessment.criteria.exposure`), so that
where a declaration says what there is, only agents that answer are judged. Without a declaration,
an endpoint that stays silent is UNDECIDED: it may refuse every name, drop all, or not be there.
"""

from functools import partial
from typing import Final

from harness.assessment import criteria
from harness.facts.base import Facts
from harness.facts.services import SNMP
from harness.facts.snmp import SnmpFacts, SnmpWriteFacts
from harness.model.judgement import Judgements
from harness.model.observation import Unknown
from harness.testing.exposure import EXPOSURE_NEEDS
from harness.testing.network import NetworkView
from harness.testing.ways_in import AccessCriterion

AGENT_NEEDS: Final[tuple[type[Facts], ...]] = (*EXPOSURE_NEEDS, SnmpFacts)
AGENT_WRITE_NEEDS: Final[tuple[type[Facts], ...]] = (*AGENT_NEEDS, SnmpWriteFacts)


def default_communities(network: NetworkView, *, silent: bool = False) -> Judgements:
    """No agent lets a published community read: each endpoint, and the DUT; needs `AGENT_NEEDS`.

    Args:
        network: the sample.
        silent: endpoints that stayed silent are judged too.
    """
    criterion, look = "snmp-default-community", criteria.snmp_default_community
    return _over_agents(network, SnmpFacts, criterion, look, silent=silent)


def writing_communities(network: NetworkView, *, silent: bool = False) -> Judgements:
    """No agent lets a published community write; needs `AGENT_WRITE_NEEDS`."""
    criterion, look = "snmp-default-community-write", criteria.snmp_default_community_write
    return _over_agents(network, SnmpWriteFacts, criterion, look, silent=silent)


def community_versions(network: NetworkView, *, silent: bool = False) -> Judgements:
    """No agent serves data in version 1 or 2c; needs `AGENT_NEEDS`."""
    criterion, look = "weak-snmp-version", criteria.weak_snmp_version
    return _over_agents(network, SnmpFacts, criterion, look, silent=silent)


def _over_agents(
    network: NetworkView,
    kind: type[Facts],
    criterion: str,
    look: AccessCriterion,
    *,
    silent: bool,
) -> Judgements:
    names = {name for name in network.open_targets("udp/") if network.speaks(name, SNMP)}
    names |= {
        agent.endpoint.name
        for record in network.facts.records(SnmpFacts, network.state)
        for agent in record.facts.servers
        if silent or not isinstance(agent.answered, Unknown)
    }
    judged = [
        network.judge(kind, criterion, name, partial(look, item=name, target=name))
        for name in sorted(names)
    ]
    return (*judged, *network.agents_asked(criterion))
