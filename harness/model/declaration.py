"""Declarations of probes and of test units: what `plan` and the scheduler read."""

from enum import StrEnum

from harness.model.base import Frozen
from harness.model.ids import ProbeName, UnitId
from harness.model.question import Question
from harness.model.radio import Faked
from harness.model.states import Capability, DeviceState, Impact, Lock


class ProbeDeclaration(Frozen):
    """What a probe needs, takes and does.

    Attributes:
        name: also the name of its interpreter and of its folder among the captures.
        version: changes whenever what is collected changes.
        summary: one line for people.
        capabilities: what the bench must offer for the sample.
        one_of: of these it must offer one at least; empty = nothing more.
        upstream: probes whose facts of the same visit it reads; run before it. A missing upstream
            fact makes the attempt `NOT_POSSIBLE`.
        after: probes that, when they run in the same visit, run before it, without being needed.
        states: the states that it can run in; empty = all.
        impact: how much it can disturb the device.
        locks: what it needs for itself.
        timeout_s: wall-clock bound after which the attempt FAILS.
        estimate_s: typical duration on a home router, for the plan.
        last: it starts only when every other probe of the visit has ended, whatever their impact.
    """

    name: ProbeName
    version: int
    summary: str
    capabilities: tuple[Capability, ...]
    one_of: tuple[Capability, ...] = ()
    upstream: tuple[ProbeName, ...] = ()
    after: tuple[ProbeName, ...] = ()
    states: tuple[DeviceState, ...] = ()
    impact: Impact
    locks: tuple[Lock, ...] = ()
    timeout_s: float
    estimate_s: float
    last: bool = False

    def lacking(self, offered: frozenset[Capability]) -> tuple[str, ...]:
        """What the bench would have to offer beside ``offered``; empty = the probe can run."""
        missing = tuple(name.value for name in self.capabilities if name not in offered)
        if self.one_of and not offered.intersection(self.one_of):
            missing += (" or ".join(name.value for name in self.one_of),)
        return missing


class DecidedBy(StrEnum):
    """Who or what can close a unit."""

    AUTOMATIC = "automatic"
    """Facts alone."""
    RULE = "rule"
    """The dossier alone, by a deterministic rule."""
    OPERATOR = "operator"
    """A person at the bench; facts alone can only contradict."""
    JUDGEMENT = "judgement"
    """An assessor at a desk; facts alone can only contradict."""
    NONE = "none"
    """Nothing yet: the unit is not implemented."""


class Quantifier(StrEnum):
    """How items combine into the unit."""

    EACH = "each"
    """Every item must hold."""
    ONE = "one"
    """One item that holds is enough."""


class Samples(StrEnum):
    """Which samples a unit looks at."""

    FIRST = "first"
    """The first sample of the bench config."""
    EACH = "each"
    """Every sample, so that they can be compared; uniqueness needs at least two."""


class FactNeed(Frozen):
    """One fact that a unit declares to need.

    Attributes:
        where: an endpoint (``ble``): the fact is needed only if a row of the IXIT names it.
        undeclared: the bench looks even where no row does, if it can: what nobody declared must be
            found.
    """

    probe: ProbeName
    state: DeviceState
    samples: Samples = Samples.FIRST
    where: str = ""
    undeclared: bool = False


class UnitDeclaration(Frozen):
    """What a test function says about itself before it runs.

    Attributes:
        per: IXIT table whose rows are its items (``1-AuthMech``), or ``""`` for one item, the DUT.
        also: further tables whose rows people are asked about.
        truth: what a radio that only pretends it leaves without an answer.
        applies: id of the applicability condition in the catalogue, or ``""``.
        module, function: where it stands, for messages.
    """

    unit: UnitId
    decided_by: DecidedBy
    facts: tuple[FactNeed, ...] = ()
    per: str = ""
    also: tuple[str, ...] = ()
    truth: tuple[Faked, ...] = ()
    quantifier: Quantifier = Quantifier.EACH
    questions: tuple[Question, ...] = ()
    summary: str = ""
    module: str = ""
    function: str = ""
