"""What all facts have in common: what was looked at, what was not, and how complete it is."""

from typing import ClassVar, Generic, Literal, TypeVar

from harness.model.base import Document, Frozen


class Endpoint(Frozen):
    """A transport endpoint of the DUT.

    Attributes:
        address: the DUT's IP address on the bench.
        port: 1..65535.
    """

    address: str
    transport: Literal["tcp", "udp"]
    port: int

    @property
    def name(self) -> str:
        """``tcp/443``: how dossiers, findings and reports call it."""
        return f"{self.transport}/{self.port}"


class NotExamined(Frozen):
    """A known target that was not looked at, and why."""

    target: str
    reason: str


class Facts(Document):
    """Base of every facts model.

    Attributes:
        examined: the targets that were looked at (``tcp/443``, ``console``).
        not_examined: known targets that were not, each with its reason. A criterion over targets
            is UNDECIDED when one that it needs stands here.
        complete: every capture that this rests on ended properly and dropped nothing, and the
            attempt COMPLETED. Facts of an incomplete attempt can contradict, never hold.
    """

    PROBE: ClassVar[str]

    examined: tuple[str, ...] = ()
    not_examined: tuple[NotExamined, ...] = ()
    complete: bool

    def gap(self, target: str) -> str | None:
        """Why ``target`` was not examined; None if it was."""
        if target in self.examined:
            return None
        for skipped in self.not_examined:
            if skipped.target == target:
                return skipped.reason
        return "the probe did not know this target"


class OnEndpoint(Frozen):
    """What was seen of one endpoint."""

    endpoint: Endpoint


S = TypeVar("S", bound=OnEndpoint)


class ServersFacts(Facts, Generic[S]):
    """Facts of a protocol, one entry for each endpoint where it was looked for.

    Attributes:
        servers: at most one an endpoint.
    """

    servers: tuple[S, ...]

    def on(self, endpoint: str) -> S | None:
        """What was seen on ``tcp/443``; None if nothing was looked for there."""
        return next((entry for entry in self.servers if entry.endpoint.name == endpoint), None)
