"""Interpreter of the ``discovery`` probe: mDNS and SSDP datagrams in, what they tell out (pure).

Records of ``mdns.jsonl`` and ``ssdp.jsonl``:

* ``asked``: way, sent (one datagram to the group or to the sample);
* ``datagram``: way, port (of the sample), received;
* ``heard``: way, outcome (``open``, ``timeout``, ``refused``), others, dropped.
"""

import ipaddress
from dataclasses import dataclass, field
from typing import Final

from harness.encoding.journal import Journal, JournalRecord
from harness.encoding.text import neutralise
from harness.facts.base import Endpoint, NotExamined
from harness.facts.disclosure import Disclosure
from harness.facts.discovery import (
    MDNS,
    SSDP,
    DiscoveryFacts,
    Responder,
    ServiceInstance,
    SsdpMessage,
    Way,
)
from harness.interpret import disclosure, dns_messages, ssdp_messages
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.dns_messages import PTR, SRV, TXT, DnsMessage, DnsRecord, Name, shown
from harness.interpret.identifiers import Text, claims, read_identifiers
from harness.model.ids import ProbeName
from harness.model.observation import EvidenceRef, Observation, Present, Unknown

JOURNALS: Final = {MDNS: "mdns.jsonl", SSDP: "ssdp.jsonl"}
PORTS: Final = {MDNS: 5353, SSDP: ssdp_messages.PORT}
MAX_RECORDS: Final = 4096
MAX_TEXTS: Final = 2000
MAX_INSTANCES: Final = 200
MAX_MESSAGES: Final = 200
MAX_URL: Final = 2048
_PROTOCOLS: Final = frozenset({"upnp", "dlnadoc", "http", "mime"})
"""Names with a version in SERVER headers that are no products."""


@dataclass
class _Read:
    """What one journal came to."""

    texts: list[Text] = field(default_factory=list)
    hosts: dict[str, None] = field(default_factory=dict)
    instances: dict[str, ServiceInstance] = field(default_factory=dict)
    messages: dict[tuple[object, ...], SsdpMessage] = field(default_factory=dict)
    whole: bool = True


def interpret(captures: CaptureReader, upstream: Upstream) -> DiscoveryFacts:  # noqa: ARG001  (it has none)
    """Read all that the sample's responders told.

    Raises:
        CaptureError: the inputs or a journal cannot be read.
    """
    inputs = captures.journal(INPUTS).first("inputs")
    address, known = inputs.text("address"), read_identifiers(inputs)
    read, responders, missed, others = _Read(), [], [], 0
    for protocol, name in JOURNALS.items():
        endpoint = Endpoint(address=address, transport="udp", port=PORTS[protocol])
        if not captures.has(name):
            missed.append(NotExamined(target=endpoint.name, reason="it was not asked"))
            continue
        journal = captures.journal(name)
        read.whole = read.whole and journal.whole
        heard = list(journal.of("heard"))
        others += sum(record.number("others") for record in heard)
        read.whole = read.whole and not any(record.number("dropped") for record in heard)
        found = _responder(captures, name, protocol, endpoint, journal)
        if isinstance(found, NotExamined):
            missed.append(found)
            continue
        told = (_read_mdns if protocol == MDNS else _read_ssdp)(read, captures, journal)
        responders.append(found.model_copy(update={"told": each_once(told)}))
    return DiscoveryFacts(
        responders=tuple(responders),
        hosts=tuple(read.hosts)[:MAX_INSTANCES],
        instances=tuple(read.instances.values())[:MAX_INSTANCES],
        messages=tuple(read.messages.values()),
        known=known.known,
        identifiers=known.sightings(read.texts),
        serial_claims=claims(read.texts),
        others=others,
        examined=tuple(responder.endpoint.name for responder in responders),
        not_examined=tuple(missed),
        complete=captures.complete and read.whole,
    )


def _responder(
    captures: CaptureReader, name: str, protocol: str, endpoint: Endpoint, journal: Journal
) -> Responder | NotExamined:
    asked = next(journal.of("asked"), None)
    if asked is None:
        return NotExamined(target=endpoint.name, reason="no question was recorded")
    answers = [record for record in journal.of("datagram") if _is_answer(protocol, record)]
    ways = [way for way in Way if any(record.text("way") == way for record in answers)]
    answered: Observation
    if answers:
        lines = [record.line for record in answers[:3]]
        answered = Present(evidence=tuple(captures.ref(name, f"line {line}") for line in lines))
    elif not any(record.text("way") == Way.MULTICAST for record in journal.of("asked")):
        reason = "its group was not asked, which a responder may hear alone"
        return NotExamined(target=endpoint.name, reason=reason)
    else:
        answered = Unknown(reason=_why_silent(journal))
    return Responder(
        protocol=protocol,
        endpoint=endpoint,
        asked=captures.ref(name, f"line {asked.line}"),
        answered=answered,
        ways=tuple(ways),
    )


def _is_answer(protocol: str, record: JournalRecord) -> bool:
    data = record.data("received")
    if protocol == SSDP:
        return ssdp_messages.read(data) is not None
    message = _dns(data)
    return message is not None and bool(message.records)


def _why_silent(journal: Journal) -> str:
    """A port that refuses a datagram of its own may still hear the group, and the other way."""
    outcomes = {record.text("way"): record.text("outcome") for record in journal.of("heard")}
    own = "its own port refused" if outcomes.get(Way.UNICAST) == "refused" else "its port is silent"
    return f"no answer to the group, {own}"


def _dns(data: bytes) -> DnsMessage | None:
    try:
        message = dns_messages.read(data)
    except ValueError:
        return None
    return message if message.response else None


def _read_mdns(read: _Read, captures: CaptureReader, journal: Journal) -> list[Disclosure]:
    left = MAX_RECORDS
    for line in journal.of("datagram"):
        message = _dns(line.data("received"))
        if message is None:
            continue
        ref = captures.ref(JOURNALS[MDNS], f"line {line.line}")
        read.whole = read.whole and message.complete and len(message.records) <= left
        for record in message.records[:left]:
            _take(read, record, ref)
        left = max(0, left - len(message.records))
    return _told(read, MDNS)


def _take(read: _Read, record: DnsRecord, ref: EvidenceRef) -> None:
    """Every name and every string of a record is something that anybody can read."""
    owner = shown(record.name)
    for labels in dict.fromkeys((record.name, record.target)):
        _tell(read, Text(_endpoint(MDNS), f"name {shown(labels)}", _plain(labels), ref))
    if record.type == SRV and record.target:
        read.hosts.setdefault(shown(record.target))
        _instance(read, owner, ref, host=shown(record.target), port=record.port)
    elif record.address:
        read.hosts.setdefault(owner)
    elif record.type == PTR and record.target and _is_local(record.name):
        if not owner.startswith("_services._dns-sd"):
            _instance(read, shown(record.target), ref)
    elif record.type == TXT:
        texts = tuple(neutralise(_utf8(entry), 300) for entry in record.strings if entry)
        _instance(read, owner, ref, txt=texts[:100])
    for entry in record.strings:
        key, equals, value = _utf8(entry).partition("=")
        where = f"TXT of {owner}"
        text = Text(_endpoint(MDNS), where, value if equals else key, ref, key if equals else "")
        _tell(read, text)


def _is_local(name: Name) -> bool:
    return bool(name) and name[-1].lower() == b"local"


def _instance(
    read: _Read,
    name: str,
    ref: EvidenceRef,
    *,
    host: str = "",
    port: int = 0,
    txt: tuple[str, ...] = (),
) -> None:
    if name not in read.instances and len(read.instances) >= MAX_INSTANCES:
        return
    old = read.instances.get(name, ServiceInstance(name=name, evidence=ref))
    read.instances[name] = old.model_copy(
        update={"host": host or old.host, "port": port or old.port, "txt": txt or old.txt}
    )


def _read_ssdp(read: _Read, captures: CaptureReader, journal: Journal) -> list[Disclosure]:
    told: list[Disclosure] = []
    for line in journal.of("datagram"):
        message = ssdp_messages.read(line.data("received"))
        if message is None:
            continue
        ref = captures.ref(JOURNALS[SSDP], f"line {line.line}")
        found = _message(message, Way(line.text("way")), ref)
        key = (found.announcement, found.target, found.usn, found.location, found.server)
        if key in read.messages:
            continue
        if len(read.messages) >= MAX_MESSAGES:
            read.whole = False
            break
        read.messages[key] = found
        for name, value in message.headers:
            _tell(read, Text(_endpoint(SSDP), f"SSDP {neutralise(name, 60)}", value, ref))
        headers = tuple((name, value) for name, value in message.headers if name == "server")
        told += disclosure.in_headers(headers, ref)
    return told + _told(read, SSDP)


def _message(message: ssdp_messages.Message, way: Way, ref: EvidenceRef) -> SsdpMessage:
    location = message.header("location")
    return SsdpMessage(
        way=way,
        announcement=message.announcement,
        target=neutralise(message.header("nt" if message.announcement else "st"), 200),
        usn=neutralise(message.header("usn"), 300),
        location=location if len(location) <= MAX_URL and location.isprintable() else "",
        server=neutralise(message.header("server"), 300),
        evidence=ref,
    )


def _told(read: _Read, protocol: str) -> list[Disclosure]:
    """Versions in running texts; SERVER headers are read by their own grammar."""
    return [
        entry
        for text in read.texts
        if text.target == _endpoint(protocol) and text.where != "SSDP server"
        for entry in disclosure.in_text(
            text.where, f"{text.name}={text.text}" if text.name else text.text, text.evidence
        )
    ]


def _tell(read: _Read, text: Text) -> None:
    if len(read.texts) >= MAX_TEXTS:
        read.whole = False
    elif text.text:
        read.texts.append(text)


def each_once(told: list[Disclosure]) -> tuple[Disclosure, ...]:
    """Disclosures without repetition, and without protocols that look like products."""
    found: dict[tuple[str, str, str], Disclosure] = {}
    for entry in told:
        if entry.product.casefold() not in _PROTOCOLS:
            found.setdefault((entry.where, entry.product, entry.version), entry)
    return tuple(found.values())[: disclosure.MAX_DISCLOSURES * 5]


def _endpoint(protocol: str) -> str:
    return f"udp/{PORTS[protocol]}"


def _utf8(data: bytes) -> str:
    return data.decode(errors="backslashreplace")


def _plain(labels: Name) -> str:
    return ".".join(_utf8(label) for label in labels)


def reverse_name(address: str) -> Name:
    """The name under which the host name of ``address`` is asked for (RFC 1035, 3.5)."""
    return dns_messages.name(ipaddress.ip_address(address).reverse_pointer)


INTERPRETER = Interpreter(ProbeName("discovery"), 1, DiscoveryFacts, interpret)
