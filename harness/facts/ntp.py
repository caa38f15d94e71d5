"""What NTP servers of the device answer beside the time (probe ``ntp``)."""

from typing import ClassVar

from harness.facts.disclosure import TellingFacts, TellingServer
from harness.model.observation import EvidenceRef, Observation


class NtpServer(TellingServer):
    """One NTP server (RFC 5905).

    Attributes:
        answered: Absent never occurs.
        control: it answers control queries, mode 6 (RFC 9327).
        monitor: it answers the monitor list of mode 7 (CVE-2013-5211).
        amplification: most bytes that came back for one byte that was sent, in hundredths.
        disclosures: products and versions in the variables of mode 6.
    """

    answered: Observation
    control: Observation
    monitor: Observation
    amplification: int = 0


class NtpFacts(TellingFacts[NtpServer]):
    """NTP servers of one address; ``examined`` names the endpoints that answered.

    Attributes:
        asked: where the capture lists what was to be asked, even if that is nothing.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-ntp/1"
    PROBE: ClassVar[str] = "ntp"

    asked: tuple[EvidenceRef, ...] = ()
