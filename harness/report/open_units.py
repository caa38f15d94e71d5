"""What is open, and what each open unit waits for."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from harness.model.assessment import Assessment, UnitResult
from harness.model.declaration import DecidedBy
from harness.model.ids import CaseId
from harness.model.judgement import Verdict

_PERSON: Final = frozenset({"person-not-asked", "answer-unsure", "answer-void"})
_NOT_IMPLEMENTED: Final = frozenset({"not-implemented", "no-unit"})
_NO_DECLARATION: Final = "needs-declaration"
_TO_COME: Final = "waits-for-bench"
_NOT_HERE: Final = frozenset({"fact-missing", "needs-two-samples", "host-silent", "console-silent"})


class WaitsFor(StrEnum):
    """What would close an open unit; in the order in which a report lists it."""

    OPERATOR = "operator"
    """A person at the bench, with the device."""
    ASSESSOR = "assessor"
    """A person at a desk, with the dossier."""
    DECLARATION = "declaration"
    """What only a supplier says of a device, and a black box has no supplier."""
    BENCH = "bench"
    """Something that this bench does not have or was not allowed to do."""
    BENCH_TO_COME = "bench-to-come"
    """A part of the bench that is not built yet."""
    EVIDENCE = "evidence"
    """Evidence that this run did not bring, or brought without the control that it needs."""
    TEST = "test"
    """A test that nobody has written yet."""


TITLES: Final = {
    WaitsFor.OPERATOR: "A person at the bench has to look, try and answer",
    WaitsFor.ASSESSOR: "An assessor has to judge documents and explanations",
    WaitsFor.DECLARATION: "Only the supplier's declaration can decide",
    WaitsFor.BENCH: "Not on this bench",
    WaitsFor.BENCH_TO_COME: "Waits for a part of the bench that is still to come",
    WaitsFor.EVIDENCE: "The evidence of this run is not good enough",
    WaitsFor.TEST: "No test is implemented yet",
}
"""What each group is called."""

EXPLANATIONS: Final = {
    WaitsFor.OPERATOR: (
        "No program can decide these: somebody with the device in hand has to do what the test "
        "describes and record the answer."
    ),
    WaitsFor.ASSESSOR: (
        "These ask whether what the supplier explains is adequate. That is a person's judgement; "
        "facts from the device can only speak against it."
    ),
    WaitsFor.DECLARATION: (
        "These compare the device with what its supplier declares. This run knew no declaration; "
        "a run on a bench with a dossier has one."
    ),
    WaitsFor.BENCH: (
        "A fact is missing: the bench lacks the connection, the second sample or the permission "
        "that the test needs. A bench that has it can close these."
    ),
    WaitsFor.BENCH_TO_COME: (
        "How these are judged is ready and tested on made captures. The probes that bring the "
        "captures are still to come; each reason names them."
    ),
    WaitsFor.EVIDENCE: (
        "The test ran, but a control failed, a capture is not whole, or what was seen is "
        "ambiguous. Without proof nothing passes; repeating the run may settle it."
    ),
    WaitsFor.TEST: (
        "The framework asks for these and certbench has no test for them yet. They are listed "
        "so that nobody takes silence for a pass."
    ),
}
"""Plain words for each group."""


_BY_CODE: Final = {
    _NO_DECLARATION: WaitsFor.DECLARATION,
    _TO_COME: WaitsFor.BENCH_TO_COME,
}
"""Reasons that say by themselves what would close the unit."""


@dataclass(frozen=True)
class OpenGroup:
    """The open units of one assessment that wait for the same."""

    waits_for: WaitsFor
    units: tuple[UnitResult, ...]

    @property
    def title(self) -> str:
        """What the group is called."""
        return TITLES[self.waits_for]

    @property
    def cases(self) -> tuple[tuple[CaseId, tuple[UnitResult, ...]], ...]:
        """The units by test case, in the catalogue's order."""
        grouped = groupby(self.units, key=lambda unit: unit.case)
        return tuple((case, tuple(units)) for case, units in grouped)

    @property
    def explanation(self) -> str:
        """The group in plain words."""
        return EXPLANATIONS[self.waits_for]


def waits_for(unit: UnitResult) -> WaitsFor:
    """What would close ``unit``, which is open."""
    code = unit.reason.code
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code in _NOT_IMPLEMENTED or (unit.decided_by is DecidedBy.NONE and code not in _NOT_HERE):
        return WaitsFor.TEST
    if code in _PERSON:
        at_bench = unit.decided_by is DecidedBy.OPERATOR
        return WaitsFor.OPERATOR if at_bench else WaitsFor.ASSESSOR
    return WaitsFor.BENCH if code in _NOT_HERE else WaitsFor.EVIDENCE


def open_groups(assessment: Assessment) -> tuple[OpenGroup, ...]:
    """The open units by what they wait for; groups without a unit are left out."""
    waiting: dict[WaitsFor, list[UnitResult]] = {kind: [] for kind in WaitsFor}
    for unit in assessment.units:
        if unit.verdict is Verdict.INCONCLUSIVE:
            waiting[waits_for(unit)].append(unit)
    return tuple(OpenGroup(kind, tuple(units)) for kind, units in waiting.items() if units)
