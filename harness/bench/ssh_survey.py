"""One SSH key exchange without a login: the proven host key and the offered login methods.

A peer that shares no algorithm with paramiko, resets or is silent is UNANSWERED; it may still have
sent its KEXINIT, which the ``ssh`` probe reads by itself.
"""

import contextlib
import logging
import socket

import paramiko

from harness.bench.network_link import SshResult, SshSurvey

_HOST_KEY_FAMILIES = {
    "rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"),
    "ecdsa": ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    "ed25519": ("ssh-ed25519",),
}

_log = logging.getLogger("harness.bench.ssh_survey.transport")
_log.addHandler(logging.NullHandler())
_log.propagate = False  # paramiko logs tracebacks of peers that misbehave; that is a result here


def survey(connection: socket.socket, family: str, user: str, timeout_s: float = 10.0) -> SshSurvey:
    """Run one key exchange on ``connection`` and close it.

    Args:
        connection: connected to the SSH port.
        family: host key to ask for: ``rsa``, ``ecdsa`` or ``ed25519``; ``""`` = any.
        user: ask which login methods this user has (RFC 4252, section 5.2, ``none`` request);
            ``""`` = do not ask.
        timeout_s: bound on each step.
    """
    transport = None
    try:
        transport = paramiko.Transport(connection)
        transport.set_log_channel(_log.name)
        _bound(transport, timeout_s)
        if family:
            transport.get_security_options().key_types = _known(transport, family)
        transport.start_client(timeout=timeout_s)
        key = transport.get_remote_server_key()
        methods, accepted = _methods(transport, user) if user else ((), False)
        return SshSurvey(
            SshResult.ACCEPTED,
            host_key=key.asbytes(),
            auth_methods=methods,
            none_accepted=accepted,
        )
    except (paramiko.SSHException, OSError, EOFError, ValueError) as error:
        return SshSurvey(SshResult.UNANSWERED, str(error) or type(error).__name__)
    finally:
        if transport is not None:
            transport.close()
        with contextlib.suppress(OSError):
            connection.close()


def _bound(transport: paramiko.Transport, timeout_s: float) -> None:
    transport.banner_timeout = timeout_s
    transport.handshake_timeout = timeout_s
    transport.auth_timeout = timeout_s


def _known(transport: paramiko.Transport, family: str) -> tuple[str, ...]:
    """The family's algorithms that this paramiko has. Raises ValueError if it has none."""
    have = transport.get_security_options().key_types
    wanted = tuple(name for name in _HOST_KEY_FAMILIES[family] if name in have)
    if not wanted:
        raise ValueError(f"this bench has no {family} host key algorithm")
    return wanted


def _methods(transport: paramiko.Transport, user: str) -> tuple[tuple[str, ...], bool]:
    """Login methods offered to ``user``, and whether no login was needed at all."""
    try:
        transport.auth_none(user)
    except paramiko.BadAuthenticationType as refusal:
        return tuple(refusal.allowed_types), False
    except (paramiko.SSHException, OSError, EOFError):
        return (), False
    return (), True
