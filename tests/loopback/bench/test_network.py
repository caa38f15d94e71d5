"""TCP and UDP links against real sockets on 127.0.0.1."""

import contextlib
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.bench.network_link import Connected, StreamClosed
from harness.errors import ScopeError

pytestmark = pytest.mark.loopback


def test_an_open_port_gives_a_stream_that_carries_both_ways(link, serve):
    port = serve(lambda connection: connection.sendall(connection.recv(100).upper()))
    outcome, stream = link.connect(port)
    assert outcome is Connected.OPEN
    with stream:
        stream.send(b"hello")
        assert stream.receive() == b"HELLO"
        assert stream.receive() == b""


def test_a_closed_port_is_refused(link):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert link.connect(port) == (Connected.REFUSED, None)


def test_a_port_that_never_answers_times_out(link):
    # A full backlog drops the handshake, as a packet filter would.
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        held = [link.connect(port, 0.3)[1] for _ in range(3)]
        started = time.monotonic()
        assert link.connect(port, 0.3) == (Connected.TIMEOUT, None)
        assert time.monotonic() - started < 1
        for stream in held:
            if stream:
                stream.close()


def test_a_reset_right_after_the_handshake_is_still_an_open_port(link, serve, reset):
    """About one connection in fifty is reset before `connect` returns."""
    port = serve(reset)
    for _ in range(400):
        outcome, stream = link.connect(port)
        assert outcome is Connected.OPEN
        with stream, contextlib.suppress(StreamClosed):
            assert stream.receive() == b""


def test_silence_is_a_time_out_and_a_reset_is_not(link, serve, reset):
    gate = threading.Event()

    def handler(connection):
        gate.wait(5)
        reset(connection)

    _, stream = link.connect(serve(handler))
    with stream:
        with pytest.raises(TimeoutError):
            stream.receive(timeout_s=0.2)
        gate.set()
        with pytest.raises(StreamClosed, match="reset"):
            stream.receive(timeout_s=2)
        with pytest.raises(StreamClosed):
            stream.send(b"x" * 100)


def test_no_more_is_received_than_asked_for(link, serve):
    _, stream = link.connect(serve(lambda connection: connection.sendall(b"x" * 100_000)))
    with stream:
        assert len(stream.receive(limit=10)) == 10


def test_tls_to_something_else_is_a_closed_stream(link, serve):
    _, stream = link.connect(serve(lambda connection: connection.sendall(b"220 hello\r\n")))
    with stream, pytest.raises(StreamClosed, match="TLS handshake failed"):
        stream.start_tls()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3])
def test_tls_starts_in_mid_stream_with_old_and_new_versions(link, serve, certificate, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")

    def handler(connection):
        connection.sendall(b"+OK begin TLS\r\n")
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(secure.recv(100).upper())

    _, stream = link.connect(serve(handler))
    with stream:
        assert stream.receive() == b"+OK begin TLS\r\n"
        stream.start_tls("device.example")
        stream.send(b"hello")
        assert stream.receive() == b"HELLO"


def test_a_datagram_is_answered_refused_or_met_with_silence(link):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        assert link.udp(port, b"anyone?", 0.2) == (Connected.TIMEOUT, b"")
        server.recvfrom(100)

        def answer():
            data, peer = server.recvfrom(100)
            server.sendto(data + b" yes", peer)

        thread = threading.Thread(target=answer)
        thread.start()
        assert link.udp(port, b"anyone?", 2) == (Connected.OPEN, b"anyone? yes")
        thread.join()
    assert link.udp(port, b"anyone?", 0.5) == (Connected.REFUSED, b"")


def test_the_interface_of_loopback_is_lo(link):
    assert (link.address, link.interface) == ("127.0.0.1", "lo")


def test_a_link_to_an_address_outside_the_scope_opens_nothing():
    before = len(list(Path("/proc/self/fd").iterdir()))
    link = IpLink("127.0.0.1", ScopeGuard(("127.0.10.0/24",)))
    for step in (
        lambda: link.connect(80),
        lambda: link.udp(53, b"x"),
        lambda: link.ssh_login(22, "a", "b", "id"),
        lambda: link.ssh_survey(22),
        lambda: link.nmap(["-sT"], "1", 5),
        lambda: link.http().request("GET", "http://127.0.0.1/"),
    ):
        with pytest.raises(ScopeError):
            step()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
