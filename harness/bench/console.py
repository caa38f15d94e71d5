"""The serial console: any pyserial URL, one owner at a time, every byte in the transcript.

A console server behind ``socket://`` or ``rfc2217://`` is equipment of the lab that the bench
config names, not the DUT, so the scope guard does not speak of it.
"""

import contextlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol, cast

import serial
from typing_extensions import override

from harness.bench.baud import FALLBACK_BAUD, find_baud
from harness.bench.protocols import Console, ConsoleSession, TranscriptSink
from harness.errors import BenchFault, LinkDown
from harness.model.bench_config import ConsoleConfig

MAX_EXPECT_BYTES: Final = 1024 * 1024
"""A device that floods the console ends `expect` at this many bytes."""
_OVERLAP: Final = 4096
"""How far back a match may begin in what was searched before."""
_POLL_S: Final = 0.01
_WRITE_TIMEOUT_S: Final = 5.0
_CHUNK: Final = 4096


class _Port(Protocol):
    """What is used of a pyserial port; its stubs leave ``in_waiting`` to the platforms."""

    baudrate: int

    @property
    def in_waiting(self) -> int: ...
    def read(self, size: int) -> bytes: ...
    def write(self, data: bytes) -> int | None: ...
    def close(self) -> None: ...


class SerialConsole(Console):
    """A console as the bench config gives it; the port is open only while somebody owns it."""

    def __init__(self, config: ConsoleConfig) -> None:
        """Describe the console; nothing is opened yet."""
        self._config = config
        self._owned = threading.Lock()
        self._session: _Session | None = None
        self._found_baud = config.baud

    @override
    @contextlib.contextmanager
    def take(self, transcript: TranscriptSink) -> Iterator[ConsoleSession]:
        if not self._owned.acquire(blocking=False):
            message = f"{self._config.url}: somebody else holds the console; let go of it first"
            raise BenchFault(message)
        try:
            port = _open(self._config.url, self._found_baud or FALLBACK_BAUD)
            session = _Session(port, transcript, self._config.url)
            self._session = session
            try:
                if not self._found_baud:
                    self._found_baud = find_baud(session, self._config.url)
                yield session
            finally:
                session.end()
        finally:
            self._session = None
            self._owned.release()

    def close(self) -> None:
        """End whatever session is alive; never raises."""
        session = self._session
        if session is not None:
            session.end()


class _Session(ConsoleSession):
    """One stay of one owner."""

    def __init__(self, port: _Port, transcript: TranscriptSink, url: str) -> None:
        self._port: _Port | None = port
        self._transcript = transcript
        self._url = url
        self._ahead = b""

    @property
    @override
    def baud(self) -> int:
        return int(self._alive().baudrate)

    def set_baud(self, baud: int) -> None:
        """Change the rate; what was read ahead stays."""
        with self._faults():
            self._alive().baudrate = baud

    @override
    def send(self, data: bytes) -> None:
        port = self._alive()
        self._transcript.record("sent", data=data)
        with self._faults():
            port.write(data)

    @override
    def read(self, timeout_s: float, limit: int = 65536) -> bytes:
        collected = bytearray(self._ahead[:limit])
        self._ahead = self._ahead[limit:]
        deadline = time.monotonic() + timeout_s
        while len(collected) < limit and time.monotonic() < deadline:
            collected += self._chunk(limit - len(collected))
        return bytes(collected)

    @override
    def expect(self, patterns: Sequence[bytes], timeout_s: float) -> tuple[int, bytes]:
        """What follows a match stays for the next read. At 1 MiB without a match it gives up."""
        wanted = [re.compile(pattern) for pattern in patterns]
        collected, self._ahead = bytearray(self._ahead), b""
        searched = 0
        deadline = time.monotonic() + timeout_s
        while True:
            found = _first_match(wanted, collected, max(0, searched - _OVERLAP))
            if found is not None:
                index, end = found
                self._ahead = bytes(collected[end:])
                return index, bytes(collected[:end])
            searched = len(collected)
            if time.monotonic() >= deadline or searched >= MAX_EXPECT_BYTES:
                return -1, bytes(collected)
            collected += self._chunk(_CHUNK)

    def end(self) -> None:
        """Close the port; the session is dead from now on. Never raises."""
        port, self._port = self._port, None
        if port is not None:
            with contextlib.suppress(OSError, serial.SerialException):
                port.close()

    def _chunk(self, limit: int) -> bytes:
        """What is there, after waiting a moment for a first byte; recorded.

        The port's own time-out is never changed: behind RFC 2217 that would negotiate anew.
        """
        port = self._alive()
        with self._faults():
            data = bytes(port.read(1))
            if data and limit > 1 and (waiting := port.in_waiting):
                # A socket only says that something waits, not how much.
                ready = _CHUNK if self._url.startswith("socket://") else waiting
                data += bytes(port.read(min(ready, limit - 1, _CHUNK)))
        if data:
            self._transcript.record("received", data=data)
        return data

    def _alive(self) -> _Port:
        if self._port is None:
            message = f"{self._url}: this console session is over; take the console again"
            raise BenchFault(message)
        return self._port

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn whatever pyserial raises into a fault of the bench."""
        try:
            yield
        except serial.SerialTimeoutException as error:
            message = f"{self._url}: took no data for {_WRITE_TIMEOUT_S:g} s; check flow control"
            raise BenchFault(message) from error
        except (serial.SerialException, OSError, TypeError) as error:
            # TypeError: pyserial's own, when the port is closed by another thread.
            message = f"{self._url}: the serial link went away ({error}); check adapter and cable"
            raise LinkDown(message) from error


def _first_match(
    patterns: Sequence[re.Pattern[bytes]], data: bytearray, start: int
) -> tuple[int, int] | None:
    """Index of the pattern that matches earliest, and the end of its match."""
    hits = [
        (match.start(), index, match.end())
        for index, pattern in enumerate(patterns)
        if (match := pattern.search(data, start))
    ]
    if not hits:
        return None
    _, index, end = min(hits)
    return index, end


def _open(url: str, baud: int) -> _Port:
    """Open the port for this process alone.

    Raises:
        BenchFault: it cannot be opened; the message says how to mend it.
    """
    try:
        return _try_open(url, baud)
    except (serial.SerialException, OSError, ValueError) as error:
        if url.startswith("rfc2217://") and "ign_set_control" not in url:
            # ser2net on a pty cannot set DTR and never answers the request for it.
            with contextlib.suppress(serial.SerialException, OSError, ValueError):
                return _try_open(url + ("&" if "?" in url else "?") + "ign_set_control", baud)
        raise BenchFault(f"cannot open console {url}: {error}. {_mend(url)}") from error


def _try_open(url: str, baud: int) -> _Port:
    port = serial.serial_for_url(
        url,
        baudrate=baud,
        timeout=_POLL_S,
        # pyserial's RFC 2217 client knows no such bound; its socket has one of its own.
        write_timeout=None if url.startswith("rfc2217://") else _WRITE_TIMEOUT_S,
        exclusive=None if "://" in url else True,
        do_not_open=True,
    )
    if url.startswith("socket://"):
        # pyserial would read until nothing comes any more: what the device said on connection is
        # lost, and a console that floods is never open.
        port.reset_input_buffer = lambda: None  # type: ignore[method-assign]
    port.open()
    return cast("_Port", port)


def _mend(url: str) -> str:
    if "://" in url:
        return "Is the console server running, and console.url its address?"
    if not Path(url).exists():
        return "Plug in the adapter, or correct console.url"
    return "Is it open in another program, and may this user use it (group dialout)?"
