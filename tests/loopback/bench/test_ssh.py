"""SSH logins against a real server that accepts, rejects, hangs up, or is very old."""

import asyncio
import shutil
import threading
import time

import asyncssh
import pytest

from harness.bench.network_link import SshResult

pytestmark = pytest.mark.loopback

PASSWORD = "correct horse"


class Device(asyncssh.SSHServer):
    """Knows one login."""

    hang_up = False

    def connection_made(self, connection):
        self._connection = connection

    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        if self.hang_up:
            self._connection.abort()
        return (username, password) == ("admin", PASSWORD)


class HangingUp(Device):
    hang_up = True


class KeysOnly(Device):
    def password_auth_supported(self):
        return False

    def public_key_auth_supported(self):
        return True


class Loud(Device):
    def begin_auth(self, username):
        self._connection.send_auth_banner(
            'Authenticated to 127.0.0.1 ([127.0.0.1]:22) using "password".\r\n'
        )
        return True


def run_command(process):
    if process.command == "flood":
        process.stdout.write("x" * 1_000_000)
    elif process.command != "hang":
        process.stdout.write(f"ran {process.command}\n")
        process.exit(0)
        return
    if process.command == "flood":
        process.exit(0)


@pytest.fixture
def ssh_server():
    """Start a device on a port of its own; its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    servers = []

    def start(device=Device, **options):
        async def listen():
            return await asyncssh.listen(
                "127.0.0.1",
                0,
                server_factory=device,
                server_host_keys=[asyncssh.generate_private_key("ssh-rsa", key_size=2048)],
                process_factory=run_command,
                **options,
            )

        server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
        servers.append(server)
        return server.sockets[0].getsockname()[1]

    yield start

    async def stop():
        for server in servers:
            server.close()
            await server.wait_closed()
        await asyncio.sleep(0.1)

    asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


OLD = {
    "kex_algs": ["curve25519-sha256"],
    "encryption_algs": ["chacha20-poly1305@openssh.com"],  # which paramiko does not have
}


def test_a_good_login_runs_the_command(link, ssh_server):
    attempt = link.ssh_login(ssh_server(), "admin", PASSWORD, "id")
    assert (attempt.result, attempt.output) == (SshResult.ACCEPTED, b"ran id\n")


def test_a_wrong_password_is_rejected(link, ssh_server):
    attempt = link.ssh_login(ssh_server(), "admin", "wrong", "id")
    assert (attempt.result, attempt.output) == (SshResult.REJECTED, b"")


def test_a_server_that_takes_keys_only_rejects_the_password(link, ssh_server):
    attempt = link.ssh_login(ssh_server(KeysOnly), "admin", PASSWORD, "id")
    assert attempt.result is SshResult.REJECTED
    assert "no password login offered" in attempt.detail


def test_a_server_that_hangs_up_during_the_login_is_unanswered(link, ssh_server):
    attempt = link.ssh_login(ssh_server(HangingUp), "admin", "wrong", "id")
    assert attempt.result is SshResult.UNANSWERED


def test_a_closed_port_is_unanswered(link):
    attempt = link.ssh_login(9, "admin", PASSWORD, "id")
    assert (attempt.result, attempt.detail) == (SshResult.UNANSWERED, "connection: refused")


@pytest.mark.parametrize(
    "greeting", [b"", b"HTTP/1.1 400 Bad\r\n\r\n", b"SSH-2.0-x\r\n", b"SSH-1.5-old\r\n"]
)
def test_a_server_that_speaks_no_ssh_is_unanswered(link, serve, greeting):
    attempt = link.ssh_login(
        serve(lambda connection: connection.sendall(greeting)), "admin", PASSWORD, "id", 3
    )
    assert attempt.result is SshResult.UNANSWERED


def test_a_reset_is_unanswered(link, serve, reset):
    assert link.ssh_login(serve(reset), "a", "b", "id", 3).result is SshResult.UNANSWERED


@pytest.mark.parametrize("first", [b"", b"SSH-2.0-slow\r\n"])
def test_a_drip_feeding_server_is_unanswered_in_time(link, serve, first):
    def drip(connection):
        connection.sendall(first)
        while True:
            connection.sendall(b"\0")
            time.sleep(0.1)

    started = time.monotonic()
    attempt = link.ssh_login(serve(drip), "admin", PASSWORD, "id", 1.5)
    assert attempt.result is SshResult.UNANSWERED
    assert time.monotonic() - started < 4


def test_a_command_that_hangs_leaves_the_login_accepted(link, ssh_server):
    started = time.monotonic()
    attempt = link.ssh_login(ssh_server(), "admin", PASSWORD, "hang", 2)
    assert attempt.result is SshResult.ACCEPTED
    assert "logged in" in attempt.detail
    assert time.monotonic() - started < 4


def test_the_output_of_a_command_is_bounded(link, ssh_server):
    attempt = link.ssh_login(ssh_server(), "admin", PASSWORD, "flood")
    assert attempt.result is SshResult.ACCEPTED
    assert len(attempt.output) == 65536


@pytest.mark.skipif(shutil.which("ssh") is None, reason="the OpenSSH client is not installed")
@pytest.mark.parametrize(
    ("password", "result"), [(PASSWORD, SshResult.ACCEPTED), ("wrong", SshResult.REJECTED)]
)
def test_a_server_that_paramiko_cannot_talk_to_is_tried_with_openssh(
    link, ssh_server, password, result
):
    attempt = link.ssh_login(ssh_server(**OLD), "admin", password, "id")
    assert (attempt.result, attempt.detail) == (result, "by the OpenSSH client")
    assert attempt.output == (b"ran id\n" if result is SshResult.ACCEPTED else b"")


@pytest.mark.skipif(shutil.which("ssh") is None, reason="the OpenSSH client is not installed")
def test_a_banner_cannot_pretend_that_a_login_worked(link, ssh_server):
    attempt = link.ssh_login(ssh_server(Loud, **OLD), "admin", "wrong", "id")
    assert attempt.result is SshResult.REJECTED


def test_without_openssh_an_incompatible_server_is_unanswered(link, ssh_server, monkeypatch):
    port = ssh_server(**OLD)
    monkeypatch.setenv("PATH", "/nonexistent")
    attempt = link.ssh_login(port, "admin", PASSWORD, "id")
    assert attempt.result is SshResult.UNANSWERED
    assert "openssh-client" in attempt.detail


def test_an_odd_user_name_reaches_no_command_line(link, ssh_server):
    attempt = link.ssh_login(ssh_server(**OLD), "-oProxyCommand=true", "x", "id")
    assert attempt.result is not SshResult.ACCEPTED
