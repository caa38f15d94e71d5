"""TCP connections of which every byte goes to a journal (format: `interpret.conversations`)."""

from types import TracebackType
from typing import Final, Self

from harness.bench.network_link import Connected, NetworkLink, Stream, StreamClosed
from harness.errors import BenchFault
from harness.probes.base import CaptureJournal

MAX_RECEIVED: Final = 256 * 1024
"""Most bytes taken from one connection; a device that sends more is left."""


class Recorder:
    """Opens connections to one port, one at a time, and numbers them in its journal."""

    def __init__(self, link: NetworkLink, journal: CaptureJournal, port: int, limit: int) -> None:
        """Open at most ``limit`` connections to ``port``."""
        self._link = link
        self._journal = journal
        self._port = port
        self._limit = limit
        self.opened = 0

    @property
    def exhausted(self) -> bool:
        """The budget of connections is used up."""
        return self.opened >= self._limit

    def connect(self, step: str, timeout_s: float = 3.0) -> "RecordedConnection":
        """Try to connect, and write down how that ended.

        Raises:
            BenchFault: the budget of connections is used up, or the link failed.
        """
        if self.exhausted:
            raise BenchFault(f"more than {self._limit} connections to port {self._port}")
        self.opened += 1
        outcome, stream = self._link.connect(self._port, timeout_s)
        self._journal.record(
            "connect", connection=self.opened, port=self._port, step=step, outcome=outcome.value
        )
        return RecordedConnection(self._journal, self.opened, outcome, stream)


class RecordedConnection:
    """One connection; use it as a context. A peer that goes away is a result, never an error.

    Attributes:
        outcome: how the connection attempt ended.
        ended: how the peer ended it: ``closed``, ``reset``; ``""`` while it has not.
    """

    def __init__(
        self, journal: CaptureJournal, number: int, outcome: Connected, stream: Stream | None
    ) -> None:
        """Record what passes over ``stream``."""
        self._journal = journal
        self._number = number
        self._stream = stream
        self._layer = "tcp"
        self._total = 0
        self._silent = False
        self.outcome = outcome
        self.ended = ""

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it, and write down how it ended if the peer did not end it."""
        self._end("silent" if self._silent else "left")

    @property
    def open(self) -> bool:
        """Bytes can still be sent."""
        return self._stream is not None

    def send(self, data: bytes) -> None:
        """Send, unless the peer has gone."""
        if self._stream is None:
            return
        self._journal.record("sent", connection=self._number, layer=self._layer, data=data)
        try:
            self._stream.send(data)
        except StreamClosed:
            self._end("reset")
        except TimeoutError:
            self._end("silent")

    def receive(self, timeout_s: float) -> bytes:
        """What comes next within ``timeout_s``; ``b""`` for silence, a close or a reset."""
        if self._stream is None or self._total >= MAX_RECEIVED:
            return b""
        try:
            data = self._stream.receive(timeout_s=timeout_s)
        except TimeoutError:
            self._silent = True
            return b""
        except StreamClosed:
            self._end("reset")
            return b""
        if not data:
            self._end("closed")
            return b""
        self._silent = False
        self._total += len(data)
        self._journal.record("received", connection=self._number, layer=self._layer, data=data)
        return data

    def start_tls(self) -> bool:
        """Go on inside TLS; whether the local library could."""
        if self._stream is None:
            return False
        try:
            self._stream.start_tls()
        except (StreamClosed, TimeoutError) as error:
            self._journal.record("upgrade", connection=self._number, outcome=f"failed: {error}")
            self._end("closed")
            return False
        self._journal.record("upgrade", connection=self._number, outcome="ok")
        self._layer = "tls"
        return True

    def _end(self, how: str) -> None:
        if self._stream is None:
            return
        self._stream.close()
        self._stream = None
        self.ended = how
        self._journal.record("ended", connection=self._number, how=how)
