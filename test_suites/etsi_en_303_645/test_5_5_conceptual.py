"""Groups 5.5-1 to 5.5-8, conceptual cases: declared communication and its protection."""

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
    ask_of_links,
    ask_once,
    case,
    critical_parameters,
    rules,
    unit,
)

CONF: Final = "4-Conf"
SOFT_COMP: Final = "6-SoftComp"
COM_MECH: Final = "11-ComMech"
NET_SEC_IMPL: Final = "12-NetSecImpl"
SOFT_SERV: Final = "13-SoftServ"
SEC_MGMT: Final = "14-SecMgmt"

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
CONFIDENTIAL_IN_TRANSIT: Final = Question(
    id="5.5-6-1a",
    prompt="Critical security parameters cross this link (10-SecParam says which). Do its "
    "guarantees include confidentiality, and is its cryptography suited to give it? A wire that "
    "nobody but the holder of the device can reach may do without." + IF_NO_ROW,
)
CONFIDENTIAL_WHEN_REMOTE: Final = Question(
    id="5.5-7-1a",
    prompt="This link can be reached from outside and carries critical security parameters. Do its "
    "guarantees include confidentiality, and is its cryptography suited to give it?" + IF_NO_ROW,
)
WHOLE_LIFE_IS_COVERED: Final = Question(
    id="5.5-8-1a",
    prompt="Read all rows of 14-SecMgmt together. Do they say for every critical parameter how it "
    "is generated, brought onto the device, stored, changed, taken out of use, archived or "
    "destroyed, and what is done when it expires or is compromised? One stage that is missing, or "
    "handled carelessly, is a no.",
)


def _on_network(row: SoftServ) -> bool:
    """An enabled service that may be reachable over a network."""
    local = row.endpoints and all(endpoint == "console" for endpoint in row.endpoints)
    return row.status == "enabled" and not local


def _configures(row: SoftServ) -> bool:
    return _on_network(row) and row.allows_configuration


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
        """Every report covers its implementation; where there is none, none does."""
        seen = rules.implementations_are_reviewed(ixit.net_sec_impl)
        return ask_each(answers, REVIEW_COVERS, NET_SEC_IMPL, ixit.net_sec_impl, seen=seen)


@case("5.5-3-1")
class TestCryptographyCanBeReplaced:
    """Algorithms and primitives can be replaced by an update (EN 303 645 5.5-3)."""

    @unit("a", decided_by=DecidedBy.RULE, per=SOFT_COMP)
    def test_cryptographic_parts_have_an_update_mechanism(self, ixit: Ixit) -> Judgements:
        """Every software part that does cryptography names what updates it."""
        return rules.cryptography_has_an_update_mechanism(ixit.soft_comp, ixit.upd_mech)

    @unit("b", decided_by=DecidedBy.RULE, per=SOFT_COMP)
    def test_side_effects_were_considered(self, ixit: Ixit) -> Judgements:
        """For every such part it is stated what an exchange would touch."""
        return rules.side_effects_were_considered(ixit.soft_comp)


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


@case("5.5-6-1")
class TestLinksKeepParametersConfidential:
    """Critical parameters are encrypted in transit, as the risk asks (EN 303 645 5.5-6)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[CONFIDENTIAL_IN_TRANSIT])
    def test_cryptography_keeps_parameters_confidential(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every link that a critical parameter crosses keeps it confidential."""
        return ask_of_links(answers, CONFIDENTIAL_IN_TRANSIT, ixit, critical_parameters(ixit))


@case("5.5-7-1")
class TestRemoteLinksKeepParametersConfidential:
    """Critical parameters stay confidential over remotely reachable links (EN 303 645 5.5-7)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[CONFIDENTIAL_WHEN_REMOTE])
    def test_cryptography_keeps_parameters_confidential(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every remotely reachable link with critical parameters keeps them confidential."""
        carried = critical_parameters(ixit)
        remote = [link for link in carried.links if link.remote]
        return ask_of_links(answers, CONFIDENTIAL_WHEN_REMOTE, ixit, carried, remote)


@case("5.5-8-1")
class TestCriticalParametersAreManaged:
    """Critical parameters are managed securely all their life (EN 303 645 5.5-8)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SEC_MGMT, questions=[WHOLE_LIFE_IS_COVERED])
    def test_management_covers_the_whole_life(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The processes together cover the life of critical parameters."""
        return ask_once(
            answers, WHOLE_LIFE_IS_COVERED, SEC_MGMT, ixit.sec_mgmt, fields=["description"]
        )

    @unit("b", decided_by=DecidedBy.RULE, per=CONF)
    def test_management_is_confirmed(self, ixit: Ixit) -> Judgements:
        """The supplier confirms that the processes are in operation."""
        return rules.practice_is_confirmed(ixit.conf, "secure_management")
