import datetime as dt
import hashlib
import socket
import ssl
import subprocess
import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # tlslite-ng imports asyncore
    from tlslite.api import HandshakeSettings, TLSConnection
    from tlslite.errors import TLSError

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"


def negotiate(sample, version):
    """What OpenSSL, allowed everything, agrees with the server at exactly one version."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection((sample.address, sample.port("https")), 3) as plain,
        context.wrap_socket(plain) as tls,
    ):
        return tls.version(), tls.cipher()[0]


def negotiate_cipher(sample, name, version=(3, 3)):
    """The cipher that tlslite-ng, offering only one, agrees with the server."""
    settings = HandshakeSettings()
    settings.minVersion = settings.maxVersion = version
    settings.cipherNames = [name]
    with socket.create_connection((sample.address, sample.port("https")), 3) as plain:
        tls = TLSConnection(plain)
        tls.handshakeClientCert(settings=settings)
        agreed = tls.getCipherName()
        tls.close()
        return agreed


def key_of(sample):
    key = x509.load_der_x509_certificate(sample.certificate()).public_key()
    return hashlib.sha256(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def test_hardened_tls_is_1_2_and_1_3_with_strong_ciphers_only(start):
    sample = start()
    assert negotiate(sample, ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"
    assert "GCM" in negotiate(sample, ssl.TLSVersion.TLSv1_2)[1]
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        with pytest.raises(ssl.SSLError):
            negotiate(sample, version)
    for cipher in ("rc4", "3des"):
        with pytest.raises(TLSError):
            negotiate_cipher(sample, cipher)


def test_hardened_certificate_is_valid_unique_and_p256(start):
    first, second = start(sample="A"), start(sample="B")
    certificate = x509.load_der_x509_certificate(first.certificate())
    now = dt.datetime.now(dt.UTC)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc
    assert isinstance(certificate.public_key().curve, ec.SECP256R1)
    assert key_of(first) != key_of(second)


def test_weak_version_negotiates_1_0_and_1_1_beside_the_strong_ones(start):
    sample = start("weak-tls-version")
    for version, name in (
        (ssl.TLSVersion.TLSv1, "TLSv1"),
        (ssl.TLSVersion.TLSv1_1, "TLSv1.1"),
        (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ):
        assert negotiate(sample, version)[0] == name
    for cipher in ("rc4", "3des"):
        with pytest.raises(TLSError):
            negotiate_cipher(sample, cipher)


@pytest.mark.parametrize("flaws", [("weak-tls-cipher",), ("weak-tls-cipher", "weak-tls-version")])
def test_weak_ciphers_are_accepted_and_a_normal_client_still_works(start, browser, flaws):
    sample = start(*flaws)
    sample.initialise()
    assert negotiate_cipher(sample, "rc4") == "rc4"
    assert negotiate_cipher(sample, "3des") == "3des"
    assert negotiate(sample, ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"
    assert "ECDHE-ECDSA" in negotiate(sample, ssl.TLSVersion.TLSv1_2)[1]
    assert sample.post_login(browser, "admin", PASSWORD).status_code == 303
    assert browser.get(sample.url("/api/about"), timeout=5).json()["firmware"] == "2.4.1"
    if "weak-tls-version" in flaws:
        assert negotiate(sample, ssl.TLSVersion.TLSv1)[0] == "TLSv1"
    else:
        with pytest.raises(ssl.SSLError):
            negotiate(sample, ssl.TLSVersion.TLSv1)


def test_expired_certificate_ended_years_ago(start):
    certificate = x509.load_der_x509_certificate(start("expired-certificate").certificate())
    years = dt.datetime.now(dt.UTC) - dt.timedelta(days=3 * 365)
    assert certificate.not_valid_after_utc < years


def test_shared_tls_key_is_shared_by_tls_and_not_by_ssh(start):
    first, second = start("shared-tls-key", sample="A"), start("shared-tls-key", sample="B")
    assert key_of(first) == key_of(second)
    assert first.certificate() != second.certificate()
    keys = set()
    for sample in (first, second):
        sample.initialise()
        client = sample.ssh(PASSWORD)
        keys.add(client.get_transport().get_remote_server_key().asbytes())
        client.close()
    assert len(keys) == 2


@pytest.mark.parametrize("flaw", ["expired-certificate", "weak-tls-cipher"])
def test_garbage_instead_of_a_hello_does_not_harm_the_server(start, browser, flaw):
    sample = start(flaw)
    for garbage in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\xff",
        b"\x80\x01",
    ):
        sample.raw("https", garbage, wait_s=0.3)
    assert browser.get(sample.url("/login"), timeout=5).status_code == 200


def test_sslscan_can_read_the_hardened_server(start):
    sample = start()
    place = f"{sample.address}:{sample.port('https')}"
    run = subprocess.run(
        ["sslscan", "--no-colour", place], capture_output=True, text=True, timeout=60, check=True
    )
    assert "TLSv1.0   disabled" in run.stdout
    assert "TLSv1.3   enabled" in run.stdout
