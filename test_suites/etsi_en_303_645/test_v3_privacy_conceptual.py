"""V3.1.3, clause 6, conceptual cases without a counterpart in V2.1.1: keeping and aggregating data.

Their test specification could not be read: what is asked follows the provisions, in our own words.
"""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
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

CONSENT_IS_KEPT: Final = Question(
    id="6-3B-1a",
    prompt="Read the row's Storing Consent. Does it describe a record of the consent (who, to "
    "what, when) that lasts at least as long as the processing and that nobody can change "
    "unnoticed?" + IF_NO_ROW,
)
KEPT_NO_LONGER: Final = Question(
    id="6-6-1a",
    prompt="Read the row's Purpose and Lifecycle. Is no more of these data processed than the "
    "purpose needs, are they kept no longer than it needs, and are they then disposed of so that "
    "nobody gets them back?",
)
AGGREGATED_EARLY: Final = Question(
    id="6-7-1a",
    prompt="Read the row's Purpose and Aggregation. If these data are wanted only for sums, counts "
    "or means over many users: are as few as possible collected, and are they brought together as "
    "early as can be, so that single values need not be kept? Answer yes if they are wanted for "
    "something else and their Purpose says so.",
)
ANONYMISATION_FITS: Final = Question(
    id="6-8-1a",
    prompt="Read the row's Purpose and Anonymization. Is the person taken out of these data by a "
    "technique that suits them, or does the purpose need the person, so that leaving the person in "
    "is right?",
)


def _by_consent(row: PersData) -> bool:
    return row.consent_based


@case("6-3B-1")
class TestConsentIsRecorded:
    """There is a lasting record of consent (V3.1.3 6-3B)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=PERS_DATA, questions=[CONSENT_IS_KEPT])
    def test_record_of_consent_lasts(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The record of consent lasts, for all data processed because somebody consented."""
        return ask_each(
            answers,
            CONSENT_IS_KEPT,
            PERS_DATA,
            ixit.pers_data,
            scope=_by_consent,
            none=ixit.declares_none(PERS_DATA),
            fields=("storing_consent",),
        )


@case("6-6-1")
class TestDataIsKeptNoLongerThanNeeded:
    """Personal data is processed and kept as little as its purpose allows (V3.1.3 6-6)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=PERS_DATA, questions=[KEPT_NO_LONGER])
    def test_data_is_kept_no_longer_than_needed(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """No more personal data is kept, and no longer, than its purpose needs."""
        return ask_each(
            answers,
            KEPT_NO_LONGER,
            PERS_DATA,
            ixit.pers_data,
            none=ixit.declares_none(PERS_DATA),
            fields=("purpose", "lifecycle"),
        )


@case("6-7-1")
class TestAggregatesAreMadeEarly:
    """Data wanted for aggregates only is kept small (V3.1.3 6-7)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=PERS_DATA, questions=[AGGREGATED_EARLY])
    def test_data_for_aggregates_is_kept_small(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Data wanted only for aggregates is little, and aggregated early."""
        return ask_each(
            answers,
            AGGREGATED_EARLY,
            PERS_DATA,
            ixit.pers_data,
            none=ixit.declares_none(PERS_DATA),
            fields=("purpose", "aggregation"),
        )


@case("6-8-1")
class TestPersonsAreTakenOut:
    """Suitable techniques take persons out of their data (V3.1.3 6-8)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=PERS_DATA, questions=[ANONYMISATION_FITS])
    def test_technique_is_suitable(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The technique suits the data, or the purpose needs the person."""
        return ask_each(
            answers,
            ANONYMISATION_FITS,
            PERS_DATA,
            ixit.pers_data,
            none=ixit.declares_none(PERS_DATA),
            fields=("purpose", "anonymization"),
        )
