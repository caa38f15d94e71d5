"""DNS and NTP probes against small servers that answer in different ways."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from harness.facts.base import Endpoint
from harness.facts.services import Service, ServicesFacts
from harness.interpret import dns as dns_reader
from harness.interpret import dns_messages
from harness.interpret import ntp as ntp_reader
from harness.interpret.base import Upstream
from harness.model.observation import Absent, EvidenceRef, Present, Unknown
from harness.probes import dns, ntp

pytestmark = pytest.mark.loopback
REF = EvidenceRef(path="p", where="w")
Answer = Callable[[bytes], list[bytes]]
NAME_SERVER = {"version.bind": b"dnsmasq-2.90", "hostname.bind": b"router"}


@pytest.fixture
def udp() -> Iterator[Callable[[Answer], int]]:
    """A UDP server with this answer to each datagram; its port."""
    made: list[socket.socket] = []

    def serve(answer: Answer) -> int:
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)
        made.append(server)
        threading.Thread(target=loop, args=(server, answer)).start()
        return server.getsockname()[1]

    def loop(server: socket.socket, answer: Answer) -> None:
        while server.fileno() >= 0:
            try:
                data, peer = server.recvfrom(2048)
                for reply in answer(data):
                    server.sendto(reply, peer)
            except TimeoutError:
                continue
            except OSError:
                return

    yield serve
    for server in made:
        server.close()


def known(port: int, protocol: str) -> ServicesFacts:
    endpoint = Endpoint(address="127.0.0.1", transport="udp", port=port)
    service = Service(endpoint=endpoint, protocol=protocol, evidence=(REF,))
    return ServicesFacts(services=(service,), examined=(endpoint.name,), complete=True)


@pytest.fixture
def ask_ntp(context_for, udp):
    def run(answer: Answer):
        upstream = known(udp(answer), "ntp")
        captures = context_for("ntp", upstream).collect(ntp.PROBE)
        return ntp_reader.interpret(captures, Upstream({}))

    return run


@pytest.fixture
def ask_dns(context_for, udp):
    def run(answer: Answer):
        upstream = known(udp(answer), "dns")
        captures = context_for("dns", upstream).collect(dns.PROBE)
        return dns_reader.interpret(captures, Upstream({}))

    return run


def time_of_day(data: bytes) -> list[bytes]:
    if len(data) == 48 and data[0] & 7 == 3:
        return [bytes([0x24]) + bytes(23) + data[40:48] + bytes(16)]
    return []


def talkative(data: bytes) -> list[bytes]:
    if data[0] & 7 == 6:
        text = b'version="ntpd 4.2.8p15@1.3728-o (1)", processor="mips"'
        return [b"\x16\x82" + data[2:4] + bytes(6) + len(text).to_bytes(2, "big") + text]
    if data[0] & 7 == 7:
        return [b"\x97\x00\x03\x2a" + bytes(440)] * 3
    return time_of_day(data)


def test_a_time_server_that_gives_only_the_time(ask_ntp) -> None:
    facts = ask_ntp(time_of_day)
    assert facts.complete
    (server,) = facts.servers
    assert isinstance(server.control, Absent)
    assert isinstance(server.monitor, Absent)
    assert server.amplification == 0


def test_a_time_server_that_answers_control_queries(ask_ntp) -> None:
    (server,) = ask_ntp(talkative).servers
    assert isinstance(server.control, Present)
    assert isinstance(server.monitor, Present)
    assert server.amplification == 100 * 3 * 444 // 8
    assert [(d.product, d.version) for d in server.disclosures] == [("ntpd", "4.2.8p15")]


def test_a_time_server_that_refuses_a_control_query_by_an_error_tells_nothing(ask_ntp) -> None:
    def refusing(data: bytes) -> list[bytes]:
        if data[0] & 7 == 6:
            return [b"\x16\xc2" + data[2:4] + b"\x01\x00" + bytes(6)]
        return time_of_day(data)

    (server,) = ask_ntp(refusing).servers
    assert isinstance(server.control, Absent)
    assert server.disclosures == ()


def test_a_time_server_that_dies_of_a_query_shows_no_absence(ask_ntp) -> None:
    alive = [True]

    def dying(data: bytes) -> list[bytes]:
        alive[0] = alive[0] and data[0] & 7 == 3
        return time_of_day(data) if alive[0] else []

    (server,) = ask_ntp(dying).servers
    assert isinstance(server.control, Unknown)


def test_a_time_server_that_sends_a_client_away_shows_no_absence(ask_ntp) -> None:
    def limiting(data: bytes) -> list[bytes]:
        return [bytes([0x24, 0]) + bytes(10) + b"RATE" + t[16:] for t in time_of_day(data)]

    (server,) = ask_ntp(limiting).servers
    assert isinstance(server.control, Unknown)


@pytest.mark.parametrize("noise", [b"", b"\0", bytes(48), b"\x24" * 48, bytes(range(256)) * 8])
def test_noise_is_no_time_server(ask_ntp, noise) -> None:
    facts = ask_ntp(lambda _data: [noise])
    assert facts.servers == ()
    assert facts.not_examined


def reply(data: bytes, flags: int, text: bytes = b"", *, ptr: str = "") -> bytes:
    """Answer with one record, or none."""
    question = data[12:]
    records = b""
    if text:
        body = bytes([len(text)]) + text
        records = b"\xc0\x0c\0\x10\0\x03" + bytes(4) + len(body).to_bytes(2, "big") + body
    if ptr:
        labels = dns_messages.name(ptr)
        body = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
        records = b"\xc0\x0c\0\x0c\0\x01" + bytes(4) + len(body).to_bytes(2, "big") + body
    count = b"\0\1" if records else b"\0\0"
    head = data[:2] + flags.to_bytes(2, "big") + b"\0\1" + count + bytes(4)
    return head + question + records


def resolver(flags: int) -> Answer:
    def answer(data: bytes) -> list[bytes]:
        asked = dns_messages.shown(dns_messages.read(data).questions[0].name)
        if asked in NAME_SERVER:
            return [reply(data, 0x8000, NAME_SERVER[asked])]
        if asked.endswith("in-addr.arpa"):
            return [reply(data, 0x8400, ptr="box.lan")]
        return [reply(data, flags)]

    return answer


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        (0x8180, Present),  # available, no error
        (0x8182, Present),  # available, its servers are out of reach
        (0x8185, Absent),  # available, refused to us
        (0x8100, Absent),  # not available
        (0x8184, Unknown),  # not implemented
    ],
)
def test_recursion_is_told_from_its_refusal(ask_dns, flags, kind) -> None:
    (server,) = ask_dns(resolver(flags)).servers
    assert isinstance(server.recursion, kind)
    assert [(d.product, d.version) for d in server.disclosures] == [("dnsmasq", "2.90")]
    assert server.zone == "lan"
    assert isinstance(server.transfer, Absent)  # nothing listens on TCP


@pytest.mark.parametrize(
    ("deaf_to", "kind"),
    [(("version.bind",), Absent), (("hostname.bind", "example.com", "arpa"), Unknown)],
)
def test_silence_about_the_version_needs_a_later_answer(ask_dns, deaf_to, kind) -> None:
    answer = resolver(0x8180)

    def deaf(data: bytes) -> list[bytes]:
        asked = dns_messages.shown(dns_messages.read(data).questions[0].name)
        return [] if asked.endswith(deaf_to) else answer(data)

    (server,) = ask_dns(deaf).servers
    assert isinstance(server.chaos, kind)


@pytest.mark.parametrize("noise", [b"", b"\0", bytes(12), b"\xce\xb5\x80" + b"\xff" * 60])
def test_noise_is_no_name_server(ask_dns, noise) -> None:
    assert ask_dns(lambda _data: [noise]).servers == ()
