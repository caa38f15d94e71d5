"""The life of a sample on the bench: its states, and how it gets from one to the next.

A small state machine as data. `LIFE` is the order in which a survey enters the states; `WAYS` says
of each of them where a sample can come from, and who can bring it there. Reset comes before update,
so that whatever speaks of the version under test is collected before another one is installed.
"""

from collections.abc import Sequence
from typing import Final

from harness.model.base import Frozen
from harness.model.ids import VisitId
from harness.model.states import DeviceState, Means

LIFE: Final = (
    DeviceState.AS_RECEIVED,
    DeviceState.INITIALISED,
    DeviceState.OFFLINE,
    DeviceState.MAKER_GONE,
    DeviceState.POWER_CYCLED,
    DeviceState.RESET,
    DeviceState.UPDATED,
)
"""Every state that can be planned, in the order in which a survey enters them."""

_ANYBODY: Final = frozenset({Means.SCRIPT, Means.OPERATOR, Means.DECLARED})
_IN_USE: Final = frozenset(
    {
        DeviceState.INITIALISED,
        DeviceState.OFFLINE,
        DeviceState.MAKER_GONE,
        DeviceState.POWER_CYCLED,
        DeviceState.RESET,
    }
)


class Way(Frozen):
    """An arrow of the state machine.

    Attributes:
        target: the state that the sample is brought into.
        sources: the states that it can come from. Out of the box every way is open: a sample may
            be handed in in any state.
        by: who or what can do it.
    """

    target: DeviceState
    sources: frozenset[DeviceState]
    by: frozenset[Means]


def _ways() -> tuple[Way, ...]:
    from_use = _IN_USE | {DeviceState.AS_RECEIVED}
    again = frozenset({Means.OPERATOR})  # the version under test must be installed again
    drivers = {DeviceState.OFFLINE: Means.NETWORK, DeviceState.MAKER_GONE: Means.NETWORK}
    drivers[DeviceState.POWER_CYCLED] = Means.POWER
    ways = [
        Way(
            target=DeviceState.AS_RECEIVED,
            sources=frozenset({DeviceState.AS_RECEIVED}),
            by=_ANYBODY,
        ),
        Way(target=DeviceState.UPDATED, sources=from_use | {DeviceState.UPDATED}, by=_ANYBODY),
    ]
    for target in sorted(_IN_USE):
        by = _ANYBODY | {drivers[target]} if target in drivers else _ANYBODY
        ways.append(Way(target=target, sources=from_use, by=by))
        updated = frozenset({DeviceState.UPDATED})
        ways.append(Way(target=target, sources=updated, by=again))
    return tuple(ways)


WAYS: Final = _ways()
"""Every arrow; what is not among them can't happen."""


def rank(state: DeviceState) -> int:
    """Place of a state in the order of a survey; one that is never planned comes last."""
    return LIFE.index(state) if state in LIFE else len(LIFE)


def refusal(
    entered: Sequence[tuple[VisitId, DeviceState]], target: DeviceState, means: Means
) -> str:
    """Why a sample can't be brought into ``target`` any more; ``""`` if it can.

    Args:
        entered: the visits that it was entered for, in their order; none = out of the box.
        target: the state that is wanted.
        means: who would bring it there.
    """
    if not entered:
        return ""
    since = [visit for visit, state in entered if state is not DeviceState.AS_RECEIVED]
    if target is DeviceState.AS_RECEIVED and since:
        return f"{target.value} happens once, and was left with visit {since[0]}"
    here = entered[-1][1]
    ways = [way for way in WAYS if way.target is target and here in way.sources]
    if not ways:
        return f"no way leads from {here.value} to {target.value}"
    if not any(means in way.by for way in ways):
        known = ", ".join(sorted({each.value for way in ways for each in way.by}))
        return (
            f"from {here.value} to {target.value} a sample is brought by {known}, and this bench "
            f"has {means.value}"
        )
    return ""
