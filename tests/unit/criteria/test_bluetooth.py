"""Criteria about pairing, air and input over Bluetooth: held, contradicted, undecided."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.assessment.judging import over_attempts
from harness.facts.bluetooth import Level
from harness.facts.discovery import IdentifierKind, IdentifierSighting
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
OF_PAIRING: dict[str, tuple[str, Any]] = {
    "bluetooth-unauthenticated-pairing": (
        "unauthenticated",
        criteria.bluetooth_unauthenticated_pairing,
    ),
    "bluetooth-legacy-pairing": ("legacy", criteria.bluetooth_legacy_pairing),
    "bluetooth-short-key": ("short_key", criteria.bluetooth_short_key),
    "bluetooth-fixed-passkey": ("fixed_passkey", criteria.bluetooth_fixed_passkey),
    "bluetooth-unlimited-passkeys": ("unlimited", criteria.unlimited_bluetooth_passkeys),
    "bluetooth-key-not-checked": ("wrong_key_accepted", criteria.bluetooth_key_not_checked),
    "bluetooth-pairing-without-user-action": (
        "outside_mode",
        criteria.bluetooth_pairing_without_user_action,
    ),
    "bluetooth-bond-overwrite": ("over_bond", criteria.bluetooth_bond_overwrite),
}
"""Criterion -> the observation that it reads, and the function."""


@pytest.mark.parametrize("name", OF_PAIRING)
def test_a_hardened_lock_holds_with_the_control_as_evidence(
    name: str, paired: Any, made: Any
) -> None:
    judged = paired(OF_PAIRING[name][1])
    assert (judged.outcome, judged.criterion) == (HELD, name)
    assert judged.evidence == (made.absent().control,)


@pytest.mark.parametrize("name", OF_PAIRING)
def test_the_weakness_contradicts_with_a_finding(name: str, paired: Any, made: Any) -> None:
    field, criterion = OF_PAIRING[name]
    judged = paired(criterion, **{field: made.seen()})
    assert judged.outcome is CONTRADICTED
    assert judged.findings[0].criterion == name


@pytest.mark.parametrize("name", OF_PAIRING)
def test_what_was_not_observed_decides_nothing(name: str, paired: Any, made: Any) -> None:
    field, criterion = OF_PAIRING[name]
    assert paired(criterion, **{field: made.unknown()}).outcome is UNDECIDED
    assert paired(criterion, examined=()).outcome is UNDECIDED


@pytest.mark.parametrize("name", OF_PAIRING)
def test_an_incomplete_capture_contradicts_but_never_holds(name: str, air: Any, made: Any) -> None:
    field, criterion = OF_PAIRING[name]

    def look(record: Any) -> Any:
        return criterion(record, "DUT")

    cut = made.record(air.pairing(complete=False))
    assert over_attempts("DUT", name, [cut], look).outcome is UNDECIDED
    weak = made.record(air.pairing(complete=False, **{field: made.seen()}))
    assert over_attempts("DUT", name, [weak], look).outcome is CONTRADICTED


def test_a_radio_that_compares_no_keys_makes_them_untestable(paired: Any, made: Any) -> None:
    fakes = {"fakes": ("long-term-key",)}
    for seen in (made.absent(), made.seen()):
        judged = paired(criteria.bluetooth_key_not_checked, wrong_key_accepted=seen, **fakes)
        assert (judged.outcome, judged.reason.code) == (UNDECIDED, "not-testable-here")


def test_each_link_is_named_with_its_mode_and_level(paired: Any, air: Any) -> None:
    tries = (
        air.attempt("just-works"),
        air.attempt("passkey", secure_connections=False),
        air.attempt("out-of-band"),
        air.attempt("numeric-comparison", key_size=7),
        air.attempt("numeric-comparison", completed=False),
    )
    judged = paired(criteria.bluetooth_legacy_pairing, tries=tries)
    assert judged.reason.params["links"] == (
        "just-works: mode 1 level 2; numeric-comparison: mode 1 level 3; "
        "out-of-band: mode 1 level 4; passkey: mode 1 level 3"
    )


def test_a_passkey_is_a_default_only_if_it_comes_again(paired: Any, made: Any) -> None:
    criterion = criteria.guessable_bluetooth_passkey
    drawn = paired(criterion, guessable_passkey=made.seen())
    label = paired(criterion, fixed_passkey=made.seen())
    default = paired(criterion, fixed_passkey=made.seen(), guessable_passkey=made.seen())
    assert (drawn.outcome, label.outcome, default.outcome) == (HELD, UNDECIDED, CONTRADICTED)


def test_only_a_completed_pairing_shows_that_pairing_works(paired: Any, made: Any) -> None:
    assert paired(criteria.bluetooth_pairing_works).outcome is HELD
    assert paired(criteria.bluetooth_pairing_works, control=made.unknown()).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("needed", "weakness", "outcome"),
    [
        (Level.SECURE_CONNECTIONS, "", HELD),
        (Level.SECURE_CONNECTIONS, "legacy", CONTRADICTED),
        (Level.SECURE_CONNECTIONS, "unauthenticated", CONTRADICTED),
        (Level.SECURE_CONNECTIONS, "fixed_passkey", CONTRADICTED),
        (Level.AUTHENTICATED, "legacy", HELD),
        (Level.AUTHENTICATED, "unauthenticated", CONTRADICTED),
        (Level.UNAUTHENTICATED, "unauthenticated", HELD),
        (Level.UNAUTHENTICATED, "short_key", CONTRADICTED),
        (Level.UNAUTHENTICATED, "wrong_key_accepted", CONTRADICTED),
        (Level.OPEN, "", UNDECIDED),
    ],
)
def test_a_link_is_held_to_the_level_that_is_declared(
    needed: Level, weakness: str, outcome: Outcome, paired: Any, made: Any
) -> None:
    changes = {weakness: made.seen()} if weakness else {}
    assert paired(criteria.bluetooth_link_as_declared, needed, **changes).outcome is outcome


def test_who_shows_no_passkey_has_none_that_is_fixed(paired: Any, air: Any, made: Any) -> None:
    criterion, unseen = criteria.bluetooth_link_as_declared, made.unknown()
    by_comparison = {"fixed_passkey": unseen, "tries": (air.attempt("numeric-comparison"),)}
    assert paired(criterion, Level.AUTHENTICATED, **by_comparison).outcome is HELD
    for tries in (
        (),
        (air.attempt("just-works"),),
        (air.attempt("numeric-comparison"), air.attempt("passkey", completed=False)),
    ):
        judged = paired(criterion, Level.AUTHENTICATED, fixed_passkey=unseen, tries=tries)
        assert judged.outcome is UNDECIDED


class TestAir:
    """What everybody in range receives."""

    def leak(self, made: Any, facts: Any, declared: str = "") -> Any:
        return criteria.bluetooth_identifier_leak(made.record(facts), "ble", declared)

    def track(self, made: Any, facts: Any) -> Any:
        return criteria.bluetooth_address_tracking(made.record(facts), "ble")

    def sighting(self, made: Any) -> IdentifierSighting:
        return IdentifierSighting(
            target="bluetooth",
            kind=IdentifierKind.SERIAL,
            where="advertisement",
            text="RL1-004711",
            evidence=made.ref("packet 4"),
        )

    def test_identifiers_contradict_unless_they_are_declared(self, air: Any, made: Any) -> None:
        assert self.leak(made, air.advertising()).outcome is HELD
        told = {"identifiers": (self.sighting(made),), "identifying": made.seen()}
        assert self.leak(made, air.advertising(**told)).outcome is CONTRADICTED
        assert self.leak(made, air.advertising(**told), "its Serial Number").outcome is HELD

    def test_what_the_bench_does_not_know_it_cannot_miss(self, air: Any, made: Any) -> None:
        for changes in (
            {"known": ()},
            {"known": (IdentifierKind.MAC,)},
            {"identifying": made.unknown()},
            {"heard_out": made.unknown()},
            {"examined": ()},
        ):
            assert self.leak(made, air.advertising(**changes)).outcome is UNDECIDED

    def test_what_leaked_and_is_declared_says_nothing_of_what_was_not_heard(
        self, air: Any, made: Any
    ) -> None:
        told = {"identifiers": (self.sighting(made),), "identifying": made.seen()}
        facts = air.advertising(**told, heard_out=made.unknown())
        assert self.leak(made, facts, "its serial number").outcome is UNDECIDED

    @pytest.mark.parametrize("kind", ["public", "static-random", "resolvable-private"])
    def test_an_address_that_stays_contradicts_after_the_whole_window(
        self, kind: str, air: Any, made: Any
    ) -> None:
        for last_s, outcome in ((899.9, UNDECIDED), (900.0, CONTRADICTED)):
            one = air.advertiser(0.0, last_s, kind=kind)
            facts = air.advertising(advertisers=(one,), trackable=made.seen())
            assert self.track(made, facts).outcome is outcome

    def test_an_address_that_changes_holds_if_one_followed_the_other(
        self, air: Any, made: Any
    ) -> None:
        assert self.track(made, air.advertising()).outcome is HELD
        both = (air.advertiser(0.0, 500.0), air.advertiser(400.0, 910.0))
        judged = self.track(made, air.advertising(advertisers=both))
        assert (judged.outcome, judged.reason.code) == (UNDECIDED, "bluetooth-several-senders")

    def test_a_sample_that_was_not_heard_decides_nothing(self, air: Any, made: Any) -> None:
        for changes in ({"trackable": made.unknown()}, {"examined": ()}):
            assert self.track(made, air.advertising(**changes)).outcome is UNDECIDED

    @pytest.mark.parametrize(
        ("status", "heard", "outcome"),
        [
            ("enabled", "seen", HELD),
            ("disabled", "seen", CONTRADICTED),
            ("enabled", "unknown", UNDECIDED),
            ("disabled", "unknown", UNDECIDED),
        ],
    )
    def test_silence_says_nothing_of_the_status(
        self, status: str, heard: str, outcome: Outcome, air: Any, made: Any
    ) -> None:
        facts = air.advertising(heard=getattr(made, heard)())
        assert criteria.bluetooth_status(made.record(facts), "Intf-1", status).outcome is outcome


def test_a_unit_that_stops_the_device_contradicts(air: Any, made: Any) -> None:
    def judge(**changes: Any) -> Any:
        return criteria.bluetooth_robustness(made.record(air.input(**changes)), "DUT")

    assert judge().outcome is HELD
    stopped = judge(crash=made.seen(), culprit="0a")
    assert (stopped.outcome, stopped.reason.params["unit"]) == (CONTRADICTED, "0a")
    assert judge(crash=made.unknown()).outcome is UNDECIDED
    assert judge(examined=()).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("read", "outcome"),
    [
        ("refused", HELD),
        ("impossible", HELD),
        ("granted", UNDECIDED),
        ("other", UNDECIDED),
        ("silent", UNDECIDED),
        ("untried", UNDECIDED),
    ],
)
def test_a_text_that_the_bench_did_not_come_to_read_may_tell_anything(
    read: str, outcome: Outcome, paired: Any, air: Any
) -> None:
    revision = "00002a26-0000-1000-8000-00805f9b34fb"
    row = air.row(Level.OPEN, read)
    values = (air.value(air.INFORMATION, revision, row, readable=True, writable=False),)
    assert paired(criteria.bluetooth_disclosure, characteristics=values).outcome is outcome
    told = {"information": {revision: "1.3"}, "characteristics": values}
    declared = paired(criteria.bluetooth_disclosure, "firmware revision", **told)
    assert declared.outcome is (HELD if read == "granted" else outcome)


def test_device_information_tells_no_more_than_is_declared(paired: Any, made: Any) -> None:
    serial = {"00002a25-0000-1000-8000-00805f9b34fb": "RL1-004711"}
    firmware = {"00002a26-0000-1000-8000-00805f9b34fb": "1.3.0"}
    look = criteria.bluetooth_disclosure
    assert paired(look).outcome is HELD
    assert paired(look, information=serial).outcome is CONTRADICTED
    assert paired(look, information=firmware).outcome is CONTRADICTED
    assert paired(look, "Firmware revision", information=firmware).outcome is HELD
    assert paired(look, listed=made.unknown()).outcome is UNDECIDED
    assert paired(look, examined=()).outcome is UNDECIDED
