"""Mutation test of rules: one that never contradicts, or always does, is noticed by a dossier flaw.

Each rule is changed in turn over the stored survey. tests/unit/suites has the same for criteria.
"""

import inspect
import tomllib
from pathlib import Path

import pytest

from harness.assessment import rules
from harness.model.judgement import Judgement, Outcome

pytestmark = [pytest.mark.netns, pytest.mark.slow]

FLAWS = tomllib.loads(Path(__file__).with_name("dossier_flaws.toml").read_text("utf-8"))["flaw"]
RULES = sorted(
    name
    for name in rules.__all__
    if inspect.isfunction(found := getattr(rules, name))
    and found.__module__ != "harness.assessment.rules.rows"
    and inspect.signature(found).return_annotation not in {bool, str, rules.CryptoTable}
)
SOUND = ""
NOTHING_IN_SCOPE = {"consent_can_be_withdrawn", "consent_is_obtained"}
"""Rules whose units ask about rows of a kind that the sound dossier has none of."""


def changed(rule, outcome, instead, note=lambda: None):
    """The rule, but whatever it says with one outcome gets another."""

    def say(*args, **kwargs):
        said = rule(*args, **kwargs)
        several = said if isinstance(said, tuple) else (said,)
        if any(each.outcome is outcome for each in several):
            note()
        other = tuple(
            each.model_copy(update={"outcome": instead}) if each.outcome is outcome else each
            for each in several
        )
        return other[0] if isinstance(said, Judgement) else other

    return say


@pytest.fixture(scope="module")
def dossiers(judge, dossier):
    """The sound dossier and each flawed one, with everything claimed that the flaw claims."""
    made = {SOUND: dossier}
    for flaw in FLAWS:
        claims = [{"ics": name, "set": {"support": "Y"}} for name in flaw.get("claim", [])]
        made[flaw["name"]] = judge.edited(dossier, [*claims, *flaw["edit"]])
    return made


@pytest.fixture(scope="module")
def reading(judge):
    """The functions that are given the dossier and no facts: enough of those that ask rules."""
    return [
        name
        for name, (unit, _) in judge.functions.items()
        if judge.wants(name, "ixit", "dossier") and not unit.facts
    ]


@pytest.fixture(scope="module")
def noticing(judge, dossiers, reading, true_and_good):
    """Which rule says what of which dossier, and the verdicts by dossier when none is changed."""
    said, verdicts = {}, {}
    with pytest.MonkeyPatch.context() as patch:
        now = [SOUND]
        for name in RULES:
            for outcome in (Outcome.HELD, Outcome.CONTRADICTED):
                rule = getattr(rules, name)

                def note(key=(name, outcome)):
                    said.setdefault(key, set()).add(now[0])

                patch.setattr(rules, name, changed(rule, outcome, outcome, note))
        for flaw, flawed in dossiers.items():
            now[0] = flaw
            verdicts[flaw] = judge.without_ics(judge.said(flawed, true_and_good, reading))
    return said, verdicts


@pytest.fixture
def notices(judge, dossiers, reading, true_and_good, noticing, monkeypatch):
    def try_on(name, outcome, instead, flaw):
        with monkeypatch.context() as patch:
            patch.setattr(rules, name, changed(getattr(rules, name), outcome, instead))
            found = judge.without_ics(judge.said(dossiers[flaw], true_and_good, reading))
        return found != noticing[1][flaw]

    return try_on


def test_a_rule_that_never_contradicts_is_noticed(noticing, notices):
    said, _ = noticing
    for name in RULES:
        flaws = sorted(said.get((name, Outcome.CONTRADICTED), set()))
        assert any(notices(name, Outcome.CONTRADICTED, Outcome.HELD, flaw) for flaw in flaws), name


def test_a_rule_that_always_contradicts_is_noticed(noticing, notices):
    said, _ = noticing
    holding = {name for name in RULES if SOUND in said.get((name, Outcome.HELD), set())}
    assert len(holding) > len(RULES) // 2
    for name in sorted(holding - NOTHING_IN_SCOPE):
        assert notices(name, Outcome.HELD, Outcome.CONTRADICTED, SOUND), name
