"""Criteria about products and versions that a device tells."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.disclosure import Disclosure
from harness.model.ixit import NetSecImpl
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
WEB = "tcp/443"
REVIEWED = NetSecImpl(id="NetSecImpl-1", description="web", product="lighttpd", version="1.4.79")


def _said(made: Any, product: str, version: str) -> Disclosure:
    return Disclosure(
        where="header Server", text="x", product=product, version=version, evidence=made.ref()
    )


def _page(made: Any, *said: Disclosure, **changes: Any) -> Any:
    return made.record(made.http(made.web(WEB, disclosures=said, **changes)))


def test_a_version_must_be_declared(made: Any) -> None:
    page = _page(made, _said(made, "lighttpd", "1.4.79"))
    judge = criteria.http_disclosure
    assert judge(page, WEB, WEB).outcome is CONTRADICTED
    assert judge(page, WEB, WEB, ("Server: Lighttpd 1.4.79",)).outcome is HELD
    assert judge(page, WEB, WEB, ("lighttpd",)).outcome is CONTRADICTED


def test_a_name_without_a_version_does_not_contradict(made: Any) -> None:
    page = _page(made, _said(made, "RR", ""))
    assert criteria.http_disclosure(page, WEB, WEB).outcome is HELD


def test_a_server_that_did_not_answer_discloses_nothing_known(made: Any) -> None:
    assert criteria.http_disclosure(_page(made, answered=made.unknown()), WEB, WEB).outcome is (
        UNDECIDED
    )
    assert criteria.http_disclosure(made.record(made.http()), WEB, WEB).outcome is UNDECIDED
    assert criteria.ssh_disclosure(made.record(made.ssh()), "x", "tcp/22").outcome is UNDECIDED


def test_an_ssh_identification_is_a_disclosure(made: Any) -> None:
    def judge(**changes: Any) -> Outcome:
        record = made.record(made.ssh(made.ssh_server(**changes)))
        return criteria.ssh_disclosure(record, "tcp/22", "tcp/22").outcome

    assert judge() is HELD
    assert judge(disclosure=_said(made, "OpenSSH", "9.2")) is CONTRADICTED
    assert judge(identification="") is UNDECIDED


@pytest.mark.parametrize(
    ("protocol", "banner", "outcome"),
    [
        ("telnet", "router\r\nlogin: ", HELD),
        ("telnet", "Debian GNU/Linux 12\r\nshelf login: ", CONTRADICTED),
        ("telnet", "OpenWrt 23\r\nlogin: ", CONTRADICTED),
        ("telnet", "Embedded Linux\r\nline 2 login: ", HELD),
        ("telnet", "port 3 is ready\r\nlogin: ", HELD),
        ("ftp", "220 vsFTPd 3.0.3 ready", CONTRADICTED),
        ("unconfirmed", "", HELD),
        ("unconfirmed", "SSH-2.0-\x1b\r\n", HELD),
        ("vnc", "RFB 003.008\n", HELD),
        ("ssh", "SSH-2.0-OpenSSH_9.2p1", HELD),
    ],
)
def test_a_banner_is_read_where_no_other_probe_does(
    protocol: str, banner: str, outcome: Outcome, made: Any
) -> None:
    record = made.record(made.services(made.service("tcp/23", protocol, banner=banner)))
    assert criteria.banner_disclosure(record, "tcp/23", "tcp/23").outcome is outcome


def test_what_was_told_counts_though_the_rest_was_not_read(made: Any) -> None:
    def banner(said: str) -> Outcome:
        facts = made.services(made.service("tcp/23", "unconfirmed", banner=said))
        gap = NotExamined(target="tcp/23", reason="it never stopped")
        left = made.record(facts.model_copy(update={"examined": (), "not_examined": (gap,)}))
        return criteria.banner_disclosure(left, "tcp/23", "tcp/23").outcome

    def page(*said: Any) -> Outcome:
        record = _page(made, *said, unread="too long")
        return criteria.http_disclosure(record, WEB, WEB).outcome

    assert banner("220 vsFTPd 3.0.3 ready") is CONTRADICTED
    assert banner("hello") is UNDECIDED
    assert page(_said(made, "nginx", "1.0")) is CONTRADICTED
    assert page() is UNDECIDED


def test_the_reviewed_version_is_the_one_that_runs(made: Any) -> None:
    def judge(product: str, version: str, row: NetSecImpl = REVIEWED) -> Any:
        page = _page(made, _said(made, product, version))
        return criteria.implementation_version(page, row.id, row, [WEB])

    assert judge("lighttpd", "1.4.79").outcome is HELD
    assert judge("Lighttpd", "v1.4.79").outcome is HELD
    assert judge("lighttpd", "1.4.35").outcome is CONTRADICTED
    assert judge("nginx", "1.0").reason.code == "version-not-obtainable"
    nameless = REVIEWED.model_copy(update={"product": ""})
    assert judge("lighttpd", "1.4.79", nameless).outcome is UNDECIDED
    unversioned = REVIEWED.model_copy(update={"version": ""})
    assert judge("lighttpd", "1.4.79", unversioned).outcome is UNDECIDED


def test_a_version_that_is_not_told_holds_only_on_servers_that_were_asked(made: Any) -> None:
    def judge(record: Any, *targets: str) -> Any:
        return criteria.implementation_version(record, "row", REVIEWED, targets)

    assert judge(_page(made), WEB).outcome is HELD
    assert judge(_page(made), WEB).evidence
    assert judge(_page(made), "tcp/8443").outcome is UNDECIDED
    assert judge(_page(made, answered=made.unknown()), WEB).outcome is UNDECIDED
    assert judge(made.record(made.http())).outcome is UNDECIDED
    assert judge(made.record(made.services())).outcome is UNDECIDED


def test_a_product_with_a_version_must_be_reviewed(made: Any) -> None:
    def judge(product: str) -> Any:
        said = _said(made, product, "1.0")
        return criteria.unreviewed_product(_page(made, said), product, said, [REVIEWED])

    assert judge("nginx").outcome is CONTRADICTED
    assert judge("lighttpd").outcome is HELD
    assert judge("Firmware").outcome is HELD
    other = criteria.unreviewed_product(_page(made), "x", _said(made, "nginx", "1.0"), [REVIEWED])
    assert other.outcome is UNDECIDED
