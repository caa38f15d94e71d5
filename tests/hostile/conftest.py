"""A small run, sealed: every attack starts from it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rollup import case_results, conclude, provision_results, unit_verdict
from harness.config.job import load_job
from harness.encoding.canonical import canonical, sha256_hex
from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.tree import DirectoryTree
from harness.evidence.archive import write_zip
from harness.evidence.scrub import load_secrets
from harness.evidence.sealing import SealedBundle, seal
from harness.evidence.twins import make_twin
from harness.model.assessment import Assessment, JudgeDigests, UnitResult
from harness.model.catalogue import (
    Catalogue,
    CatalogueCase,
    CatalogueProvision,
    CatalogueUnit,
    DecisionRule,
)
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.ids import (
    CaseId,
    FactKey,
    FrameworkRef,
    ProbeName,
    ProvisionId,
    SampleId,
    UnitId,
    VisitId,
)
from harness.model.judgement import Judgement
from harness.model.observation import EvidenceRef
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.question import Answer
from harness.model.record import (
    AttemptOutcome,
    AttemptRecord,
    CaptureEntry,
    SampleRecord,
    SurveyRecord,
    VisitRecord,
)
from harness.model.states import DeviceState, Purpose
from harness.trust.keys import PrivateKey, create_key
from harness.trust.statement import LabSigner

PASSWORD = "tr0ub4dor&3"
KEY = FactKey(
    probe=ProbeName("credentials"),
    sample=SampleId("A"),
    visit=VisitId("1-initialised"),
    attempt=1,
)
FRAMEWORK = FrameworkRef(slug="small-framework", version="1.0")
CAPTURE = f"{KEY.folder}/tcp-443.jsonl"
AT = "2026-11-21T08:15:30.000000Z"
JOB = load_job(Path(__file__).parents[1] / "complete_job.toml")


@dataclass(frozen=True)
class Made:
    """A sealed run and everything that it was made of."""

    run: Path
    bundle: Path
    key: PrivateKey
    sealed: SealedBundle

    @property
    def assessment(self) -> Path:
        return self.bundle / "data" / "assessments" / str(FRAMEWORK)

    @property
    def capture(self) -> Path:
        return self.bundle / "data" / "survey" / CAPTURE


def catalogue() -> Catalogue:
    return Catalogue(
        framework=FRAMEWORK,
        title="A small framework",
        publisher="Nobody",
        legal_status="none",
        source_note="made for tests",
        provisions=(
            CatalogueProvision(
                id=ProvisionId("p1"), section="1", title="Logins", status="M", mandatory=True
            ),
            CatalogueProvision(
                id=ProvisionId("p2"),
                section="2",
                title="Radio",
                status="M C",
                mandatory=True,
                conditional=True,
            ),
        ),
        cases=(
            CatalogueCase(
                id=CaseId("p1-1"), provision=ProvisionId("p1"), kind="functional", purpose="x"
            ),
            CatalogueCase(
                id=CaseId("p2-1"), provision=ProvisionId("p2"), kind="functional", purpose="y"
            ),
        ),
        units=(
            CatalogueUnit(id=UnitId("p1-1a"), case=CaseId("p1-1"), kind="functional"),
            CatalogueUnit(id=UnitId("p1-1b"), case=CaseId("p1-1"), kind="functional"),
            CatalogueUnit(id=UnitId("p2-1a"), case=CaseId("p2-1"), kind="functional"),
        ),
        decision_rule=DecisionRule(id="small", version=1),
    )


def dossier() -> Dossier:
    return Dossier(
        dut=DutIdentification(supplier="Acme", model="RR-1"),
        ics={
            FRAMEWORK.slug: (
                IcsRow(provision="p1", support=Support.YES, detail="passwords"),
                IcsRow(provision="p2", support=Support.NOT_APPLICABLE, detail="no radio"),
            )
        },
    )


def unit_result(unit: str, *judgements: Judgement) -> UnitResult:
    declaration = UnitDeclaration(unit=UnitId(unit), decided_by=DecidedBy.AUTOMATIC)
    verdict, why, items = unit_verdict(declaration, judgements)
    if unit == "p2-1a":
        from harness.model.judgement import Verdict

        verdict, why = Verdict.NOT_APPLICABLE, reason("not-applicable", provision="p2")
    return UnitResult(
        unit=UnitId(unit),
        case=CaseId(unit[:-1]),
        provision=ProvisionId(unit[:2]),
        decided_by=DecidedBy.AUTOMATIC,
        verdict=verdict,
        reason=why,
        items=items,
        judgements=judgements,
    )


def assessment(*, failing: bool = False, complete: bool = True, whole: bool = True) -> Assessment:
    place = EvidenceRef(path=CAPTURE, where="line 2")
    say = contradicted if failing else held
    first = say("DUT", "c", reason("seen"), facts=[KEY], evidence=[place])
    second = held("DUT", "d", reason("seen"), facts=[KEY], evidence=[place])
    units = (
        unit_result("p1-1a", first),
        unit_result("p1-1b", second),
        unit_result("p2-1a", undecided("DUT", "e", reason("fact-missing"))),
    )
    book = catalogue()
    provisions = provision_results(book, units)
    conclusion, why = conclude(book, provisions, firmware="2.4.1", whole=whole)
    digest = sha256_hex(b"")
    return Assessment(
        framework=FRAMEWORK,
        title=book.title,
        judge=JudgeDigests(
            harness="0.1.0",
            suite=digest,
            criteria=digest,
            interpreters=digest,
            catalogue=book.digest,
        ),
        dossier_revision=1,
        dossier_digest=dossier().digest,
        decision_rule="small/1",
        complete=complete,
        firmware="2.4.1",
        conclusion=conclusion,
        indicative=True,
        reason=why,
        provisions=provisions,
        cases=case_results(book, units),
        units=units,
    )


def write_survey(survey: Path, purpose: Purpose, *, scripted: bool, complete: bool) -> None:
    attempt = survey / KEY.folder
    attempt.mkdir(parents=True)
    (survey / "answers").mkdir()
    journal = (
        header_line()
        + record_line({"data": f"login admin {PASSWORD}\r\n", "kind": "sent", "n": 1, "t": AT})
        + record_line({"data": "welcome", "kind": "received", "n": 2, "t": AT})
        + end_line(0)
    )
    (attempt / "tcp-443.jsonl").write_bytes(journal)
    (attempt / "facts.json").write_bytes(canonical({"schema": "certbench/facts-credentials/1"}))
    entry = CaptureEntry(
        name="tcp-443.jsonl",
        schema_name="certbench/journal/1",
        size=len(journal),
        sha256=sha256_hex(journal),
        complete=True,
    )
    documents = {
        f"{KEY.folder}/attempt.json": AttemptRecord(
            key=KEY,
            probe_version=1,
            outcome=AttemptOutcome.COMPLETED,
            started=AT,
            ended=AT,
            captures=(entry,),
        ),
        "A/1-initialised/visit.json": VisitRecord(
            sample=KEY.sample,
            visit=KEY.visit,
            state=DeviceState.INITIALISED,
            entered_by="initialise",
            state_confirmed=True,
            started=AT,
        ),
        "survey.json": SurveyRecord(
            run_id="run-1",
            purpose=purpose,
            bench="bench-1",
            bench_kind="private",
            started=AT,
            ended=AT,
            complete=complete,
            samples=(SampleRecord(id=KEY.sample, origin="supplier", serial="S1"),),
            visits=((KEY.sample, KEY.visit),),
            tools={"certbench": "0.1.0"},
            dossier_digest=dossier().digest,
            job=JOB.nonce,
        ),
        "job.json": JOB,
        "survey-plan.json": SurveyPlan(
            visits=(
                PlannedVisit(sample=KEY.sample, state=DeviceState.INITIALISED, probes=(KEY.probe,)),
            ),
            estimate_s=1.0,
        ),
        "dossier.json": dossier(),
        "answers/1.json": Answer(
            number=1,
            question="q",
            question_digest=sha256_hex(b"q"),
            value="yes",
            person="Ada",
            at=AT,
            scripted=scripted,
        ),
    }
    for name, document in documents.items():
        (survey / name).write_bytes(document.to_bytes())


def write_assessment(folder: Path, judged: Assessment) -> None:
    (folder / "allure-results").mkdir(parents=True)
    (folder / "assessment.json").write_bytes(judged.to_bytes())
    (folder / "catalogue.json").write_bytes(catalogue().to_bytes())
    (folder / "allure-results" / "1-result.json").write_bytes(b'{"name":"p1-1a"}')


def make(
    base: Path,
    *,
    purpose: Purpose = Purpose.TEST,
    scripted: bool = False,
    complete: bool = True,
    failing: bool = False,
    key: PrivateKey | None = None,
) -> Made:
    """Write a run, its twin and its bundle below ``base``."""
    run = base / "run"
    (run / "private").mkdir(parents=True)
    secrets = {
        "schema": "certbench/secrets/1",
        "key": "5a" * 32,
        "secrets": [{"value": PASSWORD, "kind": "user-password"}],
    }
    (run / "private" / "secrets.json").write_bytes(canonical(secrets))
    write_survey(run / "survey", purpose, scripted=scripted, complete=complete)
    write_assessment(
        run / "assessments" / str(FRAMEWORK), assessment(failing=failing, whole=complete)
    )
    known = load_secrets(run / "private" / "secrets.json")
    make_twin(run / "survey", base / "twin", known.secrets, known.key)
    key = key or create_key(base / "lab.pem")
    (base / "report").mkdir()
    (base / "report" / "index.html").write_text("<!doctype html><title>Report</title>")
    sealed = seal(
        run,
        base / "bundle",
        twin=base / "twin",
        assessments=run / "assessments",
        report=base / "report",
        signer=LabSigner(key),
        purpose=purpose,
    )
    return Made(run, base / "bundle", key, sealed)


def reseal(made: Made, change: Callable[[Path], None]) -> Made:
    """Let the lab change something below ``data/`` and sign everything anew: a dishonest lab."""
    base = made.bundle.parent
    work = base / "work"
    shutil.copytree(made.bundle / "data", work)
    change(work)
    sealed = seal(
        made.run,
        base / "resealed",
        twin=work / "survey",
        assessments=work / "assessments",
        report=work / "report" if (work / "report").is_dir() else None,
        signer=LabSigner(made.key),
        purpose=made.sealed.predicate.purpose,
    )
    return Made(made.run, base / "resealed", made.key, sealed)


def zipped(made: Made) -> Path:
    target = made.bundle.with_suffix(".zip")
    write_zip(DirectoryTree(made.bundle), target)
    return target


class Maker:
    """The functions of this file, for tests that cannot import it."""

    make = staticmethod(make)
    reseal = staticmethod(reseal)
    zipped = staticmethod(zipped)
    write_survey = staticmethod(write_survey)
    assessment = staticmethod(assessment)
    catalogue = staticmethod(catalogue)
    password = PASSWORD
    capture = CAPTURE


@pytest.fixture(scope="session")
def maker() -> Maker:
    return Maker()


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A sealed run that verifies."""
    return make(tmp_path)
