"""The serial console: a pseudo-terminal whose far end the bench opens as if it were a UART."""

import errno
import fcntl
import os
import pty
import select
import struct
import termios
import threading
import time
import tty
from typing import Final, Protocol

from harness.reference.truth import TruthLog

_CHANNEL: Final = "console"
_READ_BYTES: Final = 4096
_MOST_WAITING_BYTES: Final = 3072
_PATIENCE_S: Final = 0.3
_POLL_S: Final = 0.02


class Terminal(Protocol):
    """What sits behind the console at a given time: boot loader, login, shell."""

    def feed(self, data: bytes) -> bytes:
        """What the terminal shows for typed ``data``."""
        ...


class Console:
    """The device end of the UART. Without power, typed bytes are lost and nothing is printed.

    Attributes:
        path: the pty to open, like a serial adapter. It stays valid while clients come and go.
    """

    def __init__(self, truth: TruthLog) -> None:
        """Open the pty and start reading."""
        self._truth = truth
        # The device keeps the client's end open too: otherwise the first client that closes it
        # would leave every later read with EIO.
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._terminal: Terminal | None = None
        self._lock = threading.RLock()
        self._key = threading.Event()
        self._sent = self._sent_before = self._acknowledged = 0
        self._nobody_reads = False
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._read, name="console")
        self._thread.start()
        truth.record("opened", channel=_CHANNEL, connection=0)

    def attach(self, terminal: Terminal | None, greeting: bytes = b"") -> None:
        """Let ``terminal`` answer from now on, after ``greeting``; None: nobody answers."""
        with self._lock:
            self._terminal = terminal
            self._key.clear()
            self.write(greeting)

    def write(self, data: bytes) -> None:
        """Print. When the client's buffer stays full the rest is lost, as on a UART."""
        with self._lock:
            deadline = time.monotonic() + (0 if self._nobody_reads else _PATIENCE_S)
            while data:
                count = self._write_some(data)
                if count:
                    self._nobody_reads = False
                    self._sent += count
                    self._truth.data("sent", _CHANNEL, 0, "wire", data[:count])
                    data = data[count:]
                elif time.monotonic() >= deadline:
                    self._nobody_reads = True
                    self._truth.record("dropped", channel=_CHANNEL, bytes=len(data))
                    return
                else:
                    time.sleep(_POLL_S)

    @property
    def key_pressed(self) -> bool:
        """Whether anything was typed since the last `attach`."""
        return self._key.is_set()

    def close(self) -> None:
        """Stop reading and close the pty."""
        time.sleep(3 * _POLL_S)  # the last bytes may be on their way to the client
        os.write(self._wake_write, b"x")
        self._thread.join()
        totals = {"sent": self._sent, "acknowledged": self._acknowledged}
        self._truth.record("closed", channel=_CHANNEL, connection=0, **totals)
        for descriptor in (self._master, self._slave, self._wake_read, self._wake_write):
            os.close(descriptor)

    def _write_some(self, data: bytes) -> int:
        # The kernel would queue far more behind the client's 4 KiB buffer, where no flush of the
        # client reaches it: the next one to open the console would read old boots.
        if self._waiting() >= _MOST_WAITING_BYTES:
            return 0
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake_read], [], [], _POLL_S)
            if not ready:
                self._note_acknowledged()
            if self._wake_read in ready:
                return
            if self._master in ready:
                self._take(self._receive())

    def _receive(self) -> bytes:
        try:
            return os.read(self._master, _READ_BYTES)
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.EIO}:
                raise
            return b""

    def _take(self, data: bytes) -> None:
        if not data:
            return
        self._truth.data("received", _CHANNEL, 0, "wire", data)
        with self._lock:
            self._key.set()
            if self._terminal:
                self.write(self._terminal.feed(data))

    def _note_acknowledged(self) -> None:
        """Bytes that the client has read or flushed count as acknowledged; the rest waits.

        The kernel hands bytes over a moment after they were written, so only those written before
        the last look are counted.
        """
        read = self._sent_before - self._waiting()
        self._sent_before = self._sent
        if read > self._acknowledged:
            self._acknowledged = read
            self._truth.record("acknowledged", channel=_CHANNEL, connection=0, total=read)

    def _waiting(self) -> int:
        """Bytes that the client has not read yet."""
        count = fcntl.ioctl(self._slave, termios.FIONREAD, b"\0\0\0\0")
        return int(struct.unpack("i", count)[0])
