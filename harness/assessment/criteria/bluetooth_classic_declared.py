"""Bluetooth Classic beside what a supplier declares of it: its links, its services, its status.

Levels are those of security mode 4 (Core, Vol 3, Part C, 5.2.2.8; NIST SP 800-121 Rev. 2, section
3.1.1).
"""

from collections.abc import Collection
from typing import Final

from harness.assessment.criteria.bluetooth_classic import (
    CLASSIC,
    Record,
    bluetooth_classic_legacy_pin,
    bluetooth_classic_no_secure_connections,
    bluetooth_classic_short_key,
    bluetooth_classic_unauthenticated_pairing,
    links_of,
)
from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.bluetooth_classic import BluetoothClassicFacts
from harness.model.judgement import Judgement
from harness.model.observation import Present

_OPEN: Final = 1
_AUTHENTICATED: Final = 3
_SECURE_CONNECTIONS: Final = 4
LINK: Final = "declared-cryptography"
SERVICE: Final = "bluetooth-classic-open-service"
UNDECLARED: Final = "undeclared-service"


def classic_link_as_declared(record: Record, item: str, needed: int) -> Judgement:
    """No link is weaker than the level that is declared, and its keys are whole.

    A PIN that everybody tries authenticates nobody. A link that is declared to be open is
    UNDECIDED: whether that will do is for a person to say.
    """
    look = Look(LINK, item, CLASSIC, record)
    if needed <= _OPEN:
        return look.undecided("bluetooth-link-declared-open")
    parts = [_reached(look, needed), bluetooth_classic_short_key(record, item)]
    if needed >= _AUTHENTICATED:
        parts.append(bluetooth_classic_unauthenticated_pairing(record, item))
        parts.append(bluetooth_classic_legacy_pin(record, item))
    if needed >= _SECURE_CONNECTIONS:
        parts.append(bluetooth_classic_no_secure_connections(record, item))
    return all_of(item, LINK, parts)


def classic_pairing_works(record: Record, item: str) -> Judgement:
    """A pairing that somebody at the device wanted is completed; else nobody can say."""
    look, control = Look("authorised-access", item, CLASSIC, record), record.facts.control
    if isinstance(control, Present):
        links = links_of(record.facts)
        return look.held("bluetooth-pairing-completed", control.evidence, links=links)
    return look.undecided("not-observed", why=getattr(control, "reason", "no pairing completed"))


def classic_services_closed(record: Record, item: str, services: Collection[str]) -> Judgement:
    """None of these services opens for those who did not pair (EN 303 645 5.5-4, 5.5-5)."""
    look = Look(SERVICE, item, CLASSIC, record)
    if record.facts.gap(CLASSIC) is not None:
        return look.unexamined()
    known = {each.name: each.open for each in record.facts.services}
    missing = sorted(set(services) - set(known))
    if missing:
        return look.undecided("bluetooth-no-such-service", service=", ".join(missing))
    parts = [
        look.must_be_absent(
            known[name],
            absent="bluetooth-classic-services-closed",
            present="bluetooth-classic-service-open",
            services=name,
        )
        for name in services
    ]
    return all_of(item, SERVICE, parts)


def classic_services(facts: BluetoothClassicFacts) -> tuple[str, ...]:
    """What listens, or is said to, each once."""
    return tuple(dict.fromkeys(each.name for each in facts.services))


def classic_service_declared(
    record: Record, item: str, service: str, declared: Collection[str]
) -> Judgement:
    """A service stands in the declaration (EN 303 645 5.5-5, 5.6-1)."""
    look, facts = Look(UNDECLARED, item, CLASSIC, record), record.facts
    opened = [proof(each.open) for each in facts.services if each.name == service]
    evidence = (*(place for places in opened for place in places), *proof(facts.listed))[:1]
    if service in declared:
        return look.held("bluetooth-service-declared", evidence, service=service)
    return look.contradicted("bluetooth-service-undeclared", evidence, service=service)


def every_classic_service_listed(record: Record, item: str) -> Judgement:
    """The service records were read to their end, without which others may listen."""
    look = Look(UNDECLARED, item, CLASSIC, record)
    if record.facts.gap(CLASSIC) is not None:
        return look.unexamined()
    listed = record.facts.listed
    if isinstance(listed, Present):
        return look.held("every-service-examined", listed.evidence)
    return look.undecided("not-observed", why=getattr(listed, "reason", "they are not there"))


def undeclared_classic(record: Record, item: str) -> Judgement:
    """A device that answers over Classic says so in its declaration (EN 303 645 5.5-5, 5.6-1)."""
    look, heard = Look(UNDECLARED, item, CLASSIC, record), record.facts.heard
    if isinstance(heard, Present):
        return look.contradicted("bluetooth-classic-undeclared", heard.evidence)
    return look.undecided("not-observed", why="the sample was not heard")


def classic_status(record: Record, item: str, status: str) -> Judgement:
    """A radio that is declared enabled answers; one declared disabled does not.

    Silence is UNDECIDED: a device may answer calls only now and then.
    """
    look, heard = Look("interface-status", item, CLASSIC, record), record.facts.heard
    if not isinstance(heard, Present):
        return look.undecided("not-observed", why="the sample was not heard")
    if status == "disabled":
        return look.contradicted("bluetooth-seen-though-disabled", heard.evidence)
    return look.held("bluetooth-seen", heard.evidence, status=status)


def _reached(look: Look, needed: int) -> Judgement:
    """A pairing led to a link of the level that is declared: else nothing shows that it can."""
    facts = look.record.facts
    if not isinstance(facts, BluetoothClassicFacts):
        return look.unexamined()
    made = [each for each in facts.tries if each.answer == "completed" and each.level >= needed]
    links = links_of(facts)
    if made:
        return look.held("bluetooth-pairing-completed", [made[0].evidence], links=links)
    return look.undecided("bluetooth-classic-level-not-reached", needed=needed, links=links)
