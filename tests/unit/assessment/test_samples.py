"""Opened samples serve nothing that needs them intact; another device is not the same sample."""

import pytest

from harness.assessment.samples import (
    changed_identity,
    openings,
    read_from_opened,
    seen_on_opened,
    unlike_samples,
)
from harness.facts.identity import IdentityFacts
from harness.facts.store import FactBase, FactRecord
from harness.model.declaration import DecidedBy, FactNeed, Samples, UnitDeclaration
from harness.model.ids import FactKey, SampleId
from harness.model.judgement import Outcome
from harness.model.observation import Unknown
from harness.model.prose import render
from harness.model.question import Answer, Question
from harness.model.record import AttemptOutcome, SampleRecord, SurveyRecord
from harness.model.shown import Shown
from harness.model.states import DeviceState, Purpose
from harness.testing import AnswerView

LAMP = Question(id="lamp", prompt="Does the lamp blink?", during="initialised")
BOARD = Question(id="board", prompt="Look at the board.", during="initialised", opens=True)
PAPER = Question(id="paper", prompt="Read the report.")
UNIT = UnitDeclaration(unit="c1a", decided_by=DecidedBy.OPERATOR, questions=(LAMP, BOARD, PAPER))
NOON, LATER, EVENING = (f"2026-11-21T{hour}:00:00.000000Z" for hour in (12, 13, 20))


def answer(number, question, at=NOON, **more):
    given = {"value": "yes", "person": "Anna", "question_digest": question.digest}
    return Answer(number=number, question=question.id, at=at, **{**given, **more})


def identity(visit, started=NOON, key="k1", sample="A", state=DeviceState.INITIALISED):
    facts = IdentityFacts(
        firmware="1",
        seen=Unknown(reason="made up"),
        source="http",
        fingerprints={"ssh tcp/22": key} if key else {},
        examined=("identity",),
        complete=True,
    )
    where = FactKey(probe="identity", sample=sample, visit=visit, attempt=1)
    return FactRecord(where, state, AttemptOutcome.COMPLETED, facts, None, None, started)


def base(*records):
    survey = SurveyRecord(
        run_id="r", purpose=Purpose.DEMO, bench="b", bench_kind="x", started=NOON,
        samples=(SampleRecord(id="A", origin="supplier"),),
    )  # fmt: skip
    return FactBase(survey, (), records, ())


def test_a_sample_is_opened_from_the_answer_on_for_which_it_was_done():
    opened = openings([answer(1, LAMP), answer(2, BOARD, LATER, opened="A")])
    assert set(opened) == {"A"}
    assert (opened[SampleId("A")].at, opened[SampleId("A")].answer) == (LATER, 2)
    assert read_from_opened([identity("2-initialised", NOON)], opened) is None
    why = read_from_opened([identity("3-initialised", EVENING)], opened)
    assert render(why) == (
        f"sample A was opened on {LATER} (answer 2), and serves nothing later that needs it intact"
    )
    assert read_from_opened([identity("3-initialised", EVENING, sample="B")], opened) is None


def test_a_correction_keeps_the_moment_of_the_opening_and_may_take_it_back():
    first = answer(1, BOARD, NOON, opened="A")
    again = answer(2, BOARD, LATER, opened="A", replaces=1, reason="typing error")
    assert openings([first, again])[SampleId("A")].at == NOON
    back = answer(2, BOARD, LATER, replaces=1, reason="it was only looked at")
    assert openings([first, back]) == {}


@pytest.mark.parametrize(
    ("question", "at", "outcome"),
    [
        (LAMP, LATER, Outcome.UNDECIDED),
        (LAMP, "2026-11-21T11:00:00.000000Z", Outcome.HELD),
        (BOARD, LATER, Outcome.HELD),
        (PAPER, LATER, Outcome.HELD),
    ],
)
def test_only_observations_after_the_opening_need_an_intact_sample(question, at, outcome):
    other = answer(1, BOARD, NOON, opened="A", item="SecParam-9")
    view = AnswerView((other, answer(2, question, at)), UNIT, (SampleId("A"), SampleId("B")))
    judged = view.judge(question)
    assert judged.outcome is outcome
    assert (judged.reason.params.get("sample") == "A") is (outcome is Outcome.UNDECIDED)


def test_an_observation_on_another_sample_or_corrected_later_counts():
    opened = openings([answer(1, BOARD, NOON, opened="A")])
    elsewhere = answer(2, LAMP, LATER, visit="B/2-initialised")
    assert seen_on_opened(LAMP, [elsewhere], SampleId("A"), opened) is None
    here = answer(2, LAMP, LATER, visit="A/2-initialised")
    assert seen_on_opened(LAMP, [here], SampleId("B"), opened) is not None
    early = answer(1, LAMP, "2026-11-21T08:00:00.000000Z")
    mended = answer(3, LAMP, EVENING, replaces=1, reason="wrong button")
    assert seen_on_opened(LAMP, [early, mended], SampleId("A"), opened) is None
    reworded = early.model_copy(update={"question_digest": "other"})
    assert seen_on_opened(LAMP, [reworded, mended], SampleId("A"), opened) is not None


@pytest.mark.parametrize(
    "before",
    [
        {"value": "cannot tell"},
        {"value": "no"},
        {"shown": Shown(rows={"15-Intf/Intf-1": "1"})},
    ],
)
def test_who_looks_again_after_the_opening_has_made_another_observation(before):
    opened = openings([answer(1, BOARD, NOON, opened="A")])
    early = answer(2, LAMP, "2026-11-21T08:00:00.000000Z", **before)
    again = answer(3, LAMP, EVENING, replaces=2, reason="looked again")
    assert seen_on_opened(LAMP, [early, again], SampleId("A"), opened) is not None


def test_another_key_in_the_same_state_is_another_device():
    one, two = identity("2-initialised"), identity("3-initialised", key="k2")
    why = changed_identity(base(one, two), [one])
    assert render(why) == (
        "sample A, ssh tcp/22: another key in 3-initialised than in 2-initialised: it may be "
        "another device"
    )


@pytest.mark.parametrize(
    "other",
    [
        identity("3-initialised"),
        identity("3-initialised", key=""),
        identity("3-reset", key="k2", state=DeviceState.RESET),
        identity("1-initialised", key="k2", sample="B"),
    ],
)
def test_the_same_key_another_state_or_another_sample_is_none(other):
    one = identity("2-initialised")
    assert changed_identity(base(one, other), [one]) is None


def test_facts_of_a_sample_that_a_unit_did_not_read_are_not_its_business():
    one, two = identity("2-initialised"), identity("3-initialised", key="k2")
    reset = identity("4-reset", state=DeviceState.RESET)
    assert changed_identity(base(one, two, reset), [reset]) is None
    assert changed_identity(base(one, two), []) is None


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"hardware": "rev A"}, {"hardware": "rev B"}, "hardware revision: rev A, rev B"),
        ({"firmware": "1"}, {"firmware": "2"}, "firmware revision: 1, 2"),
        ({"hardware": "rev A"}, {"hardware": "rev A"}, ""),
        ({"hardware": "rev A"}, {}, ""),
    ],
)
def test_samples_of_two_revisions_show_nothing_by_being_different(first, second, said):
    survey = base().survey.model_copy(
        update={
            "samples": tuple(
                SampleRecord(id=name, origin="market", **more)
                for name, more in (("A", first), ("B", second))
            )
        }
    )
    need = FactNeed(probe="ports", state=DeviceState.INITIALISED, samples=Samples.EACH)
    comparing = UNIT.model_copy(update={"facts": (need,)})
    why = unlike_samples(survey, comparing)
    assert (render(why) if why else "").endswith(said)
    assert bool(why) is bool(said)
    assert unlike_samples(survey, UNIT) is None
