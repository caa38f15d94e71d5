"""Step "purpose": was the bundle made for what the reader wants it for?"""

from harness.model.states import Purpose
from harness.verify.context import Context
from harness.verify.report import StepFailed


def check_purpose(context: Context) -> str:
    """The purpose is accepted, a test has no scripted answers, and the bundle is not partial."""
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
