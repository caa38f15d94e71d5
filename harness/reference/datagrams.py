"""UDP services of the router: one socket and one thread each, every datagram in the truth log."""

import contextlib
import itertools
import logging
import socket
import threading
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
