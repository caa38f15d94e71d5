"""TCP, UDP and everything above them to one sample, each step through the scope guard."""

import contextlib
import errno
import os
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Final, Self

from typing_extensions import override

from harness.bench.datagrams import MAX_DATAGRAM, UnconnectedUdp
from harness.bench.discovery import mac_of
from harness.bench.guard import ScopeGuard
from harness.bench.http import BoundedHttpSession
from harness.bench.multicast import Group, ask_group
from harness.bench.network_link import (
    Connected,
    GroupAnswers,
    HttpSession,
    NetworkLink,
    SshAttempt,
    SshResult,
    SshSurvey,
    Stream,
    StreamClosed,
    ToolRun,
)
from harness.bench.nmap import raw_sockets_work, run_nmap
from harness.bench.openssh import LoginTarget
from harness.bench.ssh import login
from harness.bench.ssh_survey import survey
from harness.bench.taps import NoTap, NoTaps, Tap, Taps
from harness.bench.tls import permissive_context
from harness.errors import BenchFault, LinkDown

_SEND_TIMEOUT_S: Final = 10.0
_TLS_TIMEOUT_S: Final = 10.0
_LINK_DOWN: Final = frozenset({errno.ENETDOWN, errno.ENODEV, errno.ENETUNREACH, errno.ENXIO})
_UNREACHABLE: Final = frozenset(
    {errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ENETUNREACH, errno.ENOPROTOOPT, errno.ENONET}
)
"""What ICMP messages of the device turn into, and some failures of our own link as well."""
_ACCEPTED_AND_RESET: Final = frozenset({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE})
"""The handshake was completed and the peer let go before `connect` returned: Linux reports a reset
that answers the first packet as ECONNREFUSED, any later one as these."""


def bind_options(interface: str) -> tuple[tuple[int, int, bytes], ...]:
    """Socket options that tie a socket to ``interface``, if the kernel lets this process do so.

    The guard has checked the route; this keeps the packets there if it changes a moment later.
    """
    if interface in {"", "lo"}:
        return ()
    option = (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
    with socket.socket() as trial:
        try:
            trial.setsockopt(*option)
        except PermissionError:
            return ()
        except OSError as error:
            message = f"cannot use interface {interface}: {error.strerror}. Is it plugged in?"
            raise LinkDown(message) from error
    return (option,)


class TcpStream:
    """A TCP connection, later perhaps TLS inside it."""

    def __init__(self, connection: socket.socket, tap: Tap | None = None) -> None:
        """Own ``connection``; ``tap`` sees what comes in."""
        self._socket = connection
        self._tap = tap or NoTap()

    def __enter__(self) -> Self:
        """Use as a context: closed at its end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def send(self, data: bytes) -> None:
        """Send all of ``data`` within 10 s.

        Raises:
            StreamClosed: the peer reset, or takes nothing.
        """
        self._socket.settimeout(_SEND_TIMEOUT_S)
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise StreamClosed(f"the peer took no data for {_SEND_TIMEOUT_S:g} s") from error
        except OSError as error:
            raise _stream_ended(error) from error

    def receive(self, limit: int = 65536, timeout_s: float = 3.0) -> bytes:
        """At most ``limit`` bytes; ``b""`` when the peer closed.

        Raises:
            TimeoutError: silence for ``timeout_s``.
            StreamClosed: the peer reset the connection or broke TLS.
        """
        self._socket.settimeout(timeout_s)
        try:
            data = self._socket.recv(limit)
        except TimeoutError:
            raise
        except OSError as error:
            raise _stream_ended(error) from error
        if data:
            self._tap.took(data)
        return data

    def start_tls(self, server_name: str = "") -> None:
        """Go on inside TLS (`harness.bench.tls`), within 10 s.

        Raises:
            StreamClosed: the handshake failed; the message says how.
        """
        self._socket.settimeout(_TLS_TIMEOUT_S)
        try:
            self._socket = permissive_context().wrap_socket(
                self._socket, server_hostname=server_name or None
            )
        except ssl.SSLError as error:
            raise StreamClosed(f"TLS handshake failed: {error.reason or error}") from error
        except TimeoutError as error:
            raise StreamClosed(f"no TLS handshake within {_TLS_TIMEOUT_S:g} s") from error
        except (OSError, ValueError) as error:
            raise StreamClosed(f"TLS handshake failed: {error}") from error

    def close(self) -> None:
        """Close; never raises."""
        self._tap.done()
        with contextlib.suppress(OSError):
            self._socket.close()


def _stream_ended(error: OSError) -> Exception:
    """A reset is the peer's; a link that is gone is the bench's."""
    if error.errno in _LINK_DOWN:
        return LinkDown(f"the bench's link went down: {error.strerror}")
    return StreamClosed(error.strerror or str(error))


class IpLink(NetworkLink):
    """The IP link to one sample. Safe for several threads: it keeps nothing between calls."""

    def __init__(self, address: str, guard: ScopeGuard, taps: Taps | None = None) -> None:
        """Lead to ``address`` through ``guard``; ``taps`` see what comes in."""
        self._address = address
        self._guard = guard
        self._taps = taps or NoTaps()

    @override
    def tapped(self, taps: Taps) -> "IpLink":
        return IpLink(self._address, self._guard, taps)

    @property
    @override
    def address(self) -> str:
        return self._address

    @property
    @override
    def interface(self) -> str:
        """Asks the kernel anew. Raises ScopeError where nothing may be sent."""
        return self._guard.check(self._address)

    @property
    @override
    def privileged(self) -> bool:
        return raw_sockets_work()

    @override
    def guard(self, address: str) -> None:
        self._guard.check(address)

    @override
    def connect(self, port: int, timeout_s: float = 3.0) -> tuple[Connected, Stream | None]:
        outcome, connection = self._connect(port, timeout_s)
        if connection is None:
            return outcome, None
        return outcome, TcpStream(connection, self._taps.tap(f"tcp/{port}"))

    @override
    def udp(self, port: int, payload: bytes, timeout_s: float = 1.0) -> tuple[Connected, bytes]:
        with self._socket(socket.SOCK_DGRAM) as connection:
            connection.settimeout(timeout_s)
            try:
                connection.connect((self._address, port))
                connection.send(payload)
                return Connected.OPEN, connection.recv(MAX_DATAGRAM)
            except OSError as error:
                return self._outcome(error), b""

    @override
    def datagrams(self) -> UnconnectedUdp:
        connection = self._open(socket.SOCK_DGRAM)
        return UnconnectedUdp(connection, self._address, lambda: self._guard.check(self._address))

    @override
    def multicast(
        self, group: str, port: int, payloads: Sequence[bytes], listen_s: float
    ) -> GroupAnswers:
        interface = self._guard.check_group(self._address, group, port)
        place = Group(group, port, interface, bind_options(interface))
        return ask_group(place, self._address, payloads, listen_s)

    @override
    def own_address(self) -> str:
        with self._socket(socket.SOCK_DGRAM) as connection:
            try:
                connection.connect((self._address, 1))  # a UDP socket: this only looks up the route
            except OSError as error:
                raise BenchFault(f"no address towards {self._address}: {error}") from error
            return str(connection.getsockname()[0])

    @override
    def link_layer_address(self) -> str:
        interface = self.interface
        try:
            return mac_of(self._address, interface)
        except BenchFault:
            return ""  # a kernel that cannot be asked knows none

    @override
    def http(self, timeout_s: float = 10.0) -> HttpSession:
        return BoundedHttpSession(self._guard.check_url, self._bind, timeout_s, self._taps)

    @override
    def ssh_login(
        self, port: int, user: str, password: str, command: str, timeout_s: float = 10.0
    ) -> SshAttempt:
        target = LoginTarget(self._address, port, self.interface, user, password, timeout_s)
        tap = self._taps.tap(f"ssh on tcp/{port}")
        try:
            return login(target, lambda left: self._connect(port, left), command, tap)
        finally:
            tap.done()

    @override
    def ssh_survey(
        self, port: int, family: str = "", user: str = "", timeout_s: float = 10.0
    ) -> SshSurvey:
        outcome, connection = self._connect(port, timeout_s)
        if connection is None:
            return SshSurvey(SshResult.UNANSWERED, f"connection: {outcome.value}")
        return survey(connection, family, user, timeout_s)

    @override
    def nmap(self, arguments: Sequence[str], ports: str, timeout_s: float) -> ToolRun:
        tap = self._taps.tap("nmap")
        try:
            return run_nmap(self._address, self.interface, arguments, ports, timeout_s, tap)
        finally:
            tap.done()

    def _bind(self) -> tuple[tuple[int, int, bytes], ...]:
        return bind_options(self.interface)

    @contextlib.contextmanager
    def _socket(self, kind: int) -> Iterator[socket.socket]:
        """A socket that can only reach the sample; closed when the block ends."""
        connection = self._open(kind)
        with connection:
            yield connection

    def _open(self, kind: int) -> socket.socket:
        options = self._bind()
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        try:
            connection = socket.socket(family, kind)
        except OSError as error:
            raise BenchFault(f"cannot open a socket: {error.strerror}") from error
        for option in options:
            connection.setsockopt(*option)
        return connection

    def _connect(self, port: int, timeout_s: float) -> tuple[Connected, socket.socket | None]:
        connection = self._open(socket.SOCK_STREAM)
        connection.settimeout(timeout_s)
        try:
            connection.connect((self._address, port))
        except OSError as error:
            if error.errno in _ACCEPTED_AND_RESET:
                return Connected.OPEN, connection
            connection.close()
            return self._outcome(error), None
        except BaseException:
            connection.close()
            raise
        return Connected.OPEN, connection

    def _outcome(self, error: OSError) -> Connected:
        """What a failed connection says of the device; raises when it was the bench."""
        if error.errno == errno.ECONNREFUSED:
            return Connected.REFUSED
        if isinstance(error, TimeoutError) or error.errno in _UNREACHABLE:
            # Silence with the cable out is no result, and the device must not be able to pass
            # its own ICMP errors off as a fault of the bench.
            self._guard.check(self._address)
            timed_out = isinstance(error, TimeoutError)
            return Connected.TIMEOUT if timed_out else Connected.UNREACHABLE
        if error.errno in _LINK_DOWN:
            message = f"the bench's link to {self._address} is down: {error.strerror}"
            raise LinkDown(message) from error
        name = os.strerror(error.errno) if error.errno else str(error)
        raise BenchFault(f"cannot connect to {self._address}: {name}") from error
