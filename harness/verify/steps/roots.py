"""Steps "statement" and "bag": signed roots and tag files against the manifest."""

from harness.encoding.tree import read
from harness.errors import EvidenceError, VerificationError
from harness.evidence.bag import tag_files
from harness.evidence.manifest import Entry, bundle_root, part_roots, read_manifest
from harness.model.attestation import EvidencePredicate
from harness.model.layout import MANIFEST, STATEMENT
from harness.trust.statement import parse_statement
from harness.verify.context import Context
from harness.verify.report import StepFailed
from harness.verify.steps.files import compare_files


def check_statement(context: Context) -> str:
    """The statement can be read, and its roots and counts are those of the manifest."""
    try:
        context.predicate_read = parse_statement(context.envelope.payload).predicate
    except VerificationError as error:
        raise StepFailed("E-STATEMENT", f"{STATEMENT}: {error}", "profile evb/1") from error
    try:
        context.manifest_read = read_manifest(context.tree)
    except EvidenceError as error:
        raise StepFailed("E-MANIFEST", str(error), "one canonical entry a line") from error
    compare_files(context)  # from here on, in the background
    return _compare_roots(context.predicate, context.manifest)


def _compare_roots(predicate: EvidencePredicate, manifest: tuple[Entry, ...]) -> str:
    parts = part_roots(manifest)
    if predicate.leaves != len(manifest):
        raise StepFailed(
            "E-ROOT",
            f"{MANIFEST} has {len(manifest)} entries",
            f"{predicate.leaves} as the statement says",
        )
    for part in parts:
        if part not in predicate.parts:
            raise StepFailed(
                "E-ROOT",
                f"{MANIFEST}: part {part.part} has root {part.root} over {part.leaves} files",
                "the root that was signed",
            )
    if parts != predicate.parts or bundle_root(parts) != predicate.bundle_root:
        raise StepFailed("E-ROOT", f"{MANIFEST}: root {bundle_root(parts)}", predicate.bundle_root)
    return f"root {predicate.bundle_root} over {predicate.leaves} files"


def check_bag(context: Context) -> str:
    """The tag files are byte by byte those that follow from manifest and statement."""
    made = tag_files(context.tree, context.manifest, context.predicate)
    for name, data in made.items():
        if read(context.tree, name) != data:
            raise StepFailed(
                "E-BAG", f"{name} is changed", "the tag file that follows from the manifest"
            )
    return f"{len(made)} tag files"
