"""Groups 5.3-8, -11 and -13 to -16, conceptual cases: how updates are supported and told of."""

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
    rules,
    unit,
)

USER_INFO: Final = "2-UserInfo"
CONF: Final = "4-Conf"
UPD_MECH: Final = "7-UpdMech"
UPD_PROC: Final = "8-UpdProc"
REPL_SUP: Final = "9-ReplSup"

RELEASE_IS_TIMELY: Final = Question(
    id="5.3-8-1a",
    prompt="Read the row's Description and Time Frame. Will security updates reach devices in good "
    "time by this procedure: do its steps, who takes them, how third parties are brought in, and "
    "how long that takes, suit how severe a vulnerability can be?",
)
NOTICE_IS_SEEN: Final = Question(
    id="5.3-11-1a",
    prompt="Read the row's User Notification. Is the user told that a security update is needed in "
    "a way that is recognised as such and hard to overlook?" + IF_NO_ROW,
)
NOTICE_NAMES_THE_RISK: Final = Question(
    id="5.3-11-1b",
    prompt="Read the row's User Notification. Does the notice of a security update tell which risk "
    "the update removes?" + IF_NO_ROW,
)
SUPPORT_PERIOD_IS_PLAIN: Final = Question(
    id="5.3-13-1a",
    prompt="Read in 2-UserInfo where and how the support period is published. Can a user with "
    "little technical knowledge find it there and understand it?",
)
NON_UPDATABLE_IS_PLAIN: Final = Question(
    id="5.3-14-1a",
    prompt="Read in 2-UserInfo where and how it is published why software can't be updated, and "
    "how the hardware is replaced. Can a user with little technical knowledge find both there and "
    "understand them?",
)
ISOLATION_FITS: Final = Question(
    id="5.3-15-1a",
    prompt="Read the row's Isolation. Is this a way that suits to take the product off the "
    "networks it is connected to, or to put it into surroundings of its own?" + IF_NO_ROW,
)
REPLACEMENT_FITS: Final = Question(
    id="5.3-15-1b",
    prompt="Read the row's Hardware Replacement. Is this a way that suits to replace the hardware?"
    + IF_NO_ROW,
)
MODEL_IS_RECOGNISABLE: Final = Question(
    id="5.3-16-1a",
    prompt="Read the Model Designation in 2-UserInfo. Can the model's name be clearly recognised "
    "there: on a label of the device, or over one of its physical interfaces?",
)


@case("5.3-8-1")
class TestUpdatesAreTimely:
    """Security updates are released in good time (EN 303 645 5.3-8)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=UPD_PROC, questions=[RELEASE_IS_TIMELY])
    def test_release_is_timely(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every procedure releases security updates in good time."""
        fields = ("description", "time_frame")
        return ask_each(
            answers,
            RELEASE_IS_TIMELY,
            UPD_PROC,
            ixit.upd_proc,
            seen=rules.denials(ixit.upd_proc, UPD_PROC, RELEASE_IS_TIMELY.id, *fields),
            fields=fields,
        )

    @unit("b", decided_by=DecidedBy.RULE, per=CONF)
    def test_procedures_are_confirmed(self, ixit: Ixit) -> Judgements:
        """The supplier confirms that the procedures are followed."""
        return rules.practice_is_confirmed(ixit.conf, "update_procedures")


@case("5.3-11-1")
class TestUsersAreToldOfUpdates:
    """Users learn that an update is needed and what it mends (EN 303 645 5.3-11)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[NOTICE_IS_SEEN])
    def test_notice_is_seen(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism has notices that are recognised and hard to overlook."""
        return _notices(answers, NOTICE_IS_SEEN, ixit)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[NOTICE_NAMES_THE_RISK])
    def test_notice_names_the_risk(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism has notices that name the risk that the update removes."""
        return _notices(answers, NOTICE_NAMES_THE_RISK, ixit)


@case("5.3-13-1")
class TestSupportPeriodIsPublished:
    """The support period is published for everybody to understand (EN 303 645 5.3-13)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=USER_INFO, questions=[SUPPORT_PERIOD_IS_PLAIN])
    def test_publication_is_plain(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The publication of the support period is found and understood."""
        return _user_info(
            answers,
            SUPPORT_PERIOD_IS_PLAIN,
            ixit,
            "support_period",
            "publication_of_support_period",
        )


@case("5.3-14-1")
class TestMissingUpdatesAreExplained:
    """Why there are no updates, and what replaces them, is published (EN 303 645 5.3-14)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=USER_INFO, questions=[NON_UPDATABLE_IS_PLAIN])
    def test_explanation_is_plain(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The explanation and the plan to replace are found and understood."""
        return _user_info(
            answers,
            NON_UPDATABLE_IS_PLAIN,
            ixit,
            "publication_of_non_updatable",
            "documentation_of_replacement",
        )


@case("5.3-15-1")
class TestProductCanBeIsolatedAndReplaced:
    """A product without updates can be isolated and replaced (EN 303 645 5.3-15)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=REPL_SUP, questions=[ISOLATION_FITS])
    def test_isolation_is_suited(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The way to isolate the product is suited."""
        return _replacement(answers, ISOLATION_FITS, ixit, "isolation")

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=REPL_SUP, questions=[REPLACEMENT_FITS])
    def test_hardware_replacement_is_suited(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The way to replace the hardware is suited."""
        return _replacement(answers, REPLACEMENT_FITS, ixit, "hardware_replacement")


@case("5.3-16-1")
class TestModelIsRecognisable:
    """The model can be told from the device (EN 303 645 5.3-16)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=USER_INFO, questions=[MODEL_IS_RECOGNISABLE])
    def test_designation_is_recognisable(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The model's name is on a label or can be read over a physical interface."""
        return _user_info(answers, MODEL_IS_RECOGNISABLE, ixit, "model_designation")


def _notices(answers: AnswerView, question: Question, ixit: Ixit) -> Judgements:
    return ask_each(
        answers,
        question,
        UPD_MECH,
        ixit.upd_mech,
        none=ixit.declares_none(UPD_MECH),
        fields=("user_notification",),
    )


def _user_info(answers: AnswerView, question: Question, ixit: Ixit, *fields: str) -> Judgements:
    """What users are told; a plain "none" in what they need settles it."""
    seen = rules.denials(ixit.user_info, USER_INFO, question.id, *fields)
    return ask_each(answers, question, USER_INFO, ixit.user_info, seen=seen, fields=fields)


def _replacement(answers: AnswerView, question: Question, ixit: Ixit, field: str) -> Judgements:
    """How the product is isolated or replaced; a plain "none" settles it."""
    return ask_each(
        answers,
        question,
        REPL_SUP,
        ixit.repl_sup,
        seen=rules.denials(ixit.repl_sup, REPL_SUP, question.id, field),
        none=ixit.declares_none(REPL_SUP),
        fields=(field,),
    )
