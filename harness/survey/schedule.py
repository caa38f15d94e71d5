"""Which probes of a visit may run together: order, locks and impact; pure.

Within a visit passive and gentle probes finish before intrusive ones start, and destructive ones
come last; what must see the device after all that starts when everything else has ended. A probe
waits for its upstream. Locks are held one probe at a time; a probe that disturbs
the device runs alone.
"""

from collections.abc import Mapping, Sequence

from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Impact, Lock

Declarations = Mapping[ProbeName, ProbeDeclaration]
_PHASE = {Impact.PASSIVE: 0, Impact.GENTLE: 0, Impact.INTRUSIVE: 1, Impact.DESTRUCTIVE: 2}
_AFTER_ALL = 3


def ready(
    waiting: Sequence[ProbeName],
    running: Sequence[ProbeName],
    declarations: Declarations,
) -> tuple[ProbeName, ...]:
    """The waiting probes that may start now, beside those that are running."""
    chosen: list[ProbeName] = []
    unfinished = {*waiting, *running}
    phase = min((_phase(declarations[name]) for name in unfinished), default=0)
    for name in sorted(waiting, key=lambda entry: (-declarations[entry].estimate_s, entry)):
        declaration = declarations[name]
        builds_on = {*declaration.upstream, *declaration.after}
        if builds_on & unfinished or _phase(declaration) > phase:
            continue
        beside = [declarations[other] for other in (*running, *chosen)]
        if not _collides(declaration, beside):
            chosen.append(name)
    return tuple(chosen)


def _phase(declaration: ProbeDeclaration) -> int:
    return _AFTER_ALL if declaration.last else _PHASE[declaration.impact]


def _collides(declaration: ProbeDeclaration, beside: Sequence[ProbeDeclaration]) -> bool:
    alone = Lock.DISTURBANCE in declaration.locks
    return any(
        alone or Lock.DISTURBANCE in other.locks or set(declaration.locks) & set(other.locks)
        for other in beside
    )


def longest_path_s(durations: Mapping[ProbeName, float], declarations: Declarations) -> float:
    """Time of a visit that started every probe at the first moment its needs and locks allow.

    The scheduler's own lower bound, computed by replaying `ready` over measured durations.
    """
    waiting = list(durations)
    running: dict[ProbeName, float] = {}
    now = 0.0
    while waiting or running:
        for name in ready(waiting, tuple(running), declarations):
            running[name] = now + durations[name]
            waiting.remove(name)
        first = min(running, key=lambda name: running[name])
        now = running.pop(first)
    return now
