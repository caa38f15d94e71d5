"""A survey that was broken off goes on from its folder."""

import pytest

from harness.encoding.journal import read_journal
from harness.model.ids import SampleId
from harness.model.job import JobRecord
from harness.model.record import STOPPED
from harness.survey.ending import close_as_partial
from harness.survey.standing import close_stopped, last_seen

FIRST, SECOND = "1-as-received", "2-initialised"
COMPLETED = ("completed", "")
BROKEN = ("failed", STOPPED)


def test_a_survey_that_nothing_disturbs_has_no_pauses(bench):
    bench.carry_out()
    assert bench.record.complete
    assert bench.record.pauses == ()
    assert bench.visit(FIRST).interruptions == ()
    assert bench.outcomes(FIRST, "look") == [COMPLETED]
    assert bench.outcomes(FIRST, "identity") == [COMPLETED, COMPLETED]


def test_a_full_disk_ends_the_survey_at_once(bench):
    bench.broken_off(("as-received", "look"))
    assert not bench.record.complete
    assert bench.record.ended == ""
    assert bench.visit(FIRST).ended == ""
    assert not (bench.survey / "A" / SECOND).exists()
    assert bench.outcomes(FIRST, "look") == [BROKEN]
    assert bench.outcomes(FIRST, "identity") == [COMPLETED]


@pytest.mark.parametrize("state", ["as-received", "initialised"])
def test_what_was_broken_off_is_made_again_and_the_rest_is_kept(bench, state):
    bench.broken_off((state, "look"))
    visit = FIRST if state == "as-received" else SECOND
    before = bench.attempt(visit, "identity", 1)
    bench.carry_out()
    assert bench.record.complete
    assert bench.outcomes(visit, "look") == [BROKEN, COMPLETED]
    assert bench.attempt(visit, "identity", 1) == before
    assert bench.outcomes(visit, "identity") == [COMPLETED] * 3
    other = SECOND if visit == FIRST else FIRST
    assert bench.outcomes(other, "look") == [COMPLETED]
    assert len(bench.record.pauses) == 1
    assert bench.record.pauses[0].last_seen < bench.record.pauses[0].resumed


def test_captures_of_a_broken_attempt_stay_and_say_that_they_are_incomplete(bench):
    bench.broken_off(("as-received", "look"))
    bench.carry_out()
    (entry,) = bench.attempt(FIRST, "look", 1).captures
    assert (entry.name, entry.complete) == ("talk.jsonl", False)
    with (bench.survey / "A" / FIRST / "look" / "1" / entry.name).open("rb") as stream:
        journal = read_journal(stream)
    assert [record.text("data") for record in journal.records] == ["look in as-received"]
    assert not journal.complete
    (whole,) = bench.attempt(FIRST, "look", 2).captures
    assert whole.complete


def test_the_state_is_confirmed_before_anything_is_sent_again(bench):
    bench.broken_off(("initialised", "look"))
    bench.states.entered.clear()
    bench.carry_out()
    assert bench.states.entered == ["initialised"]
    (pause,) = bench.visit(SECOND).interruptions
    assert pause.state_confirmed
    assert pause.reason == ""


def test_a_state_that_cannot_be_confirmed_leaves_the_rest_of_the_visit_unmade(bench):
    bench.broken_off(("as-received", "look"))
    bench.carry_out(lost=["as-received"])
    why = "the bench stopped in this visit, and it was set up meanwhile"
    assert bench.outcomes(FIRST, "look") == [BROKEN, ("not-scheduled", why)]
    assert bench.outcomes(FIRST, "identity") == [COMPLETED]
    (pause,) = bench.visit(FIRST).interruptions
    assert not pause.state_confirmed
    assert pause.reason == "it was set up meanwhile"
    assert bench.outcomes(SECOND, "look") == [COMPLETED]
    assert bench.record.complete


def test_a_device_that_is_gone_is_not_as_received_any_more(bench):
    bench.broken_off(("as-received", "look"))
    bench.states.entered.clear()
    bench.carry_out(gone={SampleId("A"): "the device was started anew"})
    assert bench.states.entered == ["initialised"]
    outcome, reason = bench.outcomes(FIRST, "look")[1]
    assert outcome == "not-scheduled"
    assert "the device was started anew, and as-received happens once" in reason


def test_a_survey_may_be_broken_off_many_times(bench):
    bench.broken_off(("as-received", "identity"))
    bench.broken_off(("as-received", "look"))
    bench.broken_off(("as-received", "look"))
    bench.broken_off(("initialised", "identity"))
    bench.carry_out()
    assert bench.outcomes(FIRST, "look") == [BROKEN, BROKEN, COMPLETED]
    assert len(bench.record.pauses) == 4
    assert len(bench.visit(FIRST).interruptions) == 3
    assert len(bench.visit(SECOND).interruptions) == 1


def test_as_received_is_not_repeated_after_another_state(bench):
    bench.carry_out()
    bench.plan = bench.plan.model_copy(update={"visits": bench.plan.visits * 2})
    bench.carry_out()
    ((outcome, reason),) = bench.outcomes("3-as-received", "look")
    assert outcome == "not-scheduled"
    assert reason == f"as-received happens once, and was left with visit {SECOND}"
    assert bench.outcomes("4-initialised", "look") == [COMPLETED]
    assert bench.record.pauses == ()


def test_halves_of_files_and_folders_without_records_are_removed(bench):
    bench.broken_off(("as-received", "look"))
    half = bench.survey / "A" / FIRST / ".visit.json.1.2"
    half.write_bytes(b"{")
    empty = bench.survey / "A" / FIRST / "other" / "1"
    empty.mkdir(parents=True)
    never = bench.survey / "A" / SECOND
    never.mkdir()
    close_stopped(bench.survey)
    assert not half.exists()
    assert not empty.exists()
    assert not never.exists()
    bench.carry_out()
    assert bench.record.complete


def test_a_journal_that_a_power_cut_tore_is_kept_as_incomplete(bench):
    bench.broken_off(("as-received", "look"))
    torn = bench.survey / "A" / FIRST / "look" / "1" / "talk.jsonl"
    torn.write_bytes(torn.read_bytes() + b"\0\0\0\n{\0")
    bench.carry_out()
    (entry,) = bench.attempt(FIRST, "look", 1).captures
    assert not entry.complete
    assert bench.outcomes(FIRST, "look") == [BROKEN, COMPLETED]


def test_the_last_sign_of_life_is_the_last_record_of_a_journal(bench):
    bench.broken_off(("as-received", "look"))
    path = bench.survey / "A" / FIRST / "look" / "1" / "talk.jsonl"
    with path.open("rb") as stream:
        (record,) = read_journal(stream).records
    assert last_seen(bench.survey) == record.time


def test_a_survey_closed_as_partial_accounts_for_everything(bench):
    bench.broken_off(("as-received", "look"))
    seen = last_seen(bench.survey)
    close_as_partial(bench.survey)
    record = bench.record
    assert not record.complete
    assert not record.whole
    assert record.ended_early == f"the bench stopped after {seen} and the survey was not resumed"
    why = ("not-scheduled", "the run ended before its turn and was not resumed")
    assert bench.outcomes(FIRST, "look") == [BROKEN, why]
    assert bench.outcomes(SECOND, "look") == [why]
    assert bench.outcomes(SECOND, "identity") == [why]
    assert bench.visit(SECOND).entered_by == "never entered"
    assert [visit for _, visit in record.visits] == [FIRST, SECOND]


def test_closing_can_itself_be_broken_off_and_done_again(bench):
    bench.broken_off(("as-received", "look"))
    before = (bench.survey / "survey.json").read_bytes()
    close_as_partial(bench.survey)
    (bench.survey / "survey.json").write_bytes(before)
    close_as_partial(bench.survey)
    assert bench.record.ended_early
    assert len(bench.outcomes(SECOND, "look")) == 1


def test_the_job_record_and_its_number_outlive_a_crash(bench):
    job = JobRecord(report_id="TR-1", nonce="job-1")
    bench.broken_off(("initialised", "look"), job=job)
    stored = bench.survey / "job.json"
    assert JobRecord.from_bytes(stored.read_bytes()) == job
    filled_in = job.model_copy(update={"sampling": "none"})
    stored.write_bytes(filled_in.to_bytes())
    assert bench.carry_out(job=filled_in).job == "job-1"
    assert JobRecord.from_bytes(stored.read_bytes()) == filled_in


def test_a_survey_says_what_the_machine_knows_of_its_clock(bench, monkeypatch):
    assert bench.carry_out().clock == bench.record.clock
    bench.run = bench.run.with_name("other")
    bench.survey = bench.run / "survey"
    monkeypatch.setattr("harness.survey.campaign.read_clock", lambda: None)
    bench.carry_out()
    assert bench.record.clock is None
    assert bench.record.job == ""
    assert not (bench.survey / "job.json").exists()


def test_every_transition_is_an_attempt_with_its_visits(bench):
    bench.broken_off(("initialised", "look"), lost=["as-received"])
    bench.carry_out()
    (unboxed,) = bench.visit(FIRST).transitions
    assert (unboxed.from_visit, unboxed.to_visit) == ("", FIRST)
    assert (unboxed.outcome.value, unboxed.reason) == ("failed", "it was set up meanwhile")
    first, again = bench.visit(SECOND).transitions
    assert [(way.from_visit, way.to_visit) for way in (first, again)] == [
        (FIRST, SECOND),
        (SECOND, SECOND),
    ]
    assert {way.outcome.value for way in (first, again)} == {"completed"}
    assert {way.means.value for way in (first, again)} == {"script"}
    assert first.started <= first.ended <= again.started


def test_a_transition_to_which_no_way_leads_is_not_tried(bench):
    bench.carry_out()
    bench.plan = bench.plan.model_copy(update={"visits": bench.plan.visits * 2})
    bench.states.entered.clear()
    bench.carry_out()
    assert bench.states.entered == ["initialised"]
    (way,) = bench.visit("3-as-received").transitions
    assert way.outcome.value == "not-possible"
    (way,) = bench.visit("4-initialised").transitions
    assert way.from_visit == SECOND  # the visit between them was never entered
