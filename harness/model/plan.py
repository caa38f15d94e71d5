"""The test plan: every unit with how it is decided, and the visits that the survey will make."""

from typing import ClassVar, Literal

from harness.model.base import Document, Frozen
from harness.model.declaration import DecidedBy, FactNeed
from harness.model.ids import CaseId, FrameworkRef, ProbeName, ProvisionId, SampleId, UnitId
from harness.model.states import DeviceState


class PlannedUnit(Frozen):
    """One unit in the plan.

    Attributes:
        applicable: false only by the applicability function, whose ICS row ``reason`` names.
        reason: why not applicable, or why it will be INCONCLUSIVE on this bench; ``""`` otherwise.
        blocked: facts that this bench can't deliver, each with the reason.
        waiting_for: what has to be built before the bench can deliver some of these facts: ``the
            bench network: probe outages``.
        provisional: ours, since the test specification that would define it could not be read.
        external: third-party evidence that may stand for rows of it, once an assessor accepted it
            for each: ``SE-1: 10-SecParam/SecParam-1``; None if the dossier offers none.
    """

    id: UnitId
    case: CaseId
    provision: ProvisionId
    kind: str
    decided_by: DecidedBy
    applicable: bool
    claimed: bool = True
    reason: str = ""
    facts: tuple[FactNeed, ...] = ()
    blocked: tuple[str, ...] = ()
    waiting_for: str | None = None
    provisional: Literal[True] | None = None
    external: tuple[str, ...] | None = None


class TestPlan(Document):
    """Plan of one framework on one dossier and bench."""

    SCHEMA: ClassVar[str] = "certbench/test-plan/1"
    __test__: ClassVar[bool] = False

    framework: FrameworkRef
    catalogue_digest: str
    dossier_digest: str
    units: tuple[PlannedUnit, ...]
    estimate_s: float


class PlannedVisit(Frozen):
    """One stay of a sample in a state, with the probes to run."""

    sample: SampleId
    state: DeviceState
    probes: tuple[ProbeName, ...]


class SurveyPlan(Document):
    """What the survey will do for all frameworks together: each state is entered once."""

    SCHEMA: ClassVar[str] = "certbench/survey-plan/1"

    visits: tuple[PlannedVisit, ...]
    estimate_s: float
