"""Part of step "verdicts": what people hold instead of verdicts stands beside them, never in them.

Whether an override may be at all (a second person, the verdicts that may be set) is in its schema,
which the step "documents" asks. Here it is asked again what became of each, and what the conclusion
would be with those that count.
"""

from dataclasses import dataclass
from typing import Final

from harness.assessment.review import reviewed_assessment, with_overrides
from harness.encoding.text import counted
from harness.encoding.tree import Tree
from harness.evidence.description import job_in, overrides_in
from harness.model.assessment import Assessment, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.dossier import Dossier
from harness.model.job import JobRecord
from harness.model.judgement import Conclusion
from harness.model.override import Override, Standing
from harness.verify.report import StepFailed

_FOLLOWS: Final = "what follows from the overrides in the survey"


@dataclass(frozen=True)
class People:
    """What people hold, and who may: all that the standing of overrides follows from."""

    records: tuple[Override, ...]
    job: JobRecord | None
    revision: int


def people_of(survey: Tree, dossier: Dossier) -> People:
    """What a survey says of people's overrides.

    Raises:
        CaptureError: a record is not strict JSON.
        ValueError: a record is none, or one is missing.
    """
    return People(overrides_in(survey), job_in(survey), dossier.revision)


def check_overrides(
    folder: str, assessment: Assessment, catalogue: Catalogue, people: People, *, whole: bool
) -> None:
    """The assessment carries the overrides of the survey, and their conclusion beside its own.

    Raises:
        StepFailed: ``E-OVERRIDE``, naming assessment and unit.
    """
    expected = with_overrides(
        catalogue.framework,
        [unit.model_copy(update={"overrides": None}) for unit in assessment.units],
        people.records,
        revision=people.revision,
        job=people.job,
    )
    for given, wanted in zip(assessment.units, expected, strict=True):
        if given.overrides != wanted.overrides:
            shown = f"{folder}: unit {given.unit} is recorded with {_said(given)}"
            raise StepFailed("E-OVERRIDE", shown, f"{_said(wanted)}, {_FOLLOWS}")
    again = reviewed_assessment(catalogue, assessment, whole=whole)
    if again != assessment:
        said, follows = assessment.conclusion_after_review, again.conclusion_after_review
        shown = f"{folder}: the conclusion after review is recorded as {_named(said)}"
        raise StepFailed("E-OVERRIDE", shown, f"{_named(follows)}, {_FOLLOWS}")


def overridden(assessment: Assessment) -> list[str]:
    """What the overrides of an assessment come to, in words; nothing if there are none."""
    if assessment.conclusion_after_review is None:
        return []
    made = [each for unit in assessment.units for each in unit.overrides or ()]
    counting = [each for each in made if each.standing is Standing.COUNTS]
    shown = "shown" if all(each.authorised for each in counting) else "not shown"
    who = f" (the authorisation for them is {shown})" if counting else ""
    said = f"{assessment.framework} is {assessment.conclusion_after_review.value} after review"
    return [f"{said}: of {counted(len(made), 'override')} {len(counting)} count{who}"]


def _said(unit: UnitResult) -> str:
    made = unit.overrides or ()
    listed = ", ".join(
        f"{each.record.number} ({each.record.verdict.value}, {each.standing.value})"
        for each in made
    )
    return f"overrides {listed}" if made else "no override"


def _named(conclusion: Conclusion | None) -> str:
    return conclusion.value if conclusion else "none"
