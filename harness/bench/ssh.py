"""SSH logins (RFC 4252): one connection an attempt, and never "rejected" for want of an answer.

A device that drops connections when it is busy must not look like one that refuses a password:
only an authentication failure that the server sent (SSH_MSG_USERAUTH_FAILURE) is a rejection.
"""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

import paramiko

from harness.bench.network_link import Connected, SshAttempt, SshResult
from harness.bench.openssh import LoginTarget, openssh_login
from harness.bench.taps import NoTap, Tap
from harness.encoding.text import neutralise
from harness.errors import CertbenchError

MAX_OUTPUT_BYTES: Final = 64 * 1024
_CHUNK: Final = 4096
_POLL_S: Final = 0.1
_DETAIL_LENGTH: Final = 300

# Paramiko reports every failed handshake of the DUT as an error of its own; here it is a result.
_log = logging.getLogger("harness.bench.ssh.transport")
_log.addHandler(logging.NullHandler())
_log.propagate = False

Connect = Callable[[float], tuple[Connected, socket.socket | None]]


class _Incompatible(Exception):  # noqa: N818  (a reason to try another client)
    """Paramiko and the server share no algorithm."""


def login(
    target: LoginTarget, connect: Connect, command: str, tap: Tap | None = None
) -> SshAttempt:
    """Try one password on a connection of its own and run ``command`` to confirm.

    Args:
        target: whom to log in to.
        connect: opens a guarded TCP connection within the given seconds.
        command: run after a login that worked; its output is bounded.
        tap: sees that output as it comes in.
    """
    seen = tap or NoTap()
    started = time.monotonic()
    deadline = started + target.timeout_s
    outcome, connection = connect(target.timeout_s)
    if connection is None:
        result, detail, output = SshResult.UNANSWERED, f"connection: {outcome.value}", b""
    else:
        try:
            result, detail, output = _attempt(target, connection, command, deadline, seen)
        except _Incompatible as error:
            left = max(1.0, deadline - time.monotonic())
            result, detail, output = openssh_login(target, command, left, str(error), seen)
    duration_ms = round((time.monotonic() - started) * 1000)
    return SshAttempt(result, neutralise(detail, _DETAIL_LENGTH), output, duration_ms)


def _attempt(
    target: LoginTarget, connection: socket.socket, command: str, deadline: float, tap: Tap
) -> tuple[SshResult, str, bytes]:
    with _transport(connection, deadline) as transport:
        try:
            transport.start_client(timeout=_left(deadline))
            more = transport.auth_password(target.user, target.password)
        except paramiko.ssh_exception.IncompatiblePeer as error:
            raise _Incompatible(str(error)) from error
        except paramiko.BadAuthenticationType as error:
            return SshResult.REJECTED, f"no password login offered: {error}", b""
        except (paramiko.SSHException, OSError, EOFError) as error:
            if not transport.is_authenticated() and not _accepted(transport):
                return _failure(transport, error)
            more = []
        if more:
            wanted = ", ".join(more)
            return SshResult.UNANSWERED, f"password taken, but the server also wants {wanted}", b""
        output, detail = _run(transport, command, deadline, tap)
    return SshResult.ACCEPTED, detail, output


@contextlib.contextmanager
def _transport(connection: socket.socket, deadline: float) -> Iterator[paramiko.Transport]:
    """A transport whose every wait ends at ``deadline``, by a cut of the connection if need be."""
    connection.settimeout(None)
    cut = threading.Timer(_left(deadline), _cut, [connection])
    cut.daemon = True
    try:
        transport = paramiko.Transport(connection)
    except (paramiko.SSHException, OSError):
        connection.close()
        raise
    transport.set_log_channel(_log.name)
    transport.banner_timeout = transport.handshake_timeout = _left(deadline)
    transport.auth_timeout = transport.channel_timeout = _left(deadline)
    transport.daemon = True
    cut.start()
    try:
        yield transport
    finally:
        cut.cancel()
        transport.close()
        connection.close()


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    return max(0.1, deadline - time.monotonic())


def _accepted(transport: paramiko.Transport) -> bool:
    """The server said yes and hung up at once, so that the transport is no longer active."""
    handler = transport.auth_handler
    return handler is not None and handler.authenticated


def _failure(transport: paramiko.Transport, error: Exception) -> tuple[SshResult, str, bytes]:
    """REJECTED only if the server answered the attempt; paramiko uses one class for both.

    It forgets the user name when, and only when, a failure message of the server comes in.
    """
    handler = transport.auth_handler
    answered = handler is not None and handler.auth_method != "" and handler.username is None
    if answered and isinstance(error, paramiko.AuthenticationException):
        return SshResult.REJECTED, str(error), b""
    return SshResult.UNANSWERED, f"{type(error).__name__}: {error}", b""


def _run(
    transport: paramiko.Transport, command: str, deadline: float, tap: Tap
) -> tuple[bytes, str]:
    """Output of ``command``, bounded; the detail says what went wrong with it."""
    collected = bytearray()
    try:
        channel = transport.open_session(timeout=_left(deadline))
        channel.set_combine_stderr(combine=True)
        channel.settimeout(_POLL_S)
        channel.exec_command(command)
        while time.monotonic() < deadline and len(collected) < MAX_OUTPUT_BYTES:
            with contextlib.suppress(TimeoutError):
                chunk = channel.recv(_CHUNK)
                if not chunk and time.monotonic() < deadline:
                    return bytes(collected), ""
                collected += chunk
                tap.took(chunk)
    except CertbenchError:
        raise
    except (paramiko.SSHException, OSError, EOFError) as error:
        return bytes(collected), f"logged in; the command failed: {error}"
    return bytes(collected[:MAX_OUTPUT_BYTES]), "logged in; the command's output was cut short"
