"""What people hold instead of verdicts, in words that every view uses; device text is harmless."""

from collections.abc import Iterator
from typing import Any, Final

from harness.encoding.text import counted, neutralise
from harness.model.assessment import Assessment, UnitResult
from harness.model.override import ReviewedOverride, Standing
from harness.model.prose import render

_LONGEST: Final = 1000
_STANDING: Final = {
    Standing.COUNTS: "counts",
    Standing.WITHDRAWN: "withdrawn",
    Standing.LAPSED: "lapsed",
    Standing.NOT_AUTHORISED: "does not count",
}
NAMES: Final = (
    "An override never changes the automatic verdict, nor the conclusion. Names are claims of the "
    "laboratory, pseudonyms in a bundle; only signatures on the bundle prove who vouches for it."
)
"""What a reader must know about every override."""


def overrides_in(assessment: Assessment) -> Iterator[tuple[UnitResult, ReviewedOverride]]:
    """Every override with its unit, in the order in which they were recorded."""
    made = ((unit, each) for unit in assessment.units for each in unit.overrides or ())
    yield from sorted(made, key=lambda pair: pair[1].record.number)


def after_review(assessment: Assessment) -> str:
    """``after review: CONFORMANT (1 of 2 overrides counts)``; ``""`` without overrides."""
    if assessment.conclusion_after_review is None:
        return ""
    made = [each for _, each in overrides_in(assessment)]
    count = sum(each.standing is Standing.COUNTS for each in made)
    verb = "counts" if count == 1 else "count"
    return (
        f"after review: {assessment.conclusion_after_review.value} "
        f"({count} of {counted(len(made), 'override')} {verb}; the conclusion stays "
        f"{assessment.conclusion.value})"
    )


def not_counted(assessment: Assessment) -> Iterator[str]:
    """``override 1 of c1a: lapsed: ...``, for each that should count and does not."""
    for unit, made in overrides_in(assessment):
        if made.standing not in {Standing.COUNTS, Standing.WITHDRAWN}:
            yield f"override {made.record.number} of {unit.unit}: {standing_of(made)}"


def standing_of(made: ReviewedOverride) -> str:
    """Whether it counts, and why not: ``lapsed: the automatic verdict was FAIL then, ...``."""
    if made.because is not None:
        return f"{_STANDING[made.standing]}: {render(made.because)}"
    shown = "" if made.authorised else ", though nobody's authorisation is shown"
    return f"{_STANDING[made.standing]}{shown}"


def people_of(made: ReviewedOverride) -> str:
    """``Ada Example and Ben Example``."""
    return " and ".join(neutralise(name) for name in made.record.people)


def sentence(made: ReviewedOverride) -> str:
    """One line: number, verdict, people, time, reason, and what became of it."""
    record = made.record
    return (
        f"override {record.number}: {record.verdict.value} in place of {record.automatic.value}, "
        f"by {people_of(made)}, {neutralise(record.at)}: {neutralise(record.reason, _LONGEST)} "
        f"({standing_of(made)})"
    )


def newest(unit: UnitResult) -> str:
    """The sentence about the newest override of a unit; ``""`` if there is none."""
    return sentence(unit.overrides[-1]) if unit.overrides else ""


def review_json(assessment: Assessment) -> dict[str, str]:
    """``conclusion_after_review`` for programs; nothing without overrides."""
    after = assessment.conclusion_after_review
    return {"conclusion_after_review": after.value} if after else {}


def override_json(unit: UnitResult) -> dict[str, Any]:
    """The newest override of a unit for programs; nothing if there is none."""
    if not unit.overrides:
        return {}
    made = unit.overrides[-1]
    return {
        "override": {
            "verdict": made.record.verdict.value,
            "standing": made.standing.value,
            "authorised": made.authorised,
            "people": [neutralise(name) for name in made.record.people],
            "reason": neutralise(made.record.reason, _LONGEST),
        }
    }
