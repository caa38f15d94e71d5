"""An answer counts as long as what was shown beside it is as it was."""

import pytest

from harness.facts.identity import IdentityFacts
from harness.facts.store import FactBase, FactRecord
from harness.model.declaration import DecidedBy, FactNeed, Samples, UnitDeclaration
from harness.model.ids import FactKey
from harness.model.ixit import Ixit
from harness.model.judgement import Outcome
from harness.model.observation import Unknown
from harness.model.question import Answer, Question
from harness.model.record import AttemptOutcome, SampleRecord, SurveyRecord
from harness.model.states import DeviceState, Purpose
from harness.testing.basis import Basis
from harness.testing.view import AnswerView

AT = "2026-11-22T08:00:00.000000Z"
DESK = Question(id="desk", prompt="Is it strong?")
VISIT = Question(id="visit", prompt="Does it blink?", during="initialised")
UNIT = UnitDeclaration(
    unit="u1", decided_by=DecidedBy.JUDGEMENT, per="1-AuthMech", questions=(DESK, VISIT),
    facts=(FactNeed(probe="identity", state=DeviceState.INITIALISED),),
)  # fmt: skip


def ixit(text="Web"):
    row = {
        "id": "AuthMech-1", "description": text, "authentication_factor": "password",
        "generation": "user-defined",
    }  # fmt: skip
    return Ixit.model_validate({"1-AuthMech": [row]})


def record(firmware="1", sample="A", state=DeviceState.INITIALISED, attempt=1):
    key = FactKey(probe="identity", sample=sample, visit=f"1-{state.value}", attempt=attempt)
    facts = IdentityFacts(firmware=firmware, seen=Unknown(reason="x"), source="", complete=True)
    return FactRecord(key, state, AttemptOutcome.COMPLETED, facts)


def basis(*records, text="Web", revised=False):
    survey = SurveyRecord(
        run_id="r", purpose=Purpose.DEMO, bench="b", bench_kind="private", started=AT,
        samples=tuple(SampleRecord(id=each, origin="supplier") for each in "AB"),
    )  # fmt: skip
    return Basis(ixit(text), FactBase(survey, (), records, ()), revised=revised)


def given(shown, question=DESK):
    return Answer(
        number=1, question=question.id, question_digest=question.digest, item="AuthMech-1",
        value="yes", person="Anna", at=AT, shown=shown,
    )  # fmt: skip


def judged(answer, now, question=DESK):
    return AnswerView((answer,), UNIT, basis=now).judge(question, "AuthMech-1")


def test_what_a_unit_declares_is_shown_of_the_sample_and_state_that_it_names():
    other = record(sample="B"), record(state=DeviceState.AS_RECEIVED)
    shown = basis(record(), *other).shown(UNIT, "AuthMech-1")
    assert list(shown.rows) == ["1-AuthMech/AuthMech-1"]
    assert list(shown.facts) == ["A/1-initialised/identity/1"]
    need = UNIT.facts[0].model_copy(update={"samples": Samples.EACH})
    each = UNIT.model_copy(update={"facts": (need,)})
    assert len(basis(record(), *other).shown(each, "AuthMech-1").facts) == 2


def test_an_answer_over_the_same_rows_and_facts_counts():
    now = basis(record())
    found = judged(given(now.shown(UNIT, "AuthMech-1")), now)
    assert found.outcome is Outcome.HELD


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        (basis(record(), text="Console"), "row 1-AuthMech/AuthMech-1 has changed"),
        (basis(record("2")), "fact A/1-initialised/identity/1 has changed"),
        (basis(record(), record(attempt=2)), "fact A/1-initialised/identity/2 is new"),
        (basis(), "fact A/1-initialised/identity/1 is gone"),
    ],
)
def test_an_answer_over_other_rows_or_facts_is_void_and_the_reason_says_which(now, changed):
    found = judged(given(basis(record()).shown(UNIT, "AuthMech-1")), now)
    assert (found.outcome, found.reason.code) == (Outcome.UNDECIDED, "answer-void")
    assert found.reason.params["changed"] == changed


def test_an_answer_about_the_whole_dossier_counts_until_any_row_changes():
    whole = UNIT.model_copy(update={"per": ""})
    answer = given(basis().shown(whole, "DUT")).model_copy(update={"item": ""})

    def now(text):
        view = AnswerView((answer,), whole, basis=basis(text=text, revised=True))
        return view.judge(DESK).reason

    assert now("Web").code == "answered"
    assert now("Console").params["changed"] == "row 1-AuthMech/AuthMech-1 has changed"


def test_facts_that_come_after_an_observation_do_not_bear_on_it():
    before, after = basis(record()), basis(record(), record(attempt=2))
    found = judged(given(before.shown(UNIT, "AuthMech-1"), VISIT), after, VISIT)
    assert found.outcome is Outcome.HELD
    other = basis(record("2"))
    assert judged(given(before.shown(UNIT, "AuthMech-1"), VISIT), other, VISIT).reason.code == (
        "answer-void"
    )


def test_where_no_facts_were_shown_the_rows_alone_are_bound():
    rows = basis(record()).shown(UNIT, "AuthMech-1").model_copy(update={"facts": None})
    assert judged(given(rows), basis(record("2"))).outcome is Outcome.HELD
    assert judged(given(rows), basis(text="Console")).reason.code == "answer-void"


def test_an_answer_without_a_record_of_what_was_shown_counts_until_the_dossier_is_revised():
    assert judged(given(None), basis(record())).outcome is Outcome.HELD
    found = judged(given(None), basis(record(), revised=True))
    assert found.reason.code == "answer-void"


def test_another_wording_is_void_whatever_was_shown():
    now = basis(record())
    answer = given(now.shown(UNIT, "AuthMech-1")).model_copy(update={"question_digest": "0"})
    assert judged(answer, now).reason.params["changed"] == "the wording of the question"


def test_an_answer_of_an_earlier_version_is_read():
    old = given(None).to_bytes().replace(b'"item"', b'"facts_digest":"","item"')
    assert Answer.from_bytes(old) == given(None)
    with pytest.raises(ValueError, match="facts_digest"):
        Answer.from_bytes(old.replace(b'"facts_digest":""', b'"facts_digest":"0"'))
