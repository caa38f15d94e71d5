"""A made bundle stage to report on: two frameworks, one sample, text as hostile as a test asks.

``tests/browser`` loads this file, too, so that both look at the same pages.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.evidence.manifest import ManifestEntry, class_of, sort_key
from harness.facts.base import Endpoint, Facts
from harness.facts.services import Service, ServicesFacts
from harness.facts.store import FactBase, FactRecord
from harness.model.assessment import Assessment, JudgeDigests, ProvisionResult, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy
from harness.model.disclosure import HeldFiles, Level, Redaction
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.external import ExternalEvidence
from harness.model.ids import FactKey, FrameworkRef
from harness.model.job import JobRecord
from harness.model.judgement import (
    Conclusion,
    Finding,
    Judgement,
    Outcome,
    Reason,
    Severity,
    Verdict,
)
from harness.model.observation import EvidenceRef
from harness.model.question import Answer
from harness.model.record import (
    AttemptOutcome,
    AttemptRecord,
    CaptureEntry,
    FirmwareReading,
    SampleRecord,
    SurveyRecord,
    VisitRecord,
)
from harness.model.states import DeviceState, Purpose
from harness.report.html import NAME, html_view
from harness.report.source import ReportSource
from harness.report.views import write_views

START, END = "2026-11-21T08:00:00.000000Z", "2026-11-21T08:03:12.500000Z"
KEY = FactKey(probe="services", sample="A", visit="1-as-received", attempt=1)
CAPTURE = "tcp-23.jsonl"
SEEN = EvidenceRef(path=f"{KEY.folder}/{CAPTURE}", where="line 3")
FRAMEWORK = FrameworkRef(slug="tiny", version="1")


def reason(code: str = "port-undeclared", **params: str) -> Reason:
    return Reason(code=code, params=params)


def finding(criterion: str = "undeclared-service", subject: str = "tcp/23", **changes: Any) -> Any:
    given = {
        "criterion": criterion,
        "severity": Severity.HIGH,
        "subject": subject,
        "reason": reason(subject=subject),
        "evidence": (SEEN,),
    }
    return Finding(**(given | changes))


def judgement(*findings: Finding, **changes: Any) -> Judgement:
    given = {
        "item": "tcp/23",
        "criterion": "undeclared-service",
        "outcome": Outcome.CONTRADICTED if findings else Outcome.HELD,
        "reason": findings[0].reason if findings else reason("port-declared", subject="tcp/23"),
        "facts": (KEY,),
        "evidence": (SEEN,),
        "findings": findings,
    }
    return Judgement(**(given | changes))


def unit(name: str, verdict: Verdict = Verdict.PASS, **changes: Any) -> UnitResult:
    given = {
        "unit": name,
        "case": name[:-1],
        "provision": "p" + name[1],
        "decided_by": DecidedBy.AUTOMATIC,
        "verdict": verdict,
        "reason": reason("port-declared", subject="tcp/23"),
    }
    return UnitResult(**(given | changes))


def failing(name: str, *findings: Finding, **changes: Any) -> UnitResult:
    found = findings or (finding(),)
    given = {"reason": found[0].reason, "judgements": (judgement(*found),)}
    return unit(name, Verdict.FAIL, **(given | changes))


def waiting(name: str, code: str, decided_by: DecidedBy = DecidedBy.AUTOMATIC) -> UnitResult:
    return unit(name, Verdict.INCONCLUSIVE, reason=reason(code), decided_by=decided_by)


def catalogue(text: str = "text", **changes: Any) -> Catalogue:
    """Three provisions p1 to p3 with the cases c1 to c3 and the units c1a, c1b, c2a, c3a."""
    provisions = [
        {
            "id": f"p{number}",
            "section": f"section {number // 2}",
            "title": f"{text} {number}",
            "status": "M",
            "mandatory": number < 3,
            "confirmed": number > 1,
        }
        for number in (1, 2, 3)
    ]
    cases = [
        {"id": f"c{number}", "provision": f"p{number}", "kind": "functional", "purpose": text}
        for number in (1, 2, 3)
    ]
    units = [
        {"id": name, "case": name[:2], "kind": "functional"}
        for name in ("c1a", "c1b", "c2a", "c3a")
    ]
    given = {
        "framework": FRAMEWORK,
        "title": text,
        "publisher": text,
        "legal_status": text,
        "test_specification": text,
        "source_note": text,
        "provisions": provisions,
        "cases": cases,
        "units": units,
        "decision_rule": {"id": "tiny", "version": 1, "note": text},
        "in_law": {
            "drawn_by": {"text": text},
            "conclusions": {each.value: [{"text": text}] for each in Conclusion},
            "indicative": {"text": text},
        },
    }
    return Catalogue.model_validate(given | changes)


def assessment(*units: UnitResult, **changes: Any) -> Assessment:
    """The units given, passes for the others, and provisions that follow from them."""
    named = {entry.unit: entry for entry in units}
    every = [named.get(name) or unit(name) for name in ("c1a", "c1b", "c2a", "c3a")]
    ladder = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)
    provisions = [
        ProvisionResult(
            provision=provision,
            mandatory=provision != "p3",
            verdict=next(
                verdict
                for verdict in ladder
                if any(e.verdict is verdict for e in every if e.provision == provision)
            ),
            reason=reason("no-unit"),
        )
        for provision in ("p1", "p2", "p3")
    ]
    given = {
        "framework": FRAMEWORK,
        "title": "Tiny framework",
        "judge": JudgeDigests(
            harness="0",
            suite="1" * 64,
            criteria="2" * 64,
            interpreters="3" * 64,
            catalogue="4" * 64,
        ),
        "dossier_revision": 1,
        "dossier_digest": "5" * 64,
        "decision_rule": "tiny/1",
        "complete": True,
        "firmware": "1.0",
        "conclusion": Conclusion.NOT_CONFORMANT,
        "indicative": False,
        "reason": reason("provisions-fail", provisions="p1"),
        "provisions": tuple(provisions),
        "cases": (),
        "units": tuple(every),
    }
    return Assessment(**(given | changes))


@dataclass
class Stage:
    """A folder as sealing prepares it, with ``text`` in every field that others fill in."""

    folder: Path
    text: str = "text"
    purpose: Purpose = Purpose.TEST
    answers: tuple[Answer, ...] = ()
    evidence: tuple[ExternalEvidence, ...] = ()
    attempt: dict[str, Any] = field(default_factory=dict)
    captures: tuple[str, ...] = (CAPTURE,)
    firmware: tuple[str, str] = ("1.0", "1.0")
    content: bytes = b"captured\n"
    withheld: tuple[str, ...] = ()
    redaction: Redaction | None = None
    job: JobRecord | None = None
    more: tuple[Facts, ...] = ()

    def page(self, *assessments: Assessment, **of_catalogue: Any) -> str:
        """Write the stage and its HTML report; the page."""
        source = self._write(assessments, of_catalogue)
        path = self.folder / "report" / NAME
        path.parent.mkdir()
        path.write_bytes(html_view(source)[NAME])
        return path.read_text(encoding="utf-8")

    def report(self, *assessments: Assessment, **of_catalogue: Any) -> str:
        """Write the stage and every view of it; the HTML report."""
        report = self.folder / "report"
        write_views(self._write(assessments, of_catalogue), report)
        return (report / NAME).read_text(encoding="utf-8")

    def _write(
        self, assessments: tuple[Assessment, ...], of_catalogue: dict[str, Any]
    ) -> ReportSource:
        self._write_survey()
        for entry in assessments:
            folder = self.folder / "assessments" / str(entry.framework)
            folder.mkdir(parents=True)
            changed = {"framework": entry.framework} | of_catalogue
            (folder / "catalogue.json").write_bytes(catalogue(self.text, **changed).to_bytes())
        if self.redaction:
            (self.folder / "redaction.json").write_bytes(self.redaction.to_bytes())
        return ReportSource(self.folder, self.facts(), assessments)

    def facts(self) -> FactBase:
        service = Service(
            endpoint=Endpoint(address="127.0.0.1", transport="tcp", port=23),
            protocol=self.text,
            evidence=(SEEN,),
        )
        before, after = (
            FirmwareReading(version=version, source="console", fact="f")
            for version in self.firmware
        )
        fact = ServicesFacts(services=(service,), complete=True)
        state, done = DeviceState.AS_RECEIVED, AttemptOutcome.COMPLETED
        record = FactRecord(KEY, state, done, fact, before, after)
        others = tuple(
            FactRecord(KEY.model_copy(update={"probe": each.PROBE}), state, done, each)
            for each in self.more
        )
        return FactBase(self._survey(), (self._visit(),), (record, *others), ())

    def _survey(self) -> SurveyRecord:
        sample = SampleRecord(
            id="A",
            origin=self.text,
            serial=self.text,
            hardware=self.text,
            address=self.text,
            mac=self.text,
            console=self.text,
        )
        return SurveyRecord(
            run_id=self.text,
            purpose=self.purpose,
            bench=self.text,
            bench_kind=self.text,
            started=START,
            ended=END,
            complete=True,
            samples=(sample,),
            visits=((KEY.sample, KEY.visit),),
            tools={"nmap": self.text},
            equipment=(self.text,),
            job=self.text,
        )

    def _visit(self) -> VisitRecord:
        return VisitRecord(
            sample=KEY.sample,
            visit=KEY.visit,
            state=DeviceState.AS_RECEIVED,
            entered_by=self.text,
            state_confirmed=True,
            started=START,
            ended=END,
        )

    def _write_survey(self) -> None:
        survey = self.folder / "survey"
        attempt = survey / KEY.folder
        attempt.mkdir(parents=True)
        for name in self.captures:
            if name not in self.withheld:
                (attempt / name).write_bytes(self.content)
        entries = tuple(
            CaptureEntry(name=name, schema_name="x", size=9, sha256="0" * 64, complete=True)
            for name in self.captures
        )
        given = {
            "key": KEY,
            "probe_version": 1,
            "outcome": AttemptOutcome.COMPLETED,
            "started": START,
            "ended": END,
            "tools": {self.text: self.text},
            "captures": entries,
        }
        record = AttemptRecord(**(given | self.attempt))
        (attempt / "attempt.json").write_bytes(record.to_bytes())
        (survey / "dossier.json").write_bytes(self._dossier().to_bytes())
        if self.job:
            (survey / "job.json").write_bytes(self.job.to_bytes())
        (survey / "answers").mkdir()
        for answer in self.answers:
            path = survey / "answers" / f"{answer.number}.json"
            path.write_bytes(answer.to_bytes())

    def _dossier(self) -> Dossier:
        text = self.text
        rows = tuple(
            IcsRow(provision=provision, support=support, detail=text)
            for provision, support in (("p1", Support.YES), ("p2", Support.NOT_APPLICABLE))
        )
        dut = DutIdentification(
            supplier=text,
            model=text,
            hardware=text,
            firmware=text,
            description=text,
            associated_services=(text,),
        )
        ics = {"tiny": rows, text: rows}
        return Dossier(author=text, dut=dut, ics=ics, evidence=self.evidence or None)


@pytest.fixture
def stage(tmp_path: Path) -> Callable[..., Stage]:
    """Makes stages; each in a folder of its own."""
    made: list[Stage] = []

    def make(**changes: Any) -> Stage:
        folder = tmp_path / f"stage-{len(made)}"
        folder.mkdir()
        made.append(Stage(folder, **changes))
        return made[-1]

    return make


def hostile_assessment(text: str) -> Assessment:
    """An assessment whose every free field says ``text``, with evidence at hostile paths."""
    bad = EvidenceRef(path=text, where=text)
    hostile = finding(text, text, reason=reason("port-undeclared", subject=text), evidence=(bad,))
    unknown = finding(text, text, reason=reason("made-up", x=text), evidence=(bad, SEEN))
    odd = judgement(
        hostile, unknown, item=text, criterion=text, evidence=(bad,), rows=(text,), answers=(1,)
    )
    return assessment(
        failing("c1a", hostile, judgements=(odd,)),
        unit("c1b", Verdict.FAIL, reason=reason("not-claimed", detail=text)),
        unit("c2a", Verdict.INCONCLUSIVE, reason=reason("fact-missing", why=text)),
        title=text,
        firmware=text,
        decision_rule=text,
        reason=reason("provisions-fail", provisions=text),
        indicative=True,
    )


def allure_result(unit: str, verdict: str, **changes: Any) -> dict[str, Any]:
    """What a bundle has of a unit that ran, with more in it than the view may take."""
    labels = {"unit": unit, "verdict": verdict, "host": "bench-7", "thread": "4242-MainThread"}
    given = {
        "uuid": unit,
        "name": "test_it",
        "status": "passed",
        "descriptionHtml": "<script>alert(1)</script>",
        "statusDetails": {"message": "m", "trace": "/home/lab/secret.py:1"},
        "start": 1795333194904,
        "stop": 1795333194999,
        "labels": [{"name": name, "value": value} for name, value in labels.items()],
        "links": [{"url": "javascript:alert(1)"}],
        "attachments": [{"name": "a", "source": "../../etc/passwd", "type": "text/html"}],
    }
    return given | changes


def bundle_of(stage: Stage, *assessments: Assessment, results: Any = ()) -> Path:
    """A folder that has the parts of a sealed bundle that a view reads, with a report in it."""
    stage.page(*assessments)
    bundle = stage.folder.with_name(f"{stage.folder.name}-bundle")
    data = stage.folder.rename(_folder(bundle) / "data")
    (data / "survey" / "survey.json").write_bytes(stage.facts().survey.to_bytes())
    for entry in assessments:
        folder = data / "assessments" / str(entry.framework)
        (folder / "assessment.json").write_bytes(entry.to_bytes())
        for number, result in enumerate(results):
            file = _folder(folder / "allure-results") / f"{number}-result.json"
            file.write_text(json.dumps(result))
    files = sorted((file for file in data.rglob("*") if file.is_file()), key=str)
    entries = sorted(
        (_manifest_entry(file, file.relative_to(bundle).as_posix()) for file in files),
        key=lambda entry: sort_key(entry.path),
    )
    evb = _folder(bundle / "evb")
    (evb / "manifest.jsonl").write_bytes(b"".join(entry.line() for entry in entries))
    (evb / "statement.dsse.json").write_bytes(b"{}")
    return bundle


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _manifest_entry(file: Path, path: str) -> ManifestEntry:
    content = file.read_bytes()
    given = {"path": path, "size": len(content), "class": class_of(path)}
    salts = {"salt_m": "0" * 32, "salt_c": "1" * 32}
    digest = hashlib.sha256(content).hexdigest()
    return ManifestEntry.model_validate(given | salts | {"sha256": digest})


def redaction(text: str = "text") -> Redaction:
    """What an edition holds back for this reason."""
    kind = {"class": "capture", "reason": text}
    held = (
        HeldFiles(count=2, level=Level.METADATA, embargo=dt.date(2027, 3, 1), **kind),
        HeldFiles(count=1, level=Level.WITHHELD, **kind),
    )
    return Redaction(full=9, metadata=2, withheld=1, embargoed=2, held=held)


def job(text: str = "text") -> JobRecord:
    """A job record whose every free field says ``text``."""
    where = {"name": text, "address": text}
    return JobRecord.model_validate(
        {
            "report_id": "TR-7",
            "issued": "2026-11-22",
            "authorised_by": text,
            "laboratory": {**where, "accreditation": text},
            "customer": where,
            "sites": [{"id": "main", "address": text}],
            "persons": [{"id": "P1", "name": "N. N.", "roles": ["evaluator", "operator"]}],
            "deviations": [{"what": text, "reason": text}],
            "external": [],
            "opinions": [{"text": text, "by": text, "basis": text}],
            "amends": {"report": "TR-6", "reason": text, "changes": text},
        }
    )


def hostile_answer(text: str) -> Answer:
    """An answer whose every free field says ``text``."""
    return Answer(
        number=1,
        question=text,
        question_digest="0",
        item=text,
        value=text,
        reason=text,
        person=text,
        at=text,
        scripted=True,
    )


def hostile_evidence(text: str) -> ExternalEvidence:
    return ExternalEvidence(
        id="E-1",
        title=text,
        issuer=text,
        accreditation=text,
        scope=text,
        valid_from="2020-01-01",
        valid_until="2999-12-31",
        file=text,
        sha256="0" * 64,
        covers=(text,),
    )


def hostile_capture(text: str) -> bytes:
    """A journal whose records say ``text``, in one line and in several."""
    body = "\n".join((text, "a text is mostly what can be printed " * 9, text))
    records: tuple[dict[str, Any], ...] = (
        {"kind": "sent", "data": text},
        {"kind": text, text: text, "headers": [[text, text]], "body": body},
    )
    return b"header\n" + b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.fixture
def hostile_page(stage: Callable[..., Stage]) -> Callable[[str], str]:
    """The page of a bundle in which every device-controlled field says ``text``."""

    def make(text: str) -> str:
        attempt = {"outcome": AttemptOutcome.FAILED, "reason": text, "started": text, "ended": text}
        made = stage(
            text=text,
            answers=(hostile_answer(text),),
            evidence=(hostile_evidence(text),),
            attempt=attempt,
            firmware=(text, text + "2"),
            content=hostile_capture(text),
            redaction=redaction(text),
            job=job(text),
        )
        return made.page(hostile_assessment(text))

    return make


@pytest.fixture
def made() -> Any:
    """The builders of this file, by name."""
    return _Builders


class _Builders:
    KEY, SEEN, CAPTURE, FRAMEWORK = KEY, SEEN, CAPTURE, FRAMEWORK
    reason, finding, judgement, unit, failing, waiting, catalogue, assessment = map(
        staticmethod,
        (reason, finding, judgement, unit, failing, waiting, catalogue, assessment),
    )
    Stage = Stage
    bundle_of, allure_result, hostile_assessment, redaction, job = map(
        staticmethod, (bundle_of, allure_result, hostile_assessment, redaction, job)
    )
