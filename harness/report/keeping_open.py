"""What keeps a conclusion open: each cause with its units and the next step that would close it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from harness.assessment.confirmation import unconfirmed
from harness.assessment.rollup import keeping_open
from harness.encoding.text import counted
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue
from harness.model.ids import UnitId
from harness.model.judgement import Conclusion
from harness.model.prose import render
from harness.report.open_units import TITLES, OpenGroup, WaitsFor, open_groups

NEXT_STEPS: Final = {
    WaitsFor.OPERATOR: (
        "Answer at the bench: certbench run --operator NAME asks during each visit, and certbench "
        "answer RUN serves the questions as a page. Then certbench judge."
    ),
    WaitsFor.ASSESSOR: (
        "Answer at a desk: certbench answer RUN, or certbench answers export and import as a "
        "workbook. Then certbench judge."
    ),
    WaitsFor.ANSWER: "Look at the question and the facts as they are now, and answer again.",
    WaitsFor.DECLARATION: "Write a dossier (certbench dossier new) and run a framework with it.",
    WaitsFor.DOSSIER: (
        "Ask the supplier for what is named: certbench dossier check lists the gaps. A change is a "
        "new revision of the dossier."
    ),
    WaitsFor.INTERFACE: (
        "Connect what a probe needs to reach the place, or correct the dossier if the place is not "
        "there; then repeat with certbench run --only UNIT --into RUN."
    ),
    WaitsFor.BENCH: (
        "Repeat on a bench that has what is named: certbench doctor says what this one has, "
        "bench.toml what it is allowed."
    ),
    WaitsFor.BENCH_TO_COME: "Nothing to do now: judge again when the bench network is there.",
    WaitsFor.FACT: "Repeat with certbench run --only UNIT --into RUN.",
    WaitsFor.FAULT: "Mend the bench (certbench doctor), then certbench run --only UNIT --into RUN.",
    WaitsFor.EVIDENCE: (
        "Read why in the report, see to the control or the link, then certbench run --only UNIT "
        "--into RUN."
    ),
    WaitsFor.SELECTION: "Run without --only.",
    WaitsFor.TEST: "Nothing to do here: the test has to be written.",
}
"""What somebody can do about each cause."""

_OF_THE_WHOLE: Final = {
    "survey-not-whole": (
        "The survey is not whole",
        "Go on with certbench run --resume RUN, or run without --only.",
    ),
    "firmware-unknown": (
        "The firmware version is not known",
        "Tell the bench where to read it: identity.path or a console in bench.toml.",
    ),
    "nothing-applicable": (
        "No mandatory provision was applicable and passed",
        "Check the answers in the ICS.",
    ),
    "no-declaration": (
        "The framework rests on no declaration and draws no conclusion",
        "Run a framework with a dossier.",
    ),
}
"""Reasons that keep a conclusion open by themselves: what they are called, and the next step."""

_INDICATIVE: Final = "Unconfirmed data keep it indicative"
_CONFIRM: Final = (
    "Compare the entries with the official text: certbench catalogue show lists them, certbench "
    "catalogue confirm records it."
)


@dataclass(frozen=True)
class Cause:
    """One cause that keeps a conclusion open, or indicative.

    Attributes:
        id: ``operator``, as in `WaitsFor`; or the code of a reason of the conclusion itself.
        units: the units that it keeps open and that count; empty for a cause of the whole.
        how_many: ``12 test units``, ``103 entries``; ``""`` where there is nothing to count.
        next_step: what somebody can do about it.
    """

    id: str
    title: str
    units: tuple[UnitId, ...]
    how_many: str
    next_step: str


def what_keeps_open(assessment: Assessment, catalogue: Catalogue) -> tuple[Cause, ...]:
    """Every cause, whichever came first; nothing for a conclusion that is not INCONCLUSIVE.

    Units of provisions that do not count for the conclusion, or that an alternative satisfies, are
    not among them.
    """
    if assessment.conclusion is not Conclusion.INCONCLUSIVE:
        return ()
    open_ones = keeping_open(catalogue, assessment.provisions)
    of_units = (
        _of_units(group, tuple(each.unit for each in group.units if each.provision in open_ones))
        for group in open_groups(assessment)
    )
    return (
        *_of_the_whole(assessment),
        *(cause for cause in of_units if cause.units),
        *_unconfirmed(assessment, catalogue),
    )


def _of_units(group: OpenGroup, units: tuple[UnitId, ...]) -> Cause:
    return Cause(
        id=group.waits_for.value,
        title=TITLES[group.waits_for],
        units=units,
        how_many=counted(len(units), "test unit"),
        next_step=NEXT_STEPS[group.waits_for],
    )


def _of_the_whole(assessment: Assessment) -> Iterator[Cause]:
    codes = [assessment.reason.code]
    if not assessment.firmware and "firmware-unknown" not in codes:
        codes.append("firmware-unknown")
    for code in codes:
        if code in _OF_THE_WHOLE:
            title, step = _OF_THE_WHOLE[code]
            yield Cause(code, title, (), "", step)
        elif code != "provisions-open":
            yield Cause(code, render(assessment.reason), (), "", "Read why in the report.")


def _unconfirmed(assessment: Assessment, catalogue: Catalogue) -> Iterator[Cause]:
    if assessment.indicative:
        left = len(unconfirmed(catalogue, assessment.confirmations or ()))
        entries = counted(left, "entry of the catalogue", "entries of the catalogue")
        yield Cause("unconfirmed", _INDICATIVE, (), entries if left else "", _CONFIRM)
