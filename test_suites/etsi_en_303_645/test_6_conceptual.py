"""Clause 6, conceptual cases: what consumers are told and asked about their data, as declared."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    PersData,
    Question,
    TelData,
    ask_each,
    case,
    rules,
    unit,
)

USER_INFO: Final = "2-UserInfo"
PERS_DATA: Final = "21-PersData"
TEL_DATA: Final = "24-TelData"

PRIVACY_IS_TOLD: Final = Question(
    id="6-1-1a",
    prompt="Read Documentation of Personal Data in 2-UserInfo, and 21-PersData. Is what consumers "
    "are told provided in a suitable way: where they find it without effort, before their data is "
    "processed, for each kind of data, and with what is done, by whom and why, in plain words? If "
    "no personal data is processed at all, answer yes if they are told so.",
)
CONSENT_IS_VALID: Final = Question(
    id="6-2-1a",
    prompt="Read the row's Obtaining Consent. Is consent given freely (nothing that does not need "
    "it depends on it), is it obvious what is consented to, and does it take a deliberate act of "
    "the consumer, with nothing ticked beforehand?" + IF_NO_ROW,
)
CONSENT_IS_WITHDRAWN: Final = Question(
    id="6-3-1a",
    prompt="Read the row's Withdrawing Consent. Does it describe how consumers take their consent "
    "back at any time, by a setting of the device or service or by a way of like ease?" + IF_NO_ROW,
)
TELEMETRY_IS_MINIMAL: Final = Question(
    id="6-4-1a",
    prompt="Read the row's Description, Purpose and Personal Data. Is every piece of personal data "
    "in this telemetry needed for the purpose that the row gives?" + IF_NO_ROW,
)
TELEMETRY_IS_TOLD: Final = Question(
    id="6-5-1a",
    prompt="Read Documentation of Telemetry Data in 2-UserInfo, and 24-TelData. Is what consumers "
    "are told provided in a suitable way: where they find it without effort, for each kind of "
    "telemetry, with what is collected, how it is used, by whom and why, in plain words? If no "
    "telemetry is collected at all, answer yes if that is right.",
)


def _by_consent(row: PersData) -> bool:
    return row.consent_based


def _of_persons(row: TelData) -> bool:
    return bool(row.personal_data)


@case("6-1-1")
class TestPrivacyInformation:
    """Consumers are told what becomes of their personal data (EN 303 645 6-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=USER_INFO, questions=[PRIVACY_IS_TOLD])
    def test_information_is_provided(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The information is provided in a suitable way."""
        field, needless = "documentation_of_personal_data", ixit.declares_none(PERS_DATA)
        return ask_each(
            answers,
            PRIVACY_IS_TOLD,
            USER_INFO,
            ixit.user_info,
            seen=() if needless else rules.users_are_told(ixit.user_info, field),
            fields=() if needless else (field,),
        )


@case("6-2-1")
class TestConsentIsValid:
    """Consent is asked for validly (EN 303 645 6-2)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=PERS_DATA, questions=[CONSENT_IS_VALID])
    def test_consent_is_valid(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Consent is free, obvious and explicit, as designed."""
        return ask_each(
            answers,
            CONSENT_IS_VALID,
            PERS_DATA,
            ixit.pers_data,
            scope=_by_consent,
            seen=rules.consent_is_obtained(ixit.pers_data),
            none=ixit.declares_none(PERS_DATA),
            fields=("obtaining_consent",),
        )


@case("6-3-1")
class TestConsentCanBeWithdrawn:
    """Consent can be taken back at any time (EN 303 645 6-3)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=PERS_DATA, questions=[CONSENT_IS_WITHDRAWN])
    def test_withdrawal_is_described(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """It is described how consent is taken back."""
        return ask_each(
            answers,
            CONSENT_IS_WITHDRAWN,
            PERS_DATA,
            ixit.pers_data,
            scope=_by_consent,
            seen=rules.consent_can_be_withdrawn(ixit.pers_data),
            none=ixit.declares_none(PERS_DATA),
            fields=("withdrawing_consent",),
        )


@case("6-4-1")
class TestTelemetryIsMinimal:
    """Telemetry holds no more personal data than it needs (EN 303 645 6-4)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=TEL_DATA, questions=[TELEMETRY_IS_MINIMAL])
    def test_personal_data_is_needed(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Personal data in telemetry is needed for its purpose."""
        return ask_each(
            answers,
            TELEMETRY_IS_MINIMAL,
            TEL_DATA,
            ixit.tel_data,
            scope=_of_persons,
            seen=rules.telemetry_names_personal_data(ixit.tel_data, ixit.pers_data),
            none=ixit.declares_none(TEL_DATA),
            fields=("description", "purpose"),
        )


@case("6-5-1")
class TestTelemetryInformation:
    """Consumers are told what telemetry is collected (EN 303 645 6-5)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=USER_INFO, questions=[TELEMETRY_IS_TOLD])
    def test_information_is_provided(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The information is provided in a suitable way."""
        field, needless = "documentation_of_telemetry_data", ixit.declares_none(TEL_DATA)
        return ask_each(
            answers,
            TELEMETRY_IS_TOLD,
            USER_INFO,
            ixit.user_info,
            seen=() if needless else rules.users_are_told(ixit.user_info, field),
            fields=() if needless else (field,),
        )
