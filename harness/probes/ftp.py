"""What an FTP server (RFC 959) gives to and takes from ``anonymous`` and a made-up user."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from harness.bench.network_link import NetworkLink
from harness.interpret.ftp import CONTENT
from harness.interpret.replies import final_codes, passive_place, reply_code
from harness.probes.base import CaptureJournal, ProbeContext
from harness.probes.recorded import RecordedConnection, Recorder
from harness.probes.starttls import read_reply

MAX_FOLDERS: Final = 4
MAX_LISTING_READS: Final = 16
CONNECTIONS: Final = 40
ANSWER_S: Final = 3.0
LOGIN_S: Final = 10.0
"""Many servers hold the answer to a wrong password back for some seconds."""
_FIRST_DATA: Final = 1000
"""Numbers of data connections in the journal begin here."""
_LOGGED_IN: Final = 230
_GOES_ON: Final = frozenset({125, 150})
_DONE: Final = frozenset({226, 250})
_AUTH_DONE: Final = 234
_FOLDER: Final = re.compile(rb"(?m)^d\S{9}.{0,120}?\s([A-Za-z0-9][A-Za-z0-9._-]{0,62})\r?$")


class FtpTalk:
    """One server, asked over a few connections."""

    def __init__(
        self, context: ProbeContext, link: NetworkLink, journal: CaptureJournal, port: int
    ) -> None:
        """Ask ``port`` of ``link``, and write everything to ``journal``."""
        self._context = context
        self._link = link
        self._journal = journal
        self._control = Recorder(link, journal, port, CONNECTIONS)
        self._data_connections = 0

    def run(self, name: str) -> None:
        """Log in as ``anonymous`` and as nobody; write ``name`` where anonymous users may.

        Whether TLS is offered is asked always: it tells a login in clear from one that may not be.
        """
        with self._control.connect("anonymous") as control:
            read_reply(control)
            self._say(control, "PWD")  # refused: what shows later that the login worked
            entered = self._log_in(control, "anonymous", "certbench@")
            if entered:
                self._look_around(control, name)
        with self._control.connect("made-up") as control:
            read_reply(control)
            self._log_in(control, name, f"{name}-password")
        with self._control.connect("anonymous-tls") as control:
            read_reply(control)
            offered = reply_code(self._say(control, "AUTH TLS")) == _AUTH_DONE
            if offered and not entered and control.start_tls():
                self._log_in(control, "anonymous", "certbench@")

    def _say(self, control: RecordedConnection, command: str, timeout_s: float = ANSWER_S) -> bytes:
        self._context.check_time()
        control.send(f"{command}\r\n".encode())
        return read_reply(control, timeout_s)

    def _log_in(self, control: RecordedConnection, user: str, password: str) -> bool:
        """Whether the server says so, and does something that needed the login."""
        code = reply_code(self._say(control, f"USER {user}", LOGIN_S))
        if code == 331:  # noqa: PLR2004  (password wanted)
            code = reply_code(self._say(control, f"PASS {password}", LOGIN_S))
        return code == _LOGGED_IN and reply_code(self._say(control, "PWD")) == 257  # noqa: PLR2004

    def _look_around(self, control: RecordedConnection, name: str) -> None:
        self._say(control, "TYPE I")
        listing = self._fetch(control, "LIST")
        folders = [found.decode("ascii") for found in _FOLDER.findall(listing)[:MAX_FOLDERS]]
        for path in (name, *(f"{folder}/{name}" for folder in folders)):
            if reply_code(self._say(control, f"SIZE {path}")) == 213:  # noqa: PLR2004  (exists)
                continue
            if self._store(control, path):
                self._say(control, f"SIZE {path}")
                self._fetch(control, f"RETR {path}")
                self._fetch(control, "LIST" if "/" not in path else f"LIST {path[: -len(name)]}")
                self._say(control, f"DELE {path}")
                self._say(control, f"SIZE {path}")
                return

    def _fetch(self, control: RecordedConnection, command: str) -> bytes:
        """What comes over a data connection for ``command``; bounded."""
        received = b""
        with self._data(control, command) as data:
            if data is None or reply_code(self._say(control, command)) not in _GOES_ON:
                return b""
            for _ in range(MAX_LISTING_READS):
                piece = data.receive(ANSWER_S)
                if not piece:
                    break
                received += piece
        read_reply(control, ANSWER_S)
        return received

    def _store(self, control: RecordedConnection, path: str) -> bool:
        command = f"STOR {path}"
        with self._data(control, command) as data:
            if data is None or reply_code(self._say(control, command)) not in _GOES_ON:
                return False
            data.send(CONTENT)
        return bool(_DONE & set(final_codes(read_reply(control, ANSWER_S))))

    @contextmanager
    def _data(self, control: RecordedConnection, step: str) -> Iterator[RecordedConnection | None]:
        """A data connection to the sample itself, whatever address the server names.

        EPSV names only a port (RFC 2428); PASV names a host, too, which is compared and never used.
        """
        _, port = passive_place(self._say(control, "EPSV"))
        if not port:
            host, port = passive_place(self._say(control, "PASV"))
            if host != self._link.address:
                port = 0
        if not port or self._data_connections >= CONNECTIONS:
            yield None
            return
        recorder = Recorder(self._link, self._journal, port, _FIRST_DATA + CONNECTIONS)
        recorder.opened = _FIRST_DATA + self._data_connections
        self._data_connections += 1
        with recorder.connect(f"data {step}") as connection:
            yield connection
