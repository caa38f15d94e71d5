"""Putting files on disk before they get the name under which they are looked for."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read: a crash leaves the old one or the new one.

    Raises:
        OSError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.partial")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)


def flush_tree(folder: Path) -> None:
    """Put a whole tree on disk; each wait is for the disk, so many at once.

    Raises:
        OSError: the disk does not take it.
    """
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(flush, [*folder.rglob("*"), folder]))


def flush(path: Path) -> None:
    """Put one file or folder on disk; a folder's names are its content.

    Raises:
        OSError: the disk does not take it.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
