"""Group 5.12-1, conceptual case: which decisions users take, and what holds if they take none."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    ask_each,
    case,
    unit,
)

USER_DEC: Final = "26-UserDec"

DECISION_IS_NEEDED: Final = Question(
    id="5.12-1-1a",
    prompt="Read the row. Is this decision needed: does the device work only with it, and can "
    "nobody but the user know what is right?" + IF_NO_ROW,
)
DEFAULT_IS_SECURE: Final = Question(
    id="5.12-1-1b",
    prompt="Read the row's Options. Is what holds when the user chooses nothing the safe choice, "
    "by good practice for such devices? A decision without a default is safe if nothing works "
    "until it is taken." + IF_NO_ROW,
)


@case("5.12-1-1")
class TestDecisionsAreFewAndSafe:
    """Users take few decisions, and defaults are safe (EN 303 645 5.12-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=USER_DEC, questions=[DECISION_IS_NEEDED])
    def test_decisions_are_needed(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every decision of the user is needed."""
        return ask_each(
            answers,
            DECISION_IS_NEEDED,
            USER_DEC,
            ixit.user_dec,
            none=ixit.declares_none(USER_DEC),
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=USER_DEC, questions=[DEFAULT_IS_SECURE])
    def test_defaults_are_secure(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """What holds without a decision is safe."""
        return ask_each(
            answers,
            DEFAULT_IS_SECURE,
            USER_DEC,
            ixit.user_dec,
            none=ixit.declares_none(USER_DEC),
            fields=("options",),
        )
