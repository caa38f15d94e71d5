"""Upgrades of a plain text protocol to TLS (RFC 3207 for SMTP, RFC 4217 for FTP)."""

from time import monotonic
from typing import Final

from harness.facts.services import FTP, SMTP
from harness.interpret.replies import is_final, reply_code
from harness.probes.recorded import RecordedConnection

REPLY_S: Final = 3.0
_READY, _TLS_READY = 220, 234
_UPGRADES: Final = {SMTP: (b"EHLO certbench\r\n", b"STARTTLS\r\n"), FTP: (b"AUTH TLS\r\n",)}


def read_reply(connection: RecordedConnection, timeout_s: float = REPLY_S) -> bytes:
    """One whole reply, several lines if need be (RFC 5321 section 4.2.1); ``b""`` for none."""
    reply = b""
    deadline = monotonic() + timeout_s
    while not is_final(reply) and (left := deadline - monotonic()) > 0:
        data = connection.receive(left)
        if not data:
            break
        reply += data
    return reply


def upgrade(connection: RecordedConnection, protocol: str) -> bool:
    """Ask the server to go on in TLS; whether it agreed."""
    if reply_code(read_reply(connection)) != _READY:
        return False
    code = 0
    for command in _UPGRADES.get(protocol, ()):
        connection.send(command)
        code = reply_code(read_reply(connection))
    return code in {_READY, _TLS_READY}
