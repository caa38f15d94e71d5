"""Servers on 127.0.0.1 that behave as badly as devices do, and links to them."""

import contextlib
import os
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink

Handler = Callable[[socket.socket], None]


@pytest.fixture
def link() -> IpLink:
    return IpLink("127.0.0.1", ScopeGuard(("127.0.0.0/8",)))


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], int]]:
    """Start a server whose every connection is given to a handler; its port."""
    with contextlib.ExitStack() as stack:

        def start(handler: Handler) -> int:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            listener.settimeout(0.1)
            stop = threading.Event()
            thread = threading.Thread(target=accept, args=(listener, handler, stop))
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(stop.set)
            return listener.getsockname()[1]

        yield start


def accept(listener: socket.socket, handler: Handler, stop: threading.Event) -> None:
    workers = []
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            connection, _ = listener.accept()
            worker = threading.Thread(target=handle, args=(connection, handler), daemon=True)
            worker.start()
            workers.append((worker, connection))
    for worker, connection in workers:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        worker.join(5)


def handle(connection: socket.socket, handler: Handler) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(10)
        handler(connection)


@pytest.fixture
def reset() -> Callable[[socket.socket], None]:
    """Makes the close of a connection a TCP reset."""

    def apply(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    return apply


@pytest.fixture
def pty() -> Iterator[tuple[int, str]]:
    """A pseudo-terminal: the device's end, and the name of the bench's end."""
    device, bench = os.openpty()
    tty.setraw(device)
    name = os.ttyname(bench)
    os.close(bench)
    # Held open, or the device's end reports a hang-up whenever the bench lets go.
    keeper = os.open(name, os.O_RDWR | os.O_NOCTTY)
    yield device, name
    for handle_ in (keeper, device):
        with contextlib.suppress(OSError):
            os.close(handle_)


@pytest.fixture
def flood(pty: tuple[int, str]) -> Callable[[bytes], contextlib.AbstractContextManager[None]]:
    """A block in which the device writes the same again and again."""

    @contextlib.contextmanager
    def writing(data: bytes) -> Iterator[None]:
        stop = threading.Event()

        def write() -> None:
            os.set_blocking(pty[0], False)
            while not stop.is_set():
                try:
                    os.write(pty[0], data)
                except BlockingIOError:
                    stop.wait(0.001)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    return writing


class Transcript:
    """Records what a console session reports."""

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes]] = []

    def record(self, kind: str, **fields: object) -> None:
        self.records.append((kind, bytes(fields["data"])))

    def of(self, kind: str) -> bytes:
        return b"".join(data for name, data in self.records if name == kind)


@pytest.fixture
def transcript() -> Transcript:
    return Transcript()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path)


def make_certificate(folder: Path) -> Path:
    """A self-signed certificate that expired long ago, with its key."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "device")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2001, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2002, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path
