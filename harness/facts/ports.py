"""Open transport ports (probe ``ports``)."""

from enum import StrEnum
from typing import ClassVar

from harness.facts.base import Endpoint, Facts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class PortState(StrEnum):
    """State of a port over all phases of the scan."""

    OPEN = "open"
    OPEN_OR_FILTERED = "open|filtered"
    """UDP: silence, which a service and a packet filter both give."""
    VANISHED = "vanished"
    """Open in an earlier phase and not in a later one: a fact, and a reason for doubt."""


class Port(Frozen):
    """A port that was not plainly closed."""

    endpoint: Endpoint
    state: PortState
    evidence: tuple[EvidenceRef, ...]


class PortsFacts(Facts):
    """Ports of one address. ``examined`` holds ranges: ``tcp/1-65535``, ``udp/53``.

    Attributes:
        alive: the host answered at least one packet (RST counts); Absent never occurs: a host that
            answers nothing is Unknown, since nothing shows that packets reached it.
        ports: everything but closed ports, by transport and number.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-ports/1"
    PROBE: ClassVar[str] = "ports"

    address: str
    alive: Observation
    ports: tuple[Port, ...]
