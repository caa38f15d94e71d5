"""Group 5.13-1, conceptual case: what the dossier says of input validation."""

from typing import Final

from harness.testing import (
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    ask_each,
    case,
    rules,
    unit,
)

INP_VAL: Final = "29-InpVal"

VALIDATION_EFFECTIVE: Final = Question(
    id="5.13-1-1b",
    prompt="Read the row's Description. Is this method suited to keep unexpected input (wrong "
    "type, range, length, encoding or order) from doing harm, on every source that the row covers?",
)


@case("5.13-1-1")
class TestInputIsValidated:
    """Validation covers every source of input and is effective (EN 303 645 5.13-1)."""

    @unit("a", decided_by=DecidedBy.RULE)
    def test_every_source_is_covered(self, ixit: Ixit) -> Judgements:
        """Every user interface, API and link is covered by a validation method."""
        return rules.input_sources_are_validated(ixit)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=INP_VAL, questions=[VALIDATION_EFFECTIVE])
    def test_methods_are_effective(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every validation method is effective."""
        return ask_each(answers, VALIDATION_EFFECTIVE, INP_VAL, ixit.inp_val)
