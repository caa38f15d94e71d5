"""Small sites and a real bench link on loopback for the web and SSH probes."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.bench.network_link import NetworkLink
from harness.bench.protocols import Login, Publications
from harness.encoding.clock import Clock
from harness.encoding.tree import DirectoryTree
from harness.facts.base import Endpoint, Facts
from harness.facts.services import Service, ServicesFacts
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.model.bench_config import BenchSettings, IdentityConfig, SampleConfig
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.observation import EvidenceRef
from harness.model.record import AttemptOutcome, AttemptRecord
from harness.model.states import Capability, DeviceState
from harness.probes.base import Probe
from harness.survey.context import AttemptContext
from harness.survey.store import AttemptFolder, SecretStore

ADDRESS = "127.0.0.1"


@dataclass
class Links:
    """The links of one sample that has only a network."""

    config: SampleConfig
    network: NetworkLink | None
    label: Login | None = None
    user: Login | None = None
    console: None = None
    power: None = None
    states: None = None
    publications: Publications | None = None
    capabilities: frozenset[Capability] = frozenset({Capability.NETWORK})


@dataclass
class Attempt:
    """Runs one probe for real and reads its captures back."""

    folder: Path
    label: Login | None = None
    user: Login | None = None
    state: DeviceState = DeviceState.INITIALISED
    identity: IdentityConfig = field(default_factory=IdentityConfig)
    facts: dict[str, Facts] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    address: str = ADDRESS
    publications: Publications | None = None

    def services(self, protocol: str, *ports: int, tls: bool = False) -> None:
        """Pretend that the services probe found these."""
        entries = tuple(
            Service(
                endpoint=Endpoint(address=self.address, transport="tcp", port=port),
                protocol=protocol,
                tls=tls,
                evidence=(EvidenceRef(path="x", where="line 1"),),
            )
            for port in ports
        )
        names = tuple(entry.endpoint.name for entry in entries)
        self.facts["services"] = ServicesFacts(complete=True, examined=names, services=entries)

    def run(self, probe: Probe, interpreter: Interpreter[Facts]) -> Facts:
        """Collect, then interpret what lies on disk."""
        declared = probe.declaration
        key = FactKey(
            probe=ProbeName(declared.name),
            sample=SampleId("A"),
            visit=VisitId("1-initialised"),
            attempt=1,
        )
        clock = Clock()
        captures = AttemptFolder(self.folder / key.folder, clock)
        store = SecretStore(self.folder.parent / f"secrets-{declared.name}.json")
        config = SampleConfig(id="A", network={"address": self.address}, identity=self.identity)
        link = IpLink(self.address, ScopeGuard(["127.0.0.0/8"]))
        context = AttemptContext(
            sample=Links(config, link, self.label, self.user, publications=self.publications),
            settings=BenchSettings(name="t", scope=("127.0.0.0/8",)),
            state=self.state,
            seed=7,
            clock=clock,
            deadline=time.monotonic() + 120,
            folder=captures,
            secrets=store,
            facts=self.facts,
        )
        started = clock.now()
        probe.collect(context)
        record = AttemptRecord(
            key=key,
            probe_version=declared.version,
            outcome=AttemptOutcome.COMPLETED,
            started=started,
            ended=clock.now(),
            captures=captures.entries(),
        )
        self.secrets = list(store._known)
        reader = CaptureReader(DirectoryTree(self.folder), record)
        facts = interpreter.interpret(reader, Upstream(self.facts))
        assert type(facts).from_bytes(facts.to_bytes()) == facts
        self.facts[declared.name] = facts
        return facts

    def capture(self, probe: str, name: str) -> bytes:
        """The raw bytes of a capture."""
        return (self.folder / "A" / "1-initialised" / probe / "1" / name).read_bytes()


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    folder = tmp_path / "survey"
    folder.mkdir()
    return Attempt(folder)


@dataclass
class Answer:
    """What a site answers; ``status`` 0 hangs up without a word."""

    status: int = 200
    body: bytes | str = b""
    kind: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """What a site was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Site = Callable[[Asked], Answer]


class Server(ThreadingHTTPServer):
    """A site on a free port; ``log`` holds every request."""

    daemon_threads = True

    def __init__(self, site: Site) -> None:
        self.site = site
        self.log: list[Asked] = []
        super().__init__((ADDRESS, 0), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 5

    def _any(self) -> None:
        try:
            length = max(0, int(self.headers.get("Content-Length", "0")))
        except ValueError:
            length = 0
        body = self.rfile.read(length)
        asked = Asked(self.command, self.path, dict(self.headers.items()), body)
        self.server.log.append(asked)
        answer = self.server.site(asked)
        self.close_connection = True
        if not answer.status:
            return
        data = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = _any  # noqa: N815  (the base class looks for these)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Quiet."""


@pytest.fixture
def serve() -> Iterator[Callable[[Site], Server]]:
    """Start sites that end with the test."""
    running: list[Server] = []

    def start(site: Site) -> Server:
        server = Server(site)
        running.append(server)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def answer() -> type[Answer]:
    return Answer


LOGIN_PAGE = (
    '<html><title>Device</title><form method=post action="/login">'
    "<input name=username><input type=password name=password></form></html>"
)
SETTINGS_PAGE = (
    '<html><form method=post action="/settings"><input name=hostname value=r1>'
    "<input name=ssid value=home></form></html>"
)
COOKIE = "c0ffee00c0ffee00"
PASSWORD = "correct horse+battery"


def hardened(asked: Asked) -> Answer:
    """Everything behind a login form; settings validated."""
    signed_in = f"session={COOKIE}" in asked.headers.get("Cookie", "")
    path = asked.path.partition("?")[0]
    if path == "/login":
        if asked.method == "GET":
            return Answer(body=LOGIN_PAGE)
        if asked.body == b"username=admin&password=correct+horse%2Bbattery":
            cookie = {"Set-Cookie": f"session={COOKIE}; HttpOnly", "Location": "/status"}
            return Answer(303, headers=cookie)
        return Answer(401, LOGIN_PAGE)
    if path in {"/", "/status", "/settings", "/reset", "/ui/secretconfig"}:
        if not signed_in:
            return Answer(302, headers={"Location": "/login"})
        if asked.method != "GET":
            return Answer(400, "<p>no</p>")
        if path == "/settings":
            return Answer(body=SETTINGS_PAGE)
        return Answer(
            body="<a href=/settings>s</a><a href=/ui/secretconfig>x</a><a href=/reset>r</a>"
        )
    if path in {"/api/about", "/api/settings"}:
        if not signed_in:
            return Answer(401, '{"error":"login required"}', "application/json")
        if asked.method != "GET":
            return Answer(422, '{"error":"no"}', "application/json")
        return Answer(body='{"firmware":"2.4.1","hostname":"r1"}', kind="application/json")
    return Answer(404, "<p>No such page.</p>")


@pytest.fixture
def hardened_site() -> Site:
    return hardened


@pytest.fixture
def good_login() -> Login:
    return Login("admin", PASSWORD)
