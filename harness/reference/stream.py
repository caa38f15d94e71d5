"""TCP connections whose every byte goes to the truth log, with the peer's acknowledgements.

Linux tells how many bytes of a socket the peer has not acknowledged yet (``SIOCOUTQ``, tcp(7)). A
watcher reads that for every open connection, so that the log says what the peer really has.
"""

import contextlib
import fcntl
import socket
import struct
import termios
import threading
import time
from collections.abc import Iterator
from typing import Final, Protocol

from harness.reference.truth import TruthLog

IDLE_S: Final = 60.0
"""A connection on which nothing arrives for this long is closed."""
_LINGER_S: Final = 0.3
_POLL_S: Final = 0.02
_DRAIN_BYTES: Final = 65536
_SIOCOUTQ: Final = termios.TIOCOUTQ  # the same number; Python names only this one


class ByteStream(Protocol):
    """What protocol handlers see of a connection, in clear or inside TLS."""

    def recv(self, limit: int) -> bytes:
        """At most ``limit`` bytes; ``b""`` at the end. Raises OSError when it broke."""
        ...

    def sendall(self, data: bytes) -> None:
        """Send all of ``data``. Raises OSError when the connection broke."""
        ...

    def finish(self) -> None:
        """End the sending side politely; never raises."""
        ...


class TcpStream:
    """One accepted connection.

    Attributes:
        channel: name of the service, as in the surface.
        number: number of the connection in the truth log.
    """

    def __init__(self, sock: socket.socket, channel: str, number: int, truth: TruthLog) -> None:
        """Take over ``sock`` and record that it is open."""
        sock.settimeout(IDLE_S)
        # Small answers go out at once, as from any real server; else delayed ACKs cost 40 ms each.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.channel = channel
        self.number = number
        self._sock = sock
        self._truth = truth
        self._sent = 0
        self._acknowledged = 0
        self._closed = False
        self._lock = threading.Lock()
        truth.record("opened", channel=channel, connection=number)

    def recv(self, limit: int) -> bytes:
        """At most ``limit`` bytes; ``b""`` when the peer closed."""
        data = self._sock.recv(limit)
        if data:
            self._truth.data("received", self.channel, self.number, "wire", data)
        return data

    def peek(self, limit: int) -> bytes:
        """What `recv` would return now, left in place and not recorded."""
        return self._sock.recv(limit, socket.MSG_PEEK)

    def send(self, data: bytes) -> int:
        """Send some of ``data``; how much."""
        count = self._sock.send(data)
        with self._lock:
            self._sent += count
        self._truth.data("sent", self.channel, self.number, "wire", bytes(data[:count]))
        return count

    def sendall(self, data: bytes) -> None:
        """Send all of ``data``."""
        view = memoryview(data)
        while view:
            view = view[self.send(view.tobytes()) :]

    def settimeout(self, seconds: float | None) -> None:
        """Bound every further call."""
        self._sock.settimeout(seconds)

    def gettimeout(self) -> float | None:
        """The present bound."""
        return self._sock.gettimeout()

    def fileno(self) -> int:
        """For ``select``."""
        return self._sock.fileno()

    def plain(self, kind: str, data: bytes) -> None:
        """Record clear text that went into (``sent``) or came out of (``received``) TLS or SSH."""
        self._truth.data(kind, self.channel, self.number, "plain", data)

    def note_acknowledged(self) -> bool:
        """Record what the peer acknowledged since the last call; whether that is everything."""
        with self._lock:
            if self._closed:
                return True
            known = self._acknowledged
            with contextlib.suppress(OSError):
                queued = fcntl.ioctl(self._sock.fileno(), _SIOCOUTQ, b"\0\0\0\0")
                # A FIN takes a place in the queue, so the difference may fall short by one.
                self._acknowledged = max(known, self._sent - int(struct.unpack("i", queued)[0]))
            total, everything = self._acknowledged, self._acknowledged >= self._sent
        if total > known:
            self._truth.record(
                "acknowledged", channel=self.channel, connection=self.number, total=total
            )
        return everything

    def finish(self) -> None:
        """Nothing is to be said at the end of plain TCP."""

    def interrupt(self) -> None:
        """Wake the handler: both directions end now. Safe from another thread."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Wait a moment for acknowledgements, close, and record the totals; never raises."""
        deadline = time.monotonic() + _LINGER_S
        while not self.note_acknowledged() and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        self._drain(deadline)
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._sock.close()
        totals = {"sent": self._sent, "acknowledged": self._acknowledged}
        self._truth.record("closed", channel=self.channel, connection=self.number, **totals)

    def _drain(self, deadline: float) -> None:
        """Read what the peer still sends: closing over it would reset and lose our last answer."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)
            while (left := deadline - time.monotonic()) > 0:
                self._sock.settimeout(left)
                if not self.recv(_DRAIN_BYTES):
                    return


class Connections:
    """Every open connection of the router, and the thread that watches acknowledgements."""

    def __init__(self, truth: TruthLog) -> None:
        """Start watching."""
        self._truth = truth
        self._open: dict[int, TcpStream] = {}
        self._count = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="acknowledgements")
        self._watcher.start()

    @contextlib.contextmanager
    def opened(self, sock: socket.socket, channel: str) -> Iterator[TcpStream]:
        """A stream for ``sock`` that is closed and forgotten afterwards."""
        with self._lock:
            self._count += 1
            stream = TcpStream(sock, channel, self._count, self._truth)
            self._open[stream.number] = stream
        try:
            yield stream
        finally:
            stream.close()
            with self._lock:
                del self._open[stream.number]

    def interrupt(self, channel: str) -> None:
        """End every connection of ``channel``."""
        for stream in self._snapshot():
            if stream.channel == channel:
                stream.interrupt()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        self._watcher.join()

    def _snapshot(self) -> list[TcpStream]:
        with self._lock:
            return list(self._open.values())

    def _watch(self) -> None:
        while not self._stop.wait(_POLL_S):
            for stream in self._snapshot():
                stream.note_acknowledged()
