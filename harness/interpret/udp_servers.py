"""The captures of probes that ask UDP servers found by ``services`` (pure).

``inputs.jsonl`` lists the ports; ``udp-<port>.jsonl`` holds one record ``exchange`` a question:
``step``, ``sent``, ``outcome``, ``received`` (each answer a record ``exchange`` of its own).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from harness.encoding.journal import Journal
from harness.encoding.text import neutralise, to_latin
from harness.facts.base import Endpoint, NotExamined
from harness.facts.disclosure import Disclosure
from harness.interpret.base import INPUTS, CaptureReader
from harness.model.observation import EvidenceRef

Server = TypeVar("Server")
_MAX_TEXT: Final = 4096
_MAX_VERSIONS: Final = 20
_VERSIONED: Final = re.compile(
    r"\b([A-Za-z][A-Za-z0-9_+]{1,40})[-/ ]v?([0-9]{1,4}(?:\.[0-9A-Za-z]{1,20}){1,5})"
)


@dataclass(frozen=True)
class Exchange:
    """One question and one answer to it; ``reply`` is empty where none came."""

    step: str
    sent: bytes
    reply: bytes
    evidence: EvidenceRef


@dataclass(frozen=True)
class Asked:
    """A server's endpoint and all that was asked there."""

    endpoint: Endpoint
    exchanges: tuple[Exchange, ...]

    def answers(self, step: str) -> tuple[Exchange, ...]:
        """The answers to one kind of question."""
        return tuple(e for e in self.exchanges if e.step == step and e.reply)


@dataclass(frozen=True)
class UdpServers(Generic[Server]):
    """What the journals say of all servers."""

    servers: tuple[Server, ...]
    silent: tuple[NotExamined, ...]
    asked: tuple[EvidenceRef, ...]
    complete: bool


def read_servers(
    captures: CaptureReader, read_one: Callable[[Asked], Server | None]
) -> UdpServers[Server]:
    """Read each server's journal; ``read_one`` gives None for one that answered nothing.

    Raises:
        CaptureError: the inputs or a journal cannot be read.
    """
    inputs = captures.journal(INPUTS)
    record = inputs.first("inputs")
    servers: list[Server] = []
    silent: list[NotExamined] = []
    complete = captures.complete and inputs.whole
    for port in record.ports("udp"):
        endpoint = Endpoint(address=record.text("address"), transport="udp", port=port)
        name = f"udp-{port}.jsonl"
        server = None
        if captures.has(name):
            journal = captures.journal(name)
            complete = complete and journal.whole
            server = read_one(Asked(endpoint, _exchanges(captures, name, journal)))
        if server is None:
            silent.append(NotExamined(target=endpoint.name, reason="it answers no more"))
        else:
            servers.append(server)
    place = captures.ref(INPUTS, f"line {record.line}")
    return UdpServers(tuple(servers), tuple(silent), (place,), complete)


def named_versions(where: str, text: bytes, evidence: EvidenceRef) -> Iterator[Disclosure]:
    """Products with a version in what a server says of itself: ``dnsmasq-2.90``, ``ntpd 4.2.8``."""
    shown = neutralise(to_latin(text), _MAX_TEXT)
    for match in list(_VERSIONED.finditer(shown))[:_MAX_VERSIONS]:
        yield Disclosure(
            where=where,
            text=match.group(0),
            product=match.group(1),
            version=match.group(2),
            evidence=evidence,
        )


def _exchanges(captures: CaptureReader, name: str, journal: Journal) -> tuple[Exchange, ...]:
    return tuple(
        Exchange(
            record.text("step"),
            record.data("sent"),
            record.data("received") if record.text("outcome") == "open" else b"",
            captures.ref(name, f"line {record.line}"),
        )
        for record in journal.of("exchange")
    )
