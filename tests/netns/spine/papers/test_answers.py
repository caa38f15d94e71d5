"""What people say turns the units that ask for it, and no others."""

import shutil
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from harness.model.declaration import Quantifier
from harness.model.question import AnswerKind
from harness.plugin.launch import JudgingOrder, judge_all

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SCRIPT = Path(__file__).parents[4] / "bench_configs" / "reference-router" / "answers.toml"
VERSIONS = ("2.1.1", "3.1.3")
WAITING = {
    **dict.fromkeys(("5.3-2-2a", "5.3-2-2b"), "updates"),
    **dict.fromkeys(("5.3-10-1c", "5.9-3-2a"), "traffic"),
    **dict.fromkeys(("5.9-1-2a", "5.9-1-2b", "5.9-2-2a", "5.9-2-2b"), "outages"),
    "5.11-1-2c": "leftovers",
}
"""Unit -> the probe, still to come, of the bench network that it waits for; in both versions."""
TELEMETRY = {"description": "Counts of logins.", "security_examination": "Weekly, by hand."}
ONE_IS_ENOUGH = {"5.3-2-1a": "7-UpdMech", "5.10-1-1b": "24-TelData"}
"""Unit that asks people -> its table: one row that holds is enough."""
SETTLED = {"PASS", "NOT_APPLICABLE", "NOT_CLAIMED"}


def contraries(question):
    return [each for each in question.choices if each not in {*question.holds, *question.unsure}]


@pytest.fixture(scope="module")
def agreeing(judge, prompts):
    """To each prompt the answer that holds, whether it is true of the device or not."""
    given = enumerate(prompts.items(), 1)
    return tuple(judge.answer(asked, item, asked.holds[0], n) for n, ((_, item), asked) in given)


@pytest.fixture(scope="module")
def complete(judge, dossier, answers):
    return judge.under(dossier, judge.said(dossier, answers))


# 1. The complete dossier and a scripted operator.


def test_the_judging_child_says_the_same(judge, hardened, answers, complete, tmp_path):
    """The control of this file."""
    run = tmp_path / "run"
    shutil.copytree(hardened.run, run)
    (run / "survey" / "answers").mkdir(exist_ok=True)
    for each in answers:
        (run / "survey" / "answers" / f"{each.number:05}.json").write_bytes(each.to_bytes())
    orders = [
        JudgingOrder(judge.suite.folder, version, run, tmp_path / version, allure=False)
        for version in VERSIONS
    ]
    for version, assessment in zip(VERSIONS, judge_all(orders), strict=True):
        here = {unit: said for (unit, of), said in complete.items() if of == version}
        assert {each.unit: (each.verdict, each.reason) for each in assessment.units} == here
        assert assessment.conclusion == "INCONCLUSIVE"


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_settled_but_what_waits_for_the_bench_network(version, complete):
    """Both ways: a unit that waits no longer must be taken off the list."""
    mine = {unit: said for (unit, of), said in complete.items() if of == version}
    waiting = {unit: why for unit, (verdict, why) in mine.items() if verdict not in SETTLED}
    assert set(waiting) == set(WAITING)
    for unit, probe in WAITING.items():
        assert mine[unit][0] == "INCONCLUSIVE"
        assert waiting[unit].code == "waits-for-bench"
        assert waiting[unit].params["what"].endswith(probe)


def test_the_script_answers_what_is_asked_and_nothing_else(prompts):
    """An answer that nobody asks for may hide one that nobody gave."""
    written = [row["question"] for row in tomllib.loads(SCRIPT.read_text("utf-8"))["answer"]]
    asked = {name for name, _ in prompts}
    assert sorted(name for name, count in Counter(written).items() if count > 1) == []
    mine = [name for name in written if name[0].isdigit()]
    assert sorted(mine) == sorted(asked)


# 2. Contrary answers.


def test_every_declared_question_is_asked_and_has_a_contrary(judge, prompts):
    declared = {each.id for unit, _ in judge.functions.values() for each in unit.questions}
    assert declared == {name for name, _ in prompts}
    for question in prompts.values():
        assert question.kind is AnswerKind.CHOICE
        assert contraries(question)


def test_with_agreeing_answers_nothing_fails_and_every_unit_of_a_person_passes(
    judge, dossier, agreeing
):
    """The control of the contrary answers: they show nothing where a rule or a fact objects."""
    found = judge.without_ics(judge.said(dossier, agreeing))
    for key, (verdict, why, _) in found.items():
        assert verdict != "FAIL", (key, why)
        if judge.by_persons(key[0]):
            assert verdict == "PASS", (key, why)


def test_a_contrary_answer_fails_the_units_that_ask_and_changes_no_other(
    judge, dossier, agreeing, prompts
):
    """The answer turned for every item of its question, so that no row is left to hold."""
    before = judge.said(dossier, agreeing)
    found, plain = judge.without_ics(before), judge.under(dossier, before)
    for question in {asked.id: asked for asked in prompts.values()}.values():
        for value in contraries(question):
            turned = tuple(
                each.model_copy(update={"value": value}) if each.question == question.id else each
                for each in agreeing
            )
            said = {**before, **judge.said(dossier, turned, judge.reading_answers)}
            after = judge.without_ics(said)
            asking = {key for key in after if question in judge.functions[key[0]][0].questions}
            assert asking
            assert {after[key][0] for key in asking} == {"FAIL"}, question.id
            assert {key for key in after if after[key] != found[key]} <= asking, question.id
            shown = judge.under(dossier, said)
            for version, catalogue in judge.catalogues.items():
                for unit in catalogue.units:
                    if (unit.function, version) in asking:
                        was = plain[unit.id, version][0]
                        wanted = was if was in {"NOT_CLAIMED", "NOT_APPLICABLE"} else "FAIL"
                        assert shown[unit.id, version][0] == wanted, (unit.id, version)


def test_a_contrary_answer_on_one_item_is_enough_where_each_must_hold(judge, dossier, agreeing):
    """Of the units in ONE_IS_ENOUGH this dossier has one row or none: see the next test."""
    for place, given in enumerate(agreeing):
        asking = [
            name
            for name, (unit, _) in judge.functions.items()
            if given.question in {each.id for each in unit.questions}
        ]
        (question,) = {
            each
            for name in asking
            for each in judge.functions[name][0].questions
            if each.id == given.question
        }
        turned = given.model_copy(update={"value": contraries(question)[0]})
        others = (*agreeing[:place], turned, *agreeing[place + 1 :])
        for verdict, _, items in judge.without_ics(judge.said(dossier, others, asking)).values():
            assert verdict == "FAIL", (given.question, given.item)
            assert items[given.item or "DUT"] == "FAIL"


def test_these_units_and_no_others_need_one_item_only(judge):
    found = {
        name
        for name, (unit, _) in judge.functions.items()
        if unit.quantifier is Quantifier.ONE and unit.questions
    }
    assert found == set(ONE_IS_ENOUGH)


@pytest.mark.parametrize("name", ONE_IS_ENOUGH)
def test_where_one_item_is_enough_all_must_be_contrary_to_fail(name, judge, dossier):
    table, items = ONE_IS_ENOUGH[name], ("New-1", "New-2", "New-3")
    row = next(iter(dossier.to_json()["ixit"].get(table, ())), TELEMETRY)
    fill = [{"fill": table}] if row is TELEMETRY else [{"drop": table}]
    several = judge.edited(
        dossier, [*fill, *({"add": table, "set": {**row, "id": item}} for item in items)]
    )
    (question,) = judge.functions[name][0].questions
    for contrary in range(1, len(items) + 1):
        given = tuple(
            judge.answer(question, item, "no" if number <= contrary else "yes", number)
            for number, item in enumerate(items, 1)
        )
        wanted = "FAIL" if contrary == len(items) else "PASS"
        for verdict, _, _ in judge.without_ics(judge.said(several, given, [name])).values():
            assert verdict == wanted, contrary


# 3. Nobody at the bench.


def test_without_an_operator_no_unit_that_needs_a_person_passes(judge, dossier, complete):
    said = judge.said(dossier)
    before = judge.without_ics(said)
    for (name, version), (verdict, _, _) in before.items():
        needs = judge.by_persons(name)
        assert not (needs and verdict == "PASS"), (name, version)
    alone = judge.under(dossier, said)
    for version, catalogue in judge.catalogues.items():
        for unit in catalogue.units:
            if not judge.by_persons(unit.function):
                key = unit.id, version
                assert alone[key] == complete[key], key
