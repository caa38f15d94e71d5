"""The small web site of the router's maker: policy, support period, manual, security.txt.

It belongs to the maker and not to the device: it has an address of its own, and neither power nor
cable of the router matter to it. Each flaw of a publication really changes its page.
"""

import socket
import ssl
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from typing_extensions import override

from harness.errors import BenchFault
from harness.reference.flaws import Flaw, Flaws

HOST: Final = "www.networks.example"
PORT: Final = 443
POLICY: Final = "/security"
SUPPORT: Final = "/rr-1/support"
PARTS: Final = "/rr-1/parts"
MANUAL: Final = "/rr-1/manual"
SECURITY_TXT: Final = "/.well-known/security.txt"
LOGIN: Final = "/account/login"
_GONE_BY: Final = {
    POLICY: Flaw.NO_VDP,
    SECURITY_TXT: Flaw.NO_VDP,
    PARTS: Flaw.NO_PARTS_PAGE,
    MANUAL: Flaw.NO_SENSOR_DOCUMENTATION,
}
_LOGIN_BY: Final = {
    POLICY: Flaw.VDP_BEHIND_LOGIN,
    SUPPORT: Flaw.SUPPORT_BEHIND_LOGIN,
}
_VALID_FOR: Final = timedelta(days=365)
_EXPIRES_IN: Final = timedelta(days=300)
_TIMEOUT_S: Final = 10.0
_JOIN_S: Final = 2.0

_HOME: Final = """<p>We make routers for homes and small offices. On these pages you find the manual
of the Reference Router RR-1, how long it is supported, and whom to tell of a weakness.</p>"""
_POLICY_TEXT: Final = """<p>Tell us of a weakness in one of our products: write to
<a href="mailto:security@networks.example">security@networks.example</a>. You hear within two
working days that your report arrived, and from then on every seven days how far we are, until a
correction is released. We ask you to keep the matter to yourself until then, and name you in the
notice if you like.</p>"""
_SUPPORT_TEXT: Final = """<p>The Reference Router RR-1 gets security updates until
<time datetime="2031-12-31">31 December 2031</time>, five years after the last one is sold.</p>"""
_NO_PERIOD: Final = """<p>The Reference Router RR-1 gets security updates whenever we find something
that needs one. They are announced on our mailing list.</p>"""
_PARTS_TEXT: Final = """<p>All of the software of the Reference Router RR-1 can be updated but the
first stage of the boot loader. It lies in read-only memory, because it checks all that follows. If
a weakness is found in it by <time datetime="2031-12-31">31 December 2031</time>, when support ends,
we exchange your router for one without it, free of charge: write to
<a href="mailto:support@networks.example">support@networks.example</a>.</p>"""
_MANUAL_TEXT: Final = """<h2>7. Sensors</h2><p>The Reference Router RR-1 has neither microphone nor
camera, and nothing else that senses what goes on around it.</p>"""
_LOGIN_TEXT: Final = f"""<form method="post" action="{LOGIN}"><label>Mail address
<input type="email" name="user"></label><label>Password <input type="password" name="password">
</label><button>Log in</button></form>"""


class MakerSite:
    """The running site. Close it.

    Attributes:
        port: TCP port that it listens on.
        ca: PEM file of the authority that signed its certificate.
        there: whether it can be reached.
    """

    def __init__(self, address: str, port: int, flaws: Flaws, folder: Path) -> None:
        """Listen on ``address``; certificates go into ``folder``.

        Raises:
            BenchFault: the port is taken, or the address is not this machine's.
        """
        self._address = address
        self._flaws = flaws
        self.port = port
        self.ca, chain = _make_certificates(folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain)
        self.there = False
        self.come()

    def come(self) -> None:
        """Listen, if it does not.

        Raises:
            BenchFault: the port is taken, or the address is not this machine's.
        """
        if self.there:
            return
        try:
            self._server = _Server(self._address, self.port, self._flaws)
        except OSError as error:
            message = f"maker's site: cannot listen on {self._address}: {error}"
            raise BenchFault(message) from error
        # The handshake is left to the thread of the connection, so that nobody holds up the others.
        self._server.socket = self._context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="maker's site", daemon=True
        )
        self._thread.start()
        self.there = True

    def ready(self) -> dict[str, object]:
        """How to reach it."""
        return {"host": HOST, "address": self._address, "port": self.port, "ca": str(self.ca)}

    def close(self) -> None:
        """Stop listening: the maker is gone, until it comes again."""
        if not self.there:
            return
        self.there = False
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_JOIN_S)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str, port: int, flaws: Flaws) -> None:
        if ":" in address:
            self.address_family = socket.AF_INET6
        self.flaws = flaws
        self.pages = _pages(flaws)
        super().__init__((address, port), _Handler)

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of peers that go away or speak no TLS."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _TIMEOUT_S
    server_version = "web"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one request."""
        path = self.path.partition("?")[0]
        if _LOGIN_BY.get(path) in self.server.flaws:
            self._send(HTTPStatus.FOUND, "", location=f"{LOGIN}?next={path}")
            return
        found = self.server.pages.get(path)
        if found is None or _GONE_BY.get(path) in self.server.flaws:
            self._send(HTTPStatus.NOT_FOUND, _document("Not found", "<p>No such page.</p>"))
            return
        self._send(HTTPStatus.OK, found, plain=path == SECURITY_TXT)

    def _send(
        self, status: HTTPStatus, body: str, *, plain: bool = False, location: str = ""
    ) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"text/{'plain' if plain else 'html'}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(data)

    @override
    def log_message(self, format: str, *arguments: object) -> None:
        """Keep quiet: what was asked stands in the bench's captures."""


def _pages(flaws: Flaws) -> Mapping[str, str]:
    period = _NO_PERIOD if Flaw.MISSING_SUPPORT_PERIOD in flaws else _SUPPORT_TEXT
    return {
        "/": _document("Example Networks", _HOME),
        POLICY: _document("Reporting weaknesses", _POLICY_TEXT),
        SUPPORT: _document("Support for the RR-1", period),
        PARTS: _document("Parts of the RR-1", _PARTS_TEXT),
        MANUAL: _document("Manual of the RR-1", _MANUAL_TEXT),
        LOGIN: _document("Your account", _LOGIN_TEXT),
        SECURITY_TXT: _security_txt(),
    }


def _document(title: str, content: str) -> str:
    """A whole page; ``content`` is HTML already."""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>\n<body>\n<h1>{escape(title)}</h1>\n{content}\n"
        "</body>\n</html>\n"
    )


def _security_txt() -> str:
    """The file of RFC 9116, which must carry a date of expiry."""
    expires = (datetime.now(UTC) + _EXPIRES_IN).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"Contact: mailto:security@networks.example\nExpires: {expires}\n"
        f"Policy: https://{HOST}{POLICY}\nPreferred-Languages: en\n"
    )


def _make_certificates(folder: Path) -> tuple[Path, Path]:
    """An authority and, signed by it, the site's certificate with its key: two PEM files."""
    authority_key, site_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _name("Example Networks test authority")
    authority = (
        _certificate(issuer, issuer, authority_key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    site = (
        _certificate(_name(HOST), issuer, site_key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    ca, chain = folder / "maker-ca.pem", folder / "maker-site.pem"
    ca.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain.touch(mode=0o600)
    key = site_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain.write_bytes(key + site.public_bytes(serialization.Encoding.PEM))
    return ca, chain


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
