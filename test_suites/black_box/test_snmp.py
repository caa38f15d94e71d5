"""SNMP agents: published communities, and versions without cryptography."""

from harness.testing import (
    AGENT_NEEDS,
    AGENT_WRITE_NEEDS,
    INITIALISED,
    FactView,
    Judgements,
    NetworkView,
    case,
    community_versions,
    default_communities,
    needs,
    unit,
    writing_communities,
)


@case("snmp-default-community")
class TestPublishedCommunities:
    """No published community reads."""

    @unit("", facts=needs(AGENT_NEEDS, INITIALISED))
    def test_published_communities_are_refused(self, facts: FactView) -> Judgements:
        """Every agent refuses them while it answers something else; silence alone says nothing."""
        return default_communities(NetworkView(facts, INITIALISED), silent=True)


@case("snmp-default-community-write")
class TestWritingCommunities:
    """No published community writes."""

    @unit("", facts=needs(AGENT_WRITE_NEEDS, INITIALISED))
    def test_published_communities_write_nothing(self, facts: FactView) -> Judgements:
        """Every agent refuses to take a value, even the one that the object has."""
        return writing_communities(NetworkView(facts, INITIALISED), silent=True)


@case("weak-snmp-version")
class TestSnmpVersions:
    """No data in versions 1 and 2c."""

    @unit("", facts=needs(AGENT_NEEDS, INITIALISED))
    def test_no_data_is_served_under_a_community(self, facts: FactView) -> Judgements:
        """No agent serves data under a community, which crosses the network in clear."""
        return community_versions(NetworkView(facts, INITIALISED), silent=True)
