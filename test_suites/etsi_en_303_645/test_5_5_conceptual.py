"""Groups 5.5-1, -2, -4, -5 and -7, conceptual cases: declared communication and its protection."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    SoftServ,
    ask_each,
    case,
    rules,
    unit,
)

COM_MECH: Final = "11-ComMech"
NET_SEC_IMPL: Final = "12-NetSecImpl"
SOFT_SERV: Final = "13-SoftServ"

GUARANTEES_FIT: Final = Question(
    id="5.5-1-1a",
    prompt="Read the row's Description and Security Guarantees. Are the guarantees the right ones "
    "for what crosses this link? If it promises none: does nothing that needs protection cross it?",
)
CRYPTO_FITS: Final = Question(
    id="5.5-1-1b",
    prompt="Read the row's Cryptographic Details. Is this cryptography, in the way it is used, "
    "suited to give the guarantees of the row? If the row declares none: can it do without?",
)
REVIEW_COVERS: Final = Question(
    id="5.5-2-1b",
    prompt="Open the row's Report. Does it cover this implementation, in the version that is on "
    "the device, and the functions for which the device uses it?",
)
SUBJECTS_TOLD_APART: Final = Question(
    id="5.5-4-1b",
    prompt="Follow the row's Authentication Mechanism into 1-AuthMech. Can it tell the subjects "
    "that use this service apart, and those who may use it from those who may not?" + IF_NO_ROW,
)
RIGHTS_ASSIGNED: Final = Question(
    id="5.5-4-1c",
    prompt="Is every subject of this service allowed only what its rights cover once it has "
    "logged in?" + IF_NO_ROW,
)
NOTHING_BEFORE_LOGIN: Final = Question(
    id="5.5-4-1d",
    prompt="Does this service offer a function of the device only after the login succeeded, in "
    "the initialised state?" + IF_NO_ROW,
)
CONFIGURATION_NEEDS_LOGIN: Final = Question(
    id="5.5-5-1a",
    prompt="This service allows security-relevant configuration over a network. By its row and the "
    "1-AuthMech row that it names: does it demand a login that tells subjects apart and checks "
    "their rights before any such change, in every state of the device?" + IF_NO_ROW,
)
CONFIDENTIAL_WHEN_REMOTE: Final = Question(
    id="5.5-7-1a",
    prompt="This link can be reached from outside and carries critical security parameters. Do its "
    "guarantees include confidentiality, and is its cryptography suited to give it?" + IF_NO_ROW,
)


def _on_network(row: SoftServ) -> bool:
    """An enabled service that may be reachable over a network."""
    local = row.endpoints and all(endpoint == "console" for endpoint in row.endpoints)
    return row.status == "enabled" and not local


def _configures(row: SoftServ) -> bool:
    return _on_network(row) and row.allows_configuration


def _carriers_of_critical_parameters(ixit: Ixit) -> frozenset[str]:
    """Ids of 11-ComMech rows that 10-SecParam names for a critical parameter."""
    return frozenset(
        name
        for parameter in ixit.sec_param
        if parameter.type == "critical"
        for name in parameter.communication_mechanisms
    )


@case("5.5-1-1")
class TestCommunicationCryptographyIsAdequate:
    """Communication uses best-practice cryptography that fits the risk (EN 303 645 5.5-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[GUARANTEES_FIT])
    def test_guarantees_fit_the_use(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The guarantees of every link fit what crosses it."""
        return ask_each(answers, GUARANTEES_FIT, COM_MECH, ixit.com_mech)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[CRYPTO_FITS])
    def test_cryptography_gives_the_guarantees(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The cryptography of every link is suited to its guarantees."""
        return ask_each(answers, CRYPTO_FITS, COM_MECH, ixit.com_mech)

    @unit("c", decided_by=DecidedBy.RULE, per=COM_MECH)
    def test_cryptography_is_best_practice(self, ixit: Ixit) -> Judgements:
        """The cryptography of every link stands in the table as recommended."""
        return rules.communication_crypto_is_best_practice(ixit.com_mech)

    @unit("d", decided_by=DecidedBy.RULE, per=COM_MECH)
    def test_cryptography_is_not_broken(self, ixit: Ixit) -> Judgements:
        """No cryptography of a link is known to be broken."""
        return rules.communication_crypto_is_not_broken(ixit.com_mech)


@case("5.5-2-1")
class TestImplementationsAreReviewed:
    """Network and security implementations were reviewed (EN 303 645 5.5-2)."""

    @unit("a", decided_by=DecidedBy.RULE, per=NET_SEC_IMPL)
    def test_every_implementation_names_its_review(self, ixit: Ixit) -> Judgements:
        """Every implementation names how it was reviewed and the report."""
        return rules.implementations_are_reviewed(ixit.net_sec_impl)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=NET_SEC_IMPL, questions=[REVIEW_COVERS])
    def test_reports_cover_the_implementations(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every report covers its implementation."""
        return ask_each(answers, REVIEW_COVERS, NET_SEC_IMPL, ixit.net_sec_impl)


@case("5.5-4-1")
class TestNetworkFunctionsNeedLogin:
    """Functions are reached over a network only after login (EN 303 645 5.5-4)."""

    @unit("a", decided_by=DecidedBy.RULE, per=SOFT_SERV)
    def test_every_service_names_a_login(self, ixit: Ixit) -> Judgements:
        """Every network service refers to a declared authentication mechanism."""
        return rules.services_name_their_authentication(ixit.soft_serv, ixit.auth_mech)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=SOFT_SERV, questions=[SUBJECTS_TOLD_APART])
    def test_subjects_are_told_apart(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The login of every network service tells subjects apart."""
        return ask_each(answers, SUBJECTS_TOLD_APART, SOFT_SERV, ixit.soft_serv, scope=_on_network)

    @unit("c", decided_by=DecidedBy.JUDGEMENT, per=SOFT_SERV, questions=[RIGHTS_ASSIGNED])
    def test_subjects_get_their_rights_only(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every network service grants subjects their rights and no more."""
        return ask_each(answers, RIGHTS_ASSIGNED, SOFT_SERV, ixit.soft_serv, scope=_on_network)

    @unit("d", decided_by=DecidedBy.JUDGEMENT, per=SOFT_SERV, questions=[NOTHING_BEFORE_LOGIN])
    def test_nothing_is_offered_before_login(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """No network service offers a function before the login."""
        return ask_each(answers, NOTHING_BEFORE_LOGIN, SOFT_SERV, ixit.soft_serv, scope=_on_network)


@case("5.5-5-1")
class TestConfigurationNeedsLogin:
    """Security-relevant settings change over a network only after login (EN 303 645 5.5-5)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SOFT_SERV, questions=[CONFIGURATION_NEEDS_LOGIN])
    def test_every_configuring_service_demands_a_login(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every service that allows configuration demands a login, in every state."""
        seen = rules.services_name_their_authentication(ixit.soft_serv, ixit.auth_mech)
        return ask_each(
            answers,
            CONFIGURATION_NEEDS_LOGIN,
            SOFT_SERV,
            ixit.soft_serv,
            scope=_configures,
            seen=seen,
        )


@case("5.5-7-1")
class TestRemoteLinksKeepParametersConfidential:
    """Critical parameters stay confidential over remotely reachable links (EN 303 645 5.5-7)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[CONFIDENTIAL_WHEN_REMOTE])
    def test_cryptography_keeps_parameters_confidential(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every remotely reachable link with critical parameters keeps them confidential."""
        carriers = _carriers_of_critical_parameters(ixit)
        return ask_each(
            answers,
            CONFIDENTIAL_WHEN_REMOTE,
            COM_MECH,
            ixit.com_mech,
            scope=lambda row: row.remote and row.id in carriers,
            seen=rules.communication_crypto_is_not_broken(ixit.com_mech),
        )
