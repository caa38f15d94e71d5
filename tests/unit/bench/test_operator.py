"""Answers of people and of files, by the kind of the question."""

import io
import os
import threading
import time

import pytest

from harness.bench.operator import ScriptedOperator, TerminalOperator, read_answer
from harness.errors import BenchFault, ConfigError
from harness.model.question import AnswerKind, Question

QUESTION = Question(id="5.1-1-2b", prompt="Is the label legible?")


@pytest.fixture
def terminal():
    """Our end of a terminal, and the stream that the operator reads."""
    ours, theirs = os.openpty()
    with open(theirs) as stream:  # noqa: PTH123  (a descriptor)
        yield ours, stream
    os.close(ours)


def test_a_person_answers_by_number_with_a_reason(terminal):
    sink = io.StringIO()
    os.write(terminal[0], b"2\nbadly printed\n")
    operator = TerminalOperator("Ada", terminal[1], sink)
    assert operator.ask(QUESTION, "AuthMech-1", "label\x1b[2J\nadmin") == ("no", "badly printed")
    shown = sink.getvalue()
    assert "5.1-1-2b [AuthMech-1]: Is the label legible?" in shown
    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown
    assert (operator.name, operator.scripted) == ("Ada", False)


def test_a_wrong_answer_is_asked_again_and_then_given_up(terminal):
    os.write(terminal[0], b"perhaps\nyes\n\n")
    assert TerminalOperator("Ada", terminal[1], io.StringIO()).ask(QUESTION, "", "") == ("yes", "")
    os.write(terminal[0], b"a\nb\nc\n")
    assert TerminalOperator("Ada", terminal[1], io.StringIO()).ask(QUESTION, "", "") is None


def test_nobody_answers_where_there_is_no_terminal():
    assert TerminalOperator("Ada", io.StringIO("1\n"), io.StringIO()).ask(QUESTION, "", "") is None


def test_patience_ends(terminal):
    started = time.monotonic()
    operator = TerminalOperator("Ada", terminal[1], io.StringIO(), patience_s=0.2)
    assert operator.ask(QUESTION, "", "") is None
    assert time.monotonic() - started < 2


def test_an_answer_may_come_late(terminal):
    threading.Timer(0.2, os.write, (terminal[0], b"1\n\n")).start()
    assert TerminalOperator("Ada", terminal[1], io.StringIO()).ask(QUESTION, "", "") == ("yes", "")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (AnswerKind.CHOICE, "Cannot Tell", "cannot tell"),
        (AnswerKind.CHOICE, "0", None),
        (AnswerKind.CHOICE, "4", None),
        (AnswerKind.CHOICE, "", None),
        (AnswerKind.NUMBER, "2.5", "2.5"),
        (AnswerKind.NUMBER, "two", None),
        (AnswerKind.TEXT, "as sold", "as sold"),
        (AnswerKind.TEXT, "", None),
        (AnswerKind.PHOTO, "/no/such/photo.jpg", None),
        (AnswerKind.FILE, __file__, __file__),
    ],
)
def test_an_answer_fits_its_kind(kind, text, value):
    assert read_answer(Question(id="q", prompt="?", kind=kind), text) == value


def test_a_script_answers_by_question_and_item(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text(
        'person = "Grace"\n'
        '[[answer]]\nquestion = "5.1-1-2b"\nvalue = "yes"\nreason = "seen"\n'
        '[[answer]]\nquestion = "5.1-1-2b"\nitem = "AuthMech-2"\nvalue = "no"\n'
    )
    operator = ScriptedOperator.load(file)
    assert (operator.name, operator.scripted) == ("Grace", True)
    assert operator.ask(QUESTION, "AuthMech-1", "") == ("yes", "seen")
    assert operator.ask(QUESTION, "AuthMech-2", "") == ("no", "")
    assert operator.ask(Question(id="other", prompt="?"), "", "") is None


def test_a_script_may_be_json(tmp_path):
    file = tmp_path / "answers.json"
    file.write_text('{"answer": [{"question": "5.1-1-2b", "value": "no"}]}')
    assert ScriptedOperator.load(file).ask(QUESTION, "", "") == ("no", "")


def test_a_scripted_answer_that_is_none_is_a_fault(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('[[answer]]\nquestion = "5.1-1-2b"\nvalue = "perhaps"\n')
    with pytest.raises(BenchFault, match="is 'perhaps'"):
        ScriptedOperator.load(file).ask(QUESTION, "", "")


def test_a_script_with_a_wrong_key_names_it(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('[[answer]]\nquestion = "5.1-1-2b"\nval = "yes"\n')
    with pytest.raises(ConfigError, match=r"answer\[5.1-1-2b\].val: unknown key. Did you mean"):
        ScriptedOperator.load(file)


HURRY = Question(id="bench-x", prompt="Press it.", choices=("done", "not possible"))


def test_what_cannot_wait_is_asked_without_a_remark(terminal):
    os.write(terminal[0], b"1\n")
    sink = io.StringIO()
    operator = TerminalOperator("Ada", terminal[1], sink)
    assert operator.ask_now(HURRY, "A", 5.0, lambda: False) == "done"
    assert "remark" not in sink.getvalue()


def test_a_line_that_comes_too_late_answers_no_other_question(terminal):
    operator = TerminalOperator("Ada", terminal[1], sink := io.StringIO())
    assert operator.ask_now(HURRY, "A", 0.1, lambda: False) is None
    assert "That question is over." in sink.getvalue()
    os.write(terminal[0], b"1\n")  # meant for the question that is over
    threading.Timer(0.3, os.write, (terminal[0], b"1\ngo\n2\n")).start()
    assert operator.ask_now(HURRY, "A", 5.0, lambda: False) == "not possible"
    os.write(terminal[0], b"1\n")
    assert operator.ask_now(HURRY, "A", 5.0, lambda: False) == "done"


def test_a_question_ends_with_what_it_was_for(terminal):
    operator = TerminalOperator("Ada", terminal[1], io.StringIO())
    started = time.monotonic()
    assert operator.ask_now(HURRY, "A", 30.0, lambda: True) is None
    assert time.monotonic() - started < 5


def test_two_questions_share_one_terminal(terminal):
    operator = TerminalOperator("Ada", terminal[1], sink := io.StringIO())
    said = []
    first = threading.Thread(
        target=lambda: said.append(operator.ask_now(HURRY, "A", 5.0, lambda: False))
    )
    first.start()
    while "Press it." not in sink.getvalue():
        time.sleep(0.01)
    assert operator.ask_now(HURRY, "B", 0.1, lambda: False) is None
    assert "[B]" not in sink.getvalue()
    os.write(terminal[0], b"1\n")
    first.join(5)
    assert said == ["done"]


def test_a_script_answers_what_cannot_wait(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('[[answer]]\nquestion = "bench-x"\nvalue = "done"\n')
    script = ScriptedOperator.load(file)
    assert script.ask_now(HURRY, "A", 1.0, lambda: False) == "done"
    assert script.ask_now(QUESTION, "A", 1.0, lambda: False) is None
