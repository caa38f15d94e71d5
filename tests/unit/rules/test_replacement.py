"""Cryptography that an update can replace, and what its exchange touches (5.5-3)."""

from typing import Any

import pytest

from harness.assessment import rules
from harness.model.ixit import SoftComp, UpdMech
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
ONE = (UpdMech(id="UpdMech-1", description="upload"),)
REF = ("6-SoftComp/SoftComp-1",)


def component(**fields: Any) -> SoftComp:
    return SoftComp(
        **{
            "id": "SoftComp-1",
            "description": "web server",
            "update_mechanisms": ("UpdMech-1",),
            "cryptographic_usage": "TLS",
            "update_side_effects": "keys are made anew",
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("fields", "outcome", "code"),
    [
        ({}, HELD, "reference-resolves"),
        (
            {"cryptographic_usage": "none", "update_mechanisms": ()},
            HELD,
            "component-without-crypto",
        ),
        (
            {"update_mechanisms": (), "no_update_reason": "in read-only memory"},
            CONTRADICTED,
            "crypto-not-updatable",
        ),
        ({"update_mechanisms": ("UpdMech-9",)}, CONTRADICTED, "reference-dangling"),
        ({"update_mechanisms": ()}, UNDECIDED, "field-missing"),
        ({"cryptographic_usage": " "}, UNDECIDED, "field-missing"),
    ],
)
def test_a_part_with_cryptography_names_what_updates_it(
    fields: dict[str, Any], outcome: Outcome, code: str
) -> None:
    (judged,) = rules.cryptography_has_an_update_mechanism((component(**fields),), ONE)
    assert (judged.outcome, judged.reason.code) == (outcome, code)
    assert judged.rows[:1] == (() if outcome is UNDECIDED else REF)


def test_a_name_of_two_mechanisms_is_no_update_mechanism() -> None:
    (judged,) = rules.cryptography_has_an_update_mechanism((component(),), ONE * 2)
    assert (judged.outcome, judged.reason.code) == (UNDECIDED, "reference-ambiguous")


@pytest.mark.parametrize(
    ("fields", "outcome", "code"),
    [
        ({}, HELD, "side-effects-considered"),
        (
            {"cryptographic_usage": "none", "update_side_effects": ""},
            HELD,
            "component-without-crypto",
        ),
        ({"update_side_effects": "Not considered"}, CONTRADICTED, "side-effects-ignored"),
        ({"update_side_effects": "none"}, UNDECIDED, "side-effects-unclear"),
        ({"update_side_effects": ""}, UNDECIDED, "field-missing"),
        ({"cryptographic_usage": ""}, UNDECIDED, "field-missing"),
    ],
)
def test_a_part_with_cryptography_says_what_its_exchange_touches(
    fields: dict[str, Any], outcome: Outcome, code: str
) -> None:
    (judged,) = rules.side_effects_were_considered((component(**fields),))
    assert (judged.outcome, judged.reason.code) == (outcome, code)
    assert judged.rows == (() if outcome is UNDECIDED else REF)


def test_an_empty_table_decides_nothing() -> None:
    for judgements in (
        rules.cryptography_has_an_update_mechanism((), ONE),
        rules.side_effects_were_considered(()),
    ):
        assert [entry.reason.code for entry in judgements] == ["no-rows"]
        assert judgements[0].outcome is UNDECIDED
