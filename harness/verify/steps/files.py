"""Step "files": every file against its manifest entry, and what became of those that differ."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from harness.encoding.tree import Tree
from harness.errors import EvidenceError
from harness.evidence.manifest import ManifestEntry, disclosed, file_digest
from harness.verify.context import Context
from harness.verify.report import StepFailed

_SHOWN = 10
_BUFFER_BYTES = 256 * 1024
_BATCH_BYTES = 8 * 1024 * 1024
_BATCH_FILES = 64


def check_files(context: Context) -> str:
    """Compare every file below ``data/`` with the manifest; what it holds back is not there.

    Raises:
        StepFailed: naming each file that is changed, missing, added or renamed.
    """
    tree = context.tree
    listed = {entry.path: entry for entry in disclosed(context.manifest)}
    present = {name for name in tree.names() if name.startswith("data/")}
    missing = sorted(set(listed) - present)
    added = sorted(present - set(listed))
    known = [listed[name] for name in sorted(present & set(listed))]
    changed = _changed(tree, known)
    renamed = _renamed(tree, [listed[name] for name in missing], added)
    gone = {old for old, _ in renamed}
    came = {new for _, new in renamed}
    problems = [("E-FILE-CHANGED", problem) for problem in changed]
    problems += [("E-FILE-RENAMED", f"renamed: {old} is now {new}") for old, new in renamed]
    problems += [("E-FILE-MISSING", f"missing: {name}") for name in missing if name not in gone]
    problems += [("E-FILE-ADDED", f"added: {name}") for name in added if name not in came]
    if problems:
        shown = "; ".join(text for _, text in problems[:_SHOWN])
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise StepFailed(problems[0][0], shown + more, "the files that were signed")
    return f"{len(known)} files, {sum(entry.size for entry in known)} bytes"


def _changed(tree: Tree, entries: Sequence[ManifestEntry]) -> list[str]:
    """What is wrong with files that are there, in the order of the entries.

    Each thread takes the next batch when it is done with one, large files first, and hashes into a
    buffer of its own: hand-overs and allocations would cost as much as hashing small files does.
    """
    largest_first = sorted(entries, key=lambda entry: -entry.size)
    found: dict[str, str] = {}

    def compare(batch: Sequence[ManifestEntry]) -> None:
        buffer = memoryview(bytearray(_BUFFER_BYTES))
        for entry in batch:
            problem = _compare(tree, entry, buffer)
            if problem:
                found[entry.path] = problem

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for done in [pool.submit(compare, batch) for batch in _batches(largest_first)]:
            done.result()
    return [found[entry.path] for entry in entries if entry.path in found]


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


def _compare(tree: Tree, entry: ManifestEntry, buffer: memoryview) -> str | None:
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


def _renamed(
    tree: Tree, missing: Sequence[ManifestEntry], added: Sequence[str]
) -> list[tuple[str, str]]:
    """Missing files whose content turned up under another name."""
    by_size = {entry.size for entry in missing}
    contents = {file_digest(tree, name): name for name in added if tree.size(name) in by_size}
    return [
        (entry.path, contents.pop(entry.sha256)) for entry in missing if entry.sha256 in contents
    ]
