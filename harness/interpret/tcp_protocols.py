"""Which protocol an exchange shows, told by the shape of what came back, never by the port.

A request is sent as it stands here, so that the capture alone says what was asked.
"""

import re
from typing import Final

from harness.facts.services import DNS, FTP, HTTP, MQTT, SMTP, SSH, TELNET
from harness.interpret.replies import reply_code
from harness.interpret.tls_hello import is_hello
from harness.interpret.tls_records import read_answer

TLS: Final = "tls"
RTSP: Final = "rtsp"

MQTT_CONNECT: Final = bytes.fromhex("1015 0004 4d515454 04 02 003c 0009") + b"certbench"
"""CONNECT without user or password, clean session (MQTT 3.1.1 section 3.1)."""
RTSP_OPTIONS: Final = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
DNS_QUERY: Final = bytes.fromhex("0011 ceb5 0100 0001 0000 0000 0000 00 0002 0001")
"""NS records of the root, with its length in front (RFC 1035 section 4.2.2)."""
EHLO: Final = b"EHLO certbench\r\n"
FEAT: Final = b"FEAT\r\n"
SYST: Final = b"SYST\r\n"
_HTTP_START: Final = b"GET / HTTP/1.1\r\n"

_IAC: Final = rb"\xff[\xfb-\xfe]"
_BANNERS: Final[dict[str, re.Pattern[bytes]]] = {
    SSH: re.compile(rb"(?:[^\n]{0,255}\n){0,10}?SSH-(?:2\.0|1\.99|1\.5)-[\x20-\x7e]+\r?\n"),
    TELNET: re.compile(_IAC + rb"|(?is:.{0,2000}\b(?:login|user ?name|password) ?: *$)"),
    "mysql": re.compile(rb".{3}\x00\x0a[0-9]+\.[0-9A-Za-z.+_-]+\x00", re.DOTALL),
    "vnc": re.compile(rb"RFB \d{3}\.\d{3}\n"),
    "pop3": re.compile(rb"\+OK[ \r]"),
    "imap": re.compile(rb"\* OK[ \r]"),
}
_HTTP_ANSWER: Final = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)[ \r]")
_BAD_REQUEST: Final = 400
_GREETING: Final = 220
_EHLO_ACCEPTED: Final = 250
_FTP_ANSWERS: Final = {FEAT: {211}, SYST: {215, 530}}


def http_request(address: str) -> bytes:
    """A plain request for ``/`` that leaves the connection closed."""
    host = f"[{address}]" if ":" in address else address
    lines = f"Host: {host}\r\nUser-Agent: certbench\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    return _HTTP_START + lines.encode()


def of_banner(banner: bytes) -> str:
    """The protocol whose server greets like this; ``""`` if a greeting alone does not say."""
    return next((name for name, shape in _BANNERS.items() if shape.match(banner)), "")


def greets_with_number(banner: bytes) -> bool:
    """A ``220`` greeting: SMTP and FTP both do that."""
    return reply_code(banner) == _GREETING


def of_exchange(sent: bytes, reply: bytes) -> str:
    """The protocol that ``reply`` confirms, given what was sent; ``""`` for none."""
    if not reply:
        return ""
    if is_hello(sent):
        answer = read_answer(reply)
        return TLS if not answer.malformed and (answer.hello or answer.alert) else ""
    if sent.startswith(_HTTP_START):
        return HTTP if _HTTP_ANSWER.match(reply) else of_banner(reply)
    return _of_command(sent, reply)


def _of_command(sent: bytes, reply: bytes) -> str:
    if sent == MQTT_CONNECT:
        # CONNACK: two bytes of content, return code 0 to 5 (section 3.2).
        return MQTT if reply[:2] == b"\x20\x02" and reply[3:4] in map(_byte, range(6)) else ""
    if sent == RTSP_OPTIONS:
        return RTSP if re.match(rb"RTSP/1\.0 \d{3}", reply) else of_banner(reply)
    if sent == DNS_QUERY:
        framed = int.from_bytes(reply[:2], "big") == len(reply) - 2
        return DNS if framed and reply[2:4] == sent[2:4] and reply[4:5] >= b"\x80" else ""
    if sent == EHLO:
        return SMTP if reply_code(reply) == _EHLO_ACCEPTED else ""
    return FTP if reply_code(reply) in _FTP_ANSWERS.get(sent, set()) else ""


def _byte(number: int) -> bytes:
    return bytes([number])


def may_hide_tls(sent: bytes, reply: bytes) -> bool:
    """Some TLS servers answer plain HTTP with a 400 in clear: worth a ClientHello."""
    match = _HTTP_ANSWER.match(reply)
    return sent.startswith(_HTTP_START) and match is not None and int(match[1]) == _BAD_REQUEST


def offers_upgrade(sent: bytes, reply: bytes) -> bool:
    """Whether the reply lists an upgrade to TLS (RFC 3207 section 4, RFC 4217 section 6)."""
    words = {EHLO: rb"(?im)^250[ -]STARTTLS\s*$", FEAT: rb"(?im)^\s*AUTH[ ].*TLS"}
    return sent in words and re.search(words[sent], reply) is not None
