"""Groups 5.2 and 5.3, functional: attacks on each mechanism, and what an operator looks at."""

import importlib
import inspect
from types import SimpleNamespace
from typing import Any

import pytest

import test_suites.etsi_en_303_645 as suite
from harness.assessment.rollup import unit_verdict
from harness.facts.updates import Attack, UpdateAttack, UpdatesFacts
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.ixit import Ixit, SoftComp
from harness.model.judgement import Judgements, Verdict
from harness.model.question import Answer
from harness.model.states import DeviceState
from harness.testing.declare import discover
from harness.testing.view import AnswerView, FactView

UNITS: dict[str, UnitDeclaration] = {str(unit.unit): unit for unit in discover(suite, {})}
WATCHED = {
    "5.2-1-2b": ("user_info", "publication_of_vulnerability_disclosure_policy"),
    "5.3-13-2c": ("user_info", "publication_of_support_period"),
    "5.3-14-2c": ("user_info", "publication_of_non_updatable"),
    "5.3-14-2d": ("user_info", "documentation_of_replacement"),
    "5.3-14-2e": ("user_info", "publication_of_non_updatable"),
    "5.3-15-2a": ("repl_sup", "isolation"),
    "5.3-15-2d": ("repl_sup", "hardware_replacement"),
    "5.3-16-2a": ("user_info", "model_designation"),
    "5.3-16-2b": ("user_info", "model_designation"),
}
SETTINGS = {"5.3-6-2b": "automatic", "5.3-6-2c": "notices", "5.3-6-2d": "notices"}


def judge(
    unit: str, ixit: Ixit, said: dict[str, str] | None = None, survey: Any = None
) -> tuple[Verdict, Judgements]:
    """The unit's verdict and judgements, after one answer an item."""
    declaration = UNITS[unit]
    module = importlib.import_module(declaration.module)
    owner, _, name = declaration.function.partition(".")
    run = getattr(getattr(module, owner)(), name)
    answers = tuple(
        Answer(
            number=number,
            question=question.id,
            question_digest=question.digest,
            item="" if item == "DUT" else item,
            value=value,
            person="Test",
            at="2026-11-21T08:00:00.000000Z",
        )
        for question in declaration.questions
        for number, (item, value) in enumerate((said or {}).items(), 1)
    )
    offered = {
        "ixit": ixit,
        "dossier": SimpleNamespace(ixit=ixit, dut=SimpleNamespace(model="Reference Router RR-1")),
        "answers": AnswerView(answers, declaration),
        "facts": FactView(survey.base(), declaration) if survey else None,
    }
    wanted = inspect.signature(run).parameters
    judged: Judgements = run(**{key: offered[key] for key in wanted})
    return unit_verdict(declaration, judged)[0], judged


@pytest.fixture
def ixit(dossier: Any) -> Ixit:
    found: Ixit = dossier.ixit
    return found


def changed(ixit: Ixit, attribute: str, **fields: Any) -> Ixit:
    """The same tables, the first row of one of them changed."""
    first, *others = getattr(ixit, attribute)
    return ixit.model_copy(update={attribute: (first.model_copy(update=fields), *others)})


@pytest.mark.parametrize("unit", [*WATCHED, *SETTINGS])
def test_an_operator_decides_them_with_one_question_each(unit: str) -> None:
    assert UNITS[unit].decided_by is DecidedBy.OPERATOR
    assert [question.id for question in UNITS[unit].questions] == [unit]


@pytest.mark.parametrize("unit", WATCHED)
def test_what_the_operator_saw_decides(unit: str, ixit: Ixit) -> None:
    verdict, (open_one,) = judge(unit, ixit)
    assert verdict is Verdict.INCONCLUSIVE
    assert open_one.item != "DUT"
    assert judge(unit, ixit, {open_one.item: "yes"})[0] is Verdict.PASS
    assert judge(unit, ixit, {open_one.item: "no"})[0] is Verdict.FAIL
    assert judge(unit, ixit, {open_one.item: "cannot tell"})[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("unit", "where"), WATCHED.items())
def test_no_yes_passes_where_the_dossier_does_not_say_where_to_look(
    unit: str, where: tuple[str, str], ixit: Ixit
) -> None:
    attribute, field = where
    row = getattr(ixit, attribute)[0].id
    silent = changed(ixit, attribute, **{field: " "})
    assert judge(unit, silent, {row: "yes"})[0] is Verdict.INCONCLUSIVE
    assert judge(unit, silent, {row: "no"})[0] is Verdict.FAIL


@pytest.mark.parametrize(("unit", "setting"), SETTINGS.items())
def test_settings_are_tried_where_the_mechanism_has_them(
    unit: str, setting: str, ixit: Ixit
) -> None:
    (absent,) = judge(unit, ixit)[1]
    assert absent.item == "DUT"
    assert judge(unit, ixit, {"DUT": "yes"})[0] is Verdict.PASS
    for said in ("configurable", "fixed"):
        has_it = changed(ixit, "upd_mech", **{setting: said})
        assert [entry.item for entry in judge(unit, has_it)[1]] == ["UpdMech-1"]
        assert judge(unit, has_it, {"UpdMech-1": "yes"})[0] is Verdict.PASS
        assert judge(unit, has_it, {"UpdMech-1": "no"})[0] is Verdict.FAIL
    unsaid = changed(ixit, "upd_mech", **{setting: ""})
    assert judge(unit, unsaid, {"UpdMech-1": "yes"})[0] is Verdict.INCONCLUSIVE


def test_observations_are_asked_for_during_the_visit_and_what_opens_the_device_after() -> None:
    at_the_device = {*SETTINGS, "5.3-15-2a", "5.3-16-2a", "5.3-16-2b"}
    for unit in (*WATCHED, *SETTINGS):
        (question,) = UNITS[unit].questions
        assert bool(question.during) is (unit in at_the_device)


# 5.3-1-2a: attacks on each mechanism that a software part names.

MISUSE = "5.3-1-2a"


def attacked(made: Any, installed: dict[str, Any], **changes: Any) -> UpdatesFacts:
    """Every attack on each mechanism, its outcome as given, absent behind a control by default."""
    entries = tuple(
        UpdateAttack(
            mechanism=mechanism,
            attack=attack,
            way="tcp/443",
            installed=installed.get(f"{mechanism}@{attack.value}", made.absent()),
        )
        for mechanism in ("UpdMech-1", "UpdMech-2")
        for attack in Attack
    )
    fields: dict[str, Any] = {
        "under_test": "2.4.1",
        "attacks": entries,
        "examined": tuple(f"{entry.mechanism}@{entry.attack.value}" for entry in entries),
        "complete": True,
        **changes,
    }
    return UpdatesFacts(**fields)


def verdict_of(survey: Any, ixit: Ixit, facts: UpdatesFacts) -> Verdict:
    return judge(MISUSE, ixit, survey=survey.put(facts, DeviceState.UPDATED))[0]


@pytest.fixture
def both(ixit: Ixit) -> Ixit:
    """Two mechanisms, each named by a software part."""
    second = ixit.upd_mech[0].model_copy(update={"id": "UpdMech-2"})
    part = SoftComp(id="SoftComp-9", description="module", update_mechanisms=("UpdMech-2",))
    return ixit.model_copy(
        update={"upd_mech": (*ixit.upd_mech, second), "soft_comp": (*ixit.soft_comp, part)}
    )


def test_each_mechanism_withstands_every_attack(made: Any, survey: Any, both: Ixit) -> None:
    assert verdict_of(survey, both, attacked(made, {})) is Verdict.PASS


@pytest.mark.parametrize("mechanism", ["UpdMech-1", "UpdMech-2"])
@pytest.mark.parametrize("attack", Attack)
def test_one_attack_that_gets_through_fails(
    made: Any, survey: Any, both: Ixit, mechanism: str, attack: Attack
) -> None:
    facts = attacked(made, {f"{mechanism}@{attack.value}": made.seen()})
    assert verdict_of(survey, both, facts) is Verdict.FAIL


def test_a_mechanism_that_no_part_names_is_not_asked_here(
    made: Any, survey: Any, both: Ixit, ixit: Ixit
) -> None:
    facts = attacked(made, {"UpdMech-2@altered": made.seen()})
    unused = both.model_copy(update={"soft_comp": ixit.soft_comp})
    assert verdict_of(survey, unused, facts) is Verdict.PASS


def test_without_the_experiment_or_its_control_nothing_is_decided(
    made: Any, survey: Any, both: Ixit
) -> None:
    verdict, judged = judge(MISUSE, both, survey=survey)
    assert verdict is Verdict.INCONCLUSIVE
    assert {entry.item for entry in judged} == {"UpdMech-1", "UpdMech-2"}
    open_end = attacked(made, {"UpdMech-2@downgrade": made.unknown()})
    assert verdict_of(survey, both, open_end) is Verdict.INCONCLUSIVE
    assert verdict_of(survey, both, attacked(made, {}, complete=False)) is Verdict.INCONCLUSIVE
    missing = attacked(made, {})
    shorter = missing.model_copy(update={"attacks": missing.attacks[:-1]})
    assert verdict_of(survey, both, shorter) is Verdict.INCONCLUSIVE


def test_without_software_parts_nothing_is_decided(made: Any, survey: Any, both: Ixit) -> None:
    nothing = both.model_copy(update={"soft_comp": ()})
    assert verdict_of(survey, nothing, attacked(made, {})) is Verdict.INCONCLUSIVE
