"""Putting signatures, certificates, time-stamps and proofs beside the data of a sealed bundle.

What is sealed stays as it is: the files below ``data/`` and the manifest are never touched. Whoever
looks at the bundle at any moment, or after a crash, sees all of the change or nothing of it.
"""

import ctypes
import errno
import fcntl
import io
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from harness.encoding.tree import Tree, copy_file
from harness.errors import EvidenceError, UsageError
from harness.evidence.archive import open_bundle, write_zip
from harness.evidence.bag import TAG_FILES, TAGS, tag_manifest
from harness.evidence.durable import flush, flush_tree
from harness.evidence.names import problem_of
from harness.model.layout import MANIFEST, STATEMENT, may_stand_in

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


def amend(bundle: Path, changes: Mapping[str, bytes], out: Path | None = None) -> Path:
    """Add or replace files beside ``data/`` and make the tag manifest anew.

    Args:
        bundle: a bundle, as a folder or a zip.
        changes: name and new content of each file; names as in `harness.model.layout`.
        out: write a new bundle there, a zip if the name ends in ``.zip``; None changes ``bundle``
            itself, at one stroke.

    Returns:
        The path of the amended bundle.

    Raises:
        UsageError: ``out`` exists, or a name has no place beside the data.
        EvidenceError: not a bundle, it cannot be written, or its file system cannot exchange two
            folders at one stroke; ``out`` helps then.
    """
    for name in changes:
        _check_name(name)
    if out is not None and out.exists():
        raise UsageError(f"{out}: exists already; a bundle is never overwritten")
    target = out or bundle
    try:
        with _alone_in(target.absolute().parent):
            amended = Amended(_opened(bundle), changes)
            if _is_zip(bundle, out):
                write_zip(amended, target)
                flush(target.absolute().parent)
            else:
                _write_folder(amended, target, bundle)
    except OSError as error:
        raise EvidenceError(f"{target}: cannot be written: {error.strerror}") from error
    return target


def _check_name(name: str) -> None:
    if name == MANIFEST or not may_stand_in(name) or problem_of(name):
        raise UsageError(f"{name!r}: cannot be added to a bundle or changed in it")


def _is_zip(bundle: Path, out: Path | None) -> bool:
    return bundle.is_file() if out is None else out.suffix == ".zip"


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let nobody else amend a bundle in this folder meanwhile: two would undo each other."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _opened(bundle: Path) -> Tree:
    tree = open_bundle(bundle)
    lacking = {MANIFEST, STATEMENT, *TAG_FILES} - set(tree.names())
    if lacking:
        raise EvidenceError(f"{bundle}: not a bundle: it has no {min(lacking)}")
    return tree


class Amended:
    """A bundle as it will be: some files replaced or added, and the tag manifest of that."""

    def __init__(self, tree: Tree, changes: Mapping[str, bytes]) -> None:
        """View ``tree`` with ``changes``, names and contents of files."""
        self._tree = tree
        self.changed = dict(changes)
        self.changed[TAGS] = tag_manifest(self)

    @property
    def label(self) -> str:
        """What the bundle is called."""
        return self._tree.label

    def names(self) -> tuple[str, ...]:
        """Names of all files, sorted."""
        return tuple(sorted({*self._tree.names(), *self.changed}))

    def size(self, name: str) -> int:
        """Bytes in a file."""
        data = self.changed.get(name)
        return self._tree.size(name) if data is None else len(data)

    def open(self, name: str) -> IO[bytes]:
        """A file's content as a stream."""
        data = self.changed.get(name)
        return self._tree.open(name) if data is None else io.BytesIO(data)


def _write_folder(amended: Amended, target: Path, bundle: Path) -> None:
    """Build the folder beside its place and move it there, or exchange it with the old one."""
    in_place = target == bundle
    beside = target.absolute().with_name(f".{target.absolute().name}.amended")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(mode=_mode(bundle))
        for name in amended.names():
            _place(amended, name, beside, bundle if in_place else None)
        _copy_modes(bundle, beside)
        flush_tree(beside)
        if in_place:
            _exchange(beside, bundle)
        else:
            beside.rename(target)
        flush(beside.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _place(amended: Amended, name: str, folder: Path, linked: Path | None) -> None:
    """Write one file; what stays as it is in place is linked, since it may be large."""
    if linked is None or name in amended.changed:
        copy_file(amended, name, folder / name)
        return
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    os.link(linked / name, folder / name, follow_symlinks=False)


def _mode(bundle: Path) -> int:
    """Who may look into the folder: a laboratory's own edition stays as closed as it was."""
    return bundle.stat().st_mode & 0o7777 if bundle.is_dir() else 0o777


def _copy_modes(source: Path, target: Path) -> None:
    if source.is_dir():
        for folder in (path for path in target.rglob("*") if path.is_dir()):
            like = source / folder.relative_to(target)
            folder.chmod(_mode(like if like.is_dir() else source))


def _exchange(new: Path, old: Path) -> None:
    """Swap the names of two folders: at every moment each name stands for a whole one."""
    libc = ctypes.CDLL(None, use_errno=True)
    call = getattr(libc, "renameat2", None)
    names = os.fsencode(new), os.fsencode(old.absolute())
    if call is not None and not call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE):
        return
    number = ctypes.get_errno() if call is not None else errno.ENOSYS
    raise EvidenceError(
        f"{old}: cannot be changed at one stroke here ({os.strerror(number)}); "
        "name a new bundle with -o"
    )
