"""Putting files on disk before they get the name under which they are looked for."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


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
