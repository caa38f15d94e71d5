"""Ports and services at the end of a visit, after everything else was asked (``late-ports``)."""

from typing import ClassVar

from harness.facts.base import Facts
from harness.facts.ports import Port
from harness.facts.services import Service
from harness.model.observation import Observation


class LatePortsFacts(Facts):
    """The last look at one address: a service may open late, or only after others were used.

    ``examined`` holds the ranges of the scan (``tcp/1-65535``, ``udp/53``) and the endpoints that
    were asked what they speak.

    Attributes:
        alive: the host still answered; Absent never occurs.
        ports: everything but closed ports, as this look found them.
        services: what speaks on endpoints that the first look had not found open.
        gone: endpoints that the first look found open and this one closed: a device may close a
            port for good reason, so this contradicts nothing.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-late-ports/1"
    PROBE: ClassVar[str] = "late-ports"

    address: str
    alive: Observation
    ports: tuple[Port, ...]
    services: tuple[Service, ...] = ()
    gone: tuple[str, ...] = ()

    def on(self, endpoint: str) -> Service | None:
        """What opened late on ``tcp/9999``; None if nothing did."""
        return next((s for s in self.services if s.endpoint.name == endpoint), None)
