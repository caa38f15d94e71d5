"""Finds the baud rate of a serial console by listening: at the wrong rate, text is noise."""

from pathlib import Path
from typing import Final, Protocol

from harness.bench.protocols import ConsoleSession

FALLBACK_BAUD: Final = 115200
CANDIDATES: Final = (115200, 9600, 57600, 38400, 19200, 921600, 1500000, 74880, 230400, 460800)
_DWELL_S: Final = 0.6
_ENOUGH: Final = 8
"""Fewer bytes say nothing about a rate."""
_PRINTABLE_SHARE: Final = 0.97
_PRINTABLE: Final = frozenset({*range(0x20, 0x7F), *b"\r\n\t\b\x07\x1b"})


class _Tunable(ConsoleSession, Protocol):
    """A session whose rate can be changed."""

    def set_baud(self, baud: int) -> None: ...


def find_baud(session: _Tunable, url: str) -> int:
    """The rate at which the console reads as text; 115200 where any rate works or nothing came.

    Listens first and sends a carriage return only into silence, so that a boot that is under way
    is not interrupted.
    """
    if not rate_matters(url):
        return FALLBACK_BAUD
    for baud in CANDIDATES:
        session.set_baud(baud)
        heard = session.read(_DWELL_S)
        if not heard:
            session.send(b"\r")
            heard = session.read(_DWELL_S)
        if is_text(heard):
            return baud
    session.set_baud(FALLBACK_BAUD)
    return FALLBACK_BAUD


def rate_matters(url: str) -> bool:
    """False for pseudo-terminals and plain sockets, which have no rate."""
    if "://" in url:
        return url.startswith(("rfc2217://", "alt://", "hwgrep://"))
    return not str(Path(url).resolve()).startswith("/dev/pts/")


def is_text(data: bytes) -> bool:
    """Whether ``data`` is enough, and nearly all printable."""
    printable = sum(byte in _PRINTABLE for byte in data)
    return len(data) >= _ENOUGH and printable >= _PRINTABLE_SHARE * len(data)
