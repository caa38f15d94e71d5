"""Facts of a hardened router with two samples, and ways to spoil them; for criteria and suites."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from harness.facts.base import Endpoint, Facts
from harness.facts.bluetooth import (
    Access,
    AccessAtLevel,
    Advertiser,
    BluetoothAdvertisingFacts,
    BluetoothInputFacts,
    BluetoothPairingFacts,
    Characteristic,
    Level,
    PairingTry,
)
from harness.facts.console import ConsoleFacts
from harness.facts.credentials import (
    CandidateSource,
    CredentialsFacts,
    GuessingLimit,
    Login,
    Trial,
    TrialOutcome,
)
from harness.facts.disclosure import Disclosure
from harness.facts.discovery import (
    DiscoveryFacts,
    IdentifierKind,
    IdentifierSighting,
    Responder,
    SerialClaim,
)
from harness.facts.dns import DnsFacts
from harness.facts.files import FileServer, FilesFacts
from harness.facts.http import (
    HttpFacts,
    HttpInputFacts,
    HttpInputServer,
    HttpServer,
    InputCase,
    InputOutcome,
    LoginPoint,
)
from harness.facts.late_ports import LatePortsFacts
from harness.facts.leftovers import Deletion, LeftoversFacts, Trace
from harness.facts.mqtt import MqttAnswer, MqttFacts, MqttServer, MqttTry
from harness.facts.ntp import NtpFacts
from harness.facts.outages import FunctionCheck, Outage, OutageKind, OutagesFacts, SettingCheck
from harness.facts.ports import Port, PortsFacts, PortState
from harness.facts.publications import PublicationsFacts, PublishedPage
from harness.facts.services import Service, ServicesFacts
from harness.facts.snmp import SnmpAgent, SnmpFacts, SnmpWriteFacts, SnmpWriter
from harness.facts.ssh import HostKey, SshFacts, SshServer
from harness.facts.store import FactBase, FactRecord
from harness.facts.tls import VERSIONS, Certificate, FamilyOffer, TlsFacts, TlsServer, VersionOffer
from harness.facts.traffic import Remote, SoftwareTransfer, TrafficFacts, TrafficWindow
from harness.facts.updates import (
    Attack,
    MechanismDefaults,
    UpdateAttack,
    UpdateDefaultsFacts,
    UpdatesFacts,
    UpdateWay,
)
from harness.facts.upnp import MappingTry, PortMappingFacts, UpnpDescription, UpnpFacts
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.observation import Absent, EvidenceRef, Present, Unknown
from harness.model.record import AttemptOutcome, SampleRecord, SurveyRecord
from harness.model.states import DeviceState, Purpose

ADDRESS = "127.0.10.1"
AR, IN = DeviceState.AS_RECEIVED, DeviceState.INITIALISED
FAMILIES = ("NULL", "EXPORT", "ANON", "RC4", "DES", "3DES", "MD5")


@pytest.fixture(autouse=True)
def forgotten_suites() -> Iterator[None]:
    """Forget suites that a test, or a fixture of its module, made: the next have their name."""
    yield
    sys.path[:] = [entry for entry in sys.path if not (Path(entry) / "tinysuites").is_dir()]
    for name in [name for name in sys.modules if name.partition(".")[0] == "tinysuites"]:
        del sys.modules[name]


def ref(where: str = "line 2") -> EvidenceRef:
    return EvidenceRef(path="A/1/x/1/x.jsonl", where=where)


def seen(where: str = "line 2") -> Present:
    return Present(evidence=(ref(where),))


def absent(where: str = "line 9") -> Absent:
    return Absent(control=ref(where))


def unknown() -> Unknown:
    return Unknown(reason="no answer")


def endpoint(name: str) -> Endpoint:
    transport, _, port = name.partition("/")
    return Endpoint(address=ADDRESS, transport=transport, port=int(port))  # type: ignore[arg-type]


def port(name: str, state: PortState = PortState.OPEN) -> Port:
    return Port(endpoint=endpoint(name), state=state, evidence=(ref(f"port {name}"),))


def _scanned(names: Sequence[str], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address": ADDRESS,
        "alive": seen(),
        "ports": tuple(port(name) for name in names),
        "examined": ("tcp/1-65535", "udp/53"),
        "complete": True,
        **changes,
    }


def ports(*names: str, **changes: Any) -> PortsFacts:
    return PortsFacts(**_scanned(names, changes))


def late_ports(*names: str, **changes: Any) -> LatePortsFacts:
    return LatePortsFacts(**_scanned(names, changes))


def file_server(name: str = "tcp/21", protocol: str = "ftp", **changes: Any) -> FileServer:
    given = {
        "endpoint": endpoint(name),
        "protocol": protocol,
        "answered": seen(),
        "anonymous": absent(),
        "any_login": absent(),
        "readable": absent(),
        "writable": absent(),
    }
    return FileServer(**(given | changes))


def files(*servers: FileServer, **changes: Any) -> FilesFacts:
    examined = ("udp/69", *(entry.endpoint.name for entry in servers))
    given = {"servers": servers, "asked": (ref(),), "examined": examined, "complete": True}
    return FilesFacts(**(given | changes))


def mqtt_try(client: str = "anonymous", answer: MqttAnswer = MqttAnswer.REFUSED) -> MqttTry:
    return MqttTry(client=client, level=4, answer=answer, evidence=ref())  # type: ignore[arg-type]


def mqtt_server(name: str = "tcp/8883", **changes: Any) -> MqttServer:
    given = {
        "endpoint": endpoint(name),
        "tls": True,
        "answered": seen(),
        "tries": (mqtt_try(),),
        "control": seen(),
        "anonymous": absent(),
        "any_credentials": absent(),
        "login": seen(),
        "subscription": unknown(),
        "publishing": unknown(),
    }
    return MqttServer(**(given | changes))


def mqtt(*servers: MqttServer, **changes: Any) -> MqttFacts:
    examined = tuple(entry.endpoint.name for entry in servers)
    return MqttFacts(**({"servers": servers, "examined": examined, "complete": True} | changes))


def snmp_agent(name: str = "udp/161", **changes: Any) -> SnmpAgent:
    """A port where nothing listens, unless ``changes`` say otherwise."""
    given = dict.fromkeys(
        ("answered", "any_name", "published_community", "published_user", "in_clear"), absent()
    )
    return SnmpAgent(endpoint=endpoint(name), **({**given, "evidence": (ref(),)} | changes))


def snmp(*agents: SnmpAgent, **changes: Any) -> SnmpFacts:
    agents = agents or (snmp_agent(),)
    names = tuple(entry.endpoint.name for entry in agents)
    return SnmpFacts(**({"examined": names, "complete": True, "servers": agents} | changes))


def snmp_write(writable: Any = None, name: str = "udp/161", **changes: Any) -> SnmpWriteFacts:
    writer = SnmpWriter(endpoint=endpoint(name), writable=writable or absent())
    given = {"examined": (name,), "complete": True, "servers": (writer,)}
    return SnmpWriteFacts(**(given | changes))


def service(name: str, protocol: str, **more: Any) -> Service:
    return Service(endpoint=endpoint(name), protocol=protocol, evidence=(ref(name),), **more)


def services(*entries: Service, **changes: Any) -> ServicesFacts:
    examined = tuple(entry.endpoint.name for entry in entries)
    given = {"services": entries, "examined": examined, "complete": True}
    return ServicesFacts(**(given | changes))


def web(name: str, **changes: Any) -> HttpServer:
    form = LoginPoint(method="form", path="/login", password_field="password", evidence=ref())
    given = {
        "endpoint": endpoint(name),
        "tls": True,
        "answered": seen(),
        "logins": (form,),
        "redirects_to_tls": unknown(),
        "open_configuration": absent(),
    }
    return HttpServer(**(given | changes))


def redirector(name: str = "tcp/80") -> HttpServer:
    config = Unknown(reason="a server without login")
    return web(name, tls=False, logins=(), redirects_to_tls=seen(), open_configuration=config)


def http(*servers: HttpServer, **changes: Any) -> HttpFacts:
    examined = tuple(entry.endpoint.name for entry in servers)
    return HttpFacts(**({"servers": servers, "examined": examined, "complete": True} | changes))


def http_input(*outcomes: InputOutcome, control: Any = None, name: str = "tcp/443") -> Any:
    cases = tuple(
        InputCase(name=f"case {number}", outcome=outcome, evidence=ref(f"line {number}"))
        for number, outcome in enumerate(outcomes, 3)
    )
    server = HttpInputServer(endpoint=endpoint(name), control=control or seen(), cases=cases)
    return HttpInputFacts(servers=(server,), examined=(name,), complete=True)


def tls_server(key: str = "a", weak: tuple[str, ...] = (), **changes: Any) -> TlsServer:
    good = {"TLSv1.2", "TLSv1.3"}
    certificate = Certificate(
        sha256="11",
        spki_sha256=key,
        subject="router",
        issuer="router",
        serial="1",
        not_before="2026-01-01T00:00:00.000000Z",
        not_after="2036-01-01T00:00:00.000000Z",
        names=("router",),
        key_type="EC",
        key_bits=256,
        signature_hash="sha256",
        self_signed=True,
        evidence=ref("line 5"),
    )
    given = {
        "endpoint": endpoint("tcp/443"),
        "observed_at": "2026-11-21T00:00:00.000000Z",
        "versions": tuple(
            VersionOffer(version=name, observation=seen() if name in good | {*weak} else absent())
            for name in VERSIONS
        ),
        "ciphers": (),
        "families": tuple(
            FamilyOffer(family=name, observation=seen() if name in weak else absent())
            for name in FAMILIES
        ),
        "chain": (certificate,),
        "evidence": (ref(),),
    }
    return TlsServer(**(given | changes))


def broker_tls(server: TlsServer) -> TlsServer:
    """The broker's TLS: that of the web server at another port."""
    return server.model_copy(update={"endpoint": endpoint("tcp/8883")})


def tls(*servers: TlsServer, **changes: Any) -> TlsFacts:
    examined = tuple(entry.endpoint.name for entry in servers)
    return TlsFacts(**({"servers": servers, "examined": examined, "complete": True} | changes))


def ssh_server(key: str = "k", **changes: Any) -> SshServer:
    given = {
        "endpoint": endpoint("tcp/22"),
        "answered": seen(),
        "identification": "SSH-2.0-RR",
        "kex": ("curve25519-sha256",),
        "host_key_algorithms": ("ssh-ed25519",),
        "ciphers": ("aes256-gcm@openssh.com",),
        "macs": ("hmac-sha2-256",),
        "host_keys": (HostKey(type="ssh-ed25519", bits=256, sha256=key, evidence=ref()),),
        "auth_methods": ("password",),
        "evidence": (ref(),),
    }
    return SshServer(**(given | changes))


def ssh(*servers: SshServer, **changes: Any) -> SshFacts:
    examined = tuple(entry.endpoint.name for entry in servers)
    return SshFacts(**({"servers": servers, "examined": examined, "complete": True} | changes))


def trial(
    source: CandidateSource,
    secret: str,
    outcome: TrialOutcome = TrialOutcome.REJECTED,
    **more: Any,
) -> Trial:
    given = {"number": 1, "user": "admin", "duration_ms": 10, "evidence": ref(f"line {secret}")}
    return Trial(source=source, secret=secret, outcome=outcome, **(given | more))


def login(target: str = "tcp/443", *trials: Trial, **changes: Any) -> Login:
    given = {
        "target": target,
        "method": "http-form",
        "evidence": ref(),
        "control": seen(),
        "discriminates": seen(),
        "trials": trials,
        "change_forced": seen(),
        "limit": GuessingLimit(
            hindered=seen(), kind="lockout", attempts=5, answered_per_s_milli=10
        ),
    }
    return Login(**(given | changes))


def factory_trials(label: str) -> tuple[Trial, ...]:
    return (
        trial(CandidateSource.LABEL, label, TrialOutcome.ACCEPTED),
        trial(CandidateSource.PUBLISHED, "admin"),
        trial(CandidateSource.DERIVED, "mac8", rule="mac-last-8-hex"),
    )


def user_trials() -> tuple[Trial, ...]:
    accepted = trial(CandidateSource.USER, "user", TrialOutcome.ACCEPTED)
    return (
        accepted,
        trial(CandidateSource.FORMER, "label"),
        trial(CandidateSource.PUBLISHED, "admin"),
    )


def credentials(*logins: Login, **changes: Any) -> CredentialsFacts:
    examined = tuple(dict.fromkeys(entry.target for entry in logins))
    given = {"logins": logins, "examined": examined, "complete": True}
    return CredentialsFacts(**(given | changes))


def console(**changes: Any) -> ConsoleFacts:
    given = {
        "baud": 115200,
        "output": seen(),
        "booted": seen(),
        "boot_loader_prompt": absent(),
        "login_prompt": seen(),
        "unauthenticated_shell": absent(),
        "examined": ("console",),
        "complete": True,
    }
    return ConsoleFacts(**(given | changes))


KNOWN = (IdentifierKind.SERIAL, IdentifierKind.MAC)


def responder(name: str = "udp/5353", **changes: Any) -> Responder:
    protocol = {"udp/5353": "mdns", "udp/1900": "ssdp"}[name]
    given = {
        "protocol": protocol,
        "endpoint": endpoint(name),
        "asked": ref("line 2"),
        "answered": seen(f"line {protocol}"),
    }
    return Responder(**(given | changes))


def discovery(*responders: Responder, **changes: Any) -> DiscoveryFacts:
    responders = responders or (responder(), responder("udp/1900"))
    given = {
        "responders": responders,
        "known": KNOWN,
        "examined": tuple(entry.endpoint.name for entry in responders),
        "complete": True,
    }
    return DiscoveryFacts(**(given | changes))


def sighting(target: str = "udp/5353", kind: Any = IdentifierKind.SERIAL) -> IdentifierSighting:
    return IdentifierSighting(
        target=target, kind=kind, where="TXT of x.local", text="RR1", evidence=ref("line 7")
    )


def disclosure(product: str = "MiniUPnPd", version: str = "1.8") -> Disclosure:
    return Disclosure(
        where="header server", text="x", product=product, version=version, evidence=ref("line 6")
    )


def serial_claim(target: str = "udp/5353") -> SerialClaim:
    return SerialClaim(target=target, where="TXT of x.local", text="123", evidence=ref("line 8"))


def description(name: str = "tcp/443", **changes: Any) -> UpnpDescription:
    given = {
        "url": "https://127.0.10.1/root.xml",
        "endpoint": endpoint(name),
        "device_types": ("urn:schemas-upnp-org:device:InternetGatewayDevice:1",),
        "answered": seen("line 3"),
    }
    return UpnpDescription(**(given | changes))


def upnp(*descriptions: UpnpDescription, **changes: Any) -> UpnpFacts:
    given = {
        "asked": ref("line 2"),
        "announced": len(descriptions),
        "descriptions": descriptions,
        "wan_address": "127.0.10.101",
        "wan": absent("line 4"),
        "wan_asked": ("udp/1900", "tcp/49152"),
        "known": KNOWN,
        "examined": tuple(entry.endpoint.name for entry in descriptions),
        "complete": True,
    }
    return UpnpFacts(**(given | changes))


def mapping_try(**changes: Any) -> MappingTry:
    given = {
        "control": "https://127.0.10.1/ctl",
        "endpoint": endpoint("tcp/443"),
        "accepted": absent(),
        "removed": unknown(),
        "fault": "606",
    }
    return MappingTry(**(given | changes))


def port_mapping(*tries: MappingTry, **changes: Any) -> PortMappingFacts:
    given = {"asked": ref(), "gateways": len(tries), "tries": tries, "complete": True}
    return PortMappingFacts(**(given | changes))


SITE = "https://www.networks.example"


def page(path: str, **changes: Any) -> PublishedPage:
    given = {
        "url": SITE + path,
        "final_url": SITE + path,
        "status": 200,
        "served": seen(),
        "restricted": absent(),
        "verified": True,
        "text": "Whatever stands there.",
        "text_whole": True,
    }
    return PublishedPage(**(given | changes))


def publications(*changed: PublishedPage, **changes: Any) -> PublicationsFacts:
    """The maker's four pages; ``changed`` ones in place of those with their addresses."""
    usual = (
        page("/security", contacts=("mailto:security@networks.example",)),
        page("/rr-1/support", dates=("2031-12-31",)),
        page("/rr-1/parts"),
        page("/rr-1/manual"),
    )
    pages = {entry.url: entry for entry in (*usual, *changed)}
    given = {"pages": tuple(pages.values()), "examined": tuple(pages), "complete": True}
    return PublicationsFacts(**(given | changes))


def update_attack(attack: Attack, installed: Any = None, way: str = "tcp/443") -> UpdateAttack:
    return UpdateAttack(
        mechanism="UpdMech-1", attack=attack, way=way, installed=installed or absent()
    )


def updates(*changed: UpdateAttack, **changes: Any) -> UpdatesFacts:
    """Every attack was refused, and only HTTPS takes updates; ``changed`` in place of theirs."""
    attacks = {attack: update_attack(attack) for attack in Attack}
    attacks |= {entry.attack: entry for entry in changed}
    usual = ("tcp/22", "tcp/80", "tcp/8883", "udp/5353", "udp/1900")
    of_flaws = ("tcp/23", "tcp/2323", "tcp/7681", "tcp/48080", "tcp/9999", "udp/69", "udp/161")
    others = (*usual, *of_flaws)  # the probe offers its image wherever something answers
    given = {
        "under_test": "2.4.1",
        "attacks": tuple(attacks.values()),
        "ways": (
            UpdateWay(way="tcp/443", takes=seen()),
            *(UpdateWay(way=name, takes=absent()) for name in others),
        ),
        "examined": tuple(f"UpdMech-1@{attack.value}" for attack in attacks),
        "complete": True,
    }
    return UpdatesFacts(**(given | changes))


def update_defaults(**changes: Any) -> UpdateDefaultsFacts:
    """A device that waits to be told, for more than a day."""
    given = {
        "mechanism": "UpdMech-1",
        "watched_s": 90_000,
        "installed": absent(),
        "noticed": absent(),
        "evidence": ref(),
    }
    mechanism = MechanismDefaults(**(given | changes))
    return UpdateDefaultsFacts(mechanisms=(mechanism,), examined=("UpdMech-1",), complete=True)


def function_check(**changes: Any) -> FunctionCheck:
    given = {"before": seen(), "during": seen(), "after": seen()}
    return FunctionCheck(**({"name": "switching", "local": True} | given | changes))


def outage(kind: OutageKind, **changes: Any) -> Outage:
    setting = SettingCheck(name="ssid", outcome="same", evidence=ref())
    given = {"functions": (function_check(),), "settings": (setting,)}
    return Outage(**({"kind": kind, "number": 1, "real": seen()} | given | changes))


def outages(*changed: Outage, **changes: Any) -> OutagesFacts:
    """One outage of each kind, which the device withstood; ``changed`` in place of theirs."""
    off = function_check(during=absent())
    usual = {
        "network": outage("network"),
        "power": outage("power", functions=(off,)),
        "isolation": outage("isolation"),
        "replacement": outage("replacement", functions=(off,)),
    }
    found = {**usual, **{entry.kind: entry for entry in changed}}
    given = {"outages": tuple(found.values()), "examined": tuple(found), "complete": True}
    return OutagesFacts(**(given | changes))


def remote(name: str = "updates.example", port: int = 443, **changes: Any) -> Remote:
    given = {"address": "203.0.113.9", "names": (name,), "transport": "tcp", "port": port}
    return Remote(**(given | {"evidence": ref()} | changes))


def window(purpose: str, item: str = "", **changes: Any) -> TrafficWindow:
    given = {
        "name": f"{purpose} {item}".strip(),
        "purpose": purpose,
        "item": item,
        "duration_ms": 600_000,
        "own_packets": seen(),
        "trigger": seen(),
        "device": seen(),
    }
    return TrafficWindow(**(given | changes))


def traffic(*changed: TrafficWindow, **changes: Any) -> TrafficFacts:
    """A device that talks to nobody outside; ``changed`` windows in place of theirs."""
    loaded = SoftwareTransfer(remote=None, endpoint="tcp/443", evidence=ref())
    usual = (
        window("baseline"),
        window("update", transfers=(loaded,)),
        window("isolated", "ReplSup-1"),
        window("change-detected", "SecBoot-1"),
        window("reconnect"),
    )
    found = {entry.name: entry for entry in (*usual, *changed)}
    given = {"windows": tuple(found.values()), "examined": tuple(found), "complete": True}
    return TrafficFacts(**(given | changes))


def trace(function: str = "DelFunc-1", **changes: Any) -> Trace:
    given = {"place": "export", "datum": "user name", "before": seen(), "after": absent()}
    return Trace(**({"function": function} | given | changes))


def leftovers(*traces: Trace, **changes: Any) -> LeftoversFacts:
    functions = ("DelFunc-1", "DelFunc-2")
    given = {
        "deletions": tuple(Deletion(function=name, done=seen()) for name in functions),
        "traces": traces or tuple(map(trace, functions)),
        "examined": functions,
        "complete": True,
    }
    return LeftoversFacts(**(given | changes))


def record(facts: Facts, sample: str = "A", state: DeviceState = IN) -> FactRecord[Any]:
    visit = VisitId("1-as-received" if state is AR else "2-initialised")
    key = FactKey(probe=ProbeName(facts.PROBE), sample=SampleId(sample), visit=visit, attempt=1)
    return FactRecord(key, state, AttemptOutcome.COMPLETED, facts)


HTTPS = {"tls": True}
GROUPS = ("udp/5353", "udp/1900")


def hardened(sample: str) -> dict[tuple[str, DeviceState], Facts]:
    """Every fact of one hardened sample, by probe and state."""
    plain, secure, shell, broker = (
        service("tcp/80", "http"),
        service("tcp/443", "http", **HTTPS),
        service("tcp/22", "ssh"),
        service("tcp/8883", "mqtt", **HTTPS),
    )
    lan = (service("udp/5353", "mdns"), service("udp/1900", "ssdp"))
    pages = http(redirector(), web("tcp/443"))
    keys = tls_server(f"tls {sample}")
    label = factory_trials(f"label {sample}")
    facts: dict[DeviceState, list[Facts]] = {
        AR: [
            ports("tcp/80", "tcp/443", *GROUPS),
            late_ports("tcp/80", "tcp/443", *GROUPS),
            services(plain, secure, *lan),
            pages,
            tls(keys),
            ssh(),
            credentials(login("tcp/443", *label), login("console", *label, method="serial")),
            discovery(),
            upnp(description()),
        ],
        IN: [
            ports("tcp/22", "tcp/80", "tcp/443", "tcp/8883", *GROUPS),
            late_ports("tcp/22", "tcp/80", "tcp/443", "tcp/8883", *GROUPS),
            files(),
            DnsFacts(servers=(), asked=(ref(),), complete=True),
            NtpFacts(servers=(), asked=(ref(),), complete=True),
            snmp(),
            snmp_write(),
            services(plain, secure, shell, broker, *lan),
            pages,
            tls(keys, broker_tls(keys)),
            mqtt(mqtt_server()),
            ssh(ssh_server(f"ssh {sample}")),
            credentials(
                login("tcp/443", *user_trials()),
                login("tcp/22", *user_trials(), method="ssh"),
                login("tcp/8883", *user_trials(), method="mqtt"),
                login("console", *user_trials(), method="serial"),
            ),
            console(),
            discovery(),
            upnp(description()),
            port_mapping(mapping_try()),
            http_input(InputOutcome.REJECTED, InputOutcome.IGNORED),
            publications(),
            update_defaults(),
            outages(),
            traffic(),
            leftovers(),
        ],
        DeviceState.UPDATED: [updates()],
    }
    return {(fact.PROBE, state): fact for state, group in facts.items() for fact in group}


@dataclass(frozen=True)
class MadeSurvey:
    """A survey made by hand; every change gives a new one."""

    facts: dict[tuple[str, str, DeviceState], Facts]

    def put(self, facts: Facts, *states: DeviceState, samples: str = "A") -> "MadeSurvey":
        """Replace the facts of a probe."""
        changed = {
            (sample, facts.PROBE, state): facts for sample in samples for state in states or (IN,)
        }
        return replace(self, facts=self.facts | changed)

    def get(self, kind: type[Facts], state: DeviceState = IN, sample: str = "A") -> Any:
        """One fact."""
        return self.facts[sample, kind.PROBE, state]

    def without(self, probe: str) -> "MadeSurvey":
        """Drop every fact of a probe."""
        return replace(self, facts={k: v for k, v in self.facts.items() if k[1] != probe})

    def only(self, *samples: str) -> "MadeSurvey":
        """Keep these samples."""
        return replace(self, facts={k: v for k, v in self.facts.items() if k[0] in samples})

    def base(self) -> FactBase:
        """What units read."""
        samples = sorted({key[0] for key in self.facts})
        survey = SurveyRecord(
            run_id="r",
            purpose=Purpose.DEMO,
            bench="b",
            bench_kind="private",
            started="2026-11-21T00:00:00.000000Z",
            samples=tuple(SampleRecord(id=SampleId(name), origin="x") for name in samples),
        )
        found = tuple(record(fact, key[0], key[2]) for key, fact in sorted(self.facts.items()))
        return FactBase(survey, (), found, ())


@pytest.fixture
def made() -> Any:
    """The builders of this file, by name."""
    return _Builders


class _Builders:
    AR, IN, UPDATED = AR, IN, DeviceState.UPDATED
    update_attack, updates, update_defaults = map(
        staticmethod, (update_attack, updates, update_defaults)
    )
    function_check, outage, outages = map(staticmethod, (function_check, outage, outages))
    remote, window, traffic = map(staticmethod, (remote, window, traffic))
    trace, leftovers = map(staticmethod, (trace, leftovers))
    ref, seen, absent, unknown = map(staticmethod, (ref, seen, absent, unknown))
    endpoint, port, ports, service, services = map(
        staticmethod, (endpoint, port, ports, service, services)
    )
    mqtt_try, mqtt_server, mqtt = map(staticmethod, (mqtt_try, mqtt_server, mqtt))
    broker_tls = staticmethod(broker_tls)
    snmp_agent, snmp, snmp_write = map(staticmethod, (snmp_agent, snmp, snmp_write))
    late_ports, file_server, files = map(staticmethod, (late_ports, file_server, files))
    web, redirector, http, http_input = map(staticmethod, (web, redirector, http, http_input))
    tls_server, tls, ssh_server, ssh = map(staticmethod, (tls_server, tls, ssh_server, ssh))
    trial, login, credentials, console, record = map(
        staticmethod, (trial, login, credentials, console, record)
    )
    responder, discovery, sighting, serial_claim, disclosure = map(
        staticmethod, (responder, discovery, sighting, serial_claim, disclosure)
    )
    description, upnp, mapping_try, port_mapping = map(
        staticmethod, (description, upnp, mapping_try, port_mapping)
    )
    page, publications = map(staticmethod, (page, publications))
    factory_trials, user_trials = map(staticmethod, (factory_trials, user_trials))


@pytest.fixture
def survey() -> MadeSurvey:
    """Two hardened samples in both states."""
    return MadeSurvey(
        {
            (sample, probe, state): fact
            for sample in "AB"
            for (probe, state), fact in hardened(sample).items()
        }
    )


class MadeAir:
    """Builders of Bluetooth facts; what they make is hardened until it is changed."""

    LOCK_SERVICE = "a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    BOLT = "a1b20001-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    ACCESS_CODE = "a1b20002-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    UPDATE_SERVICE = "8d53dc1d-1db7-4cd3-868b-8a527460aa84"
    UPDATE = "da2e7828-fbce-4e01-ae9e-261174997c48"
    INFORMATION = "0000180a-0000-1000-8000-00805f9b34fb"
    MODEL_NUMBER = "00002a24-0000-1000-8000-00805f9b34fb"

    def __init__(self, made: Any) -> None:
        self._made = made

    def row(self, level: Level, read: str = "untried", write: str = "untried") -> AccessAtLevel:
        """One level of a table."""
        evidence = self._made.ref(f"level {level.value}")
        return AccessAtLevel(level=level, read=Access(read), write=Access(write), evidence=evidence)

    def value(
        self, service: str, uuid: str, *rows: AccessAtLevel, readable: bool, writable: bool
    ) -> Characteristic:
        """A characteristic with its table."""
        return Characteristic(
            service=service,
            uuid=uuid,
            handle=3,
            readable=readable,
            writable=writable,
            table=rows,
        )

    def bolt(self, *rows: AccessAtLevel) -> Characteristic:
        """The bolt: read and written by its owner."""
        shut = rows or (
            self.row(Level.OPEN, "refused", "refused"),
            self.row(Level.SECURE_CONNECTIONS, "granted", "granted"),
        )
        return self.value(self.LOCK_SERVICE, self.BOLT, *shut, readable=True, writable=True)

    def access_code(self, at_open: str = "refused") -> Characteristic:
        """The access code: read by its owner."""
        rows = (self.row(Level.OPEN, at_open), self.row(Level.SECURE_CONNECTIONS, "granted"))
        return self.value(self.LOCK_SERVICE, self.ACCESS_CODE, *rows, readable=True, writable=False)

    def update(self, at_open: str = "refused") -> Characteristic:
        """MCUmgr SMP: written by its owner."""
        row = self.row(Level.OPEN, write=at_open)
        return self.value(self.UPDATE_SERVICE, self.UPDATE, row, readable=False, writable=True)

    def model_number(self) -> Characteristic:
        """The model number, which everybody reads."""
        row = self.row(Level.OPEN, "granted")
        return self.value(self.INFORMATION, self.MODEL_NUMBER, row, readable=True, writable=False)

    def attempt(self, model: str = "passkey", **changes: Any) -> PairingTry:
        """A pairing that was completed."""
        plain = {
            "name": f"pair:{model}",
            "answer": "accepted",
            "completed": True,
            "model": model,
            "secure_connections": True,
            "key_size": 16,
            "evidence": self._made.ref("packet 7"),
        }
        return PairingTry(**{**plain, **changes})

    def pairing(self, **changes: Any) -> BluetoothPairingFacts:
        """Facts of ``bluetooth-pairing``."""
        absent, seen = self._made.absent(), self._made.seen()
        weak = (
            "outside_mode", "over_bond", "legacy", "unauthenticated", "short_key", "fixed_passkey",
            "guessable_passkey", "unlimited", "wrong_key_accepted", "open_after_bond",
        )  # fmt: skip
        values = (self.model_number(), self.bolt(), self.access_code(), self.update())
        plain: dict[str, Any] = {
            "examined": ("bluetooth",),
            "complete": True,
            "tries": (self.attempt(),),
            "control": seen,
            "listed": seen,
            "characteristics": values,
            "information": {self.MODEL_NUMBER: "Reference Lock RL-1"},
            **dict.fromkeys(weak, absent),
        }
        return BluetoothPairingFacts(**{**plain, **changes})

    def advertiser(self, first_s: float, last_s: float, **changes: Any) -> Advertiser:
        """An address and for how long it was heard."""
        plain = {
            "address": f"40:00:00:00:00:{round(first_s):02}",
            "kind": "resolvable-private",
            "first_s": first_s,
            "last_s": last_s,
            "evidence": self._made.ref("packet 3"),
        }
        return Advertiser(**{**plain, **changes})

    def advertising(self, **changes: Any) -> BluetoothAdvertisingFacts:
        """Facts of ``bluetooth-advertising``."""
        plain: dict[str, Any] = {
            "examined": ("bluetooth",),
            "complete": True,
            "window_s": 900.0,
            "advertisers": (self.advertiser(0.0, 400.0), self.advertiser(401.0, 910.0)),
            "heard": self._made.seen(),
            "trackable": self._made.absent(),
            "known": (IdentifierKind.SERIAL,),
            "identifying": self._made.absent(),
            "heard_out": self._made.seen(),
        }
        return BluetoothAdvertisingFacts(**{**plain, **changes})

    def input(self, **changes: Any) -> BluetoothInputFacts:
        """Facts of ``bluetooth-input``."""
        plain: dict[str, Any] = {
            "examined": ("bluetooth",),
            "complete": True,
            "sent": 48,
            "survived": 48,
            "crash": self._made.absent(),
        }
        return BluetoothInputFacts(**{**plain, **changes})


@pytest.fixture
def air(made: Any) -> MadeAir:
    """Builders of Bluetooth facts."""
    return MadeAir(made)
