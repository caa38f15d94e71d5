"""What the supplier confirms counts as said, and a plain "none" objects."""

import pytest

from harness.assessment import rules
from harness.assessment.rules.upkeep import Confirmation
from harness.model.ixit import Conf, UpdProc
from harness.model.judgement import Outcome

PRACTICES: list[Confirmation] = [
    "vulnerability_actions",
    "vulnerability_monitoring",
    "update_procedures",
    "secure_management",
    "secure_development",
]


@pytest.mark.parametrize("practice", PRACTICES)
@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        ("yes", Outcome.HELD, "practice-confirmed"),
        ("no", Outcome.CONTRADICTED, "practice-not-confirmed"),
        ("", Outcome.UNDECIDED, "field-missing"),
    ],
)
def test_a_confirmation_counts_as_said(
    practice: Confirmation, said: str, outcome: Outcome, code: str
) -> None:
    others = dict.fromkeys(PRACTICES, "no" if said == "yes" else "yes")
    row = Conf.model_validate({**others, practice: said})
    (judgement,) = rules.practice_is_confirmed((row,), practice)
    assert (judgement.outcome, judgement.reason.code) == (outcome, code)
    assert judgement.rows == (() if said == "" else ("4-Conf/Conf-1",))


def test_no_confirmation_at_all_decides_nothing() -> None:
    (judgement,) = rules.practice_is_confirmed((), "update_procedures")
    assert (judgement.outcome, judgement.reason.code) == (Outcome.UNDECIDED, "no-rows")


def test_only_a_plain_none_objects() -> None:
    rows = (
        UpdProc(id="UpdProc-1", description="None of it is fixed.", time_frame=""),
        UpdProc(id="UpdProc-2", description="Triage.", time_frame=" None "),
    )
    found = rules.denials(rows, "8-UpdProc", "question", "description", "time_frame")
    assert [(entry.item, entry.outcome, entry.reason.params["field"]) for entry in found] == [
        ("UpdProc-2", Outcome.CONTRADICTED, "time_frame")
    ]
    assert found[0].rows == ("8-UpdProc/UpdProc-2",)
