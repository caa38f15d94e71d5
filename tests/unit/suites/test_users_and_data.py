"""5.9 to 5.12 and 6: a person's answers decide, and neither empty fields nor a plain denial pass.

What holds for every conceptual unit is in `test_conceptual`; here are the functional ones, and what
is particular: a table declared empty, the ways out, and rules that object.
"""

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from harness.assessment.rollup import unit_verdict
from harness.config.files import load_dossier
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.ixit import DelFunc, Ixit, PersData, ResMech, TelData, UserInfo
from harness.model.judgement import Judgements, Verdict
from harness.model.question import Answer
from harness.testing.declare import declaration_of
from harness.testing.view import AnswerView

PACKAGE: Final = "test_suites.etsi_en_303_645"
MODULES: Final = (
    "test_5_9_conceptual",
    "test_5_10_conceptual",
    "test_5_11_conceptual",
    "test_5_11_functional",
    "test_5_12_conceptual",
    "test_5_12_functional",
    "test_6_conceptual",
    "test_6_functional",
)
ROUTER: Final = Path(__file__).parents[3] / "bench_configs" / "reference-router"
PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
LAST: Final = "Do this when nothing else is left"


def _units() -> Iterator[tuple[UnitDeclaration, Any]]:
    for name in MODULES:
        module = importlib.import_module(f"{PACKAGE}.{name}")
        for _, owner in inspect.getmembers(module, inspect.isclass):
            for function_name, function in inspect.getmembers(owner, inspect.isfunction):
                if owner.__module__ == module.__name__:
                    declared = declaration_of(owner, function)
                    assert declared is not None, function_name
                    yield declared, getattr(owner(), function_name)


UNITS = {str(declared.unit): (declared, run) for declared, run in _units()}
FUNCTIONAL = sorted(
    key for key, (declared, _) in UNITS.items() if declared.decided_by is DecidedBy.OPERATOR
)


@pytest.fixture(scope="module")
def router() -> Ixit:
    return load_dossier(ROUTER).ixit


def judge(unit: str, ixit: Ixit, values: dict[str, str]) -> Judgements:
    """Judgements of a unit for answers by item; ``""`` is that about the DUT."""
    declared, run = UNITS[unit]
    answers = [
        Answer(
            number=number,
            question=question.id,
            question_digest=question.digest,
            item=item,
            value=value,
            person="Test",
            at="2026-11-22T08:00:00.000000Z",
        )
        for question in declared.questions
        for number, (item, value) in enumerate(values.items(), 1)
    ]
    offered = {"answers": AnswerView(answers, declared), "ixit": ixit}
    wanted = inspect.signature(run).parameters
    result: Judgements = run(**{name: offered[name] for name in wanted})
    return result


def verdict(unit: str, ixit: Ixit, values: dict[str, str]) -> Verdict:
    return unit_verdict(UNITS[unit][0], judge(unit, ixit, values))[0]


def items(unit: str, ixit: Ixit) -> list[str]:
    return ["" if entry.item == "DUT" else str(entry.item) for entry in judge(unit, ixit, {})]


def everything(unit: str, ixit: Ixit, value: str = "yes") -> dict[str, str]:
    return dict.fromkeys(["", *items(unit, ixit)], value)


def test_51_units_are_here() -> None:
    assert len(UNITS) == 51
    assert len(FUNCTIONAL) == 30


@pytest.mark.parametrize("unit", FUNCTIONAL)
def test_an_operators_unit_has_one_question_of_its_name(unit: str) -> None:
    assert [question.id for question in UNITS[unit][0].questions] == [unit]


@pytest.mark.parametrize("unit", FUNCTIONAL)
def test_without_an_answer_nothing_is_decided(unit: str, router: Ixit) -> None:
    assert verdict(unit, router, {}) is OPEN


@pytest.mark.parametrize("unit", FUNCTIONAL)
def test_yes_about_every_row_passes(unit: str, router: Ixit) -> None:
    assert verdict(unit, router, everything(unit, router)) is PASS


@pytest.mark.parametrize("unit", FUNCTIONAL)
def test_no_about_one_row_fails(unit: str, router: Ixit) -> None:
    for item in items(unit, router):
        assert verdict(unit, router, {**everything(unit, router), item: "no"}) is FAIL


@pytest.mark.parametrize("unit", FUNCTIONAL)
def test_a_row_left_out_keeps_it_open(unit: str, router: Ixit) -> None:
    for item in items(unit, router):
        given = {name: "yes" for name in items(unit, router) if name != item}
        assert verdict(unit, router, given) is OPEN


@pytest.mark.parametrize("unit", FUNCTIONAL)
def test_no_answer_passes_an_empty_dossier(unit: str) -> None:
    assert verdict(unit, Ixit(), {"": "yes", "UserInfo-1": "yes"}) is OPEN


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_yes_about_the_whole_never_speaks_for_a_row(unit: str, router: Ixit) -> None:
    if "" not in items(unit, router):
        assert verdict(unit, router, {"": "yes"}) is OPEN


def test_what_ends_a_samples_use_is_asked_last_and_in_no_state() -> None:
    for unit in FUNCTIONAL:
        (question,) = UNITS[unit][0].questions
        assert question.during in {"", "initialised"}
        assert not (question.prompt.startswith(LAST) and question.during)
    ending = {"5.11-1-2b", "5.11-2-2b", "5.11-3-1c", "5.11-4-1a"}
    assert {
        unit for unit in FUNCTIONAL if UNITS[unit][0].questions[0].prompt.startswith(LAST)
    } == ending


STORES_NOTHING = Ixit().model_copy(update={"none": ("21-PersData", "25-DelFunc")})


@pytest.mark.parametrize("unit", ["5.11-1-1a", "5.11-1-1b", "5.11-1-1c"])
def test_a_device_that_stores_nothing_passes_once_a_person_confirms_it(unit: str) -> None:
    assert verdict(unit, STORES_NOTHING, {}) is OPEN
    assert verdict(unit, STORES_NOTHING, {"": "yes"}) is PASS
    assert verdict(unit, STORES_NOTHING, {"": "no"}) is FAIL


@pytest.mark.parametrize("unit", ["5.11-1-1a", "5.11-1-1c"])
def test_no_answer_saves_stored_data_that_nothing_deletes(unit: str) -> None:
    ixit = Ixit().model_copy(
        update={"pers_data": (PersData(id="PersData-1"),), "none": ("25-DelFunc",)}
    )
    assert verdict(unit, ixit, {"": "yes"}) is FAIL


def test_erasure_on_the_device_is_asked_of_functions_that_may_reach_it() -> None:
    rows = tuple(
        DelFunc(id=f"DelFunc-{target or 'open'}", target_type=target, description="erases")
        for target in ("device", "services", "both", "")
    )
    ixit = Ixit().model_copy(update={"del_func": rows})
    asked = ["DelFunc-device", "DelFunc-both", "DelFunc-open"]
    assert items("5.11-1-1b", ixit) == asked
    assert items("5.11-1-2b", ixit) == asked
    assert items("5.11-2-2b", ixit) == ["DelFunc-services", "DelFunc-both", "DelFunc-open"]
    judged = {
        entry.item: entry.outcome.value
        for entry in judge("5.11-1-1b", ixit, dict.fromkeys(asked, "yes"))
    }
    assert judged == {
        "DelFunc-device": "held",
        "DelFunc-both": "held",
        "DelFunc-open": "undecided",
    }


EMPTIED = [
    ("5.9-1-1b", "res_mech", "security_guarantees", ()),
    ("5.9-2-1a", "res_mech", "type", ""),
    ("5.11-1-1b", "del_func", "target_type", ""),
    ("5.11-1-2b", "del_func", "initiation_and_interaction", " "),
    ("5.11-4-1b", "del_func", "confirmation", ""),
    ("5.11-3-1b", "user_info", "documentation_of_deletion", ""),
    ("5.12-1-1b", "user_dec", "options", ""),
    ("5.12-1-2a", "user_dec", "triggered_by", ""),
    ("5.12-1-2d", "user_dec", "options", ""),
    ("5.12-2-1a", "user_info", "documentation_of_secure_setup", ""),
    ("5.12-3-1a", "user_info", "documentation_of_setup_check", ""),
    ("5.12-3-1b", "user_info", "documentation_of_setup_check", ""),
    ("5.12-3-1c", "user_info", "documentation_of_setup_check", ""),
    ("6-1-1a", "user_info", "documentation_of_personal_data", ""),
    ("6-1-2a", "user_info", "documentation_of_personal_data", ""),
    ("6-1-2b", "pers_data", "processing_activities", ""),
]


@pytest.mark.parametrize(("unit", "table", "field", "empty"), EMPTIED)
def test_a_yes_about_an_empty_field_decides_nothing(
    unit: str, table: str, field: str, empty: Any, router: Ixit
) -> None:
    first, *others = getattr(router, table)
    rows = (first.model_copy(update={field: empty}), *others)
    ixit = router.model_copy(update={table: rows})
    assert verdict(unit, ixit, everything(unit, router)) is OPEN
    assert verdict(unit, ixit, everything(unit, router, "no")) is FAIL


DENIED = [
    ("5.11-3-1b", "user_info", "documentation_of_deletion"),
    ("5.11-4-1b", "del_func", "confirmation"),
    ("5.12-2-1a", "user_info", "documentation_of_secure_setup"),
    ("5.12-3-1a", "user_info", "documentation_of_setup_check"),
    ("6-1-1a", "user_info", "documentation_of_personal_data"),
    ("6-1-2a", "user_info", "documentation_of_personal_data"),
]


@pytest.mark.parametrize(("unit", "table", "field"), DENIED)
def test_no_answer_saves_what_the_supplier_denies(
    unit: str, table: str, field: str, router: Ixit
) -> None:
    rows = tuple(row.model_copy(update={field: "none"}) for row in getattr(router, table))
    ixit = router.model_copy(update={table: rows})
    assert verdict(unit, ixit, everything(unit, router)) is FAIL


BY_CONSENT = PersData(
    id="PersData-1",
    consent_based=True,
    obtaining_consent="A box, not ticked.",
    withdrawing_consent="Settings, Privacy.",
)


@pytest.mark.parametrize(
    ("unit", "field", "denial"),
    [
        ("6-2-1a", "obtaining_consent", FAIL),
        ("6-3-1a", "withdrawing_consent", FAIL),
        ("6-2-2a", "obtaining_consent", PASS),
        ("6-3-2a", "withdrawing_consent", PASS),
    ],
)
def test_consent_is_asked_about_where_processing_rests_on_it(
    unit: str, field: str, denial: Verdict
) -> None:
    rows = (BY_CONSENT, PersData(id="PersData-2"))
    ixit = Ixit().model_copy(update={"pers_data": rows})
    assert items(unit, ixit) == ["PersData-1"]
    for text, expected in (("", OPEN), ("none", denial), ("A box.", PASS)):
        changed = (BY_CONSENT.model_copy(update={field: text}), rows[1])
        ixit = ixit.model_copy(update={"pers_data": changed})
        assert verdict(unit, ixit, {"PersData-1": "yes"}) is expected


TELEMETRY = TelData(
    id="TelData-1",
    description="Restarts",
    purpose="Finding crashes",
    security_examination="Rises are looked into.",
    personal_data=("PersData-1",),
)


def with_telemetry(*rows: TelData, documentation: str = "Privacy notice.") -> Ixit:
    told = UserInfo(documentation_of_telemetry_data=documentation)
    return Ixit().model_copy(
        update={"tel_data": rows, "pers_data": (BY_CONSENT,), "user_info": (told,)}
    )


def test_one_kind_of_telemetry_that_suits_its_examination_is_enough() -> None:
    second = TELEMETRY.model_copy(update={"id": "TelData-2"})
    third = TELEMETRY.model_copy(update={"id": "TelData-3", "security_examination": "none"})
    ixit = with_telemetry(TELEMETRY, second, third)
    assert items("5.10-1-1b", ixit) == ["TelData-1", "TelData-2"]
    assert verdict("5.10-1-1a", ixit, {}) is PASS
    assert verdict("5.10-1-1b", ixit, {"TelData-1": "no", "TelData-2": "yes"}) is PASS
    assert verdict("5.10-1-1b", ixit, {"TelData-1": "no", "TelData-2": "no"}) is FAIL
    assert verdict("5.10-1-1b", ixit, {"TelData-1": "no"}) is OPEN


def test_personal_data_of_telemetry_that_no_row_declares_fails() -> None:
    plain = TELEMETRY.model_copy(update={"id": "TelData-2", "personal_data": ()})
    ixit = with_telemetry(TELEMETRY, plain)
    assert items("6-4-1a", ixit) == ["TelData-1"]
    assert verdict("6-4-1a", ixit, {"TelData-1": "yes"}) is PASS
    lost = ixit.model_copy(update={"pers_data": ()})
    assert verdict("6-4-1a", lost, {"TelData-1": "yes"}) is FAIL


@pytest.mark.parametrize("unit", ["6-5-1a", "6-5-2a"])
def test_telemetry_has_to_be_documented_where_there_is_any(unit: str) -> None:
    yes = {"UserInfo-1": "yes"}
    assert verdict(unit, with_telemetry(TELEMETRY), yes) is PASS
    assert verdict(unit, with_telemetry(TELEMETRY, documentation=""), yes) is OPEN
    assert verdict(unit, with_telemetry(TELEMETRY, documentation="none"), yes) is FAIL
    none = with_telemetry(documentation="none").model_copy(update={"none": ("24-TelData",)})
    assert verdict(unit, none, yes) is PASS
    assert verdict(unit, with_telemetry(documentation="none"), yes) is FAIL


@pytest.mark.parametrize("unit", ["6-5-2b", "6-5-2c", "6-5-2d"])
def test_every_kind_of_telemetry_is_asked_about(unit: str) -> None:
    ixit = with_telemetry(TELEMETRY, TELEMETRY.model_copy(update={"id": "TelData-2"}))
    assert items(unit, ixit) == ["TelData-1", "TelData-2"]
    assert verdict(unit, ixit, {"TelData-1": "yes", "TelData-2": "no"}) is FAIL


def test_services_that_hold_data_are_asked_about() -> None:
    rows = (
        PersData(id="PersData-1"),
        PersData(id="PersData-2", services=("Example cloud",)),
        PersData(id="PersData-3", on_device=False),
    )
    ixit = Ixit().model_copy(update={"pers_data": rows})
    assert items("5.11-2-2c", ixit) == ["PersData-2", "PersData-3"]
    yes = {"PersData-2": "yes", "PersData-3": "yes"}
    assert verdict("5.11-2-2c", ixit, yes) is OPEN
    assert verdict("5.11-2-2c", ixit.model_copy(update={"pers_data": rows[:2]}), yes) is PASS


POWER = ResMech(id="ResMech-1", type="power", description="x", security_guarantees=("integrity",))
RETRIES = POWER.model_copy(
    update={"id": "ResMech-2", "type": "network", "keeps_local_function": "no"}
)


@pytest.mark.parametrize("unit", ["5.9-1-1a", "5.9-2-1a"])
def test_no_answer_saves_an_outage_that_nothing_withstands(unit: str) -> None:
    ixit = Ixit().model_copy(update={"res_mech": (RETRIES,)})
    assert verdict(unit, ixit, {"": "yes", "ResMech-2": "yes"}) is FAIL
    both = Ixit().model_copy(update={"res_mech": (RETRIES, POWER)})
    assert verdict(unit, both, {"": "yes", "ResMech-1": "yes", "ResMech-2": "yes"}) is PASS


def test_no_answer_saves_local_functions_that_every_mechanism_denies() -> None:
    ixit = Ixit().model_copy(update={"res_mech": (RETRIES, POWER)})
    assert verdict("5.9-2-1b", ixit, {"": "yes"}) is FAIL
    assert verdict("5.9-2-1c", ixit, {"": "yes"}) is PASS


def test_links_that_stay_off_the_network_are_not_asked_about(router: Ixit) -> None:
    asked = items("5.9-3-1b", router)
    local = [row.id for row in router.com_mech if row.endpoints == ("console",)]
    assert local
    assert not set(local) & set(asked)
    assert len(asked) == len(router.com_mech) - len(local)
