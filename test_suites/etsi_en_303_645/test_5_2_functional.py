"""Group 5.2-1, functional case: what the published vulnerability disclosure policy says."""

from typing import Final

from harness.testing import (
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    ask_each,
    case,
    unit,
)

USER_INFO: Final = "2-UserInfo"

POLICY_IS_WHOLE: Final = Question(
    id="5.2-1-2b",
    prompt="Open the vulnerability disclosure policy at the place that 2-UserInfo names. Does it "
    "say how to reach somebody who takes reports, in what time a report is acknowledged, and when "
    "the reporter hears how things stand until the vulnerability is dealt with? All three are "
    "needed.",
)


@case("5.2-1-2")
class TestPublishedPolicy:
    """The policy is online and says what it has to (5.2-1)."""

    @unit("b", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[POLICY_IS_WHOLE])
    def test_policy_names_contact_and_times(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The policy names a contact, the time to acknowledge and the time between updates."""
        return ask_each(
            answers,
            POLICY_IS_WHOLE,
            USER_INFO,
            ixit.user_info,
            fields=("publication_of_vulnerability_disclosure_policy",),
        )
