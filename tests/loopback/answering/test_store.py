"""Answers survive two writers, a kill in the middle of a write, and a pause of days."""

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from harness.answering.leases import Leases
from harness.answering.store import AnswerStore, BusyError, Draft, OvertakenError, Upload
from harness.errors import EvidenceError, StorageError, UsageError
from harness.model.question import Question

pytestmark = pytest.mark.loopback
SHOWN = Question(id="c1b", prompt="Press the button. Does the lamp blink?")
STRONG = Question(id="c1a", prompt="Is the generator strong enough?")

WRITER = """
    import sys
    from pathlib import Path
    from harness.answering.store import AnswerStore, Draft, Upload
    from harness.model.question import Question
    store = AnswerStore(Path(sys.argv[1]))
    for number in range(100_000):
        question = Question(id=f"{sys.argv[2]}-{number}", prompt="p")
        store.append(Draft(question, "", "yes", "", "p", files=(Upload("a.txt", b"x" * 50_000),)))
        print(number, flush=True)
"""


def draft(**more):
    """An answer about the lamp."""
    given = {"question": SHOWN, "item": "", "value": "yes", "reason": "", "person": "Anna"}
    return Draft(**{**given, **more})


def _write(run, name):
    store = AnswerStore(run)
    for number in range(15):
        question = SHOWN.model_copy(update={"id": f"{name}-{number}"})
        store.append(Draft(question, "", "yes", "", name))


def test_two_processes_lose_nothing_and_share_no_number(desk, run):
    del desk
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(run, name)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    answers = AnswerStore(run).read()
    assert [answer.number for answer in answers] == list(range(1, 31))
    assert len({answer.question for answer in answers}) == 30


def test_a_killed_writer_leaves_whole_answers_only(desk, run):
    del desk
    folder = run / "survey" / "answers"
    for attempt in range(4):
        argv = [sys.executable, "-c", textwrap.dedent(WRITER), str(run), str(attempt)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
            said = [int(writer.stdout.readline()) for _ in range(5)]
            time.sleep(0.003 * attempt)
            os.kill(writer.pid, signal.SIGKILL)
            said += [int(line) for line in writer.stdout.read().split()]
        answers = AnswerStore(run).read()
        mine = [answer for answer in answers if answer.question.startswith(f"{attempt}-")]
        assert len(mine) in {len(said), len(said) + 1}  # at most the one that was not yet told
        assert [answer.number for answer in answers] == list(range(1, len(answers) + 1))
        for answer in mine:
            assert (folder / answer.attachments[0]).stat().st_size == 50_000
    AnswerStore(run).append(draft())
    names = {file.name.partition(".")[0].partition("-")[0] for file in folder.iterdir()}
    assert names == {f"{answer.number:05}" for answer in AnswerStore(run).read()}


def test_what_a_killed_writer_left_is_removed_and_its_number_given_again(desk, run):
    del desk
    store = AnswerStore(run)
    store.append(draft())
    folder = run / "survey" / "answers"
    (folder / "00002-1.jpg").write_bytes(b"half")
    (folder / ".00002.json.partial").write_bytes(b"{")
    answer = store.append(draft(question=STRONG, item="AuthMech-1", files=(Upload("b", b"whole"),)))
    assert answer.number == 2
    assert sorted(file.name for file in folder.iterdir()) == [
        "00001.json", "00002-1.bin", "00002.json",
    ]  # fmt: skip


def test_an_answer_is_never_replaced_unseen(desk, run):
    del desk
    store = AnswerStore(run)
    store.append(draft())
    with pytest.raises(OvertakenError, match="meanwhile Anna answered 'yes'"):
        store.append(draft(value="no", reason="because", person="Ben"))
    with pytest.raises(UsageError, match="a correction needs a reason"):
        store.append(draft(value="no", replaces=1, reason="  "))
    store.append(draft(value="no", replaces=1, reason="It does not."))
    store.append(draft(item="DUT", value="yes", replaces=2, reason="It does."))  # the same item
    assert [answer.replaces for answer in store.read()] == [None, 1, 2]


def test_an_answer_to_another_wording_is_replaced_without_a_reason(desk, run):
    del desk
    store = AnswerStore(run)
    store.append(draft(question=SHOWN.model_copy(update={"prompt": "Does it blink?"})))
    assert store.append(draft(replaces=1)).replaces == 1


def test_an_unreadable_answer_stops_everything(desk, run):
    del desk
    store = AnswerStore(run)
    store.append(draft())
    (run / "survey" / "answers" / "00001.json").write_text(json.dumps({"schema": "other"}))
    with pytest.raises(EvidenceError, match="cannot be read as an answer"):
        store.append(draft(question=STRONG))


def test_the_answers_are_one_writers_at_a_time(desk, run):
    del desk
    with AnswerStore(run).held(), pytest.raises(BusyError), AnswerStore(run).held(0.05):
        pytest.fail("two writers at once")
    with AnswerStore(run).held(0.05):
        pass


def test_a_lease_runs_out_is_renewed_and_given_back(desk, run):
    del desk
    short, other = Leases(run, lease_s=0.3), Leases(run)
    assert short.take("k", "Anna").person == "Anna"
    assert other.take("k", "Ben").person == "Anna"
    assert other.holder("k").minutes_left == 1
    other.give_back("k", "Ben")
    assert other.holder("k").person == "Anna"
    time.sleep(0.35)
    assert other.take("k", "Ben").person == "Ben"
    assert short.take("k", "Anna").person == "Ben"
    other.give_back("k", "Ben")
    assert short.holder("k") is None


def test_a_broken_lease_is_no_lease(desk, run):
    del desk
    leases = Leases(run)
    leases.take("k", "Anna")
    (file,) = (run / "private" / "leases").iterdir()
    file.write_bytes(b"{half")
    assert leases.holder("k") is None
    assert leases.take("k", "Ben").person == "Ben"


def test_a_lease_that_the_disk_does_not_take_is_a_fault_of_storage(desk, run, monkeypatch):
    del desk

    def full(path, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("harness.answering.leases.write_private", full)
    with pytest.raises(StorageError, match="No space left"):
        Leases(run).take("k", "Anna")
