"""Whom a device talks to, when, and what it carries (probe ``traffic``)."""

from typing import ClassVar, Literal

from harness.facts.base import Facts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation

WindowPurpose = Literal["baseline", "update", "isolated", "change-detected", "reconnect"]
"""What a window was for: ordinary operation, the declared updates, isolation as 9-ReplSup says,
an unauthorised change of software that was detected, or connections that have to be made again."""


class Remote(Frozen):
    """A host outside the local network to which the device sent packets.

    Attributes:
        address: its IP address.
        names: the names under which the bench's resolver had given that address, neutralised.
        port: of the remote side.
        opaque_bytes: what came in from it under encryption, where no image can be told.
    """

    address: str
    names: tuple[str, ...] = ()
    transport: Literal["tcp", "udp"]
    port: int
    opaque_bytes: int = 0
    evidence: EvidenceRef

    @property
    def shown(self) -> str:
        """``updates.example:443``: how findings call it."""
        return f"{self.names[0] if self.names else self.address}:{self.port}"


class Connecting(Frozen):
    """Attempts of the device to connect to one remote in one window.

    Attributes:
        at_ms: when each began, in milliseconds after the window, in order. A segment that is sent
            again is no attempt of its own.
    """

    remote: Remote
    at_ms: tuple[int, ...]


class SoftwareTransfer(Frozen):
    """Software that came to the device over the network, told by its content.

    Attributes:
        remote: the host that it came from, where the device fetched it; None if it was brought.
        endpoint: ``tcp/443`` of the device, where somebody brought it; ``""`` if it was fetched.
    """

    remote: Remote | None
    endpoint: str
    evidence: EvidenceRef

    @property
    def way(self) -> str:
        """Where it came from or went to."""
        return self.remote.shown if self.remote is not None else self.endpoint


class TrafficWindow(Frozen):
    """What was seen between two moments.

    Attributes:
        item: the dossier row that it is about; ``""`` for none.
        duration_ms: how long it was.
        own_packets: the bench's own packets were seen at its beginning and its end: the control of
            everything that was not seen. Never Absent.
        trigger: what the window is about had happened: the alert was seen, the link was cut. Never
            Absent.
        device: the device sent something. Never Absent.
        remotes: hosts outside, one entry for each transport and port.
        transfers: software that was carried.
    """

    name: str
    purpose: WindowPurpose
    item: str = ""
    duration_ms: int
    own_packets: Observation
    trigger: Observation
    device: Observation
    remotes: tuple[Remote, ...] = ()
    connecting: tuple[Connecting, ...] = ()
    transfers: tuple[SoftwareTransfer, ...] = ()


class TrafficFacts(Facts):
    """``examined`` holds the names of the windows that were recorded to their end."""

    SCHEMA: ClassVar[str] = "certbench/facts-traffic/1"
    PROBE: ClassVar[str] = "traffic"

    windows: tuple[TrafficWindow, ...] = ()

    def of(self, purpose: WindowPurpose, item: str = "") -> tuple[TrafficWindow, ...]:
        """Windows for one purpose about one row."""
        return tuple(
            window
            for window in self.windows
            if window.purpose == purpose and (not item or window.item == item)
        )
