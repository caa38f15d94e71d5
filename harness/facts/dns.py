"""What DNS servers of the device do for anybody (probe ``dns``)."""

from typing import ClassVar

from harness.facts.base import Endpoint, Facts
from harness.facts.disclosure import Disclosure
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class DnsServer(Frozen):
    """One DNS server (RFC 1035).

    Attributes:
        answered: Absent never occurs.
        recursion: it looks names of others up for the bench, or would if it reached their servers.
        transfer: it hands out a whole zone (AXFR, RFC 5936); Unknown where it names no zone.
        zone: the zone that was asked for, neutralised.
        chaos: it answers the questions of the CHAOS class; Absent where it kept silent to one and
            answered what was asked afterwards.
        disclosures: products and versions in the CHAOS class (RFC 4892).
    """

    endpoint: Endpoint
    answered: Observation
    recursion: Observation
    transfer: Observation
    zone: str = ""
    chaos: Observation
    disclosures: tuple[Disclosure, ...] = ()


class DnsFacts(Facts):
    """DNS servers of one address; ``examined`` names the endpoints that answered.

    Attributes:
        asked: where the capture lists what was to be asked, even if that is nothing.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-dns/1"
    PROBE: ClassVar[str] = "dns"

    servers: tuple[DnsServer, ...]
    asked: tuple[EvidenceRef, ...] = ()

    def on(self, endpoint: str) -> DnsServer | None:
        """The server on ``udp/53``."""
        return next((s for s in self.servers if s.endpoint.name == endpoint), None)

    @property
    def disclosed(self) -> tuple[Disclosure, ...]:
        """What all servers tell of products and versions."""
        return tuple(entry for server in self.servers for entry in server.disclosures)
