"""Groups 5.1-1 to 5.1-5, functional cases: passwords and logins as the device really has them."""

from collections.abc import Sequence
from typing import Final

from harness.testing import (
    AS_RECEIVED,
    BLE,
    INITIALISED,
    LIVE_LOGIN_NEEDS,
    LOGIN_NEEDS,
    PAIRING_FOUND_NEEDS,
    PAIRING_NEEDS,
    RADIO_NEEDS,
    TRANSPORT_NEEDS,
    AirView,
    AnswerView,
    AuthMech,
    CredentialsFacts,
    DecidedBy,
    FactView,
    Generation,
    Ixit,
    Judgement,
    Judgements,
    NetworkView,
    Question,
    Samples,
    all_of,
    ask_each,
    case,
    criteria,
    declared_endpoints,
    default_communities,
    factory_login_judgements,
    judge_login,
    need,
    needs,
    network_endpoints,
    objections,
    on_the_network,
    over_rows,
    passkeys,
    radios,
    renewed,
    unit,
)

AUTH_MECH: Final = "1-AuthMech"
FACTORY_SET: Final = frozenset({Generation.UNIQUE_RANDOM, Generation.UNIQUE_THEN_USER})

CHANGE_IS_FORCED: Final = Question(
    id="5.1-1-2b",
    prompt="Take the unit as received and follow its documentation up to the first login of this "
    "row. Does every way in demand a password of your own before it lets you do anything else?",
    during=AS_RECEIVED.value,
)
PASSWORD_FITS_GENERATOR: Final = Question(
    id="5.1-1-2c",
    prompt="Compare the factory passwords of all units that you hold (label, papers, casing) with "
    "the row's Password Generation Mechanism. Do they look like its output, each different?",
    during=AS_RECEIVED.value,
)
NO_PATTERN_IN_PASSWORD: Final = Question(
    id="5.1-2-2a",
    prompt="Look at the factory passwords of all units that you hold. Are they free of counters, "
    "common words, anything printed beside them, and as complex as the row says?",
    during=AS_RECEIVED.value,
)
CHANGE_WORKS_AS_DOCUMENTED: Final = Question(
    id="5.1-4-2a",
    prompt="Follow the user documentation to change the authentication value of this row. Did the "
    "steps work as described?",
    during=INITIALISED.value,
)
EVERY_LOGIN: Final = (
    *needs(LOGIN_NEEDS, AS_RECEIVED),
    *needs(LIVE_LOGIN_NEEDS, INITIALISED),
    *PAIRING_FOUND_NEEDS,
)
FACTORY_LOGINS: Final = (need(CredentialsFacts, AS_RECEIVED, Samples.EACH), *PAIRING_NEEDS)


@case("5.1-1-2")
class TestNoUniversalDefaultPasswords:
    """No undeclared login; factory passwords are unique per unit or replaced (5.1-1)."""

    @unit("a", facts=EVERY_LOGIN)
    def test_every_login_found_on_the_network_is_declared(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Every login point lies at an endpoint of a 1-AuthMech row, in both states.

        A pairing over Bluetooth that authenticates somebody is such a login.

        A published SNMP community in use is a universal default password, declared or not.
        """
        communities = default_communities(NetworkView(facts, INITIALISED))
        return (*_logins_declared(facts, ixit), *communities)

    @unit(
        "b",
        decided_by=DecidedBy.OPERATOR,
        facts=[need(CredentialsFacts, AS_RECEIVED)],
        per=AUTH_MECH,
        questions=[CHANGE_IS_FORCED],
    )
    def test_the_user_must_set_a_password_before_use(
        self, facts: FactView, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """Where the user defines the password, the device insists on it before use."""
        scope = {Generation.UNIQUE_THEN_USER, Generation.USER_DEFINED}
        seen = [
            judge_login(facts, AS_RECEIVED, criteria.password_change_not_forced, row.id, name)
            for row in ixit.auth_mech
            if row.generation in scope
            for name in row.endpoints
        ]
        return ask_each(
            answers,
            CHANGE_IS_FORCED,
            AUTH_MECH,
            ixit.auth_mech,
            scope=lambda row: row.generation in scope,
            seen=seen,
        )

    @unit(
        "c",
        decided_by=DecidedBy.OPERATOR,
        facts=FACTORY_LOGINS,
        per=AUTH_MECH,
        questions=[PASSWORD_FITS_GENERATOR],
    )
    def test_factory_passwords_are_unique(
        self, facts: FactView, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """Factory passwords are in no published list and differ between samples.

        A password that is derived but differs from unit to unit does not contradict 5.1-1.
        """
        seen = [judged for row in ixit.auth_mech for judged in _not_unique(facts, row)]
        return _asked_of_factory_set(answers, PASSWORD_FITS_GENERATOR, ixit, seen)


@case("5.1-2-2")
class TestPasswordGeneration:
    """Factory passwords come from the declared generator (5.1-2)."""

    @unit(
        "a",
        decided_by=DecidedBy.OPERATOR,
        facts=FACTORY_LOGINS,
        per=AUTH_MECH,
        questions=[NO_PATTERN_IN_PASSWORD],
    )
    def test_factory_passwords_come_from_the_declared_generator(
        self, facts: FactView, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """No random generator gives a published, a shared or a derived password."""
        seen = [
            judged
            for row in ixit.auth_mech
            for judged in (*_not_unique(facts, row), *_derived(facts, row))
        ]
        return _asked_of_factory_set(answers, NO_PATTERN_IN_PASSWORD, ixit, seen)


@case("5.1-3-2")
class TestAuthenticationCryptography:
    """Logins over the network use sound cryptography, as declared (5.1-3)."""

    @unit("a", facts=(*needs(TRANSPORT_NEEDS, INITIALISED), *RADIO_NEEDS), per=AUTH_MECH)
    def test_logins_use_the_declared_cryptography(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Each row's endpoints, and any other place where a login crosses the network in clear."""
        network, air = NetworkView(facts, INITIALISED), radios(facts, ixit)

        def judge(row: AuthMech) -> Judgement:
            parts = [
                air[name].login(row.id)
                if name in air
                else network.protected(row.id, name, row.crypto)
                for name in network_endpoints(row)
            ]
            return all_of(row.id, "declared-cryptography", parts)

        rows = on_the_network(ixit.auth_mech)
        judged = over_rows(AUTH_MECH, "declared-cryptography", rows, judge)
        return (*judged, *network.logins_in_clear())


@case("5.1-4-2")
class TestChangeOfAuthenticationValue:
    """The user can change authentication values, and the old ones die (5.1-4)."""

    @unit(
        "a",
        decided_by=DecidedBy.OPERATOR,
        per=AUTH_MECH,
        questions=[CHANGE_WORKS_AS_DOCUMENTED],
    )
    def test_the_change_works_as_documented(self, ixit: Ixit, answers: AnswerView) -> Judgements:
        """The documented steps change the authentication value of each row."""
        return ask_each(
            answers,
            CHANGE_WORKS_AS_DOCUMENTED,
            AUTH_MECH,
            ixit.auth_mech,
            scope=_user_authenticates,
        )

    @unit("b", facts=[need(CredentialsFacts, INITIALISED), *PAIRING_NEEDS], per=AUTH_MECH)
    def test_the_old_password_dies_and_the_new_one_works(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Each row's network logins; one that never had a factory password only has the new one.

        A login that is a pairing over Bluetooth has another value each time.
        """

        def judge(row: AuthMech) -> Judgement:
            parts: list[Judgement] = []
            for name in network_endpoints(row):
                if name == BLE:
                    parts.append(renewed(facts, row.id))
                    continue
                looks = [criteria.authorised_access]
                if row.generation in FACTORY_SET:
                    looks.append(criteria.former_password_accepted)
                parts += [judge_login(facts, INITIALISED, look, row.id, name) for look in looks]
            return all_of(row.id, "former-password-accepted", parts)

        rows = [row for row in on_the_network(ixit.auth_mech) if _user_authenticates(row)]
        return over_rows(AUTH_MECH, "former-password-accepted", rows, judge)


@case("5.1-5-2")
class TestBruteForceResistance:
    """Guessing over the network is hindered (5.1-5)."""

    @unit("a", facts=EVERY_LOGIN)
    def test_every_network_login_is_declared(self, facts: FactView, ixit: Ixit) -> Judgements:
        """A login that no row declares has no declared protection against guessing."""
        return _logins_declared(facts, ixit)

    @unit("b", facts=[need(CredentialsFacts, INITIALISED), *PAIRING_NEEDS], per=AUTH_MECH)
    def test_wrong_logins_are_hindered(self, facts: FactView, ixit: Ixit) -> Judgements:
        """At each row's network endpoints, wrong logins in a row are delayed, limited or locked.

        So are wrong passkeys, where the login is a pairing over Bluetooth.
        """
        criterion = "unlimited-login-attempts"

        def judge(row: AuthMech) -> Judgement:
            parts = [_hindered(facts, row, name) for name in network_endpoints(row)]
            return all_of(row.id, criterion, parts)

        return over_rows(AUTH_MECH, criterion, on_the_network(ixit.auth_mech), judge)


def _logins_declared(facts: FactView, ixit: Ixit) -> Judgements:
    declared = declared_endpoints(ixit.auth_mech)
    return (
        *NetworkView(facts, AS_RECEIVED).undeclared_logins(declared),
        *NetworkView(facts, INITIALISED).undeclared_logins(declared),
        *AirView(facts, ixit).undeclared_login(ixit.auth_mech),
    )


def _user_authenticates(row: AuthMech) -> bool:
    return row.subject == "user" and row.generation is not Generation.NO_PASSWORD


def _asked_of_factory_set(
    answers: AnswerView, question: Question, ixit: Ixit, seen: Sequence[Judgement]
) -> Judgements:
    """A person on the rows with a factory password; facts may object to any row."""
    asked = ask_each(
        answers,
        question,
        AUTH_MECH,
        ixit.auth_mech,
        scope=lambda row: row.generation in FACTORY_SET,
        seen=seen,
    )
    answered = {entry.item for entry in asked}
    return (*asked, *(entry for entry in objections(seen) if entry.item not in answered))


def _not_unique(facts: FactView, row: AuthMech) -> Judgements:
    """A passkey that is always one that anybody tries first is a universal default, too."""
    return tuple(
        judged
        for name in row.endpoints
        for judged in (
            [passkeys(facts, row.id, guessing=False)]
            if name == BLE
            else factory_login_judgements(facts, AS_RECEIVED, row.id, name)
        )
    )


def _derived(facts: FactView, row: AuthMech) -> Judgements:
    look = criteria.derived_default_password
    return tuple(
        judge_login(facts, AS_RECEIVED, look, row.id, name, sample)
        for name in row.endpoints
        if name != BLE
        for sample in facts.samples
    )


def _hindered(facts: FactView, row: AuthMech, name: str) -> Judgement:
    if name == BLE:
        return passkeys(facts, row.id, guessing=True)
    return facts.judge(
        CredentialsFacts,
        INITIALISED,
        row.id,
        "unlimited-login-attempts",
        lambda record: criteria.unlimited_login_attempts(record, row.id, name, row.limit),
    )
