"""Whom a device talks to and how it connects (EN 303 645 5.3-10, 5.3-15, 5.7-2, 5.9-3).

That nothing was seen rests on packets of the bench's own at both ends of the window, and on one of
the device in ordinary operation: the recorder stood where the device's packets pass.
"""

from collections.abc import Collection
from ipaddress import ip_address
from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.store import FactRecord
from harness.facts.traffic import Remote, TrafficFacts, TrafficWindow, WindowPurpose
from harness.model.judgement import Judgement
from harness.model.observation import Present, Unknown

Record = FactRecord[TrafficFacts]
DESTINATION: Final = "undeclared-destination"
UPDATE_WAY: Final = "undeclared-update-way"
_NONE: Final = "none"
_AN_IMAGE: Final = 65_536
"""Bytes that come in under encryption and might be an update; smaller ones exist, rarely."""


def named(remote: Remote, declared: Collection[str]) -> bool:
    """Whether one of ``host``, ``host:port``, ``address``, ``[address]:port`` speaks of a remote.

    Names are those that the bench's resolver gave for the address.
    """
    hosts = {remote.address, *(name.casefold().rstrip(".") for name in remote.names)}
    return any(
        host in hosts and port in {"", str(remote.port)} for host, port in map(_place, declared)
    )


def _place(text: str) -> tuple[str, str]:
    try:
        return str(ip_address(text)), ""
    except ValueError:
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdecimal():
            host, port = text, ""
    host = host.strip("[]").casefold().rstrip(".")
    return host, port


def undeclared_destination(
    record: Record, item: str, purpose: WindowPurpose, declared: Collection[str]
) -> Judgement:
    """In windows of this purpose about ``item``, the device sends only to declared destinations.

    ``none`` alone declares that there are none; nothing at all decides nothing.
    """
    look = Look(DESTINATION, item, item, record)
    if not declared:
        return look.undecided("destinations-not-declared")
    windows = record.facts.of(purpose, item)
    if not windows:
        return look.undecided("not-examined", why=f"no window for {purpose} was recorded")
    parts = [
        Look(DESTINATION, item, remote.shown, record).contradicted(
            "destination-undeclared", (remote.evidence,), when=purpose
        )
        for window in windows
        for remote in window.remotes
        if not named(remote, set(declared) - {_NONE})
    ]
    if not parts:
        parts = [_watched(look, entry) for entry in windows]
        parts += [look.undecided("not-examined", why=why) for why in broken_off(record)]
    return all_of(item, DESTINATION, parts)


def broken_off(record: Record) -> tuple[str, ...]:
    """Why something may have been missed: a window has no end, and its packets are not judged."""
    return ("a window is not whole",) if record.facts.not_examined else ()


def _watched(look: Look, window: TrafficWindow) -> Judgement:
    facts = look.record.facts
    usual = facts.of("baseline") if isinstance(facts, TrafficFacts) else ()
    alive = next((entry.device for entry in usual if isinstance(entry.device, Present)), None)
    for observation in (window.own_packets, window.trigger):
        if isinstance(observation, Unknown):
            return look.undecided("not-observed", why=observation.reason)
    if alive is None:
        return look.undecided("no-usual-traffic")
    return look.held("only-declared-destinations", proof(window.own_packets, window.trigger, alive))


def undeclared_software_transfer(
    record: Record, item: str, declared: Collection[str], *, networked: bool
) -> Judgement:
    """No software comes over the network but from where it is declared to (5.3-10-1c).

    Args:
        record: the fact.
        item: what the judgement speaks of.
        declared: sources and endpoints that rows of 7-UpdMech name.
        networked: some mechanism is declared to work over the network; then its own transfer must
            have been recognised, or the bench would not recognise another either.
    """
    look = Look(UPDATE_WAY, item, "DUT", record)
    moved = [entry for window in record.facts.windows for entry in window.transfers]
    parts = [
        Look(UPDATE_WAY, item, entry.way, record).contradicted(
            "software-from-undeclared", (entry.evidence,)
        )
        for entry in moved
        if not (
            named(entry.remote, declared)
            if entry.remote is not None
            else entry.endpoint in declared
        )
    ]
    if parts:
        return all_of(item, UPDATE_WAY, parts)
    doubt = _unclear(look, declared)
    if doubt is not None:
        return doubt
    if networked and not moved:
        return look.undecided("no-known-update-seen")
    own = [window.own_packets for window in record.facts.windows]
    return look.held("no-undeclared-software", proof(*own))


def _unclear(look: Look, declared: Collection[str]) -> Judgement | None:
    """Why transfers may have been missed."""
    facts = look.record.facts
    windows = facts.windows if isinstance(facts, TrafficFacts) else ()
    missing = {"baseline", "update"} - {window.purpose for window in windows}
    if missing or facts.not_examined:
        why = f"no window for {', '.join(sorted(missing))}" if missing else "a window is not whole"
        return look.undecided("not-examined", why=why)
    for window in windows:
        if isinstance(window.own_packets, Unknown):
            return look.undecided("not-observed", why=window.own_packets.reason)
        for remote in window.remotes:
            if remote.opaque_bytes >= _AN_IMAGE and not named(remote, declared):
                return look.undecided("opaque-transfer", remote=remote.shown)
    return None
