"""Outages of network and power need a mechanism each, and one keeps local functions going."""

import pytest

from harness.assessment import rules
from harness.model.ixit import ResMech
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
POWER = ResMech(id="ResMech-1", type="power")
KEEPS = ResMech(id="ResMech-2", type="network", keeps_local_function="yes")
RETRIES = ResMech(id="ResMech-3", type="network", keeps_local_function="no")
SILENT = ResMech(id="ResMech-4", type="network")
UNTYPED = ResMech(id="ResMech-5")


@pytest.mark.parametrize(
    ("rows", "outcome", "code"),
    [
        ((POWER, KEEPS), HELD, "outages-covered"),
        ((POWER,), CONTRADICTED, "outage-not-covered"),
        ((KEEPS, RETRIES), CONTRADICTED, "outage-not-covered"),
        ((POWER, UNTYPED), UNDECIDED, "field-missing"),
        ((), UNDECIDED, "no-rows"),
    ],
)
def test_both_outages_are_covered(rows: tuple[ResMech, ...], outcome: Outcome, code: str) -> None:
    judged = rules.outages_are_covered(rows)
    assert (judged.item, judged.outcome, judged.reason.code) == ("DUT", outcome, code)


@pytest.mark.parametrize(
    ("rows", "outcome", "code"),
    [
        ((POWER, RETRIES, KEEPS), HELD, "local-function-kept"),
        ((POWER, RETRIES), CONTRADICTED, "local-function-not-kept"),
        ((RETRIES, SILENT), UNDECIDED, "field-missing"),
        ((POWER,), UNDECIDED, "no-rows"),
        ((), UNDECIDED, "no-rows"),
    ],
)
def test_one_mechanism_that_keeps_local_functions_is_enough(
    rows: tuple[ResMech, ...], outcome: Outcome, code: str
) -> None:
    judged = rules.local_function_is_kept(rows)
    assert (judged.item, judged.outcome, judged.reason.code) == ("DUT", outcome, code)
