"""Sealing: a scrubbed survey, its assessments and reports become one signed bundle.

The bundle appears whole or not at all: it is built beside its target and renamed. Salts and the
signature are drawn once per content and kept in the run directory, so that sealing the same content
again gives the same bytes.
"""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pydantic import ValidationError

from harness.encoding.canonical import sha256_hex
from harness.encoding.tree import DirectoryTree, SubTree, Tree, copy_file
from harness.errors import CaptureError, EvidenceError
from harness.evidence.bag import tag_files
from harness.evidence.capture_digests import hide_digests
from harness.evidence.description import describe
from harness.evidence.durable import flush, flush_tree, write_private
from harness.evidence.job_check import require_job
from harness.evidence.leaks import refuse_leaks
from harness.evidence.manifest import (
    ManifestEntry,
    SaltSource,
    bundle_root,
    disclosed,
    held_back,
    make_manifest,
    part_roots,
    read_manifest,
)
from harness.evidence.names import problems
from harness.evidence.scrub import SecretFile, load_secrets
from harness.model.attestation import EvidencePredicate
from harness.model.layout import MANIFEST, SIGNER, STATEMENT, TEST_RESULT
from harness.model.states import Purpose

_SEED: Final = "salt-seed"
_SEED_BYTES: Final = 32


class Signer(Protocol):
    """Signs what is said of a bundle (`harness.trust.statement.LabSigner`)."""

    @property
    def key_id(self) -> str:
        """Id of the key."""
        ...

    @property
    def public_pem(self) -> bytes:
        """The public key as PEM."""
        ...

    def payload(self, predicate: EvidencePredicate) -> bytes:
        """The exact bytes that `attest` would sign."""
        ...

    def attest(self, predicate: EvidencePredicate) -> bytes:
        """A signed envelope about ``predicate``, as a file."""
        ...

    def attest_result(self, predicate: EvidencePredicate) -> bytes:
        """The results as an in-toto ``test-result``, signed, as a file."""
        ...


@dataclass(frozen=True)
class SealedBundle:
    """A bundle that was sealed: where it lies and what the statement says of it."""

    path: Path
    predicate: EvidencePredicate

    @property
    def name(self) -> str:
        """The name that follows from its content: ``evb-`` and the start of its root."""
        return bundle_name(self.predicate.bundle_root)


def bundle_name(root: str) -> str:
    """The name of a bundle with this root: ``evb-`` and the start of it."""
    return f"evb-{root[:16]}"


def seal(  # noqa: PLR0913  (the pieces of a bundle, by keyword)
    run: Path,
    target: Path,
    *,
    twin: Path,
    assessments: Path,
    report: Path | None = None,
    signer: Signer,
    purpose: Purpose,
    earlier: Tree | None = None,
) -> SealedBundle:
    """Seal a run as the bundle directory ``target``, which must not exist.

    A survey or an assessment that is not complete makes the bundle ``partial``; there is no way to
    seal it as full.

    Args:
        run: the run directory; its ``private/`` gives the secrets to look for and keeps the salts.
        target: the bundle to write.
        twin: the scrubbed twin of the survey.
        assessments: folder of assessments judged on the twin (``<framework>@<version>/``).
        report: folder of reports, if any.
        signer: signs the statement.
        purpose: what the run was made for; never ``test`` if the survey says otherwise.
        earlier: a bundle of the same survey, to which assessments are added: unchanged files keep
            its salts, and so the survey keeps its root.

    Raises:
        EvidenceError: a secret is left (names file and kind), a document is missing or wrong, the
            purpose is not the survey's, a test's job record has gaps (names them with their
            clauses of ISO/IEC 17025), or the target exists.
    """
    if target.exists():
        message = f"{target}: exists already; a bundle is never overwritten"
        raise EvidenceError(message)
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        _copy(DirectoryTree(twin), partial / "data" / "survey")
        _copy(DirectoryTree(assessments), partial / "data" / "assessments")
        if report is not None:
            _copy(DirectoryTree(report), partial / "data" / "report")
        predicate = _complete(partial, run / "private", signer, purpose, earlier)
        flush_tree(partial)
        partial.replace(target)
        flush(target.parent)
    except OSError as error:
        message = f"{target}: cannot be written: {error}"
        raise EvidenceError(message) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return SealedBundle(target, predicate)


def _copy(source: Tree, target: Path) -> None:
    for name in source.names():
        copy_file(source, name, target / name)


def _complete(
    bundle: Path, private: Path, signer: Signer, purpose: Purpose, earlier: Tree | None
) -> EvidencePredicate:
    """Add everything beside ``data/``: manifest, statement, public key and tag files."""
    tree = DirectoryTree(bundle)
    for name, problem in problems(tree.names()):
        message = f"{bundle}: {name!r} {problem}"
        raise EvidenceError(message)
    secret_file = load_secrets(private / "secrets.json")
    refuse_leaks(tree, secret_file)
    salts = SaltSource(_salt_seed(private), _entries_of(earlier) if earlier else ())
    if earlier is None:
        hide_digests(bundle / "data" / "survey", salts)
    manifest = make_manifest(tree, salts)
    predicate = _predicate(SubTree(tree, "data"), manifest, purpose)
    (bundle / "evb").mkdir()
    (bundle / MANIFEST).write_bytes(b"".join(entry.line() for entry in manifest))
    (bundle / STATEMENT).write_bytes(_signed(private, signer, predicate, "statement"))
    (bundle / TEST_RESULT).write_bytes(_signed(private, signer, predicate, "test-result"))
    (bundle / SIGNER).write_bytes(signer.public_pem)
    for name, data in tag_files(tree, manifest, predicate).items():
        (bundle / name).write_bytes(data)
    _refuse_leaks_beside(tree, secret_file)
    return predicate


def _entries_of(earlier: Tree) -> tuple[ManifestEntry, ...]:
    manifest = read_manifest(earlier)
    if held_back(manifest):
        message = (
            f"{earlier.label}: an edition that holds files back cannot be sealed anew; "
            "take the laboratory's edition"
        )
        raise EvidenceError(message)
    return disclosed(manifest)


def _refuse_leaks_beside(tree: DirectoryTree, secret_file: SecretFile) -> None:
    """The statement names samples, tools and the bench: nothing secret may stand there either."""
    refuse_leaks(SubTree(tree, "evb"), secret_file)


def _salt_seed(private: Path) -> bytes:
    """The seed of this run's salts, drawn at the first sealing."""
    path = private / _SEED
    if not path.exists():
        write_private(path, secrets.token_bytes(_SEED_BYTES))
    seed = path.read_bytes()
    if len(seed) != _SEED_BYTES:
        message = f"{path}: not a salt seed"
        raise EvidenceError(message)
    return seed


def _signed(private: Path, signer: Signer, predicate: EvidencePredicate, what: str) -> bytes:
    """A signed envelope; ECDSA is randomised, so one that was made is used again."""
    label = sha256_hex(signer.key_id.encode() + signer.payload(predicate))
    path = private / f"{what}-{label[:32]}.dsse.json"
    if not path.exists():
        make = signer.attest if what == "statement" else signer.attest_result
        write_private(path, make(predicate))
    return path.read_bytes()


def _predicate(
    data: Tree, manifest: tuple[ManifestEntry, ...], purpose: Purpose
) -> EvidencePredicate:
    try:
        described = describe(data)
    except (CaptureError, ValidationError, ValueError) as error:
        message = f"not sealed, since a document is wrong: {error}"
        raise EvidenceError(message) from error
    if described.purpose is not purpose:
        message = f"the survey was made as {described.purpose.value}, not as {purpose.value}"
        raise EvidenceError(message)
    if purpose is Purpose.TEST:
        require_job(data)
    parts = part_roots(manifest)
    return described.predicate(parts, bundle_root(parts), len(manifest))
