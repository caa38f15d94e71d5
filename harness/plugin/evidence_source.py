"""Opens what a user names as evidence: a run directory, a bundle directory or a zip."""

from dataclasses import dataclass, field
from pathlib import Path

from harness.assessment.external import ExternalFiles, external_of
from harness.encoding.canonical import load_strict
from harness.encoding.tree import DirectoryTree, SubTree, Tree
from harness.errors import CaptureError, EvidenceError, UsageError
from harness.evidence.archive import open_bundle
from harness.evidence.description import answers_in, job_in, overrides_in
from harness.evidence.external_files import digests_in
from harness.evidence.revisions import history_in
from harness.evidence.vault import require_unlocked
from harness.facts.store import FactBase
from harness.interpret.survey import read_survey
from harness.model.dossier import Dossier
from harness.model.job import JobRecord
from harness.model.override import Override
from harness.model.question import Answer
from harness.model.revision import DossierRevision


@dataclass(frozen=True)
class Evidence:
    """Everything that judging reads.

    Attributes:
        root: the tree that holds ``survey/`` and ``assessments/``.
        overrides: what people held instead of verdicts, in order.
        job: says who may; None = there is no job record.
        external: the third-party evidence of the dossier.
        superseded: each dossier that was replaced, with what replaced it.
    """

    root: Tree
    facts: FactBase
    dossier: Dossier
    answers: tuple[Answer, ...]
    overrides: tuple[Override, ...] = ()
    job: JobRecord | None = None
    external: ExternalFiles = field(default_factory=ExternalFiles)
    superseded: tuple[tuple[Dossier, DossierRevision], ...] = ()


def open_root(path: Path) -> Tree:
    """The tree that holds ``survey/`` and ``assessments/``, of a run or of a bundle.

    Raises:
        UsageError: nothing of the kind is there.
        EvidenceError: a bundle that cannot be opened safely.
    """
    if path.is_dir():
        require_unlocked(path)
        tree = DirectoryTree(path)
        if (path / "survey" / "survey.json").is_file():
            return tree
        if (path / "data" / "survey" / "survey.json").is_file():
            return SubTree(tree, "data")
        raise UsageError(f"{path}: neither a run directory nor a bundle: no survey/survey.json")
    if path.is_file():
        return SubTree(open_bundle(path), "data")
    raise UsageError(f"{path}: no such run directory or bundle")


def open_evidence(path: Path) -> Evidence:
    """Read a survey from its captures.

    Raises:
        UsageError: nothing of the kind is there.
        EvidenceError: a record is missing or unreadable.
    """
    root = open_root(path)
    survey = SubTree(root, "survey")
    try:
        history = history_in(survey)
        answers = answers_in(survey)
        overrides, job = overrides_in(survey), job_in(survey)
    except (ValueError, CaptureError) as error:
        raise EvidenceError(f"{path}: {error}") from error
    facts, dossier = read_survey(survey), history.newest
    external = external_of(dossier, facts.survey, digests_in(survey, dossier))
    return Evidence(root, facts, dossier, answers, overrides, job, external, history.superseded)


def known_secrets(path: Path) -> tuple[str, ...]:
    """Secrets of a run directory, longest first; a bundle has none."""
    file = path / "private" / "secrets.json"
    if not file.is_file():
        return ()
    document = load_strict(file.read_bytes())
    values = [str(entry["value"]) for entry in document["secrets"]]
    return tuple(sorted(values, key=len, reverse=True))
