"""Interpreter of the ``dns`` probe: what DNS servers do for anybody (pure)."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final

from harness.facts.disclosure import Disclosure
from harness.facts.dns import DnsFacts, DnsServer
from harness.interpret import dns_messages
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.conversations import Conversation, read_conversations
from harness.interpret.dns_messages import (
    CHAOS,
    PTR,
    SOA,
    TXT,
    A,
    DnsMessage,
    DnsQuestion,
    Name,
    name,
    shown,
)
from harness.interpret.udp_servers import Asked, Exchange, named_versions, read_servers
from harness.model.ids import ProbeName
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

VERSION: Final = DnsQuestion(name("version.bind"), TXT, CHAOS)
HOSTNAME: Final = DnsQuestion(name("hostname.bind"), TXT, CHAOS)
OUTSIDE: Final = DnsQuestion(name("example.com"), A)
"""A name that no device is responsible for (RFC 2606)."""
IDENTIFIER: Final = 0xCEB5
_REFUSED: Final = 5
_NO_TRANSFER: Final = frozenset({1, 4, _REFUSED, 9})
"""Codes for a transfer that is not given: FORMERR, NOTIMP, REFUSED, NOTAUTH (RFC 5936, 2.2.1)."""
_NO_ERROR, _SERVER_FAILURE, _NO_SUCH_NAME = 0, 2, 3
_TRIED: Final = frozenset({_NO_ERROR, _SERVER_FAILURE, _NO_SUCH_NAME})
_CHAOS_STEPS: Final = ("version", "hostname")
_MAX_MESSAGES: Final = 64


def query_of(question: DnsQuestion, *, recursion: bool) -> bytes:
    """The query that the probe sends."""
    return dns_messages.query([question], IDENTIFIER, recursion=recursion)


def own_name(address: str) -> Name:
    """Under what name a server would know its own address; empty for IPv6, which is too long."""
    try:
        return name(ipaddress.IPv4Address(address).reverse_pointer)
    except ValueError:
        return ()


def zone_of(answers: Iterable[bytes]) -> Name:
    """The zone of the first name in answers to `own_name`: what follows its first label."""
    for reply in answers:
        message = _message(reply)
        for record in message.answers if message else ():
            if record.type == PTR and len(record.target) > 1:
                return record.target[1:]
    return ()


def interpret(captures: CaptureReader, upstream: Upstream) -> DnsFacts:
    """Facts of every server that the probe was given; needs no upstream fact itself.

    Raises:
        CaptureError: the inputs or a journal cannot be read.
    """
    del upstream  # the servers stand in the inputs
    read = read_servers(captures, lambda asked: _server(captures, asked))
    return DnsFacts(
        servers=read.servers,
        asked=read.asked,
        examined=tuple(server.endpoint.name for server in read.servers),
        not_examined=read.silent,
        complete=read.complete,
    )


def _server(captures: CaptureReader, asked: Asked) -> DnsServer | None:
    answered = [e for e in asked.exchanges if e.reply and _answer_to(e)]
    if not answered:
        return None
    zone = zone_of(entry.reply for entry in asked.answers("own-name"))
    return DnsServer(
        endpoint=asked.endpoint,
        answered=Present(evidence=(answered[0].evidence,)),
        recursion=_recursion(asked),
        transfer=_transfer(captures, asked.endpoint.port, zone),
        zone=shown(zone),
        chaos=_chaos(asked),
        disclosures=tuple(_disclosures(asked)),
    )


def _message(reply: bytes) -> DnsMessage | None:
    try:
        message = dns_messages.read(reply)
    except ValueError:
        return None
    return message if message.response and message.identifier == IDENTIFIER else None


def _answer_to(exchange: Exchange) -> DnsMessage | None:
    return _message(exchange.reply)


def _recursion(asked: Asked) -> Observation:
    """Available and tried: an answer, or a failure to reach the servers that would know."""
    for exchange in asked.answers("recursion"):
        message = _answer_to(exchange)
        if message is None:
            continue
        if message.rcode == _REFUSED or not message.recursion_available:
            return Absent(control=exchange.evidence)
        if message.rcode in _TRIED:
            return Present(evidence=(exchange.evidence,))
        return Unknown(reason=f"answered with code {message.rcode}")
    return Unknown(reason="the question about a name of others was not answered")


def _chaos(asked: Asked) -> Observation:
    """Answered, both questions; or silence to one, with an answer to a later question as control.

    Silence that lasts to the end may be a server that takes no more, or a link that loses all.
    """
    places = []
    for step in _CHAOS_STEPS:
        tries = [place for place, e in enumerate(asked.exchanges) if e.step == step]
        if not tries:
            return Unknown(reason=f"{step}.bind was not asked for")
        answered = [e for e in asked.answers(step) if _answer_to(e)]
        places += [e.evidence for e in answered[:1]]
        later = [e for e in asked.exchanges[tries[-1] + 1 :] if e.reply and _answer_to(e)]
        if not answered and not later:
            return Unknown(reason=f"{step}.bind and all that was asked after it got no answer")
        if not answered:
            return Absent(control=later[0].evidence)
    return Present(evidence=tuple(places))


def _disclosures(asked: Asked) -> Iterator[Disclosure]:
    for step in _CHAOS_STEPS:
        for exchange in asked.answers(step):
            message = _answer_to(exchange)
            for record in message.answers if message else ():
                if record.type == TXT and record.klass == CHAOS:
                    text = b" ".join(record.strings)
                    yield from named_versions(f"{step}.bind", text, exchange.evidence)


def _transfer(captures: CaptureReader, port: int, zone: Name) -> Observation:
    if not zone:
        return Unknown(reason="the server names no zone of its own")
    capture = f"tcp-{port}.jsonl"
    if not captures.has(capture):
        return Unknown(reason="no transfer was tried")
    for talk in read_conversations(captures.journal(capture)):
        return _handed_out(talk, captures.ref(capture, f"line {talk.last_line}"))
    return Unknown(reason="no transfer was recorded")


def _handed_out(talk: Conversation, place: EvidenceRef) -> Observation:
    messages = list(_framed(talk.received()))
    types = [record.type for message in messages for record in message.answers]
    if SOA in types and len(types) > 1:
        return Present(evidence=(place,))
    if talk.outcome == "refused" or (messages and messages[0].rcode in _NO_TRANSFER):
        return Absent(control=place)
    return Unknown(reason="the server neither handed the zone out nor refused")


def _framed(data: bytes) -> Iterator[DnsMessage]:
    """The messages of a TCP stream (RFC 1035 section 4.2.2), as far as they are whole."""
    at = 0
    for _ in range(_MAX_MESSAGES):
        size = int.from_bytes(data[at : at + 2], "big")
        message = _message(data[at + 2 : at + 2 + size])
        if message is None or len(data) < at + 2 + size:
            return
        yield message
        at += 2 + size


INTERPRETER = Interpreter(ProbeName("dns"), 1, DnsFacts, interpret)
