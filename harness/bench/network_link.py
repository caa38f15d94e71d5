"""What probes see of the IP link to a sample; `harness.bench.protocols` has the rest of the bench.

Every call is bounded by a time-out. A peer that refuses, resets or is silent is a *result*; only
the bench's own failure raises `BenchFault`. A target outside the scope raises `ScopeError` before
a packet leaves.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from harness.bench.taps import Taps


class Connected(StrEnum):
    """How a TCP connection attempt ended."""

    OPEN = "open"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"


class Stream(Protocol):
    """A TCP connection to the DUT, through the scope guard. Close it, or use it as a context."""

    def send(self, data: bytes) -> None:
        """Send all of ``data``. Raises StreamClosed if the peer has reset."""
        ...

    def receive(self, limit: int = 65536, timeout_s: float = 3.0) -> bytes:
        """At most ``limit`` bytes; ``b""`` when the peer closed.

        Raises:
            TimeoutError: silence for ``timeout_s``.
            StreamClosed: the peer reset the connection.
        """
        ...

    def start_tls(self, server_name: str = "") -> None:
        """Go on inside TLS with the widest settings that the local library has; no validation.

        Raises:
            StreamClosed: the handshake failed; the message says how.
        """
        ...

    def close(self) -> None:
        """Close; never raises."""
        ...


class StreamClosed(Exception):  # noqa: N818  (a result, not a fault)
    """The peer reset or ended the stream; the message says how."""


@dataclass(frozen=True)
class ToolRun:
    """A finished run of an external program.

    Attributes:
        timed_out: it was killed at its bound; outputs hold what came before.
    """

    argv: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool


@dataclass(frozen=True)
class HttpExchange:
    """One HTTP request and its answer, as bytes on the wire would read, bodies bounded.

    Attributes:
        error: why there is no answer; ``""`` if there is one.
        truncated: the body was longer than the bound.
    """

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    error: str
    truncated: bool
    duration_ms: int


class HttpSession(Protocol):
    """HTTP through the guard.

    No proxies from the environment, no automatic redirects, no reuse of cookies beyond this
    session; certificates are not validated (the tls probe looks at those).
    """

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        basic: tuple[str, str] | None = None,
    ) -> HttpExchange:
        """One exchange; a peer that fails is an exchange with ``error``.

        Raises:
            ScopeError: the URL's host is outside the scope.
        """
        ...

    def close(self) -> None:
        """Forget cookies and connections."""
        ...


class SshResult(StrEnum):
    """How an SSH login attempt ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNANSWERED = "unanswered"
    """Incompatible, reset, silent: never the same as rejected."""


@dataclass(frozen=True)
class SshAttempt:
    """One SSH login attempt and, if it worked, the output of the command run to confirm it."""

    result: SshResult
    detail: str
    output: bytes
    duration_ms: int


@dataclass(frozen=True)
class SshSurvey:
    """One SSH key exchange without a login.

    Attributes:
        result: ACCEPTED when the key exchange ended well; otherwise UNANSWERED with ``detail``.
        host_key: the public key that the server proved to hold, in SSH form (RFC 4253, 6.6).
        auth_methods: login methods offered to the user asked about; empty if not asked or unknown.
        none_accepted: that user needs no password at all.
    """

    result: SshResult
    detail: str = ""
    host_key: bytes = b""
    auth_methods: tuple[str, ...] = ()
    none_accepted: bool = False


@dataclass(frozen=True)
class Datagram:
    """What came back over an unconnected UDP socket.

    Attributes:
        outcome: OPEN for a datagram; REFUSED or UNREACHABLE for an ICMP message; TIMEOUT.
        port: the sample's port that it came from, or that was refused; 0 for TIMEOUT.
    """

    outcome: Connected
    port: int
    data: bytes


@dataclass(frozen=True)
class GroupAnswers:
    """What was heard after a question to a discovery group.

    Attributes:
        datagrams: those of the sample, answers and announcements alike.
        others: how many came from other hosts; nothing of them is kept.
        dropped: how many of the sample went beyond the bounds.
    """

    datagrams: tuple[Datagram, ...]
    others: int
    dropped: int


class Datagrams(Protocol):
    """UDP to the sample over one unconnected socket: answers may come from any of its ports."""

    @property
    def strangers(self) -> int:
        """How many datagrams of other hosts came in; nothing of them is kept."""
        ...

    def send(self, port: int, payload: bytes) -> None:
        """Send one datagram to ``port`` of the sample, through the scope guard."""
        ...

    def receive(self, timeout_s: float) -> Datagram:
        """The next datagram of the sample within ``timeout_s``, or how its absence looked."""
        ...


class NetworkLink(Protocol):
    """The IP link to one sample."""

    @property
    def address(self) -> str:
        """The sample's address."""
        ...

    @property
    def interface(self) -> str:
        """The bench interface that leads there."""
        ...

    def guard(self, address: str) -> None:
        """Raise ScopeError unless ``address`` is in scope and routed over the bench interface."""
        ...

    def connect(self, port: int, timeout_s: float = 3.0) -> tuple[Connected, Stream | None]:
        """Open a TCP connection to the sample."""
        ...

    def udp(self, port: int, payload: bytes, timeout_s: float = 1.0) -> tuple[Connected, bytes]:
        """Send one datagram over a connected socket.

        An answer is OPEN with its bytes, an ICMP refusal REFUSED, silence TIMEOUT.
        """
        ...

    def datagrams(self) -> AbstractContextManager[Datagrams]:
        """An unconnected UDP socket to the sample: for servers that answer from another port."""
        ...

    def multicast(
        self, group: str, port: int, payloads: Sequence[bytes], listen_s: float
    ) -> GroupAnswers:
        """Ask a discovery group on the sample's own link, hop limit 1, and listen ``listen_s``.

        Raises:
            ScopeError: not a discovery group, or the sample must not be reached.
            BenchFault: the group cannot be joined or asked here.
        """
        ...

    def own_address(self) -> str:
        """The bench's address on this link, as the sample sees it. Sends nothing."""
        ...

    def link_layer_address(self) -> str:
        """The sample's MAC address as the kernel last saw it; ``""`` if it knows none."""
        ...

    def http(self, timeout_s: float = 10.0) -> HttpSession:
        """A fresh HTTP session to the sample's address."""
        ...

    def ssh_login(
        self, port: int, user: str, password: str, command: str, timeout_s: float = 10.0
    ) -> SshAttempt:
        """Try one password on a connection of its own and run ``command`` to confirm."""
        ...

    def ssh_survey(
        self, port: int, family: str = "", user: str = "", timeout_s: float = 10.0
    ) -> SshSurvey:
        """One key exchange, closed without a login; UNANSWERED also when nothing listens.

        Args:
            port: the SSH port.
            family: host key to ask for: ``rsa``, ``ecdsa``, ``ed25519``; ``""`` = any.
            user: ask for this user's login methods (RFC 4252, 5.2); ``""`` = do not ask.
            timeout_s: bound on each step.
        """
        ...

    def nmap(self, arguments: Sequence[str], ports: str, timeout_s: float) -> ToolRun:
        """Run nmap on the sample's address only, over the bench interface, XML on stdout.

        Raises:
            BenchFault: nmap is not installed or cannot be run.
        """
        ...

    def tapped(self, taps: Taps) -> "NetworkLink":
        """The same link, showing what comes in to ``taps`` as well."""
        ...

    @property
    def privileged(self) -> bool:
        """Whether raw sockets work (SYN and UDP scans)."""
        ...
