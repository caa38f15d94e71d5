"""Step "demands": did come out what the reader asks for, and not too long ago?"""

from datetime import datetime, timedelta
from typing import Final

from harness.encoding.clock import parse_utc
from harness.encoding.text import counted
from harness.model.attestation import SignedConclusion
from harness.verify.context import Context
from harness.verify.policy import FrameworkDemand
from harness.verify.report import StepFailed, StepSkipped
from harness.verify.reviewed import counting_conclusion, counting_verdict

_SKEW: Final = timedelta(days=1)


def check_demands(context: Context) -> str:
    """Every framework asked for was judged with an accepted result, and the test is young enough.

    Raises:
        StepFailed: a framework, conclusion or verdict that is not accepted (``E-DEMAND``), or a
            test that is too old, or whose age nobody but the laboratory vouches for (``E-AGE``).
    """
    policy = context.policy
    if not policy.frameworks and policy.maximum_age is None:
        raise StepSkipped(
            "the policy asks for no framework and no age (framework, accept.maximum_age_days)"
        )
    judged = {str(each.framework): each for each in context.predicate.conclusions}
    for demand in policy.frameworks:
        if demand.framework not in judged:
            shown = ", ".join(judged) or "nothing"
            raise StepFailed("E-DEMAND", f"judged under {shown}", f"under {demand.framework}")
        _compare(demand, judged[demand.framework])
    told = (
        [f"{counted(len(policy.frameworks), 'framework')} as asked for"]
        if policy.frameworks
        else []
    )
    if policy.maximum_age is not None:
        told.append(_young_enough(context, policy.maximum_age))
    return ", ".join(told)


def _compare(demand: FrameworkDemand, signed: SignedConclusion) -> None:
    accepted = demand.accept_reviewed
    conclusion, named = counting_conclusion(signed, accepted=accepted)
    if demand.conclusions and conclusion not in demand.conclusions:
        wanted = " or ".join(sorted(each.value for each in demand.conclusions))
        raise StepFailed("E-DEMAND", f"{demand.framework}: {named}", wanted)
    asks = demand.conclusions or demand.provisions
    if asks and signed.indicative and not demand.accept_indicative:
        raise StepFailed(
            "E-DEMAND",
            f"{demand.framework}: indicative, as its catalogue is not confirmed",
            "a conclusion on a catalogue that somebody compared with the standard",
        )
    for provision, verdicts in demand.provisions.items():
        found = counting_verdict(signed, provision, accepted=accepted)
        if found not in verdicts:
            raise StepFailed(
                "E-DEMAND",
                f"{demand.framework}: {provision} is {found.value if found else 'not there'}",
                " or ".join(sorted(each.value for each in verdicts)),
            )


def _young_enough(context: Context, maximum: timedelta) -> str:
    """The age by whoever says the greatest: a late time-stamp makes no test younger."""
    proven: list[datetime] = [*context.stamped.values()]
    if context.logged:
        proven += context.logged.seen.values()
    if not proven:
        raise StepFailed(
            "E-AGE",
            f"ended at {context.predicate.time} by the laboratory's own clock",
            "a trusted time-stamp or a witness of the log that says since when it exists",
        )
    now = context.policy.now
    if min(proven) > now + _SKEW:
        raise StepFailed("E-AGE", f"exists since {min(proven):%Y-%m-%d}", f"before {now:%Y-%m-%d}")
    oldest = min(*proven, parse_utc(context.predicate.time))
    if now - oldest > maximum:
        raise StepFailed(
            "E-AGE", f"of {oldest:%Y-%m-%d}, {(now - oldest).days} days ago", f"{maximum.days} days"
        )
    return f"{counted((now - oldest).days, 'day')} old"
