"""TLS transcripts, made with a TLS server in memory, read by the tls interpreter."""

import contextlib
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import CaptureError
from harness.facts.tls import VERSIONS, TlsFacts, TlsServer, TlsVersion
from harness.interpret.base import Upstream
from harness.interpret.certificates import read_certificate
from harness.interpret.tls import interpret
from harness.interpret.tls_hello import EphemeralKeys, build, parse
from harness.interpret.tls_records import read_answer
from harness.interpret.tls_suites import FAMILIES, families_of, family_at, name_of, offered_at
from harness.model.observation import EvidenceRef, Present

SEED = 7
KEYS = EphemeralKeys.from_seed(SEED)
REF = EvidenceRef(path="x", where="y")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "dut\x1b[2J")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def flight(pem: Path, hello: bytes, newest: str = "TLSv1_3") -> bytes:
    """What OpenSSL, speaking TLS 1.2 and perhaps 1.3, answers to ``hello``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.maximum_version = ssl.TLSVersion[newest]
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello)
    with contextlib.suppress(ssl.SSLError):
        server.do_handshake()
    return outgoing.read()


def hello_for(version: TlsVersion, suites: Sequence[int]) -> bytes:
    return build((version,), suites, bytes(32), KEYS)


def talk(number: int, hello: bytes, answer: bytes, how: str = "left") -> list[dict]:
    """The records of one connection."""
    records = [
        {"kind": "connect", "connection": number, "port": 443, "step": "x", "outcome": "open"},
        {"kind": "sent", "connection": number, "layer": "tcp", "data": hello},
    ]
    if answer:
        records.append({"kind": "received", "connection": number, "layer": "tcp", "data": answer})
    return [*records, {"kind": "ended", "connection": number, "how": how}]


@pytest.fixture
def read(captured: Callable, journal: Callable) -> Callable[[bytes], TlsFacts]:
    def run(transcript: bytes) -> TlsFacts:
        inputs = {
            "kind": "inputs",
            "address": "127.0.0.1",
            "seed": SEED,
            "targets": [{"port": 443}],
        }
        files = {"inputs.jsonl": journal([inputs]), "tcp-443.jsonl": transcript}
        return interpret(captured(files), Upstream({}))

    return run


@pytest.fixture
def server_of(read: Callable, journal: Callable) -> Callable[..., TlsServer]:
    def run(*talks: tuple[bytes, bytes, str]) -> TlsServer:
        records = [
            record
            for number, (hello, answer, how) in enumerate(talks, 1)
            for record in talk(number, hello, answer, how)
        ]
        return read(journal(records)).servers[0]

    return run


def kinds(server: TlsServer) -> dict[str, str]:
    return {offer.version: offer.observation.kind for offer in server.versions}


ALERT = {
    name: bytes([21, 3, 1, 0, 2, 2, code])
    for name, code in {
        "handshake_failure": 40,
        "protocol_version": 70,
        "internal_error": 80,
    }.items()
}


@pytest.fixture
def good(pem: Path) -> tuple[bytes, bytes, str]:
    hello = hello_for("TLSv1.2", offered_at("TLSv1.2"))
    return hello, flight(pem, hello), "left"


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_an_accepted_offer_is_present_with_its_chain(server_of, pem, version) -> None:
    hello = hello_for(version, offered_at(version))
    server = server_of((hello, flight(pem, hello), "left"))
    assert kinds(server)[version] == "present"
    assert server.chain[0].key_type == "EC secp256r1"
    assert server.chain[0].self_signed
    assert server.chain[0].subject == "CN=dut\\x1b[2J"
    assert server.key_exchange == ("x25519",)


def test_an_alert_about_the_version_beside_a_success_shows_absence(server_of, good) -> None:
    old = hello_for("TLSv1.0", (0x002F,))
    server = server_of(good, (old, ALERT["protocol_version"], "closed"))
    assert kinds(server)["TLSv1.0"] == "absent"


def test_an_alert_without_any_success_shows_nothing(server_of) -> None:
    old = hello_for("TLSv1.0", offered_at("TLSv1.0"))
    server = server_of((old, ALERT["protocol_version"], "closed"))
    assert set(kinds(server).values()) == {"unknown"}
    assert {offer.observation.kind for offer in server.families} == {"unknown"}


def test_a_refusal_of_some_suites_does_not_speak_for_the_version(server_of, good) -> None:
    old = hello_for("TLSv1.0", (0x002F,))
    server = server_of((old, ALERT["handshake_failure"], "closed"), good)
    assert kinds(server)["TLSv1.0"] == "unknown"


def test_a_refusal_of_all_suites_shows_that_the_version_is_absent(server_of, good) -> None:
    old = hello_for("TLSv1.0", offered_at("TLSv1.0"))
    server = server_of((old, ALERT["handshake_failure"], "closed"), good)
    assert kinds(server)["TLSv1.0"] == "absent"


@pytest.mark.parametrize(
    ("answer", "how"),
    [(b"", "closed"), (b"", "reset"), (ALERT["internal_error"], "closed")],
)
def test_being_turned_away_counts_only_twice_and_before_a_success(
    server_of, good, answer, how
) -> None:
    old = (hello_for("TLSv1.0", offered_at("TLSv1.0")), answer, how)
    assert kinds(server_of(old, good))["TLSv1.0"] == "unknown"
    assert kinds(server_of(good, old, old))["TLSv1.0"] == "unknown"
    assert kinds(server_of(old, old, good))["TLSv1.0"] == "absent"


def test_silence_never_shows_absence(server_of, good) -> None:
    old = (hello_for("TLSv1.0", offered_at("TLSv1.0")), b"", "silent")
    assert kinds(server_of(old, old, old, good))["TLSv1.0"] == "unknown"


def test_an_older_version_chosen_denies_the_newer(server_of, pem) -> None:
    newest = build(("TLSv1.3", "TLSv1.2"), offered_at("TLSv1.2"), bytes(32), KEYS)
    server = server_of((newest, flight(pem, newest, "TLSv1_2"), "left"))
    assert kinds(server)["TLSv1.3"] == "absent"
    assert kinds(server)["TLSv1.2"] == "present"


def test_a_family_is_absent_only_when_every_version_refused_it(server_of, good) -> None:
    refused = ALERT["protocol_version"]
    others = [
        (hello_for(version, offered_at(version)[:5]), refused, "closed")
        for version in VERSIONS
        if version != "TLSv1.2"
    ]
    rc4 = hello_for("TLSv1.2", family_at("RC4", "TLSv1.2"))
    families = {
        offer.family: offer.observation.kind
        for offer in server_of(good, *others, (rc4, ALERT["handshake_failure"], "closed")).families
    }
    assert families["RC4"] == "absent"
    assert families["3DES"] == "unknown"
    without = server_of(good, *others[1:], (rc4, ALERT["handshake_failure"], "closed"))
    assert {offer.observation.kind for offer in without.families} == {"unknown"}


def test_a_suite_that_was_never_offered_is_no_acceptance(server_of, good) -> None:
    hello = hello_for("TLSv1.2", (0x0005,))
    server = server_of((hello, good[1], "left"))
    assert set(kinds(server).values()) == {"unknown"}
    assert server.ciphers == ()


def test_a_flight_that_breaks_off_is_no_acceptance(server_of, good) -> None:
    server = server_of((good[0], good[1][:-9], "closed"))
    assert set(kinds(server).values()) == {"unknown"}


def test_a_transcript_that_breaks_off_is_incomplete(read, journal, good) -> None:
    facts = read(journal(talk(1, *good), whole=False))
    assert not facts.complete


def test_a_target_without_transcript_is_not_examined(captured, journal) -> None:
    inputs = {"kind": "inputs", "address": "a", "seed": 1, "targets": [{"port": 443}]}
    facts = interpret(captured({"inputs.jsonl": journal([inputs])}), Upstream({}))
    assert facts.gap("tcp/443") == "no transcript was taken"


@pytest.mark.parametrize("targets", [["x"], [{"port": "443"}], [{"port": 0}], "443", [{}]])
def test_targets_that_are_not_ports_are_an_error(captured, journal, targets) -> None:
    inputs = {"kind": "inputs", "address": "a", "seed": 1, "targets": targets}
    with pytest.raises(CaptureError):
        interpret(captured({"inputs.jsonl": journal([inputs])}), Upstream({}))


def check(facts: TlsFacts) -> None:
    """No claim without what it must rest on."""
    for server in facts.servers:
        seen = [o.observation for o in server.versions] + [o.observation for o in server.families]
        if any(observation.kind == "absent" for observation in seen):
            assert any(isinstance(offer.observation, Present) for offer in server.versions)
        if any(isinstance(offer.observation, Present) for offer in server.families):
            assert server.ciphers


FUZZ = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FUZZ
@given(at=st.integers(0, 3000), cut=st.integers(0, 40), noise=st.binary(max_size=8))
def test_a_damaged_answer_gives_facts_that_hold_nothing_without_evidence(
    server_of, read, journal, good, at, cut, noise
) -> None:
    damaged = good[1][:at] + noise + good[1][at + cut :]
    old = hello_for("TLSv1.0", offered_at("TLSv1.0"))
    records = [
        *talk(1, good[0], damaged),
        *talk(2, old, ALERT["handshake_failure"], "closed"),
    ]
    check(read(journal(records)))


@FUZZ
@given(at=st.integers(0, 6000), cut=st.integers(0, 400), noise=st.binary(max_size=8))
def test_a_damaged_transcript_is_an_error_or_incomplete_or_harmless(
    read, journal, good, at, cut, noise
) -> None:
    whole = journal(talk(1, *good))
    with contextlib.suppress(CaptureError):
        check(read(whole[:at] + noise + whole[at + cut :]))


@given(st.binary(max_size=600))
def test_any_bytes_can_be_read_as_an_answer(data) -> None:
    answer = read_answer(b"\x16\x03\x03" + len(data).to_bytes(2, "big") + data)
    assert answer.hello is None or answer.messages


@given(st.binary(max_size=300))
def test_any_bytes_can_be_offered_as_a_certificate(data) -> None:
    assert read_certificate(b"\x30\x82" + data, REF) is None


@pytest.mark.parametrize("version", VERSIONS)
def test_a_hello_reads_back_as_it_was_built(version) -> None:
    suites = offered_at(version)[:40]
    offer = parse(hello_for(version, suites))
    assert (offer.version, offer.versions, offer.suites) == (version, (version,), suites)


def test_the_same_seed_gives_the_same_hello() -> None:
    again = build(("TLSv1.3",), (0x1301,), bytes(32), EphemeralKeys.from_seed(SEED))
    assert again == hello_for("TLSv1.3", (0x1301,))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0x0005, ("RC4",)),
        (0x0004, ("RC4", "MD5")),
        (0x000A, ("3DES",)),
        (0x0009, ("DES",)),
        (0x0008, ("EXPORT", "DES")),
        (0x0002, ("NULL",)),
        (0x0018, ("ANON", "RC4", "MD5")),
        (0xC02F, ()),
        (0x1301, ()),
        (0xC0B4, ("NULL",)),
    ],
)
def test_families_follow_from_the_suite(code, expected) -> None:
    assert families_of(code) == expected


def test_tls_1_3_shares_no_suite_with_older_versions() -> None:
    assert not set(offered_at("TLSv1.3")) & set(offered_at("TLSv1.2"))
    assert all(family_at(family, "TLSv1.2") for family in FAMILIES)


def test_an_unknown_suite_is_shown_as_its_number() -> None:
    assert name_of(0xABCD) == "0xABCD"
