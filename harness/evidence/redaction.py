"""Selective disclosure: which files of a sealed bundle an edition shows, and how that is written.

Nothing that was signed changes: every leaf of the new manifest hashes to what it was. Salts over
what is held back stay behind, since with them a short content could be guessed from its commitment.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from harness.encoding.tree import Tree, read
from harness.errors import CaptureError, EvidenceError, UsageError
from harness.evidence.manifest import (
    Entry,
    HeldBack,
    ManifestEntry,
    MetadataEntry,
    WithheldEntry,
    held_back,
)
from harness.model.disclosure import (
    NEVER_HELD_BACK,
    DisclosureRule,
    FileClass,
    HeldFiles,
    Level,
    Redaction,
)
from harness.model.record import AttemptRecord

VIEWS_ANEW: Final = "made anew in views/ from what this edition shows"
"""Why the sealed views are not in an edition that holds something back."""
_IDENTITY: Final = re.compile(r"data/survey/[^/]+/[^/]+/identity/[^/]+/facts\.json")
_SHOWN: Final = 5
_GLOB: Final = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_GLOBS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def never_held_back(file_class: FileClass, path: str) -> bool:
    """Whether every edition shows this file in full: what was tested, how, and what came out."""
    return file_class in NEVER_HELD_BACK or bool(_IDENTITY.fullmatch(path))


def least_level(file_class: FileClass, part: str) -> Level:
    """The least that may be shown of a file that may be held back.

    Records name every file of the survey, so that hiding a name there could only hide a record.
    """
    nameless = (part == "rest" and file_class == "report") or (
        part.startswith("assessments/") and file_class == "allure"
    )
    return Level.WITHHELD if nameless else Level.METADATA


def redact(manifest: Sequence[Entry], rules: Sequence[DisclosureRule]) -> tuple[Entry, ...]:
    """The manifest of an edition made by ``rules``; the first rule that names a file counts.

    What an earlier edition held back stays so. Once something is held back, the sealed views are,
    too: they may quote it.

    Raises:
        UsageError: a rule names no file of the bundle.
        EvidenceError: a rule names files that every edition shows.
    """
    matchers = [(_matcher(rule.files), rule) for rule in rules]
    unused = {rule.files for rule in rules}
    refused: list[str] = []
    made: list[Entry] = []
    for entry in manifest:
        rule = _rule_for(entry, matchers, unused)
        if rule is None or rule.level is Level.FULL or not isinstance(entry, ManifestEntry):
            made.append(entry)
        elif never_held_back(entry.file_class, entry.path):
            refused.append(entry.path)
        else:
            made.append(_lowered(entry, rule))
    if refused:
        more = f" and {len(refused) - _SHOWN} more" if len(refused) > _SHOWN else ""
        raise EvidenceError(
            f"cannot be held back: {', '.join(refused[:_SHOWN])}{more}: every edition shows "
            "verdicts, plans, records, the dossier, the DUT's identity and the bench"
        )
    if unused:
        raise UsageError(f"{min(unused)}: the bundle has no such file that could be held back")
    return tuple(_without_views(made))


def _rule_for(
    entry: Entry,
    matchers: Iterable[tuple[Callable[[str], object], DisclosureRule]],
    unused: set[str],
) -> DisclosureRule | None:
    if not isinstance(entry, ManifestEntry):
        return None
    for matches, rule in matchers:
        if matches(entry.path):
            unused.discard(rule.files)
            return rule
    return None


def _matcher(files: str) -> Callable[[str], object]:
    glob = files if files.startswith("data/") else f"data/{files}"
    pieces = (_GLOBS.get(piece, re.escape(piece)) for piece in _GLOB.findall(glob))
    return re.compile("".join(pieces)).fullmatch


def _lowered(entry: ManifestEntry, rule: DisclosureRule) -> HeldBack:
    if rule.level is Level.WITHHELD is least_level(entry.file_class, entry.part):
        return WithheldEntry(
            file_class=entry.file_class,
            part=entry.part,
            meta_commitment=entry.meta_commitment,
            content_commitment=entry.content_commitment,
            reason=rule.reason,
            embargo=rule.embargo,
        )
    return MetadataEntry(
        file_class=entry.file_class,
        path=entry.path,
        size=entry.size,
        salt_m=entry.salt_m,
        content_commitment=entry.content_commitment,
        reason=rule.reason,
        embargo=rule.embargo,
    )


def _without_views(manifest: Sequence[Entry]) -> Iterable[Entry]:
    if not held_back(manifest):
        return manifest
    rule = DisclosureRule(files="report/**", level=Level.METADATA, reason=VIEWS_ANEW)
    return (
        _lowered(entry, rule)
        if isinstance(entry, ManifestEntry) and entry.file_class == "report"
        else entry
        for entry in manifest
    )


def require_salted_digests(tree: Tree, manifest: Iterable[Entry]) -> None:
    """Refuse to hold back captures whose bare digest a record of the bundle shows.

    Raises:
        EvidenceError: the bundle was sealed before digests in records were salted.
    """
    for entry in held_back(manifest):
        if entry.file_class != "capture" or not isinstance(entry, MetadataEntry):
            continue
        folder, _, name = entry.path.rpartition("/")
        try:
            attempt = AttemptRecord.from_bytes(read(tree, f"{folder}/attempt.json"))
        except (CaptureError, ValueError) as error:
            raise EvidenceError(f"{tree.label}: {folder}/attempt.json: {error}") from error
        if any(capture.name == name and capture.sha256 for capture in attempt.captures):
            raise EvidenceError(
                f"{tree.label}: {folder}/attempt.json shows the digest of {name}, from which a "
                "short content can be guessed; seal the run anew with this version"
            )


def redaction_of(manifest: Sequence[Entry]) -> Redaction:
    """What an edition with this manifest holds back, counted."""
    held = held_back(manifest)
    groups = Counter((e.file_class, e.level, e.reason, e.embargo) for e in held)
    return Redaction(
        full=len(manifest) - len(held),
        metadata=sum(entry.level is Level.METADATA for entry in held),
        withheld=sum(entry.level is Level.WITHHELD for entry in held),
        embargoed=sum(entry.embargo is not None for entry in held),
        held=tuple(
            HeldFiles(count=count, file_class=name, level=level, reason=reason, embargo=embargo)
            for (name, level, reason, embargo), count in sorted(
                groups.items(), key=lambda group: tuple(map(str, group[0]))
            )
        ),
    )
