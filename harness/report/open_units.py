"""What is open, and what each open unit waits for."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from harness.model.assessment import Assessment, UnitResult
from harness.model.declaration import DecidedBy
from harness.model.ids import CaseId
from harness.model.judgement import Outcome, Reason, Verdict
from harness.model.prose import render

_PERSON: Final = frozenset({"person-not-asked", "answer-unsure"})
_NOT_IMPLEMENTED: Final = frozenset({"not-implemented", "no-unit"})
_NOT_HERE: Final = frozenset({"needs-two-samples", "host-silent", "console-silent"})
_NO_FACT: Final = "fact-missing"
_DECLARED_TOO_LITTLE: Final = frozenset(
    {
        "crypto-legacy",
        "crypto-unknown",
        "external-file-changed",
        "external-file-missing",
        "external-not-valid",
        "field-missing",
        "identity-claimed-without-row",
        "no-ics-row",
        "no-rows",
        "no-service-declared",
        "reference-ambiguous",
        "row-names-no-product",
        "row-names-no-version",
        "side-effects-unclear",
    }
)
_NOT_COVERED: Final = frozenset(
    {"link-not-observed", "not-examined", "nothing-examined", "port-not-examined"}
)
_FAULT: Final = frozenset(
    {
        "held-without-evidence",
        "held-without-rows",
        "judged-twice",
        "marker-refused",
        "no-judgement",
        "undeclared-fact",
        "unit-raised",
        "unit-returned-no-judgements",
        "unit-touched-the-world",
    }
)
_MOST_REASONS: Final = 6


class WaitsFor(StrEnum):
    """What would close an open unit; in the order in which a report lists it."""

    OPERATOR = "operator"
    """A person at the bench, with the device."""
    ASSESSOR = "assessor"
    """A person at a desk, with the dossier."""
    ANSWER = "answer"
    """An answer to the question as it stands now: the one that was given fits no longer."""
    DECLARATION = "declaration"
    """What only a supplier says of a device, and a black box has no supplier."""
    DOSSIER = "dossier"
    """Something that the dossier leaves out or does not say clearly enough."""
    INTERFACE = "interface"
    """A look at an interface that no probe and no answer covered."""
    BENCH = "bench"
    """Something that this bench does not have or was not allowed to do."""
    BENCH_TO_COME = "bench-to-come"
    """A part of the bench that is not built yet."""
    FACT = "fact"
    """A fact that this run did not collect."""
    FAULT = "fault"
    """The bench itself: a probe or a test broke off."""
    EVIDENCE = "evidence"
    """Evidence that this run brought without the control that it needs, or not whole."""
    SELECTION = "selection"
    """The rest of the run: it was for other units."""
    TEST = "test"
    """A test that nobody has written yet."""


TITLES: Final = {
    WaitsFor.OPERATOR: "A person at the bench has to look, try and answer",
    WaitsFor.ASSESSOR: "An assessor has to judge documents and explanations",
    WaitsFor.ANSWER: "An answer fits no longer",
    WaitsFor.DECLARATION: "Only the supplier's declaration can decide",
    WaitsFor.DOSSIER: "The dossier says too little",
    WaitsFor.INTERFACE: "An interface that nothing covered",
    WaitsFor.BENCH: "Not on this bench",
    WaitsFor.BENCH_TO_COME: "Waits for a part of the bench that is still to come",
    WaitsFor.FACT: "A fact is missing",
    WaitsFor.FAULT: "The bench failed",
    WaitsFor.EVIDENCE: "The evidence of this run is not good enough",
    WaitsFor.SELECTION: "Not selected for this run",
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
    WaitsFor.ANSWER: (
        "Somebody answered, and since then the question or the facts beside it have changed. The "
        "answer is kept and counts no more."
    ),
    WaitsFor.DECLARATION: (
        "These compare the device with what its supplier declares. This run knew no declaration; "
        "a run on a bench with a dossier has one."
    ),
    WaitsFor.DOSSIER: (
        "A field, a row or an answer that the test needs is empty, ambiguous or not in the tables "
        "that it is compared with. Only the supplier can say more."
    ),
    WaitsFor.INTERFACE: (
        "The dossier declares, or the device shows, a place that no probe examined and no answer "
        "speaks of. Each reason names it."
    ),
    WaitsFor.BENCH: (
        "The bench lacks the connection, the second sample or the permission that the test needs. "
        "A bench that has it can close these."
    ),
    WaitsFor.BENCH_TO_COME: (
        "How these are judged is ready and tested on made captures. The probes that bring the "
        "captures are still to come; each reason names them."
    ),
    WaitsFor.FACT: (
        "No attempt of the probe that brings the fact was completed, and nothing says that this "
        "bench could not make one."
    ),
    WaitsFor.FAULT: (
        "A probe failed, or the test itself broke off. That says nothing about the device."
    ),
    WaitsFor.EVIDENCE: (
        "The test ran, but a control failed, a capture is not whole, or what was seen is "
        "ambiguous. Without proof nothing passes; repeating the run may settle it."
    ),
    WaitsFor.SELECTION: "Somebody asked for a part of the tests only. These are the others.",
    WaitsFor.TEST: (
        "The framework asks for these and certbench has no test for them yet. They are listed "
        "so that nobody takes silence for a pass."
    ),
}
"""Plain words for each group."""


_BY_CODE: Final = {
    "answer-void": WaitsFor.ANSWER,
    "external-not-accepted": WaitsFor.ASSESSOR,
    "external-not-allowed": WaitsFor.FAULT,
    "needs-declaration": WaitsFor.DECLARATION,
    "not-judged": WaitsFor.FAULT,
    "not-selected": WaitsFor.SELECTION,
    "waits-for-bench": WaitsFor.BENCH_TO_COME,
    **dict.fromkeys(_DECLARED_TOO_LITTLE, WaitsFor.DOSSIER),
    **dict.fromkeys(_NOT_COVERED, WaitsFor.INTERFACE),
    **dict.fromkeys(_NOT_HERE, WaitsFor.BENCH),
    **dict.fromkeys(_FAULT, WaitsFor.FAULT),
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

    def reasons(self, units: tuple[UnitResult, ...]) -> tuple[str, ...]:
        """Why ``units`` are in this group, each row or interface by its name; the first few."""
        said = dict.fromkeys(
            f"{item}: {render(why)}" if item else render(why)
            for unit in units
            for item, why in _reasons(unit)
            if _waits_for(why, unit.decided_by) is self.waits_for
        )
        more = len(said) - _MOST_REASONS
        return (*list(said)[:_MOST_REASONS], *((f"and {more} more",) if more > 0 else ()))


def waits_for(unit: UnitResult) -> WaitsFor:
    """What would close ``unit``, which is open, by the reason that its verdict gives."""
    return _waits_for(unit.reason, unit.decided_by)


def _waits_for(why: Reason, decided_by: DecidedBy) -> WaitsFor:
    code = why.code
    if code == _NO_FACT:
        return _without_fact(why)
    if code in _BY_CODE:
        return _BY_CODE[code]
    if code in _NOT_IMPLEMENTED or decided_by is DecidedBy.NONE:
        return WaitsFor.TEST
    if code in _PERSON:
        return WaitsFor.OPERATOR if decided_by is DecidedBy.OPERATOR else WaitsFor.ASSESSOR
    return WaitsFor.DOSSIER if decided_by is DecidedBy.RULE else WaitsFor.EVIDENCE


def _without_fact(why: Reason) -> WaitsFor:
    """By the recorded outcomes of the attempts that should have brought the fact."""
    said = why.params.get("why", "")
    if ": failed, " in said:
        return WaitsFor.FAULT
    impossible = ": not-possible, " in said or ": not-allowed, " in said
    return WaitsFor.BENCH if impossible else WaitsFor.FACT


def _reasons(unit: UnitResult) -> Iterator[tuple[str, Reason]]:
    """Everything that keeps a unit open: (row or interface, reason); its own reason comes first.

    A unit goes by its first open row, and another row may wait for something else.
    """
    undecided = [each for each in unit.judgements if each.outcome is Outcome.UNDECIDED]
    if unit.reason not in [each.reason for each in undecided]:
        yield "", unit.reason
    for judgement in undecided:
        yield ("" if judgement.item == "DUT" else judgement.item), judgement.reason


def open_groups(assessment: Assessment) -> tuple[OpenGroup, ...]:
    """The open units by what they wait for; groups without a unit are left out.

    A unit whose rows wait for several things is in each of these groups.
    """
    waiting: dict[WaitsFor, list[UnitResult]] = {kind: [] for kind in WaitsFor}
    for unit in assessment.units:
        if unit.verdict is Verdict.INCONCLUSIVE:
            for kind in {_waits_for(why, unit.decided_by) for _, why in _reasons(unit)}:
                waiting[kind].append(unit)
    return tuple(OpenGroup(kind, tuple(units)) for kind, units in waiting.items() if units)
