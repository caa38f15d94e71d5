"""A tree of named files that is read in place: a directory here, a zip archive in ``evidence``.

Names are relative, use ``/``, and never leave the tree. Readers ask a `Tree` and so work on a run
directory, on an unpacked bundle and on a zip alike, without extracting anything.
"""

import os
import shutil
import stat
from pathlib import Path
from typing import IO, Final, NoReturn, Protocol

from harness.errors import EvidenceError

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_DOCUMENT_BYTES = 32 * 1024 * 1024
"""Of a JSON document, which takes many times its size once it is read."""
"""Largest file that is ever read whole into memory."""
_NO_NAMES: Final = frozenset({"", ".", ".."})


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


def read(tree: Tree, name: str, limit: int | None = None) -> bytes:
    """Read one file whole, refusing more than ``limit`` bytes.

    Without a limit that of documents counts for ``.json``, that of files for all else.

    Raises:
        EvidenceError: missing, or larger than ``limit``.
    """
    if limit is None:
        limit = MAX_DOCUMENT_BYTES if name.endswith(".json") else MAX_FILE_BYTES
    size = tree.size(name)
    if size <= limit:
        with tree.open(name) as stream:
            data = stream.read(size + 1)
            if len(data) > size:  # It grew. To ask for the limit at once would make room for it.
                data += stream.read(limit + 1 - len(data))
        if len(data) <= limit:
            return data
    message = f"{tree.label}: {name} is larger than {limit} bytes"
    raise EvidenceError(message)


def copy_file(tree: Tree, name: str, target: Path) -> None:
    """Write a file of a tree as ``target``, which must not exist; its folders are made.

    Raises:
        EvidenceError: the file is missing or damaged.
        OSError: it cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tree.open(name) as source, target.open("xb") as sink:
        shutil.copyfileobj(source, sink)


class DirectoryTree:
    """A directory read in place. A link or a special file in it is an error, never followed."""

    def __init__(self, root: Path) -> None:
        """View ``root``, which must be a directory."""
        if not root.is_dir():
            message = f"{root}: not a directory"
            raise EvidenceError(message)
        self._root = root
        self._prefix = f"{root}/"
        self._folders = {""}

    @property
    def label(self) -> str:
        """The directory's path."""
        return str(self._root)

    def names(self) -> tuple[str, ...]:
        """Every regular file below the root, sorted by name."""
        found: list[str] = []
        folders = [""]
        while folders:
            prefix = folders.pop()
            for entry in self._entries(prefix):
                name = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{name}/")
                elif entry.is_file(follow_symlinks=False):
                    found.append(name)
                else:
                    message = f"{entry.path}: a link or special file has no place in evidence"
                    raise EvidenceError(message)
        return tuple(sorted(found))

    def _entries(self, prefix: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(f"{self._prefix}{prefix}") as entries:
                return list(entries)
        except OSError as error:
            message = f"{self._prefix}{prefix}: cannot be read: {error.strerror}"
            raise EvidenceError(message) from error

    def _path(self, name: str) -> str:
        """Where the file of this name must be; its folders are inside the tree and no links."""
        folder, slash, last = name.rpartition("/")
        folder += slash
        if last in _NO_NAMES or "\\" in name or "\0" in name:
            self._refuse(name)
        if folder not in self._folders:
            self._check_folder(folder, name)
        return f"{self._prefix}{name}"

    def _check_folder(self, folder: str, name: str) -> None:
        """Look at each part once; a tree that is read does not change."""
        path = self._prefix
        for part in folder[:-1].split("/"):
            if part in _NO_NAMES:
                self._refuse(name)
            path += part
            if stat.S_ISLNK(self._lstat(path, name).st_mode):
                message = f"{path}: a link has no place in evidence"
                raise EvidenceError(message)
            path += "/"
        self._folders.add(folder)

    def _refuse(self, name: str) -> NoReturn:
        message = f"{self.label}: not a name inside the tree: {name!r}"
        raise EvidenceError(message)

    def _lstat(self, path: str, name: str) -> os.stat_result:
        try:
            return os.lstat(path)
        except (OSError, ValueError) as error:  # not there, or not a name that can be
            message = f"{self.label}: no file {name!r}"
            raise EvidenceError(message) from error

    def _file(self, name: str) -> tuple[str, int]:
        """Path and size of a regular file."""
        path = self._path(name)
        found = self._lstat(path, name)
        if stat.S_ISLNK(found.st_mode):
            message = f"{path}: a link has no place in evidence"
            raise EvidenceError(message)
        if not stat.S_ISREG(found.st_mode):
            message = f"{self.label}: no file {name!r}"
            raise EvidenceError(message)
        return path, found.st_size

    def size(self, name: str) -> int:
        """Size in bytes."""
        return self._file(name)[1]

    def open(self, name: str) -> IO[bytes]:
        """Open for reading."""
        path = self._file(name)[0]
        try:
            return open(path, "rb")  # noqa: PTH123  (thousands of files)
        except OSError as error:
            message = f"{self.label}: {name!r} cannot be read: {error.strerror}"
            raise EvidenceError(message) from error


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
