"""Writing files that survive a crash, and keeping other writers out."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from harness.errors import EvidenceError, StorageError

LOCK: Final = ".lock"
_WAIT_S: Final = 60.0
_PAUSE_S: Final = 0.05


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only writer in ``folder``; waits a minute for another one. Dies with the process.

    Raises:
        EvidenceError: another writer still holds it.
        StorageError: the folder cannot be written.
    """
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written: {error.strerror}") from error
    try:
        _wait(handle, folder)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, folder: Path) -> None:
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise EvidenceError(f"{folder}: another process is writing there") from error
            time.sleep(_PAUSE_S)
        else:
            return


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless it is there.

    Raises:
        StorageError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be made: {error.strerror}") from error


def write_files(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files below ``folder`` and return once all of them are on the disk.

    They appear one by one: only for what nobody reads before something else points to it.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    touched: set[Path] = set()
    try:
        for name, data in files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data)
            touched.update(parent for parent in path.parents if parent.is_relative_to(folder))
        for each in sorted(touched, reverse=True):
            _sync_folder(each)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written: {error.strerror}") from error


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file so that a crash leaves the old or the new content, under `locked` only.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        _write(beside, data)
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
