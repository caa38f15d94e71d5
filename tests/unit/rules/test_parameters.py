"""Identities of the hardware, and parameters of updates and services (5.4-2, 5.4-4)."""

from typing import Any

import pytest

from harness.assessment import rules
from harness.model.dossier import IcsRow, Support
from harness.model.ixit import SecParam
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED


def parameter(**fields: Any) -> SecParam:
    return SecParam(
        **{
            "id": "SecParam-1",
            "description": "key of the link to the cloud",
            "type": "critical",
            "generation_mechanism": "drawn on the unit",
            "unique_per_unit": "yes",
            **fields,
        }
    )


YES = IcsRow(provision="5.4-2", support=Support.YES, detail="In a secure element.")
NOT_APPLICABLE = IcsRow(provision="5.4-2", support=Support.NOT_APPLICABLE, detail="None.")


@pytest.mark.parametrize(
    ("fields", "claim", "outcome", "code"),
    [
        ({}, NOT_APPLICABLE, HELD, "not-an-identity"),
        ({}, None, HELD, "not-an-identity"),
        ({"unique_per_unit": "no"}, NOT_APPLICABLE, HELD, "not-an-identity"),
        ({"hard_coded_identity": True}, YES, HELD, "identity-declared"),
        ({"hard_coded_identity": True}, NOT_APPLICABLE, CONTRADICTED, "identity-against-ics"),
        (
            {"hard_coded_identity": True, "unique_per_unit": "no"},
            YES,
            CONTRADICTED,
            "identity-not-unique",
        ),
        ({"hard_coded_identity": True, "unique_per_unit": ""}, YES, UNDECIDED, "field-missing"),
    ],
)
def test_an_identity_is_another_on_every_unit(
    fields: dict[str, Any], claim: IcsRow | None, outcome: Outcome, code: str
) -> None:
    (judged,) = rules.identities_are_declared((parameter(**fields),), claim)
    assert (judged.outcome, judged.reason.code) == (outcome, code)
    assert judged.rows == (() if outcome is UNDECIDED else ("10-SecParam/SecParam-1",))


def test_an_ics_that_speaks_of_an_identity_without_a_row_leaves_the_device_open() -> None:
    row, whole = rules.identities_are_declared((parameter(),), YES)
    assert row.outcome is HELD
    assert (whole.item, whole.outcome) == ("DUT", UNDECIDED)
    assert whole.reason.code == "identity-claimed-without-row"


@pytest.mark.parametrize(
    ("fields", "outcome", "code"),
    [
        ({}, HELD, "parameter-made-per-unit"),
        ({"type": "public", "unique_per_unit": "no"}, HELD, "parameter-is-public"),
        (
            {"for_updates_or_services": False, "unique_per_unit": "no"},
            HELD,
            "not-for-updates-or-services",
        ),
        ({"unique_per_unit": "no"}, CONTRADICTED, "parameter-shared"),
        ({"generation_mechanism": "None"}, CONTRADICTED, "generation-not-stated"),
        ({"unique_per_unit": ""}, UNDECIDED, "field-missing"),
        ({"generation_mechanism": " "}, UNDECIDED, "field-missing"),
        ({"unique_per_unit": "no", "generation_mechanism": ""}, CONTRADICTED, "parameter-shared"),
    ],
)
def test_critical_parameters_of_updates_and_services_are_made_for_each_unit(
    fields: dict[str, Any], outcome: Outcome, code: str
) -> None:
    row = parameter(**{"for_updates_or_services": True, **fields})
    (judged,) = rules.update_and_service_parameters_are_unique((row,))
    assert (judged.outcome, judged.reason.code) == (outcome, code)
    assert judged.rows == (() if outcome is UNDECIDED else ("10-SecParam/SecParam-1",))


def test_an_empty_table_decides_nothing() -> None:
    for (judged,) in (
        rules.identities_are_declared((), YES),
        rules.update_and_service_parameters_are_unique(()),
    ):
        assert (judged.outcome, judged.reason.code) == (UNDECIDED, "no-rows")
