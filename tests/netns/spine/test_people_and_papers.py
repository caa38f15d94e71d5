"""What people say and what papers say turns the units that rest on it, and no others.

One survey of the hardened router is judged again and again in this process: with scripted answers,
with one answer turned into its contrary, with nobody, and with the edits of the dossier in
dossier_flaws.toml. Both versions of EN 303 645 are judged.
"""

import importlib
import inspect
import shutil
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.rollup import unit_verdict
from harness.bench.operator import ScriptedOperator
from harness.config.reading import build_model
from harness.encoding.tree import read
from harness.interpret.survey import read_survey
from harness.model.declaration import DecidedBy, Quantifier
from harness.model.dossier import Dossier
from harness.model.question import Answer, AnswerKind
from harness.plugin.launch import JudgingOrder, judge_all
from harness.testing.suites import find_frameworks
from harness.testing.view import AnswerView, FactView

pytestmark = [pytest.mark.netns, pytest.mark.slow]

HERE = Path(__file__).parent
SCRIPT = HERE.parents[2] / "bench_configs" / "reference-router" / "answers.toml"
TABLE = tomllib.loads((HERE / "dossier_flaws.toml").read_text("utf-8"))
VERSIONS = ("2.1.1", "3.1.3")
SLUG = "etsi-en-303-645"
SUITE, _ = find_frameworks([SLUG])[0]
CATALOGUES = {version: SUITE.catalogue(version) for version in VERSIONS}
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
PERSONS = {DecidedBy.OPERATOR, DecidedBy.JUDGEMENT}
SETTLED = {"PASS", "NOT_APPLICABLE", "NOT_CLAIMED"}


def functions():
    """Every declared unit of the suite: its declaration and its function, under its own id."""
    declared, broken = SUITE.units()
    assert not broken
    for declaration in declared:
        owner_name, _, name = declaration.function.rpartition(".")
        owner = getattr(importlib.import_module(declaration.module), owner_name)
        yield declaration.unit, (declaration, getattr(owner(), name))


FUNCTIONS = dict(functions())
WANTED = {name: set(inspect.signature(run).parameters) for name, (_, run) in FUNCTIONS.items()}
READS_ANSWERS = [name for name, wanted in WANTED.items() if "answers" in wanted]
"""No other function is given any answers."""


class Judge:
    """Judges one survey under both versions, by the functions and the roll-up of the product."""

    def __init__(self, base):
        self._base = base

    def said(self, dossier, answers=(), names=FUNCTIONS):
        """(function, version) -> judgements, and what was asked.

        Only what looks at the catalogue can say something else of the other version.
        """
        found = {}
        for name in names:
            for version, catalogue in CATALOGUES.items():
                if version != VERSIONS[0] and "catalogue" not in WANTED[name]:
                    found[name, version] = found[name, VERSIONS[0]]
                else:
                    found[name, version] = self._run(name, catalogue, dossier, answers)
        return found

    def _run(self, name, catalogue, dossier, answers):
        declaration, function = FUNCTIONS[name]
        view = AnswerView(answers, declaration)
        given = {
            "facts": FactView(self._base, declaration),
            "ixit": dossier.ixit,
            "dossier": dossier,
            "catalogue": catalogue,
            "answers": view,
        }
        judgements = function(**{wanted: given[wanted] for wanted in WANTED[name]})
        return judgements, tuple(view.asked)


def without_ics(said):
    """(function, version) -> what its judgements alone make of it: verdict, reason and items."""
    return {key: unit_verdict(FUNCTIONS[key[0]][0], made) for key, (made, _) in said.items()}


def under(dossier, said):
    """(unit, version) -> verdict and reason, the ICS looked at."""
    found, result = without_ics(said), {}
    for version, catalogue in CATALOGUES.items():
        provisions = {provision.id: provision for provision in catalogue.provisions}
        for unit in catalogue.units:
            verdict, why, _ = found[unit.function, version]
            provision = provisions[catalogue.provision_of(unit.id)]
            row = applicability(catalogue, provision, dossier)
            result[unit.id, version] = under_ics(verdict, why, row, provision)
    return result


def failing(verdicts):
    return {key for key, (verdict, _) in verdicts.items() if verdict == "FAIL"}


def answer(question, item, value, number):
    return Answer(
        number=number,
        question=question.id,
        question_digest=question.digest,
        item="" if item == "DUT" else item,
        value=value,
        person="Script",
        at="2026-11-22T08:00:00.000000Z",
        scripted=True,
    )


def contraries(question):
    return [each for each in question.choices if each not in {*question.holds, *question.unsure}]


@pytest.fixture(scope="module")
def survey(hardened, spine):
    return spine.survey_of(hardened.run)


@pytest.fixture(scope="module")
def dossier(survey):
    return Dossier.from_bytes(read(survey, "dossier.json"))


@pytest.fixture(scope="module")
def judge(survey):
    return Judge(read_survey(survey))


@pytest.fixture(scope="module")
def prompts(judge, dossier):
    """(question id, item) -> question: what the units ask about this device."""
    said = judge.said(dossier)
    return {
        (each.question.id, each.item): each.question for _, asked in said.values() for each in asked
    }


@pytest.fixture(scope="module")
def script():
    return ScriptedOperator.load(SCRIPT)


@pytest.fixture(scope="module")
def answers(prompts, script):
    """What the script says to each prompt."""
    given = []
    for (_, item), question in prompts.items():
        said = script.ask(question, "" if item == "DUT" else item, "")
        assert said is not None, (question.id, item)
        given.append(answer(question, item, said[0], len(given) + 1))
    return tuple(given)


@pytest.fixture(scope="module")
def agreeing(prompts):
    """To each prompt the answer that holds, whether it is true of the device or not."""
    given = enumerate(prompts.items(), 1)
    return tuple(answer(asked, item, asked.holds[0], n) for n, ((_, item), asked) in given)


@pytest.fixture(scope="module")
def complete(judge, dossier, answers):
    return under(dossier, judge.said(dossier, answers))


# 1. The complete dossier and a scripted operator.


def test_the_judging_child_says_the_same(hardened, answers, complete, tmp_path):
    """The control of this file."""
    run = tmp_path / "run"
    shutil.copytree(hardened.run, run)
    (run / "survey" / "answers").mkdir(exist_ok=True)
    for each in answers:
        (run / "survey" / "answers" / f"{each.number:05}.json").write_bytes(each.to_bytes())
    orders = [
        JudgingOrder(SUITE.folder, version, run, tmp_path / version, allure=False)
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


def test_every_declared_question_is_asked_and_has_a_contrary(prompts):
    declared = {each.id for unit, _ in FUNCTIONS.values() for each in unit.questions}
    assert declared == {name for name, _ in prompts}
    for question in prompts.values():
        assert question.kind is AnswerKind.CHOICE
        assert contraries(question)


def test_with_agreeing_answers_nothing_fails_and_every_unit_of_a_person_passes(
    judge, dossier, agreeing
):
    """The control of the contrary answers: they show nothing where a rule or a fact objects."""
    found = without_ics(judge.said(dossier, agreeing))
    for key, (verdict, why, _) in found.items():
        assert verdict != "FAIL", (key, why)
        if FUNCTIONS[key[0]][0].decided_by in PERSONS:
            assert verdict == "PASS", (key, why)


def test_a_contrary_answer_fails_the_units_that_ask_and_changes_no_other(
    judge, dossier, agreeing, prompts
):
    """The answer turned for every item of its question, so that no row is left to hold."""
    before = judge.said(dossier, agreeing)
    found, plain = without_ics(before), under(dossier, before)
    for question in {asked.id: asked for asked in prompts.values()}.values():
        for value in contraries(question):
            turned = tuple(
                each.model_copy(update={"value": value}) if each.question == question.id else each
                for each in agreeing
            )
            said = {**before, **judge.said(dossier, turned, READS_ANSWERS)}
            after = without_ics(said)
            asking = {key for key in after if question in FUNCTIONS[key[0]][0].questions}
            assert asking
            assert {after[key][0] for key in asking} == {"FAIL"}, question.id
            assert {key for key in after if after[key] != found[key]} <= asking, question.id
            shown = under(dossier, said)
            for version, catalogue in CATALOGUES.items():
                for unit in catalogue.units:
                    if (unit.function, version) in asking:
                        stays = plain[unit.id, version][0] == "NOT_CLAIMED"
                        wanted = "NOT_CLAIMED" if stays else "FAIL"
                        assert shown[unit.id, version][0] == wanted, (unit.id, version)


def test_a_contrary_answer_on_one_item_is_enough_where_each_must_hold(judge, dossier, agreeing):
    """Of the units in ONE_IS_ENOUGH this dossier has one row or none: see the next test."""
    for place, given in enumerate(agreeing):
        asking = [
            name
            for name, (unit, _) in FUNCTIONS.items()
            if given.question in {each.id for each in unit.questions}
        ]
        (question,) = {
            each
            for name in asking
            for each in FUNCTIONS[name][0].questions
            if each.id == given.question
        }
        turned = given.model_copy(update={"value": contraries(question)[0]})
        others = (*agreeing[:place], turned, *agreeing[place + 1 :])
        for verdict, _, items in without_ics(judge.said(dossier, others, asking)).values():
            assert verdict == "FAIL", (given.question, given.item)
            assert items[given.item or "DUT"] == "FAIL"


def test_these_units_and_no_others_need_one_item_only():
    found = {
        name
        for name, (unit, _) in FUNCTIONS.items()
        if unit.quantifier is Quantifier.ONE and unit.questions
    }
    assert found == set(ONE_IS_ENOUGH)


@pytest.mark.parametrize("name", ONE_IS_ENOUGH)
def test_where_one_item_is_enough_all_must_be_contrary_to_fail(name, judge, dossier):
    table, items = ONE_IS_ENOUGH[name], ("New-1", "New-2", "New-3")
    row = next(iter(dossier.to_json()["ixit"].get(table, ())), TELEMETRY)
    fill = [{"fill": table}] if row is TELEMETRY else [{"drop": table}]
    several = edited(
        dossier, [*fill, *({"add": table, "set": {**row, "id": item}} for item in items)]
    )
    (question,) = FUNCTIONS[name][0].questions
    for contrary in range(1, len(items) + 1):
        given = tuple(
            answer(question, item, "no" if number <= contrary else "yes", number)
            for number, item in enumerate(items, 1)
        )
        wanted = "FAIL" if contrary == len(items) else "PASS"
        for verdict, _, _ in without_ics(judge.said(several, given, [name])).values():
            assert verdict == wanted, contrary


# 3. Nobody at the bench.


def test_without_an_operator_no_unit_that_needs_a_person_passes(judge, dossier, complete):
    said = judge.said(dossier)
    before = without_ics(said)
    for (name, version), (verdict, _, _) in before.items():
        needs = FUNCTIONS[name][0].decided_by in PERSONS
        assert not (needs and verdict == "PASS"), (name, version)
    alone = under(dossier, said)
    for version, catalogue in CATALOGUES.items():
        for unit in catalogue.units:
            if FUNCTIONS[unit.function][0].decided_by not in PERSONS:
                key = unit.id, version
                assert alone[key] == complete[key], key


# 4. Edits of the dossier.


def edited(dossier, edits):
    """The dossier with these edits; built as from a file, so that only what can be written is."""
    table = dossier.to_json()
    for edit in edits:
        changes = edit.get("set", {})
        if "row" in edit:
            name, _, row_id = edit["row"].partition("/")
            (row,) = (row for row in table["ixit"][name] if row["id"] == row_id)
            assert any(row.get(field) != value for field, value in changes.items()), edit
            row.update(changes)
        elif "add" in edit:
            table["ixit"].setdefault(edit["add"], []).append(dict(changes))
        elif "drop" in edit:
            del table["ixit"][edit["drop"]]
        elif "fill" in edit:
            table["ixit"]["none"].remove(edit["fill"])
        else:
            rows = [row for ics in table["ics"].values() for row in ics]
            named = [row for row in rows if row["provision"] == edit["ics"]]
            assert named, edit
            for row in named:
                row.update(changes)
    return build_model("dossier.toml", table, Dossier)


def claiming(dossier, provisions):
    """The dossier with ICS answers Y on these provisions."""
    return edited(dossier, [{"ics": name, "set": {"support": "Y"}} for name in provisions])


def named_units(flaw):
    """(unit, version) that a row of the table says to fail."""
    return {(unit, version) for version in VERSIONS for unit in flaw.get("fails", [])} | {
        (unit, version) for version in VERSIONS for unit in flaw.get(f"fails-{version[0]}", [])
    }


@pytest.mark.parametrize("flaw", TABLE["flaw"], ids=lambda flaw: flaw["name"])
def test_an_edit_of_the_dossier_fails_the_units_of_its_row_and_no_other(
    flaw, judge, dossier, answers
):
    sound = claiming(dossier, flaw.get("claim", []))
    flawed = edited(sound, flaw["edit"])
    before = failing(under(sound, judge.said(sound, answers)))
    after = failing(under(flawed, judge.said(flawed, answers)))
    assert after - before == named_units(flaw)
    assert before <= after


def test_every_unit_that_a_rule_decides_has_an_edit_that_fails_it():
    covered = {key for flaw in TABLE["flaw"] for key in named_units(flaw)}
    by_rule = {
        (unit.id, version)
        for version, catalogue in CATALOGUES.items()
        for unit in catalogue.units
        if FUNCTIONS[unit.function][0].decided_by is DecidedBy.RULE
    }
    assert by_rule - covered == set()


def test_the_table_is_well_formed():
    names = [flaw["name"] for flaw in TABLE["flaw"]]
    assert len(names) == len(set(names))
    known = {(unit.id, version) for version in VERSIONS for unit in CATALOGUES[version].units}
    for flaw in TABLE["flaw"]:
        assert flaw["clause"], flaw["name"]
        assert flaw["reason"], flaw["name"]
        assert named_units(flaw) <= known, flaw["name"]


# 5. An interface that nobody covered.


UNCOVERED = (["udp/50999"], ["ble"], ["tcp/443", "ble"], [])
"""Endpoints that no probe looked at: outside the scanned ports, without a probe, or not named."""
NOT_OF_THIS_ROW = {
    "1-AuthMech": set(),
    "11-ComMech": {
        *("5.5-6-1a", "5.5-6-2a", "5.5-7-1a", "5.5-7-2a"),  # no critical parameter crosses it
        *("5.8-1-1a", "5.8-1-2a", "5.8-2-1a", "5.8-2-2a"),  # nor personal data
        "5.9-3-2a",  # waits for the bench network, whatever is declared
    },
    "13-SoftServ": set(),
    "15-Intf": {
        *("5.6-3-1a", "5.6-3-2b", "5.6-3-2c"),  # neither physical nor a radio
        "5.6-3-2d",  # not intermittent
        *("5.6-4-1a", "5.6-4-2a", "5.6-4A-1b", "5.6-4B-1a", "5.6-4B-2a"),  # no debug interface
    },
}
"""Units of a table that do not speak of the row that is added here."""
OTHER_INTERFACES = {
    "a radio": ({"type": "radio", "exposed": True, "endpoints": ["ble"]}, {"5.6-1-2a", "5.6-3-2c"}),
    "pads": (
        {
            "type": "physical",
            "status": "disabled",
            "debug_interface": True,
            "protection": "Inside.",
        },
        {"5.6-3-2b", "5.6-4-1a", "5.6-4A-1b", "5.6-4B-1a", "5.6-4B-2a"},
    ),
    "an exposed socket": ({"type": "physical", "exposed": True}, {"5.6-3-1a"}),
    "a port on demand": ({"intermittent": True, "endpoints": ["tcp/50999"]}, {"5.6-3-2d"}),
}
"""Rows of 15-Intf -> units that speak of such a row."""


def stays_open(name, said, row_id):
    """Whether a unit is INCONCLUSIVE in both versions and names the row."""
    found = without_ics(said)
    return all(
        (found[name, version][0], found[name, version][2].get(row_id)) == ("INCONCLUSIVE",) * 2
        for version in VERSIONS
    )


@pytest.mark.parametrize("table", NOT_OF_THIS_ROW)
@pytest.mark.parametrize("endpoints", UNCOVERED, ids=str)
def test_an_interface_that_nothing_covered_keeps_every_unit_over_its_table_open(
    endpoints, table, judge, dossier, answers
):
    """The answers are those to the rows that were there before."""
    row = {**dossier.to_json()["ixit"][table][0], "id": "New-1", "endpoints": endpoints}
    said = judge.said(edited(dossier, [{"add": table, "set": row}]), answers)
    over_it = {
        name
        for name, (unit, _) in FUNCTIONS.items()
        if unit.per == table and unit.decided_by is not DecidedBy.RULE
    }
    assert over_it
    open_ones = {name for name in over_it if stays_open(name, said, "New-1")}
    assert over_it - open_ones == NOT_OF_THIS_ROW[table]


@pytest.mark.parametrize("kind", OTHER_INTERFACES)
def test_other_kinds_of_interfaces_keep_the_units_open_that_speak_of_them(
    kind, judge, dossier, answers
):
    fields, units = OTHER_INTERFACES[kind]
    row = {"id": "New-1", "description": kind, "type": "network", "status": "enabled", **fields}
    said = judge.said(edited(dossier, [{"add": "15-Intf", "set": row}]), answers)
    assert {name for name in units if stays_open(name, said, "New-1")} == units


def test_every_unit_over_interfaces_is_kept_open_by_some_row():
    """No unit over 15-Intf, but those that a rule decides, is left out of both tables above."""
    over_it = {
        name
        for name, (unit, _) in FUNCTIONS.items()
        if unit.per == "15-Intf" and unit.decided_by is not DecidedBy.RULE
    }
    elsewhere = {name for _, units in OTHER_INTERFACES.values() for name in units}
    assert NOT_OF_THIS_ROW["15-Intf"] - elsewhere == {"5.6-4-2a"}, "the console's alone"
    assert elsewhere <= over_it


@pytest.mark.parametrize("endpoint", ["udp/50999", "ble"])
def test_an_api_that_nothing_covered_keeps_the_input_unit_open(endpoint, judge, dossier, answers):
    row = {"id": "New-1", "description": "An API.", "endpoints": [endpoint]}
    said = judge.said(edited(dossier, [{"add": "28-ExtAPI", "set": row}]), answers)
    assert stays_open("5.13-1-2a", said, "New-1")
