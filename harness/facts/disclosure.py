"""Products and versions that a device tells anyone, whatever the protocol (EN 303 645 5.6-2)."""

from typing import Generic, Protocol, TypeVar, runtime_checkable

from harness.facts.base import OnEndpoint, ServersFacts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef


class Disclosure(Frozen):
    """Product and version that a server tells anyone who connects.

    Attributes:
        where: ``header Server``, ``page /``, ``ssh identification``.
        text: as sent, neutralised.
        product, version: parsed; ``version`` empty when only a product is named.
    """

    where: str
    text: str
    product: str
    version: str
    evidence: EvidenceRef


@runtime_checkable
class Telling(Protocol):
    """A facts model whose probe reads disclosures."""

    @property
    def disclosed(self) -> tuple[Disclosure, ...]:
        """Everything that was told, of every endpoint."""
        ...


class TellingServer(OnEndpoint):
    """A server that may tell products and versions."""

    disclosures: tuple[Disclosure, ...] = ()


T = TypeVar("T", bound=TellingServer)


class TellingFacts(ServersFacts[T], Generic[T]):
    """Facts of servers that may tell products and versions."""

    @property
    def disclosed(self) -> tuple[Disclosure, ...]:
        """What all servers tell of products and versions."""
        return tuple(entry for server in self.servers for entry in server.disclosures)
