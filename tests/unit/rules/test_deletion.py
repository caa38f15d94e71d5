"""What is stored can be deleted there: on the device, and on every service that holds it."""

from typing import Any

import pytest

from harness.assessment import rules
from harness.model.ixit import DelFunc, Ixit, PersData
from harness.model.judgement import Judgement, Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
RESET = DelFunc(id="DelFunc-1", target_type="device")
ACCOUNT = DelFunc(id="DelFunc-2", target_type="services", services=("Example cloud",))


def pers_data(**fields: Any) -> PersData:
    return PersData(**{"id": "PersData-1", "services": ("Example cloud",), **fields})


def said(judgement: Judgement) -> tuple[str, Outcome, str]:
    return (judgement.item, judgement.outcome, judgement.reason.code)


@pytest.mark.parametrize(
    ("functions", "outcome", "code"),
    [
        ((ACCOUNT,), HELD, "data-deletable"),
        (
            (RESET, ACCOUNT.model_copy(update={"services": ("example  CLOUD", "Shop")})),
            HELD,
            "data-deletable",
        ),
        ((ACCOUNT.model_copy(update={"target_type": "both"}),), HELD, "data-deletable"),
        ((RESET,), CONTRADICTED, "data-not-deletable"),
        ((), CONTRADICTED, "data-not-deletable"),
        (
            (ACCOUNT.model_copy(update={"services": ("Shop",)}),),
            CONTRADICTED,
            "data-not-deletable",
        ),
        (
            (RESET.model_copy(update={"services": ("Example cloud",)}),),
            CONTRADICTED,
            "data-not-deletable",
        ),
        ((ACCOUNT.model_copy(update={"services": ()}),), UNDECIDED, "field-missing"),
        ((ACCOUNT.model_copy(update={"target_type": ""}),), UNDECIDED, "field-missing"),
        ((DelFunc(id="DelFunc-3"),), UNDECIDED, "field-missing"),
    ],
)
def test_a_service_is_covered_by_a_function_that_names_it(
    functions: tuple[DelFunc, ...], outcome: Outcome, code: str
) -> None:
    (judged,) = rules.service_data_can_be_deleted((pers_data(),), functions)
    assert said(judged) == ("PersData-1", outcome, code)


def test_every_service_of_a_row_has_to_be_covered() -> None:
    row = pers_data(services=("Example cloud", "Shop"))
    (judged,) = rules.service_data_can_be_deleted((row,), (ACCOUNT,))
    assert said(judged) == ("PersData-1", CONTRADICTED, "data-not-deletable")
    assert judged.reason.params == {"place": "Shop"}


def test_rows_without_a_service_hold_beside_others_alone() -> None:
    alone = pers_data(services=("none",))
    (judged,) = rules.service_data_can_be_deleted((alone,), (ACCOUNT,))
    assert said(judged) == ("DUT", UNDECIDED, "no-service-declared")
    other = pers_data(id="PersData-2")
    first, second = rules.service_data_can_be_deleted((alone, other), (ACCOUNT,))
    assert said(first) == ("PersData-1", HELD, "data-on-no-service")
    assert said(second) == ("PersData-2", HELD, "data-deletable")


def test_data_that_is_nowhere_decides_nothing() -> None:
    nowhere = pers_data(services=(), on_device=False)
    first, _ = rules.service_data_can_be_deleted((nowhere, pers_data(id="PersData-2")), (ACCOUNT,))
    assert said(first) == ("PersData-1", UNDECIDED, "field-missing")
    (empty,) = rules.service_data_can_be_deleted((), (ACCOUNT,))
    assert said(empty) == ("DUT", UNDECIDED, "no-rows")


@pytest.mark.parametrize(
    ("row", "functions", "none", "outcome", "code"),
    [
        (pers_data(), (RESET,), (), HELD, "data-deletable"),
        (pers_data(on_device=False), (), ("25-DelFunc",), HELD, "data-not-on-device"),
        (pers_data(), (ACCOUNT,), (), CONTRADICTED, "data-not-deletable"),
        (pers_data(), (), ("25-DelFunc",), CONTRADICTED, "data-not-deletable"),
        (pers_data(), (), (), UNDECIDED, "no-rows"),
        (pers_data(), (ACCOUNT, DelFunc(id="DelFunc-3")), (), UNDECIDED, "field-missing"),
    ],
)
def test_what_the_device_stores_can_be_deleted_there(
    row: PersData,
    functions: tuple[DelFunc, ...],
    none: tuple[str, ...],
    outcome: Outcome,
    code: str,
) -> None:
    empty = Ixit()
    ixit = empty.model_copy(update={"pers_data": (row,), "del_func": functions, "none": none})
    (judged,) = rules.stored_data_can_be_deleted(ixit)
    assert said(judged) == ("PersData-1", outcome, code)


def test_a_deletion_says_how_it_is_confirmed() -> None:
    told, silent, denied = rules.deletions_are_confirmed(
        tuple(
            RESET.model_copy(update={"id": f"DelFunc-{number}", "confirmation": text})
            for number, text in enumerate(("The first page appears.", "", "none"))
        )
    )
    assert [told.outcome, silent.outcome, denied.outcome] == [HELD, UNDECIDED, CONTRADICTED]
