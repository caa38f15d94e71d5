"""Where a survey is written: run directory, attempt folders, journals and known secrets.

::

    RUN/                                   mode 0700: captures are raw
      survey/survey.json survey-plan.json dossier.json bench.json
      survey/<sample>/<visit>/visit.json
      survey/<sample>/<visit>/<probe>/<attempt>/attempt.json facts.json captures...
      assessments/<framework>@<version>/...
      private/secrets.json                 what sealing must scrub
      private/order.json lock finished     what was ordered, who works on it, whether it is done

Every record of a journal goes to the kernel when it is taken, so that the death of this process
loses none; it goes to the disk when the journal is closed, so that a power cut can lose what an
open journal took in the last half minute or so. Whole files are written beside and renamed.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from typing_extensions import override

from harness.encoding.canonical import load_strict
from harness.encoding.clock import Clock
from harness.encoding.journal import SCHEMA, end_line, header_line, record_line
from harness.encoding.text import neutralise, to_latin
from harness.errors import CaptureError, EvidenceError, StorageError
from harness.model.record import CaptureEntry

MAX_CAPTURE_BYTES: Final = 64 * 1024 * 1024
"""Cap on one capture; what comes after is counted as dropped."""
RUN_MODE: Final = 0o700
_CAPTURE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


def write_atomic(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file so that a crash leaves the old or the new content, never half of one.

    ``mode`` sets its permissions before anything is in it.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with beside.open("wb") as stream:
            if mode is not None:
                os.fchmod(stream.fileno(), mode)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error


def digest_file(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def create_run_directory(run: Path) -> None:
    """Make an empty run directory that only its owner can read.

    What a run left that died before it wrote its order counts as empty: folders and a lock.

    Raises:
        EvidenceError: it exists and is not empty: evidence is never overwritten.
        StorageError: the disk is full or the folder cannot be written.
    """
    if run.exists() and not all(_is_nothing(path) for path in run.rglob("*")):
        raise EvidenceError(f"{run}: not empty; evidence is never overwritten, name another one")
    for folder in (run, run / "survey", run / "assessments", run / "private"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(RUN_MODE)
        except OSError as error:
            raise StorageError(f"{folder}: cannot be made: {error.strerror}") from error


def _is_nothing(path: Path) -> bool:
    started = path.parent.name == "private" and path.name.startswith(("lock", ".order.json."))
    return path.is_dir() or started


class SecretStore:
    """The secrets that a run learnt, on disk before they are used. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Keep them in ``path``, with the key that makes their tokens at sealing.

        What an earlier process left in ``path`` is kept.

        Raises:
            EvidenceError: ``path`` holds something else.
        """
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._key = secrets.token_hex(32)
        if path.exists():
            self._read()
        self._write()

    def _read(self) -> None:
        try:
            document = load_strict(self._path.read_bytes())
            self._key = str(document["key"])
            self._known = {str(each["value"]): str(each["kind"]) for each in document["secrets"]}
        except (OSError, CaptureError, KeyError, TypeError) as error:
            raise EvidenceError(f"{self._path}: cannot be read as a list of secrets") from error

    def add(self, value: str, kind: str) -> None:
        """Remember a secret of this kind; an empty one is none."""
        with self._lock:
            if value and value not in self._known:
                self._known[value] = kind
                self._write()

    def _write(self) -> None:
        document = {
            "schema": "certbench/secrets/1",
            "key": self._key,
            "secrets": [{"value": value, "kind": kind} for value, kind in self._known.items()],
        }
        write_atomic(self._path, json.dumps(document, indent=1).encode() + b"\n", mode=0o600)


class _Appender:
    """A file that only grows; each piece is handed to the kernel at once, whole or not at all."""

    def __init__(self, path: Path, head: bytes) -> None:
        """Start ``path`` with ``head``.

        Raises:
            StorageError: the disk is full or the folder cannot be written.
        """
        self._path = path
        self._lock = threading.Lock()
        self._size = 0
        self._broken = False
        self.dropped = 0
        try:
            self._stream = path.open("xb", buffering=0)
        except OSError as error:
            raise self._failed(error) from error
        self._write(head)

    def _fits(self, piece: bytes) -> bool:
        """Whether ``piece`` may be written; counted as dropped if not."""
        if self._stream.closed or self._size + len(piece) > MAX_CAPTURE_BYTES:
            self.dropped += 1
            return False
        return True

    def _write(self, piece: bytes) -> None:
        """Write all of ``piece`` or, where that fails, nothing of it."""
        if self._broken:
            raise StorageError(f"{self._path}: a record before could not be written")
        left = memoryview(piece)
        try:
            while left:
                left = left[self._stream.write(left) :]
        except OSError as error:
            self._broken = True
            with contextlib.suppress(OSError):
                self._stream.truncate(self._size)
            raise self._failed(error) from error
        self._size += len(piece)

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(f"{self._path}: cannot be written: {error.strerror}")

    def _end(self) -> bytes:
        """What marks that nothing is missing; ``b""`` for a format without such a mark."""
        return b""

    def close(self, *, ended: bool) -> None:
        """Close, and wait for the disk; the end mark is written only if the capture ``ended``.

        Raises:
            StorageError: the disk is full; the capture then has no end mark.
        """
        with self._lock:
            if self._stream.closed:
                return
            try:
                if ended and not self._broken:
                    self._write(self._end())
                os.fsync(self._stream.fileno())
            except OSError as error:
                raise self._failed(error) from error
            finally:
                self._stream.close()


class StreamWriter(_Appender):
    """One capture in a format of pieces that follow each other. Thread-safe."""

    def write(self, piece: bytes) -> None:
        """Append a piece; from the first one on that passes the size cap all are dropped.

        A piece behind a gap would have a wrong number.

        Raises:
            StorageError: the disk is full; the pieces before are whole.
        """
        with self._lock:
            if self.dropped:
                self.dropped += 1
            elif self._fits(piece):
                self._write(piece)


class JournalWriter(_Appender):
    """One journal being written. Thread-safe; each record is handed to the kernel at once."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Start ``path`` with its header.

        Raises:
            StorageError: the disk is full or the folder cannot be written.
        """
        self._clock = clock
        self._line = 1
        super().__init__(path, header_line())

    def record(self, kind: str, **fields: object) -> int:
        """Append one record; bytes become text one character a byte. The line it stands on.

        Raises:
            StorageError: the disk is full; the records before are whole.
        """
        plain = {name: _plain(value) for name, value in fields.items()}
        with self._lock:
            line = record_line({**plain, "kind": kind, "n": self._line, "t": self._clock.now()})
            if self._fits(line):
                self._write(line)
                self._line += 1
            return self._line

    def restart(self) -> None:
        """Throw away what was recorded, and begin again after the header.

        Raises:
            StorageError: the disk is gone.
        """
        with self._lock:
            self._line, self._size = 1, 0
            try:
                self._stream.seek(0)
                self._stream.truncate()
            except OSError as error:
                raise self._failed(error) from error
            self._write(header_line())

    @override
    def _end(self) -> bytes:
        return end_line(self.dropped)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return to_latin(value)
    if isinstance(value, dict):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


class AttemptFolder:
    """The captures of one attempt while it runs."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Create ``folder``, which must be new.

        Raises:
            StorageError: it is not, or the disk is full.
        """
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise StorageError(f"{folder}: cannot be made: {error.strerror}") from error
        self.path = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, tuple[JournalWriter | StreamWriter, str, bool]] = {}
        self._stored: dict[str, str] = {}

    @contextmanager
    def journal(self, name: str) -> Iterator[JournalWriter]:
        """A new journal; it ends properly when the block does."""
        writer = JournalWriter(self._new(name), self._clock)
        with self._ending(name, writer, SCHEMA):
            yield writer

    @contextmanager
    def stream(self, name: str, schema_name: str, head: bytes) -> Iterator[StreamWriter]:
        """A new capture that begins with ``head`` and grows by pieces."""
        writer = StreamWriter(self._new(name), head)
        with self._ending(name, writer, schema_name):
            yield writer

    @contextmanager
    def _ending(
        self, name: str, writer: JournalWriter | StreamWriter, schema_name: str
    ) -> Iterator[None]:
        with self._lock:
            self._open[name] = (writer, schema_name, False)
        ended = False
        try:
            yield
            ended = True
        finally:
            writer.close(ended=ended)
        with self._lock:
            self._open[name] = (writer, schema_name, True)

    def store(self, name: str, data: bytes, schema_name: str) -> None:
        """A capture in a tool's own format, written whole."""
        write_atomic(self._new(name), data)
        with self._lock:
            self._stored[name] = schema_name

    def keep(self, name: str, writer: JournalWriter) -> None:
        """Count a journal that was written beside the captures among them, as incomplete."""
        with self._lock:
            self._open[name] = (writer, SCHEMA, False)

    def _new(self, name: str) -> Path:
        path = self.path / name
        # Names are made of ports and protocols; text of a device has no way to a file system.
        if _CAPTURE.fullmatch(name) is None or path.exists():
            raise EvidenceError(f"{self.path}: not a new capture's name: {neutralise(name, 80)}")
        return path

    def entries(self) -> tuple[CaptureEntry, ...]:
        """What was captured, closing whatever is still open as incomplete."""
        with self._lock:
            growing, stored = dict(self._open), dict(self._stored)
        found = []
        for name, (writer, kind, ended) in growing.items():
            writer.close(ended=False)
            found.append(self._entry(name, kind, complete=ended, dropped=writer.dropped))
        found.extend(self._entry(name, kind, complete=True) for name, kind in stored.items())
        return tuple(sorted(found, key=lambda entry: entry.name))

    def _entry(
        self, name: str, schema_name: str, *, complete: bool, dropped: int = 0
    ) -> CaptureEntry:
        path = self.path / name
        return CaptureEntry(
            name=name,
            schema_name=schema_name,
            size=path.stat().st_size,
            sha256=digest_file(path),
            complete=complete,
            dropped=dropped,
        )
