"""Criteria about open ports."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.ports import PortState
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
NAME = "tcp/9999"


def _undeclared(made: Any, facts: Any, *declared: str, name: str = NAME) -> Any:
    return criteria.undeclared_service(made.record(facts), name, name, declared)


def test_an_open_port_must_be_declared(made: Any) -> None:
    facts = made.ports(NAME)
    assert _undeclared(made, facts, NAME).outcome is HELD
    judged = _undeclared(made, facts)
    assert judged.outcome is CONTRADICTED
    assert judged.findings[0].subject == NAME


def test_a_port_that_vanished_is_a_doubt_and_no_finding(made: Any) -> None:
    facts = made.ports(ports=(made.port(NAME, PortState.VANISHED),))
    assert _undeclared(made, facts).outcome is UNDECIDED


def test_a_port_outside_the_scan_is_not_closed(made: Any) -> None:
    narrow = made.ports(examined=("tcp/1-1024",))
    assert _undeclared(made, narrow).outcome is UNDECIDED
    assert _undeclared(made, made.ports()).outcome is HELD


@pytest.mark.parametrize("examined", [(), ("tcp/1-1024",), ("tcp/1-100", "tcp/102-65535")])
def test_a_partial_scan_excludes_nothing(examined: Any, made: Any) -> None:
    facts = made.record(made.ports(examined=examined))
    assert criteria.every_port_examined(facts, "DUT").outcome is UNDECIDED


def test_a_scan_in_parts_covers_every_port(made: Any) -> None:
    facts = made.record(made.ports(examined=("tcp/101-65535", "tcp/1-80", "tcp/80-100")))
    assert criteria.every_port_examined(facts, "DUT").outcome is HELD


def test_a_silent_host_shows_nothing(made: Any) -> None:
    facts = made.ports(alive=made.unknown())
    assert criteria.every_port_examined(made.record(facts), "DUT").outcome is UNDECIDED
    judged = criteria.interface_status(made.record(facts), "row", NAME, "disabled")
    assert judged.outcome is UNDECIDED


def test_a_known_gap_of_the_scan_excludes_nothing(made: Any) -> None:
    gap = NotExamined(target="udp/161", reason="no privilege")
    facts = made.record(made.ports(not_examined=(gap,)))
    assert criteria.every_port_examined(facts, "DUT").outcome is UNDECIDED


def test_every_open_port_must_have_been_asked_what_it_speaks(made: Any) -> None:
    facts = made.record(made.services(made.service("tcp/80", "http")))
    judge = criteria.every_service_examined
    assert judge(facts, "DUT", {"tcp/80"}).outcome is HELD
    assert judge(facts, "DUT", {"tcp/80", "tcp/443"}).outcome is UNDECIDED
    assert judge(facts, "DUT", set()).reason.code == "ports-and-services-disagree"
    assert judge(made.record(made.services()), "DUT", set()).outcome is HELD
    gap = NotExamined(target="tcp/81", reason="time")
    gapped = made.record(made.services(not_examined=(gap,)))
    assert judge(gapped, "DUT", set()).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("status", "when_open", "when_closed"),
    [("enabled", HELD, CONTRADICTED), ("disabled", CONTRADICTED, HELD)],
)
def test_an_interface_is_in_its_declared_status(
    status: Any, when_open: Outcome, when_closed: Outcome, made: Any
) -> None:
    def judge(facts: Any) -> Outcome:
        return criteria.interface_status(made.record(facts), "row", NAME, status).outcome

    assert judge(made.ports(NAME)) is when_open
    assert judge(made.ports()) is when_closed
    assert judge(made.ports(examined=("tcp/1-80",))) is UNDECIDED
    assert judge(made.ports(ports=(made.port(NAME, PortState.VANISHED),))) is UNDECIDED


def test_silence_on_a_declared_udp_port_decides_nothing(made: Any) -> None:
    facts = made.ports(ports=(made.port("udp/53", PortState.OPEN_OR_FILTERED),))
    judged = criteria.interface_status(made.record(facts), "row", "udp/53", "enabled")
    assert judged.outcome is UNDECIDED


def test_udp_silence_is_no_open_port(made: Any) -> None:
    facts = made.ports(ports=(made.port("udp/53", PortState.OPEN_OR_FILTERED),))
    assert criteria.open_targets(facts) == frozenset()


def test_an_answer_on_a_port_that_the_scan_found_silent_must_be_declared(made: Any) -> None:
    judge = criteria.undeclared_answer
    record = made.record(made.services(made.service("udp/53", "dns")))
    assert judge(record, "udp/53", "udp/53", ("udp/53",)).outcome is HELD
    assert judge(record, "udp/53", "udp/53", ()).outcome is CONTRADICTED
    assert judge(record, "udp/67", "udp/67", ()).outcome is UNDECIDED


def test_silent_udp_ports_are_no_gap_among_the_services(made: Any) -> None:
    gap = NotExamined(target="udp/53", reason="no query was answered")
    record = made.record(made.services(made.service("tcp/80", "http"), not_examined=(gap,)))
    assert criteria.every_service_examined(record, "DUT", {"tcp/80"}).outcome is HELD


def test_a_disabled_service_must_be_closed(made: Any) -> None:
    judge = criteria.unnecessary_service
    assert judge(made.record(made.ports()), "row", NAME).outcome is HELD
    assert judge(made.record(made.ports(NAME)), "row", NAME).outcome is CONTRADICTED
    vanished = made.ports(ports=(made.port(NAME, PortState.VANISHED),))
    assert judge(made.record(vanished), "row", NAME).outcome is UNDECIDED


def test_closed_means_examined_and_not_open(made: Any) -> None:
    judge = criteria.closed_port
    assert judge(made.record(made.ports()), "x", "row", NAME).outcome is HELD
    assert judge(made.record(made.ports(NAME)), "x", "row", NAME).outcome is UNDECIDED
