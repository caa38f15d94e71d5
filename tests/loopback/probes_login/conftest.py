"""A bench of one sample on loopback, and the reference router as that sample."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.bench.console import SerialConsole
from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.bench.network_link import NetworkLink
from harness.bench.protocols import Console, Login, PowerSwitch
from harness.bench.reference_control import ReferenceControl, ReferencePower
from harness.encoding.clock import Clock
from harness.encoding.tree import DirectoryTree
from harness.facts.base import Endpoint, Facts
from harness.facts.http import HttpFacts, HttpServer, LoginPoint
from harness.facts.services import Service, ServicesFacts
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.model.bench_config import (
    BenchSettings,
    ConsoleConfig,
    CredentialLimits,
    IdentityConfig,
    NetworkLinkConfig,
    SampleConfig,
)
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.observation import EvidenceRef, Present, Unknown
from harness.model.record import AttemptOutcome, AttemptRecord
from harness.model.states import Capability, DeviceState
from harness.probes.base import Probe
from harness.survey.context import AttemptContext
from harness.survey.store import AttemptFolder, SecretStore

EVIDENCE = EvidenceRef(path="x", where="line 1")


@dataclass
class Links:
    config: SampleConfig
    network: NetworkLink | None = None
    console: Console | None = None
    power: PowerSwitch | None = None
    label: Login | None = None
    user: Login | None = None
    states: None = None
    capabilities: frozenset[Capability] = frozenset({Capability.NETWORK})


@dataclass
class Bench:
    """One sample, what the upstream probes found of it, and a way to run a probe on it."""

    folder: Path
    address: str = "127.0.0.1"
    mac: str = ""
    serial: str = ""
    label: Login | None = None
    user: Login | None = None
    state: DeviceState = DeviceState.INITIALISED
    console: Console | None = None
    power: PowerSwitch | None = None
    identity: str = ""
    limits: CredentialLimits = field(default_factory=CredentialLimits)
    servers: list[HttpServer] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    attempts: int = 0
    reader: CaptureReader | None = None

    def service(self, protocol: str, port: int, *, tls: bool = False) -> None:
        endpoint = Endpoint(address=self.address, transport="tcp", port=port)
        self.services.append(
            Service(endpoint=endpoint, protocol=protocol, tls=tls, evidence=(EVIDENCE,))
        )

    def form(self, port: int, *, tls: bool = False, path: str = "/login", **fields: str) -> None:
        names = {"user_field": "username", "password_field": "password", "action": path, **fields}
        login = LoginPoint(method="form", path=path, evidence=EVIDENCE, **names)
        self._server(port, login, tls=tls)

    def basic(self, port: int, path: str = "/") -> None:
        self._server(port, LoginPoint(method="basic", path=path, evidence=EVIDENCE))

    def _server(self, port: int, login: LoginPoint, *, tls: bool = False) -> None:
        self.servers.append(
            HttpServer(
                endpoint=Endpoint(address=self.address, transport="tcp", port=port),
                tls=tls,
                answered=Present(evidence=(EVIDENCE,)),
                logins=(login,),
                redirects_to_tls=Unknown(reason="not asked"),
                open_configuration=Unknown(reason="not asked"),
            )
        )

    @property
    def upstream(self) -> dict[str, Facts]:
        return {
            "http": HttpFacts(complete=True, servers=tuple(self.servers)),
            "services": ServicesFacts(complete=True, services=tuple(self.services)),
        }

    def run(self, probe: Probe, interpreter: Interpreter[Any]) -> Any:
        self.attempts += 1
        key = FactKey(
            probe=ProbeName(probe.declaration.name),
            sample=SampleId("A"),
            visit=VisitId(f"1-{self.state.value}"),
            attempt=self.attempts,
        )
        clock = Clock()
        folder = AttemptFolder(self.folder / key.folder, clock)
        store = SecretStore(self.folder / f"secrets-{self.attempts}.json")
        config = SampleConfig(
            id="A",
            serial=self.serial,
            network=NetworkLinkConfig(address=self.address, mac=self.mac),
            identity=IdentityConfig(path=self.identity),
        )
        link = IpLink(self.address, ScopeGuard(["127.0.0.0/8"]))
        links = Links(config, link, self.console, self.power, self.label, self.user)
        context = AttemptContext(
            sample=links,
            settings=BenchSettings(name="t", scope=("127.0.0.0/8",), credentials=self.limits),
            state=self.state,
            seed=7,
            clock=clock,
            deadline=time.monotonic() + 240,
            folder=folder,
            secrets=store,
            facts=self.upstream,
        )
        started = clock.now()
        probe.collect(context)
        record = AttemptRecord(
            key=key,
            probe_version=1,
            outcome=AttemptOutcome.COMPLETED,
            started=started,
            ended=clock.now(),
            captures=folder.entries(),
        )
        self.secrets = dict(store._known)
        self.reader = CaptureReader(DirectoryTree(self.folder), record)
        facts = interpreter.interpret(self.reader, Upstream(self.upstream))
        assert type(facts).from_bytes(facts.to_bytes()) == facts
        return facts


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "survey")


@dataclass
class Router:
    """A running reference router with the bench that holds it."""

    ready: dict[str, Any]
    bench: Bench
    control: ReferenceControl

    def initialise(self, password: str) -> None:
        self.control.request("initialise", password=password)
        self.bench.user = Login("admin", password)
        self.bench.state = DeviceState.INITIALISED
        self.bench.service("ssh", self.ready["surface"]["ssh"])


def _free_offset() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1] // 2 + 8000


@pytest.fixture
def router(tmp_path: Path) -> Iterator[Callable[..., Router]]:
    """Start a reference router with these flaws."""
    with ExitStack() as stack:

        def start(*flaws: str, console: bool = False, web: bool = True) -> Router:
            work = tmp_path / "router"
            work.mkdir()
            command = [sys.executable, "-m", "harness.reference", "router", "--sample", "A"]
            command += ["--address", "127.0.44.1", "--work", str(work), "--fast"]
            command += ["--port-offset", str(_free_offset())]
            for flaw in flaws:
                command += ["--flaw", flaw]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            stack.callback(_stop, process)
            assert process.stdout
            ready = json.loads(process.stdout.readline())
            bench = Bench(
                tmp_path / "survey",
                address=ready["address"],
                mac=ready["mac"],
                serial=ready["serial"],
                label=Login(ready["label"]["user"], ready["label"]["password"]),
                state=DeviceState.AS_RECEIVED,
                identity=ready["paths"]["about"],
            )
            control = ReferenceControl(ready["control"])
            if console:
                serial = SerialConsole(ConsoleConfig(url=ready["console"], baud=115200))
                stack.callback(serial.close)
                bench.console = serial
                bench.power = ReferencePower(control)
            if web:
                bench.form(ready["surface"]["https"], tls=True, path=ready["paths"]["login"])
            return Router(ready, bench, control)

        yield start


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    process.wait(20)
    process.stdout.close()
