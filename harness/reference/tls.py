"""The web server's certificate and its TLS, by OpenSSL or, where OpenSSL refuses, by tlslite-ng."""

import contextlib
import ipaddress
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
from tlslite.errors import TLSAuthenticationError, TLSError

from harness.reference.flaws import Flaw, Flaws
from harness.reference.identity import Identity
from harness.reference.stream import ByteStream, TcpStream

_VALID_SINCE: Final = timedelta(days=30)
_VALID_FOR: Final = timedelta(days=730)
_EXPIRED_FROM: Final = datetime(2015, 1, 1, tzinfo=UTC)
_STRONG: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:!PSK"
_ANCIENT: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!PSK:@SECLEVEL=0"
_CHUNK: Final = 16384
T = TypeVar("T")
TlsServer = Callable[[TcpStream], ByteStream]
"""Does the handshake on a connection. Raises OSError when it fails."""


def make_certificate(
    identity: Identity, hostname: str, address: str, flaws: Flaws, folder: Path
) -> tuple[Path, Path]:
    """Write the self-signed certificate and its key as PEM; their paths."""
    now = datetime.now(UTC)
    begin = _EXPIRED_FROM if Flaw.EXPIRED_CERTIFICATE in flaws else now - _VALID_SINCE
    # No serial number in the name: a certificate is shown to everybody, before any login.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{hostname}.local")])
    names: list[x509.GeneralName] = [
        x509.DNSName(f"{hostname}.local"),
        x509.IPAddress(ipaddress.ip_address(address)),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(identity.tls_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + _VALID_FOR)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(identity.tls_key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "tls-certificate.pem", folder / "tls-key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        identity.tls_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


def make_server(certificate: Path, key: Path, flaws: Flaws) -> TlsServer:
    """The TLS of the web server: strong, or weak as ``flaws`` say."""
    if Flaw.WEAK_TLS_CIPHER in flaws:
        return _tlslite_server(certificate, key, flaws)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_STRONG)
    if Flaw.WEAK_TLS_VERSION in flaws:
        context.set_ciphers(_ANCIENT)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the flaw is wanted
            context.minimum_version = ssl.TLSVersion.TLSv1
    return lambda stream: OpensslStream(stream, context)


class OpensslStream:
    """TLS by OpenSSL over a logged connection: the wire and the clear text are both recorded."""

    def __init__(self, stream: TcpStream, context: ssl.SSLContext) -> None:
        """Do the handshake. Raises ssl.SSLError (an OSError) after sending its alert."""
        self._stream = stream
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._drive(self._tls.do_handshake)

    def recv(self, limit: int) -> bytes:
        """At most ``limit`` bytes of clear text; ``b""`` at the end."""
        try:
            data = self._drive(partial(self._tls.read, limit))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        self._stream.plain("received", data)
        return data

    def sendall(self, data: bytes) -> None:
        """Send all of ``data``."""
        view = memoryview(data)
        while view:
            chunk = view[:_CHUNK].tobytes()
            written = self._drive(partial(self._tls.write, chunk))
            self._stream.plain("sent", chunk[:written])
            view = view[written:]

    def finish(self) -> None:
        """Say goodbye (``close_notify``); never raises."""
        with contextlib.suppress(OSError):
            self._tls.unwrap()
        with contextlib.suppress(OSError):
            self._flush()

    def _drive(self, step: Callable[[], T]) -> T:
        """Repeat ``step`` while it waits for the peer, moving what TLS wants to say."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._flush()
                received = self._stream.recv(_CHUNK)
                if received:
                    self._incoming.write(received)
                else:
                    self._incoming.write_eof()
            finally:
                self._flush()

    def _flush(self) -> None:
        pending = self._outgoing.read()
        if pending:
            self._stream.sendall(pending)


class _Tlslite(Protocol):
    """What is used of a ``TLSConnection``, which has no types."""

    def recv(self, limit: int) -> bytearray: ...
    def sendall(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class TlsliteStream:
    """TLS by tlslite-ng, which still has RC4 and 3DES."""

    def __init__(self, stream: TcpStream, tls: _Tlslite) -> None:
        """Wrap a connection whose handshake is done."""
        self._stream = stream
        self._tls = tls

    def recv(self, limit: int) -> bytes:
        """At most ``limit`` bytes of clear text; ``b""`` at the end."""
        try:
            data = bytes(self._tls.recv(limit))
        except TLSError as error:
            raise ConnectionError(str(error)) from error
        self._stream.plain("received", data)
        return data

    def sendall(self, data: bytes) -> None:
        """Send all of ``data``."""
        try:
            self._tls.sendall(data)
        except TLSError as error:
            raise ConnectionError(str(error)) from error
        self._stream.plain("sent", data)

    def finish(self) -> None:
        """Say goodbye (``close_notify``); never raises."""
        with contextlib.suppress(OSError, TLSError):
            self._tls.close()


def _tlslite_server(certificate: Path, key: Path, flaws: Flaws) -> TlsServer:
    chain = X509CertChain()
    chain.parsePemList(certificate.read_text())
    private_key = parsePEMKey(key.read_text(), private=True)
    settings = HandshakeSettings()
    settings.minVersion = (3, 1) if Flaw.WEAK_TLS_VERSION in flaws else (3, 3)
    settings.maxVersion = (3, 4)
    settings.cipherNames = ["aes256gcm", "aes128gcm", "chacha20-poly1305", "3des", "rc4"]
    if Flaw.WEAK_TLS_VERSION in flaws:
        settings.cipherNames.insert(3, "aes128")

    def serve(stream: TcpStream) -> ByteStream:
        tls = TLSConnection(stream)
        tls.ignoreAbruptClose = True
        tls.closeSocket = False
        try:
            # Without a protocol of its own tlslite-ng stumbles over clients that offer some.
            tls.handshakeServer(
                certChain=chain,
                privateKey=private_key,
                settings=settings,
                alpn=[bytearray(b"http/1.1")],
            )
        except (TLSError, TLSAuthenticationError) as error:
            raise ConnectionError(str(error)) from error
        # tlslite-ng meets hostile hellos with a variety of built-in exceptions.
        except (ValueError, AssertionError, TypeError, KeyError, IndexError) as error:
            raise ConnectionError(f"bad hello: {error!r}") from error
        return TlsliteStream(stream, tls)

    return serve
