"""Every view shows what people hold beside the automatic verdict, and draws the automatic one."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pypdf
import pytest
from rich.console import Console

from harness.assessment.review import basis_of
from harness.cli.output import show_assessment
from harness.encoding.tree import DirectoryTree
from harness.model.judgement import Conclusion, Verdict
from harness.model.override import Override, ReviewedOverride, Standing
from harness.report.allure.results import allure_results
from harness.report.difference.verdicts import verdict_differences
from harness.report.reviewing import (
    after_review,
    override_json,
    review_json,
    sentence,
    standing_of,
)

AT = "2026-11-22T09:00:00.000000Z"


def record(made, about, verdict=Verdict.PASS, number=1, **changes) -> Override:
    fields = {
        "number": number,
        "framework": "tiny@1",
        "unit": about.unit,
        "automatic": about.verdict,
        "dossier_revision": 1,
        "basis": basis_of(about),
        "verdict": verdict,
        "reason": "the lamp was seen to blink",
        "person": "Ada Example",
        "second": "Ben Example",
        "at": AT,
    }
    return Override(**{**fields, **changes})


@pytest.fixture
def overridden(made):
    """An assessment in which unit c1a FAILs and people hold it to PASS."""

    def make(*, standing=Standing.COUNTS, because=None, **changes):
        unit = made.failing("c1a")
        reviewed = ReviewedOverride(
            record=record(made, unit, **changes), standing=standing, because=because
        )
        counts = standing is Standing.COUNTS
        return made.assessment(
            unit.model_copy(update={"overrides": (reviewed,)}),
            conclusion_after_review=Conclusion.CONFORMANT if counts else Conclusion.NOT_CONFORMANT,
            reason_after_review=made.reason("all-mandatory-pass"),
            provisions_after_review={"p1": Verdict.PASS} if counts else {},
        )

    return make


def test_the_words_name_number_verdicts_people_time_reason_and_standing(overridden, made):
    (found,) = overridden().units[0].overrides
    assert sentence(found) == (
        "override 1: PASS in place of FAIL, by Ada Example and Ben Example, "
        f"{AT}: the lamp was seen to blink (counts, though nobody's authorisation is shown)"
    )
    lapsed = overridden(
        standing=Standing.LAPSED, because=made.reason("override-lapsed-dossier", then="1", now="2")
    )
    assert standing_of(lapsed.units[0].overrides[0]) == (
        "lapsed: made on revision 1 of the dossier, and judged on 2"
    )
    assert after_review(lapsed) == (
        "after review: NOT_CONFORMANT (0 of 1 override count; the conclusion stays NOT_CONFORMANT)"
    )


def test_the_terminal_says_why_an_override_does_not_count(overridden, made):
    def said(**more):
        console = Console(file=io.StringIO(), width=200)
        show_assessment(console, overridden(**more), made.catalogue())
        return [line.strip() for line in console.file.getvalue().splitlines()]

    because = made.reason("override-lapsed-dossier", then="1", now="2")
    line = "override 1 of c1a: lapsed: made on revision 1 of the dossier, and judged on 2"
    assert line in said(standing=Standing.LAPSED, because=because)
    quiet = [said(), said(standing=Standing.WITHDRAWN, because=made.reason("x"))]
    assert not any(each.startswith("override 1") for lines in quiet for each in lines)


def test_without_overrides_no_view_says_a_word(stage, made):
    assert after_review(made.assessment()) == ""
    assert review_json(made.assessment()) == {}
    assert override_json(made.unit("c1a")) == {}
    page = stage().page(made.assessment(made.failing("c1a")))
    assert 'id="overrides"' not in page
    assert "#overrides" not in page


def test_the_page_keeps_the_verdict_and_shows_the_override_beside_it(stage, overridden):
    page = stage().page(overridden())
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))
    assert '<details class="provision" id="f1-p1" data-verdict="FAIL">' in page
    assert "NOT CONFORMANT" in plain
    assert (
        "after review: CONFORMANT (1 of 1 override counts; the conclusion stays NOT CONFORMANT)"
        in plain
    )
    assert "override 1: PASS in place of FAIL, by Ada Example and Ben Example" in plain
    section = re.search(r'<section aria-labelledby="overrides">.*?</section>', page, re.DOTALL)
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", section[0]))
    assert "An override never changes the automatic verdict" in said
    assert "After review: CONFORMANT (1 of 1 override counts" in said
    assert "Requirements that come out otherwise after review: p1 PASS." in said
    assert "the lamp was seen to blink" in said


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a\u202eb", '"><img src=x>'])
def test_what_people_typed_is_shown_and_obeyed_nowhere(stage, overridden, text):
    made = stage()
    page = made.report(overridden(reason=text, person=text, second="Ben"))
    assert text not in page
    for name in ("results.csv", "results.xml"):
        assert "\u202e" not in (made.folder / "report" / name).read_text(encoding="utf-8")


def test_the_other_views_tell_and_stay_with_the_automatic_verdict(stage, overridden):
    made = stage()
    made.report(overridden())
    report = made.folder / "report"
    rows = list(csv.DictReader(io.StringIO((report / "results.csv").read_text())))
    row = next(each for each in rows if each["unit"] == "c1a")
    assert row["verdict"] == "FAIL"
    assert row["override"].startswith("override 1: PASS in place of FAIL")
    assert {each["override"] for each in rows if each["unit"] != "c1a"} == {""}
    suites = ET.fromstring((report / "results.xml").read_bytes())
    held = {each.get("name"): each.get("value") for each in suites.iter("property")}
    assert held["conclusion_after_review"] == "CONFORMANT"
    assert held["override c1a"].startswith("override 1: PASS in place of FAIL")
    assert suites.get("failures") == "2"
    oscal = json.loads((report / "oscal" / "assessment-results.json").read_text())
    result = oscal["assessment-results"]["results"][0]
    props = {each["name"]: each["value"] for each in result["props"]}
    assert (props["conclusion"], props["conclusion-after-review"]) == (
        "NOT_CONFORMANT",
        "CONFORMANT",
    )
    about = next(each for each in result["observations"] if each["title"].startswith("c1a"))
    told = {each["name"]: each["value"] for each in about["props"]}
    assert told["verdict"] == "FAIL"
    assert told["override"].startswith("override 1: PASS in place of FAIL")


def test_a_difference_of_two_bundles_tells_what_people_hold_apart(overridden, made):
    before = SimpleNamespace(assessments=(made.assessment(made.failing("c1a")),))
    after = SimpleNamespace(assessments=(overridden(),))
    told = {each.subject: (each.before, each.after) for each in verdict_differences(before, after)}
    assert told["conclusion after review"] == ("NOT_CONFORMANT", "CONFORMANT")
    assert told["unit c1a after review"] == ("FAIL", "PASS")
    assert "unit c1a" not in told
    assert "conclusion" not in told


def test_the_printed_report_lists_what_people_hold(stage, overridden):
    made = stage()
    made.report(overridden())
    pages = pypdf.PdfReader(io.BytesIO((made.folder / "report" / "report.pdf").read_bytes())).pages
    said = " ".join(" ".join(page.extract_text().split()) for page in pages)
    assert "After review: CONFORMANT (1 of 1 override counts" in said
    assert "What people hold instead of verdicts" in said
    assert "the lamp was seen to blink" in said
    assert "People overrode verdicts of tiny@1" in said


def test_allure_keeps_the_status_and_labels_the_override(stage, made, overridden):
    said = overridden()
    data = made.bundle_of(stage(), said) / "data"
    results = {each["fullName"]: each for each in allure_results(DirectoryTree(data))}
    unit = results["tiny@1/c1a"]
    assert unit["status"] == "failed"
    assert {"name": "override", "value": "PASS counts"} in unit["labels"]
    assert "override 1: PASS in place of FAIL" in unit["statusDetails"]["message"]
    assert "after review: CONFORMANT" in results["tiny@1/conclusion"]["statusDetails"]["message"]


def test_programs_are_told_who_and_why(overridden):
    assert review_json(overridden()) == {"conclusion_after_review": "CONFORMANT"}
    assert override_json(overridden().units[0]) == {
        "override": {
            "verdict": "PASS",
            "standing": "counts",
            "authorised": False,
            "people": ["Ada Example", "Ben Example"],
            "reason": "the lamp was seen to blink",
        }
    }
