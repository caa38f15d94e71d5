"""The services probe and its interpreter against real servers on 127.0.0.1."""

import itertools
import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest

from harness.facts.base import Endpoint
from harness.facts.ports import Port, PortsFacts, PortState
from harness.facts.services import (
    DNS,
    FTP,
    HTTP,
    MQTT,
    SMTP,
    SSH,
    TELNET,
    UNCONFIRMED,
    Service,
    ServicesFacts,
)
from harness.interpret.base import Upstream
from harness.interpret.services import interpret
from harness.model.observation import EvidenceRef, Unknown
from harness.probes.services import PROBE

pytestmark = pytest.mark.loopback

REF = EvidenceRef(path="ports", where="here")
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def ports(*numbers: int, transport: str = "tcp", state: PortState = PortState.OPEN) -> PortsFacts:
    found = tuple(
        Port(
            endpoint=Endpoint(address="127.0.0.1", transport=transport, port=number),
            state=state,
            evidence=(REF,),
        )
        for number in numbers
    )
    alive = Unknown(reason="not looked at")
    return PortsFacts(address="127.0.0.1", alive=alive, ports=found, complete=True)


@pytest.fixture
def ask(context_for: Callable) -> Callable[[PortsFacts], ServicesFacts]:
    """Collect and interpret."""

    def run(upstream: PortsFacts) -> ServicesFacts:
        captures = context_for("services", upstream).collect(PROBE)
        return interpret(captures, Upstream({"ports": upstream}))

    return run


@pytest.fixture
def ask_one(ask: Callable) -> Callable[[int], Service]:
    def run(port: int) -> Service:
        facts = ask(ports(port))
        assert facts.complete
        assert facts.examined == (f"tcp/{port}",)
        return facts.services[0]

    return run


def http(peer: socket.socket) -> None:
    if peer.recv(4096).startswith(b"GET "):
        peer.sendall(PAGE)


def swallow(peer: socket.socket) -> None:
    while peer.recv(4096):
        pass


def greeting(banner: bytes) -> Callable[[socket.socket], None]:
    def handle(peer: socket.socket) -> None:
        peer.sendall(banner)
        swallow(peer)

    return handle


def numbered(answers: dict[bytes, bytes], otherwise: bytes) -> Callable[[socket.socket], None]:
    def handle(peer: socket.socket) -> None:
        peer.sendall(b"220 ready\r\n")
        while line := peer.recv(4096):
            peer.sendall(answers.get(line[:4], otherwise))

    return handle


def test_http_is_found_on_any_port(servers, ask_one) -> None:
    service = ask_one(servers.tcp(http))
    assert (service.protocol, service.tls, service.banner) == (HTTP, False, "")


def test_ssh_is_told_by_its_identification_string(servers, ask_one) -> None:
    service = ask_one(servers.tcp(greeting(b"SSH-2.0-dut_1.0\r\n")))
    assert service.protocol == SSH
    assert service.banner == "SSH-2.0-dut_1.0\r\n"


def test_ssh_that_speaks_late_is_still_found(servers, ask_one) -> None:
    def late(peer: socket.socket) -> None:
        time.sleep(1.2)
        greeting(b"SSH-2.0-late\r\n")(peer)

    assert ask_one(servers.tcp(late)).protocol == SSH


@pytest.mark.parametrize("banner", [b"\xff\xfb\x01\xff\xfb\x03router\r\nlogin: ", b"dut login: "])
def test_telnet_is_told_by_negotiation_or_by_a_login_prompt(servers, ask_one, banner) -> None:
    assert ask_one(servers.tcp(greeting(banner))).protocol == TELNET


def test_a_bare_listener_with_a_greeting_is_unconfirmed(servers, ask_one) -> None:
    service = ask_one(servers.tcp(greeting(b"maintenance\r\n")))
    assert service.protocol == UNCONFIRMED
    assert service.banner == "maintenance\r\n"


@pytest.mark.slow
def test_a_listener_that_never_answers_is_unconfirmed(servers, ask_one) -> None:
    service = ask_one(servers.tcp(swallow))
    assert (service.protocol, service.banner, service.guess) == (UNCONFIRMED, "", "")


def slow_page(peer: socket.socket) -> None:
    if peer.recv(4096).startswith(b"GET "):
        time.sleep(2.6)
        peer.sendall(PAGE)


def slow_greeting(peer: socket.socket) -> None:
    time.sleep(3)
    peer.sendall(b"SSH-2.0-slow\r\n")


@pytest.mark.slow
@pytest.mark.parametrize(("handler", "protocol"), [(slow_page, HTTP), (slow_greeting, SSH)])
def test_a_slow_server_is_no_stranger(servers, ask, handler, protocol) -> None:
    facts = ask(ports(servers.tcp(handler)))
    assert facts.services[0].protocol == protocol


def test_a_port_that_resets_is_open_and_not_examined(servers, ask) -> None:
    def reset(peer: socket.socket) -> None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    port = servers.tcp(reset)
    facts = ask(ports(port))
    assert [service.protocol for service in facts.services] == [UNCONFIRMED]
    assert facts.gap(f"tcp/{port}") == "it hung up before it was asked anything"


def test_a_listener_that_goes_after_one_connection_was_not_asked_everything(servers, ask) -> None:
    port = servers.tcp(swallow, connections=1)
    facts = ask(ports(port))
    assert [service.protocol for service in facts.services] == [UNCONFIRMED]
    assert facts.gap(f"tcp/{port}") == "it took no connection to be asked for TLS, MQTT, RTSP, DNS"


def drip(text: bytes, every_s: float) -> Callable[[socket.socket], None]:
    def play(peer: socket.socket) -> None:
        for letter in text:
            peer.sendall(bytes([letter]))
            time.sleep(every_s)

    return play


def test_a_port_that_never_stops_talking_is_not_examined(servers, ask) -> None:
    port = servers.tcp(drip(b"x" * 1000, 0.3))
    facts = ask(ports(port))
    assert [service.protocol for service in facts.services] == [UNCONFIRMED]
    assert facts.gap(f"tcp/{port}") == "it still sent when the bench had enough"


def test_a_port_that_changes_its_protocol_is_not_examined(servers, ask) -> None:
    faces = itertools.cycle([greeting(b"SSH-2.0-x\r\n"), http])
    port = servers.tcp(lambda peer: next(faces)(peer))  # noqa: PLW0108  (the next one for each peer)
    facts = ask(ports(port))
    assert facts.services[0].protocol == SSH
    assert facts.gap(f"tcp/{port}").startswith("it spoke ssh once, and something else")


def test_a_server_for_one_peer_at_a_time_is_believed(servers, ask_one) -> None:
    ssh = greeting(b"SSH-2.0-x\r\n")
    faces = itertools.chain([ssh, lambda peer: None], itertools.repeat(ssh))
    port = servers.tcp(lambda peer: next(faces)(peer))  # noqa: PLW0108  (the next for each peer)
    assert ask_one(port).protocol == SSH


def test_a_port_that_speaks_once_and_never_again_is_not_examined(servers, ask) -> None:
    faces = itertools.chain([greeting(b"SSH-2.0-x\r\n")], itertools.repeat(lambda peer: None))
    port = servers.tcp(lambda peer: next(faces)(peer))  # noqa: PLW0108  (the next for each peer)
    assert ask(ports(port)).gap(f"tcp/{port}").startswith("it spoke ssh once, and nothing")


def test_a_slow_identification_is_still_read(servers, ask_one) -> None:
    assert ask_one(servers.tcp(drip(b"SSH-2.0-x\r\n", 0.3))).protocol == SSH


def test_an_identification_that_is_too_long_may_still_be_ssh(servers, ask) -> None:
    port = servers.tcp(greeting(b"SSH-2.0-" + b"x" * 70_000 + b"\x1b\r\n"))
    facts = ask(ports(port))
    assert facts.gap(f"tcp/{port}").startswith("it greets like SSH")


def test_a_port_that_refuses_now_is_not_examined(ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    facts = ask(ports(port))
    assert facts.services == ()
    assert "refused" in facts.gap(f"tcp/{port}")


def test_smtp_and_ftp_are_told_apart_behind_the_same_greeting(servers, ask_one) -> None:
    smtp = numbered({b"EHLO": b"250-dut\r\n250-STARTTLS\r\n250 HELP\r\n"}, b"500 what\r\n")
    ftp = numbered({b"FEAT": b"211-Features\r\n AUTH TLS\r\n211 End\r\n"}, b"530 log in\r\n")
    plain_ftp = numbered({b"SYST": b"215 UNIX\r\n"}, b"500 what\r\n")
    found = [ask_one(servers.tcp(handler)) for handler in (smtp, ftp, plain_ftp)]
    assert [service.protocol for service in found] == [SMTP, FTP, FTP]
    assert [service.starttls for service in found] == [True, True, False]


def test_mqtt_is_told_by_its_connack(servers, ask_one) -> None:
    def broker(peer: socket.socket) -> None:
        if peer.recv(4096)[:1] == b"\x10":
            peer.sendall(b"\x20\x02\x00\x05")

    assert ask_one(servers.tcp(broker)).protocol == MQTT


def test_dns_over_tcp_is_told_by_its_framing(servers, ask_one) -> None:
    def dns(peer: socket.socket) -> None:
        query = peer.recv(4096)
        if query[2:4] == b"\xce\xb5":
            peer.sendall(query[:4] + b"\x81\x80" + query[6:])

    assert ask_one(servers.tcp(dns)).protocol == DNS


def test_https_is_http_inside_tls(servers, ask_one, tls_handler, ec_pem) -> None:
    service = ask_one(servers.tcp(tls_handler(ec_pem, PAGE)))
    assert (service.protocol, service.tls) == (HTTP, True)


def test_a_tls_server_that_answers_400_in_clear_is_still_https(
    servers, ask_one, tls_handler, ec_pem
) -> None:
    secured = tls_handler(ec_pem, PAGE)

    def either(peer: socket.socket) -> None:
        if peer.recv(1, socket.MSG_PEEK) == b"G":
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\nspeak TLS")
        else:
            secured(peer)

    service = ask_one(servers.tcp(either))
    assert (service.protocol, service.tls) == (HTTP, True)


def test_an_http_server_that_answers_400_is_plain_http(servers, ask_one) -> None:
    def picky(peer: socket.socket) -> None:
        peer.recv(4096)
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    service = ask_one(servers.tcp(picky))
    assert (service.protocol, service.tls) == (HTTP, False)


def test_tls_around_an_unknown_protocol_is_tls_and_unconfirmed(
    servers, ask_one, tls_handler, ec_pem
) -> None:
    service = ask_one(servers.tcp(tls_handler(ec_pem)))
    assert (service.protocol, service.tls) == (UNCONFIRMED, True)


def test_many_ports_are_asked_together_and_kept_apart(servers, ask) -> None:
    web = [servers.tcp(http) for _ in range(5)]
    shells = [servers.tcp(greeting(b"SSH-2.0-x\r\n")) for _ in range(5)]
    facts = ask(ports(*web, *shells))
    assert {facts.on(f"tcp/{port}").protocol for port in web} == {HTTP}
    assert {facts.on(f"tcp/{port}").protocol for port in shells} == {SSH}


def test_a_vanished_port_is_not_examined(ask) -> None:
    facts = ask(ports(9, state=PortState.VANISHED))
    assert facts.services == ()
    assert "vanished" in facts.gap("tcp/9")


def test_udp_protocols_are_told_by_the_shape_of_the_answer(ask) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(8)

        def serve() -> None:
            for _ in range(20):
                query, peer = server.recvfrom(4096)
                if len(query) == 48:
                    answer = b"\x24" + bytes(23) + query[40:48] + bytes(16)
                    server.sendto(answer, peer)
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        facts = ask(ports(port, transport="udp"))
        thread.join()
    assert facts.on(f"udp/{port}").protocol == "ntp"


def test_a_silent_udp_port_is_not_examined(ask) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        facts = ask(ports(port, transport="udp", state=PortState.OPEN_OR_FILTERED))
    assert facts.services == ()
    assert facts.gap(f"udp/{port}")
