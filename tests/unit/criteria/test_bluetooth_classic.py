"""Criteria about Bluetooth Classic."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.bluetooth_classic import (
    BluetoothClassicFacts,
    Cipher,
    ClassicService,
    ClassicTry,
    LinkKey,
)
from harness.model.judgement import Outcome
from harness.model.observation import Absent, EvidenceRef, Present, Unknown
from harness.model.prose import render

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
PACKET = EvidenceRef(path="A/1-initialised/bluetooth-classic/1/hci.btsnoop", where="packet 7")
SEEN, NOT_SEEN = Present(evidence=(PACKET,)), Absent(control=PACKET)
UNKNOWN = Unknown(reason="nobody knows")
PAIRED = ClassicTry(
    name="pair:comparison",
    answer="completed",
    capability=1,
    key=LinkKey.AUTHENTICATED_P256,
    cipher=Cipher.AES_CCM,
    key_size=16,
    level=4,
    evidence=PACKET,
)
OBSERVED = {
    "discoverable": criteria.bluetooth_classic_discoverable,
    "open_service": criteria.bluetooth_classic_open_service,
    "outside_mode": criteria.bluetooth_classic_pairing_without_user_action,
    "unauthenticated": criteria.bluetooth_classic_unauthenticated_pairing,
    "legacy_pin": criteria.bluetooth_classic_legacy_pin,
    "without_secure_connections": criteria.bluetooth_classic_no_secure_connections,
    "short_key": criteria.bluetooth_classic_short_key,
}


def hardened(**changes: Any) -> BluetoothClassicFacts:
    usual: dict[str, Any] = {
        "examined": ("bluetooth-classic",),
        "complete": True,
        "window_s": 4.0,
        "heard": SEEN,
        "control": SEEN,
        "tries": (PAIRED,),
        "services": (ClassicService(name="rfcomm/3", listed=True, open=NOT_SEEN),),
        "listed": SEEN,
        **dict.fromkeys(OBSERVED, NOT_SEEN),
    }
    return BluetoothClassicFacts(**{**usual, **changes})


@pytest.mark.parametrize("field", OBSERVED)
def test_each_is_judged_by_what_was_observed(field: str, made: Any) -> None:
    def judge(**changes: Any) -> Outcome:
        return OBSERVED[field](made.record(hardened(**changes)), "DUT").outcome

    assert judge() is HELD
    assert judge(**{field: SEEN}) is CONTRADICTED
    assert judge(**{field: UNKNOWN}) is UNDECIDED
    others = {name: SEEN for name in OBSERVED if name != field}
    assert judge(**others) is HELD


@pytest.mark.parametrize("field", OBSERVED)
def test_a_sample_that_was_not_heard_decides_nothing(field: str, made: Any) -> None:
    gap = NotExamined(target="bluetooth-classic", reason="the sample was not heard")
    facts = hardened(examined=(), not_examined=(gap,))
    assert OBSERVED[field](made.record(facts), "DUT").outcome is UNDECIDED


@pytest.mark.parametrize(
    ("field", "pretended"), [("legacy_pin", "legacy-pin"), ("short_key", "classic-key-size")]
)
@pytest.mark.parametrize("seen", [SEEN, NOT_SEEN])
def test_what_the_radio_pretends_is_not_testable(
    field: str, pretended: str, seen: Any, made: Any
) -> None:
    facts = hardened(fakes=(pretended,), **{field: seen})
    judged = OBSERVED[field](made.record(facts), "DUT")
    assert judged.outcome is UNDECIDED
    assert judged.reason.code == "not-testable-here"
    others = set(OBSERVED) - {field}
    assert all(OBSERVED[each](made.record(facts), "DUT").outcome is HELD for each in others)


def test_the_reason_names_mode_level_cipher_and_key(made: Any) -> None:
    judged = criteria.bluetooth_classic_no_secure_connections(made.record(hardened()), "DUT")
    assert "authenticated p256: mode 4 level 4, AES-CCM, 16 bytes" in render(judged.reason)


def test_the_finding_names_the_open_services_alone(made: Any) -> None:
    services = (
        ClassicService(name="rfcomm/3", listed=True, open=NOT_SEEN),
        ClassicService(name="rfcomm/5", listed=False, open=SEEN),
    )
    facts = hardened(services=services, open_service=SEEN)
    judged = criteria.bluetooth_classic_open_service(made.record(facts), "DUT")
    assert [finding.subject for finding in judged.findings] == ["bluetooth-classic"]
    assert render(judged.reason).endswith("opened without a pairing: rfcomm/5")
