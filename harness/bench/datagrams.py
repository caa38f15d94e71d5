"""UDP to one sample over an unconnected socket, for servers that answer from another port.

TFTP moves to a port of its own for every transfer (RFC 1350 section 4): a connected socket, as
`IpLink.udp` uses, would never see the answer. Here answers from every port of the sample count, and
datagrams of other hosts are counted and thrown away.
"""

import errno
import select
import socket
import sys
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Final, Self

from harness.bench.network_link import Connected, Datagram
from harness.errors import BenchFault, LinkDown

MAX_DATAGRAM: Final = 65535
_MAX_STRANGERS: Final = 1000
_MAX_ANCILLARY: Final = 512
_IP_RECVERR: Final = 11
_IPV6_RECVERR: Final = 25
"""Linux numbers that Python does not name (ip(7), ipv6(7))."""
_LINK_DOWN: Final = frozenset({errno.ENETDOWN, errno.ENODEV, errno.ENXIO})


class UnconnectedUdp:
    """Datagrams to and from one address. Close it, or use it as a context.

    Attributes:
        strangers: datagrams of other hosts that came in; nothing of them is kept.
    """

    def __init__(
        self, connection: socket.socket, address: str, check: Callable[[], object]
    ) -> None:
        """Own ``connection``; ``check`` raises when nothing may be sent to ``address``."""
        self._socket = connection
        self._address = address
        self._check = check
        self.strangers = 0
        ipv6 = connection.family == socket.AF_INET6
        level, option = (
            (socket.IPPROTO_IPV6, _IPV6_RECVERR) if ipv6 else (socket.IPPROTO_IP, _IP_RECVERR)
        )
        connection.setsockopt(level, option, 1)
        connection.setblocking(False)  # noqa: FBT003  (positional only)

    def __enter__(self) -> Self:
        """Use as a context: closed at its end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self._socket.close()

    def send(self, port: int, payload: bytes) -> None:
        """Send one datagram to ``port`` of the sample.

        Raises:
            ScopeError: the sample must not be reached any more; nothing was sent.
            LinkDown: the bench's link is down.
            BenchFault: the datagram cannot be sent.
        """
        self._check()
        for _ in range(2):  # a pending ICMP error is reported instead of sending; then try again
            try:
                self._socket.sendto(payload, (self._address, port))
            except ConnectionRefusedError:
                continue
            except OSError as error:
                kind = LinkDown if error.errno in _LINK_DOWN else BenchFault
                raise kind(f"cannot send to {self._address}: {error.strerror}") from error
            return

    def receive(self, timeout_s: float) -> Datagram:
        """The next datagram of the sample, an ICMP refusal, or TIMEOUT after ``timeout_s``.

        Raises:
            ScopeError: silence, and the sample cannot be reached any more.
        """
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        deadline = monotonic() + timeout_s
        while (left := deadline - monotonic()) > 0 and self.strangers < _MAX_STRANGERS:
            if not poller.poll(left * 1000):
                break
            found = self._refusal() or self._datagram()
            if found is not None:
                return found
        self._check()
        return Datagram(Connected.TIMEOUT, 0, b"")

    def _datagram(self) -> Datagram | None:
        try:
            data, sender = self._socket.recvfrom(MAX_DATAGRAM)
        except (BlockingIOError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise BenchFault(f"cannot receive: {error.strerror}") from error
        if sender[0] != self._address:
            self.strangers += 1
            return None
        return Datagram(Connected.OPEN, sender[1], data)

    def _refusal(self) -> Datagram | None:
        """An ICMP message about a datagram that was sent, with the port that it was sent to."""
        try:
            _, notes, _, sent_to = self._socket.recvmsg(
                MAX_DATAGRAM, _MAX_ANCILLARY, socket.MSG_ERRQUEUE
            )
        except OSError:
            return None
        # struct sock_extended_err begins with the error number (recvmsg(2), IP_RECVERR).
        codes = {int.from_bytes(data[:4], sys.byteorder) for _, _, data in notes}
        refused = errno.ECONNREFUSED in codes
        outcome = Connected.REFUSED if refused else Connected.UNREACHABLE
        return Datagram(outcome, sent_to[1] if sent_to else 0, b"")
