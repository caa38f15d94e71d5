"""UDP services of the router: one socket and one thread each, every datagram in the truth log."""

import contextlib
import itertools
import logging
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from harness.errors import BenchFault
from harness.reference.truth import TruthLog

Peer = tuple[str, int]
_MAX_DATAGRAM: Final = 65535
_POLL_S: Final = 0.2
_JOIN_S: Final = 1.0
_numbers = itertools.count(1_000_000)
"""Numbers of datagram exchanges, beside those of the TCP connections in the truth log."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """One datagram that came in, and how to answer it.

    Attributes:
        address: the router's own, for answers from another port.
        number: of the exchange in the truth log.
    """

    data: bytes
    peer: Peer
    channel: str
    address: str
    truth: TruthLog
    own: socket.socket
    number: int = field(default_factory=lambda: next(_numbers))

    def answer(self, data: bytes, over: socket.socket | None = None) -> None:
        """Send ``data`` back, from the service's port or ``over`` another socket."""
        (over or self.own).sendto(data, self.peer)
        self.truth.data("sent", self.channel, self.number, "datagram", data)

    def note(self, data: bytes) -> None:
        """Record a further datagram of the same exchange."""
        self.truth.data("received", self.channel, self.number, "datagram", data)


@dataclass(frozen=True)
class DatagramService:
    """What a UDP service does.

    Attributes:
        handle: called with each datagram, one at a time; OSError ends only that exchange.
        prepare: called with the socket before it is bound: to join groups and the like.
        address: what to bind instead of the router's address; ``""`` for that one.
    """

    handle: Callable[[Asked], None]
    prepare: Callable[[socket.socket], None] = lambda _socket: None
    address: str = ""


class GroupResponder(ABC):
    """A UDP service that hears its port and a group, and answers both from its port."""

    def __init__(self, address: str, group: str) -> None:
        """Respond at ``address``."""
        self._address = address
        self._group = group
        self._own: socket.socket | None = None

    @property
    def direct(self) -> DatagramService:
        """What listens on the port itself; must be started before `grouped`."""
        return DatagramService(self._handle, self._keep)

    @property
    def grouped(self) -> DatagramService:
        """What hears the group."""
        return DatagramService(self._handle, self._join, self._group)

    @abstractmethod
    def replies(self, data: bytes) -> list[bytes]:
        """The answers to a datagram; none to what is no question."""

    def _keep(self, own: socket.socket) -> None:
        self._own = own

    def _join(self, listening: socket.socket) -> None:
        """Join on the interface that has the router's address; other routers share the port."""
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        request = socket.inet_aton(self._group) + socket.inet_aton(self._address)
        listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)

    def _handle(self, asked: Asked) -> None:
        for reply in self.replies(asked.data):
            asked.answer(reply, self._own)


class DatagramListener:
    """A bound UDP socket with its thread."""

    def __init__(
        self, channel: str, place: tuple[str, int], service: DatagramService, truth: TruthLog
    ) -> None:
        """Listen at ``place``.

        Raises:
            BenchFault: the port is taken.
        """
        self._channel, self._address = channel, place[0]
        self._service, self._truth = service, truth
        self._closing = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(_POLL_S)
        try:
            service.prepare(self._socket)
            self._socket.bind((service.address or place[0], place[1]))
        except OSError as error:
            self._socket.close()
            raise BenchFault(f"{channel}: cannot listen on {place}: {error}") from error
        self._thread = threading.Thread(target=self._serve, name=channel)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and wait for the thread."""
        self._closing = True
        self._thread.join(_JOIN_S + _POLL_S)
        self._socket.close()

    def _serve(self) -> None:
        while not self._closing:
            try:
                data, peer = self._socket.recvfrom(_MAX_DATAGRAM)
            except TimeoutError:
                continue
            except OSError:
                return  # closed
            asked = Asked(data, peer, self._channel, self._address, self._truth, self._socket)
            asked.note(data)
            with contextlib.suppress(OSError):
                self._service.handle(asked)
