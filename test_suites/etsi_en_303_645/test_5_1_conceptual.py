"""Groups 5.1-1 to 5.1-5, conceptual cases: what the dossier says of passwords and logins."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    AuthMech,
    DecidedBy,
    Generation,
    Ixit,
    Judgements,
    Question,
    ask_each,
    case,
    rules,
    unit,
)

AUTH_MECH: Final = "1-AuthMech"

UNIQUE_BY_DESIGN: Final = Question(
    id="5.1-1-1a",
    prompt="Read the row's Password Generation Mechanism. Does it make sure, by design, that the "
    "password which a unit leaves the factory with differs from that of every other unit?"
    + IF_NO_ROW,
)
NO_REGULARITY: Final = Question(
    id="5.1-2-1a",
    prompt="Read the row's Password Generation Mechanism. Are its passwords free of regularity, "
    "such as counters, increments or a value that returns?" + IF_NO_ROW,
)
NO_COMMON_PATTERN: Final = Question(
    id="5.1-2-1b",
    prompt="Read the row's Password Generation Mechanism. Are its passwords free of common words, "
    "names and patterns that a guesser would try first?" + IF_NO_ROW,
)
NOT_FROM_PUBLIC_DATA: Final = Question(
    id="5.1-2-1c",
    prompt="Read the row's Password Generation Mechanism. Are its passwords independent of "
    "anything that others can learn, such as MAC address, serial number or network name?"
    + IF_NO_ROW,
)
COMPLEX_ENOUGH: Final = Question(
    id="5.1-2-1d",
    prompt="Read the row's Password Generation Mechanism. Are length, character set and source of "
    "randomness enough against guessing the passwords of many units?" + IF_NO_ROW,
)
GUARANTEES_FIT: Final = Question(
    id="5.1-3-1a",
    prompt="Read the row's Description and Security Guarantees. Are the guarantees the right ones "
    "for what this login protects, on every endpoint that the row names?",
)
CRYPTO_FITS: Final = Question(
    id="5.1-3-1b",
    prompt="Read the row's Cryptographic Details. Is this cryptography, in the way it is used, "
    "suited to give the guarantees of the row? If the row declares none: can it do without?",
)
CHANGE_EXPLAINED: Final = Question(
    id="5.1-4-1a",
    prompt="Read the user documentation (2-UserInfo, Documentation of Change Mechanisms). Could "
    "somebody without technical knowledge change the value of this login with it?" + IF_NO_ROW,
)
GUESSING_HINDERED: Final = Question(
    id="5.1-5-1a",
    prompt="Read the row's Brute Force Prevention. Does it make guessing over a network "
    "impracticable: against one account, from many addresses, and after a restart?" + IF_NO_ROW,
)


def _set_in_factory(row: AuthMech) -> bool:
    return row.generation in {Generation.UNIQUE_RANDOM, Generation.UNIQUE_THEN_USER}


def _of_users(row: AuthMech) -> bool:
    return row.subject == "user"


def _over_network(row: AuthMech) -> bool:
    """A row without endpoints may be reachable: nothing says that it is not."""
    return not row.endpoints or any(endpoint != "console" for endpoint in row.endpoints)


@case("5.1-1-1")
class TestPasswordsAreUniqueByDesign:
    """Passwords that users do not choose are unique by design (EN 303 645 5.1-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[UNIQUE_BY_DESIGN])
    def test_generation_makes_passwords_unique(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The generation mechanism of factory passwords makes them unique."""
        return ask_each(answers, UNIQUE_BY_DESIGN, AUTH_MECH, ixit.auth_mech, scope=_set_in_factory)


@case("5.1-2-1")
class TestGeneratorResistsBulkGuessing:
    """The generator of factory passwords frustrates guessing for many units (5.1-2)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[NO_REGULARITY])
    def test_no_regularity(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Generated passwords show no regularity."""
        return ask_each(answers, NO_REGULARITY, AUTH_MECH, ixit.auth_mech, scope=_set_in_factory)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[NO_COMMON_PATTERN])
    def test_no_common_pattern(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Generated passwords follow no common pattern."""
        return ask_each(
            answers, NO_COMMON_PATTERN, AUTH_MECH, ixit.auth_mech, scope=_set_in_factory
        )

    @unit("c", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[NOT_FROM_PUBLIC_DATA])
    def test_no_tie_to_public_data(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Generated passwords can't be worked out from public data."""
        return ask_each(
            answers, NOT_FROM_PUBLIC_DATA, AUTH_MECH, ixit.auth_mech, scope=_set_in_factory
        )

    @unit("d", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[COMPLEX_ENOUGH])
    def test_complexity_is_enough(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Generated passwords are complex enough."""
        return ask_each(answers, COMPLEX_ENOUGH, AUTH_MECH, ixit.auth_mech, scope=_set_in_factory)


@case("5.1-3-1")
class TestLoginCryptographyIsAdequate:
    """Logins use best-practice cryptography that fits the risk (5.1-3)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[GUARANTEES_FIT])
    def test_guarantees_fit_the_use(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The guarantees of every login fit its use."""
        return ask_each(answers, GUARANTEES_FIT, AUTH_MECH, ixit.auth_mech)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[CRYPTO_FITS])
    def test_cryptography_gives_the_guarantees(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The cryptography of every login is suited to its guarantees."""
        return ask_each(answers, CRYPTO_FITS, AUTH_MECH, ixit.auth_mech)

    @unit("c", decided_by=DecidedBy.RULE, per=AUTH_MECH)
    def test_cryptography_is_best_practice(self, ixit: Ixit) -> Judgements:
        """The cryptography of every login stands in the table as recommended."""
        return rules.authentication_crypto_is_best_practice(ixit.auth_mech)

    @unit("d", decided_by=DecidedBy.RULE, per=AUTH_MECH)
    def test_cryptography_is_not_broken(self, ixit: Ixit) -> Judgements:
        """No cryptography of a login is known to be broken."""
        return rules.authentication_crypto_is_not_broken(ixit.auth_mech)


@case("5.1-4-1")
class TestChangeOfCredentialsIsDocumented:
    """The user documentation explains how to change each login value (5.1-4)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[CHANGE_EXPLAINED])
    def test_change_is_explained_for_lay_users(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """A lay user can change every login value by the documentation."""
        return ask_each(answers, CHANGE_EXPLAINED, AUTH_MECH, ixit.auth_mech, scope=_of_users)


@case("5.1-5-1")
class TestBruteForceProtectionIsEffective:
    """The declared protection makes guessing over the network impracticable (5.1-5)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=AUTH_MECH, questions=[GUESSING_HINDERED])
    def test_protection_is_effective(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The declared protection of every network login is effective."""
        return ask_each(answers, GUESSING_HINDERED, AUTH_MECH, ixit.auth_mech, scope=_over_network)
