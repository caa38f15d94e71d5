"""Rules about software parts and the mechanisms that they name."""

from typing import Any

import pytest

from harness.assessment import rules
from harness.model.ixit import SoftComp, UpdMech
from harness.model.judgement import Judgement, Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
PART = SoftComp(id="SoftComp-1", description="firmware", update_mechanisms=("UpdMech-1",))
ROM = SoftComp(id="SoftComp-1", description="ROM", no_update_reason="It is in read-only memory.")
SILENT = SoftComp(id="SoftComp-1", description="?", no_update_reason=" ")
DENYING = SoftComp(id="SoftComp-1", description="?", no_update_reason="N/A")
BOTH = PART.model_copy(update={"update_mechanisms": ("UpdMech-1", "UpdMech-2")})


def mechanism(number: int = 1, **fields: Any) -> UpdMech:
    return UpdMech(**{"id": f"UpdMech-{number}", "description": "image", **fields})


def settable(default: str, number: int = 1) -> UpdMech:
    return mechanism(number, automatic="configurable", automatic_default=default)


def said(judged: tuple[Judgement, ...]) -> tuple[Outcome, str]:
    (judgement,) = judged
    assert judgement.item == "SoftComp-1"
    assert bool(judgement.rows) is (judgement.outcome is not UNDECIDED)
    return judgement.outcome, judgement.reason.code


@pytest.mark.parametrize(
    ("part", "mechanisms", "expected"),
    [
        (PART, (mechanism(),), (HELD, "reference-resolves")),
        (ROM, (), (HELD, "component-without-updates")),
        (SILENT, (mechanism(),), (UNDECIDED, "field-missing")),
        (DENYING, (mechanism(),), (UNDECIDED, "field-missing")),
        (PART, (mechanism(2),), (CONTRADICTED, "reference-dangling")),
        (BOTH, (mechanism(),), (CONTRADICTED, "reference-dangling")),
        (PART, (mechanism(), mechanism()), (UNDECIDED, "reference-ambiguous")),
    ],
)
def test_a_part_names_what_updates_it(
    part: SoftComp, mechanisms: tuple[UpdMech, ...], expected: tuple[Outcome, str]
) -> None:
    assert said(rules.components_name_their_updates((part,), mechanisms)) == expected


def looking(text: str, number: int = 1) -> UpdMech:
    return mechanism(number, update_checking=text)


@pytest.mark.parametrize(
    ("part", "mechanisms", "expected"),
    [
        (PART, (looking("At each start, and every day."),), (HELD, "field-filled")),
        (PART, (looking("none"),), (CONTRADICTED, "nothing-there")),
        (PART, (looking(" "),), (UNDECIDED, "field-missing")),
        (BOTH, (looking("none"), looking("Every day.", 2)), (HELD, "field-filled")),
        (BOTH, (looking("None"), looking("no", 2)), (CONTRADICTED, "nothing-there")),
        (BOTH, (looking("none"), looking("", 2)), (UNDECIDED, "field-missing")),
        (PART, (looking("none"), looking("Every day.", 2)), (CONTRADICTED, "nothing-there")),
        (ROM, (looking("none"),), (HELD, "component-without-updates")),
        (SILENT, (looking("none"),), (UNDECIDED, "field-missing")),
        (PART, (looking("none", 2),), (CONTRADICTED, "reference-dangling")),
    ],
)
def test_one_mechanism_of_a_part_looks_for_updates(
    part: SoftComp, mechanisms: tuple[UpdMech, ...], expected: tuple[Outcome, str]
) -> None:
    assert said(rules.updates_are_looked_for((part,), mechanisms)) == expected


@pytest.mark.parametrize(
    ("part", "mechanisms", "expected"),
    [
        (PART, (settable("on"),), (HELD, "automation-on")),
        (PART, (settable("off"),), (CONTRADICTED, "automation-off")),
        (PART, (settable(""),), (UNDECIDED, "field-missing")),
        (PART, (mechanism(automatic="fixed"),), (HELD, "automation-on")),
        (PART, (mechanism(automatic="none"),), (HELD, "automation-not-settable")),
        (PART, (mechanism(),), (UNDECIDED, "field-missing")),
        (BOTH, (settable("off"), settable("on", 2)), (HELD, "automation-on")),
        (BOTH, (settable("off"), settable("off", 2)), (CONTRADICTED, "automation-off")),
        (BOTH, (settable("off"), mechanism(2)), (UNDECIDED, "field-missing")),
        (BOTH, (settable("off"), settable("", 2)), (UNDECIDED, "field-missing")),
        (
            BOTH,
            (settable("off"), mechanism(2, automatic="none")),
            (CONTRADICTED, "automation-off"),
        ),
        (
            PART,
            (settable("off"), settable("on", 2)),
            (CONTRADICTED, "automation-off"),
        ),
        (ROM, (settable("off"),), (HELD, "component-without-updates")),
        (SILENT, (settable("on"),), (UNDECIDED, "field-missing")),
        (DENYING, (settable("on"),), (UNDECIDED, "field-missing")),
        (PART, (settable("on", 2),), (CONTRADICTED, "reference-dangling")),
    ],
)
def test_one_mechanism_that_runs_by_itself_is_enough_for_a_part(
    part: SoftComp, mechanisms: tuple[UpdMech, ...], expected: tuple[Outcome, str]
) -> None:
    assert said(rules.automation_is_on_where_it_can_be_set((part,), mechanisms)) == expected


def test_each_part_needs_one() -> None:
    other = PART.model_copy(update={"id": "SoftComp-2", "update_mechanisms": ("UpdMech-2",)})
    judged = rules.automation_is_on_where_it_can_be_set(
        (PART, other), (settable("on"), settable("off", 2))
    )
    assert [entry.outcome for entry in judged] == [HELD, CONTRADICTED]


def test_no_part_decides_nothing() -> None:
    for rule in (
        rules.components_name_their_updates,
        rules.automation_is_on_where_it_can_be_set,
    ):
        (judgement,) = rule((), (mechanism(),))
        assert (judgement.outcome, judgement.reason.code) == (UNDECIDED, "no-rows")
