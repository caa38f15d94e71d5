"""What is told and offered to everybody on the link: held, contradicted, undecided."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.discovery import IdentifierKind
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
MDNS, SSDP = "udp/5353", "udp/1900"


def identifiers(made: Any, facts: Any, target: str = MDNS, declared: Any = ()) -> Any:
    return criteria.identifier_disclosure(made.record(facts), target, target, declared)


def test_nothing_told_holds_and_rests_on_the_answers(made: Any) -> None:
    judged = identifiers(made, made.discovery())
    assert judged.outcome is HELD
    assert {place.where for place in judged.evidence} == {"line mdns"}


@pytest.mark.parametrize("kind", IdentifierKind)
def test_an_identifier_that_is_told_contradicts(made: Any, kind: IdentifierKind) -> None:
    facts = made.discovery(identifiers=(made.sighting(MDNS, kind),))
    judged = identifiers(made, facts)
    assert judged.outcome is CONTRADICTED
    assert judged.findings[0].evidence[0].where == "line 7"
    assert identifiers(made, facts, SSDP).outcome is HELD  # another endpoint told it


def test_a_declared_identifier_is_no_finding_and_a_password_always_is(made: Any) -> None:
    declared = ("host name with the MAC address", "serial number")
    told = {
        kind: identifiers(
            made, made.discovery(identifiers=(made.sighting(MDNS, kind),)), declared=declared
        ).outcome
        for kind in IdentifierKind
    }
    assert told == {
        IdentifierKind.SERIAL: HELD,
        IdentifierKind.MAC: HELD,
        IdentifierKind.SECRET: CONTRADICTED,
    }


def test_what_the_bench_does_not_know_it_cannot_miss(made: Any) -> None:
    unknown = identifiers(made, made.discovery(known=(IdentifierKind.MAC,)))
    assert (unknown.outcome, unknown.reason.code) == (UNDECIDED, "identifiers-not-known")
    claimed = identifiers(
        made, made.discovery(known=(IdentifierKind.MAC,), serial_claims=(made.serial_claim(),))
    )
    assert (claimed.outcome, claimed.reason.code) == (UNDECIDED, "serial-claimed")
    # The bench knows the serial number, and the field holds another one: no matter.
    known = identifiers(made, made.discovery(serial_claims=(made.serial_claim(),)))
    assert known.outcome is HELD


def test_a_silent_responder_tells_nothing_and_decides_nothing(made: Any) -> None:
    silent = made.discovery(made.responder(answered=made.unknown()), made.responder(SSDP))
    assert criteria.responders(silent) == (SSDP,)
    assert identifiers(made, silent).outcome is UNDECIDED
    assert identifiers(made, made.discovery(examined=())).outcome is UNDECIDED


def test_identifiers_in_a_description(made: Any) -> None:
    leaking = made.upnp(made.description(), identifiers=(made.sighting("tcp/443"),))
    assert identifiers(made, leaking, "tcp/443").outcome is CONTRADICTED
    assert identifiers(made, made.upnp(made.description()), "tcp/443").outcome is HELD


def test_versions_of_responders(made: Any) -> None:
    def look(facts: Any, declared: Any = ()) -> Any:
        record = made.record(facts)
        return criteria.discovery_disclosure(record, SSDP, SSDP, declared).outcome

    told = made.discovery(made.responder(), made.responder(SSDP, told=(made.disclosure(),)))
    assert look(told) is CONTRADICTED
    assert look(told, ["MiniUPnPd 1.8"]) is HELD
    assert look(made.discovery()) is HELD
    assert look(made.discovery(made.responder(SSDP, answered=made.unknown()))) is UNDECIDED


def test_versions_in_a_description(made: Any) -> None:
    def outcome(facts: Any, *declared: str) -> Outcome:
        record = made.record(facts)
        return criteria.upnp_disclosure(record, "tcp/443", "tcp/443", declared).outcome

    told = made.upnp(made.description(told=(made.disclosure(),)))
    assert outcome(told) is Outcome.CONTRADICTED
    assert outcome(told, "MiniUPnPd 1.8") is Outcome.HELD
    assert outcome(made.upnp(made.description())) is Outcome.HELD
    assert outcome(made.upnp()) is Outcome.UNDECIDED


def test_a_responder_must_be_declared(made: Any) -> None:
    def look(facts: Any, declared: Any) -> Any:
        return criteria.undeclared_responder(made.record(facts), MDNS, MDNS, declared).outcome

    assert look(made.discovery(), {MDNS}) is HELD
    assert look(made.discovery(), {SSDP}) is CONTRADICTED
    assert look(made.discovery(made.responder(answered=made.unknown())), ()) is UNDECIDED
    assert look(made.discovery(examined=()), ()) is UNDECIDED


def test_a_responder_that_answers_is_on(made: Any) -> None:
    def look(facts: Any, status: Any) -> Any:
        return criteria.responder_status(made.record(facts), "Intf-1", MDNS, status).outcome

    assert look(made.discovery(), "enabled") is HELD
    assert look(made.discovery(), "disabled") is CONTRADICTED
    assert look(made.discovery(made.responder(answered=made.unknown())), "enabled") is UNDECIDED


def test_silence_counts_only_where_both_were_asked(made: Any) -> None:
    def look(facts: Any) -> Any:
        return criteria.every_responder_asked(made.record(facts), "undeclared-service", "DUT")

    gap = NotExamined(target=MDNS, reason="it was not asked")
    assert look(made.discovery()).outcome is HELD
    assert look(made.discovery(not_examined=(gap,))).outcome is UNDECIDED


def test_a_description_that_could_not_be_read_leaves_it_open(made: Any) -> None:
    def look(facts: Any) -> Any:
        return criteria.every_description_read(made.record(facts), "undeclared-service", "DUT")

    gap = NotExamined(target="tcp/5000", reason="status 500")
    assert look(made.upnp()).outcome is HELD
    assert look(made.upnp(not_examined=(gap,))).outcome is UNDECIDED
    assert look(made.upnp(announced=1)).outcome is UNDECIDED


def test_upnp_on_the_wan(made: Any) -> None:
    def look(**changes: Any) -> Any:
        return criteria.upnp_on_wan(made.record(made.upnp(**changes)), "DUT")

    assert look().outcome is HELD
    assert look(wan=made.seen(), wan_found=("udp/1900",)).outcome is CONTRADICTED
    assert look(wan=made.unknown()).outcome is UNDECIDED
    assert look(wan_address="").reason.code == "wan-not-configured"
    assert criteria.has_wan(made.upnp())
    assert criteria.has_wan(made.upnp(made.description(), wan_address=""))
    assert not criteria.has_wan(made.upnp(wan_address=""))


def test_port_mapping(made: Any) -> None:
    def look(*tries: Any, **changes: Any) -> Any:
        record = made.record(made.port_mapping(*tries, **changes))
        return criteria.unauthenticated_port_mapping(record, "DUT")

    assert look().reason.code == "no-gateway-service"
    assert look(gateways=1).outcome is UNDECIDED
    unread = NotExamined(target="tcp/5000", reason="status 200, no description in it")
    assert look(not_examined=(unread,)).outcome is UNDECIDED
    assert look(made.mapping_try()).outcome is HELD
    mapped = made.mapping_try(accepted=made.seen(), removed=made.seen())
    assert look(made.mapping_try(), mapped).reason.code == "port-mapped"
    left = made.mapping_try(accepted=made.seen(), removed=made.absent())
    assert look(left).reason.code == "port-mapped-and-left"
    assert look(made.mapping_try(accepted=made.unknown())).outcome is UNDECIDED
