"""Groups 5.7-1 and 5.7-2, functional cases: changed software is found, and that is told."""

from typing import Final

from harness.testing import (
    INITIALISED,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    ask_each,
    case,
    unit,
)

SEC_BOOT: Final = "20-SecBoot"

CHANGED_SOFTWARE_REFUSED: Final = Question(
    id="5.7-1-2a",
    prompt="If you can get at the stored software with simple means, change a little of it in each "
    "stage that the row speaks of, on a sample that serves no other test, and start the device. "
    "Start the unchanged software the same way too, to see that your way works. Is each change "
    "found, and nothing of the changed stage run, as the row says? If no simple means gets at it, "
    "did start-up and board show no sign that the verification differs from the row?",
    during=INITIALISED.value,
    opens=True,
)
CHANGE_IS_TOLD: Final = Question(
    id="5.7-2-2a",
    prompt="After the device found changed software (as for 5.7-1-2a), look and listen where the "
    "row's User Notification says. Did the notice come, as described? If no change could be made "
    "with simple means, answer that you cannot tell.",
    during=INITIALISED.value,
)


@case("5.7-1-2")
class TestSoftwareVerification:
    """Software is verified as declared (5.7-1)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=SEC_BOOT, questions=[CHANGED_SOFTWARE_REFUSED])
    def test_changed_software_is_found(self, ixit: Ixit, answers: AnswerView) -> Judgements:
        """No sign that the verification of software differs from its row."""
        return ask_each(
            answers,
            CHANGED_SOFTWARE_REFUSED,
            SEC_BOOT,
            ixit.sec_boot,
            fields=["description", "detection_mechanisms"],
        )


@case("5.7-2-2")
class TestNoticeOfChanges:
    """A change of the software is told as declared (5.7-2)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=SEC_BOOT, questions=[CHANGE_IS_TOLD])
    def test_changes_are_told(self, ixit: Ixit, answers: AnswerView) -> Judgements:
        """The notice comes after a change was found, as its row says."""
        return ask_each(
            answers, CHANGE_IS_TOLD, SEC_BOOT, ixit.sec_boot, fields=["user_notification"]
        )
