"""Units of 5.4 to 5.8 over rows that a dossier may or may not have: no silence passes."""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest

import test_suites.etsi_en_303_645 as suite
from harness.assessment.rollup import unit_verdict
from harness.model.ixit import ComMech, Ixit, PersData
from harness.model.judgement import Judgements, Verdict
from harness.model.question import Answer
from harness.testing.declare import discover
from harness.testing.view import AnswerView, FactView

UNITS = {str(declared.unit): declared for declared in discover(suite, {})}
LINKS = {"critical": ("5.5-6-2a", "5.5-7-2a"), "personal": ("5.8-1-2a",)}
BY_OPERATOR = ("5.4-2-2a", "5.7-1-2a", "5.7-2-2a", "5.8-2-2a", "5.8-3-1b", "5.8-3-1c")
HEALTH = PersData(
    id="PersData-9",
    description="heart rate",
    sensitive=True,
    services=("cloud",),
    communication_mechanisms=("ComMech-1",),
)
Judge = Callable[..., tuple[Verdict, Judgements]]


@pytest.fixture
def decide(survey: Any, dossier: Any) -> Judge:
    """Verdict and judgements of one unit; ``says`` is a person's answer about every item."""

    def run(
        unit: str, ixit: Ixit | None = None, says: str = "", facts: Any = survey
    ) -> tuple[Verdict, Judgements]:
        declared = UNITS[unit]
        owner_name, _, name = declared.function.partition(".")
        owner = getattr(importlib.import_module(declared.module), owner_name)
        tables = dossier.ixit if ixit is None else ixit

        def judged(*given: Answer) -> Judgements:
            offered = {
                "facts": FactView(facts.base(), declared),
                "ixit": tables,
                "answers": AnswerView(given, declared),
            }
            wanted = list(inspect.signature(getattr(owner, name)).parameters)[1:]
            result: Judgements = getattr(owner(), name)(**{key: offered[key] for key in wanted})
            return result

        items = [entry.item for entry in judged()]
        found = judged(*(answer(unit, says, item) for item in items if says))
        return unit_verdict(declared, found)[0], found

    return run


def answer(unit: str, value: str, item: str) -> Answer:
    (question,) = UNITS[unit].questions
    return Answer(
        number=1,
        question=question.id,
        question_digest=question.digest,
        item="" if item == "DUT" else item,
        value=value,
        person="Test",
        at="2026-11-22T08:00:00.000000Z",
    )


def with_rows(ixit: Ixit, **tables: Any) -> Ixit:
    return ixit.model_copy(update=tables)


def with_link(ixit: Ixit, **fields: Any) -> Ixit:
    """The same dossier, with ComMech-1 changed."""
    links = [
        row.model_copy(update=fields) if row.id == "ComMech-1" else row for row in ixit.com_mech
    ]
    return with_rows(ixit, com_mech=tuple(links))


def with_weak_tls(survey: Any, made: Any) -> Any:
    server = made.tls_server(weak=("TLSv1.0",))
    return survey.put(made.tls(server))


def named(judged: Judgements, code: str) -> set[str]:
    return {entry.item for entry in judged if entry.reason.code == code}


@pytest.mark.parametrize("unit", [*LINKS["critical"], *LINKS["personal"]])
def test_the_links_of_the_hardened_router_hold(unit: str, decide: Judge) -> None:
    verdict, judged = decide(unit)
    links = {entry.item for entry in judged if entry.item.startswith("ComMech")}
    assert verdict is Verdict.PASS
    assert {"ComMech-1", "ComMech-2"} <= links
    assert "ComMech-4" not in links


def test_a_parameter_over_a_link_that_nobody_declared_fails(decide: Judge, dossier: Any) -> None:
    ixit = dossier.ixit
    changed = ixit.sec_param[0].model_copy(update={"communication_mechanisms": ("ComMech-99",)})
    for unit in (*LINKS["critical"], "5.5-6-1a"):
        says = "yes" if UNITS[unit].questions else ""
        verdict, judged = decide(
            unit, with_rows(ixit, sec_param=(changed, *ixit.sec_param[1:])), says
        )
        assert verdict is Verdict.FAIL
        assert named(judged, "reference-dangling") == {changed.id}


def test_data_over_a_link_that_nobody_declared_fail(decide: Judge, dossier: Any) -> None:
    lost = dossier.ixit.pers_data[0].model_copy(update={"communication_mechanisms": ("None",)})
    ixit = with_rows(dossier.ixit, pers_data=(lost, *dossier.ixit.pers_data[1:]))
    assert decide("5.8-1-2a", ixit)[0] is Verdict.FAIL
    assert decide("5.8-1-1a", ixit, "yes")[0] is Verdict.FAIL


@pytest.mark.parametrize("unit", ["5.5-1-2a", *LINKS["critical"], *LINKS["personal"]])
@pytest.mark.parametrize(
    ("endpoints", "code"),
    [((), "field-missing"), (("ble",), "field-missing"), (("tcp/443", "ble"), None)],
)
def test_a_link_that_no_probe_looks_at_keeps_the_unit_open(
    unit: str, endpoints: tuple[str, ...], code: str | None, decide: Judge, dossier: Any
) -> None:
    """Of Bluetooth the level must be declared, and then a probe must have looked."""
    verdict, judged = decide(unit, with_link(dossier.ixit, endpoints=endpoints))
    assert verdict is Verdict.INCONCLUSIVE
    assert named(judged, code or "field-missing") == {"ComMech-1"}
    ixit = with_link(dossier.ixit, endpoints=endpoints, bluetooth_level=4)
    verdict, judged = decide(unit, ixit)
    assert verdict is Verdict.INCONCLUSIVE
    if endpoints:
        assert named(judged, "fact-missing") == {"ComMech-1"}


def test_without_personal_data_the_bench_has_nothing_to_pass(decide: Judge, dossier: Any) -> None:
    none = with_rows(dossier.ixit, pers_data=(), none=("21-PersData",))
    verdict, judged = decide("5.8-1-2a", none)
    assert (verdict, judged[0].reason.code) == (Verdict.INCONCLUSIVE, "no-rows")


@pytest.mark.parametrize("unit", ["5.8-1-1a", "5.8-2-1a", "5.8-2-2a"])
def test_a_person_confirms_that_there_are_no_such_data(
    unit: str, decide: Judge, dossier: Any
) -> None:
    none = with_rows(dossier.ixit, pers_data=(), none=("21-PersData",))
    unanswered = with_rows(dossier.ixit, pers_data=())
    assert decide(unit, none)[0] is Verdict.INCONCLUSIVE
    assert decide(unit, none, "yes")[0] is Verdict.PASS
    assert decide(unit, none, "no")[0] is Verdict.FAIL
    assert decide(unit, unanswered, "yes")[0] is Verdict.INCONCLUSIVE


def test_sensitive_data_pass_by_the_bench_and_a_person_together(
    decide: Judge, dossier: Any, survey: Any, made: Any
) -> None:
    ixit = with_rows(dossier.ixit, pers_data=(HEALTH,))
    unit = "5.8-2-2a"
    assert decide(unit, ixit)[0] is Verdict.INCONCLUSIVE
    assert decide(unit, ixit, "yes")[0] is Verdict.PASS
    assert decide(unit, ixit, "no")[0] is Verdict.FAIL
    assert decide(unit, ixit, "yes", survey.without("tls"))[0] is Verdict.INCONCLUSIVE
    assert decide(unit, ixit, "yes", with_weak_tls(survey, made))[0] is Verdict.FAIL


def test_data_that_a_service_holds_must_have_crossed_a_link(decide: Judge, dossier: Any) -> None:
    silent = HEALTH.model_copy(update={"communication_mechanisms": ()})
    ixit = with_rows(dossier.ixit, pers_data=(silent,))
    for unit in ("5.8-1-1a", "5.8-2-1a", "5.8-2-2a"):
        verdict, judged = decide(unit, ixit, "yes")
        assert verdict is Verdict.INCONCLUSIVE
        assert named(judged, "field-missing") == {"PersData-9"}
    elsewhere = with_rows(dossier.ixit, pers_data=(silent.model_copy(update={"on_device": False}),))
    assert decide("5.8-2-1a", elsewhere, "yes")[0] is Verdict.PASS


def test_sensitive_data_that_stay_at_home_are_no_matter_of_services(
    decide: Judge, dossier: Any
) -> None:
    ixit = with_rows(dossier.ixit, pers_data=(HEALTH.model_copy(update={"services": ()}),))
    assert [entry.item for entry in decide("5.8-2-1a", ixit)[1]] == ["DUT"]
    assert [entry.item for entry in decide("5.8-1-1a", ixit)[1]] == ["ComMech-1"]


@pytest.mark.parametrize("unit", ["5.5-6-1a", "5.5-7-1a", "5.8-1-1a"])
@pytest.mark.parametrize(
    "fields",
    [
        {"security_guarantees": ("integrity", "authenticity")},
        {"crypto": ("TLSv1.0",)},
    ],
)
def test_no_answer_saves_a_link_that_promises_or_gives_no_confidentiality(
    unit: str, fields: dict[str, Any], decide: Judge, dossier: Any
) -> None:
    verdict, judged = decide(unit, with_link(dossier.ixit, **fields), "yes")
    assert verdict is Verdict.FAIL
    assert {entry.item for entry in judged if entry.outcome.value == "contradicted"} == {
        "ComMech-1"
    }


def test_a_person_weighs_the_console_too_when_secrets_cross_it(decide: Judge) -> None:
    asked = {entry.item for entry in decide("5.5-6-1a")[1]}
    assert asked == {"ComMech-1", "ComMech-2", "ComMech-4", "ComMech-5"}


@pytest.mark.parametrize("unit", BY_OPERATOR)
def test_only_a_person_passes_what_a_person_has_to_see(unit: str, decide: Judge) -> None:
    assert decide(unit)[0] is Verdict.INCONCLUSIVE
    assert decide(unit, says="yes")[0] is Verdict.PASS
    assert decide(unit, says="no")[0] is Verdict.FAIL
    assert decide(unit, says="cannot tell")[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("unit", BY_OPERATOR)
def test_an_empty_dossier_passes_nothing(unit: str, decide: Judge) -> None:
    assert decide(unit, Ixit(), "yes")[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("unit", "table", "field"),
    [
        ("5.5-8-1a", "sec_mgmt", "description"),
        ("5.6-5-1a", "soft_serv", "justification"),
        ("5.6-6-1a", "code_min", "description"),
        ("5.6-8-1a", "acc_ctrl", "description"),
        ("5.7-1-1b", "sec_boot", "detection_mechanisms"),
        ("5.7-2-1a", "sec_boot", "user_notification"),
        ("5.7-2-1b", "sec_boot", "notification_functionality"),
        ("5.7-1-2a", "sec_boot", "detection_mechanisms"),
        ("5.7-2-2a", "sec_boot", "user_notification"),
        ("5.8-3-1b", "user_info", "documentation_of_sensors"),
    ],
)
def test_no_answer_passes_a_field_that_the_supplier_left_empty(
    unit: str, table: str, field: str, decide: Judge, dossier: Any
) -> None:
    assert decide(unit, says="yes")[0] is Verdict.PASS
    rows = getattr(dossier.ixit, table)
    bare = (rows[0].model_copy(update={field: ""}), *rows[1:])
    verdict, judged = decide(unit, with_rows(dossier.ixit, **{table: bare}), "yes")
    assert verdict is Verdict.INCONCLUSIVE
    assert "field-missing" in {entry.reason.code for entry in judged}


@pytest.mark.parametrize(
    ("unit", "table", "field"),
    [
        ("5.6-5-1a", "soft_serv", "justification"),
        ("5.7-1-1b", "sec_boot", "detection_mechanisms"),
        ("5.7-2-1a", "sec_boot", "user_notification"),
    ],
)
def test_no_answer_saves_a_row_that_says_that_there_is_nothing(
    unit: str, table: str, field: str, decide: Judge, dossier: Any
) -> None:
    rows = getattr(dossier.ixit, table)
    bare = (rows[0].model_copy(update={field: "none"}), *rows[1:])
    assert decide(unit, with_rows(dossier.ixit, **{table: bare}), "yes")[0] is Verdict.FAIL


def test_services_that_are_off_need_no_reason(decide: Judge) -> None:
    assert "SoftServ-4" not in {entry.item for entry in decide("5.6-5-1a")[1]}


def test_identities_fixed_in_hardware_are_asked_about_one_by_one(
    decide: Judge, dossier: Any
) -> None:
    first, *others = dossier.ixit.sec_param
    marked = first.model_copy(update={"hard_coded_identity": True})
    ixit = with_rows(dossier.ixit, sec_param=(marked, *others))
    for unit in ("5.4-2-1b", "5.4-2-1c", "5.4-2-2a"):
        assert [entry.item for entry in decide(unit, ixit)[1]] == [first.id]
        assert [entry.item for entry in decide(unit)[1]] == ["DUT"]
    open_one = with_rows(
        dossier.ixit,
        sec_param=(marked.model_copy(update={"protection_scheme": "none"}), *others),
    )
    assert decide("5.4-2-1c", open_one, "yes")[0] is Verdict.FAIL


def test_no_answer_saves_an_update_key_that_all_units_share(decide: Judge, dossier: Any) -> None:
    first, *others = dossier.ixit.sec_param
    shared = first.model_copy(update={"for_updates_or_services": True, "unique_per_unit": "no"})
    ixit = with_rows(dossier.ixit, sec_param=(shared, *others))
    assert decide("5.4-4-1b", says="yes")[0] is Verdict.PASS
    assert decide("5.4-4-1b", ixit, "yes")[0] is Verdict.FAIL


def test_a_declared_sensor_is_looked_at_with_the_rest(decide: Judge, dossier: Any) -> None:
    ixit = with_rows(dossier.ixit, none=("24-TelData",))
    assert decide("5.8-3-1c", ixit, "yes")[0] is Verdict.INCONCLUSIVE


def test_a_link_row_is_only_looked_at_if_something_confidential_crosses_it(
    decide: Judge, dossier: Any
) -> None:
    other = ComMech(id="ComMech-50", description="beacon")
    ixit = with_rows(dossier.ixit, com_mech=(*dossier.ixit.com_mech, other))
    for unit in (*LINKS["critical"], *LINKS["personal"]):
        assert decide(unit, ixit)[0] is Verdict.PASS
    assert decide("5.5-1-2a", ixit)[0] is Verdict.INCONCLUSIVE
