"""Bluetooth LE that nobody declared, and what is declared of it beside its links and values."""

from collections.abc import Collection

from harness.assessment.criteria.bluetooth import AIR, INFORMATION, Pairing
from harness.assessment.criteria.bluetooth_values import (
    bluetooth_reads_closed,
    bluetooth_services,
    bluetooth_writes_closed,
)
from harness.assessment.criteria.looking import Look, proof
from harness.facts.bluetooth import BluetoothAdvertisingFacts, BluetoothPairingFacts, Level
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement, Outcome
from harness.model.observation import EvidenceRef, Present

_JUST_WORKS = frozenset({"", "just-works"})
_MODEL = next(uuid for uuid, kind in INFORMATION.items() if kind == "model number")


def undeclared_bluetooth(record: FactRecord[BluetoothAdvertisingFacts], item: str) -> Judgement:
    """A device that is heard over Bluetooth LE says so in its declaration (5.5-5, 5.6-1).

    Silence is UNDECIDED: a device may advertise only now and then.
    """
    look, heard = Look("undeclared-service", item, AIR, record), record.facts.heard
    if isinstance(heard, Present):
        return look.contradicted("bluetooth-undeclared", heard.evidence)
    return look.undecided("not-observed", why="the sample was not heard")


def undeclared_bluetooth_input(record: Pairing, item: str) -> Judgement:
    """A device that answers requests over Bluetooth LE declares that it takes input (5.13-1)."""
    look = Look("undeclared-service", item, AIR, record)
    if record.facts.gap(AIR) is not None:
        return look.unexamined()
    answered = _answered(record.facts)
    if answered:
        return look.contradicted("bluetooth-input-undeclared", answered[:1])
    return look.undecided("not-observed", why="it answered no request")


def undeclared_bluetooth_login(record: Pairing, item: str) -> Judgement:
    """A pairing by passkey, comparison or tag is a login, and is declared as one (5.1-1, 5.1-5).

    One that nobody authenticates is none.
    """
    look = Look("undeclared-login", item, AIR, record)
    if record.facts.gap(AIR) is not None:
        return look.unexamined()
    completed = [each for each in record.facts.tries if each.completed]
    for each in completed:
        if each.model not in _JUST_WORKS:
            model = {"model": each.model}
            return look.contradicted("bluetooth-login-undeclared", (each.evidence,), **model)
    if completed:
        return look.held("bluetooth-no-login", [each.evidence for each in completed])
    return look.undecided("not-observed", why="no pairing completed")


def bluetooth_debug_open(
    record: Pairing, item: str, services: Collection[str], needed: Level
) -> Judgement:
    """The services of a debug interface are not there (EN 303 645 5.6-4).

    Args:
        record: what was found.
        item: what the judgement speaks of.
        services: UUIDs of the interface's services.
        needed: the level below which whoever is near reaches them.
    """
    look = Look("debug-interface-open", item, AIR, record)
    if record.facts.gap(AIR) is not None:
        return look.unexamined()
    there = sorted(set(services) & {each.service for each in record.facts.characteristics})
    if there:
        looks = (bluetooth_writes_closed, bluetooth_reads_closed)
        parts = [criterion(record, item, needed, there) for criterion in looks]
        if any(part.outcome is Outcome.CONTRADICTED for part in parts):
            rows = _rows(record.facts, there)
            return look.contradicted("bluetooth-debug-open", rows, service=there[0])
        return look.undecided("bluetooth-debug-there", service=there[0])
    if not isinstance(record.facts.listed, Present):
        why = getattr(record.facts.listed, "reason", "unknown")
        return look.undecided("bluetooth-list-cut", why=why)
    return look.held("bluetooth-debug-gone", proof(record.facts.listed))


def bluetooth_model_differs(record: Pairing, item: str, model: str) -> Judgement:
    """Device Information names the model that is declared, or a part of its name (5.3-16)."""
    look = Look("bluetooth-model-differs", item, AIR, record)
    if record.facts.gap(AIR) is not None:
        return look.unexamined()
    told = record.facts.information.get(_MODEL, "")
    names = [_plain(told), _plain(model)]
    if not all(names):
        return look.undecided("not-observed", why="it tells no model number")
    evidence = _rows(record.facts, (), _MODEL) or proof(record.facts.listed)
    if names[0] in names[1] or names[1] in names[0]:
        return look.held("bluetooth-model-as-declared", evidence, told=told)
    return look.contradicted("bluetooth-model-differs", evidence, told=told, model=model)


def _plain(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


def _answered(facts: BluetoothPairingFacts) -> tuple[EvidenceRef, ...]:
    """What shows that the sample took a connection and answered."""
    return (*_rows(facts, bluetooth_services(facts)), *proof(facts.listed), *proof(facts.control))


def _rows(
    facts: BluetoothPairingFacts, services: Collection[str], uuid: str = ""
) -> tuple[EvidenceRef, ...]:
    return tuple(
        row.evidence
        for each in facts.characteristics
        if each.service in services or each.uuid == uuid
        for row in each.table
    )
