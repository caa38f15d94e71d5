"""Step "files": every file against its manifest entry, and what became of those that differ."""

from collections.abc import Sequence

from harness.encoding.tree import Tree
from harness.evidence.manifest import ManifestEntry, disclosed, file_digest
from harness.verify.comparison import Comparison
from harness.verify.context import Context
from harness.verify.report import StepFailed

_SHOWN = 10


def compare_files(context: Context) -> Comparison:
    """The comparison of the files that are there with the manifest; it begins when first asked for.

    Raises:
        StepSkipped: there is no manifest that could be read.
    """
    if context.comparison is None:
        listed = {entry.path: entry for entry in disclosed(context.manifest)}
        there = [listed[name] for name in context.tree.names() if name in listed]
        context.comparison = Comparison(context.tree, there)
    return context.comparison


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
    changed = compare_files(context).changed()
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
    return f"{len(listed)} files, {sum(entry.size for entry in listed.values())} bytes"


def _renamed(
    tree: Tree, missing: Sequence[ManifestEntry], added: Sequence[str]
) -> list[tuple[str, str]]:
    """Missing files whose content turned up under another name."""
    by_size = {entry.size for entry in missing}
    contents = {file_digest(tree, name): name for name in added if tree.size(name) in by_size}
    return [
        (entry.path, contents.pop(entry.sha256)) for entry in missing if entry.sha256 in contents
    ]
