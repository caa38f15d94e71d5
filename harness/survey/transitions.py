"""Bringing a sample from one state into the next, and writing down how that went."""

from collections.abc import Sequence

from harness.bench.protocols import SampleLinks
from harness.encoding.clock import Clock
from harness.errors import BenchFault
from harness.model.ids import VisitId
from harness.model.life import refusal
from harness.model.record import AttemptOutcome, Transition, VisitRecord
from harness.model.states import DeviceState, Means

_Entered = Sequence[tuple[VisitId, DeviceState]]


def bring(
    links: SampleLinks, entered: _Entered, to_visit: VisitId, state: DeviceState
) -> tuple[Transition, bool]:
    """Bring a sample into a state; how that went, and whether something confirmed the state.

    Args:
        links: the sample.
        entered: the visits that it was entered for so far, in their order.
        to_visit: the visit that begins.
        state: the state of that visit.
    """
    clock = Clock()
    started = clock.now()
    means = links.states.means(state) if links.states else Means.DECLARED
    outcome, confirmed = AttemptOutcome.COMPLETED, False
    why = refusal(entered, state, means) or _no_driver(links, state)
    if why:
        outcome = AttemptOutcome.NOT_POSSIBLE
    elif links.states is not None:
        try:
            confirmed = links.states.enter(state)
        except BenchFault as error:
            outcome, why = AttemptOutcome.FAILED, str(error)
    done = Transition(
        from_visit=entered[-1][0] if entered else VisitId(""),
        to_visit=to_visit,
        means=means,
        outcome=outcome,
        reason=why,
        started=started,
        ended=clock.now(),
    )
    return done, confirmed


def refused(entered: _Entered, to_visit: VisitId, why: str) -> Transition:
    """A transition that nobody tried."""
    now = Clock().now()
    return Transition(
        from_visit=entered[-1][0] if entered else VisitId(""),
        to_visit=to_visit,
        means=Means.DECLARED,
        outcome=AttemptOutcome.NOT_POSSIBLE,
        reason=why,
        started=now,
        ended=now,
    )


def was_entered(visit: VisitRecord) -> bool:
    """Whether the sample was in the visit's state, or may have left the one before it."""
    return not visit.transitions or any(
        way.outcome is not AttemptOutcome.NOT_POSSIBLE for way in visit.transitions
    )


def _no_driver(links: SampleLinks, state: DeviceState) -> str:
    if links.states is not None or state is DeviceState.AS_RECEIVED:
        return ""
    return f"nothing on this bench can bring the sample into state {state.value}"
