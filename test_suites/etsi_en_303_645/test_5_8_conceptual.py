"""Groups 5.8-1 and 5.8-2, conceptual cases: links that carry personal data."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    ask_of_links,
    case,
    personal_data,
    unit,
)

COM_MECH: Final = "11-ComMech"

PERSONAL_DATA_CONFIDENTIAL: Final = Question(
    id="5.8-1-1a",
    prompt="Personal data cross this link (21-PersData says which). Do its guarantees include "
    "confidentiality, towards the right partner, and is its cryptography suited to give it? A wire "
    "that nobody but the holder of the device can reach may do without." + IF_NO_ROW,
)
SENSITIVE_DATA_CONFIDENTIAL: Final = Question(
    id="5.8-2-1a",
    prompt="Sensitive personal data cross this link to an associated service (21-PersData says "
    "which). Do its guarantees include confidentiality, towards the right partner, and is its "
    "cryptography suited to such data?" + IF_NO_ROW,
)


@case("5.8-1-1")
class TestPersonalDataStayConfidential:
    """Personal data stay confidential in transit (EN 303 645 5.8-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[PERSONAL_DATA_CONFIDENTIAL])
    def test_links_keep_personal_data_confidential(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every link that personal data cross keeps them confidential."""
        return ask_of_links(answers, PERSONAL_DATA_CONFIDENTIAL, ixit, personal_data(ixit))


@case("5.8-2-1")
class TestSensitiveDataStayConfidential:
    """Sensitive personal data stay confidential on the way to services (EN 303 645 5.8-2)."""

    @unit(
        "a", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[SENSITIVE_DATA_CONFIDENTIAL]
    )
    def test_links_keep_sensitive_data_confidential(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every link that sensitive data cross to a service keeps them confidential."""
        carried = personal_data(ixit, sensitive=True)
        return ask_of_links(answers, SENSITIVE_DATA_CONFIDENTIAL, ixit, carried)
