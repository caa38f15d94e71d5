"""Verification of one bundle: the numbered steps, each reported whatever became of the others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from harness.encoding.text import neutralise
from harness.encoding.tree import Tree, read
from harness.errors import CaptureError, EvidenceError, VerificationError
from harness.evidence.bag import TAG_FILES, tag_files
from harness.evidence.manifest import (
    MANIFEST,
    SIGNER,
    STATEMENT,
    ManifestEntry,
    bundle_root,
    part_roots,
    read_manifest,
)
from harness.evidence.names import problems
from harness.model.attestation import EvidencePredicate
from harness.model.states import Purpose
from harness.trust.dsse import MAX_ENVELOPE_BYTES, Envelope, parse_envelope
from harness.trust.keys import PublicKey, parse_public_keys
from harness.trust.statement import PAYLOAD_TYPE, parse_statement
from harness.verify.documents import check_claims, check_documents
from harness.verify.files import check_files
from harness.verify.policy import Policy, TrustStore
from harness.verify.report import (
    Step,
    StepFailed,
    StepOutcome,
    StepResult,
    StepSkipped,
    VerificationReport,
)
from harness.verify.verdicts import check_completeness, check_verdicts

_EVB_FILES = frozenset({MANIFEST, SIGNER, STATEMENT})
_REQUIRED = (*sorted(_EVB_FILES), *TAG_FILES, "data/survey/survey.json", "data/survey/dossier.json")
_MAX_PEM = 64 * 1024
_SHOWN = 2000


@dataclass
class _Findings:
    """What earlier steps found out, for later ones."""

    envelope: Envelope | None = None
    signer: PublicKey | None = None
    predicate: EvidencePredicate | None = None
    manifest: tuple[ManifestEntry, ...] | None = None
    failed: set[Step] = field(default_factory=set)


def verify_bundle(
    tree: Tree, trust: TrustStore | None = None, policy: Policy | None = None
) -> VerificationReport:
    """Verify a bundle in place; nothing is extracted, executed or fetched.

    Args:
        tree: the bundle (`harness.evidence.archive.open_bundle`).
        trust: the keys that are trusted; without one the signer step fails.
        policy: what is accepted; the strict default when absent.
    """
    return _Verification(tree, trust or TrustStore(), policy or Policy()).report()


def unreadable(problem: str) -> VerificationReport:
    """The report about something that cannot be opened as a bundle at all."""
    first = StepResult(
        Step.CONTAINER,
        StepOutcome.FAILED,
        "E-CONTAINER",
        neutralise(problem, _SHOWN),
        "a bundle directory or a zip of the accepted form",
    )
    rest = (
        StepResult(step, StepOutcome.SKIPPED, "", "the bundle could not be opened", "")
        for step in list(Step)[1:]
    )
    return VerificationReport((first, *rest))


class _Snapshot:
    """A tree whose names are listed once: quick, and the same for every step."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._names: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        return self._tree.label

    def names(self) -> tuple[str, ...]:
        if self._names is None:
            self._names = self._tree.names()
        return self._names

    def size(self, name: str) -> int:
        return self._tree.size(name)

    def open(self, name: str) -> IO[bytes]:
        return self._tree.open(name)


class _Verification:
    def __init__(self, tree: Tree, trust: TrustStore, policy: Policy) -> None:
        self._tree: Tree = _Snapshot(tree)
        self._trust = trust
        self._policy = policy
        self._found = _Findings()

    def report(self) -> VerificationReport:
        checks: dict[Step, Callable[[], str]] = {
            Step.CONTAINER: self._container,
            Step.PROFILE: self._profile,
            Step.SIGNATURE: self._signature,
            Step.SIGNER: self._signer,
            Step.STATEMENT: self._statement,
            Step.FILES: lambda: check_files(self._tree, self._manifest()),
            Step.BAG: self._bag,
            Step.DOCUMENTS: lambda: check_documents(self._tree),
            Step.CLAIMS: lambda: check_claims(self._tree, self._predicate()),
            Step.VERDICTS: lambda: check_verdicts(self._tree),
            Step.COMPLETENESS: lambda: check_completeness(self._tree),
            Step.PURPOSE: self._purpose,
        }
        results = []
        for step in Step:
            result = self._run(step, checks[step])
            if result.outcome is StepOutcome.FAILED:
                self._found.failed.add(step)
            results.append(result)
        return VerificationReport(tuple(results))

    def _run(self, step: Step, check: Callable[[], str]) -> StepResult:
        if Step.CONTAINER in self._found.failed:
            return _result(step, StepOutcome.SKIPPED, "the bundle could not be opened")
        try:
            return _result(step, StepOutcome.OK, check())
        except StepFailed as failed:
            return _result(step, StepOutcome.FAILED, failed.shown, failed.code, failed.expected)
        except StepSkipped as skipped:
            return _result(step, StepOutcome.SKIPPED, str(skipped))
        except (EvidenceError, CaptureError, ValueError) as error:
            # Hostile content may break a reader anywhere; that is this step's failure.
            return _result(step, StepOutcome.FAILED, str(error), _UNREADABLE[step], "readable")

    def _manifest(self) -> tuple[ManifestEntry, ...]:
        if self._found.manifest is None:
            raise StepSkipped("there is no manifest that could be read")
        return self._found.manifest

    def _predicate(self) -> EvidencePredicate:
        if self._found.predicate is None:
            raise StepSkipped("there is no statement that could be read")
        return self._found.predicate

    def _container(self) -> str:
        names = self._tree.names()
        for name, problem in problems(names):
            raise StepFailed("E-CONTAINER", f"{name} {problem}", "plain, distinct, relative names")
        return f"{len(names)} files"

    def _profile(self) -> str:
        names = set(self._tree.names())
        lacking = [name for name in _REQUIRED if name not in names]
        if lacking:
            raise StepFailed("E-PROFILE", f"missing: {', '.join(lacking)}", "profile evb/1")
        extra = sorted(
            name for name in names - _EVB_FILES - set(TAG_FILES) if not name.startswith("data/")
        )
        if extra:
            raise StepFailed(
                "E-FILE-ADDED",
                f"added: {', '.join(extra[:5])}",
                "no file beside data/ but those of the profile",
            )
        return "evb/1"

    def _signature(self) -> str:
        try:
            envelope = parse_envelope(read(self._tree, STATEMENT, MAX_ENVELOPE_BYTES))
            beside = parse_public_keys(read(self._tree, SIGNER, _MAX_PEM), SIGNER)
        except VerificationError as error:
            raise StepFailed(
                "E-ENVELOPE", str(error), "a DSSE envelope and a public key"
            ) from error
        self._found.envelope = envelope
        if envelope.payload_type != PAYLOAD_TYPE:
            raise StepFailed(
                "E-PAYLOAD-TYPE", f"{STATEMENT}: {envelope.payload_type}", PAYLOAD_TYPE
            )
        self._found.signer = self._verified(envelope, beside)
        return f"by key {self._found.signer.key_id}"

    def _verified(self, envelope: Envelope, beside: tuple[PublicKey, ...]) -> PublicKey:
        """The key that signed: a trusted one before the one in the bundle."""
        keys = {key.key_id: key for key in (*beside, *self._trust.keys)}
        good: list[PublicKey] = []
        for signature in envelope.signatures:
            key = keys.get(signature.key_id)
            if key is None:
                continue
            if not key.verifies(signature.value, envelope.signed_bytes):
                raise StepFailed(
                    "E-SIGNATURE",
                    f"{STATEMENT}: the signature that claims key {key.key_id} is not that key's",
                    "a signature by the key that it names",
                )
            good.append(key)
        if not good:
            raise StepFailed(
                "E-SIGNATURE",
                f"{STATEMENT}: signed by a key that is neither trusted nor in {SIGNER}",
                "a signature by a key that is there",
            )
        trusted = [key for key in good if self._trust.find(key.key_id)]
        return (trusted or good)[0]

    def _signer(self) -> str:
        if self._policy.integrity_only:
            raise StepSkipped("only integrity was asked for; nobody vouches for this bundle")
        if self._found.signer is None:
            raise StepSkipped("there is no valid signature")
        if self._trust.find(self._found.signer.key_id) is None:
            raise StepFailed(
                "E-UNKNOWN-KEY",
                f"signed by key {self._found.signer.key_id}, which is not trusted",
                "a trusted key: get the laboratory's public key by another way than this bundle "
                "and give it with --trust FILE",
            )
        return f"key {self._found.signer.key_id} is trusted"

    def _statement(self) -> str:
        if self._found.envelope is None:
            raise StepSkipped("there is no envelope that could be read")
        try:
            self._found.predicate = parse_statement(self._found.envelope.payload).predicate
        except VerificationError as error:
            raise StepFailed("E-STATEMENT", f"{STATEMENT}: {error}", "profile evb/1") from error
        try:
            self._found.manifest = read_manifest(self._tree)
        except EvidenceError as error:
            raise StepFailed("E-MANIFEST", str(error), "one canonical entry a line") from error
        return _compare_roots(self._found.predicate, self._found.manifest)

    def _bag(self) -> str:
        made = tag_files(self._tree, self._manifest(), self._predicate())
        for name, data in made.items():
            if read(self._tree, name) != data:
                raise StepFailed(
                    "E-BAG", f"{name} is changed", "the tag file that follows from the manifest"
                )
        return f"{len(made)} tag files"

    def _purpose(self) -> str:
        predicate = self._predicate()
        accepted = ", ".join(sorted(purpose.value for purpose in self._policy.purposes))
        if predicate.purpose not in self._policy.purposes:
            raise StepFailed(
                "E-PURPOSE",
                f"made as {predicate.purpose.value}",
                f"made as {accepted} (accept others with --purpose)",
            )
        if predicate.scripted_answers and predicate.purpose is Purpose.TEST:
            raise StepFailed(
                "E-SCRIPTED", "answers came from a script", "a test whose answers people gave"
            )
        if not predicate.partial:
            return predicate.purpose.value
        if predicate.subset:
            shown = f"partial: a subset, only {', '.join(predicate.subset)}"
        else:
            shown = "partial: the survey or an assessment is not complete"
        if not self._policy.accept_partial:
            raise StepFailed(
                "E-PARTIAL", shown, "a complete bundle (accept a partial one with --partial)"
            )
        return f"{predicate.purpose.value}, {shown}"


_UNREADABLE = {
    Step.CONTAINER: "E-CONTAINER",
    Step.PROFILE: "E-PROFILE",
    Step.SIGNATURE: "E-ENVELOPE",
    Step.SIGNER: "E-UNKNOWN-KEY",
    Step.STATEMENT: "E-STATEMENT",
    Step.FILES: "E-FILE-CHANGED",
    Step.BAG: "E-BAG",
    Step.DOCUMENTS: "E-DOCUMENT",
    Step.CLAIMS: "E-CLAIM",
    Step.VERDICTS: "E-VERDICT",
    Step.COMPLETENESS: "E-COVERAGE",
    Step.PURPOSE: "E-PURPOSE",
}


def _result(
    step: Step, outcome: StepOutcome, shown: str, code: str = "", expected: str = ""
) -> StepResult:
    return StepResult(step, outcome, code, neutralise(shown, _SHOWN), neutralise(expected, _SHOWN))


def _compare_roots(predicate: EvidencePredicate, manifest: tuple[ManifestEntry, ...]) -> str:
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
