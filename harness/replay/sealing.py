"""From a run directory to a sealed bundle: twin, judge again, compare, seal.

The bundle holds twins without secrets and the verdicts that follow from those twins. If they were
not the verdicts that follow from the raw captures, scrubbing would have changed a result: sealing
then refuses.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.encoding.tree import DirectoryTree, SubTree, Tree, copy_file, read
from harness.errors import EvidenceError, UsageError
from harness.evidence.archive import open_bundle, write_zip
from harness.evidence.description import assessments_in
from harness.evidence.manifest import bundle_root, part_roots, read_manifest
from harness.evidence.revisions import history_in
from harness.evidence.scrub import Scrubber
from harness.evidence.sealing import bundle_name, seal
from harness.evidence.twins import scrub_results, twin_of_run
from harness.facts.store import FactBase
from harness.interpret.survey import read_survey
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue
from harness.model.confirmation import Confirmation
from harness.model.layout import STATEMENT
from harness.model.override import Standing
from harness.model.record import SurveyRecord
from harness.plugin.evidence_source import open_root
from harness.plugin.launch import JudgingOrder, judge_all
from harness.replay.comparison import differences
from harness.replay.rebinding import rebind_answers
from harness.report.html import NAME as REPORT
from harness.report.source import ReportSource
from harness.report.views import write_views
from harness.survey.store import SecretStore, write_atomic
from harness.testing.suites import Suite
from harness.trust.statement import LabSigner

Frameworks = Sequence[tuple[Suite, Catalogue]]
_Judged = tuple[int | None, Assessment]
"""An assessment, with the number of the replaced dossier that it was made under, if any."""


@dataclass(frozen=True)
class SealingOrder:
    """What to seal.

    Attributes:
        run: the finished run directory.
        target: folder that gets ``bundle/``, its zip and the public key.
        bundle: name of the bundle in it: a run that was repeated in part is sealed anew.
        confirmations: of entries of catalogues.
    """

    run: Path
    target: Path
    frameworks: Frameworks
    signer: LabSigner
    bundle: str = "bundle"
    confirmations: tuple[Confirmation, ...] = ()


@dataclass(frozen=True)
class Sealed:
    """What sealing left behind.

    Attributes:
        whole: false for a partial bundle, which verification accepts only when asked to.
    """

    bundle: Path
    archive: Path
    report: Path
    public_key: Path
    purpose: str
    key_id: str
    whole: bool


def assess_run(
    evidence: Path,
    frameworks: Frameworks,
    out: Path,
    confirmations: tuple[Confirmation, ...] = (),
    *,
    allure: bool = True,
) -> tuple[Assessment, ...]:
    """Judge ``evidence`` under each framework, into ``out/<framework>@<version>/``.

    Each framework has a process of its own; they run side by side. What was said under dossiers
    that were replaced is judged again, too, and written beside it.
    """
    return _newest(_judge_all(evidence, frameworks, out, confirmations, allure=allure))


def _judge_all(
    evidence: Path,
    frameworks: Frameworks,
    out: Path,
    confirmations: tuple[Confirmation, ...],
    *,
    allure: bool = True,
) -> tuple[_Judged, ...]:
    """Each framework under the newest dossier, and then under each that was replaced."""
    history = history_in(SubTree(open_root(evidence), "survey"))
    numbers = [dossier.revision for dossier, _ in history.superseded]
    orders = [
        JudgingOrder(
            suite.folder,
            catalogue.framework.version,
            evidence,
            out / str(catalogue.framework),
            allure and number is None,
            confirmations=confirmations,
            revision=number,
        )
        for number in (None, *numbers)
        for suite, catalogue in frameworks
    ]
    return tuple(zip([order.revision for order in orders], judge_all(orders), strict=True))


def _newest(judged: Sequence[_Judged]) -> tuple[Assessment, ...]:
    return tuple(assessment for number, assessment in judged if number is None)


def judge_and_seal(order: SealingOrder) -> tuple[tuple[Assessment, ...], Sealed]:
    """Judge a run's raw captures and, side by side, their scrubbed twins; seal the twins.

    Raises:
        EvidenceError: the twins give other verdicts than the raw captures, a secret is left, or
            the bundle cannot be written.
    """
    with _stage(order.target) as stage, ThreadPoolExecutor(max_workers=1) as pool:
        assessments = order.run / "assessments"
        # Allure results are made from the twins only: the raw ones would never be published.
        given = order.confirmations
        judging = pool.submit(
            _judge_all, order.run, order.frameworks, assessments, given, allure=False
        )
        scrubber = twin_of_run(order.run, stage / "survey")
        survey = _write_facts(stage / "survey")
        rebind_answers(order.run, stage / "survey", survey)
        judged = _judge_all(stage, order.frameworks, stage / "assessments", given)
        for _, catalogue in order.frameworks:
            plan = Path("assessments") / str(catalogue.framework) / "plan.json"
            if (order.run / plan).is_file():
                shutil.copy(order.run / plan, stage / plan)
        _require_equal(judging.result(), judged)
        twins = _scrubbed(stage, order.frameworks, scrubber)
        return twins, _seal_stage(order, stage, survey, twins)


def _scrubbed(stage: Path, frameworks: Frameworks, scrubber: Scrubber) -> tuple[Assessment, ...]:
    """The assessments, after all that was written beside them was scrubbed, too."""
    folder = stage / "assessments"
    scrub_results(folder, scrubber)
    files = [folder / str(entry.framework) / "assessment.json" for _, entry in frameworks]
    return tuple(Assessment.from_bytes(file.read_bytes()) for file in files)


def finish_sealing(order: SealingOrder) -> tuple[tuple[Assessment, ...], Sealed] | None:
    """Write what goes beside a bundle that was sealed already; None if there is no bundle yet.

    A bundle appears whole or not at all, so that one that is there needs no second judging. What
    an earlier sealing left half-made is removed.

    Raises:
        EvidenceError: the bundle there is of another run, or it cannot be read.
    """
    for left in (*order.target.glob(".sealing-*"), order.target / f".{order.bundle}.partial"):
        shutil.rmtree(left, ignore_errors=True)
    bundle = order.target / order.bundle
    if not bundle.exists():
        return None
    tree = open_root(bundle)
    survey = SurveyRecord.from_bytes(read(tree, "survey/survey.json"))
    ours = SurveyRecord.from_bytes((order.run / "survey" / "survey.json").read_bytes())
    if survey.run_id != ours.run_id:
        raise EvidenceError(
            f"{bundle}: is the bundle of another run; a bundle is never overwritten"
        )
    assessments = assessments_in(tree)
    parts = part_roots(read_manifest(DirectoryTree(bundle)))
    return assessments, _beside(order, bundle, bundle_root(parts), survey)


def add_assessments(
    evidence: Path,
    frameworks: Frameworks,
    target: Path,
    signer: LabSigner,
    confirmations: tuple[Confirmation, ...] = (),
) -> tuple[tuple[Assessment, ...], Sealed]:
    """Judge a finished bundle under further frameworks and seal it anew, the survey untouched.

    Only a sealed bundle will do: a run directory holds raw captures, which are scrubbed by sealing
    the run itself.

    Raises:
        UsageError: ``evidence`` is no bundle.
        EvidenceError: the bundle cannot be read or the new one cannot be written.
    """
    earlier = open_bundle(evidence)
    if STATEMENT not in earlier.names():
        raise UsageError(f"{evidence}: not a sealed bundle: it has no {STATEMENT}")
    with _stage(target) as stage, ThreadPoolExecutor(max_workers=1) as pool:
        judging = pool.submit(
            assess_run, evidence, frameworks, stage / "assessments", confirmations
        )
        _copy_stage(open_root(evidence), stage, frameworks)
        SecretStore(_folder(stage / "private") / "secrets.json")
        survey = read_survey(DirectoryTree(stage / "survey"))
        added = judging.result()
        recorded = assessments_in(DirectoryTree(stage))
        order = SealingOrder(stage, target, frameworks, signer)
        return added, _seal_stage(order, stage, survey, recorded, earlier)


def _copy_stage(root: Tree, stage: Path, replaced: Frameworks) -> None:
    """Copy the survey and the assessments; of those that are made anew, only the plan."""
    anew = tuple(f"assessments/{catalogue.framework}/" for _, catalogue in replaced)
    for name in root.names():
        kept = name.startswith(("survey/", "assessments/"))
        if kept and (not name.startswith(anew) or name.endswith("/plan.json")):
            copy_file(root, name, stage / name)


def _seal_stage(
    order: SealingOrder,
    stage: Path,
    survey: FactBase,
    assessments: Sequence[Assessment],
    earlier: Tree | None = None,
) -> Sealed:
    report = stage / "report"
    write_views(ReportSource(stage, survey, assessments), report)
    sealed = seal(
        order.run,
        order.target / order.bundle,
        twin=stage / "survey",
        assessments=stage / "assessments",
        report=report,
        signer=order.signer,
        purpose=survey.survey.purpose,
        earlier=earlier,
    )
    return _beside(order, sealed.path, sealed.predicate.bundle_root, survey.survey)


def _beside(order: SealingOrder, bundle: Path, root: str, survey: SurveyRecord) -> Sealed:
    """Write the zip and the public key beside a sealed bundle."""
    archive = order.target / f"{bundle_name(root)}.zip"
    if not archive.exists():
        write_zip(DirectoryTree(bundle), archive)
    public_key = order.target / "signing-key.pub.pem"
    write_atomic(public_key, order.signer.public_pem)
    return Sealed(
        bundle=bundle,
        archive=archive,
        report=bundle / "data" / "report" / REPORT,
        public_key=public_key,
        purpose=survey.purpose.value,
        key_id=order.signer.key_id,
        whole=survey.whole,
    )


@contextmanager
def _stage(target: Path) -> Iterator[Path]:
    """A folder beside the target that only its owner can read, gone afterwards."""
    target.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".sealing-", dir=target))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _write_facts(survey: Path) -> FactBase:
    """Replace the facts of the raw captures by those that the twins give."""
    for stale in survey.rglob("facts.json"):
        stale.unlink()
    facts = read_survey(DirectoryTree(survey))
    for record in facts.records:
        write_atomic(survey / record.key.folder / "facts.json", record.facts.to_bytes())
    return facts


def _require_equal(raw: Sequence[_Judged], twins: Sequence[_Judged]) -> None:
    for (_, first), (_, second) in zip(raw, twins, strict=True):
        found = differences(first, second)
        if found:
            named = ", ".join(
                f"{entry.unit} {entry.recorded} -> {entry.recomputed}" for entry in found
            )
            raise EvidenceError(
                f"not sealed: scrubbing the captures changes verdicts of {first.framework}: {named}"
            )
        if _standings(first) != _standings(second):
            raise EvidenceError(
                f"not sealed: scrubbing the captures changes which overrides of {first.framework} "
                "count"
            )


def _standings(judged: Assessment) -> list[tuple[int, Standing]]:
    made = (each for unit in judged.units for each in unit.overrides or ())
    return [(each.record.number, each.standing) for each in made]


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700)
    return path
