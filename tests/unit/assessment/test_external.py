"""Third-party evidence stands for a row that is open, once accepted; else it decides nothing."""

import hashlib

import pytest

from harness.assessment.external import ExternalFiles, days_of, external_of, is_external
from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rollup import unit_verdict
from harness.model.declaration import DecidedBy, Quantifier, UnitDeclaration
from harness.model.dossier import Dossier, DutIdentification
from harness.model.external import ExternalEvidence
from harness.model.judgement import Outcome, Verdict
from harness.model.observation import EvidenceRef
from harness.model.question import Answer, AskedStatus
from harness.model.record import Repeat, SurveyRecord
from harness.model.states import Purpose
from harness.testing.external import with_external

SHA = hashlib.sha256(b"a certificate").hexdigest()
DAYS = ("2026-11-21", "2026-11-22")
ROW = "10-SecParam/SecParam-1"
OPEN = undecided("SecParam-1", "5.4-1-1c", reason("person-not-asked", question="5.4-1-1c"))
UNSEEN = undecided("ComMech-1", "x", reason("link-not-observed", endpoints="ble"))


def record(**changes):
    fields = {
        "id": "SE-1",
        "title": "Certificate 0815",
        "issuer": "Example Body",
        "accreditation": "ISO/IEC 17065, no. 4711",
        "scope": "Secure element X1 revision B",
        "valid_from": "2026-01-01",
        "valid_until": "2026-11-22",
        "file": "se.pdf",
        "sha256": SHA,
        "covers": (ROW,),
    }
    return ExternalEvidence(**(fields | changes))


def unit(decided_by=DecidedBy.JUDGEMENT, per="10-SecParam", quantifier=Quantifier.EACH):
    return UnitDeclaration(unit="u", decided_by=decided_by, per=per, quantifier=quantifier)


def files(*records, digests=None, days=DAYS):
    there = {each.stored_name: each.sha256 for each in records}
    return ExternalFiles(records, there if digests is None else digests, days)


def answer(given, value="accepted", item="SecParam-1", number=1, table="10-SecParam", **changes):
    question = given.question(table)
    fields = {
        "number": number,
        "question": question.id,
        "question_digest": question.digest,
        "item": item,
        "value": value,
        "person": "Ada Example",
        "at": "2026-11-22T08:00:00.000000Z",
    }
    return Answer(**(fields | changes))


def said(*judgements, declared=None, evidence=None, answers=()):
    """Judgements with the evidence, their verdict, and how the questions stand."""
    declared = declared or unit()
    found, asked = with_external(judgements, declared, evidence or files(record()), answers)
    verdict, why, _ = unit_verdict(declared, found)
    return found, verdict, why, [each.status for each in asked]


def test_an_accepted_row_holds_as_external_and_names_what_it_rests_on():
    given = record()
    (judgement,), verdict, why, asked = said(OPEN, answers=[answer(given)])
    assert (verdict, why.code, asked) == (Verdict.PASS, "external-evidence", [AskedStatus.ANSWERED])
    assert is_external(judgement)
    assert judgement.answers == (1,)
    assert judgement.rows == (ROW,)
    assert [place.path for place in judgement.evidence] == [given.stored_name]
    assert judgement.reason.params == {
        "evidence": "SE-1",
        "title": "Certificate 0815",
        "issuer": "Example Body",
        "valid_until": "2026-11-22",
        "row": ROW,
        "person": "Ada Example",
    }


@pytest.mark.parametrize(
    ("answers", "status", "because"),
    [
        pytest.param([], AskedStatus.OPEN, "person-not-asked", id="nobody was asked"),
        pytest.param([answer(record(), "refused")], AskedStatus.UNSURE, "answer-unsure", id="no"),
        pytest.param(
            [answer(record(), "cannot tell")], AskedStatus.UNSURE, "answer-unsure", id="?"
        ),
        pytest.param(
            [answer(record()), answer(record(), "refused", number=2)],
            AskedStatus.UNSURE,
            "answer-unsure",
            id="accepted, then refused",
        ),
        pytest.param(
            [answer(record(valid_until="2026-11-30"))],
            AskedStatus.VOID,
            "answer-void",
            id="with another validity",
        ),
        pytest.param(
            [answer(record(covers=(ROW, "10-SecParam/SecParam-2")))],
            AskedStatus.VOID,
            "answer-void",
            id="with other rows",
        ),
        pytest.param(
            [answer(record(sha256="0" * 64))], AskedStatus.VOID, "answer-void", id="another file"
        ),
        pytest.param(
            [answer(record(), item="SecParam-2")], AskedStatus.OPEN, "person-not-asked", id="row"
        ),
    ],
)
def test_without_an_acceptance_of_this_row_as_it_stands_nothing_is_decided(
    answers, status, because
):
    found, verdict, why, asked = said(OPEN, answers=answers)
    assert (verdict, asked) == (Verdict.INCONCLUSIVE, [status])
    assert why.code == "external-not-accepted"
    assert why.params == {"evidence": "SE-1", "row": ROW, "because": because}
    assert OPEN in found, "what else would decide the row stays visible"


@pytest.mark.parametrize(
    ("given", "digests", "days", "code"),
    [
        (record(), {}, DAYS, "external-file-missing"),
        (record(), {record().stored_name: "0" * 64}, DAYS, "external-file-changed"),
        (record(valid_until="2026-11-21"), None, DAYS, "external-not-valid"),
        (record(valid_from="2026-11-22"), None, DAYS, "external-not-valid"),
        (
            record(valid_from="2026-12-01", valid_until="2026-12-31"),
            None,
            DAYS,
            "external-not-valid",
        ),
    ],
)
def test_what_is_not_the_file_or_not_valid_stands_for_nothing_though_accepted(
    given, digests, days, code
):
    evidence = files(given, digests=digests, days=days)
    _, verdict, why, asked = said(OPEN, evidence=evidence, answers=[answer(given)])
    assert (verdict, why.code, asked) == (Verdict.INCONCLUSIVE, code, [])
    assert why.params["evidence"] == "SE-1"


def test_the_second_record_stands_where_the_first_ran_out():
    old, new = record(id="OLD", valid_until="2026-02-01"), record(id="NEW")
    evidence = files(old, new)
    found, verdict, why, _ = said(OPEN, evidence=evidence, answers=[answer(new)])
    assert (verdict, why.params["evidence"], len(found)) == (Verdict.PASS, "NEW", 1)


@pytest.mark.parametrize(
    "judgement",
    [
        contradicted("SecParam-1", "5.4-1-1c", reason("answered"), answers=[7]),
        held("SecParam-1", "5.4-1-1c", reason("answered"), answers=[7]),
        undecided("SecParam-1", "5.4-1-1c", reason("field-missing", row="SecParam-1", field="x")),
        undecided("SecParam-2", "5.4-1-1c", reason("person-not-asked")),
        undecided("DUT", "5.4-1-1c", reason("no-rows")),
    ],
)
def test_judgements_that_are_not_open_for_evidence_stay_as_they_are(judgement):
    found, _, _, asked = said(judgement, answers=[answer(record())])
    assert (found, asked) == ((judgement,), [])


def test_a_contradiction_of_the_same_row_outweighs_the_evidence():
    place = EvidenceRef(path="A/1/x", where="line 2")
    against = contradicted("SecParam-1", "secret-in-output", reason("seen"), evidence=[place])
    _, verdict, why, _ = said(OPEN, against, answers=[answer(record())])
    assert (verdict, why.code) == (Verdict.FAIL, "seen")


def test_one_accepted_row_leaves_the_other_rows_of_the_unit_open():
    other = OPEN.model_copy(update={"item": "SecParam-2"})
    _, verdict, _, _ = said(OPEN, other, answers=[answer(record())])
    assert verdict is Verdict.INCONCLUSIVE
    one = unit(quantifier=Quantifier.ONE)
    assert said(OPEN, other, declared=one, answers=[answer(record())])[1] is Verdict.PASS


def test_an_automatic_unit_takes_it_where_no_probe_looks_and_nowhere_else():
    radio = record(covers=("11-ComMech/ComMech-1",))
    accepted = [answer(radio, item="ComMech-1", table="11-ComMech")]
    automatic = unit(DecidedBy.AUTOMATIC, "11-ComMech")
    given = {"declared": automatic, "evidence": files(radio), "answers": accepted}
    _, verdict, why, _ = said(UNSEEN, **given)
    assert (verdict, why.code) == (Verdict.PASS, "external-evidence")
    for code in ("fact-missing", "capture-incomplete", "attempts-disagree", "person-not-asked"):
        looked_at = undecided("ComMech-1", "x", reason(code))
        found, verdict, _, asked = said(looked_at, **given)
        assert (found, verdict, asked) == ((looked_at,), Verdict.INCONCLUSIVE, [])


def test_no_unit_that_a_rule_decides_holds_on_evidence():
    rule = unit(DecidedBy.RULE)
    (judgement,), _, _, _ = said(OPEN, answers=[answer(record())])
    verdict, why, _ = unit_verdict(rule, [judgement])
    assert (verdict, why.code) == (Verdict.INCONCLUSIVE, "external-not-allowed")


@pytest.mark.parametrize("decided_by", [DecidedBy.AUTOMATIC, DecidedBy.JUDGEMENT])
@pytest.mark.parametrize("without", ["answers", "evidence", "rows"])
def test_a_row_that_rests_on_no_acceptance_no_file_or_no_row_does_not_pass(decided_by, without):
    (judgement,), _, _, _ = said(OPEN, answers=[answer(record())])
    assert judgement.outcome is Outcome.HELD
    bare = judgement.model_copy(update={without: ()})
    verdict, why, _ = unit_verdict(unit(decided_by), [bare])
    assert (verdict, why.code) == (Verdict.INCONCLUSIVE, "external-not-allowed")


def test_the_days_of_a_test_reach_to_its_last_repeat():
    survey = SurveyRecord(
        run_id="r",
        purpose=Purpose.DEMO,
        bench="b",
        bench_kind="private",
        started="2026-11-20T23:59:00.000000Z",
        ended="2026-11-21T08:00:00.000000Z",
        repeats=(Repeat(only=("5.4",), started="2026-11-25T08:00:00.000000Z"),),
        samples=(),
    )
    assert days_of(survey) == ("2026-11-20", "2026-11-25")
    dossier = Dossier(dut=DutIdentification(supplier="s", model="m"), evidence=(record(),))
    found = external_of(dossier, survey, {record().stored_name: SHA})
    assert found.problem(record()).code == "external-not-valid"
    assert found.problem(record(valid_until="2026-11-25")) is None
