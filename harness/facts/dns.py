"""What DNS servers of the device do for anybody (probe ``dns``)."""

from typing import ClassVar

from harness.facts.disclosure import TellingFacts, TellingServer
from harness.model.observation import EvidenceRef, Observation


class DnsServer(TellingServer):
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

    answered: Observation
    recursion: Observation
    transfer: Observation
    zone: str = ""
    chaos: Observation


class DnsFacts(TellingFacts[DnsServer]):
    """DNS servers of one address; ``examined`` names the endpoints that answered.

    Attributes:
        asked: where the capture lists what was to be asked, even if that is nothing.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-dns/1"
    PROBE: ClassVar[str] = "dns"

    asked: tuple[EvidenceRef, ...] = ()
