import socket
import time

import pytest

from harness.reference.device import LATE_AFTER

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"
HARDENED = {"http", "https", "ssh", "mqtt"}


def listening(sample):
    return {name for name in sample.ready["surface"] if not sample.refused(name)}


def test_hardened_router_listens_where_it_says(start):
    sample = start()
    assert listening(sample) == {"http", "https"}
    sample.initialise()
    assert listening(sample) == HARDENED


@pytest.mark.parametrize(
    ("flaw", "port"),
    [
        ("telnet-login", "telnet"),
        ("http-on-telnet-port", "telnet"),
        ("open-undeclared-port", "undeclared"),
        ("hidden-http-port", "hidden-http"),
        ("disabled-interface-active", "maintenance"),
    ],
)
def test_each_port_flaw_opens_just_its_port(start, flaw, port):
    sample = start(flaw)
    sample.initialise()
    assert listening(sample) == HARDENED | {port}


def test_bare_listener_answers_no_protocol(start):
    sample = start("open-undeclared-port")
    for words in (b"GET / HTTP/1.0\r\n\r\n", b"SSH-2.0-x\r\n", b"\r\n"):
        assert sample.raw("undeclared", words, wait_s=0.3) == b""


def test_telnet_negotiates_and_logs_in(start):
    sample = start("telnet-login")
    sample.initialise()
    with socket.create_connection((sample.address, sample.port("telnet")), 3) as client:
        client.settimeout(3)

        def until(pattern):
            received = b""
            while pattern not in received:
                data = client.recv(4096)
                assert data, received
                received += data
            return received

        assert until(b"login: ").startswith(b"\xff\xfb\x01\xff\xfb\x03")
        client.sendall(b"\xff\xfd\x01\xff\xfd\x18\xff\xfa\x18\x00xterm\xff\xf0\xff\xfb\x1f")
        assert until(b"\xff\xfe\x1f") == b"\xff\xfc\x18\xff\xfe\x1f"
        client.sendall(b"admin\r\0")
        until(b"Password: ")
        client.sendall(PASSWORD.encode() + b"\r\n")
        until(b"$ ")
        client.sendall(b"id\r\n")
        assert b"uid=1000(admin)" in until(b"$ ")
        client.sendall(b"exit\r\n")
        while client.recv(4096):
            pass


def test_http_and_telnet_can_share_the_telnet_port(start, browser):
    sample = start("telnet-login", "http-on-telnet-port")
    sample.initialise()
    assert browser.get(sample.url("/", "telnet"), timeout=5).status_code == 200
    assert b"login: " in sample.raw("telnet", until=b"login: ")


def test_the_late_port_opens_after_many_connections_and_closes_at_set_up(start):
    sample = start("service-appears-late")

    def visits(count):
        for _ in range(count):
            sample.raw("http", b"GET / HTTP/1.0\r\n\r\n", until=b"HTTP/1.1")

    visits(LATE_AFTER - 1)
    assert sample.refused("late")
    visits(1)
    deadline = time.monotonic() + 3
    while sample.refused("late"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert sample.raw("late", b"GET / HTTP/1.0\r\n\r\n", wait_s=0.3) == b""
    sample.initialise()
    assert sample.refused("late")


def test_a_hardened_router_opens_no_late_port_and_no_tftp(start):
    sample = start()
    for _ in range(LATE_AFTER + 1):
        sample.raw("http", b"GET / HTTP/1.0\r\n\r\n", until=b"HTTP/1.1")
    assert sample.refused("late")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((sample.address, sample.port("tftp")))
        client.settimeout(1)
        client.send(b"\0\1boot.scr\0octet\0")
        with pytest.raises(ConnectionRefusedError):
            client.recv(600)
