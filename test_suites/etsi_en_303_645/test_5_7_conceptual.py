"""Groups 5.7-1 and 5.7-2, conceptual cases: how software is verified, and changes are told."""

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

SEC_BOOT: Final = "20-SecBoot"

DETECTION_FITS: Final = Question(
    id="5.7-1-1b",
    prompt="Read the row's Description and Detection Mechanisms. Do they find a change that nobody "
    "authorised in every stage of the software, before that stage runs, so that the Security "
    "Guarantees of the row are given?",
)
NOTICE_SUFFICES: Final = Question(
    id="5.7-2-1a",
    prompt="Read the row's User Notification. Will the user or administrator really learn by it "
    "that the software was changed, and understand what it says?",
)
FUNCTIONS_NEEDED: Final = Question(
    id="5.7-2-1b",
    prompt="Read the row's Notification Functionality: what the device may still do on the network "
    "after it found a change. Is all of it needed to tell the user or administrator?",
)


@case("5.7-1-1")
class TestSoftwareIsVerified:
    """A secure start verifies the software (EN 303 645 5.7-1)."""

    @unit("a", decided_by=DecidedBy.RULE, per=SEC_BOOT)
    def test_mechanisms_promise_verification(self, ixit: Ixit) -> Judgements:
        """Every mechanism promises integrity and authenticity of the software."""
        return rules.secure_boot_promises_verification(ixit.sec_boot)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=SEC_BOOT, questions=[DETECTION_FITS])
    def test_mechanisms_give_what_they_promise(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism and its way to find changes are suited to the guarantees."""
        fields = ("description", "detection_mechanisms")
        return ask_each(
            answers,
            DETECTION_FITS,
            SEC_BOOT,
            ixit.sec_boot,
            seen=rules.denials(ixit.sec_boot, SEC_BOOT, DETECTION_FITS.id, *fields),
            fields=fields,
        )


@case("5.7-2-1")
class TestChangesAreTold:
    """A change is told, and the network is used for nothing else (EN 303 645 5.7-2)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SEC_BOOT, questions=[NOTICE_SUFFICES])
    def test_notices_suffice(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The notice of every mechanism informs the user or administrator."""
        field = "user_notification"
        return ask_each(
            answers,
            NOTICE_SUFFICES,
            SEC_BOOT,
            ixit.sec_boot,
            seen=rules.denials(ixit.sec_boot, SEC_BOOT, NOTICE_SUFFICES.id, field),
            fields=[field],
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=SEC_BOOT, questions=[FUNCTIONS_NEEDED])
    def test_network_functions_are_needed(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """What the network is still used for is needed for the notice."""
        return ask_each(
            answers,
            FUNCTIONS_NEEDED,
            SEC_BOOT,
            ixit.sec_boot,
            fields=["notification_functionality"],
        )
