"""Groups 5.5-1, -2, -4, -5, -6 and -7, functional cases: how the device communicates."""

from typing import Final

from harness.testing import (
    ACCESS_NEEDS,
    AIR_FOUND_NEEDS,
    AS_RECEIVED,
    DISCLOSURE_NEEDS,
    DISCOVERY_NEEDS,
    EXPOSURE_NEEDS,
    FOUND_NEEDS,
    GRANTED_NEEDS,
    INITIALISED,
    LINK_NEEDS,
    LIVE_LOGIN_NEEDS,
    MAPPING_NEEDS,
    RADIO_NEEDS,
    TRANSPORT_NEEDS,
    FactRecord,
    FactView,
    Ixit,
    Judgement,
    Judgements,
    LatePortsFacts,
    NetworkView,
    Outcome,
    PortsFacts,
    Radios,
    SnmpWriteFacts,
    SoftServ,
    all_of,
    case,
    criteria,
    critical_parameters,
    declared_endpoints,
    file_servers_asked,
    files_taken,
    implementation_judgement,
    links_as_declared,
    needs,
    network_endpoints,
    on_the_network,
    over_rows,
    port_mapping,
    radios,
    undeclared_product_judgements,
    undeclared_responders,
    unit,
    writing_communities,
)

COM_MECH: Final = "11-ComMech"
NET_SEC_IMPL: Final = "12-NetSecImpl"
SOFT_SERV: Final = "13-SoftServ"


@case("5.5-1-2")
class TestCommunicationCryptography:
    """Communication uses sound cryptography, as declared (5.5-1)."""

    @unit("a", facts=(*needs(LINK_NEEDS, INITIALISED), *RADIO_NEEDS), per=COM_MECH)
    def test_links_use_the_declared_cryptography(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Each row's endpoints; a row without cryptography may only lead to TLS."""
        network = NetworkView(facts, INITIALISED)
        judged = links_as_declared(network, ixit.com_mech)
        return (*judged, *network.agents_asked("declared-cryptography"))


@case("5.5-2-2")
class TestReviewedImplementations:
    """The implementations on the device are the reviewed ones (5.5-2)."""

    @unit("a", facts=needs(DISCLOSURE_NEEDS, INITIALISED), per=NET_SEC_IMPL)
    def test_disclosed_versions_are_the_reviewed_ones(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """No name and version that the device tells differs from the review report.

        A version that the device does not tell passes, and the endpoints that were asked are the
        evidence. A product with a version that no row names is a finding of its own.
        """
        network = NetworkView(facts, INITIALISED)
        judged = over_rows(
            NET_SEC_IMPL,
            "implementation-version",
            ixit.net_sec_impl,
            lambda row: implementation_judgement(network, row),
        )
        others = undeclared_product_judgements(network, ixit.net_sec_impl)
        return (*judged, *others, network.everything_examined())


@case("5.5-4-2")
class TestAccessOverTheNetwork:
    """Services give access only after authentication (5.5-4)."""

    @unit("a", facts=(*needs(ACCESS_NEEDS, INITIALISED), *RADIO_NEEDS), per=SOFT_SERV)
    def test_access_without_or_with_wrong_credentials_is_refused(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """No settings without login, and a made-up password is rejected.

        Over Bluetooth, no value of the row's services below the level of their link.
        """
        network, air = NetworkView(facts, INITIALISED), radios(facts, ixit)
        rows = _authenticated(ixit)
        judged = over_rows(
            SOFT_SERV, "anonymous-access", rows, lambda row: _refused(network, air, row)
        )
        agents = network.agents_asked("anonymous-access")
        return (*judged, *agents, file_servers_asked(network, "anonymous-access"))

    @unit(
        "b",
        facts=(
            *needs((PortsFacts, LatePortsFacts, *GRANTED_NEEDS), INITIALISED),
            *RADIO_NEEDS,
        ),
        per=SOFT_SERV,
    )
    def test_access_with_the_right_credentials_is_given(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """The known-good login works at each of the row's endpoints.

        A login that is refused may be a mistake of the bench, and decides nothing. A service that
        is declared enabled, and whose port is closed from the first look to the last, lets nobody
        in.
        """
        network, air = NetworkView(facts, INITIALISED), radios(facts, ixit)

        def judge(row: SoftServ) -> Judgement:
            there = [
                _there(network, row, name) for name in network_endpoints(row) if name not in air
            ]
            return all_of(row.id, "authorised-access", [_granted(network, air, row), *there])

        return over_rows(SOFT_SERV, "authorised-access", _authenticated(ixit), judge)

    @unit("c", facts=(*needs(LIVE_LOGIN_NEEDS, INITIALISED), *RADIO_NEEDS), per=SOFT_SERV)
    def test_access_is_protected_on_the_wire(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Each row's endpoints are encrypted, and no login crosses the network in clear."""
        network, air = NetworkView(facts, INITIALISED), radios(facts, ixit)
        rows = _authenticated(ixit)
        judged = over_rows(
            SOFT_SERV, "plaintext-management", rows, lambda row: _encrypted(network, air, row)
        )
        return (*judged, *network.logins_in_clear())


@case("5.5-5-2")
class TestConfigurationOverTheNetwork:
    """Security-relevant changes need authentication; every way in is declared (5.5-5)."""

    @unit(
        "a",
        facts=(
            *needs(
                (PortsFacts, LatePortsFacts, *ACCESS_NEEDS, SnmpWriteFacts, *MAPPING_NEEDS),
                INITIALISED,
            ),
            *RADIO_NEEDS,
        ),
        per=SOFT_SERV,
    )
    def test_configuration_needs_a_protected_login(self, facts: FactView, ixit: Ixit) -> Judgements:
        """What 5.5-4-2 asks of services, for those that allow configuration.

        A published SNMP community that writes is a way to configure without authentication, and so
        is a file server that takes files from anybody, or a gateway that opens ports inwards. So is
        a Bluetooth device that bonds with whoever asks.
        """
        network, air = NetworkView(facts, INITIALISED), radios(facts, ixit)

        def judge(row: SoftServ) -> Judgement:
            looks = (_refused, _granted, _encrypted)
            parts = [look(network, air, row) for look in looks]
            parts += [air[name].pairs_unasked(row.id) for name in row.endpoints if name in air]
            return all_of(row.id, "anonymous-access", parts)

        rows = [
            row
            for row in on_the_network(ixit.soft_serv)
            if row.allows_configuration and row.status == "enabled"
        ]
        judged = over_rows(SOFT_SERV, "anonymous-access", rows, judge)
        return (
            *judged,
            *network.logins_in_clear(),
            *writing_communities(network),
            *files_taken(network),
            port_mapping(network),
        )

    @unit(
        "b",
        facts=(
            *needs((*EXPOSURE_NEEDS, *DISCOVERY_NEEDS), AS_RECEIVED, INITIALISED),
            *AIR_FOUND_NEEDS,
            *FOUND_NEEDS,
        ),
    )
    def test_every_communication_mechanism_is_declared(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Every open port lies at an endpoint of an 11-ComMech row, in both states.

        So does every discovery responder, and none of it is UPnP on the WAN. UDP silence is no sign
        of a service and does not count as an open port. Bluetooth services stand in such a row too.
        """
        declared = declared_endpoints(ixit.com_mech)
        views = [NetworkView(facts, state) for state in (AS_RECEIVED, INITIALISED)]
        on_the_air = [
            found
            for radio in radios(facts, ixit).values()
            for found in radio.undeclared_services(ixit.com_mech)
        ]
        on_the_network = (
            judgement
            for view in views
            for judgement in (
                *view.undeclared_services(declared),
                *undeclared_responders(view, declared),
            )
        )
        return (*on_the_network, *on_the_air)


@case("5.5-6-2")
class TestCriticalParametersOnLinks:
    """Critical parameters cross links under the declared protection (5.5-6)."""

    @unit("a", facts=(*needs(TRANSPORT_NEEDS, INITIALISED), *RADIO_NEEDS), per=COM_MECH)
    def test_links_of_critical_parameters_are_as_declared(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """What 5.5-1-2 asks, of each link that a critical parameter crosses; no login in clear."""
        network, carried = NetworkView(facts, INITIALISED), critical_parameters(ixit)
        judged = links_as_declared(network, carried.links)
        return (*judged, *carried.gaps, *network.logins_in_clear())


@case("5.5-7-2")
class TestCriticalParametersInTransit:
    """Critical parameters that travel over remote links are protected (5.5-7)."""

    @unit("a", facts=(*needs(TRANSPORT_NEEDS, INITIALISED), *RADIO_NEEDS), per=COM_MECH)
    def test_critical_parameters_travel_under_the_declared_cryptography(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """The remote links that critical parameters use, and any login in clear."""
        network, carried = NetworkView(facts, INITIALISED), critical_parameters(ixit)
        judged = links_as_declared(network, (link for link in carried.links if link.remote))
        return (*judged, *carried.gaps, *network.logins_in_clear())


def _authenticated(ixit: Ixit) -> list[SoftServ]:
    return [
        row
        for row in on_the_network(ixit.soft_serv)
        if row.authentication_mechanism and row.status == "enabled"
    ]


def _refused(network: NetworkView, air: Radios, row: SoftServ) -> Judgement:
    parts = [
        air[name].access_refused(row) if name in air else network.access_refused(row.id, name)
        for name in network_endpoints(row)
    ]
    return all_of(row.id, "anonymous-access", parts)


def _there(network: NetworkView, row: SoftServ, name: str) -> Judgement:
    """The port is open in the first look or the last one; closed only if it is in both."""

    def look(record: FactRecord[PortsFacts | LatePortsFacts]) -> Judgement:
        return criteria.interface_status(record, row.id, name, "enabled")

    looks = (
        network.judge(PortsFacts, "interface-status", row.id, look),
        network.judge(LatePortsFacts, "interface-status", row.id, look),
    )
    by_outcome = {judged.outcome: judged for judged in looks}
    order = (Outcome.UNDECIDED, Outcome.HELD, Outcome.CONTRADICTED)
    return next(by_outcome[outcome] for outcome in order if outcome in by_outcome)


def _granted(network: NetworkView, air: Radios, row: SoftServ) -> Judgement:
    parts = [
        air[name].access_granted(row.id) if name in air else network.access_granted(row.id, name)
        for name in network_endpoints(row)
    ]
    return all_of(row.id, "authorised-access", parts)


def _encrypted(network: NetworkView, air: Radios, row: SoftServ) -> Judgement:
    parts = [
        air[name].login(row.id) if name in air else network.encrypted(row.id, name)
        for name in network_endpoints(row)
    ]
    return all_of(row.id, "plaintext-management", parts)
