"""The black-box suite on facts made by hand: sound, each probe missing, nothing there."""

from typing import Any

import pytest

from harness.facts.credentials import CandidateSource, CredentialsFacts, TrialOutcome
from harness.facts.late_ports import LatePortsFacts
from harness.facts.ports import PortsFacts
from harness.facts.services import ServicesFacts
from harness.model.judgement import Verdict

LOGINS = {
    "default-credentials-accepted",
    "derived-default-password",
    "unlimited-login-attempts",
    "wrong-credentials-accepted",
}
TLS = {"weak-tls-protocol", "weak-tls-cipher", "invalid-certificate"}
CONSOLE = {"unauthenticated-shell", "bootloader-interruptible", "secret-in-output"}
NETWORK = {
    *LOGINS,
    *TLS,
    "anonymous-access",
    "plaintext-management",
    "weak-ssh-algorithms",
    "information-disclosure",
    "unexpected-input-processed",
}
BEYOND = {
    "universal-default-password",
    "password-change-not-forced",
    "former-password-accepted",
    "authorised-access",
    "undeclared-login",
    "declared-cryptography",
    "shared-key-material",
    "undeclared-service",
    "unnecessary-service",
    "interface-status",
    "implementation-version",
}


def box(judge: Any, survey: Any) -> dict[str, Verdict]:
    found: dict[str, Verdict] = judge(survey, "black box")
    return found


def test_the_hardened_router_has_no_finding(judge: Any, survey: Any) -> None:
    verdicts = box(judge, survey)
    assert Verdict.FAIL not in verdicts.values()
    derived = {"derived-default-password"}  # nothing to compute from once the label's is replaced
    passed = {unit for unit in NETWORK | CONSOLE if verdicts[unit] is Verdict.PASS}
    assert passed >= (NETWORK | CONSOLE) - derived


def test_what_needs_more_than_a_box_is_there_and_inconclusive(judge: Any, survey: Any) -> None:
    verdicts = box(judge, survey)
    assert {verdicts[unit] for unit in BEYOND} == {Verdict.INCONCLUSIVE}


@pytest.mark.parametrize(
    ("probe", "units"),
    [
        ("ports", NETWORK),
        ("services", NETWORK),
        ("http", NETWORK - TLS - {"weak-ssh-algorithms"}),
        ("tls", TLS),
        ("ssh", {"weak-ssh-algorithms", "anonymous-access", "information-disclosure"}),
        ("credentials", LOGINS),
        ("console", CONSOLE),
        ("http-input", {"unexpected-input-processed"}),
    ],
)
def test_without_a_probe_its_units_decide_nothing(
    probe: str, units: set[str], judge: Any, survey: Any
) -> None:
    verdicts = box(judge, survey.without(probe))
    assert {unit: verdicts[unit] for unit in units} == dict.fromkeys(units, Verdict.INCONCLUSIVE)


def test_a_published_login_on_any_endpoint_is_found(judge: Any, survey: Any, made: Any) -> None:
    for target in ("tcp/443", "tcp/22", "console"):
        hit = made.trial(CandidateSource.PUBLISHED, "admin", TrialOutcome.ACCEPTED)
        logins = [
            made.login(target, hit) if login.target == target else login
            for login in survey.get(CredentialsFacts).logins
        ]
        verdicts = box(judge, survey.put(made.credentials(*logins)))
        assert verdicts["default-credentials-accepted"] is Verdict.FAIL, target


def test_a_device_on_which_nothing_listens_may_be_perfectly_well(
    judge: Any, survey: Any, made: Any
) -> None:
    changes: dict[Any, Any] = {
        PortsFacts: {"ports": ()},
        LatePortsFacts: {"ports": (), "services": ()},
        ServicesFacts: {"services": (), "examined": ()},
    }
    empty = survey.put(made.credentials())
    for kind, change in changes.items():
        empty = empty.put(survey.get(kind).model_copy(update=change))
    verdicts = box(judge, empty)
    assert {unit for unit in NETWORK if verdicts[unit] is not Verdict.PASS} == set()


def test_a_name_server_over_tcp_alone_was_not_asked_for_its_zone(
    judge: Any, survey: Any, made: Any
) -> None:
    services, ports = survey.get(ServicesFacts), survey.get(PortsFacts)
    server = made.service("tcp/53", "dns")
    more = {
        "services": (*services.services, server),
        "examined": (*services.examined, "tcp/53"),
    }
    opened = survey.put(services.model_copy(update=more))
    opened = opened.put(
        ports.model_copy(update={"ports": (*ports.ports, *made.ports("tcp/53").ports)})
    )
    assert box(judge, survey)["zone-transfer-allowed"] is Verdict.PASS
    assert box(judge, opened)["zone-transfer-allowed"] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("protocol", "tls", "units"),
    [
        ("http", False, {"anonymous-access", "unexpected-input-processed"}),
        ("unconfirmed", True, TLS),
        ("ssh", False, {"anonymous-access", "weak-ssh-algorithms"}),
        ("ftp", False, {"anonymous-access", "anonymous-file-read", "anonymous-file-write"}),
        ("dns", False, {"zone-transfer-allowed"}),
        ("unconfirmed", False, set()),
    ],
)
def test_what_opens_when_its_probe_has_run_was_not_looked_at(
    protocol: str, tls: Any, units: set[str], judge: Any, survey: Any, made: Any
) -> None:
    last = survey.get(LatePortsFacts)
    more = {
        "services": (made.service("tcp/8081", protocol, tls=tls),),
        "examined": (*last.examined, "tcp/8081"),
        "ports": (*last.ports, *made.ports("tcp/8081").ports),
    }
    opened = box(judge, survey.put(last.model_copy(update=more)))
    sound = box(judge, survey)
    assert {sound[unit] for unit in units} <= {Verdict.PASS}
    assert {opened[unit] for unit in units} <= {Verdict.INCONCLUSIVE}
    assert (opened == sound) is not (tls or bool(units))


@pytest.mark.parametrize("way", ["any_name", "published_user"])
def test_an_agent_that_serves_anybody_is_access_without_login(
    way: str, judge: Any, survey: Any, made: Any
) -> None:
    agent = {"answered": made.seen(), way: made.seen()}
    opened = survey.put(made.snmp(made.snmp_agent(**agent)))
    assert box(judge, opened)["anonymous-access"] is Verdict.FAIL
    unclear = survey.put(made.snmp(made.snmp_agent(**agent | {way: made.unknown()})))
    assert box(judge, unclear)["anonymous-access"] is Verdict.INCONCLUSIVE
