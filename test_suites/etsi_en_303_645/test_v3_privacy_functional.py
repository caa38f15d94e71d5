"""V3.1.3, clause 6, functional cases without a counterpart in V2.1.1: what becomes of data.

Their test specification could not be read: what is asked follows the provisions, in our own words.
"""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    INITIALISED,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    PersData,
    Question,
    ask_each,
    case,
    unit,
)

PERS_DATA: Final = "21-PersData"

CONSENT_IS_RECORDED: Final = Question(
    id="6-3B-2a",
    prompt="Give your consent to the processing of these data, then look for its record where the "
    "row's Storing Consent says. Is it there, does it say to what and when you consented, and is "
    "it still there after a restart?" + IF_NO_ROW,
    during=INITIALISED.value,
)
DATA_AS_DECLARED: Final = Question(
    id="6-6-2a",
    prompt="Look through what the unit, its app and services ask for, show and export. Is no more "
    "of these data there than the row declares, and, where you could make the end of the row's "
    "Lifecycle come (reset, deletion, expiry), were they gone afterwards?",
    during=INITIALISED.value,
)
ONLY_AGGREGATES: Final = Question(
    id="6-7-2a",
    prompt="If the row's Aggregation says that only sums, counts or means over many users are "
    "wanted: look through what the unit, its app and services show and export. Are there no single "
    "values beyond what the row says? If the row's data are wanted for something else, answer yes.",
    during=INITIALISED.value,
)
PERSONS_TAKEN_OUT: Final = Question(
    id="6-8-2a",
    prompt="Look through what the unit, its app and services show and export of these data. Is the "
    "person taken out of them where the row's Anonymization says so?",
    during=INITIALISED.value,
)


def _by_consent(row: PersData) -> bool:
    return row.consent_based


@case("6-3B-2")
class TestRecordOfConsent:
    """Consent that was given is recorded (V3.1.3 6-3B)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[CONSENT_IS_RECORDED])
    def test_consent_is_recorded(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The record of consent is where the dossier says."""
        return ask_each(
            answers,
            CONSENT_IS_RECORDED,
            PERS_DATA,
            ixit.pers_data,
            scope=_by_consent,
            none=ixit.declares_none(PERS_DATA),
        )


@case("6-6-2")
class TestDataOnTheDevice:
    """No more personal data than declared, and no longer (V3.1.3 6-6)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[DATA_AS_DECLARED])
    def test_data_is_as_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """No more personal data is found than declared, and it goes when declared."""
        return ask_each(
            answers,
            DATA_AS_DECLARED,
            PERS_DATA,
            ixit.pers_data,
            none=ixit.declares_none(PERS_DATA),
        )


@case("6-7-2")
class TestAggregates:
    """Where only aggregates are wanted, only aggregates are found (V3.1.3 6-7)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[ONLY_AGGREGATES])
    def test_only_aggregates_are_found(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """No single values are found where only aggregates are wanted."""
        return ask_each(
            answers,
            ONLY_AGGREGATES,
            PERS_DATA,
            ixit.pers_data,
            none=ixit.declares_none(PERS_DATA),
        )


@case("6-8-2")
class TestPersonsInData:
    """Persons are taken out of data as declared (V3.1.3 6-8)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[PERSONS_TAKEN_OUT])
    def test_persons_are_taken_out(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Persons are taken out of data where the dossier says so."""
        return ask_each(
            answers,
            PERSONS_TAKEN_OUT,
            PERS_DATA,
            ixit.pers_data,
            none=ixit.declares_none(PERS_DATA),
        )
