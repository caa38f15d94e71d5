"""A tree of named files that is read in place: a directory here, a zip archive in ``evidence``.

Names are relative, use ``/``, and never leave the tree. Readers ask a `Tree` and so work on a run
directory, on an unpacked bundle and on a zip alike, without extracting anything.
"""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from harness.errors import EvidenceError

MAX_FILE_BYTES = 256 * 1024 * 1024
"""Largest file that is ever read whole into memory."""


class Tree(Protocol):
    """Read-only view of named files."""

    @property
    def label(self) -> str:
        """How a person calls this tree in an error message."""
        ...

    def names(self) -> tuple[str, ...]:
        """Every file's name, sorted."""
        ...

    def size(self, name: str) -> int:
        """Size in bytes. Raises EvidenceError if there is no such file."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """Open for streaming. Raises EvidenceError if there is no such file."""
        ...


def read(tree: Tree, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
    """Read one file whole, refusing more than ``limit`` bytes.

    Raises:
        EvidenceError: missing, or larger than ``limit``.
    """
    if tree.size(name) > limit:
        message = f"{tree.label}: {name} is larger than {limit} bytes"
        raise EvidenceError(message)
    with tree.open(name) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        message = f"{tree.label}: {name} is larger than {limit} bytes"
        raise EvidenceError(message)
    return data


class DirectoryTree:
    """A directory read in place. A link or a special file in it is an error, never followed."""

    def __init__(self, root: Path) -> None:
        """View ``root``, which must be a directory."""
        if not root.is_dir():
            message = f"{root}: not a directory"
            raise EvidenceError(message)
        self._root = root

    @property
    def label(self) -> str:
        """The directory's path."""
        return str(self._root)

    def names(self) -> tuple[str, ...]:
        """Every regular file below the root, sorted by name."""
        return tuple(sorted(self._walk(self._root)))

    def _walk(self, folder: Path) -> Iterator[str]:
        for entry in folder.iterdir():
            mode = entry.lstat().st_mode
            if stat.S_ISDIR(mode):
                yield from self._walk(entry)
            elif stat.S_ISREG(mode):
                yield entry.relative_to(self._root).as_posix()
            else:
                message = f"{entry}: a link or special file has no place in evidence"
                raise EvidenceError(message)

    def _path(self, name: str) -> Path:
        path = self._root
        for part in name.split("/"):
            if part in {"", ".", ".."} or "\\" in part or "\0" in part:
                message = f"{self.label}: not a name inside the tree: {name!r}"
                raise EvidenceError(message)
            path = path / part
            if path.is_symlink():
                message = f"{path}: a link has no place in evidence"
                raise EvidenceError(message)
        if not path.is_file():
            message = f"{self.label}: no file {name!r}"
            raise EvidenceError(message)
        return path

    def size(self, name: str) -> int:
        """Size in bytes."""
        return self._path(name).stat().st_size

    def open(self, name: str) -> IO[bytes]:
        """Open for reading."""
        return self._path(name).open("rb")


class SubTree:
    """The part of a tree below one folder, with names relative to it."""

    def __init__(self, tree: Tree, folder: str) -> None:
        """View ``folder`` (no trailing slash) of ``tree``."""
        self._tree = tree
        self._prefix = folder + "/"

    @property
    def label(self) -> str:
        """The tree's label with the folder."""
        return f"{self._tree.label}/{self._prefix[:-1]}"

    def names(self) -> tuple[str, ...]:
        """Names below the folder, relative to it."""
        cut = len(self._prefix)
        return tuple(name[cut:] for name in self._tree.names() if name.startswith(self._prefix))

    def size(self, name: str) -> int:
        """Size in bytes."""
        return self._tree.size(self._prefix + name)

    def open(self, name: str) -> IO[bytes]:
        """Open for streaming."""
        return self._tree.open(self._prefix + name)
