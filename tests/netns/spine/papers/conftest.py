"""One survey of the hardened router, judged again and again in this process.

Both versions of EN 303 645 are judged, with other answers or another dossier each time.
"""

import importlib
import inspect
from pathlib import Path

import pytest

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.rollup import unit_verdict
from harness.bench.operator import ScriptedOperator
from harness.config.reading import build_model
from harness.encoding.tree import read
from harness.interpret.survey import read_survey
from harness.model.declaration import DecidedBy
from harness.model.dossier import Dossier
from harness.model.question import Answer
from harness.testing.suites import find_frameworks
from harness.testing.view import AnswerView, FactView

SCRIPT = Path(__file__).parents[4] / "bench_configs" / "reference-router" / "answers.toml"
VERSIONS = ("2.1.1", "3.1.3")


def functions(suite):
    """Every declared unit of the suite: its declaration and its function, under its own id."""
    declared, broken = suite.units()
    assert not broken
    for declaration in declared:
        owner_name, _, name = declaration.function.rpartition(".")
        owner = getattr(importlib.import_module(declaration.module), owner_name)
        yield declaration.unit, (declaration, getattr(owner(), name))


class InProcessJudge:
    """Judges one survey under both versions, by the functions and the roll-up of the product."""

    def __init__(self, base):
        suite, _ = find_frameworks(["etsi-en-303-645"])[0]
        self._base = base
        self.suite = suite
        self.catalogues = {version: suite.catalogue(version) for version in VERSIONS}
        self.functions = dict(functions(suite))
        self._wanted = {
            name: set(inspect.signature(run).parameters)
            for name, (_, run) in self.functions.items()
        }

    def said(self, dossier, answers=(), names=None):
        """(function, version) -> judgements, and what was asked.

        Only what looks at the catalogue can say something else of the other version.
        """
        found = {}
        for name in self.functions if names is None else names:
            for version, catalogue in self.catalogues.items():
                if version != VERSIONS[0] and "catalogue" not in self._wanted[name]:
                    found[name, version] = found[name, VERSIONS[0]]
                else:
                    found[name, version] = self._run(name, catalogue, dossier, answers)
        return found

    def _run(self, name, catalogue, dossier, answers):
        declaration, function = self.functions[name]
        view = AnswerView(answers, declaration)
        given = {
            "facts": FactView(self._base, declaration),
            "ixit": dossier.ixit,
            "dossier": dossier,
            "catalogue": catalogue,
            "answers": view,
        }
        judgements = function(**{wanted: given[wanted] for wanted in self._wanted[name]})
        return judgements, tuple(view.asked)

    @property
    def reading_answers(self):
        """The functions that are given answers; no other one can depend on any."""
        return [name for name, wanted in self._wanted.items() if "answers" in wanted]

    def wants(self, name, *parameters):
        """Whether the unit's function is given one of these."""
        return bool(self._wanted[name] & {*parameters})

    def by_persons(self, name):
        """Whether the unit needs somebody."""
        return self.functions[name][0].decided_by in {DecidedBy.OPERATOR, DecidedBy.JUDGEMENT}

    def by_rule(self, name):
        return self.functions[name][0].decided_by is DecidedBy.RULE

    def without_ics(self, said):
        """(function, version) -> what its judgements alone make: verdict, reason and items."""
        return {
            key: unit_verdict(self.functions[key[0]][0], made) for key, (made, _) in said.items()
        }

    def under(self, dossier, said):
        """(unit, version) -> verdict and reason, the ICS looked at."""
        found, result = self.without_ics(said), {}
        for version, catalogue in self.catalogues.items():
            provisions = {provision.id: provision for provision in catalogue.provisions}
            for unit in catalogue.units:
                verdict, why, _ = found[unit.function, version]
                provision = provisions[catalogue.provision_of(unit.id)]
                row = applicability(catalogue, provision, dossier)
                judgements, _ = said[unit.function, version]
                result[unit.id, version] = under_ics(verdict, why, row, provision, judgements)
        return result

    @staticmethod
    def edited(dossier, edits):
        """The dossier with these edits (keys: see dossier_flaws.toml), read as if from a file.

        ``drop`` takes away every row of a table.
        """
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
            elif "empty" in edit:
                table["ixit"]["none"].append(edit["empty"])
            elif "fill" in edit:
                table["ixit"]["none"].remove(edit["fill"])
            else:
                rows = [row for ics in table["ics"].values() for row in ics]
                named = [row for row in rows if row["provision"] == edit["ics"]]
                assert named, edit
                for row in named:
                    row.update(changes)
        return build_model("dossier.toml", table, Dossier)

    @staticmethod
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


@pytest.fixture(scope="session")
def survey(hardened, spine):
    return spine.survey_of(hardened.run)


@pytest.fixture(scope="session")
def dossier(survey):
    return Dossier.from_bytes(read(survey, "dossier.json"))


@pytest.fixture(scope="session")
def judge(survey):
    return InProcessJudge(read_survey(survey))


@pytest.fixture(scope="session")
def prompts(judge, dossier):
    """(question id, item) -> question: what the units ask about this device."""
    said = judge.said(dossier)
    return {
        (each.question.id, each.item): each.question for _, asked in said.values() for each in asked
    }


@pytest.fixture(scope="session")
def script():
    return ScriptedOperator.load(SCRIPT)


@pytest.fixture(scope="session")
def answers(judge, prompts, script):
    """What the script says to each prompt."""
    given = []
    for (_, item), question in prompts.items():
        said = script.ask(question, "" if item == "DUT" else item, "")
        assert said is not None, (question.id, item)
        given.append(judge.answer(question, item, said[0], len(given) + 1))
    return tuple(given)


@pytest.fixture(scope="session")
def true_and_good(answers, prompts):
    """The scripted answers but those that are a no: what fails already, no edit can turn."""
    by_name = {question.id: question for question in prompts.values()}
    return tuple(each for each in answers if each.value in by_name[each.question].holds)
