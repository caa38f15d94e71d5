"""What NTP servers of the device answer beside the time (probe ``ntp``)."""

from typing import ClassVar

from harness.facts.base import Endpoint, Facts
from harness.facts.disclosure import Disclosure
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class NtpServer(Frozen):
    """One NTP server (RFC 5905).

    Attributes:
        answered: Absent never occurs.
        control: it answers control queries, mode 6 (RFC 9327).
        monitor: it answers the monitor list of mode 7 (CVE-2013-5211).
        amplification: most bytes that came back for one byte that was sent, in hundredths.
        disclosures: products and versions in the variables of mode 6.
    """

    endpoint: Endpoint
    answered: Observation
    control: Observation
    monitor: Observation
    amplification: int = 0
    disclosures: tuple[Disclosure, ...] = ()


class NtpFacts(Facts):
    """NTP servers of one address; ``examined`` names the endpoints that answered.

    Attributes:
        asked: where the capture lists what was to be asked, even if that is nothing.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-ntp/1"
    PROBE: ClassVar[str] = "ntp"

    servers: tuple[NtpServer, ...]
    asked: tuple[EvidenceRef, ...] = ()

    def on(self, endpoint: str) -> NtpServer | None:
        """The server on ``udp/123``."""
        return next((s for s in self.servers if s.endpoint.name == endpoint), None)

    @property
    def disclosed(self) -> tuple[Disclosure, ...]:
        """What all servers tell of products and versions."""
        return tuple(entry for server in self.servers for entry in server.disclosures)
