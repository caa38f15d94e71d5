"""Rules about update mechanisms: good rows hold, faults contradict, silence is undecided."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.assessment import rules
from harness.model.ixit import UpdMech
from harness.model.judgement import Judgement, Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
Rule = Callable[[tuple[UpdMech, ...]], tuple[Judgement, ...]]


def upd_mech(**fields: Any) -> UpdMech:
    return UpdMech(
        **{
            "id": "UpdMech-1",
            "description": "signed image",
            "security_guarantees": ("Integrity", "authenticity "),
            "cryptographic_details": "Ed25519",
            "crypto": ("Ed25519", "SHA-256"),
            "verified_by": "device",
            "automatic": "configurable",
            "automatic_default": "on",
            "notices": "configurable",
            "notices_default": "on",
            "interrupts": "yes",
            "interruption_announced": "yes",
            **fields,
        }
    )


def automatic_control(rows: tuple[UpdMech, ...]) -> tuple[Judgement, ...]:
    return rules.user_controls(rows, "automatic")


def notice_control(rows: tuple[UpdMech, ...]) -> tuple[Judgement, ...]:
    return rules.user_controls(rows, "notices")


def automatic_on(rows: tuple[UpdMech, ...]) -> tuple[Judgement, ...]:
    return rules.on_by_default(rows, "automatic")


def notices_on(rows: tuple[UpdMech, ...]) -> tuple[Judgement, ...]:
    return rules.on_by_default(rows, "notices")


promised = rules.updates_promise_what_they_need
verified = rules.updates_are_verified
authentic = rules.authenticity_is_verified_by_the_device
intact = rules.integrity_is_verified_by_the_device
announced = rules.interruptions_are_announced
best = rules.update_crypto_is_best_practice
sound = rules.update_crypto_is_not_broken
BARE: dict[str, Any] = {"crypto": (), "cryptographic_details": " None "}

EXPECTATIONS: list[tuple[Rule, dict[str, Any], Outcome, str]] = [
    (promised, {}, HELD, "update-guarantees-match"),
    (promised, {"security_guarantees": ("authenticity",)}, HELD, "update-guarantees-match"),
    (
        promised,
        {"security_guarantees": ("integrity",)},
        CONTRADICTED,
        "update-guarantee-lacking",
    ),
    (
        promised,
        {"security_guarantees": ("confidentiality",)},
        CONTRADICTED,
        "update-guarantee-lacking",
    ),
    (promised, {"security_guarantees": ()}, UNDECIDED, "field-missing"),
    (verified, {}, HELD, "update-verified-by"),
    (verified, {"verified_by": "other"}, HELD, "update-verified-by"),
    (verified, {"verified_by": "none"}, CONTRADICTED, "update-not-verified"),
    (verified, {"verified_by": ""}, UNDECIDED, "field-missing"),
    (authentic, {}, HELD, "update-verified-on-device"),
    (authentic, {"verified_by": "other"}, CONTRADICTED, "update-not-verified-on-device"),
    (authentic, {"verified_by": "none"}, CONTRADICTED, "update-not-verified-on-device"),
    (authentic, {"verified_by": ""}, UNDECIDED, "field-missing"),
    (authentic, {"security_guarantees": ()}, UNDECIDED, "field-missing"),
    (
        authentic,
        {"security_guarantees": ("integrity",)},
        CONTRADICTED,
        "update-guarantee-lacking",
    ),
    (intact, {}, HELD, "update-verified-on-device"),
    (intact, {"security_guarantees": ("integrity",)}, HELD, "update-verified-on-device"),
    (intact, {"security_guarantees": ("authenticity",)}, HELD, "update-verified-on-device"),
    (intact, {"security_guarantees": ("freshness",)}, CONTRADICTED, "update-guarantee-lacking"),
    (intact, {"verified_by": "other"}, CONTRADICTED, "update-not-verified-on-device"),
    (intact, {"security_guarantees": ()}, UNDECIDED, "field-missing"),
    (automatic_control, {}, HELD, "update-setting-controllable"),
    (automatic_control, {"automatic": "none"}, HELD, "update-setting-absent"),
    (automatic_control, {"automatic": "fixed"}, CONTRADICTED, "update-setting-fixed"),
    (automatic_control, {"automatic": ""}, UNDECIDED, "field-missing"),
    (notice_control, {"automatic": "fixed"}, HELD, "update-setting-controllable"),
    (notice_control, {"notices": "none"}, HELD, "update-setting-absent"),
    (notice_control, {"notices": "fixed"}, CONTRADICTED, "update-setting-fixed"),
    (notice_control, {"notices": ""}, UNDECIDED, "field-missing"),
    (automatic_on, {}, HELD, "update-setting-on"),
    (automatic_on, {"automatic": "none", "automatic_default": ""}, HELD, "update-setting-absent"),
    (automatic_on, {"automatic": "fixed", "automatic_default": ""}, HELD, "update-setting-on"),
    (
        automatic_on,
        {"automatic": "fixed", "automatic_default": "off"},
        CONTRADICTED,
        "update-setting-off",
    ),
    (automatic_on, {"automatic_default": "off"}, CONTRADICTED, "update-setting-off"),
    (automatic_on, {"automatic_default": ""}, UNDECIDED, "field-missing"),
    (automatic_on, {"automatic": ""}, UNDECIDED, "field-missing"),
    (notices_on, {"automatic_default": "off"}, HELD, "update-setting-on"),
    (notices_on, {"notices": "none", "notices_default": "off"}, HELD, "update-setting-absent"),
    (notices_on, {"notices_default": "off"}, CONTRADICTED, "update-setting-off"),
    (notices_on, {"notices_default": ""}, UNDECIDED, "field-missing"),
    (announced, {}, HELD, "interruption-announced"),
    (
        announced,
        {"interrupts": "no", "interruption_announced": "no"},
        HELD,
        "update-never-interrupts",
    ),
    (announced, {"interruption_announced": "no"}, CONTRADICTED, "interruption-not-announced"),
    (announced, {"interruption_announced": ""}, UNDECIDED, "field-missing"),
    (announced, {"interrupts": "", "interruption_announced": "no"}, UNDECIDED, "field-missing"),
    (best, {}, HELD, "crypto-in-table"),
    (best, {"crypto": ("RSA-2048", "SHA-256")}, UNDECIDED, "crypto-legacy"),
    (best, {"crypto": ("MyHash",)}, UNDECIDED, "crypto-unknown"),
    (best, {"crypto": ("Ed25519", "SHA-1")}, CONTRADICTED, "crypto-broken"),
    (best, {"crypto": ()}, UNDECIDED, "field-missing"),
    (best, BARE, CONTRADICTED, "update-without-crypto"),
    (best, {**BARE, "cryptographic_details": ""}, UNDECIDED, "field-missing"),
    (sound, {"crypto": ("RSA-2048", "SHA-256")}, HELD, "crypto-in-table"),
    (sound, {"crypto": ("MD5",)}, CONTRADICTED, "crypto-broken"),
    (sound, {"crypto": ()}, UNDECIDED, "field-missing"),
    (sound, BARE, CONTRADICTED, "update-without-crypto"),
]


@pytest.mark.parametrize(("rule", "fields", "outcome", "code"), EXPECTATIONS)
def test_a_rule_says_of_a_mechanism_what_it_must(
    rule: Rule, fields: dict[str, Any], outcome: Outcome, code: str
) -> None:
    (judgement,) = rule((upd_mech(**fields),))
    assert (judgement.outcome, judgement.reason.code) == (outcome, code)
    assert judgement.item == "UpdMech-1"
    decided = ("7-UpdMech/UpdMech-1",) if outcome is not UNDECIDED else ()
    assert judgement.rows == decided


ALL = [
    promised,
    verified,
    authentic,
    intact,
    automatic_control,
    notice_control,
    automatic_on,
    notices_on,
    announced,
    best,
    sound,
]


@pytest.mark.parametrize("rule", ALL)
def test_no_mechanism_decides_nothing(rule: Rule) -> None:
    (judgement,) = rule(())
    assert (judgement.outcome, judgement.reason.code) == (UNDECIDED, "no-rows")


@pytest.mark.parametrize("rule", ALL)
def test_one_good_mechanism_does_not_save_an_unanswered_one(rule: Rule) -> None:
    judged = rule((upd_mech(), UpdMech(id="UpdMech-2", description="another")))
    assert {entry.item: entry.outcome for entry in judged} == {
        "UpdMech-1": HELD,
        "UpdMech-2": UNDECIDED,
    }
