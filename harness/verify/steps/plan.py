"""Step "plan": was it tested and judged by what the certifier published?"""

from harness.encoding.text import counted, neutralise
from harness.model.attestation import SignedConclusion
from harness.verify.context import Context
from harness.verify.policy import FrameworkDemand
from harness.verify.report import StepFailed, StepSkipped


def check_plan(context: Context) -> str:
    """Catalogue, suite and test plan have digests that the policy names.

    Raises:
        StepFailed: another one (``E-PLAN``).
    """
    asked = [each for each in context.policy.frameworks if _digests(each)]
    if not asked:
        raise StepSkipped("the policy names no digests (framework.catalogues, .suites, .plans)")
    compared = 0
    for demand in asked:
        named = {str(each.framework): each for each in context.predicate.conclusions}
        signed = named.get(demand.framework)
        if signed is None:
            raise StepFailed("E-PLAN", f"{demand.framework} was not judged", "its published plan")
        compared += _compare(demand, signed)
    return f"{counted(compared, 'digest')} as published"


def _digests(demand: FrameworkDemand) -> dict[str, frozenset[str]]:
    named = {"catalogue": demand.catalogues, "suite": demand.suites, "plan": demand.plans}
    return {name: digests for name, digests in named.items() if digests}


def _compare(demand: FrameworkDemand, signed: SignedConclusion) -> int:
    shown = {
        "catalogue": signed.catalogue_digest,
        "suite": signed.suite_digest,
        "plan": signed.plan_digest,
    }
    for name, digests in _digests(demand).items():
        if shown[name] not in digests:
            raise StepFailed(
                "E-PLAN",
                f"{demand.framework}: {name} {neutralise(shown[name], 100) or 'none'}",
                f"{name} {' or '.join(sorted(digests))}"[:500],
            )
    return len(_digests(demand))
