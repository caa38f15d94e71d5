"""What crosses the network: logins in clear, TLS, SSH."""

from collections.abc import Callable
from typing import Final, TypeVar

from harness.testing import (
    INITIALISED,
    LIVE_LOGIN_NEEDS,
    LOGIN_NEEDS,
    DecidedBy,
    FactRecord,
    Facts,
    FactView,
    Judgement,
    Judgements,
    NetworkView,
    SshFacts,
    TlsFacts,
    at_each,
    case,
    criteria,
    needs,
    unit,
    without_declaration,
    without_second_sample,
)

TLS_NEEDS: Final = needs((*LOGIN_NEEDS, TlsFacts), INITIALISED)
SSH_NEEDS: Final = needs((*LOGIN_NEEDS, SshFacts), INITIALISED)
F = TypeVar("F", bound=Facts)
LinkCriterion = Callable[[FactRecord[F], str, str], Judgement]


@case("plaintext-management")
class TestLoginsInClear:
    """No login crosses the network in clear."""

    @unit("", facts=needs(LIVE_LOGIN_NEEDS, INITIALISED))
    def test_no_login_crosses_in_clear(self, facts: FactView) -> Judgements:
        """Whatever asks for credentials does so inside TLS or SSH."""
        return NetworkView(facts, INITIALISED).logins_in_clear()


@case("weak-tls-protocol")
class TestTlsVersions:
    """No deprecated TLS version."""

    @unit("", facts=TLS_NEEDS)
    def test_deprecated_versions_are_refused(self, facts: FactView) -> Judgements:
        """Every TLS server refuses SSL 3, TLS 1.0 and TLS 1.1."""
        return _over_tls(facts, "weak-tls-protocol", criteria.weak_tls_protocol)


@case("weak-tls-cipher")
class TestTlsCiphers:
    """No broken cipher suite."""

    @unit("", facts=TLS_NEEDS)
    def test_broken_suites_are_refused(self, facts: FactView) -> Judgements:
        """Every TLS server refuses broken suites and small groups."""
        return _over_tls(facts, "weak-tls-cipher", criteria.weak_tls_cipher)


@case("invalid-certificate")
class TestCertificates:
    """Certificates are valid and strong."""

    @unit("", facts=TLS_NEEDS)
    def test_certificates_are_sound(self, facts: FactView) -> Judgements:
        """Every certificate sent is in its time and has a sound key and hash."""
        return _over_tls(facts, "invalid-certificate", criteria.invalid_certificate)


@case("weak-ssh-algorithms")
class TestSshAlgorithms:
    """No broken SSH algorithm."""

    @unit("", facts=SSH_NEEDS)
    def test_broken_algorithms_are_not_offered(self, facts: FactView) -> Judgements:
        """Every SSH server offers sound algorithms only."""
        network = NetworkView(facts, INITIALISED)
        ssh = [name for name in network.open_targets("tcp/") if network.speaks(name, "ssh")]
        look = criteria.weak_ssh_algorithms
        return at_each(network, ssh, _judging(network, SshFacts, "weak-ssh-algorithms", look))


@case("declared-cryptography")
class TestDeclaredCryptography:
    """Cryptography is the declared one."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_cryptography_is_the_declared_one(self) -> Judgements:
        """Needs the declared communication mechanisms."""
        what = "communication mechanisms (IXIT 11-ComMech)"
        return without_declaration("declared-cryptography", what)


@case("shared-key-material")
class TestKeysOfTwoSamples:
    """Private keys differ between units."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_keys_differ(self) -> Judgements:
        """Needs two samples."""
        return without_second_sample("shared-key-material")


def _over_tls(facts: FactView, criterion: str, look: LinkCriterion[TlsFacts]) -> Judgements:
    network = NetworkView(facts, INITIALISED)
    tls = [name for name in network.open_targets("tcp/") if network.in_tls(name)]
    return at_each(network, tls, _judging(network, TlsFacts, criterion, look))


def _judging(
    network: NetworkView, kind: type[F], criterion: str, look: LinkCriterion[F]
) -> Callable[[str], Judgement]:
    return lambda name: network.judge(
        kind, criterion, name, lambda record: look(record, name, name)
    )
