"""Steps "documents" and "claims": schemas of what is stored, and what the statement says of it."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Final

from pydantic import ValidationError

from harness.encoding.canonical import load_strict
from harness.encoding.tree import SubTree, Tree, read
from harness.errors import CaptureError
from harness.evidence.description import assessment_folders, describe
from harness.evidence.manifest import ManifestEntry, WithheldEntry, held_back
from harness.model.assessment import Assessment
from harness.model.attestation import EvidencePredicate
from harness.model.base import Document
from harness.model.catalogue import Catalogue
from harness.model.dossier import Dossier
from harness.model.job import JobRecord
from harness.model.override import FOLDER as OVERRIDES
from harness.model.override import Override
from harness.model.plan import SurveyPlan, TestPlan
from harness.model.question import Answer
from harness.model.record import AttemptRecord, CaptureEntry, SurveyRecord, VisitRecord
from harness.model.revision import FOLDER as REVISIONS
from harness.model.revision import DossierRevision, replaced_revision
from harness.verify.context import Context
from harness.verify.report import StepFailed
from harness.verify.steps.results import check_results
from harness.verify.steps.revisions import read_history

_BY_NAME: Final[dict[str, type[Document]]] = {
    "data/survey/survey.json": SurveyRecord,
    "data/survey/survey-plan.json": SurveyPlan,
    "data/survey/dossier.json": Dossier,
    "data/survey/job.json": JobRecord,
}
_BY_FOLDER: Final[dict[str, type[Document]]] = {
    "answers": Answer,
    OVERRIDES: Override,
    REVISIONS: DossierRevision,
}
_BY_LAST_PART: Final[dict[str, type[Document]]] = {
    "attempt.json": AttemptRecord,
    "visit.json": VisitRecord,
}
_OF_ASSESSMENT: Final[dict[str, type[Document]]] = {
    "assessment.json": Assessment,
    "plan.json": TestPlan,
    "catalogue.json": Catalogue,
}


def check_documents(context: Context) -> str:
    """Read every JSON document under the schema that its place demands.

    Raises:
        StepFailed: naming the file.
    """
    tree, count = context.tree, 0
    captures = _Captures(context)
    for name in tree.names():
        if name.startswith("data/") and name.endswith(".json"):
            _read_one(tree, name, captures)
            count += 1
    for folder in assessment_folders(SubTree(tree, "data")):
        for needed in ("assessment.json", "catalogue.json"):
            if f"data/{folder}/{needed}" not in tree.names():
                raise StepFailed("E-DOCUMENT", f"data/{folder} has no {needed}", "an assessment")
    read_history(SubTree(tree, "data"))
    return f"{count} documents"


def _read_one(tree: Tree, name: str, captures: "_Captures") -> None:
    try:
        reader = _reader(name)
        document = reader(read(tree, name))
    except (CaptureError, ValidationError, ValueError) as error:
        problem = str(error).splitlines()[0]
        raise StepFailed("E-DOCUMENT", f"{name}: {problem}", "a document of its schema") from error
    if isinstance(document, AttemptRecord):
        captures.check(name, document)


def _reader(name: str) -> Callable[[bytes], object]:
    """What reads the document of this name; strict JSON where no schema is ours."""
    pieces = name.split("/")
    model = _BY_NAME.get(name)
    if model is None and pieces[1] == "survey":
        model = _BY_FOLDER.get(pieces[2], _BY_LAST_PART.get(pieces[-1]))
    if model is None and pieces[1] == "assessments" and len(pieces) == 4:  # noqa: PLR2004
        replaced = replaced_revision(pieces[-1]) is not None
        model = Assessment if replaced else _OF_ASSESSMENT.get(pieces[-1])
    if model is not None:
        return model.from_bytes
    return _facts if pieces[-1] == "facts.json" else load_strict


def _facts(data: bytes) -> object:
    document = load_strict(data)
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, str) or not schema.startswith("certbench/facts-"):
        message = "expected a document of schema certbench/facts-..."
        raise ValueError(message)
    return document


class _Captures:
    """The captures of a bundle, those that it shows and those that it holds back."""

    def __init__(self, context: Context) -> None:
        self._names = frozenset(context.tree.names())
        entries = context.manifest_read or ()
        self._listed = {
            entry.path: entry for entry in entries if not isinstance(entry, WithheldEntry)
        }

    def check(self, name: str, attempt: AttemptRecord) -> None:
        """Each capture that a record lists is the file, or the entry, of that name."""
        folder = name.removesuffix("/attempt.json")
        if folder != f"data/survey/{attempt.key.folder}":
            raise StepFailed("E-DOCUMENT", f"{name}: is the record of {attempt.key}", "its own")
        for capture in attempt.captures:
            if not self._is(f"{folder}/{capture.name}", capture):
                raise StepFailed(
                    "E-DOCUMENT",
                    f"{folder}/{capture.name} is not the capture that {name} lists",
                    capture.commitment or capture.sha256,
                )

    def _is(self, path: str, capture: CaptureEntry) -> bool:
        entry = self._listed.get(path)
        if entry is None or entry.size != capture.size:
            return False
        if capture.commitment:
            return entry.content_commitment == capture.commitment
        # Sealed before digests were salted: what is held back cannot be compared. Of what is there,
        # the step "files" says whether it has the digest that its entry states.
        if path not in self._names or not isinstance(entry, ManifestEntry):
            return False
        return entry.sha256 == capture.sha256


def check_claims(context: Context) -> str:
    """Compare the statement with the documents, field by field.

    Raises:
        StepFailed: naming the field.
    """
    found = describe(SubTree(context.tree, "data"))
    if context.predicate.scripted_answers and _holds_answers_back(context):
        # The statement says the worse of the two, and the answer that shows it is not here.
        found = replace(found, scripted_answers=True)
    for name, said, shown in _pairs(found, context.predicate):
        if said != shown:
            raise StepFailed(
                "E-CLAIM", f"the statement's {name} is {said}", f"{shown}, as the documents say"
            )
    check_results(context)
    return f"{len(fields(found))} claims"


def _holds_answers_back(context: Context) -> bool:
    return any(entry.file_class == "answer" for entry in held_back(context.manifest_read or ()))


def _pairs(found: object, predicate: EvidencePredicate) -> Iterator[tuple[str, object, object]]:
    for each in fields(found):  # type: ignore[arg-type]  # a dataclass, as describe returns
        yield each.name, getattr(predicate, each.name), getattr(found, each.name)
