"""The ssh probe against real servers: OpenSSH, dropbear and some that are none."""

import shutil
import socket
import subprocess
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from harness.interpret.ssh import INTERPRETER
from harness.model.observation import Present, Unknown
from harness.probes.ssh import PROBE

pytestmark = pytest.mark.loopback
SSHD = Path("/usr/sbin/sshd")


def _free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _process(*argv):
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port):
    for _ in range(100):
        with closing(socket.socket()) as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server did not start")


@pytest.fixture
def sshd(tmp_path):
    """Start OpenSSH's server with these lines of configuration."""
    if not SSHD.exists():
        pytest.skip("needs: apt install openssh-server")
    running = []

    def start(*lines):
        keys = []
        for kind in ("ed25519", "rsa"):
            key = tmp_path / f"host_{kind}"
            subprocess.run(
                ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(key)], check=True, timeout=60
            )
            keys.append(f"HostKey {key}")
        port = _free_port()
        config = tmp_path / "sshd_config"
        common = [f"Port {port}", "ListenAddress 127.0.0.1", "UsePAM no", "PidFile none", *keys]
        config.write_text("\n".join([*common, *lines]) + "\n")
        Path("/run/sshd").mkdir(exist_ok=True)
        context = _process(str(SSHD), "-D", "-f", str(config))
        context.__enter__()
        running.append(context)
        _wait_for(port)
        return port

    yield start
    for context in running:
        context.__exit__(None, None, None)


def _run(attempt, port):
    attempt.services("ssh", port)
    facts = attempt.run(PROBE, INTERPRETER)
    assert facts.complete
    return facts.servers[0]


def test_weak_algorithms_of_a_real_sshd_are_listed(attempt, sshd):
    port = sshd(
        "KexAlgorithms +diffie-hellman-group14-sha1",
        "HostKeyAlgorithms +ssh-rsa",
        "Ciphers +3des-cbc",
        "MACs +hmac-md5",
    )
    server = _run(attempt, port)
    assert isinstance(server.answered, Present)
    assert "diffie-hellman-group14-sha1" in server.kex
    assert {"ssh-rsa", "ssh-ed25519"} <= set(server.host_key_algorithms)
    assert "3des-cbc" in server.ciphers
    assert "hmac-md5" in server.macs
    assert {key.type for key in server.host_keys} == {"ssh-ed25519", "ssh-rsa"}
    assert "password" in server.auth_methods
    assert server.disclosure.product == "OpenSSH"
    assert server.disclosure.version[0].isdigit()


def test_fingerprints_are_those_that_ssh_keygen_prints(attempt, sshd, tmp_path):
    server = _run(attempt, sshd())
    shown = subprocess.run(
        ["ssh-keygen", "-lf", str(tmp_path / "host_ed25519.pub")],
        check=True,
        capture_output=True,
        text=True,
        timeout=20,
    ).stdout
    key = next(key for key in server.host_keys if key.type == "ssh-ed25519")
    assert f"SHA256:{key.sha256} " in shown


def test_a_server_with_only_ancient_algorithms_still_shows_its_offer(attempt, sshd):
    port = sshd(
        "KexAlgorithms diffie-hellman-group1-sha1",
        "HostKeyAlgorithms ssh-rsa",
        "Ciphers 3des-cbc",
        "MACs hmac-md5",
    )
    server = _run(attempt, port)
    assert isinstance(server.answered, Present)
    assert server.kex[:1] == ("diffie-hellman-group1-sha1",)
    assert server.ciphers == ("3des-cbc",)


@pytest.mark.skipif(not shutil.which("dropbear"), reason="needs: apt install dropbear-bin")
def test_dropbear_is_read_as_well(attempt, tmp_path):
    key = tmp_path / "key"
    subprocess.run(
        ["dropbearkey", "-t", "ed25519", "-f", str(key)],
        check=True,
        capture_output=True,
        timeout=30,
    )
    port = _free_port()
    with _process(
        "dropbear", "-F", "-r", str(key), "-p", f"127.0.0.1:{port}", "-P", str(tmp_path / "pid")
    ):
        _wait_for(port)
        server = _run(attempt, port)
    assert isinstance(server.answered, Present)
    assert server.disclosure.product == "dropbear"
    assert [key.type for key in server.host_keys] == ["ssh-ed25519"]


@contextmanager
def _talker(data):
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with closing(connection):
                    connection.sendall(data)
                    connection.settimeout(2)
                    try:
                        connection.recv(4096)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(
    "data",
    [b"", b"220 ftp ready\r\n", b"SSH-2.0-RR\r\n", b"SSH-2.0-RR\r\n\x00\x00\xff\xff\x04\x14"],
)
def test_a_peer_that_speaks_no_whole_ssh_is_unknown_never_empty(attempt, data):
    with _talker(data) as port:
        server = _run(attempt, port)
    assert isinstance(server.answered, Unknown)
    assert server.ciphers == ()
    assert attempt.facts["ssh"].gap(f"tcp/{port}") is not None


def test_a_closed_port_is_unknown(attempt):
    server = _run(attempt, _free_port())
    assert isinstance(server.answered, Unknown)
    assert "refused" in server.answered.reason
