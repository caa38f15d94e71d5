"""One examination of telemetry is enough, and its personal data is declared."""

from typing import Any

import pytest

from harness.assessment import rules
from harness.assessment.rollup import unit_verdict
from harness.model.declaration import DecidedBy, Quantifier, UnitDeclaration
from harness.model.ids import UnitId
from harness.model.ixit import PersData, TelData
from harness.model.judgement import Outcome, Verdict

CRASHES = "rises in many devices are looked into"


def tel_data(**fields: Any) -> TelData:
    return TelData(**{"id": "TelData-1", "security_examination": CRASHES, **fields})


def verdict(*rows: TelData) -> Verdict:
    unit = UnitDeclaration(
        unit=UnitId("5.10-1-1a"), decided_by=DecidedBy.RULE, quantifier=Quantifier.ONE
    )
    return unit_verdict(unit, rules.telemetry_is_examined(rows))[0]


@pytest.mark.parametrize(
    ("text", "outcome", "code"),
    [
        (CRASHES, Outcome.HELD, "field-filled"),
        ("None", Outcome.CONTRADICTED, "nothing-there"),
        ("  ", Outcome.UNDECIDED, "field-missing"),
    ],
)
def test_a_row_says_whether_it_is_examined(text: str, outcome: Outcome, code: str) -> None:
    (judged,) = rules.telemetry_is_examined((tel_data(security_examination=text),))
    assert (judged.outcome, judged.reason.code) == (outcome, code)


def test_one_examined_row_is_enough() -> None:
    denied = tel_data(id="TelData-2", security_examination="none")
    assert verdict(denied, tel_data()) is Verdict.PASS
    assert verdict(denied) is Verdict.FAIL


def test_a_row_that_says_nothing_keeps_it_open() -> None:
    denied = tel_data(id="TelData-2", security_examination="none")
    assert verdict(denied, tel_data(security_examination="")) is Verdict.INCONCLUSIVE
    assert verdict() is Verdict.INCONCLUSIVE


def test_personal_data_of_telemetry_is_declared() -> None:
    known = (PersData(id="PersData-1"),)
    (plain,) = rules.telemetry_names_personal_data((tel_data(),), known)
    (named,) = rules.telemetry_names_personal_data(
        (tel_data(personal_data=("PersData-1",)),), known
    )
    (lost,) = rules.telemetry_names_personal_data(
        (tel_data(personal_data=("PersData-1", "PersData-2")),), known
    )
    (twice,) = rules.telemetry_names_personal_data(
        (tel_data(personal_data=("PersData-1",)),), known * 2
    )
    assert [plain.outcome, named.outcome] == [Outcome.HELD, Outcome.HELD]
    assert named.rows == ("24-TelData/TelData-1", "21-PersData/PersData-1")
    assert (lost.outcome, lost.reason.code) == (Outcome.CONTRADICTED, "reference-dangling")
    assert (twice.outcome, twice.reason.code) == (Outcome.UNDECIDED, "reference-ambiguous")
