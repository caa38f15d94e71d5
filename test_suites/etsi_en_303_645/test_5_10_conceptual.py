"""Group 5.10-1, conceptual case: is telemetry looked at for security anomalies?"""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Outcome,
    Quantifier,
    Question,
    TelData,
    ask_each,
    case,
    rules,
    unit,
)

TEL_DATA: Final = "24-TelData"

DATA_SUIT_EXAMINATION: Final = Question(
    id="5.10-1-1b",
    prompt="Read the row's Description and Security Examination. Can this examination find "
    "security anomalies (attacks, misuse, tampering, odd failures) in these data, as often as they "
    "come?" + IF_NO_ROW,
)


def _examined(row: TelData) -> bool:
    """Nothing but a plain denial takes a row out of the question."""
    (judged,) = rules.telemetry_is_examined((row,))
    return judged.outcome is not Outcome.CONTRADICTED


@case("5.10-1-1")
class TestTelemetryIsExamined:
    """Telemetry has at least one suitable security examination (EN 303 645 5.10-1)."""

    @unit("a", decided_by=DecidedBy.RULE, per=TEL_DATA, quantifier=Quantifier.ONE)
    def test_an_examination_is_declared(self, ixit: Ixit) -> Judgements:
        """One kind of telemetry, at least, has a declared examination."""
        return rules.telemetry_is_examined(ixit.tel_data)

    @unit(
        "b",
        decided_by=DecidedBy.JUDGEMENT,
        per=TEL_DATA,
        quantifier=Quantifier.ONE,
        questions=[DATA_SUIT_EXAMINATION],
    )
    def test_data_suit_the_examination(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """One kind of telemetry, at least, is suited to its examination."""
        return ask_each(
            answers,
            DATA_SUIT_EXAMINATION,
            TEL_DATA,
            ixit.tel_data,
            scope=_examined,
            none=ixit.declares_none(TEL_DATA),
            fields=("description", "security_examination"),
        )
