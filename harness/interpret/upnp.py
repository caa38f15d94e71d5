"""Interpreter of the ``upnp`` probe: exchanges and WAN questions in, descriptions out (pure).

``exchanges.jsonl`` holds ``exchange`` records (`interpret.http_exchanges`) with the purposes
``description``, ``service-description`` and ``action NAME``, and ``not-followed`` (url, reason).
``wan.jsonl`` holds the same for the WAN address, the records of `interpret.discovery` for SSDP, and
``connect`` (port, outcome).
"""

from dataclasses import dataclass, field
from typing import Final

from harness.encoding.journal import Journal, JournalRecord
from harness.encoding.text import neutralise
from harness.facts.base import Endpoint, NotExamined
from harness.facts.discovery import SSDP, DiscoveryFacts
from harness.facts.upnp import (
    ActionReply,
    NotFollowed,
    UpnpDescription,
    UpnpFacts,
    UpnpService,
)
from harness.interpret import disclosure, ssdp_messages, upnp_documents
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.discovery import MAX_URL, PORTS, each_once
from harness.interpret.http_exchanges import (
    FORBIDDEN,
    OK,
    UNAUTHORIZED,
    Exchange,
    port_of,
    read_exchanges,
    same_host,
    split_url,
)
from harness.interpret.identifiers import Text, claims, read_identifiers
from harness.model.ids import ProbeName
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

EXCHANGES: Final = "exchanges.jsonl"
WAN_JOURNAL: Final = "wan.jsonl"
MAX_NOT_FOLLOWED: Final = 50
_ACTION: Final = "action "
_ANSWERS: Final = frozenset({"open", "refused"})
"""Ends of a connection attempt or question that only a packet of the target gives."""


@dataclass
class _Read:
    descriptions: list[UpnpDescription] = field(default_factory=list)
    replies: list[ActionReply] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    missed: list[NotExamined] = field(default_factory=list)


def printable_url(url: str) -> bool:
    """Whether a URL that a device named can be asked for at all: plain, and not too long."""
    return 0 < len(url) <= MAX_URL and url.isascii() and url.isprintable() and " " not in url


def interpret(captures: CaptureReader, upstream: Upstream) -> UpnpFacts:
    """Read what the sample described and did; nothing is described where SSDP was not asked.

    Raises:
        CaptureError: a capture cannot be read.
    """
    inputs = captures.journal(INPUTS).first("inputs")
    address, wan_address = inputs.text("address"), inputs.text("wan_address")
    known = read_identifiers(inputs)
    journal = captures.journal(EXCHANGES)
    read = _read(address, read_exchanges(captures, EXCHANGES, journal))
    heard = upstream.find(DiscoveryFacts)
    gaps = heard.not_examined if heard else ()
    read.missed += [gap for gap in gaps if gap.target == f"udp/{PORTS[SSDP]}"]
    whole = journal.whole
    wan = _Wan("", Unknown(reason="the bench config names no network.wan_address"))
    if wan_address:
        wan = _wan(captures, wan_address)
        whole = whole and wan.whole
    return UpnpFacts(
        asked=captures.ref(INPUTS, f"line {inputs.line}"),
        announced=_announced(inputs, address),
        descriptions=tuple(read.descriptions),
        not_followed=tuple(
            NotFollowed(url=neutralise(entry.text("url"), 300), reason=entry.text("reason"))
            for entry in journal.of("not-followed")
        )[:MAX_NOT_FOLLOWED],
        replies=tuple(read.replies),
        wan_address=wan_address,
        wan=wan.seen,
        wan_asked=wan.asked,
        wan_found=wan.found,
        known=known.known,
        identifiers=known.sightings(read.texts),
        serial_claims=claims(read.texts),
        examined=tuple(dict.fromkeys(entry.endpoint.name for entry in read.descriptions)),
        not_examined=tuple(read.missed),
        complete=captures.complete and whole,
    )


def _announced(inputs: JournalRecord, address: str) -> int:
    urls = (url for url in inputs.listed("locations") if isinstance(url, str))
    hosts = (split_url(url).hostname or "" for url in urls)
    return sum(same_host(host, address) for host in hosts)


def _read(address: str, exchanges: tuple[Exchange, ...]) -> _Read:
    read = _Read()
    actions = {
        entry.url: upnp_documents.read_actions(entry.body)
        for entry in exchanges
        if entry.purpose == "service-description" and entry.status == OK
    }
    for entry in exchanges:
        if entry.purpose == "description":
            _describe(read, address, entry, actions)
        elif entry.purpose.startswith(_ACTION):
            read.replies.append(_reply(entry))
    return read


def _describe(
    read: _Read, address: str, entry: Exchange, actions: dict[str, tuple[str, ...]]
) -> None:
    endpoint = endpoint_of(address, entry.url)
    found = upnp_documents.read_description(entry.body, entry.url) if entry.status == OK else None
    if found is None:
        why = neutralise(entry.error, 200) or f"status {entry.status}, no description in it"
        read.missed.append(NotExamined(target=endpoint.name, reason=why))
        return
    server = tuple(pair for pair in entry.headers if pair[0].lower() == "server")
    told = disclosure.in_headers(server, entry.evidence)
    for name, text in found.texts:
        where = f"UPnP description, {name}"
        read.texts.append(Text(endpoint.name, where, text, entry.evidence, name))
        told += disclosure.in_text(where, text, entry.evidence)
    read.descriptions.append(
        UpnpDescription(
            url=neutralise(entry.url, 300),
            endpoint=endpoint,
            device_types=tuple(neutralise(name, 200) for name in found.device_types[:50]),
            services=tuple(
                UpnpService(
                    type=neutralise(service.type, 200),
                    control=neutralise(service.control, 300),
                    actions=tuple(neutralise(name, 100) for name in actions.get(service.scpd, ())),
                )
                for service in found.services
            ),
            answered=Present(evidence=(entry.evidence,)),
            told=each_once(told),
        )
    )


def _reply(entry: Exchange) -> ActionReply:
    action = entry.purpose.removeprefix(_ACTION)
    performed, fault = performed_of(entry, action)
    return ActionReply(
        action=action, control=neutralise(entry.url, 300), performed=performed, fault=fault
    )


def performed_of(entry: Exchange, action: str) -> tuple[Observation, str]:
    """Whether an action was carried out, and the UPnP error code if it was refused with one."""
    reply = upnp_documents.read_reply(entry.body) if entry.answered else None
    if reply is not None and reply.action == action and entry.status == OK:
        return Present(evidence=(entry.evidence,)), ""
    if entry.status in {UNAUTHORIZED, FORBIDDEN} or (reply is not None and reply.fault):
        fault = neutralise(reply.fault, 20) if reply is not None else ""
        return Absent(control=entry.evidence), fault
    why = neutralise(entry.error, 200) or f"status {entry.status} without an answer to the action"
    return Unknown(reason=why), ""


def endpoint_of(address: str, url: str) -> Endpoint:
    """The TCP endpoint of a URL that was asked for."""
    return Endpoint(address=address, transport="tcp", port=port_of(split_url(url)))


@dataclass(frozen=True)
class _Wan:
    """What was seen on the WAN address."""

    address: str
    seen: Observation
    asked: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    whole: bool = True


def _wan(captures: CaptureReader, address: str) -> _Wan:
    if not captures.has(WAN_JOURNAL):
        return _Wan(address, Unknown(reason="the WAN address was not asked"))
    journal = captures.journal(WAN_JOURNAL)
    found = _wan_answers(captures, address, journal)
    connects = list(journal.of("connect"))
    asked = [f"udp/{PORTS[SSDP]}", *(f"tcp/{record.number('port')}" for record in connects)]
    return _Wan(
        address,
        _wan_seen(captures, journal, found),
        tuple(dict.fromkeys(asked)),
        tuple(dict.fromkeys(name for name, _ in found)),
        journal.whole,
    )


def _wan_answers(
    captures: CaptureReader, address: str, journal: Journal
) -> list[tuple[str, EvidenceRef]]:
    """Answers that only SSDP or UPnP gives, each with its endpoint."""
    found = [
        (f"udp/{PORTS[SSDP]}", captures.ref(WAN_JOURNAL, f"line {record.line}"))
        for record in journal.of("datagram")
        if ssdp_messages.read(record.data("received")) is not None
    ]
    for entry in read_exchanges(captures, WAN_JOURNAL, journal):
        described = upnp_documents.read_description(entry.body, entry.url)
        if described or (upnp_documents.read_reply(entry.body) and entry.answered):
            found.append((endpoint_of(address, entry.url).name, entry.evidence))
    return found


def _wan_seen(
    captures: CaptureReader, journal: Journal, found: list[tuple[str, EvidenceRef]]
) -> Observation:
    """Seen; not seen on an address that answers; or silence, which an unplugged cable gives too."""
    if found:
        return Present(evidence=tuple(ref for _, ref in found[:5]))
    if not list(journal.of("asked")) or not list(journal.of("connect")):
        return Unknown(reason="not every question was sent to the WAN address")
    unread = _open(journal) - _answered(captures, journal)
    if unread:
        ports = ", ".join(f"tcp/{port}" for port in sorted(unread))
        return Unknown(reason=f"{ports} of the WAN address is open and gave no answer to HTTP")
    for record in journal.of("connect", "heard"):
        if record.text("outcome") in _ANSWERS:
            return Absent(control=captures.ref(WAN_JOURNAL, f"line {record.line}"))
    return Unknown(
        reason="nothing at all came back from the WAN address: a filter, or it is not connected"
    )


def _open(journal: Journal) -> set[int]:
    """Ports that took a connection."""
    return {r.number("port") for r in journal.of("connect") if r.text("outcome") == "open"}


def _answered(captures: CaptureReader, journal: Journal) -> set[int]:
    """Ports where some HTTP request got its answer."""
    exchanges = read_exchanges(captures, WAN_JOURNAL, journal)
    return {port_of(split_url(entry.url)) for entry in exchanges if entry.answered}


INTERPRETER = Interpreter(ProbeName("upnp"), 1, UpnpFacts, interpret)
