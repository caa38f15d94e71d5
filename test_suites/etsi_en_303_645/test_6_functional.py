"""Clause 6, functional cases: what consumers find when they look, and are asked on the device.

What is published is read at a desk, after the survey; how consent is asked for and taken back is
seen on the initialised device.
"""

from collections.abc import Callable
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
    rules,
    unit,
)

USER_INFO: Final = "2-UserInfo"
PERS_DATA: Final = "21-PersData"
TEL_DATA: Final = "24-TelData"
PRIVACY: Final = "documentation_of_personal_data"
TELEMETRY: Final = "documentation_of_telemetry_data"
KEEP_IT: Final = " Keep a copy of what you read, with its date."

PRIVACY_FOUND: Final = Question(
    id="6-1-2a",
    prompt="Get the information on personal data by the way that 2-UserInfo gives, as a consumer "
    "would. Did you get it there, and does it tell how personal data is processed?" + KEEP_IT,
)
PRIVACY_MATCHES: Final = Question(
    id="6-1-2b",
    prompt="Compare the information with the row's Processing Activities. Does it say the same of "
    "these data, and leave out nothing?" + IF_NO_ROW,
)
PRIVACY_UNDERSTANDABLE: Final = Question(
    id="6-1-2c",
    prompt="Does the information say which of these data are processed, so that somebody with "
    "little technical knowledge understands it?" + IF_NO_ROW,
)
PRIVACY_WHO_AND_WHY: Final = Question(
    id="6-1-2d",
    prompt="Does the information say of these data how they are used, by whom (third parties and "
    "advertisers too) and for which purposes, so that somebody with little technical knowledge "
    "understands it?" + IF_NO_ROW,
)
CONSENT_AS_DECLARED: Final = Question(
    id="6-2-2a",
    prompt="Set up and use the unit, its app and services until they ask for consent to the "
    "processing of these data. Is it asked for as the row's Obtaining Consent says, and is nothing "
    "processed before?" + IF_NO_ROW,
    during=INITIALISED.value,
)
WITHDRAWAL_AS_DECLARED: Final = Question(
    id="6-3-2a",
    prompt="Take back the consent to the processing of these data as the row's Withdrawing Consent "
    "says, at a time of your choice. Does it work as described, and is it shown afterwards that "
    "there is no consent?" + IF_NO_ROW,
    during=INITIALISED.value,
)
TELEMETRY_FOUND: Final = Question(
    id="6-5-2a",
    prompt="Get the information on telemetry by the way that 2-UserInfo gives, as a consumer "
    "would. Did you get it there? If no telemetry is collected at all, answer yes if that is right."
    + KEEP_IT,
)
TELEMETRY_MATCHES: Final = Question(
    id="6-5-2b",
    prompt="Compare the information with the row's Purpose. Does it give the same purpose for "
    "these data?" + IF_NO_ROW,
)
TELEMETRY_WHAT: Final = Question(
    id="6-5-2c",
    prompt="Does the information say that these telemetry data are collected, so that somebody "
    "with little technical knowledge understands it? If you saw telemetry leave the device that "
    "it does not tell of, answer no." + IF_NO_ROW,
)
TELEMETRY_WHO_AND_WHY: Final = Question(
    id="6-5-2d",
    prompt="Does the information say of these telemetry data how they are used, by whom and for "
    "which purposes, so that somebody with little technical knowledge understands it?" + IF_NO_ROW,
)


def _by_consent(row: PersData) -> bool:
    return row.consent_based


@case("6-1-2")
class TestPrivacyInformation:
    """What consumers are told of their personal data is true and clear (EN 303 645 6-1)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[PRIVACY_FOUND])
    def test_information_is_found(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The information is found where the declaration says."""
        return _where(answers, PRIVACY_FOUND, ixit, PRIVACY, PERS_DATA)

    @unit("b", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[PRIVACY_MATCHES])
    def test_information_matches(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """It matches the declared processing."""
        return _of_data(answers, PRIVACY_MATCHES, ixit, "processing_activities")

    @unit("c", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[PRIVACY_UNDERSTANDABLE])
    def test_information_says_what(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """It says which data are processed, in plain words."""
        return _of_data(answers, PRIVACY_UNDERSTANDABLE, ixit)

    @unit("d", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[PRIVACY_WHO_AND_WHY])
    def test_information_says_how_who_and_why(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """It says how they are used, by whom and why, in plain words."""
        return _of_data(answers, PRIVACY_WHO_AND_WHY, ixit)


@case("6-2-2")
class TestConsent:
    """Consent is obtained as declared (EN 303 645 6-2)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[CONSENT_AS_DECLARED])
    def test_consent_is_obtained_as_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Consent to every processing that rests on it is obtained as declared."""
        return _of_data(answers, CONSENT_AS_DECLARED, ixit, "obtaining_consent", scope=_by_consent)


@case("6-3-2")
class TestWithdrawal:
    """Consent is withdrawn as declared (EN 303 645 6-3)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=PERS_DATA, questions=[WITHDRAWAL_AS_DECLARED])
    def test_consent_is_withdrawn_as_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Consent to every processing that rests on it can be taken back as declared."""
        return _of_data(
            answers, WITHDRAWAL_AS_DECLARED, ixit, "withdrawing_consent", scope=_by_consent
        )


@case("6-5-2")
class TestTelemetryInformation:
    """What consumers are told of telemetry is true and clear (EN 303 645 6-5)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[TELEMETRY_FOUND])
    def test_information_is_found(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The information is found where the declaration says."""
        return _where(answers, TELEMETRY_FOUND, ixit, TELEMETRY, TEL_DATA)

    @unit("b", decided_by=DecidedBy.OPERATOR, per=TEL_DATA, questions=[TELEMETRY_MATCHES])
    def test_purposes_match(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """It gives the declared purposes."""
        return _of_telemetry(answers, TELEMETRY_MATCHES, ixit, "purpose")

    @unit("c", decided_by=DecidedBy.OPERATOR, per=TEL_DATA, questions=[TELEMETRY_WHAT])
    def test_information_says_what(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """It says which telemetry is collected, in plain words."""
        return _of_telemetry(answers, TELEMETRY_WHAT, ixit, "description")

    @unit("d", decided_by=DecidedBy.OPERATOR, per=TEL_DATA, questions=[TELEMETRY_WHO_AND_WHY])
    def test_information_says_how_who_and_why(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """It says how telemetry is used, by whom and why, in plain words."""
        return _of_telemetry(answers, TELEMETRY_WHO_AND_WHY, ixit)


def _where(
    answers: AnswerView, question: Question, ixit: Ixit, field: str, table: str
) -> Judgements:
    """The question of where consumers read; nothing need be named where ``table`` is empty."""
    needless = ixit.declares_none(table)
    seen = () if needless else rules.users_are_told(ixit.user_info, field)
    fields = () if needless else (field,)
    return ask_each(answers, question, USER_INFO, ixit.user_info, seen=seen, fields=fields)


def _of_data(
    answers: AnswerView,
    question: Question,
    ixit: Ixit,
    *fields: str,
    scope: Callable[[PersData], bool] = lambda _: True,
) -> Judgements:
    none = ixit.declares_none(PERS_DATA)
    return ask_each(
        answers, question, PERS_DATA, ixit.pers_data, scope=scope, none=none, fields=fields
    )


def _of_telemetry(answers: AnswerView, question: Question, ixit: Ixit, *fields: str) -> Judgements:
    none = ixit.declares_none(TEL_DATA)
    return ask_each(answers, question, TEL_DATA, ixit.tel_data, none=none, fields=fields)
