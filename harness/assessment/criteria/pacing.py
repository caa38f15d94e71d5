"""How a device connects when a connection has to be made again (EN 303 645 5.9-3).

A great many devices of one model lose their server at the same moment. What matters is that each
waits longer from attempt to attempt, and not all of them equally long.
"""

from collections.abc import Sequence
from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.criteria.traffic import broken_off, named
from harness.assessment.judging import all_of
from harness.facts.store import FactRecord
from harness.facts.traffic import Connecting, TrafficFacts, TrafficWindow
from harness.model.ixit import ComMech
from harness.model.judgement import Judgement
from harness.model.observation import Observation, Unknown

Record = FactRecord[TrafficFacts]
PACING: Final = "connection-pacing"
_SECOND_MS: Final = 1000
_MINUTE_MS: Final = 60_000
_BURST: Final = 10
"""New connections to one remote in one second; a browser opens six side by side."""
_PAUSES: Final = 4
"""Pauses that show whether they grow."""
_OUTAGES: Final = 3
"""Outages that show whether the pauses after them are drawn at random."""
_SAME_MS: Final = 20
"""What timers alone differ by."""


def connection_burst(record: Record, item: str) -> Judgement:
    """Never more than a handful of new connections to one remote in a second, declared or not."""
    look = Look(PACING, item, "DUT", record)
    windows = record.facts.windows
    parts = [
        Look(PACING, item, entry.remote.shown, record).contradicted(
            "connection-burst", (entry.remote.evidence,), count=most
        )
        for window in windows
        for entry in window.connecting
        if (most := _most_within(entry.at_ms, _SECOND_MS)) > _BURST
    ]
    if parts:
        return all_of(item, PACING, parts)
    cut = record.facts.of("reconnect")
    if not cut:
        return _none(look)
    parts = [_no_burst(look, window) for window in cut]
    parts += [look.undecided("not-examined", why=why) for why in broken_off(record)]
    return all_of(item, PACING, parts)


def _no_burst(look: Look, window: TrafficWindow) -> Judgement:
    """A device that sent nothing at all may have been off, and shows no calm."""
    seen = (window.own_packets, window.trigger, window.device)
    doubt = _doubt(seen)
    if doubt:
        return look.undecided("not-observed", why=doubt)
    return look.held("no-connection-burst", proof(*seen))


def connections_paced(record: Record, row: ComMech) -> Judgement:
    """The row's connections are made again as slowly, and as it says (5.9-3-2a)."""
    look = Look(PACING, row.id, row.id, record)
    for field in ("connects_to", "most_connects_a_minute", "reconnect_backoff", "reconnect_jitter"):
        if not getattr(row, field):
            return look.undecided("field-missing", row=row.id, field=field)
    windows = record.facts.of("reconnect")
    if not windows:
        return _none(look)
    mine = [
        entry
        for window in windows
        for entry in window.connecting
        if named(entry.remote, row.connects_to)
    ]
    parts = [_rate(look, entry, row.most_connects_a_minute or 0) for entry in mine]
    if row.reconnect_backoff == "yes":
        parts.append(_grows(look, mine))
    if row.reconnect_jitter == "yes":
        parts.append(_differs(look, mine))
    controls = [(window.own_packets, window.trigger) for window in windows]
    doubts = [doubt for seen in controls if (doubt := _doubt(seen))]
    parts += [look.undecided("not-observed", why=doubt) for doubt in doubts]
    parts += [look.undecided("not-examined", why=why) for why in broken_off(record)]
    return all_of(row.id, PACING, parts if mine else [look.undecided("no-reconnect-seen")])


def _none(look: Look) -> Judgement:
    return look.undecided("not-examined", why="no connection was cut while traffic was recorded")


def _doubt(seen: Sequence[Observation]) -> str:
    return next((each.reason for each in seen if isinstance(each, Unknown)), "")


def _rate(look: Look, entry: Connecting, declared: int) -> Judgement:
    most, places = _most_within(entry.at_ms, _MINUTE_MS), (entry.remote.evidence,)
    if most > declared:
        return look.contradicted("connects-faster-than-declared", places, most=most, rate=declared)
    return look.held("connects-as-declared", places, most=most)


def _grows(look: Look, mine: Sequence[Connecting]) -> Judgement:
    """The last pause is longer than the first; equal ones contradict."""
    parts = []
    for entry in mine:
        pauses = _pauses(entry)
        if len(pauses) < _PAUSES:
            continue
        places = (entry.remote.evidence,)
        if 2 * pauses[-1] >= 3 * pauses[0]:
            parts.append(look.held("pauses-grow", places, first=pauses[0], last=pauses[-1]))
        elif 10 * max(pauses) <= 11 * min(pauses):
            parts.append(look.contradicted("pauses-do-not-grow", places, pause=pauses[0]))
        else:
            parts.append(look.undecided("pauses-unclear"))
    return all_of(look.item, PACING, parts or [look.undecided("too-few-attempts")])


def _differs(look: Look, mine: Sequence[Connecting]) -> Judgement:
    """The first pause differs from outage to outage by more than timers do."""
    firsts: dict[tuple[str, int], list[int]] = {}
    for entry in mine:
        pauses = _pauses(entry)
        if pauses:
            firsts.setdefault((entry.remote.address, entry.remote.port), []).append(pauses[0])
    places = tuple(entry.remote.evidence for entry in mine)
    parts = []
    for pauses_of_one in firsts.values():
        spread = max(pauses_of_one) - min(pauses_of_one)
        if len(pauses_of_one) < _OUTAGES:
            parts.append(look.undecided("too-few-attempts"))
        elif spread <= _SAME_MS:
            parts.append(look.contradicted("pauses-equal", places, pause=pauses_of_one[0]))
        elif 20 * spread >= max(pauses_of_one):
            parts.append(look.held("pauses-differ", places, spread=spread))
        else:
            parts.append(look.undecided("pauses-unclear"))
    return all_of(look.item, PACING, parts or [look.undecided("too-few-attempts")])


def _pauses(entry: Connecting) -> tuple[int, ...]:
    return tuple(
        after - before for before, after in zip(entry.at_ms, entry.at_ms[1:], strict=False)
    )


def _most_within(at_ms: Sequence[int], span_ms: int) -> int:
    """The most attempts in any span of this length."""
    most, start = 0, 0
    for end, moment in enumerate(at_ms):
        while moment - at_ms[start] >= span_ms:
            start += 1
        most = max(most, end - start + 1)
    return most
