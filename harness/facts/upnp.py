"""UPnP devices that a sample describes, and what its gateway services let anybody do."""

from typing import ClassVar

from harness.facts.base import Endpoint, Facts
from harness.facts.disclosure import Disclosure
from harness.facts.discovery import IdentifierKind, IdentifierSighting, SerialClaim
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class UpnpService(Frozen):
    """A service of a description; texts neutralised, ``control`` absolute.

    Attributes:
        actions: names that its service description lists; empty if that was not read.
    """

    type: str
    control: str
    actions: tuple[str, ...] = ()


class UpnpDescription(Frozen):
    """A device description that was read from the sample itself.

    Attributes:
        device_types: of the root device and those inside it.
        answered: it was read, here.
        told: products and versions in it and in the headers of its server.
    """

    url: str
    endpoint: Endpoint
    device_types: tuple[str, ...]
    services: tuple[UpnpService, ...] = ()
    answered: Observation
    told: tuple[Disclosure, ...] = ()


class NotFollowed(Frozen):
    """An address that the device named and that was not asked, with the reason."""

    url: str
    reason: str


class ActionReply(Frozen):
    """An action that only reads, called without any login.

    Attributes:
        performed: it was carried out; Absent = the device refused it.
        fault: UPnP error code, ``""`` if none.
    """

    action: str
    control: str
    performed: Observation
    fault: str = ""


class UpnpFacts(Facts):
    """Descriptions behind the LOCATIONs that the ``discovery`` probe heard of.

    Attributes:
        asked: the record of what was asked for, also where nothing was there.
        announced: how many places for a description on the sample itself discovery heard of.
        wan_address: the address that played the WAN; ``""`` if the bench has none.
        wan: SSDP or UPnP answered on that address.
        wan_asked: ports of it that were asked: ``udp/1900``, ``tcp/49152``.
        wan_found: where UPnP answered on it.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-upnp/1"
    PROBE: ClassVar[str] = "upnp"

    asked: EvidenceRef
    announced: int = 0
    descriptions: tuple[UpnpDescription, ...] = ()
    not_followed: tuple[NotFollowed, ...] = ()
    replies: tuple[ActionReply, ...] = ()
    wan_address: str = ""
    wan: Observation
    wan_asked: tuple[str, ...] = ()
    wan_found: tuple[str, ...] = ()
    known: tuple[IdentifierKind, ...] = ()
    identifiers: tuple[IdentifierSighting, ...] = ()
    serial_claims: tuple[SerialClaim, ...] = ()

    @property
    def servers(self) -> tuple[UpnpDescription, ...]:
        """What was described; each was read."""
        return self.descriptions

    @property
    def is_gateway(self) -> bool:
        """The sample describes itself as an Internet gateway, and so has a WAN side."""
        return any(
            "InternetGatewayDevice" in name
            for description in self.descriptions
            for name in description.device_types
        )

    @property
    def disclosed(self) -> tuple[Disclosure, ...]:
        """Products and versions in descriptions and their headers."""
        return tuple(entry for found in self.descriptions for entry in found.told)


class MappingTry(Frozen):
    """One attempt to open a port inwards without any login, at one gateway service.

    Attributes:
        accepted: the gateway confirmed the mapping; Absent = it refused.
        removed: the mapping is gone again; Absent = it is still there.
        fault: UPnP error code of the refusal, ``""`` if none.
    """

    control: str
    endpoint: Endpoint
    accepted: Observation
    removed: Observation
    fault: str = ""


class PortMappingFacts(Facts):
    """Whether anybody on the link may open a port inwards (probe ``port-mapping``).

    Attributes:
        asked: the record of what was tried, also where there is no gateway service.
        gateways: how many services were to be tried.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-port-mapping/1"
    PROBE: ClassVar[str] = "port-mapping"

    asked: EvidenceRef
    gateways: int = 0
    tries: tuple[MappingTry, ...] = ()
