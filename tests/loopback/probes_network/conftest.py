"""A bench for probes: real links to 127.0.0.1, real captures in a temporary folder."""

import contextlib
import hashlib
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.bench.network_link import ToolRun
from harness.encoding.clock import Clock
from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.text import to_latin
from harness.encoding.tree import DirectoryTree
from harness.errors import BenchFault
from harness.facts.base import Facts
from harness.interpret.base import CaptureReader
from harness.model.bench_config import BenchSettings
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry
from harness.model.states import DeviceState


class FileJournal:
    """A journal on disk."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = path.open("wb")
        self._clock = clock
        self._line = 1
        self._file.write(header_line())

    def record(self, kind: str, **fields: object) -> int:
        plain = {k: to_latin(v) if isinstance(v, bytes) else v for k, v in fields.items()}
        self._line += 1
        line = {"n": self._line - 1, "t": self._clock.now(), "kind": kind, **plain}
        self._file.write(record_line(line))
        self._file.flush()
        return self._line

    def close(self, *, whole: bool) -> None:
        if whole:
            self._file.write(end_line(0))
        self._file.close()


class RecordingContext:
    """One attempt of one probe on one sample, with a real link and real files."""

    def __init__(self, root: Path, probe: str, link: IpLink, upstream: list[Facts]) -> None:
        self.key = FactKey(
            probe=ProbeName(probe), sample=SampleId("A"), visit=VisitId("1-test"), attempt=1
        )
        self.sample = SimpleNamespace(network=link)
        self.settings = BenchSettings(name="test", scope=("127.0.0.0/8",), udp_ports=(53, 123))
        self.state = DeviceState.INITIALISED
        self.seed = 7
        self.clock = Clock()
        self.tools: dict[str, str] = {}
        self._upstream = {facts.PROBE: facts for facts in upstream}
        self._root = root
        self._folder = root / self.key.folder
        self._folder.mkdir(parents=True)
        self._entries: dict[str, tuple[str, bool]] = {}
        self._lock = threading.Lock()
        self.outcome = AttemptOutcome.COMPLETED

    def upstream(self, facts_type: type[Facts]) -> Facts | None:
        return self._upstream.get(facts_type.PROBE)

    @contextlib.contextmanager
    def journal(self, name: str) -> Iterator[FileJournal]:
        journal = FileJournal(self._folder / name, self.clock)
        whole = False
        try:
            yield journal
            whole = True
        finally:
            journal.close(whole=whole)
            with self._lock:
                self._entries[name] = ("journal", whole)

    def store(self, name: str, data: bytes, schema_name: str) -> None:
        (self._folder / name).write_bytes(data)
        self._entries[name] = (schema_name, True)

    def secret(self, value: str, kind: str) -> None:
        """Nothing is sealed here."""

    def tool(self, name: str, version: str) -> None:
        self.tools[name] = version

    def check_time(self) -> None:
        """Tests have time."""

    def captures(self) -> CaptureReader:
        entries = tuple(
            CaptureEntry(
                name=name,
                schema_name=schema,
                size=(self._folder / name).stat().st_size,
                sha256=hashlib.sha256((self._folder / name).read_bytes()).hexdigest(),
                complete=whole,
            )
            for name, (schema, whole) in sorted(self._entries.items())
        )
        record = AttemptRecord(
            key=self.key,
            probe_version=1,
            outcome=self.outcome,
            started=self.clock.now(),
            ended=self.clock.now(),
            tools=self.tools,
            captures=entries,
        )
        return CaptureReader(DirectoryTree(self._root), record)

    def collect(self, probe: object) -> CaptureReader:
        try:
            probe.collect(self)
        except BenchFault:
            self.outcome = AttemptOutcome.FAILED
        return self.captures()


class QuietLink(IpLink):
    """The real link, but nmap never starts: the plain loopback belongs to the whole machine."""

    def nmap(self, arguments: Sequence[str], ports: str, timeout_s: float) -> ToolRun:
        return ToolRun(("nmap", *arguments), -9, b"", b"", timed_out=True)


@pytest.fixture
def link() -> IpLink:
    return QuietLink("127.0.0.1", ScopeGuard(("127.0.0.0/8",)))


@pytest.fixture
def context_for(tmp_path: Path, link: IpLink) -> Callable[..., RecordingContext]:
    """A recording context for a probe, given the facts that it builds on."""
    counter = iter(range(1000))

    def make(probe: str, *upstream: Facts) -> RecordingContext:
        return RecordingContext(tmp_path / f"survey-{next(counter)}", probe, link, list(upstream))

    return make


Handler = Callable[[socket.socket], None]


class Servers:
    """TCP servers on 127.0.0.1, each with a thread, all closed at the end."""

    def __init__(self) -> None:
        self._listeners: list[socket.socket] = []

    def tcp(self, handler: Handler, connections: int = 100_000) -> int:
        """Serve with ``handler``; after ``connections`` of them nothing listens any more."""
        listener = socket.create_server(("127.0.0.1", 0))
        self._listeners.append(listener)
        threading.Thread(target=self._serve, args=(listener, handler, connections)).start()
        return listener.getsockname()[1]

    def _serve(self, listener: socket.socket, handler: Handler, connections: int) -> None:
        for _ in range(connections):
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(peer, handler)).start()
        listener.close()

    def _talk(self, peer: socket.socket, handler: Handler) -> None:
        peer.settimeout(8)
        with peer, contextlib.suppress(OSError, ssl.SSLError):
            handler(peer)

    def close(self) -> None:
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


@pytest.fixture
def servers() -> Iterator[Servers]:
    made = Servers()
    yield made
    made.close()


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, path: Path) -> Path:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "dut\x1b[31m")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("router.example")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture(scope="session")
def rsa_pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed RSA-2048 certificate and its key."""
    path = tmp_path_factory.mktemp("rsa") / "rsa.pem"
    return _pem(rsa.generate_private_key(65537, 2048), path)


@pytest.fixture(scope="session")
def ec_pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed P-256 certificate and its key."""
    return _pem(ec.generate_private_key(ec.SECP256R1()), tmp_path_factory.mktemp("ec") / "ec.pem")


@pytest.fixture
def tls_handler() -> Callable[..., Handler]:
    """A handler that answers one request inside TLS; keywords narrow the versions and suites."""

    def make(pem: Path, reply: bytes = b"", **settings: str) -> Handler:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        if "ciphers" in settings:
            context.set_ciphers(settings["ciphers"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion[settings.get("low", "TLSv1_2")]
            context.maximum_version = ssl.TLSVersion[settings.get("high", "TLSv1_3")]

        def handle(peer: socket.socket) -> None:
            with context.wrap_socket(peer, server_side=True) as secured:
                if reply and secured.recv(4096):
                    secured.sendall(reply)
                    secured.unwrap()

        return handle

    return make
