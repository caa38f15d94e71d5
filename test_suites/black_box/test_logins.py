"""Logins on the network: published and computed passwords, guessing; and what needs more."""

from typing import Final

from harness.testing import (
    INITIALISED,
    LIVE_LOGIN_NEEDS,
    CredentialsFacts,
    DecidedBy,
    FactView,
    Judgement,
    Judgements,
    MqttFacts,
    NetworkView,
    at_each_login,
    case,
    criteria,
    needs,
    unit,
    without_declaration,
    without_second_sample,
)

NEEDS: Final = needs((*LIVE_LOGIN_NEEDS, CredentialsFacts), INITIALISED)


@case("default-credentials-accepted")
class TestPublishedLogins:
    """No published login works."""

    @unit("", facts=NEEDS)
    def test_published_logins_are_refused(self, facts: FactView) -> Judgements:
        """At every login found, the published logins of such devices are refused."""
        network = NetworkView(facts, INITIALISED)
        return at_each_login(network, criteria.default_credentials_accepted)


@case("derived-default-password")
class TestComputedPasswords:
    """No password follows from public data."""

    @unit("", facts=NEEDS)
    def test_computed_passwords_are_refused(self, facts: FactView) -> Judgements:
        """At every login found, passwords computed from public data of the unit are refused."""
        network = NetworkView(facts, INITIALISED)
        return at_each_login(network, criteria.derived_default_password)


@case("wrong-credentials-accepted")
class TestMadeUpPasswords:
    """A made-up password is refused."""

    @unit("", facts=NEEDS)
    def test_made_up_passwords_are_refused(self, facts: FactView) -> Judgements:
        """At every login found, a random password is refused; holds only beside a good login."""
        network = NetworkView(facts, INITIALISED)
        targets = network.open_targets("tcp/")
        mqtt = [_made_up_mqtt(network, name) for name in targets if network.speaks(name, "mqtt")]
        return (*at_each_login(network, criteria.wrong_credentials_accepted), *mqtt)


@case("unlimited-login-attempts")
class TestGuessing:
    """Guessing is hindered."""

    @unit("", facts=NEEDS)
    def test_guessing_is_hindered(self, facts: FactView) -> Judgements:
        """At every network login found, wrong logins in a row are delayed, limited or stopped."""
        network = NetworkView(facts, INITIALISED)
        return at_each_login(network, criteria.unlimited_login_attempts, console=False)


@case("universal-default-password")
class TestPasswordsOfTwoSamples:
    """Factory passwords differ between units."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_factory_passwords_differ(self) -> Judgements:
        """Needs two samples as received."""
        return without_second_sample("universal-default-password")


@case("password-change-not-forced")
class TestChangeOfFactoryPassword:
    """The factory password must be replaced."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_a_new_password_is_demanded(self) -> Judgements:
        """Needs the sample as received and the login on its label."""
        what = "the sample as received and its factory login"
        return without_declaration("password-change-not-forced", what)


@case("former-password-accepted")
class TestReplacedPassword:
    """A replaced password is refused."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_the_replaced_password_is_refused(self) -> Judgements:
        """Needs the factory password and the one that replaced it."""
        what = "the factory password and the one that replaced it"
        return without_declaration("former-password-accepted", what)


@case("authorised-access")
class TestDocumentedLogin:
    """The documented login works."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_the_documented_login_works(self) -> Judgements:
        """Needs the declared authentication mechanisms."""
        what = "authentication mechanisms (IXIT 1-AuthMech)"
        return without_declaration("authorised-access", what)


@case("undeclared-login")
class TestDeclaredLogins:
    """Every login is declared."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_every_login_is_declared(self) -> Judgements:
        """Needs the declared authentication mechanisms."""
        what = "authentication mechanisms (IXIT 1-AuthMech)"
        return without_declaration("undeclared-login", what)


def _made_up_mqtt(network: NetworkView, name: str) -> Judgement:
    """A user made up as well, which the trials of the login points do not try."""
    return network.judge(
        MqttFacts,
        "wrong-credentials-accepted",
        name,
        lambda record: criteria.wrong_mqtt_credentials_accepted(record, name, name),
    )
