"""Criteria that hold Bluetooth Classic against a declaration."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.bluetooth_classic import (
    BluetoothClassicFacts,
    Cipher,
    ClassicService,
    ClassicTry,
    LinkKey,
)
from harness.model.judgement import Outcome
from harness.model.prose import render

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
SERVICE = "l2cap/0x0019"
WEAK = ("unauthenticated", "legacy_pin", "without_secure_connections", "short_key")


@pytest.fixture
def record(made: Any) -> Any:
    """A record of a device that made one link and serves one protocol."""

    def make(level: int = 4, **changes: Any) -> Any:
        paired = ClassicTry(
            name="pair:comparison",
            answer="completed",
            key=LinkKey.AUTHENTICATED_P256,
            cipher=Cipher.AES_CCM,
            key_size=16,
            level=level,
            evidence=made.ref(),
        )
        weak = dict.fromkeys(("discoverable", "outside_mode", "open_service", *WEAK), made.absent())
        usual: dict[str, Any] = {
            "examined": ("bluetooth-classic",),
            "complete": True,
            "window_s": 4.0,
            "heard": made.seen(),
            "control": made.seen(),
            "listed": made.seen(),
            "tries": (paired,),
            "services": (ClassicService(name=SERVICE, listed=True, open=made.absent()),),
        }
        return made.record(BluetoothClassicFacts(**{**usual, **weak, **changes}))

    return make


@pytest.mark.parametrize("level", [2, 3, 4])
def test_a_link_of_the_declared_level_holds(level: int, record: Any) -> None:
    for reached in range(5):
        judged = criteria.classic_link_as_declared(record(reached), "DUT", level)
        assert judged.outcome is (HELD if reached >= level else UNDECIDED)


@pytest.mark.parametrize(
    ("field", "from_level"),
    [
        ("short_key", 2),
        ("unauthenticated", 3),
        ("legacy_pin", 3),
        ("without_secure_connections", 4),
    ],
)
def test_a_weakness_contradicts_from_a_level_on(
    field: str, from_level: int, record: Any, made: Any
) -> None:
    for level in (2, 3, 4):
        weak = criteria.classic_link_as_declared(record(**{field: made.seen()}), "DUT", level)
        open_ = criteria.classic_link_as_declared(record(**{field: made.unknown()}), "DUT", level)
        bad = level >= from_level
        assert weak.outcome is (CONTRADICTED if bad else HELD)
        assert open_.outcome is (UNDECIDED if bad else HELD)


def test_a_link_that_is_declared_open_is_a_person_s(record: Any) -> None:
    judged = criteria.classic_link_as_declared(record(), "DUT", 1)
    assert judged.outcome is UNDECIDED
    assert judged.reason.code == "bluetooth-link-declared-open"


def test_the_reason_names_the_level_that_was_not_reached(record: Any) -> None:
    judged = criteria.classic_link_as_declared(record(3), "DUT", 4)
    assert "security mode 4 level 4 (authenticated p256: mode 4 level 3" in render(judged.reason)


def test_a_service_is_closed_open_or_not_there(record: Any, made: Any) -> None:
    def judge(seen: Any, *asked: str) -> Outcome:
        services = (ClassicService(name=SERVICE, listed=True, open=seen),)
        return criteria.classic_services_closed(record(services=services), "DUT", asked).outcome

    assert judge(made.absent(), SERVICE) is HELD
    assert judge(made.seen(), SERVICE) is CONTRADICTED
    assert judge(made.unknown(), SERVICE) is UNDECIDED
    assert judge(made.absent(), SERVICE, "rfcomm/1") is UNDECIDED
    assert judge(made.absent()) is UNDECIDED


def test_a_service_is_declared_or_not(record: Any) -> None:
    look = criteria.classic_service_declared
    assert look(record(), "DUT", SERVICE, {SERVICE}).outcome is HELD
    assert look(record(), "DUT", SERVICE, {"rfcomm/1"}).outcome is CONTRADICTED


def test_the_records_must_have_been_read(record: Any, made: Any) -> None:
    look = criteria.every_classic_service_listed
    assert look(record(), "DUT").outcome is HELD
    assert look(record(listed=made.unknown()), "DUT").outcome is UNDECIDED
    assert look(record(examined=()), "DUT").outcome is UNDECIDED


def test_an_answer_contradicts_a_device_without_classic(record: Any, made: Any) -> None:
    assert criteria.undeclared_classic(record(), "DUT").outcome is CONTRADICTED
    assert criteria.undeclared_classic(record(heard=made.unknown()), "DUT").outcome is UNDECIDED


@pytest.mark.parametrize(("status", "outcome"), [("enabled", HELD), ("disabled", CONTRADICTED)])
def test_the_status_is_what_answers(status: str, outcome: Any, record: Any, made: Any) -> None:
    assert criteria.classic_status(record(), "DUT", status).outcome is outcome
    silent = criteria.classic_status(record(heard=made.unknown()), "DUT", status)
    assert silent.outcome is UNDECIDED


def test_a_pairing_that_was_wanted_gives_access(record: Any, made: Any) -> None:
    look = criteria.classic_pairing_works
    assert look(record(), "DUT").outcome is HELD
    assert look(record(control=made.unknown()), "DUT").outcome is UNDECIDED
