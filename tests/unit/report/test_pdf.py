"""The test report as PDF: every field stated or its absence, the same bytes, no text as markup."""

import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from harness.config.job import load_job
from harness.model.disclosure import Redaction
from harness.model.ids import FrameworkRef
from harness.model.job import Amendment, Deviation, ExternalResult, JobRecord, Opinion
from harness.model.judgement import Conclusion, Verdict
from harness.model.record import ClockReading
from harness.model.states import Purpose
from harness.report.pdf import view
from harness.report.pdf.clauses import CLAUSES
from harness.report.pdf.content import content
from harness.report.pdf.glyphs import printable
from harness.report.pdf.view import NAME, compiled, pdf_view
from harness.report.source import ReportSource
from harness.report.survey_view import REDACTION

JOB = load_job(Path(__file__).parents[2] / "complete_job.toml")
AGAIN = """
import sys
from pathlib import Path
from harness.encoding.tree import DirectoryTree
from harness.facts.store import FactBase
from harness.model.assessment import Assessment
from harness.model.record import SurveyRecord
from harness.report.pdf.view import pdf_view
from harness.report.source import ReportSource
folder = Path(sys.argv[1])
survey = SurveyRecord.from_bytes((folder / "survey.json").read_bytes())
assessment = Assessment.from_bytes((folder / "assessment.json").read_bytes())
source = ReportSource(folder, FactBase(survey, (), (), ()), (assessment,))
sys.stdout.buffer.write(pdf_view(source)["report.pdf"])
"""


class Pdf:
    """A report as a reader program sees it."""

    def __init__(self, data: bytes) -> None:
        self.reader = pypdf.PdfReader(io.BytesIO(data))
        self.pages = [" ".join(page.extract_text().split()) for page in self.reader.pages]
        self.text = " ".join(self.pages)
        # Long runs may be broken anywhere.
        self.solid = re.sub(r"\s", "", self.text)

    def says(self, text: str) -> bool:
        return re.sub(r"\s", "", text) in self.solid

    def state_of(self, clause: str) -> str:
        """What annex A says of a clause: ``stated`` or why not."""
        index = self.text.rindex("Annex A: where each required content stands")
        row = self.text[self.text.index(f" {clause} ", index) :]
        return re.search(r"(not stated: .*?|stated)(?= 7\.8|\ Clauses with)", row)[1]


@pytest.fixture
def report(stage, made):
    """Makes a report from one assessment, with a job record, and reads it."""

    def make(*assessments, job=JOB, redaction=None, **changes) -> Pdf:
        entries = assessments or (made.assessment(made.failing("c1a")),)
        return Pdf(source_of(stage(**changes), entries, job, redaction))

    return make


def source_of(stage, assessments, job, redaction=None) -> bytes:
    """Write a stage with its job record; the PDF in its report."""
    survey = stage.folder / "survey"
    survey.mkdir()
    if job is not None:
        (survey / "job.json").write_bytes(job.to_bytes())
    if redaction is not None:
        (stage.folder / REDACTION).write_text(redaction)
    stage.report(*assessments)
    return (stage.folder / "report" / NAME).read_bytes()


def test_every_page_has_the_reports_id_and_its_number(report):
    pdf = report()
    total = len(pdf.pages)
    assert total > 3
    for number, page in enumerate(pdf.pages, 1):
        assert page.count(JOB.report_id) >= 2, "in the header and in the footer"
        assert f"page {number} of {total}" in page


def test_the_end_is_marked_once_on_the_last_page(report):
    pdf = report()
    assert f"End of test report {JOB.report_id}" in pdf.pages[-1]
    assert pdf.text.count("End of test report") == 1


def test_every_required_content_is_stated_with_a_complete_record(report):
    pdf = report()
    assert {clause.id: pdf.state_of(_shown(clause)) for clause in CLAUSES} == {
        clause.id: "stated" for clause in CLAUSES
    }
    assert "not stated:" not in pdf.text
    for said in (
        "Example Test Laboratory",
        "1 Bench Street, 12345 Sampleton",
        "certification@acme.example",
        "2026-11-30",
        "sample A: sealed box, no damage",
        "ntp.example.org (UTC)",
        "Nobody who worked on this job has an interest in its result.",
    ):
        assert pdf.says(said)


def test_a_failure_without_a_flaw_is_not_passed_over(report, made):
    why = made.reason("control-missing")
    pdf = report(made.assessment(made.unit("c1a", Verdict.FAIL, reason=why)))
    assert "Nothing was found wrong" not in pdf.text
    assert pdf.says("tiny p1, unit c1a: a known-good attempt did not succeed")
    assert pdf.says("answer: 1, under Findings")


def test_places_that_are_not_named_are_counted(report, made):
    lines = tuple(made.SEEN.model_copy(update={"where": f"line {n}"}) for n in range(1, 9))
    bad = made.finding(evidence=lines)
    assert report(made.assessment(made.failing("c1a", bad))).says("and 2 further places")


def test_where_nothing_fails_the_findings_say_so(report, made):
    assert report(made.assessment()).says("Nothing was found wrong in what was decided.")


def test_the_order_of_the_assessments_makes_no_difference(stage, made):
    entries = made.assessment(), made.assessment(framework=FrameworkRef(slug="other", version="1"))
    assert source_of(stage(), entries, JOB) == source_of(stage(), entries[::-1], JOB)


def test_without_a_job_record_each_absence_is_stated_with_its_reason(report):
    pdf = report(job=None, text="text", purpose=Purpose.PRETEST)
    for clause in ("7.8.2.1 b", "7.8.2.1 c", "7.8.2.1 d", "7.8.2.1 e", "7.8.2.1 h", "7.8.2.1 j"):
        assert pdf.state_of(clause) == "not stated: the run was made without a job record"
    for clause in ("7.8.2.1 a", "7.8.2.1 f", "7.8.2.1 i", "7.8.2.1 l", "7.8.2.1 m"):
        assert pdf.state_of(clause) == "stated"
    assert pdf.text.count("run text") > len(pdf.pages), "the run's id stands for the report's"


@pytest.mark.parametrize(
    ("field", "clause"),
    [
        ("issued", "7.8.2.1 j"),
        ("authorised_by", "7.8.2.1 o"),
        ("sampling", "7.8.2.1 k"),
        ("external", "7.8.2.1 p"),
        ("deviations", "7.8.2.1 n"),
        ("laboratory", "7.8.2.1 b"),
        ("customer", "7.8.2.1 e"),
        ("items", "7.8.2.1 h"),
        ("environment", "7.8.3.1 a *"),
    ],
)
def test_a_field_that_is_open_is_said_to_be(report, field, clause):
    document = JOB.to_json()
    del document[field]
    pdf = report(job=JobRecord.model_validate_json(JobRecord(**document).model_dump_json()))
    assert pdf.state_of(clause) == "not stated: left open in the job record"


def test_the_statement_of_conformity_has_results_and_decision_rule(report, made):
    pdf = report(made.assessment(made.failing("c1a"), indicative=True))
    assert pdf.says("NOT CONFORMANT (indicative)")
    assert pdf.says("tiny@1: tiny/1")
    assert pdf.says("CONFORMANT only if every mandatory provision that applies has PASS")
    assert pdf.says("The results relate only to the items tested")


def test_a_digest_can_be_copied_as_it_is(report):
    pdf = report()
    assert pdf.says("4" * 64)
    assert "\u200b" not in pdf.text


def test_a_finding_leads_to_its_evidence(report, made):
    pdf = report()
    assert pdf.says(f"survey/{made.SEEN.path}, {made.SEEN.where}")


def test_open_provisions_are_not_worded_as_passes(report, made):
    said = {"conclusion": Conclusion.INCONCLUSIVE, "reason": made.reason("no-unit")}
    pdf = report(made.assessment(made.waiting("c1a", "person-not-asked"), **said))
    assert "No conclusion yet, neither passed nor failed" in pdf.pages[0]
    assert "are met" not in pdf.text


def test_other_purposes_say_on_the_first_page_that_nothing_is_certified(report):
    assert "certifies nothing" in report(purpose=Purpose.DEMO).pages[0]
    assert "certifies nothing" not in report().text


def test_a_public_edition_says_what_it_lacks(report):
    held = {"class": "capture", "level": "withheld", "reason": "unpatched hole", "count": 12}
    told = Redaction(
        full=3, metadata=1, withheld=12, embargoed=12, held=(held | {"embargo": "2027-01-31"},)
    )
    pdf = report(redaction=told.to_bytes().decode())
    assert pdf.pages[0].count("Public edition: 13 files of the bundle not shown in full") == 1
    assert pdf.says("12 capture withheld unpatched hole 2027-01-31")
    assert "Public edition" not in report().text


def test_what_the_laboratory_declares_is_in_the_report(report):
    job = JOB.model_copy(
        update={
            "external": (ExternalResult(provider="Other Lab", what="radio tests"),),
            "deviations": (Deviation(what="one sample only", reason="none to be had"),),
            "opinions": (Opinion(text="it ages well", by="P1", basis="experience"),),
            "amends": Amendment(report="TR-1", reason="typing error", changes="the address"),
        }
    )
    pdf = report(job=job)
    assert pdf.says("radio tests: by Other Lab (accreditation not stated), no reference")
    assert pdf.says("one sample only: none to be had")
    assert pdf.says("it ages well (P1; rests on experience)")
    assert pdf.says("Replaces TR-1. Reason: typing error. Changed: the address")


def test_persons_are_shown_by_id_with_the_name_that_the_record_has(report):
    pdf = report()
    assert pdf.says("P1 (Ada Example)")
    assert pdf.says("P3 (Alan Example), 2026-11-30")


def test_the_clock_is_as_the_bench_knows_it_or_not_checked(stage, made, report):
    assert report().says("Not checked: the machine could not be asked.")
    made_stage, judged = stage(), made.assessment()
    made_stage.report(judged)
    facts = made_stage.facts()
    clock = ClockReading(
        at="2026-11-21T08:00:00.000000Z",
        source="adjtimex(2)",
        synchronised=False,
        offset_us=7,
        estimated_error_us=1,
        maximum_error_us=16_000_000,
    )
    asked = replace(facts, survey=facts.survey.model_copy(update={"clock": clock}))
    said = content(ReportSource(made_stage.folder, asked, (judged,)))["fields"]["bench_clock"]
    (line,) = said["lines"]
    assert line.startswith("NOT synchronised with any source; 7 µs to correct, error at most 16000")


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        '#import "@preview/x:1.0.0"',
        "*bold* _it_ $x^2$ `raw` <label> @ref = Heading // comment",
        "\\u{41} \\ #panic() #sys.inputs",
        "<script>alert(1)</script>",
    ],
)
def test_what_a_device_says_is_never_markup(report, made, text):
    unit = made.failing("c1a", made.finding(reason=made.reason("port-undeclared", subject=text)))
    pdf = report(made.assessment(unit, firmware=text), job=None, text=text)
    assert pdf.says(text)
    assert "root:x:0" not in pdf.text
    assert "alert(1)" not in str(pdf.reader.trailer["/Root"])


@pytest.mark.parametrize(
    "text", ["\u202eevil", "\x1b[31mred", "\u4e2d\u6587", "a\x00b\u2028c", "\ud800"]
)
def test_what_cannot_be_printed_is_shown_as_an_escape(report, text):
    pdf = report(job=None, text=text.encode("utf-8", "replace").decode())
    assert pdf.says(printable(text.encode("utf-8", "replace").decode()))
    assert text not in pdf.text


def test_endless_text_stays_on_the_page(report, made):
    pdf = report(made.assessment(firmware="x" * 10_000), job=None, text="W" * 10_000)
    assert len(pdf.pages) < 60
    assert "W" * 4001 not in pdf.solid
    assert "The requirements are not met" in pdf.pages[0], "names are cut"
    for page in pdf.reader.pages:
        assert page.mediabox == pdf.reader.pages[0].mediabox


def test_every_character_that_is_let_through_has_a_glyph(stage, made):
    every = "".join(map(chr, range(0x20, 0x3000)))
    shown = "".join(dict.fromkeys(printable(every, len(every))))
    assert len(shown) > 800
    made_stage = stage(text="text")
    made_stage.report(made.assessment())
    said = content(ReportSource(made_stage.folder, made_stage.facts(), (made.assessment(),)))
    said["device"] = said["tested"] = shown
    said["flaws"] = [
        {
            "title": "t",
            "severity": "high",
            "advice": "",
            "provisions": [],
            "sightings": [{"text": "t", "evidence": [shown]}],
        }
    ]
    assert compiled(said).startswith(b"%PDF-1.7")


def test_both_standards_are_asked_for_and_nothing_active_is_inside(report):
    pdf = report()
    root = pdf.reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert pdf.reader.metadata.title.startswith("Test report: ")
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root)
    assert "/JavaScript" not in str(root.get("/Names"))
    annotations = [a.get_object() for p in pdf.reader.pages for a in p.get("/Annots", ())]
    assert annotations, "the contents lead to their pages"
    assert not [a for a in annotations if "/URI" in str(a)], "and nothing leads outside"


def test_another_process_makes_the_same_bytes(stage, made, tmp_path):
    made_stage, judged = stage(), made.assessment(made.failing("c1a"))
    source_of(made_stage, (judged,), JOB)
    (made_stage.folder / "assessment.json").write_bytes(judged.to_bytes())
    survey = made_stage.facts().survey
    (made_stage.folder / "survey.json").write_bytes(survey.to_bytes())
    elsewhere = {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "HOME": str(tmp_path)}
    files = []
    for seed, changed in (("1", {}), ("2", elsewhere)):
        environment = {**os.environ, "PYTHONHASHSEED": seed, **changed}
        argv = [sys.executable, "-c", AGAIN, str(made_stage.folder)]
        done = subprocess.run(argv, env=environment, capture_output=True, check=True)
        files.append(done.stdout)
    assert files[0].startswith(b"%PDF-")
    assert files[0] == files[1]


def test_without_the_typesetter_there_is_no_report_and_no_error(monkeypatch):
    monkeypatch.setattr(view, "find_spec", lambda name: None)
    assert pdf_view(None) == {}


def test_a_provision_without_a_result_is_left_out_and_others_stay(report, made):
    judged = made.assessment()
    fewer = judged.model_copy(update={"provisions": judged.provisions[:1]})
    pdf = report(fewer)
    assert pdf.says("Provisions: 1 PASS.")


def test_two_frameworks_stand_beside_each_other(report, made):
    other = made.assessment(
        framework=FrameworkRef(slug="other", version="2"), conclusion=Conclusion.CONFORMANT
    )
    pdf = report(made.assessment(made.unit("c1a", Verdict.FAIL)), other)
    assert pdf.says("The requirements are not met")
    assert pdf.says("The requirements are met")


def _shown(clause):
    return clause.id + ("" if clause.confirmed else " *")
