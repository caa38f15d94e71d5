"""Exchanges with open ports in, confirmed protocols out; what was not confirmed says so."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from harness.encoding.text import from_latin, neutralise, to_latin
from harness.facts.base import Endpoint, NotExamined
from harness.facts.ports import PortsFacts, PortState
from harness.facts.services import FTP, HTTP, SMTP, UNCONFIRMED, Service, ServicesFacts
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.conversations import Conversation, read_conversations
from harness.interpret.nmap_xml import read_scan
from harness.interpret.replies import is_final
from harness.interpret.tcp_protocols import (
    DNS_QUERY,
    MQTT_CONNECT,
    RTSP_OPTIONS,
    TLS,
    greets_with_number,
    may_hide_tls,
    of_banner,
    of_exchange,
    offers_upgrade,
)
from harness.interpret.tls_hello import is_hello
from harness.interpret.udp_queries import answers
from harness.model.ids import ProbeName

GUESSES: Final = "nmap-versions.xml"
MAX_BANNER: Final = 1024
MAX_GUESS: Final = 200
MAX_XML: Final = 16 * 1024 * 1024
SSH_PREFIX: Final = "SSH-"
AGAIN: Final = "again"
"""Step of the connection that asks for what was confirmed once more."""
NUMBERED: Final = frozenset({SMTP, FTP})
"""Protocols whose greeting alone does not tell them apart."""
QUESTIONS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "TLS": is_hello,
    "MQTT": MQTT_CONNECT.__eq__,
    "RTSP": RTSP_OPTIONS.__eq__,
    "DNS": DNS_QUERY.__eq__,
}
"""What every port that nothing was confirmed on must have been asked."""


@dataclass(frozen=True)
class Exchange:
    """What was sent, all that came back until the next thing was sent, and where it stands.

    Attributes:
        sent: ``b""`` for what the service said by itself.
        line: of the last byte of the reply.
    """

    layer: str
    sent: bytes
    reply: bytes
    line: int


@dataclass(frozen=True)
class _Found:
    protocol: str
    tls: bool
    line: int


def exchanges(conversation: Conversation) -> Iterator[Exchange]:
    """Cut a conversation into exchanges; the first one is the banner."""
    layer, sent, reply, line = "tcp", b"", b"", conversation.line
    for turn in conversation.turns:
        if turn.sent:
            yield Exchange(layer, sent, reply, line)
            layer, sent, reply, line = turn.layer, turn.data, b"", turn.line
        else:
            if turn.layer != layer:
                yield Exchange(layer, sent, reply, line)
                layer, sent, reply = turn.layer, b"", b""
            reply += turn.data
            line = turn.line
    yield Exchange(layer, sent, reply, line)


def interpret(captures: CaptureReader, upstream: Upstream) -> ServicesFacts:
    """One service for each port that accepted a connection.

    Raises:
        CaptureError: the inputs or a journal cannot be read.
    """
    address, targets = _inputs(captures)
    guesses = _guesses(captures, address)
    services: list[Service] = []
    missed: list[NotExamined] = []
    whole = captures.complete
    for transport, port in targets:
        endpoint = Endpoint(address=address, transport=transport, port=port)
        name = f"{transport}-{port}.jsonl"
        if not captures.has(name):
            missed.append(NotExamined(target=endpoint.name, reason="it was not asked"))
            continue
        look = tcp_service if transport == "tcp" else udp_service
        found = look(captures, name, endpoint)
        whole = whole and captures.journal(name).complete
        if isinstance(found, NotExamined):
            missed.append(found)
            continue
        services.append(_with_guess(found, guesses))
        missed += unread(captures, name, found)
    missed += _left_out(upstream, {f"{transport}/{port}" for transport, port in targets})
    return ServicesFacts(
        services=tuple(services),
        examined=understood(services, missed),
        not_examined=tuple(missed),
        complete=whole,
    )


def understood(services: Iterable[Service], missed: Iterable[NotExamined]) -> tuple[str, ...]:
    """Names of the services that were asked everything and could be read."""
    gaps = {gap.target for gap in missed}
    return tuple(s.endpoint.name for s in services if s.endpoint.name not in gaps)


def _inputs(captures: CaptureReader) -> tuple[str, list[tuple[Literal["tcp", "udp"], int]]]:
    record = captures.journal(INPUTS).first("inputs")
    result: dict[tuple[Literal["tcp", "udp"], int], None] = {}
    for transport in ("tcp", "udp"):
        result.update(dict.fromkeys((transport, port) for port in record.ports(transport)))
    return record.text("address"), list(result)


def _left_out(upstream: Upstream, asked: set[str]) -> list[NotExamined]:
    """Ports of the ports facts that this attempt did not ask, with the reason."""
    ports = upstream.find(PortsFacts)
    return [
        NotExamined(
            target=port.endpoint.name,
            reason="it vanished between two looks of the port scan"
            if port.state is PortState.VANISHED
            else "it was not asked",
        )
        for port in (ports.ports if ports else ())
        if port.endpoint.name not in asked
    ]


def tcp_service(captures: CaptureReader, name: str, endpoint: Endpoint) -> Service | NotExamined:
    """What the journal ``name`` shows of a TCP port; not examined if it took no connection."""
    conversations = read_conversations(captures.journal(name))
    if not any(conversation.outcome == "open" for conversation in conversations):
        outcomes = ", ".join(dict.fromkeys(entry.outcome for entry in conversations)) or "none"
        reason = f"the scan found it open, connections to it ended: {outcomes}"
        return NotExamined(target=endpoint.name, reason=reason)
    everything = [entry for talk in conversations for entry in exchanges(talk)]
    found = _best(everything)
    banner = next((entry.reply for entry in everything if not entry.sent and entry.reply), b"")
    return Service(
        endpoint=endpoint,
        protocol=found.protocol,
        tls=found.tls,
        starttls=any(offers_upgrade(entry.sent, entry.reply) for entry in everything),
        banner=to_latin(banner[:MAX_BANNER]),
        evidence=(captures.ref(name, f"line {found.line}"),),
    )


def _best(everything: list[Exchange]) -> _Found:
    """What the exchanges confirm: in the clear, before inside TLS, before TLS itself.

    Plain HTTP that only says 400 is what some TLS servers answer to plain text: it counts as HTTP
    only when TLS was not confirmed.
    """
    plain, secured, inside = [], [], []
    for entry in everything:
        protocol = of_exchange(entry.sent, entry.reply) if entry.sent else of_banner(entry.reply)
        if not protocol:
            continue
        found = _Found(protocol, entry.layer == "tls", entry.line)
        if entry.layer == "tls":
            inside.append(found)
        elif protocol == TLS:
            secured.append(_Found(UNCONFIRMED, tls=True, line=entry.line))
        elif not (protocol == HTTP and may_hide_tls(entry.sent, entry.reply)):
            plain.append(found)
    only_400 = [
        _Found(HTTP, tls=False, line=entry.line)
        for entry in everything
        if entry.layer == "tcp" and may_hide_tls(entry.sent, entry.reply)
    ]
    nothing = _Found(UNCONFIRMED, tls=False, line=everything[-1].line)
    return [*plain, *inside, *secured, *only_400, nothing][0]


def unread(captures: CaptureReader, name: str, service: Service) -> tuple[NotExamined, ...]:
    """Why it is not known what a TCP service speaks, where that is not for lack of a protocol.

    A protocol counts when the port speaks it twice. A port that answered every question with
    something else, with silence or by hanging up speaks nothing that was asked for. One that never
    stopped talking, or could not be asked everything, may speak anything.
    """
    if service.endpoint.transport != "tcp":
        return ()
    conversations = read_conversations(captures.journal(name))
    why = _shifted(conversations, service)
    if service.protocol == UNCONFIRMED and not why:
        why = _unread_in_tls(conversations) if service.tls else _unread(conversations, service)
    return (NotExamined(target=service.endpoint.name, reason=why),) if why else ()


def _shifted(conversations: Sequence[Conversation], service: Service) -> str:
    """Whether a port spoke something else, or nothing, whenever it was asked the same again."""
    wanted = TLS if service.tls else service.protocol
    asked = [talk for talk in conversations if talk.step == AGAIN and talk.outcome == "open"]
    if asked and not any(talk.received() for talk in asked):
        return f"it spoke {wanted} once, and nothing when it was asked again"
    for talk in asked:
        said = list(exchanges(talk)) if talk.received() else []
        spoken = {of_exchange(e.sent, e.reply) if e.sent else of_banner(e.reply) for e in said}
        numbered = wanted in NUMBERED and greets_with_number(talk.received())
        if said and wanted not in spoken and not numbered:
            return f"it spoke {wanted} once, and something else when it was asked again"
    return ""


def _unread_in_tls(conversations: Sequence[Conversation]) -> str:
    if not any(talk.upgraded for talk in conversations):
        return "it speaks TLS in which the bench could ask nothing"
    if any(talk.upgraded and talk.ended == "left" for talk in conversations):
        return "inside TLS it still sent when the bench had enough"
    return ""


def _unread(conversations: Sequence[Conversation], service: Service) -> str:
    if SSH_PREFIX in service.banner:
        return "it greets like SSH, with an identification that RFC 4253 does not allow"
    if greets_with_number(from_latin(service.banner)):
        return "it greets like FTP or SMTP, and answers as neither"
    talks = [talk for talk in conversations if talk.outcome == "open"]
    if any(talk.ended == "left" and not _numbered(talk) for talk in talks):
        return "it still sent when the bench had enough"
    first = talks[0]
    if first.ended in {"reset", "closed"} and not first.turns:
        return "it hung up before it was asked anything"
    sent = [turn.data for talk in talks for turn in talk.turns if turn.sent]
    put = {name for name, is_this in QUESTIONS.items() if any(map(is_this, sent))}
    missing = [name for name in QUESTIONS if name not in put]
    return f"it took no connection to be asked for {', '.join(missing)}" if missing else ""


def _numbered(talk: Conversation) -> bool:
    """Whether a conversation ended after a whole numbered reply: the bench waits no longer."""
    return is_final(talk.received())


def udp_service(captures: CaptureReader, name: str, endpoint: Endpoint) -> Service | NotExamined:
    """What the journal ``name`` shows of a UDP port; not examined if it answered nothing."""
    answered: list[tuple[str, bytes, int]] = []
    for record in captures.journal(name).of("datagram"):
        reply = record.data("received")
        if record.text("outcome") == "open":
            answered.append((record.text("protocol"), reply, record.line))
    if not answered:
        reason = "no query of a known protocol was answered: open, filtered or waiting for its own"
        return NotExamined(target=endpoint.name, reason=reason)
    confirmed = [entry for entry in answered if answers(entry[0], entry[1])]
    protocol, _, line = (confirmed or [(UNCONFIRMED, b"", answered[0][2])])[0]
    return Service(
        endpoint=endpoint,
        protocol=protocol,
        evidence=(captures.ref(name, f"line {line}"),),
    )


def _guesses(captures: CaptureReader, address: str) -> dict[int, str]:
    if not captures.has(GUESSES):
        return {}
    scan = read_scan(captures.data(GUESSES, MAX_XML), address)
    return {port.number: neutralise(port.guess, MAX_GUESS) for port in scan.ports if port.guess}


def _with_guess(service: Service, guesses: dict[int, str]) -> Service:
    guess = guesses.get(service.endpoint.port, "")
    if service.protocol != UNCONFIRMED or service.endpoint.transport != "tcp" or not guess:
        return service
    return service.model_copy(update={"guess": guess})


INTERPRETER = Interpreter(ProbeName("services"), 1, ServicesFacts, interpret)
