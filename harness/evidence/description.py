"""What the documents of a bundle say of themselves, as the signed statement must repeat it."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.encoding.tree import SubTree, Tree, read
from harness.evidence.revisions import dossier_in
from harness.model.assessment import Assessment
from harness.model.attestation import EvidencePredicate, PartRoot, SignedConclusion, SignedDut
from harness.model.catalogue import Catalogue
from harness.model.job import NAME as JOB_NAME
from harness.model.job import JobRecord
from harness.model.override import FOLDER as OVERRIDES
from harness.model.override import Override, is_override, require_chain
from harness.model.plan import TestPlan
from harness.model.question import Answer
from harness.model.record import SurveyRecord
from harness.model.states import Purpose


@dataclass(frozen=True)
class Described:
    """The fields of the predicate that follow from the documents alone."""

    purpose: Purpose
    partial: bool
    subset: tuple[str, ...]
    dossier_digest: str
    conclusions: tuple[SignedConclusion, ...]
    dut: SignedDut
    scripted_answers: bool
    run_id: str
    job: str
    tools: dict[str, str]
    time: str

    def predicate(self, parts: Sequence[PartRoot], root: str, leaves: int) -> EvidencePredicate:
        """The whole predicate, with the roots of the files."""
        return EvidencePredicate(
            purpose=self.purpose,
            partial=self.partial,
            subset=self.subset,
            bundle_root=root,
            leaves=leaves,
            parts=tuple(parts),
            dossier_digest=self.dossier_digest,
            conclusions=self.conclusions,
            dut=self.dut,
            scripted_answers=self.scripted_answers,
            run_id=self.run_id,
            job=self.job,
            tools=self.tools,
            time=self.time,
        )


def assessment_folders(data: Tree) -> tuple[str, ...]:
    """Folders of the assessments below ``data/``: ``assessments/<framework>@<version>``."""
    folders = {
        "/".join(name.split("/")[:2])
        for name in data.names()
        if name.startswith("assessments/") and name.count("/") > 1
    }
    return tuple(sorted(folders))


def assessments_in(data: Tree) -> tuple[Assessment, ...]:
    """The assessment of each folder below ``data/``.

    Raises:
        EvidenceError: a folder has none.
        CaptureError: one is not strict JSON.
        ValueError: one does not fit its schema.
    """
    folders = assessment_folders(data)
    return tuple(Assessment.from_bytes(read(data, f"{each}/assessment.json")) for each in folders)


def answers_in(survey: Tree) -> tuple[Answer, ...]:
    """What people answered, in order; photos and files beside an answer are none.

    Raises:
        CaptureError: one is not strict JSON.
        ValueError: one does not fit its schema.
    """
    names = (name for name in survey.names() if name.startswith("answers/"))
    found = [Answer.from_bytes(read(survey, name)) for name in names if name.endswith(".json")]
    return tuple(sorted(found, key=lambda answer: answer.number))


def overrides_in(survey: Tree) -> tuple[Override, ...]:
    """The overrides, in order.

    Raises:
        CaptureError: one is not strict JSON.
        ValueError: one does not fit its schema or is no valid override, or one is missing.
    """
    names = [name for name in survey.names() if name.startswith(f"{OVERRIDES}/")]
    strange = [name for name in names if not is_override(name)]
    if strange:
        message = f"{strange[0]} is no record of an override"
        raise ValueError(message)
    return require_chain(Override.from_bytes(read(survey, name)) for name in names)


def job_in(survey: Tree) -> JobRecord | None:
    """The job record; None if there is none.

    Raises:
        CaptureError: not strict JSON.
        ValueError: it does not fit its schema.
    """
    there = JOB_NAME in survey.names()
    return JobRecord.from_bytes(read(survey, JOB_NAME)) if there else None


def describe(data: Tree) -> Described:
    """What a statement must say of the documents below ``data/``; verification compares with it.

    Raises:
        EvidenceError: a document is missing.
        CaptureError: one is not strict JSON.
        ValueError: one does not fit its schema.
    """
    survey = SurveyRecord.from_bytes(read(data, "survey/survey.json"))
    dossier = dossier_in(SubTree(data, "survey"))
    folders = assessment_folders(data)
    found = assessments_in(data)
    catalogues = [Catalogue.from_bytes(read(data, f"{each}/catalogue.json")) for each in folders]
    answers = answers_in(SubTree(data, "survey"))
    return Described(
        purpose=survey.purpose,
        subset=survey.subset,
        partial=not (survey.whole and found and all(each.complete for each in found)),
        dossier_digest=dossier.digest,
        conclusions=tuple(
            _signed(each, catalogue, _plan_digest(data, folder))
            for folder, each, catalogue in zip(folders, found, catalogues, strict=True)
        ),
        dut=SignedDut(
            supplier=dossier.dut.supplier,
            model=dossier.dut.model,
            hardware=dossier.dut.hardware,
            firmware=", ".join(sorted({each.firmware for each in found if each.firmware})),
            samples=survey.samples,
        ),
        scripted_answers=any(answer.scripted for answer in answers),
        run_id=survey.run_id,
        job=survey.job,
        tools=survey.tools,
        time=survey.ended or survey.started,
    )


def _signed(assessment: Assessment, catalogue: Catalogue, plan_digest: str) -> SignedConclusion:
    return SignedConclusion(
        framework=assessment.framework,
        conclusion=assessment.conclusion,
        indicative=assessment.indicative,
        complete=assessment.complete,
        catalogue_digest=catalogue.digest,
        plan_digest=plan_digest,
        suite_digest=assessment.judge.suite,
        conclusion_after_review=assessment.conclusion_after_review,
        provisions={each.provision: each.verdict for each in assessment.provisions},
        provisions_after_review=assessment.provisions_after_review,
        units={each.unit: each.verdict for each in assessment.units},
    )


def _plan_digest(data: Tree, folder: str) -> str:
    name = f"{folder}/plan.json"
    if name not in data.names():
        return ""
    return TestPlan.from_bytes(read(data, name)).digest
