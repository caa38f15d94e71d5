"""Criteria about file servers, and about DNS and NTP servers."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.disclosure import Disclosure
from harness.facts.dns import DnsFacts, DnsServer
from harness.facts.ntp import NtpFacts, NtpServer
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
LOOKS = {
    "writable": criteria.anonymous_file_write,
    "readable": criteria.anonymous_file_read,
    "anonymous": criteria.anonymous_file_access,
    "any_login": criteria.made_up_file_login,
}


@pytest.mark.parametrize("field", LOOKS)
def test_what_a_server_allows_is_judged(field: str, made: Any) -> None:
    def judge(seen: Any) -> Any:
        record = made.record(made.files(made.file_server(**{field: seen})))
        return LOOKS[field](record, "row", "tcp/21")

    assert judge(made.absent()).outcome is HELD
    assert judge(made.unknown()).outcome is UNDECIDED
    found = judge(made.seen())
    assert found.outcome is CONTRADICTED
    assert found.findings[0].subject == "tcp/21"


@pytest.mark.parametrize("look", LOOKS.values())
def test_a_server_that_nobody_asked_decides_nothing(look: Any, made: Any) -> None:
    assert look(made.record(made.files()), "row", "tcp/21").outcome is UNDECIDED
    silent = made.files(made.file_server(answered=made.unknown()))
    assert look(made.record(silent), "row", "tcp/21").outcome is UNDECIDED


@pytest.mark.parametrize(
    ("readable", "writable", "outcome"),
    [
        ("absent", "absent", HELD),
        ("seen", "absent", CONTRADICTED),
        ("unknown", "seen", CONTRADICTED),
        ("seen", "unknown", CONTRADICTED),
        ("absent", "unknown", UNDECIDED),
        ("unknown", "absent", UNDECIDED),
    ],
)
def test_tftp_has_no_login_so_that_any_file_is_access(
    readable: str, writable: str, outcome: Outcome, made: Any
) -> None:
    seen = {"readable": getattr(made, readable)(), "writable": getattr(made, writable)()}
    server = made.file_server("udp/69", "tftp", anonymous=made.unknown(), **seen)
    record = made.record(made.files(server))
    for look in (criteria.anonymous_file_access, criteria.made_up_file_login):
        assert look(record, "row", "udp/69").outcome is outcome


def test_no_file_server_means_that_they_were_asked_for(made: Any) -> None:
    def judge(facts: Any, *targets: str) -> Outcome:
        record = made.record(facts)
        return criteria.every_file_server_asked(record, "x", "DUT", targets).outcome

    assert judge(made.files()) is HELD
    assert judge(made.files(), "tcp/21") is UNDECIDED
    assert judge(made.files(examined=())) is UNDECIDED
    assert judge(made.files(asked=())) is UNDECIDED
    gap = NotExamined(target="tcp/2121", reason="time")
    assert judge(made.files(not_examined=(gap,))) is UNDECIDED


def dns(made: Any, **changes: Any) -> Any:
    given = {"answered": made.seen(), "recursion": made.absent(), "transfer": made.absent()}
    given |= {"zone": "lan", "chaos": made.seen()}
    server = DnsServer(endpoint=made.endpoint("udp/53"), **(given | changes))
    facts = DnsFacts(servers=(server,), asked=(made.ref(),), examined=("udp/53",), complete=True)
    return made.record(facts)


def ntp(made: Any, **changes: Any) -> Any:
    given = {"answered": made.seen(), "control": made.absent(), "monitor": made.absent()}
    server = NtpServer(endpoint=made.endpoint("udp/123"), **(given | changes))
    facts = NtpFacts(servers=(server,), asked=(made.ref(),), examined=("udp/123",), complete=True)
    return made.record(facts)


def told(made: Any) -> tuple[Disclosure, ...]:
    entry = Disclosure(
        where="version.bind", text="x", product="dnsmasq", version="2.90", evidence=made.ref()
    )
    return (entry,)


def test_a_zone_is_not_for_everybody(made: Any) -> None:
    judge = criteria.zone_transfer_allowed
    assert judge(dns(made), "udp/53", "udp/53").outcome is HELD
    assert judge(dns(made, transfer=made.seen()), "udp/53", "udp/53").outcome is CONTRADICTED
    assert judge(dns(made, transfer=made.unknown()), "udp/53", "udp/53").outcome is UNDECIDED
    assert judge(dns(made, zone=""), "udp/53", "udp/53").outcome is UNDECIDED
    assert judge(dns(made), "udp/54", "udp/54").outcome is UNDECIDED


def test_control_queries_of_strangers_get_no_answer(made: Any) -> None:
    judge = criteria.ntp_control_queries
    assert judge(ntp(made), "udp/123", "udp/123").outcome is HELD
    for field in ("control", "monitor"):
        seen, unknown = ntp(made, **{field: made.seen()}), ntp(made, **{field: made.unknown()})
        assert judge(seen, "udp/123", "udp/123").outcome is CONTRADICTED
        assert judge(unknown, "udp/123", "udp/123").outcome is UNDECIDED
    assert judge(ntp(made), "udp/124", "udp/124").outcome is UNDECIDED


def test_versions_are_told_by_name_and_time_servers(made: Any) -> None:
    for look, make, target in (
        (criteria.dns_disclosure, dns, "udp/53"),
        (criteria.dns_disclosure, dns, "tcp/53"),
        (criteria.ntp_disclosure, ntp, "udp/123"),
    ):
        assert look(make(made), "row", target).outcome is HELD
        verbose = make(made, disclosures=told(made))
        assert look(verbose, "row", target).outcome is CONTRADICTED
        assert look(verbose, "row", target, ("dnsmasq 2.90",)).outcome is HELD
        assert look(verbose, "row", "udp/9").outcome is UNDECIDED


def test_a_version_that_nobody_could_ask_for_may_be_told(made: Any) -> None:
    silent = dns(made, chaos=made.unknown())
    assert criteria.dns_disclosure(silent, "row", "udp/53").outcome is UNDECIDED
    assert criteria.dns_disclosure(dns(made, chaos=made.absent()), "row", "udp/53").outcome is HELD
    silent = ntp(made, control=made.unknown())
    assert criteria.ntp_disclosure(silent, "row", "udp/123").outcome is UNDECIDED
    told_once = ntp(made, control=made.unknown(), disclosures=told(made))
    assert criteria.ntp_disclosure(told_once, "row", "udp/123").outcome is CONTRADICTED


def test_a_service_that_opens_late_must_be_declared(made: Any) -> None:
    late = made.service("tcp/7681", "unconfirmed")
    facts = made.late_ports(
        "tcp/7681", services=(late,), examined=("tcp/1-65535", "tcp/7681", "udp/53")
    )
    judge, record = criteria.late_service, made.record(facts)
    assert judge(record, "tcp/7681", "tcp/7681", ()).reason.code == "port-undeclared-late"
    assert judge(record, "tcp/7681", "tcp/7681", ("tcp/7681",)).outcome is HELD
    assert judge(record, "tcp/9", "tcp/9", ()).outcome is HELD  # closed
    assert judge(record, "udp/69", "udp/69", ()).outcome is UNDECIDED  # not looked at


@pytest.mark.parametrize(
    ("protocol", "outcome"), [("unconfirmed", HELD), ("http", UNDECIDED), ("mqtt", UNDECIDED)]
)
def test_a_late_service_with_a_probe_of_its_own_was_not_examined(
    protocol: str, outcome: Outcome, made: Any
) -> None:
    late = made.service("tcp/7681", protocol)
    facts = made.late_ports("tcp/7681", services=(late,), examined=("tcp/7681",))
    judged = criteria.late_service_seen(made.record(facts), "x", "tcp/7681", "tcp/7681")
    assert judged.outcome is outcome
