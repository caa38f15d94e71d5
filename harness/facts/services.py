"""Which protocol each open port speaks (probe ``services``), told by behaviour, not by number."""

from typing import ClassVar

from harness.facts.base import Endpoint, Facts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef

HTTP, SSH, TELNET, FTP, SMTP, MQTT, DNS = "http", "ssh", "telnet", "ftp", "smtp", "mqtt", "dns"
TFTP = "tftp"
NTP = "ntp"
SNMP = "snmp"
UNCONFIRMED = "unconfirmed"
"""Open, but no protocol was confirmed by an exchange."""


class Service(Frozen):
    """What answered on an endpoint.

    Attributes:
        protocol: application protocol confirmed by an exchange, or `UNCONFIRMED`.
        tls: the protocol runs inside TLS from the first byte.
        starttls: the protocol offers an upgrade to TLS.
        banner: first bytes that the service sent by itself, stored as text, at most 1 KiB.
        guess: what ``nmap -sV`` thinks an unconfirmed service is; informative only.
    """

    endpoint: Endpoint
    protocol: str
    tls: bool = False
    starttls: bool = False
    banner: str = ""
    guess: str = ""
    evidence: tuple[EvidenceRef, ...]


class ServicesFacts(Facts):
    """Services of one address; ``examined`` names the endpoints (``tcp/443``)."""

    SCHEMA: ClassVar[str] = "certbench/facts-services/1"
    PROBE: ClassVar[str] = "services"

    services: tuple[Service, ...]

    def on(self, endpoint: str) -> Service | None:
        """The service on ``tcp/443``, if that port was open."""
        return next((s for s in self.services if s.endpoint.name == endpoint), None)
