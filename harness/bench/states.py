"""How a sample is brought into a state where no driver can do it: by a person, or not at all."""

from typing import Final

from typing_extensions import override

from harness.bench.power import CommandSwitch
from harness.bench.protocols import Operator, PowerSwitch, StateControl
from harness.errors import BenchFault
from harness.model.question import Question
from harness.model.states import DeviceState, Means

_DONE: Final = "done"
INSTRUCTIONS: Final = {
    DeviceState.AS_RECEIVED: "It must be as it came out of the box: never set up, never reset.",
    DeviceState.INITIALISED: (
        "Set it up as its user documentation says, with the user's login of the bench config."
    ),
    DeviceState.OFFLINE: "Cut it off from the network, with everything else running.",
    DeviceState.MAKER_GONE: "Make the maker's services unreachable; leave the network up.",
    DeviceState.POWER_CYCLED: "Switch it off and on again, and wait until it has started.",
    DeviceState.UPDATED: "Install the update under test, and wait until it has started.",
    DeviceState.RESET: "Reset it to its factory settings, as its user documentation says.",
    DeviceState.UNKNOWN: "Leave it as it is.",
}
"""What a person does to bring a sample into each state."""


class OperatorStates(StateControl):
    """Asks the person at the bench to bring the sample into a state and to confirm it."""

    def __init__(self, operator: Operator, sample: str) -> None:
        """Ask ``operator`` about ``sample``."""
        self._operator = operator
        self._sample = sample

    @override
    def means(self, state: DeviceState) -> Means:
        return Means.OPERATOR

    @override
    def enter(self, state: DeviceState) -> bool:
        question = Question(
            id=f"bench-enter-{state.value}",
            prompt=(
                f"Sample {self._sample} is wanted in state {state.value}. {INSTRUCTIONS[state]} "
                "Have you seen that it is so?"
            ),
            choices=(_DONE, "done, not checked", "not possible"),
            holds=(_DONE,),
            unsure=("done, not checked",),
        )
        answer = self._operator.ask(question, self._sample, "")
        if answer is None or answer[0] not in {_DONE, "done, not checked"}:
            why = answer[1] or answer[0] if answer else "nobody answered"
            raise BenchFault(f"sample {self._sample} is not in state {state.value}: {why}")
        return answer[0] == _DONE


class SwitchedStates(StateControl):
    """A bench with switches of its own; what they can't do is left to somebody else.

    Nothing shows that the sample obeyed, so that no state is confirmed by a switch alone.
    """

    def __init__(
        self, rest: StateControl, power: PowerSwitch | None, link: CommandSwitch | None
    ) -> None:
        """Use ``power`` and the switch of the network ``link``; ``rest`` does what is left."""
        self._rest = rest
        self._power = power
        self._link = link
        self._is_cut: bool | None = None  # an earlier process of the bench may have cut it

    @override
    def means(self, state: DeviceState) -> Means:
        if state is DeviceState.POWER_CYCLED and self._power is not None:
            return Means.POWER
        if state is DeviceState.OFFLINE and self._link is not None:
            return Means.NETWORK
        return self._rest.means(state)

    @override
    def enter(self, state: DeviceState) -> bool:
        cut = state is DeviceState.OFFLINE
        if self._link is not None and self._is_cut is not cut:
            self._link.switch(on=not cut)
            self._is_cut = cut
        if self._link is not None and cut:
            return False
        if state is DeviceState.POWER_CYCLED and self._power is not None:
            self._power.cycle()
            return False
        return self._rest.enter(state)


class DeclaredState(StateControl):
    """A bench with nobody at it: the sample stays in the state that the bench config names."""

    def __init__(self, sample: str, declared: DeviceState | None) -> None:
        """Speak for ``sample``, which somebody left in state ``declared``."""
        self._sample = sample
        self._declared = declared

    @override
    def means(self, state: DeviceState) -> Means:
        return Means.DECLARED

    @override
    def enter(self, state: DeviceState) -> bool:
        """Only the declared state, and that unconfirmed."""
        if state is self._declared:
            return False
        raise BenchFault(
            f"sample {self._sample}: nobody is at the bench to bring it into state "
            f"{state.value}. Name the person with --operator, or say sample.state"
        )
