"""The router's MQTT broker, by clients that share no code with it."""

import shutil
import socket
import ssl
import subprocess
import time

import pytest

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
PASSWORD = "Correct-Horse-7"
CONNECT = bytes.fromhex("100d 0004 4d515454 04 02 003c 0001") + b"a"
NO_LOGIN, ACCEPTED = b"\x20\x02\x00\x05", b"\x20\x02\x00\x00"


@pytest.fixture
def inside(start):
    """A router in use, and a way to talk bytes inside TLS."""

    def talk(sample, *sent, wait_s=2.0):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        place = (sample.address, sample.port("mqtt"))
        with socket.create_connection(place, 2) as plain, context.wrap_socket(plain) as tls:
            tls.settimeout(wait_s)
            received = b""
            for data in sent:
                tls.sendall(data)
            try:
                while data := tls.recv(4096):
                    received += data
            except (TimeoutError, ConnectionError):
                pass
            return received

    def ready(*flaws):
        sample = start(*flaws)
        sample.initialise()
        return sample, lambda *sent, **more: talk(sample, *sent, **more)

    return ready


@pytest.fixture
def client(start):
    """mosquitto's own clients, with a login."""
    if shutil.which("mosquitto_sub") is None:
        pytest.skip("needs: apt install mosquitto-clients")

    def begin(sample, program, *options, password=PASSWORD):
        work = sample.ready["log"].rpartition("/")[0]
        command = [program, "-h", sample.address, "-p", str(sample.port("mqtt")), "--insecure"]
        command += ["--cafile", f"{work}/tls-certificate.pem", "-V", "mqttv311"]
        command += ["-u", "admin", "-P", password] if password else []
        return subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    return begin


def test_a_home_hub_reads_the_values_and_others_messages(start, client):
    sample = start()
    sample.initialise()
    hub = client(sample, "mosquitto_sub", "-t", "#", "-v", "-C", "5", "-W", "10")
    lines = [hub.stdout.readline().strip() for _ in range(4)]
    assert lines == [
        "home/wan/state up", "home/wan/latency 18", "home/lan/clients 3", "home/temperature 41",
    ]  # fmt: skip
    for quality in ("1", "2"):
        sent = client(sample, "mosquitto_pub", "-t", "hub/x", "-m", "hello", "-q", quality)
        assert (sent.communicate(timeout=10), sent.returncode) == (("", None), 0)
    assert hub.communicate(timeout=15)[0].strip() == "hub/x hello"


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_else_gets_in(start, client, password):
    sample = start()
    sample.initialise()
    asked = client(sample, "mosquitto_sub", "-t", "#", "-C", "1", "-W", "5", password=password)
    said = asked.communicate(timeout=15)[0]
    assert "Connection" in said
    assert "efused" in said
    assert "up" not in said.split()


def test_it_says_what_is_wrong_with_a_client(inside):
    _, talk = inside()
    assert talk(CONNECT) == NO_LOGIN
    assert talk(CONNECT.replace(b"MQTT\x04", b"MQTT\x05")) == b"\x20\x02\x00\x01"


def test_wrong_logins_lock_the_broker_and_no_other_channel(inside):
    sample, talk = inside()
    body = bytes.fromhex("0004 4d515454 04 c2 003c 0001") + b"a\0\5admin\0\5wrong"
    wrong = bytes([0x10, len(body)]) + body
    assert [talk(wrong) for _ in range(5)] == [b"\x20\x02\x00\x04"] * 5
    assert talk(wrong) == b"\x20\x02\x00\x03"
    assert sample.ssh_run(PASSWORD, "about")
    time.sleep(1.1)
    assert talk(wrong) == b"\x20\x02\x00\x04"


def test_the_flaw_lets_anybody_in(inside):
    _, talk = inside("anonymous-mqtt")
    subscribe = bytes.fromhex("8206 0001 0001 23 00")
    received = talk(CONNECT, subscribe, b"\xc0\x00", b"\xe0\x00")
    assert received.startswith(ACCEPTED + b"\x90\x03\x00\x01\x00")
    assert b"home/wan/state" in received
    assert received.endswith(b"\xd0\x00")


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x10\xff\xff\xff\xff\x01",
        b"\x10\xff\xff\x7f",
        b"\x82\x06\x00\x01\x00\x01#\x00",
        CONNECT[:6] + b"\xff" * 9,
        b"\x00" * 4096,
    ],
)
def test_rubbish_ends_the_connection_and_nothing_else(inside, rubbish):
    _, talk = inside("anonymous-mqtt")
    assert talk(rubbish, wait_s=0.6) == b""
    assert talk(CONNECT, b"\xe0\x00") == ACCEPTED


def test_the_truth_log_holds_what_passed_in_clear(inside):
    sample, talk = inside()
    talk(CONNECT)
    plain = [
        (entry["kind"], entry["data"].encode("latin-1"))
        for entry in sample.truth()
        if entry.get("channel") == "mqtt" and entry.get("layer") == "plain"
    ]
    assert plain == [("received", CONNECT), ("sent", NO_LOGIN)]
