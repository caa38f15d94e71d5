"""A sealed bundle of a gigabyte in the shape of a large survey, made by the product's own sealing.

Three samples with four visits each and 25 attempts a visit; an attempt has its record, its facts
and four small captures (three in the demo's bundle), and some have a capture of megabytes. Beside
them lie two Allure results for each unit. Captures are random bytes: nothing in them is sparse, and
no file is like another. Every unit of the framework is open, since no interpreter looks at noise.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.judging import reason, undecided
from harness.assessment.rollup import case_results, conclude, provision_results, unit_verdict
from harness.config import load_dossier
from harness.encoding.canonical import canonical, sha256_hex
from harness.evidence.sealing import seal
from harness.model.assessment import Assessment, JudgeDigests, UnitResult
from harness.model.catalogue import Catalogue, CatalogueUnit
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.record import (
    AttemptOutcome,
    AttemptRecord,
    CaptureEntry,
    SampleRecord,
    SurveyRecord,
    VisitRecord,
)
from harness.model.states import DeviceState, Purpose
from harness.testing.suites import find_frameworks
from harness.trust.keys import PrivateKey
from harness.trust.statement import LabSigner

SAMPLES: Final = ("A", "B", "C")
STATES: Final = (
    DeviceState.AS_RECEIVED,
    DeviceState.INITIALISED,
    DeviceState.OFFLINE,
    DeviceState.RESET,
)
PROBES: Final = 25
SMALL: Final = 4
"""Small captures of each attempt."""
MIB: Final = 1024 * 1024
LARGE: Final = (192, 192, 96, 96, 64, 64, *[4] * 24)
"""Sizes of the large captures, in MiB: the traffic of visits, and firmware images."""
_AT: Final = "2026-11-21T08:15:30.000000Z"
_BENCH: Final = Path("bench_configs/reference-router")
_FRAMEWORK: Final = "etsi-en-303-645"


def make_bundle(folder: Path, size_bytes: int) -> Path:
    """Seal a bundle of about ``size_bytes`` in ``folder``; the large captures alone are 800 MiB.

    Raises:
        EvidenceError: it cannot be written.
    """
    dossier = load_dossier(_BENCH)
    _, catalogue = find_frameworks([_FRAMEWORK])[0]
    run, survey, assessments = (folder / name for name in ("run", "survey", "assessments"))
    (run / "private").mkdir(parents=True)
    (run / "private" / "secrets.json").write_bytes(
        canonical({"schema": "certbench/secrets/1", "key": "5a" * 32, "secrets": []})
    )
    _write_survey(survey, dossier, size_bytes)
    _write_assessment(assessments / str(catalogue.framework), catalogue, dossier)
    signer = LabSigner(PrivateKey(ec.generate_private_key(ec.SECP256R1())))
    target = folder / "bundle"
    seal(
        run,
        target,
        twin=survey,
        assessments=assessments,
        signer=signer,
        purpose=Purpose.DEMO,
    )
    (folder / "lab.pem").write_bytes(signer.public_pem)
    return target


def _visits() -> Iterator[tuple[SampleId, VisitId, DeviceState]]:
    for sample in SAMPLES:
        for number, state in enumerate(STATES, 1):
            yield SampleId(sample), VisitId(f"{number}-{state.value}"), state


def _write_survey(survey: Path, dossier: Dossier, size_bytes: int) -> None:
    visits = list(_visits())
    attempts = [
        FactKey(probe=ProbeName(f"probe-{number:02}"), sample=sample, visit=visit, attempt=1)
        for sample, visit, _ in visits
        for number in range(PROBES)
    ]
    small = (size_bytes - sum(LARGE) * MIB) // (len(attempts) * SMALL)
    large = list(LARGE)
    for key in attempts:
        sizes = [max(small, 1024)] * SMALL
        if large:
            sizes.append(large.pop() * MIB)
        _write_attempt(survey / key.folder, key, sizes)
    for sample, visit, state in visits:
        record = VisitRecord(
            sample=sample,
            visit=visit,
            state=state,
            entered_by="benchmark",
            state_confirmed=True,
            started=_AT,
        )
        (survey / sample / visit / "visit.json").write_bytes(record.to_bytes())
    _write_head(survey, dossier, visits)


def _write_attempt(folder: Path, key: FactKey, sizes: list[int]) -> None:
    folder.mkdir(parents=True)
    captures = []
    for number, size in enumerate(sizes):
        data = os.urandom(size)
        (folder / f"{number}.bin").write_bytes(data)
        captures.append(
            CaptureEntry(
                name=f"{number}.bin",
                schema_name="certbench/raw/1",
                size=size,
                sha256=sha256_hex(data),
                complete=True,
            )
        )
    record = AttemptRecord(
        key=key,
        probe_version=1,
        outcome=AttemptOutcome.COMPLETED,
        started=_AT,
        ended=_AT,
        captures=tuple(captures),
    )
    (folder / "attempt.json").write_bytes(record.to_bytes())
    facts = {
        "schema": "certbench/facts-benchmark/1",
        "seen": [{"value": os.urandom(16).hex(), "number": number} for number in range(40)],
    }
    (folder / "facts.json").write_bytes(canonical(facts))


def _write_head(
    survey: Path, dossier: Dossier, visits: list[tuple[SampleId, VisitId, DeviceState]]
) -> None:
    record = SurveyRecord(
        run_id="benchmark",
        purpose=Purpose.DEMO,
        bench="benchmark",
        bench_kind="private",
        started=_AT,
        ended=_AT,
        complete=True,
        samples=tuple(SampleRecord(id=SampleId(each), origin="supplier") for each in SAMPLES),
        visits=tuple((sample, visit) for sample, visit, _ in visits),
        dossier_digest=dossier.digest,
    )
    plan = SurveyPlan(
        visits=tuple(
            PlannedVisit(sample=each, state=state, probes=()) for each, _, state in visits
        ),
        estimate_s=1.0,
    )
    (survey / "survey.json").write_bytes(record.to_bytes())
    (survey / "survey-plan.json").write_bytes(plan.to_bytes())
    (survey / "dossier.json").write_bytes(dossier.to_bytes())


def _write_assessment(folder: Path, catalogue: Catalogue, dossier: Dossier) -> None:
    units = tuple(_open_unit(entry, catalogue, dossier) for entry in catalogue.units)
    provisions = provision_results(catalogue, units)
    conclusion, why = conclude(catalogue, provisions, firmware="1.0", whole=True)
    rule, nothing = catalogue.decision_rule, sha256_hex(b"")
    assessment = Assessment(
        framework=catalogue.framework,
        title=catalogue.title,
        judge=JudgeDigests(
            harness="benchmark",
            suite=nothing,
            criteria=nothing,
            interpreters=nothing,
            catalogue=catalogue.digest,
        ),
        dossier_revision=1,
        dossier_digest=dossier.digest,
        decision_rule=f"{rule.id}/{rule.version}",
        complete=True,
        firmware="1.0",
        conclusion=conclusion,
        indicative=True,
        reason=why,
        provisions=provisions,
        cases=case_results(catalogue, units),
        units=units,
    )
    folder.mkdir(parents=True)
    (folder / "assessment.json").write_bytes(assessment.to_bytes())
    (folder / "catalogue.json").write_bytes(catalogue.to_bytes())
    (folder / "allure-results").mkdir()
    for unit in units:
        for kind in ("result", "container"):
            result = {"name": unit.unit, "status": "broken", "kind": kind, "labels": []}
            name = f"{sha256_hex(unit.unit.encode())[:32]}-{kind}.json"
            (folder / "allure-results" / name).write_bytes(canonical(result))


def _open_unit(entry: CatalogueUnit, catalogue: Catalogue, dossier: Dossier) -> UnitResult:
    """A unit that nobody looked at, but for what the supplier's declaration makes of it."""
    judgements = (undecided("DUT", "benchmark", reason("fact-missing")),)
    declaration = UnitDeclaration(unit=entry.id, decided_by=DecidedBy.AUTOMATIC)
    verdict, why, items = unit_verdict(declaration, judgements)
    wanted = catalogue.provision_of(entry.id)
    provision = next(each for each in catalogue.provisions if each.id == wanted)
    said = applicability(catalogue, provision, dossier)
    verdict, why = under_ics(verdict, why, said, provision, judgements)
    return UnitResult(
        unit=entry.id,
        case=entry.case,
        provision=wanted,
        decided_by=DecidedBy.AUTOMATIC,
        verdict=verdict,
        reason=why,
        items=items,
        judgements=judgements,
    )
