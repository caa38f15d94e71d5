"""The SSH server: asyncssh on an event loop of its own, behind logged TCP connections.

asyncssh gets one end of a socket pair; a relay moves bytes between it and the TCP connection, so
that the truth log sees the wire as the peer does.
"""

import asyncio
import contextlib
import logging
import select
import socket
import threading
from functools import partial
from typing import Final

import asyncssh
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from typing_extensions import override

from harness.reference.accounts import Login
from harness.reference.device import Device
from harness.reference.flaws import Flaw
from harness.reference.identity import USER
from harness.reference.shell import Dialogue, Shell
from harness.reference.stream import TcpStream

_KEX: Final = ("curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256")
_CIPHERS: Final = ("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr")
_MACS: Final = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256")
_WEAK_KEX: Final = (
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group1-sha1",
)
_WEAK_CIPHERS: Final = ("3des-cbc",)
_WEAK_MACS: Final = ("hmac-md5",)
_CHUNK: Final = 16384
_JOIN_S: Final = 1.0


class _Server(asyncssh.SSHServer):
    """Password login against the account store."""

    def __init__(self, device: Device) -> None:
        self._device = device

    @override
    def password_auth_supported(self) -> bool:
        return True

    @override
    def validate_password(self, username: str, password: str) -> bool:
        outcome = self._device.accounts.login("ssh", username, password)
        if outcome is Login.LOCKED:
            code = asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE
            raise asyncssh.DisconnectError(code, "Too many attempts")
        return outcome is Login.ACCEPTED


class SshServer:
    """Owns the event loop on which all SSH sessions of the router run."""

    def __init__(self, device: Device) -> None:
        """Start the loop; connections come through `handle`."""
        logging.getLogger("asyncssh").setLevel(logging.CRITICAL)  # hostile peers are normal here
        self._device = device
        self._options = _options(device)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh loop")
        self._thread.start()

    def handle(self, stream: TcpStream) -> None:
        """Serve one TCP connection; a locked channel is closed before a byte is said."""
        if self._device.accounts.locked_for("ssh"):
            return
        ours, theirs = socket.socketpair()
        with ours:
            started = asyncio.run_coroutine_threadsafe(self._start(theirs, stream), self._loop)
            _relay(stream, ours)
            started.cancel()

    def close(self) -> None:
        """End every session and the loop."""
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(_JOIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_JOIN_S)
        self._loop.close()

    async def _start(self, sock: socket.socket, stream: TcpStream) -> None:
        serve = partial(self._serve, stream)
        with contextlib.suppress(asyncssh.Error, OSError):
            connection = await asyncssh.run_server(
                sock, options=self._options, process_factory=serve
            )
            await connection.wait_closed()

    async def _serve(self, stream: TcpStream, process: asyncssh.SSHServerProcess[bytes]) -> None:
        shell = Shell(self._device, USER)
        if process.command is None:
            await _interact(stream, process, Dialogue(self._device, "ssh", shell))
            return
        stream.plain("received", process.command.encode())
        text, code = shell.run(process.command)
        output = text.encode()
        stream.plain("sent", output)
        process.stdout.write(output)
        process.exit(code)


async def _interact(
    stream: TcpStream, process: asyncssh.SSHServerProcess[bytes], dialogue: Dialogue
) -> None:
    """A shell until the client ends it."""
    shown = dialogue.start()
    while True:
        stream.plain("sent", shown)
        process.stdout.write(shown)
        typed = b"" if dialogue.ended else await _typed(process)
        if not typed:
            break
        stream.plain("received", typed)
        shown = dialogue.feed(typed)
    process.exit(0)


async def _typed(process: asyncssh.SSHServerProcess[bytes]) -> bytes:
    """What the client types next; ``b""`` when it has left."""
    while True:
        try:
            return await process.stdin.read(_CHUNK)
        except asyncssh.TerminalSizeChanged:
            continue
        except (asyncssh.BreakReceived, asyncssh.SignalReceived):
            return b"\x03"


def _relay(stream: TcpStream, local: socket.socket) -> None:
    """Move bytes both ways until one side ends; what the server said last still goes out."""
    local.settimeout(_JOIN_S)
    peer, inner = stream.fileno(), local.fileno()
    while True:
        ready, _, _ = select.select([peer, inner], [], [], stream.gettimeout())
        if not ready:
            return
        if inner in ready:
            said = local.recv(_CHUNK)
            if not said:
                return
            stream.sendall(said)
        if peer in ready:
            received = stream.recv(_CHUNK)
            if not received:
                return
            local.sendall(received)


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _options(device: Device) -> asyncssh.SSHServerConnectionOptions:
    weak = Flaw.SSH_WEAK_ALGORITHMS in device.flaws
    return asyncssh.SSHServerConnectionOptions(
        server_factory=lambda: _Server(device),
        server_host_keys=_host_keys(device, weak=weak),
        server_version=device.ssh_banner,
        encoding=None,
        line_editor=False,
        kex_algs=[*_KEX, *(_WEAK_KEX if weak else ())],
        encryption_algs=[*_CIPHERS, *(_WEAK_CIPHERS if weak else ())],
        mac_algs=[*_MACS, *(_WEAK_MACS if weak else ())],
        compression_algs=["none"],
        public_key_auth=False,
        kbdint_auth=False,
        host_based_auth=False,
        gss_host=None,
        allow_scp=False,
        agent_forwarding=False,
        login_timeout=30,
    )


def _host_keys(device: Device, *, weak: bool) -> list[asyncssh.SSHKey]:
    keys: list[ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey] = [device.identity.ssh_key]
    if weak:
        # RSA brings ssh-rsa (SHA-1) with it. It is made anew at each start of the process.
        keys.append(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    encodings = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    return [asyncssh.import_private_key(key.private_bytes(*encodings)) for key in keys]
