"""The one import of test suites: declarations, facts, the dossier, answers and criteria.

::

    from harness.testing import INITIALISED, FactView, Ixit, case, unit, ...


    @case("5.6-1-2")
    class TestEnabledInterfaces:
        "Interfaces are as declared (EN 303 645 5.6-1)."

        @unit("a", facts=[need(PortsFacts, INITIALISED)], per="15-Intf")
        def test_status_is_as_declared(self, facts: FactView, ixit: Ixit) -> Judgements:
            return over_rows("15-Intf", ixit.intf, lambda row: ...)

A unit returns its judgements; it asserts nothing, prompts nobody and opens nothing. This package
imports no pytest.
"""

from typing import Final

from harness.assessment import criteria, rules
from harness.assessment.judging import all_of, contradicted, held, over_attempts, reason, undecided
from harness.assessment.rules.rows import no_rows
from harness.facts.base import Endpoint, Facts, NotExamined
from harness.facts.bluetooth import (
    BluetoothAdvertisingFacts,
    BluetoothInputFacts,
    BluetoothPairingFacts,
    Level,
)
from harness.facts.bluetooth_classic import BluetoothClassicFacts
from harness.facts.console import ConsoleFacts
from harness.facts.credentials import CredentialsFacts
from harness.facts.discovery import DiscoveryFacts
from harness.facts.files import FilesFacts
from harness.facts.http import HttpFacts, HttpInputFacts
from harness.facts.identity import IdentityFacts
from harness.facts.late_ports import LatePortsFacts
from harness.facts.leftovers import LeftoversFacts
from harness.facts.mqtt import MqttFacts
from harness.facts.outages import OutageKind, OutagesFacts
from harness.facts.ports import PortsFacts
from harness.facts.publications import PublicationsFacts
from harness.facts.services import ServicesFacts
from harness.facts.snmp import SnmpFacts, SnmpWriteFacts
from harness.facts.ssh import SshFacts
from harness.facts.store import FactRecord
from harness.facts.tls import TlsFacts
from harness.facts.traffic import TrafficFacts
from harness.facts.updates import UpdateDefaultsFacts, UpdatesFacts
from harness.facts.upnp import PortMappingFacts, UpnpFacts
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy, FactNeed, Quantifier, Samples
from harness.model.dossier import Dossier, IcsRow, Support
from harness.model.ixit import (
    AuthMech,
    BruteForceLimit,
    ComMech,
    DelFunc,
    ExtApi,
    Generation,
    InpVal,
    Intf,
    Ixit,
    NetSecImpl,
    PersData,
    ReplSup,
    ResMech,
    SecParam,
    SoftComp,
    SoftServ,
    TelData,
    UpdMech,
    UserIntf,
)
from harness.model.ixit.fields import BLE, CLASSIC
from harness.model.judgement import Finding, Judgement, Judgements, Outcome, Reason, Severity
from harness.model.observation import Absent, EvidenceRef, Present, Unknown
from harness.model.question import AnswerKind, Question
from harness.model.radio import Faked
from harness.model.states import DeviceState
from harness.testing.agents import (
    AGENT_NEEDS,
    AGENT_WRITE_NEEDS,
    community_versions,
    default_communities,
    writing_communities,
)
from harness.testing.asking import IF_NO_ROW, ask_each, ask_once
from harness.testing.bluetooth import (
    ADVERTISING_NEEDS,
    AIR_FOUND_NEEDS,
    AIR_NEEDS,
    INPUT_NEEDS,
    PAIRING_FOUND_NEEDS,
    PAIRING_NEEDS,
    AirView,
    at_large,
    passkeys,
    renewed,
    robust,
)
from harness.testing.bluetooth_classic import (
    CLASSIC_NEEDS,
    FOUND_NEEDS,
    RADIO_NEEDS,
    ClassicView,
    Radios,
    radios,
)
from harness.testing.carriers import (
    ask_of_links,
    critical_parameters,
    links_as_declared,
    personal_data,
)
from harness.testing.declare import case, need, unit
from harness.testing.disclosures import (
    DISCLOSURE_NEEDS,
    disclosure_judgements,
    implementation_judgement,
    undeclared_product_judgements,
)
from harness.testing.discovery import (
    DISCOVERY_NEEDS,
    GROUP_ENDPOINTS,
    MAPPING_NEEDS,
    answers_as_responder,
    identifiers_told,
    port_mapping,
    responders_asked,
    told_to_everybody,
    undeclared_responders,
    wan_exposure,
)
from harness.testing.everywhere import (
    at_each,
    at_each_login,
    without_declaration,
    without_second_sample,
)
from harness.testing.exposure import EXPOSURE_NEEDS, needs
from harness.testing.file_servers import FILE_NEEDS, file_servers_asked, files_given, files_taken
from harness.testing.links import LINK_NEEDS
from harness.testing.logins import factory_login_judgements, judge_login
from harness.testing.name_and_time import (
    NAME_AND_TIME_NEEDS,
    control_queries_answered,
    zones_handed_out,
)
from harness.testing.network import (
    ACCESS_NEEDS,
    GRANTED_NEEDS,
    LIVE_LOGIN_NEEDS,
    LOGIN_NEEDS,
    TRANSPORT_NEEDS,
    NetworkView,
)
from harness.testing.publications import (
    PUBLICATION_NEEDS,
    USER_INFO,
    published,
    support_period,
)
from harness.testing.rows import (
    cite,
    declared_endpoints,
    network_endpoints,
    objections,
    on_the_network,
    over_rows,
)
from harness.testing.view import AnswerView, FactView

AS_RECEIVED: Final = DeviceState.AS_RECEIVED
INITIALISED: Final = DeviceState.INITIALISED
UPDATED: Final = DeviceState.UPDATED

__all__ = [
    "ACCESS_NEEDS",
    "ADVERTISING_NEEDS",
    "AGENT_NEEDS",
    "AGENT_WRITE_NEEDS",
    "AIR_FOUND_NEEDS",
    "AIR_NEEDS",
    "AS_RECEIVED",
    "BLE",
    "CLASSIC",
    "CLASSIC_NEEDS",
    "DISCLOSURE_NEEDS",
    "DISCOVERY_NEEDS",
    "EXPOSURE_NEEDS",
    "FILE_NEEDS",
    "FOUND_NEEDS",
    "GRANTED_NEEDS",
    "GROUP_ENDPOINTS",
    "IF_NO_ROW",
    "INITIALISED",
    "INPUT_NEEDS",
    "LINK_NEEDS",
    "LIVE_LOGIN_NEEDS",
    "LOGIN_NEEDS",
    "MAPPING_NEEDS",
    "NAME_AND_TIME_NEEDS",
    "PAIRING_FOUND_NEEDS",
    "PAIRING_NEEDS",
    "PUBLICATION_NEEDS",
    "RADIO_NEEDS",
    "TRANSPORT_NEEDS",
    "UPDATED",
    "USER_INFO",
    "Absent",
    "AirView",
    "AnswerKind",
    "AnswerView",
    "AuthMech",
    "BluetoothAdvertisingFacts",
    "BluetoothClassicFacts",
    "BluetoothInputFacts",
    "BluetoothPairingFacts",
    "BruteForceLimit",
    "Catalogue",
    "ClassicView",
    "ComMech",
    "ConsoleFacts",
    "CredentialsFacts",
    "DecidedBy",
    "DelFunc",
    "DeviceState",
    "DiscoveryFacts",
    "Dossier",
    "Endpoint",
    "EvidenceRef",
    "ExtApi",
    "FactNeed",
    "FactRecord",
    "FactView",
    "Facts",
    "Faked",
    "FilesFacts",
    "Finding",
    "Generation",
    "HttpFacts",
    "HttpInputFacts",
    "IcsRow",
    "IdentityFacts",
    "InpVal",
    "Intf",
    "Ixit",
    "Judgement",
    "Judgements",
    "LatePortsFacts",
    "LeftoversFacts",
    "Level",
    "MqttFacts",
    "NetSecImpl",
    "NetworkView",
    "NotExamined",
    "OutageKind",
    "OutagesFacts",
    "Outcome",
    "PersData",
    "PortMappingFacts",
    "PortsFacts",
    "Present",
    "PublicationsFacts",
    "Quantifier",
    "Question",
    "Radios",
    "Reason",
    "ReplSup",
    "ResMech",
    "Samples",
    "SecParam",
    "ServicesFacts",
    "Severity",
    "SnmpFacts",
    "SnmpWriteFacts",
    "SoftComp",
    "SoftServ",
    "SshFacts",
    "Support",
    "TelData",
    "TlsFacts",
    "TrafficFacts",
    "Unknown",
    "UpdMech",
    "UpdateDefaultsFacts",
    "UpdatesFacts",
    "UpnpFacts",
    "UserIntf",
    "all_of",
    "answers_as_responder",
    "ask_each",
    "ask_of_links",
    "ask_once",
    "at_each",
    "at_each_login",
    "at_large",
    "case",
    "cite",
    "community_versions",
    "contradicted",
    "control_queries_answered",
    "criteria",
    "critical_parameters",
    "declared_endpoints",
    "default_communities",
    "disclosure_judgements",
    "factory_login_judgements",
    "file_servers_asked",
    "files_given",
    "files_taken",
    "held",
    "identifiers_told",
    "implementation_judgement",
    "judge_login",
    "links_as_declared",
    "need",
    "needs",
    "network_endpoints",
    "no_rows",
    "objections",
    "on_the_network",
    "over_attempts",
    "over_rows",
    "passkeys",
    "personal_data",
    "port_mapping",
    "published",
    "radios",
    "reason",
    "renewed",
    "responders_asked",
    "robust",
    "rules",
    "support_period",
    "told_to_everybody",
    "undecided",
    "undeclared_product_judgements",
    "undeclared_responders",
    "unit",
    "wan_exposure",
    "without_declaration",
    "without_second_sample",
    "writing_communities",
    "zones_handed_out",
]
