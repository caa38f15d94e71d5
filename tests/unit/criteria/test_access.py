"""Criteria about logins on the network and access without one."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
WEB = "tcp/443"


def _page(made: Any, **changes: Any) -> Any:
    return made.record(made.http(made.web(WEB, **changes)))


def _service(made: Any, protocol: str, **more: Any) -> Any:
    return made.record(made.services(made.service(WEB, protocol, **more)))


def test_settings_without_login_contradict(made: Any) -> None:
    judge = criteria.anonymous_access
    assert judge(_page(made), "row", WEB).outcome is HELD
    assert judge(_page(made, open_configuration=made.seen()), "row", WEB).outcome is CONTRADICTED
    assert judge(_page(made, open_configuration=made.unknown()), "row", WEB).outcome is UNDECIDED
    assert judge(_page(made, answered=made.unknown()), "row", WEB).outcome is UNDECIDED


def test_a_server_that_only_redirects_gives_no_access(made: Any) -> None:
    record = made.record(made.http(made.redirector()))
    assert criteria.anonymous_access(record, "row", "tcp/80").reason.code == "redirects-only"


def test_an_ssh_session_without_login_contradicts(made: Any) -> None:
    def judge(*methods: str) -> Outcome:
        facts = made.ssh(made.ssh_server(auth_methods=methods))
        return criteria.anonymous_ssh_access(made.record(facts), "row", "tcp/22").outcome

    assert judge("password") is HELD
    assert judge("none") is CONTRADICTED
    assert judge() is UNDECIDED


@pytest.mark.parametrize(
    ("protocol", "outcome"),
    [
        ("ssh", CONTRADICTED),
        ("telnet", CONTRADICTED),
        ("ftp", CONTRADICTED),
        ("mqtt", UNDECIDED),
        ("http", HELD),
        ("unconfirmed", HELD),
    ],
)
def test_a_login_service_must_be_declared(protocol: str, outcome: Outcome, made: Any) -> None:
    record = _service(made, protocol)
    assert criteria.undeclared_login(record, WEB, WEB, ()).outcome is outcome
    assert criteria.undeclared_login(record, WEB, WEB, (WEB,)).outcome is HELD


def test_a_web_login_must_be_declared(made: Any) -> None:
    judge = criteria.undeclared_http_login
    assert judge(_page(made), WEB, WEB, (WEB,)).outcome is HELD
    assert judge(_page(made), WEB, WEB, ()).outcome is CONTRADICTED
    assert judge(_page(made, logins=()), WEB, WEB, ()).outcome is HELD


@pytest.mark.parametrize(
    ("protocol", "more", "outcome"),
    [
        ("telnet", {}, CONTRADICTED),
        ("telnet", {"tls": True}, HELD),
        ("ftp", {"starttls": True}, UNDECIDED),
        ("smtp", {}, UNDECIDED),
        ("ssh", {}, HELD),
        ("dns", {}, HELD),
    ],
)
def test_a_login_service_must_be_encrypted(
    protocol: str, more: Any, outcome: Outcome, made: Any
) -> None:
    judged = criteria.plaintext_management(_service(made, protocol, **more), "row", WEB)
    assert judged.outcome is outcome


def test_a_web_login_must_be_encrypted(made: Any) -> None:
    judge = criteria.plaintext_http_management
    assert judge(_page(made), "row", WEB).outcome is HELD
    assert judge(_page(made, tls=False), "row", WEB).outcome is CONTRADICTED
    assert judge(_page(made, tls=False, logins=()), "row", WEB).outcome is HELD


@pytest.mark.parametrize(
    ("protocol", "more", "outcome"),
    [
        ("http", {}, CONTRADICTED),
        ("http", {"tls": True}, HELD),
        ("smtp", {"starttls": True}, UNDECIDED),
        ("ssh", {}, HELD),
        ("unconfirmed", {}, UNDECIDED),
    ],
)
def test_a_protected_service_runs_in_tls_or_ssh(
    protocol: str, more: Any, outcome: Outcome, made: Any
) -> None:
    assert (
        criteria.service_in_clear(_service(made, protocol, **more), "row", WEB).outcome is outcome
    )


def test_a_server_without_cryptography_only_leads_to_tls(made: Any) -> None:
    def judge(**changes: Any) -> Outcome:
        server = made.redirector().model_copy(update=changes)
        return criteria.redirects_to_tls(made.record(made.http(server)), "row", "tcp/80").outcome

    assert judge() is HELD
    assert judge(logins=made.web(WEB).logins) is CONTRADICTED
    assert judge(redirects_to_tls=made.absent()) is UNDECIDED
    assert judge(open_pages=("/",)) is UNDECIDED


def test_a_server_that_was_not_examined_decides_nothing(made: Any) -> None:
    gap = (NotExamined(target=WEB, reason="time"),)
    page = made.record(made.http(made.web(WEB), examined=(), not_examined=gap))
    service = made.record(made.services(made.service(WEB, "http"), examined=(), not_examined=gap))
    judged = [
        criteria.anonymous_access(page, "row", WEB),
        criteria.undeclared_http_login(page, WEB, WEB, ()),
        criteria.plaintext_http_management(page, "row", WEB),
        criteria.redirects_to_tls(page, "row", WEB),
        criteria.undeclared_login(service, WEB, WEB, ()),
        criteria.plaintext_management(service, "row", WEB),
        criteria.service_in_clear(service, "row", WEB),
        criteria.service_seen(service, "x", "row", WEB),
    ]
    assert {entry.outcome for entry in judged} == {UNDECIDED}
    assert {entry.reason.params["why"] for entry in judged} == {"time"}


def test_a_page_that_was_not_read_whole_shows_no_absence(made: Any) -> None:
    """What stands in the part that was read still counts."""
    clear = {"tls": False, "unread": "too long"}
    login = made.web(WEB).logins
    assert login
    for judge in (
        criteria.plaintext_http_management,
        lambda record, item, target: criteria.undeclared_http_login(record, item, target, ()),
    ):
        assert judge(_page(made, tls=False, logins=()), "row", WEB).outcome is HELD
        assert judge(_page(made, logins=(), **clear), "row", WEB).reason.code == "page-unread"
        assert judge(_page(made, logins=login, **clear), "row", WEB).outcome is CONTRADICTED


def test_a_port_that_could_not_be_asked_everything_is_undecided(made: Any) -> None:
    facts = made.services(made.service(WEB, "unconfirmed"))
    gap = NotExamined(target=WEB, reason="it still sent when the bench had enough")
    left = made.record(facts.model_copy(update={"examined": (), "not_examined": (gap,)}))
    assert criteria.plaintext_management(left, "row", WEB).outcome is UNDECIDED
    assert criteria.undeclared_login(left, "row", WEB, ()).outcome is UNDECIDED
    assert criteria.service_seen(left, "anonymous-access", "row", WEB).outcome is UNDECIDED
