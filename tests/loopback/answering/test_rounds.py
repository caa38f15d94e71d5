"""A campaign holds a visit open until people have looked, at the terminal or on the page."""

import io
import os
import pty
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from harness.answering.desk import Given
from harness.answering.queue import Queue
from harness.answering.rounds import Rounds
from harness.answering.visits import OpenVisit, hold_open, open_visit
from harness.bench.operator import TerminalOperator
from harness.errors import BenchFault, StorageError
from harness.model.ids import SampleId
from harness.model.record import SampleRecord, SurveyRecord, VisitRecord
from harness.model.states import DeviceState, Purpose

pytestmark = pytest.mark.loopback
FIRST = SampleId("A")
PATIENCE_S = 20


def visit(sample=FIRST, state=DeviceState.AS_RECEIVED):
    return VisitRecord(
        sample=sample,
        visit=f"1-{state.value}",
        state=state,
        entered_by="unboxed",
        state_confirmed=True,
        started="2026-11-21T00:00:00.000000Z",
    )


def keep_survey(run):
    """A survey of two samples."""
    record = SurveyRecord(
        run_id="r",
        purpose=Purpose.DEMO,
        bench="b",
        bench_kind="private",
        started="2026-11-21T00:00:00.000000Z",
        samples=tuple(SampleRecord(id=name, origin="supplier") for name in "AB"),
    )
    (run / "survey" / "survey.json").write_bytes(record.to_bytes())


class Here:
    """A campaign of one visit, carried out beside the people who answer."""

    def __init__(self, run, desk, here=DeviceState.AS_RECEIVED, **how):
        self.said = []
        self.run = run
        entries = [entry for entry in desk.queue.entries if entry.place == here.value]
        desk.queue = Queue(tuple(entries))
        rounds = Rounds(run, lambda: desk, FIRST, self.said.append, **how)
        self.thread = threading.Thread(target=rounds.observe, args=(visit(state=here),))
        self.thread.start()
        deadline = time.monotonic() + PATIENCE_S
        while open_visit(run) is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    @property
    def waits(self):
        return self.thread.is_alive()

    def ends(self):
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        assert open_visit(self.run) is None


class Keys:
    """A terminal and the fingers on it."""

    def __init__(self):
        master, slave = pty.openpty()
        self.master, self.source = master, os.fdopen(slave, "r")
        self.screen = io.StringIO()
        self.person = TerminalOperator("Anna", self.source, self.screen, PATIENCE_S)

    def type(self, text):
        os.write(self.master, text.encode())

    def shows(self, text):
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.screen.getvalue():
            assert time.monotonic() < deadline, self.screen.getvalue()
            time.sleep(0.02)

    def close(self):
        self.source.close()
        os.close(self.master)


@pytest.fixture
def keys():
    terminal = Keys()
    yield terminal
    terminal.close()


def test_a_visit_waits_for_the_page_and_the_answer_names_the_visit(run, desk, serve, key_of):
    (browser,) = serve(desk)
    here = Here(run, desk, wait_s=PATIENCE_S)
    assert here.waits
    assert browser.form(key_of("c1b"), value="yes")[0] == 303
    here.ends()
    (answer,) = desk.store.read()
    assert (answer.question, answer.visit) == ("c1b", "A/1-as-received")
    assert here.said == ["sample A is as-received: 1 question to answer, here or on the page"]


def test_what_is_written_down_after_the_visit_names_none(run, desk, serve, key_of):
    (browser,) = serve(desk)
    browser.form(key_of("c1b"), value="yes")
    (answer,) = desk.store.read()
    assert answer.visit is None
    assert b"visit" not in next(run.glob("survey/answers/*.json")).read_bytes()


def test_a_visit_does_not_wait_for_ever(run, desk):
    here = Here(run, desk, wait_s=0.1)
    here.ends()
    assert here.said[-1] == "nobody answered in time: 1 question left open"
    assert desk.store.read() == ()


def test_the_person_at_the_terminal_answers(run, desk, keys):
    here = Here(run, desk, terminal=keys.person)
    keys.shows("Does the lamp blink?")
    keys.type("1\n")
    keys.shows("Reason")
    keys.type("It does.\n")
    here.ends()
    (answer,) = desk.store.read()
    assert (answer.value, answer.reason, answer.person) == ("yes", "It does.", "Anna")
    assert answer.visit == "A/1-as-received"


def test_the_same_person_may_answer_on_the_phone_instead(run, desk, serve, key_of, keys):
    (browser,) = serve(desk, "Anna")
    here = Here(run, desk, terminal=keys.person)
    keys.shows("> ")
    assert browser.form(key_of("c1b"), value="no", reason="Dark.")[0] == 303
    keys.shows("answered elsewhere")
    here.ends()
    (answer,) = desk.store.read()
    assert answer.value == "no"


def test_what_was_answered_elsewhere_while_somebody_typed_is_not_replaced(run, desk, key_of):
    entry = desk.queue.by_key[key_of("c1b")]
    desk.queue = Queue((entry,))

    class Slow:
        """Types for longer than their lease runs; somebody else says no meanwhile."""

        is_there, name = True, "Anna"

        def ask_unless(self, question, item, shown, taken):
            del question, item, shown, taken
            desk.leases.give_back(entry.key, "Anna")
            desk.answer(entry, Given("no"), "Ben")
            return "yes", "It blinks."

    said = []
    Rounds(run, lambda: desk, FIRST, said.append, terminal=Slow()).at_a_desk()
    given = [each for each in desk.store.read() if each.question == entry.question.id]
    assert [(each.person, each.value) for each in given] == [("Ben", "no")]
    assert any("meanwhile Ben answered 'no'" in each for each in said)


def test_what_somebody_else_has_in_hand_is_not_asked_at_the_terminal(
    run, desk, serve, key_of, keys
):
    (ben,) = serve(desk, "Ben")
    page = ben.get(f"q/{key_of('c1b')}")
    here = Here(run, desk, terminal=keys.person)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    fields = {**hidden, "value": "yes", "reason": "", "action": "save"}
    assert ben.send(key_of("c1b"), fields)[0] == 303
    here.ends()
    assert "lamp" not in keys.screen.getvalue()
    assert [answer.person for answer in desk.store.read()] == ["Ben"]


def test_who_gives_no_answer_ends_the_visit_with_the_question_open(run, desk, keys):
    here = Here(run, desk, terminal=keys.person)
    keys.shows("> ")
    keys.type("what\nhow\nwhy\n")
    here.ends()
    assert here.said[-1] == "1 question left open"
    assert desk.store.read() == ()


@pytest.mark.parametrize("who", [visit("B"), visit(state=DeviceState.OFFLINE)])
def test_no_visit_is_held_open_for_nothing(run, desk, who):
    desk.queue = Queue(())
    Rounds(run, lambda: desk, FIRST, pytest.fail, wait_s=PATIENCE_S).observe(who)
    assert open_visit(run) is None


def test_a_survey_outlives_questions_that_cannot_be_found(run, desk):
    del desk
    said = []

    def broken():
        raise BenchFault("judging ended without a result")

    Rounds(run, broken, FIRST, said.append, wait_s=1).observe(visit())
    assert said == ["sample A is as-received: nobody can be asked: judging ended without a result"]


def test_a_full_disk_ends_the_survey(run, desk):
    del desk

    def full():
        raise StorageError("no space left")

    with pytest.raises(StorageError):
        Rounds(run, full, FIRST, pytest.fail, wait_s=1).observe(visit())
    assert open_visit(run) is None


def test_a_sample_is_opened_only_where_a_question_needs_it(run, desk, serve, key_of):
    keep_survey(run)
    entries = [
        replace(entry, question=entry.question.model_copy(update={"opens": True}))
        if entry.question.id == "c1b"
        else entry
        for entry in desk.queue.entries
    ]
    desk.queue = Queue(tuple(entries))
    (browser,) = serve(desk)
    assert '<option value="B">' in browser.get(f"q/{key_of('c1b')}")
    assert browser.form(key_of("c1b"), value="yes", opened="C")[0] == 400
    assert browser.form(key_of("c1b"), value="yes", opened="B")[0] == 303
    assert 'name="opened"' not in browser.get(f"q/{key_of('c1a', 'AuthMech-1')}")
    assert browser.form(key_of("c1a", "AuthMech-1"), value="yes", opened="A")[0] == 400
    (answer,) = desk.store.read()
    assert answer.opened == "B"
    assert "Sample B was opened for it." in browser.get(f"q/{key_of('c1b')}")


def test_the_terminal_asks_which_sample_was_opened(run, desk, keys):
    keep_survey(run)
    opening = next(entry for entry in desk.queue.entries if entry.question.id == "c1b")
    question = opening.question.model_copy(update={"opens": True})
    desk.queue = Queue((replace(opening, question=question),))
    here = Here(run, desk, terminal=keys.person)
    for shown, typed in (("lamp", "1\n"), ("Reason", "\n"), ("Which sample", "A\n"), ("", "\n")):
        keys.shows(shown)
        keys.type(typed)
    here.ends()
    assert [answer.opened for answer in desk.store.read()] == ["A"]


def test_a_visit_of_a_campaign_that_died_is_not_open(run, desk):
    del desk
    hold_open(run, visit())
    assert open_visit(run).visit == "1-as-received"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    file = run / "private" / "visit.json"
    held = OpenVisit.from_bytes(file.read_bytes())
    file.write_bytes(held.model_copy(update={"process": ended.pid}).to_bytes())
    assert open_visit(run) is None
