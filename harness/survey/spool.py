"""Bytes of the device that a driver still holds: on disk as they come in, until a probe keeps them.

A probe writes an HTTP exchange down when it is whole, and the output of nmap when nmap ends. What
came in before would die with this process. So drivers show every piece to a tap, and the spool puts
it in ``incoming.jsonl`` beside the captures. The file is begun anew when nothing is in flight any
more, and is gone when the attempt ended: then everything stands in the probe's own captures. After
a crash it holds what was in flight, and is a capture like the others.
"""

import threading
from pathlib import Path

from harness.encoding.clock import Clock
from harness.encoding.journal import INCOMING
from harness.survey.store import JournalWriter


class Spool:
    """The spool of one attempt. Implements `harness.bench.protocols.Taps`; thread-safe."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Spool into ``folder``; no file is made before something comes in."""
        self._path = folder / INCOMING
        self._clock = clock
        self._lock = threading.Lock()
        self._writer: JournalWriter | None = None
        self._flowing: set[int] = set()
        self._count = 0
        self._ended = False

    def tap(self, source: str) -> "SpoolTap":
        """A tap for one exchange, connection or tool run: ``GET https://192.0.2.1/``."""
        with self._lock:
            self._count += 1
            return SpoolTap(self, self._count, source)

    def take(self, number: int, source: str, data: bytes) -> None:
        """Put bytes on disk.

        Raises:
            StorageError: the disk is full.
        """
        with self._lock:
            if self._ended:
                return
            if self._writer is None:
                self._writer = JournalWriter(self._path, self._clock)
            elif not self._flowing:
                self._writer.restart()
            self._flowing.add(number)
            self._writer.record("incoming", number=number, source=source, data=data)

    def done(self, number: int) -> None:
        """Its bytes are the caller's now; they stay on disk until something else comes in."""
        with self._lock:
            self._flowing.discard(number)

    def end(self, *, broken_off: bool = False) -> JournalWriter | None:
        """The attempt ended: what was taken stands in its captures, and the file is gone.

        Unless it was ``broken_off``, or a driver still holds some of it (its probe did not end in
        time): then the journal, which stays.
        """
        with self._lock:
            self._ended = True
            if self._writer is None:
                return None
            self._writer.close(ended=False)
            if self._flowing or broken_off:
                return self._writer
            self._path.unlink(missing_ok=True)
            return None


class SpoolTap:
    """Implements `harness.bench.protocols.Tap`."""

    def __init__(self, spool: Spool, number: int, source: str) -> None:
        """Lead into ``spool``."""
        self._spool = spool
        self._number = number
        self._source = source

    def took(self, data: bytes) -> None:
        """These bytes came in. Raises StorageError if the disk is full."""
        self._spool.take(self._number, self._source, data)

    def done(self) -> None:
        """The driver hands over what it took, or has given up."""
        self._spool.done(self._number)
