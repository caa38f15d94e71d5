"""What a TLS server answered to a ClientHello: records, alerts, the server's flight.

Everything is read as far as it is whole; what is malformed ends the reading and is said so.
"""

from dataclasses import dataclass, field
from typing import Final

from harness.facts.tls import TlsVersion
from harness.interpret.tls_hello import GROUPS, KEY_SHARE, SUPPORTED_VERSIONS
from harness.interpret.tls_suites import name_of, version_of
from harness.interpret.wire import Cursor

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE = 2, 11, 12, 14
WARNING, FATAL = 1, 2
MAX_RECORD: Final = 16384 + 2048
MAX_ANSWER: Final = 512 * 1024
MAX_CHAIN: Final = 10
MAX_CERTIFICATE: Final = 64 * 1024

ALERTS: Final[dict[int, str]] = {
    0: "close_notify",
    10: "unexpected_message",
    40: "handshake_failure",
    47: "illegal_parameter",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    109: "missing_extension",
    112: "unrecognized_name",
}
_HELLO_RETRY: Final = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
)
"""The random that makes a ServerHello a HelloRetryRequest (RFC 8446 section 4.1.3)."""


@dataclass(frozen=True)
class Alert:
    """An alert in clear."""

    fatal: bool
    code: int

    @property
    def name(self) -> str:
        """Name in RFC 8446 section 6, or ``alert N``."""
        return ALERTS.get(self.code, f"alert {self.code}")


@dataclass(frozen=True)
class ServerHello:
    """What the server chose.

    Attributes:
        version: None when it named a version that does not exist.
        group: of its key share (TLS 1.3 only), 0 if none.
        share: its public key in that group.
        retry: it asked for another hello (HelloRetryRequest).
    """

    version: TlsVersion | None
    suite: int
    group: int = 0
    share: bytes = b""
    retry: bool = False


@dataclass
class ServerAnswer:
    """A server's answer as far as it was read.

    Attributes:
        messages: handshake messages in clear, whole, for the transcript.
        certificates: DER, leaf first.
        key_exchange: body of the ServerKeyExchange.
        done: ServerHelloDone was seen.
        encrypted: bodies of encrypted records (TLS 1.3), with their headers.
        malformed: what cannot be TLS; ``""`` if all of it can.
    """

    hello: ServerHello | None = None
    messages: list[bytes] = field(default_factory=list)
    certificates: tuple[bytes, ...] = ()
    key_exchange: bytes = b""
    done: bool = False
    alert: Alert | None = None
    encrypted: list[bytes] = field(default_factory=list)
    malformed: str = ""

    @property
    def settled(self) -> bool:
        """Nothing more is needed to say how the hello was received (encrypted records aside)."""
        refused = self.alert is not None and self.alert.fatal
        return refused or self.done or bool(self.malformed) or self.retried

    @property
    def retried(self) -> bool:
        """The server asked for another hello."""
        return self.hello is not None and self.hello.retry


def read_answer(data: bytes) -> ServerAnswer:
    """Read the bytes that came back on one connection. Never raises."""
    answer = ServerAnswer()
    plain = bytearray()
    cursor = Cursor(data[:MAX_ANSWER])
    try:
        while cursor.left >= 5:  # noqa: PLR2004  (a record's header)
            header = cursor.take(5)
            length = int.from_bytes(header[3:], "big")
            if header[1] != 3 or length > MAX_RECORD:  # noqa: PLR2004  (major version of SSL 3 and TLS)
                answer.malformed = "not a TLS record"
                break
            if length > cursor.left:
                break
            _take_record(answer, header, cursor.take(length), plain)
    except ValueError as error:
        answer.malformed = str(error)
    return answer


def _take_record(answer: ServerAnswer, header: bytes, body: bytes, plain: bytearray) -> None:
    kind = header[0]
    if kind == ALERT and len(body) == 2:  # noqa: PLR2004  (level and description)
        if answer.alert is None or not answer.alert.fatal:
            answer.alert = Alert(body[0] == FATAL, body[1])
    elif kind == APPLICATION_DATA:
        answer.encrypted.append(header + body)
    elif kind == HANDSHAKE:
        plain += body
        _take_messages(answer, plain)
    elif kind != CHANGE_CIPHER_SPEC:
        raise ValueError(f"a record of type {kind} in a handshake")


def _take_messages(answer: ServerAnswer, plain: bytearray) -> None:
    while len(plain) >= 4:  # noqa: PLR2004  (a message's header)
        length = int.from_bytes(plain[1:4], "big")
        if length > MAX_ANSWER:
            raise ValueError("a handshake message too long to be one")
        if len(plain) < 4 + length:
            return
        message = bytes(plain[: 4 + length])
        del plain[: 4 + length]
        answer.messages.append(message)
        take_message(answer, message)


def take_message(answer: ServerAnswer, message: bytes) -> None:
    """Note what one whole handshake message says. Raises ValueError if it is malformed."""
    kind, body = message[0], message[4:]
    if kind == SERVER_HELLO:
        answer.hello = _server_hello(body)
    elif kind == CERTIFICATE:
        answer.certificates = _chain(Cursor(body).vector(3))
    elif kind == SERVER_KEY_EXCHANGE:
        answer.key_exchange = body
    elif kind == SERVER_HELLO_DONE:
        answer.done = True


def _server_hello(body: bytes) -> ServerHello:
    cursor = Cursor(body)
    version, random = cursor.number(2), cursor.take(32)
    cursor.vector(1)
    suite = cursor.number(2)
    cursor.number(1)
    group, share = 0, b""
    extensions = Cursor(cursor.vector(2) if cursor.left else b"")
    while extensions.left:
        kind, data = extensions.number(2), Cursor(extensions.vector(2))
        if kind == SUPPORTED_VERSIONS:
            version = data.number(2)
        elif kind == KEY_SHARE:
            group = data.number(2)
            share = data.vector(2) if data.left else b""
    return ServerHello(version_of(version), suite, group, share, random == _HELLO_RETRY)


def _chain(listed: bytes) -> tuple[bytes, ...]:
    cursor = Cursor(listed)
    chain: list[bytes] = []
    while cursor.left and len(chain) < MAX_CHAIN:
        chain.append(cursor.vector(3)[:MAX_CERTIFICATE])
    return tuple(chain)


def certificates_of_13(body: bytes) -> tuple[bytes, ...]:
    """Certificates in a Certificate message of TLS 1.3 (RFC 8446 section 4.4.2).

    Raises:
        ValueError: malformed.
    """
    cursor = Cursor(body)
    cursor.vector(1)
    entries = Cursor(cursor.vector(3))
    chain: list[bytes] = []
    while entries.left and len(chain) < MAX_CHAIN:
        chain.append(entries.vector(3)[:MAX_CERTIFICATE])
        entries.vector(2)
    return tuple(chain)


def key_exchange_name(answer: ServerAnswer) -> str:
    """Group or method of the key exchange: ``x25519``, ``DHE-1024``, ``RSA``; ``""`` unknown.

    A ServerKeyExchange is read by the suite that was chosen (RFC 5246 section 7.4.3, RFC 8422).
    """
    hello = answer.hello
    if hello is None:
        return ""
    if hello.version == "TLSv1.3":
        return GROUPS.get(hello.group, f"group 0x{hello.group:04X}") if hello.group else ""
    method = name_of(hello.suite).removeprefix("TLS_").split("_WITH_")[0]
    try:
        return _method(method, Cursor(answer.key_exchange))
    except ValueError:
        return ""


def _method(method: str, parameters: Cursor) -> str:
    if "PSK" in method or "KRB5" in method or "SRP" in method or not method:
        return method
    if method.startswith(("ECDHE", "ECDH_anon")):
        named = 3
        if parameters.number(1) != named:
            return "ECDHE explicit curve"
        group = parameters.number(2)
        return GROUPS.get(group, f"group 0x{group:04X}")
    if method.startswith(("DHE", "DH_anon")):
        bits = int.from_bytes(parameters.vector(2), "big").bit_length()
        return f"DHE-{bits}"
    return method.split("_", maxsplit=1)[0]
