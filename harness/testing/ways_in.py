"""Which probe and which criterion speak for access and disclosure on each protocol.

A protocol with a probe of its own has a row here; whatever has none is judged from what the
``services`` and ``credentials`` probes saw. A new probe adds its rows and nothing else changes:
`ACCESS_NEEDS` and `DISCLOSURE_NEEDS` follow the tables.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from harness.assessment import criteria
from harness.facts.base import Facts
from harness.facts.discovery import MDNS, SSDP, DiscoveryFacts
from harness.facts.dns import DnsFacts
from harness.facts.files import FilesFacts
from harness.facts.http import HttpFacts
from harness.facts.mqtt import MqttFacts
from harness.facts.ntp import NtpFacts
from harness.facts.services import DNS, FTP, HTTP, MQTT, NTP, SNMP, SSH, TFTP
from harness.facts.snmp import SnmpFacts
from harness.facts.ssh import SshFacts
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement


class AccessCriterion(Protocol):
    """A criterion about one endpoint."""

    def __call__(self, record: FactRecord[Any], item: str, target: str) -> Judgement:
        """What it says of ``target``."""
        ...


class LoginCriterion(Protocol):
    """A criterion that compares where a login is asked for with what the declaration names."""

    def __call__(
        self, record: FactRecord[Any], item: str, target: str, declared: Collection[str]
    ) -> Judgement:
        """What it says of ``target``."""
        ...


class DisclosureCriterion(Protocol):
    """A criterion that compares what a server tells with what the declaration allows."""

    def __call__(
        self, record: FactRecord[Any], item: str, target: str, declared: Sequence[str] = ()
    ) -> Judgement:
        """What it says of ``target``."""
        ...


class AskedCriterion(Protocol):
    """HELD, in the name of another criterion, where all servers of a protocol were asked."""

    def __call__(
        self, record: FactRecord[Any], criterion: str, item: str, targets: Collection[str]
    ) -> Judgement:
        """What it says of ``targets`` and of what the probe always asks."""
        ...


@dataclass(frozen=True)
class Access:
    """How access over one protocol is judged.

    Attributes:
        anonymous: nobody gets in without credentials, and no access beyond what they allow.
        made_up: made-up credentials are refused; None where the ``credentials`` probe tries them.
        granted: the known-good credentials work; None likewise.
    """

    protocol: str
    facts: type[Facts]
    anonymous: AccessCriterion
    made_up: AccessCriterion | None = None
    granted: AccessCriterion | None = None


@dataclass(frozen=True)
class Disclosing:
    """Where one protocol tells products and versions before any login."""

    protocol: str
    facts: type[Facts]
    criterion: DisclosureCriterion


@dataclass(frozen=True)
class Asking:
    """Who says whether a login is asked for, where the protocol alone does not tell.

    Attributes:
        undeclared: a login that is asked for is declared.
        in_clear: a login that is asked for is encrypted.
        asked: every server was asked; None where the endpoints that speak the protocol show that.
    """

    protocol: str
    facts: type[Facts]
    undeclared: LoginCriterion
    in_clear: AccessCriterion
    asked: AskedCriterion | None = None


ACCESS: Final[tuple[Access, ...]] = (
    Access(HTTP, HttpFacts, criteria.anonymous_access),
    Access(FTP, FilesFacts, criteria.anonymous_file_access, criteria.made_up_file_login),
    Access(TFTP, FilesFacts, criteria.anonymous_file_access, criteria.made_up_file_login),
    # The credentials probe tries a wrong password of a known user as well.
    Access(MQTT, MqttFacts, criteria.open_mqtt_access),
    Access(SNMP, SnmpFacts, criteria.anonymous_snmp_access, criteria.anonymous_snmp_access),
)
ASKING: Final[tuple[Asking, ...]] = (
    Asking(
        FTP,
        FilesFacts,
        criteria.undeclared_file_login,
        criteria.plaintext_file_login,
        criteria.every_file_server_asked,
    ),
    Asking(MQTT, MqttFacts, criteria.undeclared_mqtt_login, criteria.plaintext_mqtt_management),
    Asking(SNMP, SnmpFacts, criteria.undeclared_snmp_login, criteria.weak_snmp_version),
)
DISCLOSING: Final[tuple[Disclosing, ...]] = (
    Disclosing(HTTP, HttpFacts, criteria.http_disclosure),
    Disclosing(SSH, SshFacts, criteria.ssh_disclosure),
    Disclosing(DNS, DnsFacts, criteria.dns_disclosure),
    Disclosing(NTP, NtpFacts, criteria.ntp_disclosure),
    Disclosing(MQTT, MqttFacts, criteria.mqtt_disclosure),
    Disclosing(SNMP, SnmpFacts, criteria.snmp_disclosure),
    Disclosing(MDNS, DiscoveryFacts, criteria.discovery_disclosure),
    Disclosing(SSDP, DiscoveryFacts, criteria.discovery_disclosure),
)
