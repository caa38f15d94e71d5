"""The scripted answers of the reference router answer exactly the questions that the suites ask."""

from collections import Counter
from pathlib import Path

import pytest

import test_suites.california_sb_327
import test_suites.etsi_en_303_645
from harness.bench.operator import AnswerScript, ScriptedOperator
from harness.config.reading import load_model
from harness.model.question import Question
from harness.testing.declare import discover

FILE = Path(__file__).parents[3] / "bench_configs" / "reference-router" / "answers.toml"


@pytest.fixture(scope="module")
def questions() -> dict[str, Question]:
    return {
        question.id: question
        for suite in (test_suites.etsi_en_303_645, test_suites.california_sb_327)
        for declaration in discover(suite)
        for question in declaration.questions
    }


@pytest.fixture(scope="module")
def script() -> AnswerScript:
    return load_model(FILE, AnswerScript)


def test_every_question_is_answered_once_and_no_other(
    questions: dict[str, Question], script: AnswerScript
) -> None:
    answered = Counter(row.question for row in script.answer)
    assert set(answered) == set(questions)
    assert set(answered.values()) == {1}


def test_every_answer_is_one_of_the_choices_and_gives_a_reason(
    questions: dict[str, Question], script: AnswerScript
) -> None:
    for row in script.answer:
        assert row.value in questions[row.question].choices
        assert row.reason


def test_the_script_answers_for_every_item(questions: dict[str, Question]) -> None:
    operator = ScriptedOperator.load(FILE)
    assert operator.scripted
    for question in questions.values():
        assert operator.ask(question, "AuthMech-1", "") == operator.ask(question, "", "")
        assert operator.ask(question, "", "") is not None


def test_questions_of_one_id_are_the_same_question_everywhere() -> None:
    for suite in (test_suites.etsi_en_303_645, test_suites.california_sb_327):
        seen: dict[str, Question] = {}
        for declaration in discover(suite):
            for question in declaration.questions:
                assert seen.setdefault(question.id, question) == question
