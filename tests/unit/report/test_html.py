"""What the report says: flaws once, no more than was decided, and all that is open."""

import re

import pytest

from harness.model.declaration import DecidedBy
from harness.model.ids import FrameworkRef
from harness.model.job import JobRecord
from harness.model.judgement import Conclusion, Severity, Verdict
from harness.model.observation import EvidenceRef
from harness.model.question import Answer
from harness.model.record import AttemptOutcome
from harness.model.states import Purpose
from harness.report import quotes
from harness.report.html import headline, html_view, merged_findings
from harness.report.source import ReportSource


def part(page, name):
    """One section of the page, without its tags."""
    found = re.search(rf'<section aria-labelledby="{name}"[^>]*>.*?</section>', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", found[0]))


def test_a_flaw_stands_once_for_all_units_and_frameworks(stage, made):
    other = FrameworkRef(slug="other", version="2")
    seen_twice = (made.failing("c1a"), made.failing("c2a"))
    page = stage().page(made.assessment(*seen_twice), made.assessment(*seen_twice, framework=other))
    assert page.count('<article class="flaw"') == 1
    flaws = part(page, "flaws")
    assert flaws.count("the port is open and not declared") == 1
    assert "tiny@1: p1 (unit c1a), p2 (unit c2a)" in flaws
    assert "other@2: p1 (unit c1a), p2 (unit c2a)" in flaws


def test_flaws_come_worst_first_with_what_to_change(stage, made):
    mild = made.finding("information-disclosure", severity=Severity.LOW)
    bad = made.finding("universal-default-password", severity=Severity.CRITICAL)
    flaws = part(stage().page(made.assessment(made.failing("c1a", mild, bad))), "flaws")
    assert flaws.index("Several units share one factory password") < flaws.index("Products or")
    assert "Generate the factory password per unit" in flaws
    assert "CWE-1393" in flaws


def test_evidence_of_all_units_is_linked_where_the_flaw_stands(stage, made):
    later = EvidenceRef(path=made.SEEN.path, where="line 9")
    more = made.finding(evidence=(later, EvidenceRef(path="gone.jsonl", where="line 1")))
    page = stage().page(made.assessment(made.failing("c1a"), made.failing("c2a", more)))
    flaws = part(page, "flaws")
    assert "A/1-as-received/services/1/tcp-23.jsonl, lines 3, 9" in flaws
    assert "gone.jsonl (not in this bundle), line 1" in flaws
    assert 'href="../survey/A/1-as-received/services/1/tcp-23.jsonl"' in page
    assert "gone.jsonl</code></a>" not in page


def test_what_stands_at_a_place_of_evidence_is_quoted_under_its_link(stage, made):
    record = b'{"kind":"received","data":"router login: ","n":2}\n'
    page = stage(content=b"header\nfirst\n" + record).page(made.assessment(made.failing("c1a")))
    for name in ("flaws", "f1"):
        assert "line 3 line 3 first received: data &#34;router login: &#34;" in part(page, name)


def test_places_that_say_the_same_are_quoted_once_and_few_of_many(stage, made, monkeypatch):
    lines = b"header\n" + b"same\n" * 20
    refs = tuple(EvidenceRef(path=made.SEEN.path, where=f"line {n}") for n in range(3, 15))
    failing = made.failing("c1a", made.finding(evidence=refs))
    flaws = part(stage(content=lines).page(made.assessment(failing)), "flaws")
    assert "Evidence: 12 places in 1 capture" in flaws
    assert "line 3, line 4, line 5, line 6 same same 8 further places not quoted" in flaws


def test_a_page_that_is_full_says_so(stage, made, monkeypatch):
    monkeypatch.setattr(quotes, "_PAGE_CHARACTERS", 50)
    lines = b"header\n" + b"0123456789\n" * 2
    page = stage(content=lines).page(made.assessment(made.failing("c1a")))
    assert "line 3 0123456789 0123456789" in part(page, "flaws")
    assert "line 3: not quoted, this page is long enough: see the file" in part(page, "f1")


def test_a_capture_that_this_edition_leaves_out_is_called_withheld(stage, made):
    page = stage(withheld=(made.CAPTURE,)).page(made.assessment(made.failing("c1a")))
    said = "tcp-23.jsonl (withheld from this edition), line 3"
    assert said in part(page, "flaws")
    assert said in part(page, "f1")
    assert "tcp-23.jsonl (withheld from this edition)" in part(page, "survey")
    assert "<pre><bdi>" not in page
    assert "not quoted" not in part(page, "flaws")
    assert f'{made.CAPTURE}"' not in page


def test_a_public_edition_says_what_it_withholds_and_why(stage, made):
    page = stage(redaction=made.redaction("an unpatched hole")).page(made.assessment())
    assert "<strong>Public edition.</strong> 3 files of the bundle are not shown" in page
    withheld = part(page, "withheld")
    assert "Shown in full: 9 files." in withheld
    assert "capture2name, size and kindan unpatched holeuntil 2027-03-01" in withheld
    assert "capture1kindan unpatched holenone" in withheld


def test_the_edition_of_the_laboratory_speaks_of_nothing_withheld(stage, made):
    page = stage().page(made.assessment())
    assert "Public edition" not in page
    assert 'id="withheld"' not in page


def test_who_tested_for_whom_is_said_as_far_as_the_laboratory_wrote_it_down(stage, made):
    page = stage(job=made.job("our words")).page(made.assessment())
    job = part(page, "job")
    assert "TR-7, issued 2026-11-22, authorised by our words" in job
    assert "ReplacesTR-6: our words Changed: our words" in job
    assert "P1 (evaluator, operator)" in job
    assert "Deviations from the methodour words: our words" in job
    assert "Results from othersnone" in job
    assert "N. N." not in page
    assert "Security test report TR-7, replaces TR-6" in re.sub(r"<[^>]*>", "", page)
    assert 'id="job"' not in stage().page(made.assessment())


def test_what_a_job_record_leaves_open_is_called_not_stated(stage, made):
    job = part(stage(job=JobRecord()).page(made.assessment()), "job")
    assert "Laboratorynot stated" in job
    assert "Customernot stated" in job
    assert "Deviations from the methodnot stated" in job


def test_links_lead_from_where_the_page_lies(stage, made):
    one = stage()
    one.page(made.assessment())
    source = ReportSource(one.folder, one.facts(), (made.assessment(),), data="../data")
    page = html_view(source)["index.html"].decode()
    assert 'href="../data/survey/A/1-as-received/services/1/tcp-23.jsonl"' in page
    assert 'href="../survey/' not in page


def test_names_of_captures_are_percent_encoded(stage, made):
    page = stage(captures=("odd #1%?.jsonl",)).page(made.assessment())
    assert 'href="../survey/A/1-as-received/services/1/odd%20%231%25%3F.jsonl"' in page


def test_a_failure_without_a_finding_is_not_forgotten(stage, made):
    declared = made.unit("c2a", Verdict.FAIL, reason=made.reason("mandatory-not-supported"))
    page = stage().page(made.assessment(declared))
    flaws = part(page, "flaws")
    assert "No flaw was found" not in page
    assert "1 test unit failed by the declaration" in part(page, "summary")
    assert "Failures, by the declaration or by a person's answer" in flaws
    assert "p2, unit c2a of Tiny framework: mandatory-not-supported" in flaws


@pytest.mark.parametrize("indicative", [False, True])
def test_an_inconclusive_assessment_claims_nothing(stage, made, indicative):
    page = stage().page(
        made.assessment(
            made.waiting("c1a", "not-implemented"),
            conclusion=Conclusion.INCONCLUSIVE,
            indicative=indicative,
            reason=made.reason("provisions-open", count="1"),
        )
    )
    summary = part(page, "summary")
    assert "INCONCLUSIVE" in summary
    assert "neither that the device meets these requirements nor that it does not" in summary
    assert "CONFORMANT" not in summary
    assert "satisfied" not in summary
    assert "That is not the same as having none" in summary
    assert ("(indicative)" in summary) is indicative
    assert ("1 of 3 entries has not yet been compared with the official text" in summary) is (
        indicative
    )


def test_a_conformant_assessment_speaks_of_these_samples_only(stage, made):
    page = stage().page(
        made.assessment(conclusion=Conclusion.CONFORMANT, reason=made.reason("all-mandatory-pass"))
    )
    summary = part(page, "summary")
    assert "CONFORMANT: the requirements are met." in summary
    assert "on the samples and the firmware version named in this report" in summary
    assert "relates only to the sample named in it" in page


def test_a_failing_assessment_counts_what_fails_and_what_is_open(stage, made):
    summary = part(
        stage().page(made.assessment(made.failing("c1a"), made.waiting("c2a", "fact-missing"))),
        "summary",
    )
    assert "NOT CONFORMANT: the requirements are not met." in summary
    assert "1 requirement fails. 1 further requirement is open" in summary


def test_a_failure_that_an_alternative_makes_up_for_is_explained(stage, made):
    rule = {"id": "tiny", "version": 1, "alternatives": [["p1", "p2"]]}
    page = stage().page(
        made.assessment(
            made.failing("c1a"),
            conclusion=Conclusion.INCONCLUSIVE,
            reason=made.reason("provisions-open", count="1"),
        ),
        decision_rule=rule,
    )
    assert "Of p1 and p2 one is enough: p1 fails, but p2 passes" in part(page, "summary")


def test_a_part_of_a_suite_is_never_shown_as_the_whole(stage, made):
    page = stage().page(made.assessment(complete=False))
    assert "Only a part of the tests of this framework was judged." in part(page, "summary")


@pytest.mark.parametrize("purpose", [entry for entry in Purpose if entry is not Purpose.TEST])
def test_a_run_that_is_no_test_says_so_and_how_to_verify_it(stage, made, purpose):
    page = stage(purpose=purpose).page(made.assessment())
    assert f"<strong>Purpose: {purpose.value}.</strong>" in page
    assert f"--purpose {purpose.value}" in part(page, "check")


def test_open_units_stand_by_what_they_wait_for(stage, made):
    opened = part(
        stage().page(
            made.assessment(
                made.waiting("c1a", "person-not-asked", DecidedBy.OPERATOR),
                made.waiting("c1b", "person-not-asked", DecidedBy.JUDGEMENT),
                made.waiting("c2a", "control-missing"),
                made.waiting("c3a", "not-implemented", DecidedBy.NONE),
            )
        ),
        "open",
    )
    order = [
        "A person at the bench has to look, try and answer: 1 test unit",
        "An assessor has to judge documents and explanations: 1 test unit",
        "The evidence of this run is not good enough: 1 test unit",
        "No test is implemented yet: 1 test unit",
    ]
    assert sorted(order, key=opened.index) == order
    assert "a known-good attempt did not succeed in the same run" in opened


def test_visits_show_the_firmware_before_and_after(stage, made):
    survey = part(stage(firmware=("2.4.1", "2.4.2")).page(made.assessment()), "survey")
    assert "2.4.1 2.4.2 (changed)" in survey
    assert "3 min 12 s" in survey
    assert "not read" in part(stage(firmware=("", "")).page(made.assessment()), "survey")


def test_an_attempt_that_did_not_complete_is_shown_open_with_its_reason(stage, made):
    broken = {"outcome": AttemptOutcome.NOT_POSSIBLE, "reason": "no such link"}
    page = stage(attempt=broken).page(made.assessment())
    assert "1 did not complete" in page
    assert "not-possible: no such link" in part(page, "survey")
    assert "<details open>\n<summary>Every attempt" in page


def test_an_answer_shows_its_visit_what_it_corrects_and_what_was_opened(stage, made):
    given = {"question": "q", "question_digest": "0", "at": "2026-11-21T08:00:00Z"}
    answers = (
        Answer(number=1, value="no", person="Anna", visit="A/2-initialised", **given),
        Answer(number=2, value="yes", person="Ben", reason="Lit.", replaces=1, opened="B", **given),
    )
    survey = part(stage(answers=answers).page(made.assessment()), "survey")
    assert "noAnna (not signed)" in survey
    assert ", in visit A/2-initialised" in survey
    assert "yes (replaces 1) (sample B was opened)Lit.Ben (not signed)" in survey
    assert survey.count("in visit") == 1


def test_an_answer_out_of_a_script_is_called_that(stage, made):
    answers = tuple(
        Answer(
            number=number,
            question=f"q{number}",
            question_digest="0",
            value="yes",
            person="N. N.",
            at="2026-11-21T08:00:00Z",
            scripted=number == 2,
        )
        for number in (1, 2)
    )
    survey = part(stage(answers=answers).page(made.assessment()), "survey")
    assert "1q1yesN. N. (not signed)2026-11-21 08:00:00 UTC" in survey
    assert "2q2yesN. N. (scripted, no person at the bench)" in survey


def test_each_requirement_shows_declaration_units_and_the_facts_that_it_rests_on(stage, made):
    page = stage(text="our text").page(made.assessment(made.failing("c1a")))
    detail = part(page, "f1")
    assert "The supplier declares Y: our text" in detail
    assert "The supplier's declaration has no row for this requirement." in detail
    assert "contradicted: the port is open and not declared (see undeclared-service). On" in detail
    assert "On A/1-as-received." in detail
    assert "Evidence: 1 place in 1 capture" in detail


def test_the_page_is_a_function_of_what_it_shows(stage, made):
    pages = [stage().page(made.assessment(made.failing("c1a"))) for _ in range(2)]
    assert pages[0] == pages[1]


def test_findings_are_merged_over_units_with_all_their_evidence(made):
    later = EvidenceRef(path=made.SEEN.path, where="line 9")
    mild = made.finding("information-disclosure", severity=Severity.LOW)
    merged = merged_findings(
        made.assessment(
            made.failing("c1a", mild, made.finding()),
            made.failing("c2a", made.finding(evidence=(made.SEEN, later))),
        )
    )
    assert [entry["criterion"] for entry in merged] == [
        "undeclared-service",
        "information-disclosure",
    ]
    assert merged[0]["units"] == ["c1a", "c2a"]
    assert merged[0]["evidence"] == [made.SEEN.to_json(), later.to_json()]
    assert merged[0]["severity"] == "high"
    assert merged[0]["advice"].startswith("Close the port")


def test_the_headline_counts_decided_units(made):
    assert headline(made.assessment(made.failing("c1a"), made.waiting("c2a", "fact-missing"))) == (
        "NOT_CONFORMANT: 1 FAIL in 3 decided of 4 units"
    )
    assert headline(made.assessment(indicative=True)) == (
        "NOT_CONFORMANT (indicative): no FAIL in 4 decided of 4 units"
    )
