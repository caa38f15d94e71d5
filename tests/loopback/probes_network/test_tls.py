"""The tls probe and its interpreter against real TLS servers on 127.0.0.1."""

import contextlib
import hashlib
import socket
import ssl
import struct
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.facts.base import Endpoint
from harness.facts.services import FTP, HTTP, SMTP, Service, ServicesFacts
from harness.facts.tls import TlsServer
from harness.interpret.base import Upstream
from harness.interpret.tls import interpret
from harness.interpret.tls_records import FATAL
from harness.model.observation import EvidenceRef
from harness.probes.tls import PROBE

pytestmark = pytest.mark.loopback

REF = EvidenceRef(path="services", where="here")
EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"


def services(port: int, protocol: str = HTTP, *, starttls: bool = False) -> ServicesFacts:
    endpoint = Endpoint(address="127.0.0.1", transport="tcp", port=port)
    service = Service(
        endpoint=endpoint,
        protocol=protocol,
        tls=not starttls,
        starttls=starttls,
        evidence=(REF,),
    )
    return ServicesFacts(services=(service,), examined=(endpoint.name,), complete=True)


@pytest.fixture
def look(context_for: Callable) -> Callable[..., TlsServer]:
    """Collect, interpret, and give the one server."""

    def run(port: int, protocol: str = HTTP, *, starttls: bool = False) -> TlsServer:
        upstream = services(port, protocol, starttls=starttls)
        captures = context_for("tls", upstream).collect(PROBE)
        facts = interpret(captures, Upstream({"services": upstream}))
        assert facts.complete
        return facts.servers[0]

    return run


def versions(server: TlsServer) -> dict[str, str]:
    return {offer.version: offer.observation.kind for offer in server.versions}


def families(server: TlsServer) -> dict[str, str]:
    return {offer.family: offer.observation.kind for offer in server.families}


def present(kinds: dict[str, str]) -> set[str]:
    return {name for name, kind in kinds.items() if kind == "present"}


def test_a_hardened_server_shows_two_versions_and_no_weak_family(
    servers, look, tls_handler, ec_pem
) -> None:
    port = servers.tcp(tls_handler(ec_pem))
    started = time.monotonic()
    server = look(port)
    assert time.monotonic() - started < 2.0
    assert present(versions(server)) == {"TLSv1.2", "TLSv1.3"}
    assert set(versions(server).values()) == {"present", "absent"}
    assert set(families(server).values()) == {"absent"}
    leaf = server.chain[0]
    assert (leaf.key_type, leaf.key_bits, leaf.self_signed) == ("EC secp256r1", 256, True)
    assert leaf.names == ("router.example",)
    assert "\x1b" not in leaf.subject
    assert server.observed_at.endswith("Z")
    assert server.key_exchange == ("x25519",)


def test_old_versions_and_weak_suites_are_seen(servers, look, tls_handler, rsa_pem) -> None:
    server = look(servers.tcp(tls_handler(rsa_pem, ciphers=EVERYTHING, low="TLSv1")))
    assert present(versions(server)) == {"TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"}
    assert present(families(server)) >= {"NULL", "ANON"}
    assert families(server)["RC4"] == "absent"
    assert any(name.startswith("DHE-") for name in server.key_exchange) or server.key_exchange


def test_the_suites_are_those_that_the_local_library_negotiates(
    servers, look, tls_handler, rsa_pem
) -> None:
    port = servers.tcp(tls_handler(rsa_pem, high="TLSv1_2", ciphers="ECDHE+AES:RSA+AES"))
    found = {offer.name for offer in look(port).ciphers}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ECDHE+AES:RSA+AES")
    expected = {
        suite["description"].split()[0]
        for suite in context.get_ciphers()
        if suite["protocol"] == "TLSv1.2" and "ECDSA" not in suite["name"]
    }
    assert len(found) >= len([name for name in expected if "RSA" in name or name.startswith("AES")])
    assert "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" in found
    assert "TLS_RSA_WITH_AES_128_CBC_SHA" in found


@pytest.mark.parametrize("suites", ["TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"])
def test_the_certificate_of_a_server_that_speaks_only_tls_1_3_is_read(
    servers, look, tls_handler, ec_pem, suites
) -> None:
    server = look(servers.tcp(tls_handler(ec_pem, low="TLSv1_3")))
    assert present(versions(server)) == {"TLSv1.3"}
    assert families(server)["RC4"] == "absent"
    assert server.chain[0].names == ("router.example",)
    assert suites in {offer.name for offer in server.ciphers}


def tlslite_handler(pem: Path, **settings: object) -> Callable[[socket.socket], None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports asyncore
        from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

    text = pem.read_text()
    chain = X509CertChain()
    chain.parsePemList(text)
    key = parsePEMKey(text, private=True)
    wanted = HandshakeSettings()
    for name, value in settings.items():
        setattr(wanted, name, value)

    def handle(peer: socket.socket) -> None:
        connection = TLSConnection(peer)
        with contextlib.suppress(Exception):
            connection.handshakeServer(certChain=chain, privateKey=key, settings=wanted)

    return handle


def test_sslv3_rc4_and_3des_are_seen_though_the_local_library_lost_them(
    servers, look, rsa_pem
) -> None:
    handler = tlslite_handler(
        rsa_pem,
        minVersion=(3, 0),
        maxVersion=(3, 3),
        cipherNames=["rc4", "3des", "aes128"],
        macNames=["sha", "md5", "sha256"],
    )
    server = look(servers.tcp(handler))
    assert present(versions(server)) == {"SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"}
    assert present(families(server)) == {"RC4", "3DES", "MD5"}
    names = {offer.name for offer in server.ciphers}
    assert {"TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"} <= names
    assert any(name.startswith("DHE-") for name in server.key_exchange)
    assert server.chain[0].key_type == "RSA"


def test_tls13_is_seen_on_a_server_that_is_strict_about_groups(servers, look, rsa_pem) -> None:
    handler = tlslite_handler(rsa_pem, minVersion=(3, 3), maxVersion=(3, 4))
    server = look(servers.tcp(handler))
    assert present(versions(server)) == {"TLSv1.2", "TLSv1.3"}


def test_a_server_that_objects_to_how_an_offer_is_written_refuses_no_version(servers, look) -> None:
    def object_to_everything(peer: socket.socket) -> None:
        if peer.recv(65536):
            peer.sendall(bytes((21, 3, 3, 0, 2, 2, 47)))  # fatal illegal_parameter

    server = look(servers.tcp(object_to_everything))
    assert set(versions(server).values()) == {"unknown"}


@pytest.mark.slow
def test_a_server_that_never_answers_leaves_everything_unknown(servers, look) -> None:
    def swallow(peer: socket.socket) -> None:
        while peer.recv(65536):
            pass

    server = look(servers.tcp(swallow))
    assert set(versions(server).values()) == {"unknown"}
    assert set(families(server).values()) == {"unknown"}
    assert server.chain == ()


def test_a_server_that_resets_leaves_everything_unknown(servers, look) -> None:
    def reset(peer: socket.socket) -> None:
        peer.recv(10)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    server = look(servers.tcp(reset))
    assert set(versions(server).values()) == {"unknown"}


def test_a_server_that_refuses_everything_with_an_alert_leaves_everything_unknown(
    servers, look
) -> None:
    def refuse(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(bytes([21, 3, 1, 0, 2, FATAL, 40]))

    server = look(servers.tcp(refuse))
    assert set(versions(server).values()) == {"unknown"}


def test_a_server_that_closes_on_old_versions_is_believed_because_it_accepts_others_after(
    servers, look, tls_handler, ec_pem
) -> None:
    secured = tls_handler(ec_pem, high="TLSv1_2")

    def picky(peer: socket.socket) -> None:
        hello = peer.recv(65536, socket.MSG_PEEK)
        if hello[9:11] == b"\x03\x03":
            secured(peer)

    server = look(servers.tcp(picky))
    assert versions(server)["TLSv1.2"] == "present"
    assert versions(server)["TLSv1.0"] == "absent"


def test_a_server_that_dies_in_the_middle_gives_no_absence_by_closing(
    servers, look, tls_handler, ec_pem
) -> None:
    secured = tls_handler(ec_pem)
    alive = iter([True] * 3)

    def dying(peer: socket.socket) -> None:
        if next(alive, False):
            secured(peer)

    server = look(servers.tcp(dying))
    assert versions(server)["TLSv1.3"] == "present"
    assert versions(server)["TLSv1.0"] == "unknown"
    assert set(families(server).values()) == {"unknown"}


def starttls(
    secured: Callable[[socket.socket], None], answers: dict[bytes, bytes]
) -> Callable[[socket.socket], None]:
    def handle(peer: socket.socket) -> None:
        peer.sendall(b"220-dut\r\n220 ready\r\n")
        while line := peer.recv(4096):
            reply = answers.get(line[:4], b"500 what\r\n")
            peer.sendall(reply)
            if reply[:3] in {b"220", b"234"}:
                secured(peer)
                return

    return handle


@pytest.mark.parametrize(
    ("protocol", "answers"),
    [
        (SMTP, {b"EHLO": b"250-dut\r\n250 STARTTLS\r\n", b"STAR": b"220 go\r\n"}),
        (FTP, {b"AUTH": b"234 go\r\n"}),
    ],
)
def test_tls_after_an_upgrade_is_seen(
    servers, look, tls_handler, rsa_pem, protocol, answers
) -> None:
    port = servers.tcp(starttls(tls_handler(rsa_pem), answers))
    server = look(port, protocol, starttls=True)
    assert present(versions(server)) == {"TLSv1.2", "TLSv1.3"}
    assert server.chain[0].key_bits == 2048


def test_no_tls_endpoint_gives_empty_complete_facts(context_for) -> None:
    upstream = ServicesFacts(services=(), complete=True)
    captures = context_for("tls", upstream).collect(PROBE)
    facts = interpret(captures, Upstream({"services": upstream}))
    assert (facts.servers, facts.complete) == ((), True)


def test_a_completed_handshake_of_the_local_library_agrees(
    servers, look, tls_handler, ec_pem
) -> None:
    port = servers.tcp(tls_handler(ec_pem))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
    assert look(port).chain[0].sha256 == hashlib.sha256(der).hexdigest()
