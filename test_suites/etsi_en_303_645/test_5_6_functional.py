"""Groups 5.6-1 to 5.6-4, functional cases: interfaces, disclosures, casing, debug access."""

from typing import Final

from harness.testing import (
    ADVERTISING_NEEDS,
    AIR_FOUND_NEEDS,
    BLE,
    CLASSIC_NEEDS,
    DISCLOSURE_NEEDS,
    DISCOVERY_NEEDS,
    EXPOSURE_NEEDS,
    FOUND_NEEDS,
    GROUP_ENDPOINTS,
    INITIALISED,
    PAIRING_NEEDS,
    AirView,
    AnswerView,
    ConsoleFacts,
    DecidedBy,
    DiscoveryFacts,
    FactRecord,
    FactView,
    Intf,
    Ixit,
    Judgement,
    Judgements,
    LatePortsFacts,
    NetworkView,
    PortsFacts,
    Question,
    UpnpFacts,
    all_of,
    answers_as_responder,
    ask_each,
    case,
    criteria,
    declared_endpoints,
    disclosure_judgements,
    need,
    needs,
    network_endpoints,
    on_the_network,
    over_rows,
    radios,
    responders_asked,
    told_to_everybody,
    undeclared_responders,
    unit,
)

INTF: Final = "15-Intf"
CONSOLE: Final = "console"

EXPOSED_ARE_DECLARED: Final = Question(
    id="5.6-3-2a",
    prompt="Look at the unit from outside, without opening it. Is every socket, pad, slot and "
    "contact that you can reach declared in 15-Intf, and declared as exposed?",
    during=INITIALISED.value,
)
OTHERS_ARE_ENCLOSED: Final = Question(
    id="5.6-3-2b",
    prompt="Look for the row's physical interface from outside. Is it really out of reach while "
    "the casing is closed?",
    during=INITIALISED.value,
)
RADIOS_AS_DECLARED: Final = Question(
    id="5.6-3-2c",
    prompt="Watch the air around the unit. Is the row's radio in the status that it declares, and "
    "did you see no radio that no row declares?",
    during=INITIALISED.value,
)
INTERMITTENT_AS_DECLARED: Final = Question(
    id="5.6-3-2d",
    prompt="Watch the row's interface long enough to see it come and go. Is it switched on only "
    "when the row says?",
    during=INITIALISED.value,
)
NO_OTHER_DEBUG_PORT: Final = Question(
    id="5.6-4-2b",
    prompt="Try every physical port that you can reach, the undeclared ones too, with the "
    "debuggers at hand. Did none of them allow debugging?",
    during=INITIALISED.value,
)


@case("5.6-1-2")
class TestUnusedInterfacesAreDisabled:
    """Network and logical interfaces are in their declared status (5.6-1)."""

    @unit(
        "a",
        facts=(
            *needs((PortsFacts, LatePortsFacts, DiscoveryFacts), INITIALISED),
            *ADVERTISING_NEEDS,
            *CLASSIC_NEEDS,
        ),
        per=INTF,
    )
    def test_interfaces_are_in_their_declared_status(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """What is declared enabled is open, what is declared disabled is closed.

        A radio is looked for by its endpoint, if it names one; else it is a person's, see 5.6-3-2c.
        """
        criterion, air = "interface-status", radios(facts, ixit)

        def judge(row: Intf) -> Judgement:
            parts = [
                air[name].status(row) if name in air else _status(facts, row, name)
                for name in network_endpoints(row)
            ]
            return all_of(row.id, criterion, parts)

        rows = [row for row in on_the_network(ixit.intf) if _has_status_on_the_network(row)]
        return over_rows(INTF, criterion, rows, judge)

    @unit(
        "b",
        facts=(
            *needs((*EXPOSURE_NEEDS, *DISCOVERY_NEEDS), INITIALISED),
            *AIR_FOUND_NEEDS,
            *FOUND_NEEDS,
        ),
    )
    def test_every_open_port_is_a_declared_interface(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Every open port lies at an endpoint of a 15-Intf row, whatever its status.

        So does every discovery responder; and no row can declare UPnP on the WAN. Bluetooth
        services stand in such a row too.
        """
        declared, network = declared_endpoints(ixit.intf), NetworkView(facts, INITIALISED)
        found = network.undeclared_services(declared)
        on_the_air = [
            each
            for radio in radios(facts, ixit).values()
            for each in radio.undeclared_services(ixit.intf)
        ]
        return (*found, *undeclared_responders(network, declared), *on_the_air)


@case("5.6-2-2")
class TestUnauthenticatedDisclosure:
    """Little is told before login (5.6-2)."""

    @unit("a", facts=(*needs((*DISCLOSURE_NEEDS, UpnpFacts), INITIALISED), *AIR_FOUND_NEEDS))
    def test_servers_disclose_no_more_than_declared(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Products and versions that a server tells anyone stand in Disclosed Information.

        So do identifiers of the unit that discovery tells everybody on the link, and what everybody
        in radio range hears or reads.
        """
        network = NetworkView(facts, INITIALISED)
        told = disclosure_judgements(network, ixit.intf)
        on_the_air = AirView(facts, ixit).told_to_everybody()
        return (*told, *told_to_everybody(network, ixit.intf), *on_the_air)


@case("5.6-3-2")
class TestPhysicalExposure:
    """Physical interfaces are not exposed without need (5.6-3)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[EXPOSED_ARE_DECLARED])
    def test_exposed_interfaces_are_declared(self, answers: AnswerView) -> Judgements:
        """Whatever can be reached from outside is declared."""
        return (answers.judge(EXPOSED_ARE_DECLARED),)

    @unit("b", decided_by=DecidedBy.OPERATOR, per=INTF, questions=[OTHERS_ARE_ENCLOSED])
    def test_other_interfaces_are_enclosed(self, ixit: Ixit, answers: AnswerView) -> Judgements:
        """Physical interfaces that are not declared exposed are out of reach."""
        return ask_each(
            answers,
            OTHERS_ARE_ENCLOSED,
            INTF,
            ixit.intf,
            scope=lambda row: row.type == "physical" and not row.exposed,
        )

    @unit("c", decided_by=DecidedBy.OPERATOR, per=INTF, questions=[RADIOS_AS_DECLARED])
    def test_radios_are_in_their_declared_status(
        self, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """Each radio is as declared, and there is no other; without a radio row, there is none."""
        return ask_each(
            answers, RADIOS_AS_DECLARED, INTF, ixit.intf, scope=lambda row: row.type == "radio"
        )

    @unit("d", decided_by=DecidedBy.OPERATOR, per=INTF, questions=[INTERMITTENT_AS_DECLARED])
    def test_intermittent_interfaces_are_on_only_as_declared(
        self, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """Interfaces that come and go do so as declared."""
        return ask_each(
            answers,
            INTERMITTENT_AS_DECLARED,
            INTF,
            ixit.intf,
            scope=lambda row: row.intermittent,
        )


@case("5.6-4-2")
class TestDebugInterfaces:
    """Debug interfaces are off (5.6-4)."""

    @unit("a", facts=[need(ConsoleFacts, INITIALISED), *PAIRING_NEEDS], per=INTF)
    def test_declared_debug_interfaces_are_off(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Neither a shell without login nor the boot loader can be used on the console.

        Over Bluetooth, the row's services are not there.

        Debug rows without an endpoint that the bench can reach (JTAG pads) are a person's, see
        unit b.
        """
        criterion = "debug-interface-open"
        air = AirView(facts, ixit)

        def judge(row: Intf) -> Judgement:
            parts = [air.debug_off(row)] if BLE in row.endpoints else []
            if CONSOLE in row.endpoints:
                parts.append(
                    facts.judge(
                        ConsoleFacts,
                        INITIALISED,
                        row.id,
                        criterion,
                        lambda record: criteria.debug_interface_open(record, row.id),
                    )
                )
            return all_of(row.id, criterion, parts)

        rows = [
            row for row in ixit.intf if row.debug_interface and {CONSOLE, BLE} & set(row.endpoints)
        ]
        return over_rows(INTF, criterion, rows, judge)

    @unit(
        "b",
        decided_by=DecidedBy.OPERATOR,
        facts=[need(ConsoleFacts, INITIALISED)],
        questions=[NO_OTHER_DEBUG_PORT],
    )
    def test_no_other_port_works_for_debugging(
        self, facts: FactView, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """No other reachable port allows debugging; a console without a debug row is one."""
        if any(row.debug_interface and CONSOLE in row.endpoints for row in ixit.intf):
            return (answers.judge(NO_OTHER_DEBUG_PORT),)
        seen = facts.judge(
            ConsoleFacts,
            INITIALISED,
            "DUT",
            "debug-interface-open",
            lambda record: criteria.debug_interface_open(record, "DUT"),
        )
        return (answers.with_facts(NO_OTHER_DEBUG_PORT, "DUT", [seen]),)


def _has_status_on_the_network(row: Intf) -> bool:
    return row.type in {"network", "logical"} or (row.type == "radio" and bool(row.endpoints))


def _status(facts: FactView, row: Intf, name: str) -> Judgement:
    """Open, or closed in the first look and in the last one: it may open in between.

    Where mDNS or SSDP is meant, the discovery probe counts if it was answered, since a responder
    may hear its group alone; an open port there that did not answer it leaves the row open.
    """

    def look(record: FactRecord[PortsFacts | LatePortsFacts]) -> Judgement:
        return criteria.interface_status(record, row.id, name, row.status)

    criterion, network = "interface-status", NetworkView(facts, INITIALISED)
    by_discovery = network.judge(
        DiscoveryFacts,
        criterion,
        row.id,
        lambda record: criteria.responder_status(record, row.id, name, row.status),
    )
    if answers_as_responder(network, name):
        return by_discovery
    parts = [facts.judge(PortsFacts, INITIALISED, row.id, criterion, look)]
    if row.status == "disabled":
        parts.append(facts.judge(LatePortsFacts, INITIALISED, row.id, criterion, look))
    if name in GROUP_ENDPOINTS:
        scans = [record.facts for record in facts.records(PortsFacts, INITIALISED)]
        is_open = any(name in criteria.open_targets(scan) for scan in scans)
        asked = responders_asked(network, criterion, row.id)
        parts.append(by_discovery if is_open else asked)
    return all_of(row.id, criterion, parts)
