"""Emptying a fact that a unit declares never leaves a PASS behind."""

from typing import Any

import pytest

from harness.facts.base import Facts
from harness.model.judgement import Verdict
from harness.model.observation import Absent, Present, Unknown

UNKNOWN = Unknown(reason="mutated")


def emptied(facts: Facts) -> Facts:
    """The fact as if nothing had been collected: no examined target, no entry, no observation."""
    changes: dict[str, Any] = {}
    for name in type(facts).model_fields:
        value = getattr(facts, name)
        if isinstance(value, tuple):
            changes[name] = ()
        if isinstance(value, Present | Absent):
            changes[name] = UNKNOWN
    return facts.model_copy(update=changes)


def hollow(facts: Facts) -> Facts:
    """As `emptied`, but the fact still claims to have examined its targets."""
    return emptied(facts).model_copy(update={"examined": facts.examined})


def unobserved(value: Any) -> Any:
    """The same value with every observation in it turned to Unknown."""
    if isinstance(value, Present | Absent):
        return UNKNOWN
    if isinstance(value, tuple):
        return tuple(unobserved(entry) for entry in value)
    if hasattr(value, "model_copy"):
        fields = {name: unobserved(getattr(value, name)) for name in type(value).model_fields}
        return value.model_copy(update=fields)
    return value


def incomplete(facts: Facts) -> Facts:
    """The fact of an attempt that did not end properly."""
    return facts.model_copy(update={"complete": False})


SPOKEN_ONLY = frozenset(
    {"files", "dns", "ntp", "mqtt", "snmp", "snmp-write", "discovery", "upnp", "port-mapping"}
)
"""Probes of one protocol each: a unit needs their facts where the device speaks it, and shows it by
citing them. The black-box suite judges everything so, by what it found."""

NOT_ON_THIS_ROUTER = {"http": {"5.8-1-2a"}}
"""Units that read a fact for some links only, which the reference router does not have: its
personal data cross no plain HTTP, and how TLS and SSH protect them is for other probes to tell."""
OPEN_IS_SEEN = {"ports": {"5.5-4-2b"}, "late-ports": {"5.5-4-2b"}}
"""Units to which an open port is its own evidence: that the host is alive matters where one is
closed."""


def citing(judge: Any, survey: Any, suite: str, probe: str, state: Any) -> set[str]:
    """The units whose judgements rest on a fact of this probe."""
    reasons: dict[str, Any] = {}
    judge(survey, suite, automatic=True, reasons=reasons)
    return {
        unit
        for unit, (_, judged) in reasons.items()
        for entry in judged
        for key in entry.facts
        if key.probe == probe and key.visit.endswith(state.value)
    }


@pytest.mark.parametrize("mutate", [emptied, hollow, unobserved, incomplete])
@pytest.mark.parametrize("suite", ["etsi", "california", "black box"])
def test_no_unit_that_needs_a_mutated_fact_passes(
    mutate: Any, suite: str, judge: Any, survey: Any, declared: Any
) -> None:
    probes = {(key[1], key[2]) for key in survey.facts}
    for probe, state in sorted(probes):
        changed = survey
        for (sample, name, where), fact in survey.facts.items():
            if (name, where) == (probe, state):
                changed = changed.put(mutate(fact), where, samples=sample)
        # Observations that only services carry do not exist: it has evidence, but no control.
        if mutate is unobserved and changed.facts == survey.facts:
            continue
        verdicts = judge(changed, suite, automatic=True)
        passed = {unit for unit, verdict in verdicts.items() if verdict is Verdict.PASS}
        needing = (
            citing(judge, survey, suite, probe, state)
            if probe in SPOKEN_ONLY or suite == "black box"
            else declared(suite, probe, state)
        )
        if mutate is unobserved:
            needing = needing - {"invalid-certificate"}  # a certificate is its own evidence
            needing = needing - OPEN_IS_SEEN.get(probe, set())
        needing = needing - NOT_ON_THIS_ROUTER.get(probe, set())
        assert not passed & needing, (probe, state)
