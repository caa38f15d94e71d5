"""Step "purpose": was the bundle made for what the reader wants it for?"""

from typing import Final

from harness.encoding.tree import SubTree
from harness.evidence.job_check import missing_in
from harness.model.states import Purpose
from harness.verify.context import Context
from harness.verify.report import StepFailed

_NAMED: Final = 5
"""Most gaps that one failure names."""


def check_purpose(context: Context) -> str:
    """The purpose is accepted, the bundle is not partial, and a test is what a test must be.

    Raises:
        StepFailed: another purpose (``E-PURPOSE``); of a test: scripted answers (``E-SCRIPTED``) or
            a job record with gaps (``E-JOB``); a partial bundle (``E-PARTIAL``).
    """
    predicate = context.predicate
    accepted = ", ".join(sorted(purpose.value for purpose in context.policy.purposes))
    if predicate.purpose not in context.policy.purposes:
        raise StepFailed(
            "E-PURPOSE",
            f"made as {predicate.purpose.value}",
            f"made as {accepted} (accept others with --purpose)",
        )
    if predicate.scripted_answers and predicate.purpose is Purpose.TEST:
        raise StepFailed(
            "E-SCRIPTED", "answers came from a script", "a test whose answers people gave"
        )
    if predicate.purpose is Purpose.TEST:
        _require_job(context)
    if not predicate.partial:
        return predicate.purpose.value
    if predicate.subset:
        shown = f"partial: a subset, only {', '.join(predicate.subset)}"
    else:
        shown = "partial: the survey or an assessment is not complete"
    if not context.policy.accept_partial:
        raise StepFailed(
            "E-PARTIAL", shown, "a complete bundle (accept a partial one with --partial)"
        )
    return f"{predicate.purpose.value}, {shown}"


def _require_job(context: Context) -> None:
    """Ask of the job record what sealing asks of it: whoever sealed may not have asked."""
    missing = missing_in(SubTree(context.tree, "data"))
    if missing:
        shown = f"the job record lacks {len(missing)}: {'; '.join(map(str, missing[:_NAMED]))}"
        raise StepFailed("E-JOB", shown, "a job record with all that ISO/IEC 17025 asks for")
