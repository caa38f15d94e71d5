"""Bundles as zip archives: a writer whose bytes depend on content alone, and the way to open one.

Reading in place is `harness.evidence.zip_tree`; nothing is ever extracted.
"""

import os
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Final

from harness.encoding.tree import DirectoryTree, Tree
from harness.errors import EvidenceError
from harness.evidence.names import problems
from harness.evidence.zip_tree import MAX_RATIO, ZipTree

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o100644
_UNIX: Final = 3
_CHUNK: Final = 1024 * 1024


def open_bundle(path: Path) -> Tree:
    """A bundle as a tree: a directory, or a zip that is read in place.

    Raises:
        EvidenceError: neither, or an archive that breaks the profile; names the entry.
    """
    if path.is_dir():
        return DirectoryTree(path)
    if path.is_file():
        return ZipTree(path)
    message = f"{path}: no such bundle"
    raise EvidenceError(message)


def write_zip(tree: Tree, target: Path) -> None:
    """Write ``tree`` as a zip: sorted names, fixed time and mode, nothing of this machine.

    The bytes are the same on every run with the same zlib. The file appears whole or not at all.

    Raises:
        EvidenceError: a name has no place in a bundle, or the file cannot be written.
    """
    names = tree.names()
    for name, problem in problems(names):
        message = f"{tree.label}: {name!r} {problem}"
        raise EvidenceError(message)
    beside = target.with_name(f".{target.name}.partial")
    try:
        with beside.open("wb") as stream:
            with zipfile.ZipFile(stream, "w", allowZip64=False) as archive:
                for name in names:
                    _add(archive, tree, name)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except (OSError, zipfile.LargeZipFile) as error:
        beside.unlink(missing_ok=True)
        message = f"{target}: cannot be written: {error}"
        raise EvidenceError(message) from error


def _add(archive: zipfile.ZipFile, tree: Tree, name: str) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = _UNIX
    info.external_attr = _MODE << 16
    info.compress_type = _method(tree, name)
    info.file_size = tree.size(name)
    with tree.open(name) as source, archive.open(info, "w") as sink:
        shutil.copyfileobj(source, sink, _CHUNK)


def _method(tree: Tree, name: str) -> int:
    """Store what would not shrink, or would shrink so far that readers must take it for a bomb."""
    squeeze = zlib.compressobj(wbits=-15)
    packed = 0
    with tree.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            packed += len(squeeze.compress(chunk))
    packed += len(squeeze.flush())
    size = tree.size(name)
    if packed >= size or size > packed * MAX_RATIO // 2:
        return zipfile.ZIP_STORED
    return zipfile.ZIP_DEFLATED
