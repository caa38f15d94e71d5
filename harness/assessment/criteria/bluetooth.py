"""Bluetooth LE: how a device pairs, what its air tells, and what it survives.

Reasons name the security mode and level of each link (NIST SP 800-121 Rev. 2, section 3.2.2). What
strangers can read and write is in `bluetooth_values`.
"""

import itertools
from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.bluetooth import (
    Access,
    BluetoothAdvertisingFacts,
    BluetoothInputFacts,
    BluetoothPairingFacts,
    Level,
)
from harness.facts.discovery import IdentifierKind
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Absent, Observation, Present, Unknown
from harness.model.radio import Faked

AIR: Final = "bluetooth"
"""What the facts call a sample's Bluetooth."""
MODE: Final = 1
"""LE security mode 1: by encryption; mode 2, by signatures, is not tried."""
INFORMATION: Final = {
    "00002a24-0000-1000-8000-00805f9b34fb": "model number",
    "00002a25-0000-1000-8000-00805f9b34fb": "serial number",
    "00002a26-0000-1000-8000-00805f9b34fb": "firmware revision",
    "00002a27-0000-1000-8000-00805f9b34fb": "hardware revision",
    "00002a28-0000-1000-8000-00805f9b34fb": "software revision",
    "00002a29-0000-1000-8000-00805f9b34fb": "manufacturer name",
}
"""Texts of the Device Information service (Assigned Numbers, 3.8)."""
_TELLING: Final = frozenset(
    {"serial number", "firmware revision", "hardware revision", "software revision"}
)
"""Those that tell a stranger which unit it is or what it runs."""
Pairing = FactRecord[BluetoothPairingFacts]


def bluetooth_unauthenticated_pairing(record: Pairing, item: str) -> Judgement:
    """No pairing is completed that nobody authenticated: level 2 (EN 303 645 5.1-3, 5.5-1)."""
    look = Look("bluetooth-unauthenticated-pairing", item, AIR, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.unauthenticated,
        absent="bluetooth-pairing-authenticated",
        present="bluetooth-pairing-unauthenticated",
        links=links_of(record.facts),
    )


def bluetooth_legacy_pairing(record: Pairing, item: str) -> Judgement:
    """LE Legacy Pairing is refused: at most level 3 (EN 303 645 5.1-3, 5.5-1)."""
    look = Look("bluetooth-legacy-pairing", item, AIR, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.legacy,
        absent="bluetooth-legacy-refused",
        present="bluetooth-legacy-accepted",
        links=links_of(record.facts),
    )


def bluetooth_short_key(record: Pairing, item: str) -> Judgement:
    """Encryption keys of less than 16 bytes are refused: level 4 needs 128 bits."""
    look = Look("bluetooth-short-key", item, AIR, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.short_key,
        absent="bluetooth-key-whole",
        present="bluetooth-key-short",
        links=links_of(record.facts),
    )


def bluetooth_fixed_passkey(record: Pairing, item: str) -> Judgement:
    """Every pairing has a passkey of its own (Core, Vol 3, Part H, 2.3.5.3).

    Entering a passkey tells an attacker in the middle a part of it each time.
    """
    look = Look("bluetooth-fixed-passkey", item, AIR, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.fixed_passkey,
        absent="bluetooth-passkey-drawn",
        present="bluetooth-passkey-fixed",
    )


def guessable_bluetooth_passkey(record: Pairing, item: str) -> Judgement:
    """The passkey is not always one that anybody tries first (EN 303 645 5.1-1, 5.1-2).

    One that is drawn anew may be any number once; only the same one again is a default.
    """
    look = Look("bluetooth-fixed-passkey", item, AIR, record)
    fixed, guessable = record.facts.fixed_passkey, record.facts.guessable_passkey
    if isinstance(fixed, Present) and isinstance(guessable, Present):
        return look.contradicted("bluetooth-passkey-guessable", proof(fixed, guessable))
    if isinstance(fixed, Present):
        return look.undecided("not-observed", why="whether other units have the same passkey")
    return bluetooth_fixed_passkey(record, item)


def bluetooth_passkey_renewed(record: Pairing, item: str) -> Judgement:
    """Whoever pairs anew does so with another value (EN 303 645 5.1-4).

    The same passkey again is UNDECIDED: nobody tried whether its user can change it.
    """
    if isinstance(record.facts.fixed_passkey, Present):
        look = Look("bluetooth-fixed-passkey", item, AIR, record)
        return look.undecided("not-observed", why="whether its user can change the passkey")
    return _passkey_if_any(record, item)


def unlimited_bluetooth_passkeys(record: Pairing, item: str) -> Judgement:
    """Wrong passkeys in a row are not looked at for ever (EN 303 645 5.1-5; CWE-307)."""
    look = Look("bluetooth-unlimited-passkeys", item, AIR, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.unlimited,
        absent="bluetooth-wrong-passkeys-limited",
        present="bluetooth-wrong-passkeys-unlimited",
    )


def bluetooth_key_not_checked(record: Pairing, item: str) -> Judgement:
    """No link is encrypted under a key that the device never agreed on."""
    look = Look("bluetooth-key-not-checked", item, AIR, record)
    return (
        look.if_pretended(record.facts.fakes, Faked.LINK_KEY, "to compare keys")
        or look.if_unexamined()
        or look.must_be_absent(
            record.facts.wrong_key_accepted,
            absent="bluetooth-key-checked",
            present="bluetooth-key-not-checked",
        )
    )


def bluetooth_pairing_without_user_action(record: Pairing, item: str) -> Judgement:
    """The device pairs only when somebody at it asked for that (EN 303 645 5.5-5)."""
    look = Look("bluetooth-pairing-without-user-action", item, AIR, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.outside_mode,
        absent="bluetooth-pairing-wanted-only",
        present="bluetooth-pairing-unasked",
    )


def bluetooth_bond_overwrite(record: Pairing, item: str) -> Judgement:
    """A bonded device pairs with nobody else unasked (EN 303 645 5.5-5)."""
    look = Look("bluetooth-bond-overwrite", item, AIR, record)
    return look.if_unexamined() or look.must_be_absent(
        record.facts.over_bond,
        absent="bluetooth-bond-kept",
        present="bluetooth-bond-overwritten",
    )


def bluetooth_pairing_works(record: Pairing, item: str) -> Judgement:
    """A pairing that somebody at the device wanted is completed; else nobody can say."""
    look = Look("authorised-access", item, AIR, record)
    control = record.facts.control
    if isinstance(control, Present):
        return look.held(
            "bluetooth-pairing-completed", control.evidence, links=links_of(record.facts)
        )
    return look.undecided("not-observed", why=getattr(control, "reason", "no pairing completed"))


def bluetooth_link_as_declared(record: Pairing, item: str, needed: Level) -> Judgement:
    """No link is weaker than the level that is declared, and its keys are whole.

    A link that is declared to be open is UNDECIDED: whether that will do is for a person to say.
    """
    look = Look("declared-cryptography", item, AIR, record)
    if needed is Level.OPEN:
        return look.undecided("bluetooth-link-declared-open")
    parts = [bluetooth_short_key(record, item), bluetooth_key_not_checked(record, item)]
    if needed >= Level.AUTHENTICATED:
        parts.append(bluetooth_unauthenticated_pairing(record, item))
        parts.append(_passkey_if_any(record, item))
    if needed is Level.SECURE_CONNECTIONS:
        parts.append(bluetooth_legacy_pairing(record, item))
    return all_of(item, "declared-cryptography", parts)


def _passkey_if_any(record: Pairing, item: str) -> Judgement:
    """A device that shows no passkey, and pairs by another authenticated model, has none fixed."""
    judged = bluetooth_fixed_passkey(record, item)
    tries = [each for each in record.facts.tries if each.completed]
    others = [each for each in tries if each.model not in {"", "just-works", "passkey"}]
    if isinstance(record.facts.fixed_passkey, Present | Absent) or not others:
        return judged
    if any(each.model == "passkey" for each in record.facts.tries):
        return judged
    look = Look("bluetooth-fixed-passkey", item, AIR, record)
    return look.held("bluetooth-passkey-drawn", [each.evidence for each in others])


def bluetooth_identifier_leak(
    record: FactRecord[BluetoothAdvertisingFacts], item: str, declared: str = ""
) -> Judgement:
    """No payload holds what tells this unit from all others (EN 303 645 5.6-2).

    Args:
        record: what was heard.
        item: what the judgement speaks of.
        declared: texts of 15-Intf, Disclosed Information; naming the identifier covers it.
    """
    look = Look("bluetooth-identifier-leak", item, AIR, record)
    facts = record.facts
    if facts.gap(AIR) is not None:
        return look.unexamined()
    undeclared = [
        each for each in facts.identifiers if each.kind.value.casefold() not in declared.casefold()
    ]
    if undeclared:
        first = undeclared[0]
        return look.contradicted(
            "bluetooth-identifier-sent", (first.evidence,), kind=first.kind, where=first.where
        )
    if IdentifierKind.SERIAL not in facts.known:
        return look.undecided("identifiers-not-known", kinds=IdentifierKind.SERIAL)
    for seen in (facts.identifying, facts.heard_out):
        if isinstance(seen, Unknown):
            return look.undecided("not-observed", why=seen.reason)
    # What was found is declared, or nothing was.
    return look.held("bluetooth-no-identifier", proof(facts.heard))


def bluetooth_address_tracking(
    record: FactRecord[BluetoothAdvertisingFacts], item: str
) -> Judgement:
    """The device cannot be followed by its address (Core, Vol 3, Part C, 10.7).

    It is contradicted only where one address was heard for as long as the bench was told to listen.
    Addresses that are heard at the same time may belong to several devices, and decide nothing.
    """
    look = Look("bluetooth-address-tracking", item, AIR, record)
    facts = record.facts
    if facts.gap(AIR) is not None:
        return look.unexamined()
    kind = facts.advertisers[0].kind if facts.advertisers else "unknown"
    seconds = {"kept_s": round(facts.kept_s, 1), "window_s": round(facts.window_s, 1)}
    if isinstance(facts.trackable, Present) and facts.kept_s < facts.window_s:
        return look.undecided("bluetooth-window-short", kind=kind, **seconds)
    if isinstance(facts.trackable, Absent) and _overlap(facts):
        return look.undecided("bluetooth-several-senders")
    return look.must_be_absent(
        facts.trackable,
        absent="bluetooth-address-changes",
        present="bluetooth-address-kept",
        kind=kind,
        **seconds,
    )


def _overlap(facts: BluetoothAdvertisingFacts) -> bool:
    ordered = sorted(facts.advertisers, key=lambda each: each.first_s)
    pairs = itertools.pairwise(ordered)
    return any(after.first_s < before.last_s for before, after in pairs)


def bluetooth_robustness(record: FactRecord[BluetoothInputFacts], item: str) -> Judgement:
    """The device answers after each malformed protocol unit (EN 303 645 5.13-1)."""
    look = Look("bluetooth-robustness", item, AIR, record)
    facts = record.facts
    if facts.gap(AIR) is not None:
        return look.unexamined()
    match facts.crash:
        case Present(evidence=evidence):
            return look.contradicted("bluetooth-stopped-by-input", evidence, unit=facts.culprit)
        case Absent(control=control):
            return look.held("bluetooth-survived-input", (control,), sent=facts.sent)
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)


def bluetooth_status(
    record: FactRecord[BluetoothAdvertisingFacts], item: str, status: str
) -> Judgement:
    """A radio that is declared enabled is heard; one declared disabled is not.

    Silence is UNDECIDED: a device may advertise only now and then.
    """
    look = Look("interface-status", item, AIR, record)
    heard = record.facts.heard
    if not isinstance(heard, Present):
        return look.undecided("not-observed", why="the sample was not heard")
    if status == "disabled":
        return look.contradicted("bluetooth-seen-though-disabled", heard.evidence)
    return look.held("bluetooth-seen", heard.evidence, status=status)


def bluetooth_disclosure(record: Pairing, item: str, declared: str = "") -> Judgement:
    """Device Information tells strangers no revision or serial number beyond ``declared``."""
    look = Look("information-disclosure", item, AIR, record)
    facts = record.facts
    if facts.gap(AIR) is not None:
        return look.unexamined()
    if not isinstance(facts.listed, Present):
        return look.undecided("bluetooth-list-cut", why=_why(facts.listed))
    words = declared.casefold()
    for uuid, text in facts.information.items():
        kind = INFORMATION.get(uuid, "")
        if kind in _TELLING and text and kind not in words and text.casefold() not in words:
            evidence = proof(facts.listed)
            return look.contradicted("bluetooth-text-undeclared", evidence, kind=kind, text=text)
    return _unread(look, facts) or look.held("bluetooth-texts-declared", proof(facts.listed))


def _unread(look: Look, facts: BluetoothPairingFacts) -> Judgement | None:
    """A text that the device may tell to strangers, and that the bench did not come to read."""
    closed = {Access.REFUSED, Access.IMPOSSIBLE}
    for each in facts.characteristics:
        if not each.readable or INFORMATION.get(each.uuid, "") not in _TELLING:
            continue
        row = next((row for row in each.table if row.level is Level.OPEN), None)
        told = row is not None and row.read is Access.GRANTED and each.uuid in facts.information
        if not told and (row is None or row.read not in closed):
            why = row.read.value if row else "no such link"
            about = {"operation": "reading", "characteristic": each.uuid, "mode": MODE}
            return look.undecided("bluetooth-level-not-reached", **about, level=1, why=why)
    return None


def links_of(facts: BluetoothPairingFacts) -> str:
    """The links that came about, each with its security mode and level."""
    made = {
        f"{each.model or 'unknown model'}: mode {MODE} level {each.level.value}"
        for each in facts.tries
        if each.completed
    }
    return "; ".join(sorted(made)) or "no link came about"


def _why(seen: Observation) -> str:
    return str(getattr(seen, "reason", "it ended otherwise"))
