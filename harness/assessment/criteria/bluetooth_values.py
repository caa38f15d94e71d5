"""Which values of a Bluetooth LE device can be read and written on links of which level.

A value is closed below a level when it was refused on every weaker link that the device makes: on
the open one, and on each other unless the device makes no such link. What was not tried decides
nothing. "Not permitted" to a Write Request leaves the other kind of write open, and so does not
close a value.
"""

from collections.abc import Collection, Iterable
from typing import Final

from harness.assessment.criteria.bluetooth import (
    AIR,
    MODE,
    Pairing,
    bluetooth_unauthenticated_pairing,
)
from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.bluetooth import (
    Access,
    AccessAtLevel,
    BluetoothPairingFacts,
    Characteristic,
    Level,
)
from harness.model.judgement import Judgement, Outcome
from harness.model.observation import Absent, EvidenceRef, Observation, Present

WRITE: Final = "bluetooth-unauthenticated-write"
READ: Final = "bluetooth-unauthenticated-read-of-secret"
UPDATE: Final = "bluetooth-open-firmware-update"

_BASE: Final = "-0000-1000-8000-00805f9b34fb"
_NAMES: Final = frozenset({f"00001800{_BASE}", f"00001801{_BASE}", f"0000180a{_BASE}"})
"""GAP, GATT and Device Information: made to be read by everybody (Core, Vol 3, Part C, 12)."""
_TAKES_FROM_ALL: Final = frozenset({f"00002b29{_BASE}"})
"""Client Supported Features: what a peer can do, of no matter to anybody else (Part G, 7.2)."""
_OF_MEMBERS: Final = ("0000fc", "0000fd", "0000fe")
"""16-bit UUIDs that members of the Bluetooth SIG were given for services of their own."""
UPDATES: Final = {
    "00001531-1212-efde-1523-785feabcd123": "Nordic DFU, control point",
    "00001532-1212-efde-1523-785feabcd123": "Nordic DFU, packet",
    "8ec90001-f315-4f60-9fb8-838830daea50": "Nordic secure DFU, control point",
    "8ec90002-f315-4f60-9fb8-838830daea50": "Nordic secure DFU, packet",
    "8ec90003-f315-4f60-9fb8-838830daea50": "Nordic buttonless DFU, without bonds",
    "8ec90004-f315-4f60-9fb8-838830daea50": "Nordic buttonless DFU, with bonds",
    "da2e7828-fbce-4e01-ae9e-261174997c48": "MCUmgr SMP",
}
"""Characteristics that take firmware -> what they are."""
_GERUNDS: Final = {"read": "reading", "write": "writing"}


def is_vendors(service: str) -> bool:
    """Whether a service is one of a maker's own, and not of the Bluetooth SIG."""
    return not service.endswith(_BASE) or service.startswith(_OF_MEMBERS)


def _is_makers(value: Characteristic) -> bool:
    """Whether a value is a maker's own, be it in a service of the Bluetooth SIG."""
    return is_vendors(value.service) or is_vendors(value.uuid)


def bluetooth_services(facts: BluetoothPairingFacts) -> tuple[str, ...]:
    """The services of a maker's own that were found, each once."""
    found = (each.service for each in facts.characteristics if is_vendors(each.service))
    return tuple(dict.fromkeys(name for name in found if name))


def bluetooth_writes_closed(
    record: Pairing, item: str, needed: Level, services: Collection[str] | None = None
) -> Judgement:
    """No value of these services can be written below a level (EN 303 645 5.5-4, 5.5-5).

    Args:
        record: what was tried.
        item: what the judgement speaks of.
        needed: the lowest level that may write.
        services: UUIDs of those that are guarded; None for every value of the maker's own.
    """
    look = Look(WRITE, item, AIR, record)
    return _closed(look, "write", needed, services)


def bluetooth_reads_closed(
    record: Pairing, item: str, needed: Level, services: Collection[str]
) -> Judgement:
    """No value of these services can be read below a level (EN 303 645 5.5-4)."""
    return _closed(Look(READ, item, AIR, record), "read", needed, services)


def bluetooth_secret_closed(
    record: Pairing, item: str, needed: Level, characteristics: Collection[str]
) -> Judgement:
    """The values that hold a secret cannot be read below a level (EN 303 645 5.4-1, 5.5-6)."""
    look = Look(READ, item, AIR, record)
    gap = look.if_unexamined()
    if gap is not None:
        return gap
    there = [each for each in record.facts.characteristics if each.uuid in characteristics]
    if {each.uuid for each in there} != set(characteristics):
        return look.undecided("bluetooth-no-such-service", service=", ".join(characteristics))
    return _guarded(look, "read", needed, there)


def bluetooth_reads_seen(record: Pairing, item: str) -> Judgement:
    """Without a declaration: no value of a maker's own can be read by anybody.

    One that can is UNDECIDED: what it means is for a person to say. So are values of the SIG's
    services but those that name a device.
    """
    look = Look(READ, item, AIR, record)
    gap = look.if_unexamined()
    if gap is not None:
        return gap
    values = [
        each
        for each in record.facts.characteristics
        if each.service not in _NAMES or _is_makers(each)
    ]
    for each in values:
        if each.lowest("read") in {Level.OPEN, Level.UNAUTHENTICATED}:
            return look.undecided(
                "bluetooth-open-value", operation="read", characteristic=each.uuid
            )
    return _if_listed(look, _guarded(look, "read", Level.AUTHENTICATED, values))


def bluetooth_writes_seen(record: Pairing, item: str) -> Judgement:
    """Without a declaration: no value of a maker's own can be written by anybody.

    Writes to values of the Bluetooth SIG are UNDECIDED where they are not refused: some are meant
    to be open.
    """
    vendors = bluetooth_writes_closed(record, item, Level.AUTHENTICATED)
    look = Look(WRITE, item, AIR, record)
    others = [
        _or_for_a_person(look, each)
        for each in record.facts.characteristics
        if each.writable and not _is_makers(each) and each.uuid not in _TAKES_FROM_ALL
    ]
    return all_of(item, WRITE, [vendors, *others])


def _or_for_a_person(look: Look, value: Characteristic) -> Judgement:
    judged = _one(look, "write", Level.AUTHENTICATED, value)
    if judged.outcome is not Outcome.CONTRADICTED:
        return judged
    return look.undecided("bluetooth-open-value", operation="write", characteristic=value.uuid)


def bluetooth_pairing_seen(record: Pairing, item: str) -> Judgement:
    """Without a declaration: no pairing is completed that nobody authenticated.

    UNDECIDED where nothing is behind it, since everybody reads and writes every value without it:
    many a sensor without display or keys can pair in no other way.
    """
    judged = bluetooth_unauthenticated_pairing(record, item)
    guards = [each for each in record.facts.characteristics if not _is_open(each)]
    whole = isinstance(record.facts.listed, Present)
    if judged.outcome is not Outcome.CONTRADICTED or guards or not whole:
        return judged
    look = Look(judged.criterion, item, AIR, record)
    return look.undecided(
        "not-observed", why="anything behind a pairing that nobody authenticated: all is open"
    )


def _is_open(value: Characteristic) -> bool:
    row = next((row for row in value.table if row.level is Level.OPEN), None)
    offered = {"read": value.readable, "write": value.writable}
    done = {_access(row, operation) for operation, there in offered.items() if there}
    return done <= {Access.GRANTED}


def bluetooth_open_firmware_update(record: Pairing, item: str, needed: Level) -> Judgement:
    """No stranger reaches a service that takes firmware (EN 303 645 5.5-5, 5.3-10).

    Known by their UUIDs: Nordic DFU and MCUmgr SMP. Others are values of a maker's own like any.
    """
    look = Look(UPDATE, item, AIR, record)
    gap = look.if_unexamined()
    if gap is not None:
        return gap
    found = [each for each in record.facts.characteristics if each.uuid in UPDATES]
    if not found:
        judged = look.held("bluetooth-no-update-service", proof(record.facts.listed))
    else:
        judged = _guarded(look, "write", needed, found)
    return _if_listed(look, judged)


def undeclared_bluetooth_update(record: Pairing, item: str, *, declared: bool) -> Judgement:
    """A service that takes firmware is there only if updates over Bluetooth are declared."""
    look = Look("undeclared-update-way", item, AIR, record)
    gap = look.if_unexamined()
    if gap is not None:
        return gap
    found = [each for each in record.facts.characteristics if each.uuid in UPDATES]
    places = [row.evidence for each in found for row in each.table]
    if found and not declared:
        what = UPDATES[found[0].uuid]
        evidence = places or proof(record.facts.listed)
        return look.contradicted("bluetooth-update-undeclared", evidence, service=what)
    whole = look.held("bluetooth-updates-declared", proof(record.facts.listed))
    return _if_listed(look, whole)


def bluetooth_service_declared(
    record: Pairing, item: str, service: str, declared: Collection[str]
) -> Judgement:
    """A service of the maker's own stands in the declaration (EN 303 645 5.5-5, 5.6-1)."""
    look = Look("undeclared-service", item, AIR, record)
    rows = [
        row.evidence
        for each in record.facts.characteristics
        if each.service == service
        for row in each.table
    ]
    evidence = (*rows, *proof(record.facts.listed))[:1]
    if service in declared:
        return look.held("bluetooth-service-declared", evidence, service=service)
    return look.contradicted("bluetooth-service-undeclared", evidence, service=service)


def every_bluetooth_service_listed(record: Pairing, item: str) -> Judgement:
    """The list of characteristics is whole, without which no other one means nothing."""
    look = Look("undeclared-service", item, AIR, record)
    whole = look.held("every-service-examined", proof(record.facts.listed))
    return look.if_unexamined() or _if_listed(look, whole)


def _closed(
    look: Look, operation: str, needed: Level, services: Collection[str] | None
) -> Judgement:
    gap = look.if_unexamined()
    if gap is not None:
        return gap
    facts = _facts(look)
    known = {each.service for each in facts.characteristics}
    missing = [name for name in services or () if name not in known]
    if missing:
        return look.undecided("bluetooth-no-such-service", service=", ".join(missing))
    values = [
        each
        for each in facts.characteristics
        if (_is_makers(each) if services is None else each.service in services)
    ]
    parts = [_if_listed(look, _guarded(look, operation, needed, values))]
    if any(each.readable or each.writable for each in values):
        parts.append(_after_bond(look))
    return all_of(look.item, look.criterion, parts)


def _after_bond(look: Look) -> Judgement:
    """What is closed to strangers stays so once somebody has bonded."""
    return look.must_be_absent(
        _facts(look).open_after_bond,
        absent="bluetooth-closed-after-bond",
        present="bluetooth-open-after-bond",
    )


def _guarded(
    look: Look, operation: str, needed: Level, values: Iterable[Characteristic]
) -> Judgement:
    offered = [each for each in values if (each.readable if operation == "read" else each.writable)]
    if not offered:
        verb = "read" if operation == "read" else "written"
        return look.held("bluetooth-nothing-offered", proof(_facts(look).listed), operation=verb)
    parts = [_one(look, operation, needed, each) for each in offered]
    return all_of(look.item, look.criterion, parts)


def _one(look: Look, operation: str, needed: Level, value: Characteristic) -> Judgement:
    about = {"operation": _GERUNDS[operation], "characteristic": value.uuid, "mode": MODE}
    rows = {row.level: row for row in value.table}
    places: list[EvidenceRef] = []
    for level in (each for each in Level if each < needed):
        row = rows.get(level)
        access = _access(row, operation)
        if row is not None and access is Access.GRANTED:
            return look.contradicted(
                "bluetooth-open-below-level",
                (row.evidence,),
                **about,
                level=level.value,
                needed=needed.value,
            )
        if row is not None and _is_refusal(access, operation):
            places.append(row.evidence)
            continue
        never = _never_made(_facts(look), level)
        if never is None:
            why = access.value if row is not None else "no such link"
            return look.undecided(
                "bluetooth-level-not-reached", **about, level=level.value, why=why
            )
        places += never
    return look.held("bluetooth-closed-below-level", places, **about, needed=needed.value)


def _access(row: AccessAtLevel | None, operation: str) -> Access:
    if row is None:
        return Access.UNTRIED
    return row.read if operation == "read" else row.write


def _is_refusal(access: Access, operation: str) -> bool:
    return access is Access.REFUSED or (access is Access.IMPOSSIBLE and operation == "read")


def _never_made(facts: BluetoothPairingFacts, level: Level) -> tuple[EvidenceRef, ...] | None:
    """What shows that the device makes no links of a level; None where nothing does."""
    if level is Level.UNAUTHENTICATED:
        shown: tuple[Observation, ...] = (facts.unauthenticated,)
    elif level is Level.AUTHENTICATED:
        # Neither an older way to pair nor a short key: what is left is level 4.
        shown = (facts.legacy, facts.short_key)
    else:
        return None
    return proof(*shown) if all(isinstance(seen, Absent) for seen in shown) else None


def _if_listed(look: Look, judged: Judgement) -> Judgement:
    """Nothing holds of all values where the list of them is cut: the next one may be open."""
    listed = _facts(look).listed
    if judged.outcome is Outcome.HELD and not isinstance(listed, Present):
        return look.undecided("bluetooth-list-cut", why=getattr(listed, "reason", "unknown"))
    return judged


def _facts(look: Look) -> BluetoothPairingFacts:
    facts = look.record.facts
    if not isinstance(facts, BluetoothPairingFacts):
        raise TypeError(type(facts).__name__)
    return facts
