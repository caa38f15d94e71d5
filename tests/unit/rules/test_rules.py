"""Every rule holds on a good row, is contradicted by a bad one and undecided on an empty field."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from harness.assessment import rules
from harness.model.ixit import (
    AuthMech,
    ComMech,
    ExtApi,
    Generation,
    InpVal,
    Intf,
    Ixit,
    NetSecImpl,
    SecParam,
    SoftServ,
    UserIntf,
)
from harness.model.judgement import Judgement, Outcome


def auth_mech(**fields: Any) -> AuthMech:
    return AuthMech(
        **{
            "id": "AuthMech-1",
            "description": "web login",
            "authentication_factor": "password",
            "generation": Generation.USER_DEFINED,
            "security_guarantees": ("confidentiality",),
            "cryptographic_details": "TLS",
            "crypto": ("TLSv1.2", "TLSv1.3"),
            "endpoints": ("tcp/443",),
            **fields,
        }
    )


def com_mech(**fields: Any) -> ComMech:
    return ComMech(
        **{
            "id": "ComMech-1",
            "description": "web",
            "security_guarantees": ("confidentiality",),
            "cryptographic_details": "TLS",
            "crypto": ("TLSv1.3",),
            **fields,
        }
    )


def sec_param(**fields: Any) -> SecParam:
    return SecParam(
        **{
            "id": "SecParam-1",
            "description": "key",
            "type": "critical",
            "security_guarantees": ("Confidentiality", "Integrity"),
            "provisioning_mechanism": "made on the unit",
            **fields,
        }
    )


def net_sec_impl(**fields: Any) -> NetSecImpl:
    return NetSecImpl(
        **{
            "id": "Impl-1",
            "description": "TLS",
            "review_method": "review",
            "report": "R-1",
            "product": "OpenSSL",
            "version": "3.5",
            **fields,
        }
    )


def soft_serv(**fields: Any) -> SoftServ:
    return SoftServ(
        **{
            "id": "SoftServ-1",
            "description": "web",
            "status": "enabled",
            "authentication_mechanism": "AuthMech-1",
            "endpoints": ("tcp/443",),
            **fields,
        }
    )


def intf(**fields: Any) -> Intf:
    return Intf(
        **{
            "id": "Intf-1",
            "description": "pads",
            "type": "physical",
            "status": "disabled",
            "protection": "inside the casing; switched off by the boot loader",
            **fields,
        }
    )


def services(row: SoftServ) -> tuple[Judgement, ...]:
    return rules.services_name_their_authentication((row,), (auth_mech(),))


def no_services(rows: tuple[SoftServ, ...]) -> tuple[Judgement, ...]:
    return rules.services_name_their_authentication(rows, ())


def no_inputs(_: tuple[InpVal, ...]) -> tuple[Judgement, ...]:
    return rules.input_sources_are_validated(Ixit())


@dataclass(frozen=True)
class Expectation:
    """What a rule must say of one row; ``code`` is its reason."""

    rule: Callable[[Any], tuple[Judgement, ...]]
    row: Any
    outcome: Outcome
    code: str


HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
login_good = rules.authentication_crypto_is_best_practice
login_broken = rules.authentication_crypto_is_not_broken
link_good = rules.communication_crypto_is_best_practice
link_broken = rules.communication_crypto_is_not_broken
BARE = {"crypto": (), "security_guarantees": (), "cryptographic_details": "None: in the open."}
LOCAL = {"endpoints": ("console",), **BARE}

EXPECTATIONS = [
    Expectation(login_good, auth_mech(), HELD, "crypto-in-table"),
    Expectation(login_good, auth_mech(crypto=("TLSv1.1",)), CONTRADICTED, "crypto-broken"),
    Expectation(login_good, auth_mech(crypto=("AES-128-CBC",)), UNDECIDED, "crypto-legacy"),
    Expectation(login_good, auth_mech(crypto=("MyCipher",)), UNDECIDED, "crypto-unknown"),
    Expectation(login_good, auth_mech(crypto=()), UNDECIDED, "field-missing"),
    Expectation(login_good, auth_mech(**LOCAL), HELD, "no-crypto-declared"),
    Expectation(login_good, auth_mech(**BARE), CONTRADICTED, "login-without-crypto"),
    Expectation(
        login_good, auth_mech(crypto=(), security_guarantees=()), UNDECIDED, "field-missing"
    ),
    Expectation(
        login_good,
        auth_mech(**{**LOCAL, "cryptographic_details": "RC4"}),
        UNDECIDED,
        "field-missing",
    ),
    Expectation(login_good, auth_mech(**{**LOCAL, "endpoints": ()}), UNDECIDED, "field-missing"),
    Expectation(login_broken, auth_mech(), HELD, "crypto-in-table"),
    Expectation(login_broken, auth_mech(crypto=("aes128-cbc",)), HELD, "crypto-in-table"),
    Expectation(login_broken, auth_mech(crypto=("RC4", "X")), CONTRADICTED, "crypto-broken"),
    Expectation(login_broken, auth_mech(crypto=("MyCipher",)), UNDECIDED, "crypto-unknown"),
    Expectation(login_broken, auth_mech(crypto=()), UNDECIDED, "field-missing"),
    Expectation(link_good, com_mech(), HELD, "crypto-in-table"),
    Expectation(link_good, com_mech(crypto=("SSLv3",)), CONTRADICTED, "crypto-broken"),
    Expectation(link_good, com_mech(crypto=()), UNDECIDED, "field-missing"),
    Expectation(link_good, com_mech(**BARE), HELD, "no-crypto-declared"),
    *(
        Expectation(
            link_good,
            com_mech(**{**BARE, "cryptographic_details": said}),
            UNDECIDED,
            "field-missing",
        )
        for said in ("", "RC4", "Nonetheless TLS")
    ),
    Expectation(link_broken, com_mech(), HELD, "crypto-in-table"),
    Expectation(link_broken, com_mech(crypto=("ssh-rsa",)), CONTRADICTED, "crypto-broken"),
    Expectation(link_broken, com_mech(crypto=()), UNDECIDED, "field-missing"),
    Expectation(rules.guarantees_match_type, sec_param(), HELD, "guarantees-match"),
    Expectation(
        rules.guarantees_match_type,
        sec_param(type="public", security_guarantees=("authenticity",)),
        HELD,
        "guarantees-match",
    ),
    Expectation(
        rules.guarantees_match_type,
        sec_param(security_guarantees=("integrity",)),
        CONTRADICTED,
        "guarantee-lacking",
    ),
    Expectation(
        rules.guarantees_match_type, sec_param(security_guarantees=()), UNDECIDED, "field-missing"
    ),
    Expectation(
        rules.critical_parameters_are_not_hard_coded, sec_param(), HELD, "parameter-provisioned"
    ),
    Expectation(
        rules.critical_parameters_are_not_hard_coded,
        sec_param(hard_coded=True),
        CONTRADICTED,
        "hard-coded-in-use",
    ),
    Expectation(
        rules.critical_parameters_are_not_hard_coded,
        sec_param(hard_coded=True, used_in_operation=False),
        HELD,
        "hard-coded-not-used",
    ),
    Expectation(
        rules.critical_parameters_are_not_hard_coded,
        sec_param(type="public", hard_coded=True),
        HELD,
        "parameter-is-public",
    ),
    Expectation(
        rules.critical_parameters_are_not_hard_coded,
        sec_param(provisioning_mechanism=""),
        UNDECIDED,
        "field-missing",
    ),
    Expectation(rules.implementations_are_reviewed, net_sec_impl(), HELD, "reviewed"),
    Expectation(
        rules.implementations_are_reviewed,
        net_sec_impl(review_method="None"),
        CONTRADICTED,
        "not-reviewed",
    ),
    Expectation(
        rules.implementations_are_reviewed, net_sec_impl(report=""), UNDECIDED, "field-missing"
    ),
    Expectation(services, soft_serv(), HELD, "reference-resolves"),
    Expectation(services, soft_serv(status="disabled"), HELD, "service-disabled"),
    Expectation(services, soft_serv(endpoints=("console",)), HELD, "service-not-on-network"),
    Expectation(
        services,
        soft_serv(authentication_mechanism="none"),
        CONTRADICTED,
        "service-without-authentication",
    ),
    Expectation(
        services,
        soft_serv(authentication_mechanism="AuthMech-9"),
        CONTRADICTED,
        "reference-dangling",
    ),
    Expectation(services, soft_serv(authentication_mechanism=""), UNDECIDED, "field-missing"),
    Expectation(
        services,
        soft_serv(authentication_mechanism="", endpoints=()),
        UNDECIDED,
        "field-missing",
    ),
    Expectation(rules.unexposed_interfaces_are_closed, intf(), HELD, "interface-enclosed"),
    Expectation(
        rules.unexposed_interfaces_are_closed,
        intf(exposed=True),
        CONTRADICTED,
        "exposed-but-unused",
    ),
    Expectation(
        rules.unexposed_interfaces_are_closed,
        intf(exposed=True, status="enabled"),
        HELD,
        "exposure-declared",
    ),
    Expectation(
        rules.unexposed_interfaces_are_closed,
        intf(protection="none"),
        CONTRADICTED,
        "interface-unprotected",
    ),
    Expectation(
        rules.unexposed_interfaces_are_closed, intf(protection=""), UNDECIDED, "field-missing"
    ),
    Expectation(rules.unexposed_interfaces_are_closed, intf(type="radio"), HELD, "radio-off"),
    Expectation(
        rules.unexposed_interfaces_are_closed,
        intf(type="radio", status="enabled"),
        CONTRADICTED,
        "radio-on-unneeded",
    ),
    Expectation(
        rules.unexposed_interfaces_are_closed,
        intf(type="network"),
        HELD,
        "interface-not-physical",
    ),
    Expectation(rules.intermittent_interfaces_are_off, intf(), HELD, "interface-not-intermittent"),
    Expectation(
        rules.intermittent_interfaces_are_off, intf(intermittent=True), HELD, "intermittent-off"
    ),
    Expectation(
        rules.intermittent_interfaces_are_off,
        intf(intermittent=True, status="enabled"),
        CONTRADICTED,
        "intermittent-always-on",
    ),
    Expectation(
        rules.intermittent_interfaces_are_off,
        intf(intermittent=True, protection=""),
        UNDECIDED,
        "field-missing",
    ),
    Expectation(
        rules.debug_interfaces_have_a_switch,
        intf(debug_interface=True),
        HELD,
        "debug-switch-declared",
    ),
    Expectation(rules.debug_interfaces_have_a_switch, intf(), HELD, "interface-not-debug"),
    Expectation(
        rules.debug_interfaces_have_a_switch,
        intf(debug_interface=True, protection="none"),
        CONTRADICTED,
        "debug-without-switch",
    ),
    Expectation(
        rules.debug_interfaces_have_a_switch,
        intf(debug_interface=True, protection=""),
        UNDECIDED,
        "field-missing",
    ),
    Expectation(rules.debug_interfaces_are_off, intf(debug_interface=True), HELD, "debug-off"),
    Expectation(
        rules.debug_interfaces_are_off,
        intf(debug_interface=True, status="enabled"),
        CONTRADICTED,
        "debug-on",
    ),
]


@pytest.mark.parametrize(
    "expected",
    EXPECTATIONS,
    ids=[
        f"{number}-{entry.rule.__name__}-{entry.outcome.value}"
        for number, entry in enumerate(EXPECTATIONS)
    ],
)
def test_a_rule_says_of_a_row_what_it_must(expected: Expectation) -> None:
    (judgement,) = expected.rule(expected.row if expected.rule is services else (expected.row,))
    assert (judgement.outcome, judgement.reason.code) == (expected.outcome, expected.code)
    assert judgement.item == expected.row.id
    decided = expected.outcome is not Outcome.UNDECIDED
    assert bool(judgement.rows) is decided
    assert all(row.endswith(f"/{expected.row.id}") for row in judgement.rows[:1])


@pytest.mark.parametrize(
    "rule",
    [
        login_good,
        login_broken,
        link_good,
        link_broken,
        rules.guarantees_match_type,
        rules.critical_parameters_are_not_hard_coded,
        rules.implementations_are_reviewed,
        rules.unexposed_interfaces_are_closed,
        rules.intermittent_interfaces_are_off,
        rules.debug_interfaces_have_a_switch,
        rules.debug_interfaces_are_off,
        no_services,
        no_inputs,
    ],
)
def test_an_empty_table_decides_nothing(
    rule: Callable[[tuple[Any, ...]], tuple[Judgement, ...]],
) -> None:
    (judgement,) = rule(())
    assert (judgement.outcome, judgement.reason.code) == (UNDECIDED, "no-rows")


def test_a_reference_to_two_rows_of_one_name_is_undecided() -> None:
    (judgement,) = rules.services_name_their_authentication(
        (soft_serv(),), (auth_mech(), auth_mech())
    )
    assert (judgement.outcome, judgement.reason.code) == (UNDECIDED, "reference-ambiguous")


def _inputs(*methods: InpVal) -> dict[str, tuple[Outcome, str]]:
    ixit = Ixit(
        user_intf=(UserIntf(id="UserIntf-1", description="web"),),
        ext_api=(ExtApi(id="ExtAPI-1", description="api"),),
        com_mech=(com_mech(),),
        inp_val=methods,
    )
    return {
        judgement.item: (judgement.outcome, judgement.reason.code)
        for judgement in rules.input_sources_are_validated(ixit)
    }


def test_every_source_of_input_that_is_covered_holds() -> None:
    everything = InpVal(
        id="InpVal-1", description="lists", covers=("UserIntf-1", "ExtAPI-1", "ComMech-1")
    )
    assert set(_inputs(everything).values()) == {(HELD, "input-covered")}


def test_a_source_of_input_that_nothing_covers_is_contradicted() -> None:
    judged = _inputs(InpVal(id="InpVal-1", description="lists", covers=("UserIntf-1",)))
    assert judged["UserIntf-1"] == (HELD, "input-covered")
    assert judged["ExtAPI-1"] == judged["ComMech-1"] == (CONTRADICTED, "input-not-covered")


def test_a_method_without_description_leaves_its_sources_undecided() -> None:
    judged = _inputs(InpVal(id="InpVal-1", description=" ", covers=("UserIntf-1",)))
    assert judged["UserIntf-1"] == (UNDECIDED, "field-missing")


def test_covering_something_that_is_not_declared_is_contradicted() -> None:
    judged = _inputs(InpVal(id="InpVal-1", description="lists", covers=("UserIntf-9",)))
    assert judged["InpVal-1"] == (CONTRADICTED, "reference-dangling")


def test_no_two_entries_of_the_table_answer_to_one_name() -> None:
    table = rules.crypto_table()
    for entry in table.entries:
        for name in (entry.name, *entry.aliases):
            assert table.find(name) is entry, name


def test_every_entry_of_the_table_cites_its_source() -> None:
    assert all(entry.source for entry in rules.crypto_table().entries)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("tls 1.3", "recommended"),
        ("TLSv1.0", "broken"),
        ("TLSv1.1", "broken"),
        ("3des-cbc", "broken"),
        ("arcfour", "broken"),
        ("ssh-rsa", "broken"),
        ("hmac-sha1", "legacy"),
        ("chacha20-poly1305@openssh.com", "recommended"),
    ],
)
def test_the_table_knows_names_as_devices_and_suppliers_write_them(name: str, status: str) -> None:
    entry = rules.crypto_table().find(name)
    assert entry is not None
    assert entry.status.value == status


@pytest.mark.parametrize("name", ["", "TLS", "AES", "TLSv1.4", "SHA"])
def test_a_vague_name_is_unknown(name: str) -> None:
    assert rules.crypto_table().find(name) is None
