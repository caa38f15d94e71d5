"""What counts as the refusal of a zone transfer."""

from typing import Any

import pytest

from harness.interpret import dns, dns_messages
from harness.interpret.base import Upstream
from harness.model.observation import Absent, Unknown

PLACE = ("1.0.0.127.in-addr.arpa", "box.lan")


def pointer() -> bytes:
    """The server's own name, which tells the zone."""
    query = dns.query_of(
        dns_messages.DnsQuestion(dns_messages.name(PLACE[0]), dns_messages.PTR), recursion=True
    )
    labels = dns_messages.name(PLACE[1])
    body = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    record = b"\xc0\x0c\0\x0c\0\x01" + bytes(4) + len(body).to_bytes(2, "big") + body
    return query[:2] + b"\x84\0\0\1\0\1" + bytes(4) + query[12:] + record


@pytest.mark.parametrize(
    ("code", "kind"), [(5, Absent), (9, Absent), (4, Absent), (2, Unknown), (0, Unknown)]
)
def test_a_server_that_fails_refuses_nothing(
    captured: Any, journal: Any, code: int, kind: type
) -> None:
    asked = {"kind": "exchange", "step": "own-name", "sent": b"x", "outcome": "open"}
    answer = pointer()[:2] + bytes([0x80, code]) + bytes(8)
    talk = [
        {"kind": "connect", "connection": 1, "port": 53, "step": "transfer", "outcome": "open"},
        {"kind": "received", "connection": 1, "layer": "tcp", "data": b"\0\x0c" + answer},
    ]
    files = {
        "inputs.jsonl": journal([{"kind": "inputs", "address": "127.0.0.1", "udp": [53]}]),
        "udp-53.jsonl": journal([asked | {"received": pointer()}]),
        "tcp-53.jsonl": journal(talk),
    }
    (server,) = dns.interpret(captured(files, probe="dns"), Upstream({})).servers
    assert server.zone == "lan"
    assert isinstance(server.transfer, kind)
