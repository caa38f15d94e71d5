"""What a device tells everybody on its link: mDNS, DNS-SD and SSDP (probe ``discovery``)."""

from enum import StrEnum
from typing import ClassVar

from harness.facts.base import Endpoint, Facts
from harness.facts.disclosure import Disclosure
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation, Present

MDNS, SSDP = "mdns", "ssdp"


class Way(StrEnum):
    """How a responder was reached."""

    MULTICAST = "multicast"
    UNICAST = "unicast"


class IdentifierKind(StrEnum):
    """What tells one unit from all others."""

    SERIAL = "serial number"
    MAC = "MAC address"
    SECRET = "factory password"  # noqa: S105  (a kind of text)


class IdentifierSighting(Frozen):
    """An identifier of this very unit, in a text that anybody can read without login.

    Attributes:
        target: the endpoint that told it: ``udp/5353``.
        where: the place in what it told: ``TXT of Router._https._tcp.local``.
        text: as told, neutralised.
    """

    target: str
    kind: IdentifierKind
    where: str
    text: str
    evidence: EvidenceRef


class SerialClaim(Frozen):
    """A field that calls itself a serial number; whether it is one, only who knows it can say."""

    target: str
    where: str
    text: str
    evidence: EvidenceRef


class Responder(Frozen):
    """A discovery protocol and what the device did with its questions.

    Attributes:
        asked: the first question of this protocol.
        answered: Absent does not occur: a responder may stay silent for reasons of its own.
        ways: how answers came.
        told: products and versions in all that it told.
    """

    protocol: str
    endpoint: Endpoint
    asked: EvidenceRef
    answered: Observation
    ways: tuple[Way, ...] = ()
    told: tuple[Disclosure, ...] = ()


class ServiceInstance(Frozen):
    """A DNS-SD service instance (RFC 6763); all texts neutralised.

    Attributes:
        host: the target of its SRV record, ``""`` if none was told; ``port`` likewise 0.
        txt: strings of its TXT record.
    """

    name: str
    host: str = ""
    port: int = 0
    txt: tuple[str, ...] = ()
    evidence: EvidenceRef


class SsdpMessage(Frozen):
    """An answer to M-SEARCH or an announcement (NOTIFY); texts neutralised, ``location`` exact.

    Attributes:
        target: ST or NT: what is there.
        location: where the description is said to be; never followed without the scope guard.
    """

    way: Way
    announcement: bool
    target: str
    usn: str
    location: str
    server: str
    evidence: EvidenceRef


class DiscoveryFacts(Facts):
    """One sample's discovery responders; ``examined`` names the protocols' endpoints.

    Attributes:
        hosts: names that it gives itself.
        known: the identifiers that the bench knew and looked for.
        others: datagrams of other hosts; nothing of them is kept.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-discovery/1"
    PROBE: ClassVar[str] = "discovery"

    responders: tuple[Responder, ...]
    hosts: tuple[str, ...] = ()
    instances: tuple[ServiceInstance, ...] = ()
    messages: tuple[SsdpMessage, ...] = ()
    known: tuple[IdentifierKind, ...] = ()
    identifiers: tuple[IdentifierSighting, ...] = ()
    serial_claims: tuple[SerialClaim, ...] = ()
    others: int = 0

    def on(self, endpoint: str) -> Responder | None:
        """The responder at ``udp/5353`` or ``udp/1900``, if it was asked."""
        return next((r for r in self.responders if r.endpoint.name == endpoint), None)

    @property
    def servers(self) -> tuple[Responder, ...]:
        """The responders that answered."""
        return tuple(r for r in self.responders if isinstance(r.answered, Present))

    @property
    def disclosed(self) -> tuple[Disclosure, ...]:
        """Products and versions in all that was told."""
        return tuple(entry for responder in self.responders for entry in responder.told)
