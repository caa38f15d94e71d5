"""What to change, from a flaw, a rule, an answer or a gap in the dossier; or nothing."""

import csv
import io
import re

import pytest
from rich.console import Console

from harness.cli.output import run_json, show_assessment
from harness.model.advice import Advice
from harness.model.judgement import Outcome, Verdict
from harness.model.question import Answer
from harness.report.advice import advice_of, counsel_of
from harness.report.flaws import provision_because
from harness.report.pdf.content import content

OWN, WHOLE = "Mend the unit.", "Mend the provision."
ADVICE = Advice(provisions={"p1": WHOLE, "p2": WHOLE, "p3": WHOLE}, units={"c1a": OWN})


@pytest.fixture
def catalogue(made):
    return made.catalogue(advice=ADVICE)


def said(made, code, outcome=Outcome.CONTRADICTED, criterion="some-rule", **params):
    """A judgement without a finding, as rules and answers give."""
    why = made.reason(code, **params)
    return made.judgement(
        criterion=criterion, outcome=outcome, reason=why, facts=(), evidence=(), answers=(7,)
    )


def failing(made, *judgements, unit="c1a"):
    return made.unit(unit, Verdict.FAIL, judgements=judgements, reason=judgements[0].reason)


def open_unit(made, *judgements):
    return made.unit(
        "c1a", Verdict.INCONCLUSIVE, judgements=judgements, reason=judgements[0].reason
    )


def test_a_fail_by_an_answer_has_the_advice_of_its_unit(made, catalogue):
    answered = said(made, "answered", person="N. N.", value="no", criterion="c1a")
    assert advice_of(failing(made, answered), catalogue) == (OWN,)


def test_a_fail_by_a_rule_has_the_advice_of_its_unit_or_else_of_its_provision(made, catalogue):
    broken = said(made, "crypto-broken", names="MD5", sources="RFC 6151")
    assert advice_of(failing(made, broken), catalogue) == (OWN,)
    assert advice_of(failing(made, broken, unit="c2a"), catalogue) == (WHOLE,)


def test_a_fail_by_a_fact_has_the_advice_of_its_criteria(made, catalogue):
    two = (made.finding(), made.finding("weak-tls-protocol", "tcp/443"), made.finding())
    assert advice_of(made.failing("c1a", *two), catalogue) == (
        "Close the port, or declare and justify what listens there.",
        "Enable TLS 1.2 and 1.3 only.",
    )


def test_each_objection_of_a_unit_is_answered_once(made, catalogue):
    answered = said(made, "answered", person="N. N.", value="no")
    both = failing(made, made.judgement(made.finding()), answered, answered)
    assert advice_of(both, catalogue)[1:] == (OWN,)


def test_a_wrong_reference_is_mended_in_the_dossier(made, catalogue):
    dangling = said(made, "reference-dangling", reference="UpdMech-9", table="7-UpdMech")
    (text,) = advice_of(failing(made, dangling), catalogue)
    assert "UpdMech-9" in text
    assert "7-UpdMech" in text


def test_text_of_others_is_harmless(made, catalogue):
    dangling = said(made, "reference-dangling", reference="\x1b[31m", table="7-UpdMech")
    assert "\x1b" not in advice_of(failing(made, dangling), catalogue)[0]


def test_an_n_on_a_mandatory_row_has_the_advice_of_its_provision(made, catalogue):
    declared = made.unit("c2a", Verdict.FAIL, reason=made.reason("mandatory-not-supported"))
    assert advice_of(declared, catalogue) == (WHOLE,)


def test_an_empty_field_keeps_a_unit_open_until_the_supplier_fills_it_in(made, catalogue):
    empty = said(made, "field-missing", Outcome.UNDECIDED, row="UpdMech-1", field="crypto")
    (text,) = advice_of(open_unit(made, empty), catalogue)
    assert "crypto of UpdMech-1" in text


@pytest.mark.parametrize("code", ["person-not-asked", "fact-missing", "waits-for-bench"])
def test_what_waits_for_the_laboratory_is_no_advice(made, catalogue, code):
    assert advice_of(open_unit(made, said(made, code, Outcome.UNDECIDED)), catalogue) == ()


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.NOT_CLAIMED, Verdict.NOT_APPLICABLE])
def test_what_does_not_fail_needs_no_advice(made, catalogue, verdict):
    unit = made.unit("c1a", verdict, judgements=(said(made, "answered"),))
    assert advice_of(unit, catalogue) == ()


def test_without_a_declaration_nobody_is_told_to_complete_it(made):
    bare = made.catalogue(advice=ADVICE, declaration="none")
    empty = said(made, "needs-two-samples", Outcome.UNDECIDED)
    assert advice_of(open_unit(made, empty), bare) == ()


def test_a_catalogue_without_advice_still_has_that_of_criteria(made):
    bare = made.catalogue()
    assert advice_of(failing(made, said(made, "answered")), bare) == ()
    assert advice_of(made.failing("c1a"), bare)


def test_the_counsel_of_a_provision_names_the_units_that_ask_for_it(made, catalogue):
    units = (made.failing("c1a"), made.failing("c1b"))
    result = made.assessment(*units).provisions[0]
    (counsel,) = counsel_of(result, units, catalogue)
    assert counsel.units == ("c1a", "c1b")


def test_a_provision_that_fails_without_units_has_its_own_advice(made, catalogue):
    result = made.assessment(made.failing("c1a")).provisions[0]
    (counsel,) = counsel_of(result, (), catalogue)
    assert (counsel.text, counsel.units) == (WHOLE, ())


def answered_no(made):
    answered = said(made, "answered", person="N. N.", value="no", criterion="c1a")
    return made.assessment(failing(made, answered))


def test_the_page_says_why_and_what_to_change_and_leads_to_the_answer(stage, made):
    given = Answer(
        number=7,
        question="c1a",
        question_digest="0",
        value="no",
        reason="The lamp stays dark.",
        person="N. N.",
        at="2026-11-21T08:00:00Z",
    )
    page = stage(answers=(given,)).page(answered_no(made), advice=ADVICE)
    detail = re.search(r'<details class="provision".*?</details>', page, re.DOTALL)[0]
    assert "<dt>Why</dt><dd><bdi>c1a: N. N. answered: no</bdi></dd>" in detail
    assert f'<dt>What to change</dt><dd class="advice">{OWN}</dd>' in detail
    assert '<a href="#answer-7">answer 7</a>' in detail
    assert "The lamp stays dark." in detail
    assert 'id="answer-7"' in page
    assert f'<div class="advice">{OWN}</div>' in page


def test_a_page_without_failures_advises_nothing(stage, made):
    page = stage().page(made.assessment(made.waiting("c2a", "person-not-asked")), advice=ADVICE)
    assert "What to change</dt>" not in page


def test_every_view_has_the_advice(stage, made):
    given = stage()
    given.report(answered_no(made), advice=ADVICE)
    text = (given.folder / "report" / "results.csv").read_bytes().decode()
    rows = csv.DictReader(io.StringIO(text, newline=""))
    assert {row["unit"]: row["advice"] for row in rows} == {
        "c1a": OWN, "c1b": "", "c2a": "", "c3a": "",
    }  # fmt: skip
    assert f"to change: {OWN}" in (given.folder / "report" / "results.xml").read_text("utf-8")
    oscal = [path.read_text("utf-8") for path in (given.folder / "report").rglob("*results*.json")]
    assert any(f"To change: {OWN}" in each for each in oscal)


def test_the_paper_has_the_advice(stage, made):
    shown = content(stage()._write((answered_no(made),), {"advice": ADVICE}))
    (result,) = shown["results"]
    first, *others = [row for part in result["provisions"] for row in part["rows"]]
    assert (first["why"], first["advice"]) == ("c1a: N. N. answered: no", OWN)
    assert {row["advice"] for row in others} == {""}
    assert shown["failures"][0].endswith(f"To do: {OWN}")


def test_machines_get_the_advice_of_each_unit(made, catalogue):
    units = run_json(answered_no(made), catalogue, "demo", "x.zip")["units"]
    assert units["c1a"]["advice"] == [OWN]
    assert units["c1b"]["advice"] == []


def test_units_that_wait_for_a_person_alike_are_one_line(made):
    waits = [
        made.unit(
            name,
            Verdict.INCONCLUSIVE,
            reason=made.reason("person-not-asked", question=name),
        )
        for name in ("c1a", "c1b")
    ]
    result = made.assessment(*waits).provisions[0]
    assert provision_because(result, waits) == ["c1a, c1b: nobody has answered yet"]


def test_the_terminal_says_what_to_change_each_thing_once(made, catalogue):
    console = Console(file=io.StringIO(), width=200)
    units = (made.failing("c1b"), made.failing("c2a"), *answered_no(made).units[:1])
    show_assessment(console, made.assessment(*units), catalogue)
    text = console.file.getvalue()
    assert f"    {OWN} (c1a)\n" in text
    assert text.count("Close the port, or declare and justify what listens there. (c1b, c2a)") == 1
