"""Identities of the hardware, and parameters of updates and services (5.4-2, 5.4-4)."""

from typing import Any

import pytest

from harness.assessment import rules
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


@pytest.mark.parametrize(
    ("fields", "outcome", "code"),
    [
        ({}, HELD, "not-an-identity"),
        ({"unique_per_unit": "no"}, HELD, "not-an-identity"),
        ({"hard_coded_identity": True}, HELD, "identity-declared"),
        (
            {"hard_coded_identity": True, "unique_per_unit": "no"},
            CONTRADICTED,
            "identity-not-unique",
        ),
        ({"hard_coded_identity": True, "unique_per_unit": ""}, UNDECIDED, "field-missing"),
    ],
)
def test_an_identity_is_another_on_every_unit(
    fields: dict[str, Any], outcome: Outcome, code: str
) -> None:
    (judged,) = rules.identities_are_declared((parameter(**fields),))
    assert (judged.outcome, judged.reason.code) == (outcome, code)
    assert judged.rows == (() if outcome is UNDECIDED else ("10-SecParam/SecParam-1",))


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
    for rule in (rules.identities_are_declared, rules.update_and_service_parameters_are_unique):
        (judged,) = rule(())
        assert (judged.outcome, judged.reason.code) == (UNDECIDED, "no-rows")
