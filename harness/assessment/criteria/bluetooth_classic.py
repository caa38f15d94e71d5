"""Bluetooth Classic: who may discover a device, pair with it, and open what it serves.

Reasons name level and cipher of each link that came about (security mode 4; NIST SP 800-121 Rev. 2,
section 3.1.1).
"""

from typing import Final

from harness.assessment.criteria.looking import Look
from harness.facts.bluetooth_classic import BluetoothClassicFacts, Cipher, LinkKey
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Present
from harness.model.radio import Faked

CLASSIC: Final = "bluetooth-classic"
"""What the facts call a sample's Classic side."""
MODE: Final = 4
_CIPHERS: Final = {Cipher.NONE: "no cipher", Cipher.E0: "E0", Cipher.AES_CCM: "AES-CCM"}
Record = FactRecord[BluetoothClassicFacts]


def bluetooth_classic_discoverable(record: Record, item: str) -> Judgement:
    """It answers inquiries only after somebody at it asked for that (Core, Vol 3, Part C, 4.1)."""
    look = Look("bluetooth-classic-discoverable", item, CLASSIC, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.discoverable,
        absent="bluetooth-classic-hidden",
        present="bluetooth-classic-found",
        window_s=record.facts.window_s,
    )


def bluetooth_classic_open_service(record: Record, item: str) -> Judgement:
    """Nothing but the service records is served to those who did not pair (EN 303 645 5.5-5)."""
    look = Look("bluetooth-classic-open-service", item, CLASSIC, record)
    services = record.facts.services
    named = [each.name for each in services if isinstance(each.open, Present)]
    return look.if_unexamined() or look.must_be_absent(
        record.facts.open_service,
        absent="bluetooth-classic-services-closed",
        present="bluetooth-classic-service-open",
        services=", ".join(named or [each.name for each in services]) or "none",
    )


def bluetooth_classic_pairing_without_user_action(record: Record, item: str) -> Judgement:
    """It pairs only when somebody at it asked for that (EN 303 645 5.5-5)."""
    look = Look("bluetooth-classic-pairing-without-user-action", item, CLASSIC, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.outside_mode,
        absent="bluetooth-pairing-wanted-only",
        present="bluetooth-pairing-unasked",
    )


def bluetooth_classic_unauthenticated_pairing(record: Record, item: str) -> Judgement:
    """No link key is made that nobody authenticated: level 2 (EN 303 645 5.1-3, 5.5-1)."""
    look = Look("bluetooth-classic-unauthenticated-pairing", item, CLASSIC, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.unauthenticated,
        absent="bluetooth-pairing-authenticated",
        present="bluetooth-pairing-unauthenticated",
        links=links_of(record.facts),
    )


def bluetooth_classic_legacy_pin(record: Record, item: str) -> Judgement:
    """Pairing by PIN, of before Bluetooth 2.1, is refused (NIST SP 800-121 Rev. 2, 4.4)."""
    look = Look("bluetooth-classic-legacy-pin", item, CLASSIC, record)
    return (
        look.if_unexamined()
        or look.if_pretended(record.facts.fakes, Faked.LEGACY_PIN, "to pair by PIN")
        or look.must_be_absent(
            record.facts.legacy_pin,
            absent="bluetooth-classic-pin-refused",
            present="bluetooth-classic-pin-accepted",
            links=links_of(record.facts),
        )
    )


def bluetooth_classic_no_secure_connections(record: Record, item: str) -> Judgement:
    """Link keys are made on P-256, where the other side can: level 4 needs it."""
    look = Look("bluetooth-classic-no-secure-connections", item, CLASSIC, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.without_secure_connections,
        absent="bluetooth-classic-p256",
        present="bluetooth-classic-p192",
        links=links_of(record.facts),
    )


def bluetooth_classic_short_key(record: Record, item: str) -> Judgement:
    """The encryption key that both sides agreed on has 16 bytes: level 4 needs 128 bits.

    An adapter cannot be told over HCI to ask for a shorter one: only what was agreed on is judged.
    """
    look = Look("bluetooth-classic-short-key", item, CLASSIC, record)
    agree = "to agree on the size of a key"
    return (
        look.if_unexamined()
        or look.if_pretended(record.facts.fakes, Faked.CLASSIC_KEY_SIZE, agree)
        or look.must_be_absent(
            record.facts.short_key,
            absent="bluetooth-classic-key-whole",
            present="bluetooth-classic-key-short",
            links=links_of(record.facts),
        )
    )


def links_of(facts: BluetoothClassicFacts) -> str:
    """The links that came about, each with its security mode, level, cipher and key."""
    made = {
        f"{_key(each.key)}: mode {MODE} level {each.level}, {_CIPHERS[each.cipher]}, "
        f"{each.key_size or 'unknown'} bytes"
        for each in facts.tries
        if each.answer == "completed"
    }
    return "; ".join(sorted(made)) or "no link came about"


def _key(kind: int | None) -> str:
    known = {each.value: each.name.lower().replace("_", " ") for each in LinkKey}
    return "no key" if kind is None else known.get(kind, f"key of type {kind}")
