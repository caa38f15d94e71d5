"""5.5-4-2b: a service that nobody gets into, because its port is closed all the time."""

from typing import Any

import pytest

from harness.facts.late_ports import LatePortsFacts
from harness.facts.ports import PortsFacts
from harness.model.judgement import Verdict

UNIT, BROKER = "5.5-4-2b", "tcp/8883"


def closed(survey: Any, *kinds: Any, **changes: Any) -> Any:
    """The same survey, with the broker's port closed in these looks."""
    for kind in kinds:
        facts = survey.get(kind)
        left = tuple(port for port in facts.ports if port.endpoint.name != BROKER)
        survey = survey.put(facts.model_copy(update={"ports": left, **changes}))
    return survey


def test_a_declared_service_whose_port_is_closed_in_both_looks_fails(
    judge: Any, survey: Any
) -> None:
    reasons: dict[str, Any] = {}
    verdicts = judge(closed(survey, PortsFacts, LatePortsFacts), reasons=reasons)
    assert verdicts[UNIT] is Verdict.FAIL
    assert reasons[UNIT][0].code == "closed-though-enabled"


@pytest.mark.parametrize("kind", [PortsFacts, LatePortsFacts])
def test_a_port_that_is_open_in_one_look_is_not_closed(kind: Any, judge: Any, survey: Any) -> None:
    assert judge(closed(survey, kind))[UNIT] is Verdict.PASS


@pytest.mark.parametrize("kind", [PortsFacts, LatePortsFacts])
def test_a_look_that_is_missing_or_not_whole_decides_nothing(
    kind: Any, judge: Any, survey: Any
) -> None:
    assert judge(survey.without(kind.PROBE))[UNIT] is Verdict.INCONCLUSIVE
    both = closed(survey, PortsFacts, LatePortsFacts)
    cut_off = closed(both, kind, complete=False)
    assert judge(cut_off)[UNIT] is Verdict.INCONCLUSIVE


def test_a_right_login_that_is_refused_may_be_a_mistake_of_the_bench(
    judge: Any, survey: Any, made: Any
) -> None:
    login = made.login(BROKER, *made.user_trials(), method="mqtt", control=made.unknown())
    names = ("tcp/443", "tcp/22")
    others = [made.login(name, *made.user_trials()) for name in names]
    assert judge(survey.put(made.credentials(*others, login)))[UNIT] is Verdict.INCONCLUSIVE
