"""How a report tells what became of third-party evidence, row by row."""

import pytest

from harness.assessment.external import held_by
from harness.assessment.judging import held, reason, undecided
from harness.model.dossier import Dossier, DutIdentification
from harness.model.external import ExternalEvidence
from harness.model.question import Answer
from harness.model.record import SurveyRecord
from harness.model.states import Purpose
from harness.report.external_view import external_views

ROW = "10-SecParam/SecParam-1"
SURVEY = SurveyRecord(
    run_id="r",
    purpose=Purpose.DEMO,
    bench="b",
    bench_kind="private",
    started="2026-11-22T08:00:00.000000Z",
    samples=(),
)


def record(**changes):
    fields = {
        "id": "SE-1",
        "title": "Certificate 0815",
        "issuer": "Example Body",
        "accreditation": "ISO/IEC 17065, no. 4711",
        "scope": "Secure element X1",
        "valid_from": "2020-01-01",
        "valid_until": "2999-12-31",
        "file": "se.pdf",
        "sha256": "0" * 64,
        "covers": (ROW,),
    }
    return ExternalEvidence(**(fields | changes))


def answer(given, value, **changes):
    question = given.question("10-SecParam")
    fields = {
        "number": 1,
        "question": question.id,
        "question_digest": question.digest,
        "item": "SecParam-1",
        "value": value,
        "person": "Ada Example",
        "at": "2026-11-22T08:00:00.000000Z",
    }
    return Answer(**(fields | changes))


@pytest.fixture
def shown(made):
    """The one view of a record with these answers, and where ``holds`` a unit holds on it."""

    def show(given, *answers, holds=False):
        open_one = undecided("SecParam-1", "q", reason("person-not-asked"))
        accepted = held("SecParam-1", "q", reason("answered", person="Ada"), answers=[1])
        external = held_by(given, ROW, accepted, open_one)
        judged = made.assessment(made.unit("c1a", judgements=(external,) if holds else ()))
        dossier = Dossier(dut=DutIdentification(supplier="s", model="m"), evidence=(given,))
        (view,) = external_views(dossier, SURVEY, answers, [judged])
        return view, f"{judged.framework} c1a"

    return show


def test_an_accepted_record_names_person_row_and_units(shown):
    given = record()
    view, unit = shown(given, answer(given, "accepted"), holds=True)
    assert view.sentence == (
        "External evidence SE-1: Certificate 0815, of Example Body, valid until 2999-12-31: "
        f"{ROW} was accepted by Ada Example, {unit}."
    )


@pytest.mark.parametrize(
    ("given", "answers", "said"),
    [
        (record(), [], "was not accepted, so far as is shown"),
        (record(), [answer(record(), "refused")], "was not accepted (refused) by Ada Example"),
        (
            record(),
            [answer(record(), "cannot tell", scripted=True)],
            "was not accepted (cannot tell) by Ada Example (scripted)",
        ),
        (record(), [answer(record(scope="more"), "accepted")], "was not accepted as it stands now"),
        (
            record(valid_until="2021-01-01"),
            [answer(record(valid_until="2021-01-01"), "accepted")],
            "decides nothing: external evidence SE-1: valid from 2020-01-01 until 2021-01-01, ",
        ),
    ],
)
def test_what_was_not_accepted_says_so(shown, given, answers, said):
    (row,) = shown(given, *answers)[0].rows
    assert row.standing.startswith(said)
    assert row.units == ()


def test_an_acceptance_that_an_edition_does_not_show_is_not_called_missing(shown):
    (row,) = shown(record(), holds=True)[0].rows
    assert row.standing == "was accepted, by an answer that is not shown here"


def test_page_and_report_show_the_record_as_external(stage, made):
    given = record()
    staged = stage(evidence=(given,), answers=(answer(given, "accepted"),))
    page = staged.page(made.assessment())
    assert "Evidence of third parties" in page
    for text in ("Example Body", "Certificate 0815", "until", "2999-12-31", "Ada Example", ROW):
        assert text in page
    assert given.stored_name in page
    without = stage().page(made.assessment())
    assert "Evidence of third parties" not in without
