"""The public edition of a bundle: the same roots, less content, and views made anew from the rest.

The edition appears whole or not at all: it is built beside its place, put on disk, and renamed. The
folder comes last, so that an edition that was interrupted is simply made again.
"""

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.encoding.tree import DirectoryTree, Tree, copy_file, read
from harness.errors import EvidenceError, UsageError
from harness.evidence.archive import open_bundle, write_zip
from harness.evidence.bag import tag_files
from harness.evidence.description import assessments_in
from harness.evidence.durable import flush, flush_tree
from harness.evidence.leaks import refuse_leaks
from harness.evidence.manifest import (
    Entry,
    MetadataEntry,
    bundle_root,
    disclosed,
    held_back,
    part_roots,
    read_manifest,
)
from harness.evidence.redaction import redact, redaction_of, require_salted_digests
from harness.evidence.scrub import SecretFile
from harness.interpret.survey import read_survey
from harness.model.attestation import EvidencePredicate
from harness.model.disclosure import DisclosureRule, Redaction
from harness.model.layout import MANIFEST, STATEMENT, VIEWS
from harness.report.source import ReportSource
from harness.report.views import write_views
from harness.trust.dsse import MAX_ENVELOPE_BYTES, parse_envelope
from harness.trust.statement import parse_statement
from harness.verify.bundle import verify_bundle
from harness.verify.policy import Policy
from harness.verify.report import Section, StepOutcome

REDACTION: Final = "redaction.json"
"""What the edition holds back, beside its views; and for them, beside what they are made from."""


@dataclass(frozen=True)
class EmbargoedFile:
    """A file under embargo: what a certifier is asked to agree to.

    Attributes:
        file: its name, or its part if the name is withheld.
        leaf: hash of its leaf.
    """

    file: str
    leaf: str
    until: dt.date


@dataclass(frozen=True)
class Edition:
    """An edition that was made.

    Attributes:
        root: root of the bundle: that of every edition of it.
        gated: whether it was searched for the secrets of the run.
    """

    folder: Path
    archive: Path
    root: str
    redaction: Redaction
    embargoes: tuple[EmbargoedFile, ...]
    gated: bool


def make_edition(
    bundle: Path,
    target: Path,
    rules: Sequence[DisclosureRule],
    secrets: SecretFile | None = None,
) -> Edition:
    """Make the edition of ``bundle`` that follows from ``rules``, as folder and as zip.

    Args:
        bundle: a sealed bundle that is whole.
        target: folder to create; the zip gets its name and ``.zip``.
        rules: what to hold back.
        secrets: what must be nowhere in the edition; None = it is not searched.

    Raises:
        UsageError: ``target`` exists, a rule names no file, or the zip's name is taken.
        EvidenceError: the bundle is not whole, a rule names what every edition shows, a secret is
            left, or the edition cannot be written.
    """
    archive = target.with_name(f"{target.name}.zip")
    if target.exists():
        raise UsageError(f"{target}: exists already; an edition is never overwritten")
    tree = open_bundle(bundle)
    _require_whole(tree)
    statement = read(tree, STATEMENT, MAX_ENVELOPE_BYTES)
    predicate = parse_statement(parse_envelope(statement).payload).predicate
    if archive.exists() and not _is_edition_of(archive, statement):
        raise UsageError(f"{archive}: exists already, and is not an edition of this bundle")
    manifest = redact(read_manifest(tree), rules)
    require_salted_digests(tree, manifest)
    partial = target.absolute().with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        _write(tree, partial, manifest, predicate)
        if secrets is not None:
            refuse_leaks(DirectoryTree(partial), secrets)
        flush_tree(partial)
        write_zip(DirectoryTree(partial), archive)
        partial.rename(target)
        flush(target.absolute().parent)
    except OSError as error:
        raise EvidenceError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    told, embargoes = redaction_of(manifest), tuple(_embargoes(manifest))
    gated = secrets is not None
    return Edition(target, archive, predicate.bundle_root, told, embargoes, gated)


def _embargoes(manifest: Sequence[Entry]) -> Iterator[EmbargoedFile]:
    for entry in held_back(manifest):
        if entry.embargo is not None:
            name = entry.path if isinstance(entry, MetadataEntry) else entry.part
            yield EmbargoedFile(name, entry.leaf.hex(), entry.embargo)


def _require_whole(tree: Tree) -> None:
    """Publish nothing that does not verify: the edition would not, either."""
    report = verify_bundle(tree, policy=Policy(integrity_only=True))
    for result in report.steps:
        if result.step.section is Section.INTEGRITY and result.outcome is StepOutcome.FAILED:
            raise EvidenceError(f"{tree.label}: not whole: {result.code}: {result.shown}")


def _is_edition_of(archive: Path, statement: bytes) -> bool:
    """Whether an earlier call, which was interrupted, may have written this zip."""
    try:
        theirs = read(open_bundle(archive), STATEMENT, MAX_ENVELOPE_BYTES)
    except EvidenceError:
        return False
    return parse_envelope(theirs).payload == parse_envelope(statement).payload


def _write(
    tree: Tree, folder: Path, manifest: Sequence[Entry], predicate: EvidencePredicate
) -> None:
    roots = part_roots(manifest)
    if bundle_root(roots) != predicate.bundle_root:
        raise EvidenceError(f"{tree.label}: the edition would have another root")
    beside = [name for name in tree.names() if name.startswith("evb/") and name != MANIFEST]
    for name in (*beside, *(entry.path for entry in disclosed(manifest))):
        copy_file(tree, name, folder / name)
    (folder / MANIFEST).write_bytes(b"".join(entry.line() for entry in manifest))
    if held_back(manifest):
        _write_views(folder, redaction_of(manifest))
    for name, data in tag_files(DirectoryTree(folder), manifest, predicate).items():
        (folder / name).write_bytes(data)


def _write_views(folder: Path, redaction: Redaction) -> None:
    """Make every view from what is in ``folder``, and from nothing else."""
    data = folder / "data"
    assessments = assessments_in(DirectoryTree(data))
    # The views read it beside the documents; nothing that was not signed stays below data/.
    told = data / REDACTION
    told.write_bytes(redaction.to_bytes())
    views = folder / VIEWS.rstrip("/")
    try:
        survey = read_survey(DirectoryTree(data / "survey"))
        write_views(ReportSource(data, survey, assessments, data="../data"), views)
    except ValueError as error:
        raise EvidenceError(f"{folder}: views cannot be made: {error}") from error
    told.replace(views / REDACTION)
