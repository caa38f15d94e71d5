"""What stands beside a conclusion: its meaning in law, who draws it, and what keeps it open."""

import pypdf
import pytest

from harness.model.catalogue import InLaw
from harness.model.declaration import DecidedBy
from harness.model.judgement import Conclusion
from harness.report.in_law import UNCONFIRMED, drawn_by, meaning_in_law
from harness.report.keeping_open import what_keeps_open
from harness.testing.suites import installed_suites

OPEN = Conclusion.INCONCLUSIVE
LAW = InLaw.model_validate(
    {
        "drawn_by": {"text": "A laboratory states it.", "confirmed": True},
        "conclusions": {
            "CONFORMANT": [
                {"text": "Good news.", "confirmed": True},
                {"text": "Good in another country.", "confirmed": False},
            ],
            "INCONCLUSIVE": [{"text": "Nothing follows.", "confirmed": True}],
        },
        "indicative": {"text": "Confirm the data first.", "confirmed": True},
    }
)
EVERY = [entry for suite in installed_suites().values() for entry in suite.catalogues]


def still_open(made, *units, **changes):
    given = {"conclusion": OPEN, "reason": made.reason("provisions-open", count="1")}
    return made.assessment(*units, **given | changes)


@pytest.mark.parametrize("catalogue", EVERY, ids=lambda entry: str(entry.framework))
def test_every_shipped_catalogue_says_what_its_conclusions_mean_and_who_draws_them(catalogue):
    concludes = catalogue.declaration is None
    assert set(catalogue.in_law.conclusions) == (set(Conclusion) if concludes else {OPEN})
    assert all(catalogue.in_law.conclusions.values())
    uncertain = any(not entry.confirmed for entry in catalogue.provisions)
    assert bool(catalogue.in_law.indicative) >= (uncertain or catalogue.provisional)


def test_a_standard_is_no_law_and_a_pretest_no_conclusion():
    said = {
        str(each.framework): " ".join(
            note.text for notes in each.in_law.conclusions.values() for note in notes
        )
        for each in EVERY
    }
    for version in ("2.1.1", "3.1.3"):
        assert "is a standard and no law" in said[f"etsi-en-303-645@{version}"]
    assert "1798.91.04" in said["california-sb-327@2020"]
    assert said["black-box@1"].startswith("No conclusion in law.")


def test_what_nobody_has_read_in_a_law_is_marked(made):
    catalogue = made.catalogue(in_law=LAW)
    good = made.assessment(conclusion=Conclusion.CONFORMANT)
    assert meaning_in_law(good, catalogue) == (
        "Good news.",
        f"Good in another country. {UNCONFIRMED}",
    )
    assert drawn_by(catalogue) == "A laboratory states it."


def test_the_mark_changes_what_follows(made):
    catalogue = made.catalogue(in_law=LAW)
    assert meaning_in_law(still_open(made, indicative=True), catalogue) == (
        "Nothing follows.",
        "Confirm the data first.",
    )


def test_a_catalogue_that_says_nothing_of_law_has_nothing_made_up_for_it(made):
    silent = made.catalogue(in_law=None)
    assert "does not say" in meaning_in_law(made.assessment(), silent)[0]
    assert "does not say" in drawn_by(silent)
    lacking = made.catalogue(in_law=LAW)  # NOT_CONFORMANT is not among its words
    assert "does not say" in meaning_in_law(made.assessment(), lacking)[0]


def test_hostile_words_of_law_stay_words(made):
    bad = LAW.model_validate(
        {"drawn_by": {"text": "\x1b[2J"}, "conclusions": {"INCONCLUSIVE": [{"text": "\x1b[2J"}]}}
    )
    catalogue = made.catalogue(in_law=bad)
    assert "\x1b" not in drawn_by(catalogue) + meaning_in_law(still_open(made), catalogue)[0]


def test_causes_are_counted_with_their_units_and_the_next_step(made):
    causes = what_keeps_open(
        still_open(
            made,
            made.waiting("c1a", "person-not-asked", DecidedBy.OPERATOR),
            made.waiting("c1b", "person-not-asked", DecidedBy.OPERATOR),
            made.waiting("c2a", "waits-for-bench"),
            made.waiting("c3a", "control-missing"),
        ),
        made.catalogue(),
    )
    assert [(cause.id, cause.units, cause.how_many) for cause in causes] == [
        ("operator", ("c1a", "c1b"), "2 test units"),
        ("bench-to-come", ("c2a",), "1 test unit"),
        ("evidence", ("c3a",), "1 test unit"),
    ]
    assert "certbench answer" in causes[0].next_step


def test_a_unit_that_does_not_count_keeps_nothing_open(made):
    rule = {"id": "tiny", "version": 1, "claimed_recommendation_fails": "report-only"}
    recommended = made.waiting("c3a", "control-missing")
    assert not what_keeps_open(still_open(made, recommended), made.catalogue(decision_rule=rule))
    either = {"id": "tiny", "version": 1, "alternatives": [["p1", "p2"]]}
    waiting = made.waiting("c1a", "control-missing")
    assert not what_keeps_open(still_open(made, waiting), made.catalogue(decision_rule=either))


def test_a_conclusion_that_is_drawn_has_nothing_that_keeps_it_open(made):
    waiting = made.waiting("c2a", "control-missing")
    assert not what_keeps_open(made.assessment(made.failing("c1a"), waiting), made.catalogue())


def test_causes_of_the_whole_come_first_and_the_mark_last(made):
    causes = what_keeps_open(
        still_open(
            made,
            made.waiting("c1a", "unit-raised"),
            firmware="",
            indicative=True,
            reason=made.reason("survey-not-whole"),
        ),
        made.catalogue(),
    )
    assert [cause.id for cause in causes] == [
        "survey-not-whole",
        "firmware-unknown",
        "fault",
        "unconfirmed",
    ]
    assert causes[-1].how_many == "1 entry of the catalogue"


def test_an_unknown_reason_of_tomorrow_is_a_cause_too(made):
    found = still_open(made, reason=made.reason("a-code-of-tomorrow", what="more"))
    (cause,) = what_keeps_open(found, made.catalogue())
    assert cause.title == "a-code-of-tomorrow (what: more)"


def test_the_page_has_all_of_it_beside_the_conclusion(stage, made):
    waiting = made.waiting("c1a", "waits-for-bench")
    page = stage().page(still_open(made, waiting), in_law=LAW)
    card = page[page.index('<article class="card') : page.index("</article>")]
    assert "Nothing follows." in card
    assert "A laboratory states it." in card
    assert '<a href="#f1-open-bench-to-come">' in card
    assert '<details id="f1-open-bench-to-come">' in page
    assert "1 test unit" in card


def test_a_public_edition_has_it_as_well(stage, made):
    waiting = made.waiting("c1a", "waits-for-bench")
    page = stage(redaction=made.redaction()).page(still_open(made, waiting), in_law=LAW)
    assert "Public edition." in page
    for said in ("Nothing follows.", "A laboratory states it.", "What keeps this open"):
        assert said in page


def test_the_test_report_has_all_of_it_too(stage, made):
    held = stage()
    held.report(still_open(made, made.waiting("c1a", "waits-for-bench")), in_law=LAW)
    reader = pypdf.PdfReader(held.folder / "report" / "report.pdf")
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert text.count("Nothing follows.") == 2
    assert text.count("A laboratory states it.") == 2
    table = text[text.rindex("What keeps this open") :]
    assert "1 test unit" in table
    assert "c1a" in table
    assert "judge again when the bench network is there" in table


def test_the_test_report_marks_what_is_unconfirmed_and_what_is_ours(stage, made):
    ours = [
        {"id": name, "case": name[:2], "kind": "functional"}
        | ({"provisional": True} if name == "c2a" else {})
        for name in ("c1a", "c1b", "c2a", "c3a")
    ]
    held = stage()
    held.report(made.assessment(indicative=True), units=ours)
    reader = pypdf.PdfReader(held.folder / "report" / "report.pdf")
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert text.count("not confirmed against the official text") == 1
    assert text.count("provisional: cases or units of our own") == 1
    assert text[text.rindex("Annex B") :].count("c2a provisional") == 1
