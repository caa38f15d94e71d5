"""Step "files": every file against its manifest entry, and what became of those that differ."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from harness.encoding.tree import Tree
from harness.errors import EvidenceError
from harness.evidence.manifest import ManifestEntry, file_digest
from harness.verify.context import Context
from harness.verify.report import StepFailed

_SHOWN = 10


def check_files(context: Context) -> str:
    """Compare every file below ``data/`` with the manifest.

    Raises:
        StepFailed: naming each file that is changed, missing, added or renamed.
    """
    tree = context.tree
    listed = {entry.path: entry for entry in context.manifest}
    present = {name for name in tree.names() if name.startswith("data/")}
    missing = sorted(set(listed) - present)
    added = sorted(present - set(listed))
    known = [listed[name] for name in sorted(present & set(listed))]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        changed = [problem for problem in pool.map(lambda e: _compare(tree, e), known) if problem]
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


def _compare(tree: Tree, entry: ManifestEntry) -> str | None:
    try:
        if tree.size(entry.path) != entry.size:
            return f"changed: {entry.path} has {tree.size(entry.path)} bytes, not {entry.size}"
        if file_digest(tree, entry.path) != entry.sha256:
            return f"changed: {entry.path}"
    except EvidenceError as error:
        return f"damaged: {error}"
    return None


def _renamed(
    tree: Tree, missing: Sequence[ManifestEntry], added: Sequence[str]
) -> list[tuple[str, str]]:
    """Missing files whose content turned up under another name."""
    by_size = {entry.size for entry in missing}
    contents = {file_digest(tree, name): name for name in added if tree.size(name) in by_size}
    return [
        (entry.path, contents.pop(entry.sha256)) for entry in missing if entry.sha256 in contents
    ]
