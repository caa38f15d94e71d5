"""Criteria about TLS, SSH and keys."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.ssh import HostKey
from harness.facts.tls import VersionOffer
from harness.model.judgement import Outcome

TLS, SSH = "tcp/443", "tcp/22"
TLS_CRITERIA = [
    criteria.weak_tls_protocol,
    criteria.weak_tls_cipher,
    criteria.invalid_certificate,
    lambda r, item, target: criteria.declared_tls(r, item, target, ["TLSv1.3"]),
]
SSH_CRITERIA = [criteria.weak_ssh_algorithms, criteria.declared_ssh]


def _tls(made: Any, criterion: Any, **changes: Any) -> Any:
    return criterion(made.record(made.tls(made.tls_server(**changes))), "row", TLS)


def _ssh(made: Any, criterion: Any, **changes: Any) -> Any:
    return criterion(made.record(made.ssh(made.ssh_server(**changes))), "row", SSH)


@pytest.mark.parametrize("criterion", TLS_CRITERIA)
def test_a_sound_tls_server_holds_with_evidence(criterion: Any, made: Any) -> None:
    judged = _tls(made, criterion)
    assert judged.outcome is Outcome.HELD
    assert judged.evidence


@pytest.mark.parametrize("criterion", TLS_CRITERIA)
def test_a_tls_server_that_nobody_examined_decides_nothing(criterion: Any, made: Any) -> None:
    assert criterion(made.record(made.tls()), "row", TLS).outcome is Outcome.UNDECIDED
    known = made.tls(made.tls_server(), examined=())
    assert criterion(made.record(known), "row", TLS).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("version", ["SSLv3", "TLSv1.0", "TLSv1.1"])
def test_a_deprecated_version_contradicts(version: str, made: Any) -> None:
    judged = _tls(made, criteria.weak_tls_protocol, weak=(version,))
    assert judged.outcome is Outcome.CONTRADICTED
    assert judged.reason.params["version"] == version


def test_a_version_that_was_not_tried_decides_nothing(made: Any) -> None:
    only = (VersionOffer(version="TLSv1.3", observation=made.seen()),)
    assert _tls(made, criteria.weak_tls_protocol, versions=only).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("family", ["NULL", "EXPORT", "ANON", "RC4", "DES", "3DES", "MD5"])
def test_a_broken_cipher_family_contradicts(family: str, made: Any) -> None:
    judged = _tls(made, criteria.weak_tls_cipher, weak=(family,))
    assert judged.outcome is Outcome.CONTRADICTED


def test_a_family_that_was_not_offered_decides_nothing(made: Any) -> None:
    families = made.tls_server().families[:-1]
    assert _tls(made, criteria.weak_tls_cipher, families=families).outcome is Outcome.UNDECIDED


def test_a_small_diffie_hellman_group_contradicts(made: Any) -> None:
    small = _tls(made, criteria.weak_tls_cipher, key_exchange=("DHE-1024",))
    large = _tls(made, criteria.weak_tls_cipher, key_exchange=("x25519", "DHE-2048", "RSA"))
    assert small.reason.code == "weak-key-exchange"
    assert large.outcome is Outcome.HELD


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"not_after": "2026-02-01T00:00:00.000000Z"}, "certificate-expired"),
        ({"not_before": "2030-01-01T00:00:00.000000Z"}, "certificate-not-yet-valid"),
        ({"key_type": "RSA", "key_bits": 1024}, "certificate-key-weak"),
        ({"signature_hash": "SHA-1"}, "certificate-hash-weak"),
        ({"not_after": "soon"}, "validity-unreadable"),
    ],
)
def test_a_flawed_certificate_is_told_by_its_flaw(change: Any, code: str, made: Any) -> None:
    leaf = made.tls_server().chain[0].model_copy(update=change)
    assert _tls(made, criteria.invalid_certificate, chain=(leaf,)).reason.code == code


def test_no_certificate_decides_nothing(made: Any) -> None:
    assert _tls(made, criteria.invalid_certificate, chain=()).outcome is Outcome.UNDECIDED


def test_a_declared_version_that_is_refused_contradicts(made: Any) -> None:
    record = made.record(made.tls(made.tls_server()))
    judged = criteria.declared_tls(record, "row", TLS, ["TLSv1.1"])
    assert judged.reason.code == "declared-version-refused"


def test_a_sound_version_beyond_the_declared_one_holds(made: Any) -> None:
    record = made.record(made.tls(made.tls_server()))
    assert criteria.declared_tls(record, "row", TLS, ["TLSv1.2"]).outcome is Outcome.HELD


def test_a_weak_version_beyond_the_declared_one_contradicts(made: Any) -> None:
    record = made.record(made.tls(made.tls_server(weak=("TLSv1.0",))))
    assert criteria.declared_tls(record, "row", TLS, ["TLSv1.2"]).outcome is Outcome.CONTRADICTED


@pytest.mark.parametrize("criterion", SSH_CRITERIA)
def test_a_sound_ssh_server_holds_with_evidence(criterion: Any, made: Any) -> None:
    judged = _ssh(made, criterion)
    assert judged.outcome is Outcome.HELD
    assert judged.evidence


@pytest.mark.parametrize("criterion", SSH_CRITERIA)
def test_an_ssh_server_without_an_answer_decides_nothing(criterion: Any, made: Any) -> None:
    assert _ssh(made, criterion, answered=made.unknown()).outcome is Outcome.UNDECIDED
    assert criterion(made.record(made.ssh()), "row", SSH).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("kex", "diffie-hellman-group1-sha1"),
        ("host_key_algorithms", "ssh-rsa"),
        ("ciphers", "3des-cbc"),
        ("macs", "hmac-md5"),
    ],
)
def test_a_broken_ssh_algorithm_contradicts(field: str, name: str, made: Any) -> None:
    judged = _ssh(made, criteria.weak_ssh_algorithms, **{field: ("sound", name)})
    assert judged.outcome is Outcome.CONTRADICTED
    assert judged.reason.params["algorithms"] == name


def test_a_short_rsa_host_key_contradicts(made: Any) -> None:
    short = HostKey(type="ssh-rsa", bits=1024, sha256="k", evidence=made.ref())
    judged = _ssh(made, criteria.weak_ssh_algorithms, host_keys=(short,))
    assert judged.outcome is Outcome.CONTRADICTED


@pytest.mark.parametrize("field", ["kex", "host_key_algorithms", "ciphers", "macs"])
def test_an_offer_that_was_not_read_decides_nothing(field: str, made: Any) -> None:
    judged = _ssh(made, criteria.weak_ssh_algorithms, **{field: ()})
    assert judged.outcome is Outcome.UNDECIDED


def test_ssh_protocol_1_contradicts(made: Any) -> None:
    judged = _ssh(made, criteria.declared_ssh, identification="SSH-1.99-old")
    assert judged.outcome is Outcome.CONTRADICTED
    assert _ssh(made, criteria.declared_ssh, identification="").outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("kind", ["tls", "ssh"])
def test_shared_keys_are_found_between_samples_only(kind: str, made: Any) -> None:
    def judge(*keys: str, **changes: Any) -> Any:
        build, server = getattr(made, kind), getattr(made, f"{kind}_server")
        records = [
            made.record(build(server(key), **changes), sample, made.AR)
            for sample, key in zip("ABC", keys, strict=False)
        ]
        return getattr(criteria, f"shared_{kind}_key")(records, "DUT")

    assert judge("one", "two").outcome is Outcome.HELD
    assert judge("one", "two", "one").outcome is Outcome.CONTRADICTED
    assert judge("one").reason.code == "needs-two-samples"
    assert judge().outcome is Outcome.UNDECIDED
    assert judge("one", "two", complete=False).outcome is Outcome.UNDECIDED


def test_a_key_that_was_not_seen_is_not_a_different_one(made: Any) -> None:
    bare = [made.tls(made.tls_server(chain=())), made.tls(made.tls_server("b"))]
    records = [made.record(fact, name, made.AR) for fact, name in zip(bare, "AB", strict=True)]
    assert criteria.shared_tls_key(records, "DUT").reason.code == "no-key-seen"
