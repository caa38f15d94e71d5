"""Groups 5.11-1 to 5.11-4, functional cases: deleting data, as a user does it.

Deletion ends what a sample can be used for, and no campaign enters the state ``reset``: no probe
needs it. So the questions about deletion itself have no state. They come after the survey, when
every visit is over, and ask for what shows that it was done: the values that were created, and
photos or notes. What has to be created first is asked about in the initialised state.
"""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    INITIALISED,
    AnswerView,
    DecidedBy,
    DelFunc,
    Ixit,
    Judgements,
    Outcome,
    PersData,
    Question,
    ask_each,
    ask_once,
    case,
    rules,
    unit,
)

PERS_DATA: Final = "21-PersData"
DEL_FUNC: Final = "25-DelFunc"
DOCUMENTATION: Final = "documentation_of_deletion"
DO_THIS_LAST: Final = (
    "Do this when nothing else is left to do with this sample: it may not be used as initialised "
    "afterwards. One deletion can serve all questions of 5.11-1 to 5.11-4 about this function. "
)
SHOW_IT: Final = " Say in the reason what you did and saw, and keep photos or screenshots with it."

USER_DATA_CREATED: Final = Question(
    id="5.11-1-2a",
    prompt="Create on the unit what a user typically leaves there: settings, names, passwords, and "
    "each kind of data that 21-PersData says is stored on the device. Note the values; the check "
    "for leftovers looks for them. Are they all on the unit now? If a device that stores nothing "
    "of its users let you create nothing, answer yes." + SHOW_IT,
    during=INITIALISED.value,
)
ERASURE_GOES_AS_DECLARED: Final = Question(
    id="5.11-1-2b",
    prompt=DO_THIS_LAST + "Start the row's function as its Initiation and Interaction says, step "
    "by step. Did every step go as described, with no other step needed, and did the deletion run "
    "to its end?" + SHOW_IT + IF_NO_ROW,
)
SERVICE_DATA_CREATED: Final = Question(
    id="5.11-2-2a",
    prompt="Connect the unit with its associated services under an account made for the test, and "
    "use it until they hold each kind of data that 21-PersData says they hold. Note the values. "
    "Can you see them in the services now? If there is no associated service that holds personal "
    "data, answer yes if that is right." + SHOW_IT,
    during=INITIALISED.value,
)
REMOVAL_GOES_AS_DECLARED: Final = Question(
    id="5.11-2-2b",
    prompt=DO_THIS_LAST + "Start the row's function for the associated services as its Initiation "
    "and Interaction says. Did every step go as described, with no other step needed?"
    + SHOW_IT
    + IF_NO_ROW,
)
SERVICE_DATA_GONE: Final = Question(
    id="5.11-2-2c",
    prompt="After the removal: look for these data in every associated service that the row names "
    "(app, web pages, export, a new login with the same account), once the time that the supplier "
    "names has passed. You saw them there before (5.11-2-2a). Are they gone everywhere?"
    + SHOW_IT
    + IF_NO_ROW,
)
INSTRUCTIONS_PREPARED: Final = Question(
    id="5.11-3-1a",
    prompt="Prepare the trial of the instructions: create typical personal data on the unit and on "
    "the associated services that it has, as a user would. Are there data now of every kind that "
    "21-PersData names?" + SHOW_IT,
    during=INITIALISED.value,
)
INSTRUCTIONS_COVER: Final = Question(
    id="5.11-3-1b",
    prompt="Get the instructions as Documentation of Deletion in 2-UserInfo says. Do they cover "
    "this deletion function, so that a user can find it there?" + IF_NO_ROW,
)
INSTRUCTIONS_WORK: Final = Question(
    id="5.11-3-1c",
    prompt=DO_THIS_LAST + "Follow the instructions for this function and nothing else. Were they "
    "short and clear, was no step missing, and were the data deleted at the end?"
    + SHOW_IT
    + IF_NO_ROW,
)
DELETION_PERFORMED: Final = Question(
    id="5.11-4-1a",
    prompt=DO_THIS_LAST + "Create data that the row's function deletes, then carry it out as the "
    "instructions of 2-UserInfo say, and watch device, app and pages to the end. Could it be "
    "carried out to its end?" + SHOW_IT + IF_NO_ROW,
)
DELETION_CONFIRMED: Final = Question(
    id="5.11-4-1b",
    prompt="When the function ended: did the user get a confirmation that the data were deleted, "
    "clear to somebody with little technical knowledge, and as the row's Confirmation says? A "
    "message that comes before the deletion, or whether or not it worked, is none."
    + SHOW_IT
    + IF_NO_ROW,
)


def _on_device(row: DelFunc) -> bool:
    return row.target_type != "services"


def _on_services(row: DelFunc) -> bool:
    return row.target_type != "device"


def _held_by_services(row: PersData) -> bool:
    return bool(row.services) or not row.on_device


@case("5.11-1-2")
class TestErasure:
    """User data can be erased from the device as declared (EN 303 645 5.11-1)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[USER_DATA_CREATED])
    def test_user_data_are_created(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """There is typical user data on the unit, so that its deletion can be tried."""
        return ask_once(
            answers,
            USER_DATA_CREATED,
            DEL_FUNC,
            ixit.del_func,
            none=ixit.declares_none(DEL_FUNC),
        )

    @unit("b", decided_by=DecidedBy.OPERATOR, per=DEL_FUNC, questions=[ERASURE_GOES_AS_DECLARED])
    def test_erasure_goes_as_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every function for data on the device starts and runs as declared."""
        return ask_each(
            answers,
            ERASURE_GOES_AS_DECLARED,
            DEL_FUNC,
            ixit.del_func,
            scope=_on_device,
            none=ixit.declares_none(DEL_FUNC),
            fields=("initiation_and_interaction", "target_type"),
        )


@case("5.11-2-2")
class TestRemovalFromServices:
    """Personal data can be removed from associated services as declared (EN 303 645 5.11-2)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[SERVICE_DATA_CREATED])
    def test_service_data_are_created(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """There is personal data on the services, so that its removal can be tried."""
        return ask_once(
            answers,
            SERVICE_DATA_CREATED,
            PERS_DATA,
            ixit.pers_data,
            none=ixit.declares_none(PERS_DATA),
        )

    @unit("b", decided_by=DecidedBy.OPERATOR, per=DEL_FUNC, questions=[REMOVAL_GOES_AS_DECLARED])
    def test_removal_goes_as_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every function for data on services starts and runs as declared."""
        return ask_each(
            answers,
            REMOVAL_GOES_AS_DECLARED,
            DEL_FUNC,
            ixit.del_func,
            scope=_on_services,
            none=ixit.declares_none(DEL_FUNC),
            fields=("initiation_and_interaction", "target_type"),
        )

    @unit("c", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[SERVICE_DATA_GONE])
    def test_service_data_are_gone(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Afterwards no service holds the data any more."""
        return ask_each(
            answers,
            SERVICE_DATA_GONE,
            PERS_DATA,
            ixit.pers_data,
            scope=_held_by_services,
            none=ixit.declares_none(PERS_DATA),
            fields=("services",),
        )


@case("5.11-3-1")
class TestInstructions:
    """Instructions for deletion are clear and complete (EN 303 645 5.11-3)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[INSTRUCTIONS_PREPARED])
    def test_data_are_created(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """There is data that the instructions can be tried on."""
        return ask_once(
            answers,
            INSTRUCTIONS_PREPARED,
            DEL_FUNC,
            ixit.del_func,
            none=ixit.declares_none(DEL_FUNC),
        )

    @unit("b", decided_by=DecidedBy.OPERATOR, per=DEL_FUNC, questions=[INSTRUCTIONS_COVER])
    def test_instructions_cover_every_function(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The instructions cover every deletion function."""
        asked = ask_each(
            answers,
            INSTRUCTIONS_COVER,
            DEL_FUNC,
            ixit.del_func,
            none=ixit.declares_none(DEL_FUNC),
        )
        return (*asked, *_not_documented(ixit))

    @unit("c", decided_by=DecidedBy.OPERATOR, per=DEL_FUNC, questions=[INSTRUCTIONS_WORK])
    def test_instructions_work(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Whoever follows them, and only them, gets the data deleted."""
        return ask_each(
            answers,
            INSTRUCTIONS_WORK,
            DEL_FUNC,
            ixit.del_func,
            none=ixit.declares_none(DEL_FUNC),
        )


@case("5.11-4-1")
class TestConfirmation:
    """Every deletion ends with a clear confirmation (EN 303 645 5.11-4)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=DEL_FUNC, questions=[DELETION_PERFORMED])
    def test_deletions_can_be_carried_out(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every deletion function can be carried out to its end."""
        return ask_each(
            answers,
            DELETION_PERFORMED,
            DEL_FUNC,
            ixit.del_func,
            none=ixit.declares_none(DEL_FUNC),
        )

    @unit("b", decided_by=DecidedBy.OPERATOR, per=DEL_FUNC, questions=[DELETION_CONFIRMED])
    def test_deletions_are_confirmed(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every deletion is confirmed to the user, as declared."""
        return ask_each(
            answers,
            DELETION_CONFIRMED,
            DEL_FUNC,
            ixit.del_func,
            seen=rules.deletions_are_confirmed(ixit.del_func),
            none=ixit.declares_none(DEL_FUNC),
            fields=("confirmation",),
        )


def _not_documented(ixit: Ixit) -> Judgements:
    """Why nothing says where users read to delete data; nothing where there is no way to."""
    if ixit.declares_none(DEL_FUNC):
        return ()
    told = rules.users_are_told(ixit.user_info, DOCUMENTATION)
    return tuple(entry for entry in told if entry.outcome is not Outcome.HELD)
