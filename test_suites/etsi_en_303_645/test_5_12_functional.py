"""Groups 5.12-1 to 5.12-3, functional cases: setting up and looking after the device, as a user.

Who brings a sample into the initialised state sets it up: what is seen on the way is asked about
there, and in the visit nothing has to be undone for it.
"""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    INITIALISED,
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

USER_INFO: Final = "2-UserInfo"
USER_DEC: Final = "26-UserDec"
SETUP: Final = "documentation_of_secure_setup"
CHECK: Final = "documentation_of_setup_check"

TRIGGERED_AS_DECLARED: Final = Question(
    id="5.12-1-2a",
    prompt="Set the unit up, and use what maintains it. Does this decision come up when the row's "
    "Triggered By says, and only then?" + IF_NO_ROW,
    during=INITIALISED.value,
)
ASKED_PROMINENTLY: Final = Question(
    id="5.12-1-2b",
    prompt="When this decision came up: did the device or its app ask for it in plain sight, so "
    "that a user can't pass it by unawares?" + IF_NO_ROW,
    during=INITIALISED.value,
)
ASKED_UNDERSTANDABLY: Final = Question(
    id="5.12-1-2c",
    prompt="Read what the user reads at this decision. Can somebody with little technical "
    "knowledge understand what is asked, and what follows from each choice?" + IF_NO_ROW,
    during=INITIALISED.value,
)
OPTIONS_AS_DECLARED: Final = Question(
    id="5.12-1-2d",
    prompt="Compare the choices, and the one that is set beforehand, with the row's Options. Are "
    "they the same, and did set-up and maintenance ask for no decision that no row declares?"
    + IF_NO_ROW,
    during=INITIALISED.value,
)
GUIDE_LEADS_TO_SETUP: Final = Question(
    id="5.12-2-1a",
    prompt="Set the unit up by Documentation of Secure Setup alone, from the box to first use. "
    "Did it lead you there, with no step missing or wrong?",
    during=INITIALISED.value,
)
GUIDE_COVERS_DECISION: Final = Question(
    id="5.12-2-1b",
    prompt="Does this decision matter for security? If it does: does the guide to the secure "
    "set-up cover it? Answer yes if it is covered or does not matter." + IF_NO_ROW,
)
GUIDE_RECOMMENDS: Final = Question(
    id="5.12-2-1c",
    prompt="If this decision matters for security: does the guide say plainly which choice makes "
    "the set-up secure? Answer yes if it does, or if the decision does not matter." + IF_NO_ROW,
)
CHECK_CAN_BE_MADE: Final = Question(
    id="5.12-3-1a",
    prompt="Give the unit an example configuration in which you know what is secure and what is "
    "not, and carry out the check by Documentation of Setup Check alone. Could it be carried out "
    "to its end?",
    during=INITIALISED.value,
)
CHECK_IS_COMPLETE: Final = Question(
    id="5.12-3-1b",
    prompt="Read Documentation of Setup Check. Does it hold every step, and every setting to look "
    "at, that it takes to find out whether the device is set up securely?",
)
CHECK_MAKES_SENSE: Final = Question(
    id="5.12-3-1c",
    prompt="Look at what the check said of your example configuration. Is the result right: does "
    "it find what is insecure, and nothing else?",
    during=INITIALISED.value,
)


@case("5.12-1-2")
class TestDecisions:
    """Users are asked plainly, and as declared (EN 303 645 5.12-1)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=USER_DEC, questions=[TRIGGERED_AS_DECLARED])
    def test_decisions_come_up_as_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every decision comes up when the row says."""
        return _of_decisions(answers, TRIGGERED_AS_DECLARED, ixit, "triggered_by")

    @unit("b", decided_by=DecidedBy.OPERATOR, per=USER_DEC, questions=[ASKED_PROMINENTLY])
    def test_decisions_are_prominent(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every decision is asked for in plain sight."""
        return _of_decisions(answers, ASKED_PROMINENTLY, ixit)

    @unit("c", decided_by=DecidedBy.OPERATOR, per=USER_DEC, questions=[ASKED_UNDERSTANDABLY])
    def test_decisions_are_understandable(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every decision can be understood without technical knowledge."""
        return _of_decisions(answers, ASKED_UNDERSTANDABLY, ixit)

    @unit("d", decided_by=DecidedBy.OPERATOR, per=USER_DEC, questions=[OPTIONS_AS_DECLARED])
    def test_options_are_as_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The choices of every decision are those of its row, and there is no other decision."""
        return _of_decisions(answers, OPTIONS_AS_DECLARED, ixit, "options")


@case("5.12-2-1")
class TestSetupGuide:
    """Users are led to a secure set-up (EN 303 645 5.12-2)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[GUIDE_LEADS_TO_SETUP])
    def test_guide_leads_to_a_setup(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The device can be set up by the guide alone."""
        return _of_document(answers, GUIDE_LEADS_TO_SETUP, ixit, SETUP)

    @unit("b", decided_by=DecidedBy.OPERATOR, per=USER_DEC, questions=[GUIDE_COVERS_DECISION])
    def test_guide_covers_decisions(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The guide covers every decision that matters for security."""
        return _of_decisions(answers, GUIDE_COVERS_DECISION, ixit)

    @unit("c", decided_by=DecidedBy.OPERATOR, per=USER_DEC, questions=[GUIDE_RECOMMENDS])
    def test_guide_recommends_choices(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The guide recommends the secure choice of each."""
        return _of_decisions(answers, GUIDE_RECOMMENDS, ixit)


@case("5.12-3-1")
class TestSetupCheck:
    """Users can check that the device is set up securely (EN 303 645 5.12-3)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[CHECK_CAN_BE_MADE])
    def test_check_can_be_made(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The check can be carried out as described."""
        return _of_document(answers, CHECK_CAN_BE_MADE, ixit, CHECK)

    @unit("b", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[CHECK_IS_COMPLETE])
    def test_check_is_complete(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The check looks at everything that matters."""
        return _of_document(answers, CHECK_IS_COMPLETE, ixit, CHECK)

    @unit("c", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[CHECK_MAKES_SENSE])
    def test_check_makes_sense(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Its result is right for an example."""
        return _of_document(answers, CHECK_MAKES_SENSE, ixit, CHECK)


def _of_decisions(answers: AnswerView, question: Question, ixit: Ixit, *fields: str) -> Judgements:
    """The question of every decision; without ``fields`` the person needs none of the row."""
    none = ixit.declares_none(USER_DEC)
    return ask_each(answers, question, USER_DEC, ixit.user_dec, none=none, fields=fields)


def _of_document(answers: AnswerView, question: Question, ixit: Ixit, field: str) -> Judgements:
    """The question of a document that ``field`` of 2-UserInfo names."""
    seen = rules.users_are_told(ixit.user_info, field)
    return ask_each(answers, question, USER_INFO, ixit.user_info, seen=seen, fields=(field,))
