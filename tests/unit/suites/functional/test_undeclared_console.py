"""5.6-4-2b: a console that no debug row declares, and that a person is asked about."""

import importlib
from typing import Any

import pytest

import test_suites.etsi_en_303_645 as suite
from harness.assessment.rollup import unit_verdict
from harness.model.ixit import Ixit
from harness.model.judgement import Verdict
from harness.model.question import Answer
from harness.testing.declare import discover
from harness.testing.view import AnswerView, FactView

(DECLARED,) = (entry for entry in discover(suite, {}) if entry.unit == "5.6-4-2b")


def judged(ixit: Ixit, survey: Any, answer: str) -> Verdict:
    owner_name, _, function = DECLARED.function.partition(".")
    owner = getattr(importlib.import_module(DECLARED.module), owner_name)
    (question,) = DECLARED.questions
    given = Answer(
        number=1,
        question=question.id,
        question_digest=question.digest,
        item="",
        value=answer,
        person="Script",
        at="2026-11-22T08:00:00.000000Z",
        scripted=True,
    )
    answers = AnswerView((given,) if answer else (), DECLARED)
    found = getattr(owner(), function)(FactView(survey.base(), DECLARED), ixit, answers)
    return unit_verdict(DECLARED, found)[0]


@pytest.fixture
def consoleless(dossier: Any) -> Ixit:
    """The dossier without any row of the console in 15-Intf."""
    rows = tuple(row for row in dossier.ixit.intf if "console" not in row.endpoints)
    assert len(rows) < len(dossier.ixit.intf)
    assert isinstance(dossier.ixit, Ixit)
    return dossier.ixit.model_copy(update={"intf": rows})


@pytest.mark.parametrize("what", ["unauthenticated_shell", "boot_loader_prompt"])
@pytest.mark.parametrize("answer", ["yes", ""])
def test_a_way_to_debug_on_an_undeclared_console_fails_whatever_a_person_says(
    what: str, answer: str, consoleless: Ixit, survey: Any, made: Any
) -> None:
    open_one = survey.put(made.console(**{what: made.seen()}))
    assert judged(consoleless, open_one, answer) is Verdict.FAIL


def test_a_console_that_allows_nothing_passes_only_by_a_person(
    consoleless: Ixit, survey: Any
) -> None:
    assert judged(consoleless, survey, "yes") is Verdict.PASS
    assert judged(consoleless, survey, "no") is Verdict.FAIL
    assert judged(consoleless, survey, "") is Verdict.INCONCLUSIVE


def test_a_declared_console_is_for_the_other_unit(dossier: Any, survey: Any, made: Any) -> None:
    open_one = survey.put(made.console(unauthenticated_shell=made.seen()))
    assert judged(dossier.ixit, open_one, "yes") is Verdict.PASS
    assert judged(dossier.ixit, open_one, "") is Verdict.INCONCLUSIVE
