"""Files against their manifest entries, by threads of their own while other steps are looked at.

Hashing is most of a verification's work and leaves the interpreter free, so that documents are read
meanwhile. A single large file is hashed by one thread; no hash of one stream can be shared out.
"""

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from harness.encoding.tree import Tree
from harness.errors import EvidenceError
from harness.evidence.manifest import ManifestEntry

_BUFFER_BYTES: Final = 1024 * 1024
_SWITCH_S: Final = 0.0005
"""How long the interpreter may keep a thread that has hashed a piece waiting for its next."""
_BATCH_BYTES: Final = 8 * 1024 * 1024
_BATCH_FILES: Final = 64


class Comparison:
    """A comparison that runs; `changed` waits for it."""

    def __init__(self, tree: Tree, entries: Sequence[ManifestEntry]) -> None:
        """Begin to compare the files of ``entries``, which are all there, largest first.

        Each thread takes the next batch when it is done with one, and hashes into a buffer of its
        own: hand-overs and allocations would cost as much as hashing small files does.
        """
        self._tree = tree
        self._entries = entries
        self._found: dict[str, str] = {}
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_S)
        self._pool = ThreadPoolExecutor(max_workers=os.cpu_count() or 1)
        batches = _batches(sorted(entries, key=lambda entry: -entry.size))
        self._running = [self._pool.submit(self._compare, batch) for batch in batches]

    def changed(self) -> list[str]:
        """What is wrong with files, in the order of the entries."""
        for batch in self._running:
            batch.result()
        return [self._found[entry.path] for entry in self._entries if entry.path in self._found]

    def close(self) -> None:
        """Stop: batches that did not begin never will."""
        self._pool.shutdown(cancel_futures=True)
        sys.setswitchinterval(self._switch_s)

    def _compare(self, batch: Sequence[ManifestEntry]) -> None:
        buffer = memoryview(bytearray(_BUFFER_BYTES))
        for entry in batch:
            problem = _problem(self._tree, entry, buffer)
            if problem:
                self._found[entry.path] = problem


def _batches(entries: Sequence[ManifestEntry]) -> Iterator[list[ManifestEntry]]:
    """Runs of entries that together are worth a hand-over to a thread."""
    batch: list[ManifestEntry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += entry.size
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield batch
            batch, size = [], 0
    yield batch


def _problem(tree: Tree, entry: ManifestEntry, buffer: memoryview) -> str | None:
    try:
        if _is_entry(tree, entry, buffer):
            return None
        size = tree.size(entry.path)
        if size != entry.size:
            return f"changed: {entry.path} has {size} bytes, not {entry.size}"
    except EvidenceError as error:
        return f"damaged: {error}"
    return f"changed: {entry.path}"


def _is_entry(tree: Tree, entry: ManifestEntry, buffer: memoryview) -> bool:
    """Whether a file has the size and digest of its entry; of a longer one, not all is read."""
    digest, left = hashlib.sha256(), entry.size
    with tree.open(entry.path) as stream:
        while count := stream.readinto(buffer):  # type: ignore[attr-defined]  # buffered readers
            left -= count
            if left < 0:
                return False
            digest.update(buffer[:count])
    return left == 0 and digest.hexdigest() == entry.sha256
