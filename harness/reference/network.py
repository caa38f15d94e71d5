"""The network link: listeners that come and go with power, cable and state."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Final

from harness.errors import BenchFault
from harness.reference.datagrams import DatagramListener, DatagramService
from harness.reference.stream import Connections, TcpStream
from harness.reference.truth import TruthLog

Handler = Callable[[TcpStream], None]
_BACKLOG: Final = 64
_MOST_CONNECTIONS: Final = 128
_JOIN_S: Final = 1.0
_log = logging.getLogger(__name__)


class _Listener:
    """One listening port: a thread that accepts, and one thread a connection."""

    def __init__(
        self, channel: str, address: tuple[str, int], handler: Handler, open_ones: Connections
    ) -> None:
        self._channel = channel
        self._handler = handler
        self._connections = open_ones
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._closing = False
        try:
            self._socket = socket.create_server(address, backlog=_BACKLOG)
        except OSError as error:
            raise BenchFault(f"{channel}: cannot listen on {address}: {error}") from error
        self._acceptor = threading.Thread(target=self._accept, name=f"{channel} accept")
        self._acceptor.start()

    def close(self) -> None:
        """Stop listening, end the connections and wait for their threads."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept on Linux
        self._socket.close()
        self._acceptor.join(_JOIN_S)
        self._connections.interrupt(self._channel)
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(_JOIN_S)

    def _accept(self) -> None:
        while not self._closing:
            try:
                sock, _ = self._socket.accept()
            except OSError:
                continue  # closing, or the peer was gone before it was accepted
            with self._lock:
                full = len(self._threads) >= _MOST_CONNECTIONS
            if full or self._closing:
                sock.close()
                continue
            thread = threading.Thread(target=self._serve, args=(sock,), name=self._channel)
            with self._lock:
                self._threads.add(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            with self._connections.opened(sock, self._channel) as stream:
                if not self._closing:
                    self._handler(stream)
        except OSError as error:  # includes time-outs and TLS failures: the peer's business
            _log.debug("%s: connection ended: %s", self._channel, error)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())


class Network:
    """The router's Ethernet port.

    A service listens while the router is powered, the cable is plugged and the service is wanted.

    Attributes:
        served: called after each TCP connection that was served.
        elsewhere: addresses of TCP services that listen on another one than the router's.
    """

    def __init__(
        self,
        address: str,
        surface: Mapping[str, int],
        handlers: Mapping[str, Handler],
        truth: TruthLog,
        datagrams: Mapping[str, DatagramService] | None = None,
    ) -> None:
        """Prepare, powered off and plugged.

        ``handlers`` and ``datagrams`` are what each TCP and each UDP service would do.
        """
        self._address = address
        self._surface = surface
        self._handlers = handlers
        self._datagrams = dict(datagrams or {})
        self._truth = truth
        self._connections = Connections(truth)
        self._listeners: dict[str, _Listener | DatagramListener] = {}
        self.served: Callable[[], None] = lambda: None
        self.elsewhere: Mapping[str, str] = {}
        self._wanted: frozenset[str] = frozenset()
        self._powered = False
        self._plugged = True
        self._lock = threading.RLock()

    def want(self, services: frozenset[str]) -> None:
        """Serve exactly these, as soon as there is power and link."""
        with self._lock:
            self._wanted = services
            self._settle()

    def power(self, *, on: bool) -> None:
        """Power comes or goes."""
        with self._lock:
            self._powered = on
            self._settle()

    def plug(self, *, in_: bool) -> None:
        """The cable is plugged or pulled."""
        with self._lock:
            self._plugged = in_
            self._settle()
        self._truth.record("link", state="up" if in_ else "down")

    def restart(self) -> None:
        """Drop every connection; listeners come back at once."""
        with self._lock:
            powered = self._powered
            self.power(on=False)
            self.power(on=powered)

    @property
    def plugged(self) -> bool:
        """Whether the cable is in."""
        return self._plugged

    def close(self) -> None:
        """Close everything for good."""
        self.power(on=False)
        self._connections.close()

    def _settle(self) -> None:
        active = self._wanted if self._powered and self._plugged else frozenset[str]()
        for name in set(self._listeners) - active:
            self._listeners.pop(name).close()
        for name in sorted(active - set(self._listeners)):
            place = (self.elsewhere.get(name, self._address), self._surface[name])
            self._listeners[name] = self._listen(name, place)

    def _listen(self, name: str, place: tuple[str, int]) -> _Listener | DatagramListener:
        if name in self._datagrams:
            return DatagramListener(name, place, self._datagrams[name], self._truth)
        return _Listener(name, place, self._serve(name), self._connections)

    def _serve(self, name: str) -> Handler:
        """The handler of a service, followed by `served`."""

        def handle(stream: TcpStream) -> None:
            try:
                self._handlers[name](stream)
            finally:
                self.served()

        return handle
