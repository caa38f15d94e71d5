"""Links that carry secrets or personal data: what they promise, and whether they are declared."""

import pytest

from harness.assessment import rules
from harness.model.ixit import ComMech, PersData
from harness.model.judgement import Outcome

WEB = ComMech(id="ComMech-1", description="web", security_guarantees=("Confidentiality",))
HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("promised", "outcome", "code"),
    [
        (("Confidentiality", "integrity"), HELD, "link-confidential"),
        (("integrity", "authenticity"), CONTRADICTED, "link-not-confidential"),
        ((), UNDECIDED, "field-missing"),
        (("",), UNDECIDED, "field-missing"),
    ],
)
def test_a_link_promises_confidentiality(
    promised: tuple[str, ...], outcome: Outcome, code: str
) -> None:
    row = WEB.model_copy(update={"security_guarantees": promised})
    (judged,) = rules.links_promise_confidentiality((row,))
    assert (judged.outcome, judged.reason.code) == (outcome, code)
    assert judged.rows == (() if outcome is UNDECIDED else ("11-ComMech/ComMech-1",))


def test_without_a_link_nothing_is_decided() -> None:
    (judged,) = rules.links_promise_confidentiality(())
    assert (judged.outcome, judged.reason.code) == (UNDECIDED, "no-rows")


def test_a_link_that_nobody_declared_contradicts_the_row_that_names_it() -> None:
    rows = (
        PersData(id="PersData-1", communication_mechanisms=("ComMech-1",)),
        PersData(id="PersData-2", communication_mechanisms=("ComMech-1", "ComMech-9")),
        PersData(id="PersData-3"),
    )
    judged = rules.links_are_declared("21-PersData", rows, (WEB,))
    assert [(entry.item, entry.outcome, entry.reason.code, entry.rows) for entry in judged] == [
        ("PersData-1", HELD, "reference-resolves", ("21-PersData/PersData-1",)),
        ("PersData-2", CONTRADICTED, "reference-dangling", ("21-PersData/PersData-2",)),
    ]
