"""Groups 5.11-1 and 5.11-2, conceptual cases: how users delete what is kept of them, as declared.

EN 303 645 5.11-1 is met, too, by a device that stores nothing of its users: each of its questions
says so, and a person confirms it.
"""

from typing import Final

from harness.testing import (
    AnswerView,
    DecidedBy,
    DelFunc,
    Ixit,
    Judgements,
    Question,
    ask_each,
    ask_once,
    case,
    rules,
    unit,
)

PERS_DATA: Final = "21-PersData"
DEL_FUNC: Final = "25-DelFunc"
IF_NOTHING_IS_STORED: Final = (
    " But answer yes if the device stores nothing of its users: no personal data, no settings, "
    "no passwords or keys. Say in the reason how you know."
)

ERASURE_IS_SIMPLE: Final = Question(
    id="5.11-1-1a",
    prompt="Read the rows of 25-DelFunc with Target Type device or both. Is there at least one "
    "whose Initiation and Interaction a user with little technical knowledge can carry out, with "
    "no tool and without opening the casing?" + IF_NOTHING_IS_STORED,
)
ERASURE_IS_ADEQUATE: Final = Question(
    id="5.11-1-1b",
    prompt="Read the row's Description. Is the way in which it erases adequate for the kind of "
    "memory: would somebody who gets the device afterwards fail to bring the data back? If you "
    "are asked about the DUT as a whole, no function deletes data on the device: answer no."
    + IF_NOTHING_IS_STORED,
)
ERASURE_IS_COMPLETE: Final = Question(
    id="5.11-1-1c",
    prompt="Compare 25-DelFunc with 21-PersData and 10-SecParam. Do the functions that are simple "
    "to use erase everything of the user from the device: personal data, the user's settings, "
    "and the user's passwords, keys and other cryptographic material?" + IF_NOTHING_IS_STORED,
)
REMOVAL_IS_SIMPLE: Final = Question(
    id="5.11-2-1a",
    prompt="Read the rows of 25-DelFunc with Target Type services or both. Is there at least one "
    "with which a user with little technical knowledge can remove personal data from the "
    "associated services? If no associated service holds personal data, answer yes if that is "
    "right.",
)


def _on_device(row: DelFunc) -> bool:
    """Only a plain statement that it reaches services alone takes a row out of the question."""
    return row.target_type != "services"


@case("5.11-1-1")
class TestErasureIsDesignedIn:
    """Users can erase their data from the device with ease (EN 303 645 5.11-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, questions=[ERASURE_IS_SIMPLE])
    def test_one_way_is_simple(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """At least one way to erase data from the device is simple."""
        return ask_once(
            answers,
            ERASURE_IS_SIMPLE,
            DEL_FUNC,
            ixit.del_func,
            seen=rules.stored_data_can_be_deleted(ixit),
            none=ixit.declares_none(DEL_FUNC),
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=DEL_FUNC, questions=[ERASURE_IS_ADEQUATE])
    def test_erasure_is_adequate(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """What every function erases on the device stays erased."""
        return ask_each(
            answers,
            ERASURE_IS_ADEQUATE,
            DEL_FUNC,
            ixit.del_func,
            scope=_on_device,
            none=ixit.declares_none(DEL_FUNC),
            fields=("description", "target_type"),
        )

    @unit("c", decided_by=DecidedBy.JUDGEMENT, questions=[ERASURE_IS_COMPLETE])
    def test_erasure_is_complete(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The simple ways together erase all that is the user's."""
        return ask_once(
            answers,
            ERASURE_IS_COMPLETE,
            DEL_FUNC,
            ixit.del_func,
            seen=rules.stored_data_can_be_deleted(ixit),
            none=ixit.declares_none(DEL_FUNC),
        )


@case("5.11-2-1")
class TestRemovalFromServicesIsDesignedIn:
    """Users can remove personal data from associated services with ease (EN 303 645 5.11-2)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, questions=[REMOVAL_IS_SIMPLE])
    def test_one_way_is_simple(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """At least one way to remove data from services is simple."""
        return ask_once(
            answers,
            REMOVAL_IS_SIMPLE,
            DEL_FUNC,
            ixit.del_func,
            none=ixit.declares_none(DEL_FUNC),
        )

    @unit("b", decided_by=DecidedBy.RULE, per=PERS_DATA)
    def test_every_service_is_covered(self, ixit: Ixit) -> Judgements:
        """Every service that holds personal data has a function that deletes it."""
        return rules.service_data_can_be_deleted(ixit.pers_data, ixit.del_func)
