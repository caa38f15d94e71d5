"""Who answers questions at the bench: a person at the terminal, or a file of scripted answers."""

import contextlib
import os
import select
import sys
import termios
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TextIO

from pydantic import Field
from typing_extensions import override

from harness.bench.protocols import Operator
from harness.config.reading import load_model
from harness.encoding.text import neutralise
from harness.errors import BenchFault
from harness.model.base import Frozen
from harness.model.question import AnswerKind, Question

_PATIENCE_S: Final = 3600.0
_LOOK_S: Final = 1.0
"""How often the person at the terminal is compared with those elsewhere."""
_TRIES: Final = 3
_GO_ON: Final = "go"
_MAX_LINE: Final = 4096
_SHOWN_LENGTH: Final = 2000


class TerminalOperator(Operator):
    """Asks on standard error, reads from standard input; nobody answers where that is no terminal.

    Standard output stays free for the machine-readable result.
    """

    def __init__(
        self,
        name: str,
        source: TextIO | None = None,
        sink: TextIO | None = None,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """Ask the person called ``name``, and wait ``patience_s`` for each answer.

        Args:
            name: an unauthenticated claim.
            source: where answers come from; standard input by default.
            sink: where questions go; standard error by default.
            patience_s: after this long nobody answered.
        """
        self._name = name
        self._source = source or sys.stdin
        self._sink = sink or sys.stderr
        self._patience_s = patience_s
        self._pending = b""
        self._alone = threading.Lock()
        self._was_late = False

    @property
    @override
    def name(self) -> str:
        return self._name

    @property
    @override
    def scripted(self) -> bool:
        return False

    @property
    def is_there(self) -> bool:
        """Whether anybody can be asked at all."""
        return self._source.isatty()

    @override
    def ask(self, question: Question, item: str, shown: str) -> tuple[str, str] | None:
        return self.ask_unless(question, item, shown, lambda: False)

    def ask_unless(
        self, question: Question, item: str, shown: str, taken: Callable[[], bool]
    ) -> tuple[str, str] | None:
        """As `ask`; None also as soon as ``taken`` says that somebody else answered."""
        with self._alone:
            if not self.is_there:
                return None
            deadline = time.monotonic() + self._patience_s
            value = self._answer(question, item, shown, deadline, taken)
            if value is None:
                if taken():
                    self._say("answered elsewhere\n")
                return None
            self._say("Reason or remark (may be empty): ")
            return value, self._line(deadline) or ""

    @override
    def ask_now(
        self, question: Question, item: str, timeout_s: float, over: Callable[[], bool]
    ) -> str | None:
        deadline = time.monotonic() + timeout_s
        if not self._alone.acquire(timeout=timeout_s):
            return None
        try:
            if not self.is_there:
                return None
            value = self._answer(question, item, "", deadline, over)
            if value is None:
                self._was_late = True
                self._say("That question is over.\n")
            return value
        finally:
            self._alone.release()

    def _answer(
        self,
        question: Question,
        item: str,
        shown: str,
        deadline: float,
        taken: Callable[[], bool],
    ) -> str | None:
        if self._was_late and not self._goes_on(deadline, taken):
            return None
        self._show(question, item, shown)
        for _ in range(_TRIES):
            self._say("> ")
            line = self._line(deadline, taken)
            if line is None:
                return None
            value = read_answer(question, line)
            if value is not None:
                return value
            self._say(f"Not an answer. {_expected(question)}\n")
        return None

    def _goes_on(self, deadline: float, taken: Callable[[], bool]) -> bool:
        """Wait for a word that answers nothing: what is typed late must not answer the next one."""
        with contextlib.suppress(termios.error):  # no terminal after all
            termios.tcflush(self._source.fileno(), termios.TCIFLUSH)
        self._pending = b""
        self._say(f"\nThe last question is over. Type {_GO_ON} for the next one.\n")
        line: str | None = ""
        while line is not None:
            self._say("> ")
            line = self._line(deadline, taken)
            if line is not None and line.casefold() == _GO_ON:
                self._was_late = False
                return True
        return False

    def _show(self, question: Question, item: str, shown: str) -> None:
        subject = f" [{neutralise(item, 120)}]" if item else ""
        self._say(f"\n{question.id}{subject}: {question.prompt}\n")
        for line in shown[:_SHOWN_LENGTH].splitlines():
            self._say(f"  | {neutralise(line)}\n")
        for number, choice in enumerate(question.choices, 1):
            if question.kind is AnswerKind.CHOICE:
                self._say(f"  {number}  {choice}\n")
        self._say(_expected(question) + "\n")

    def _say(self, text: str) -> None:
        self._sink.write(text)
        self._sink.flush()

    def _line(self, deadline: float, taken: Callable[[], bool] = lambda: False) -> str | None:
        """One line; None when time is up, the question is taken or the terminal was closed."""
        handle = self._source.fileno()
        while b"\n" not in self._pending and len(self._pending) < _MAX_LINE:
            left_s = max(0.0, deadline - time.monotonic())
            ready, _, _ = select.select([handle], [], [], min(left_s, _LOOK_S))
            if not ready and left_s > _LOOK_S:
                if taken():
                    return None
                continue
            chunk = os.read(handle, _MAX_LINE) if ready else b""
            if not chunk:
                return None
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode(errors="replace").strip()


def read_answer(question: Question, text: str) -> str | None:
    """``text`` as an answer of the question's kind; None if it is none.

    A choice may be given by its number or its text, a photo or file by the path of a file.
    """
    match question.kind:
        case AnswerKind.CHOICE:
            return _choice(question.choices, text)
        case AnswerKind.NUMBER:
            return text if _is_number(text) else None
        case AnswerKind.TEXT:
            return text or None
        case AnswerKind.PHOTO | AnswerKind.FILE:
            return text if text and Path(text).is_file() else None


def _choice(choices: Sequence[str], text: str) -> str | None:
    if text.isdecimal() and 1 <= int(text) <= len(choices):
        return choices[int(text) - 1]
    wanted = text.casefold()
    return next((choice for choice in choices if choice.casefold() == wanted), None)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _expected(question: Question) -> str:
    match question.kind:
        case AnswerKind.CHOICE:
            return f"Give a number from 1 to {len(question.choices)}, or the words."
        case AnswerKind.NUMBER:
            return "Give a number."
        case AnswerKind.TEXT:
            return "Give a text of one line."
        case AnswerKind.PHOTO | AnswerKind.FILE:
            return "Give the path of the file."


class ScriptedAnswer(Frozen):
    """One row of a file of answers.

    Attributes:
        item: the item it speaks of; ``""`` answers the question for every item.
    """

    question: str
    item: str = ""
    value: str
    reason: str = ""


class AnswerScript(Frozen):
    """A file of answers, TOML or JSON: ``person`` and ``[[answer]]`` rows."""

    person: str = "script"
    answer: tuple[ScriptedAnswer, ...] = Field(default=())


class ScriptedOperator(Operator):
    """Answers from a file, marked as scripted wherever they count."""

    def __init__(self, script: AnswerScript) -> None:
        """Answer what ``script`` answers, and nothing else."""
        self._script = script
        self._rows = {(row.question, row.item): row for row in script.answer}

    @classmethod
    def load(cls, path: Path) -> "ScriptedOperator":
        """Read the answers. Raises ConfigError for a file that is none."""
        return cls(load_model(path, AnswerScript))

    @property
    @override
    def name(self) -> str:
        return self._script.person

    @property
    @override
    def scripted(self) -> bool:
        return True

    @override
    def ask(self, question: Question, item: str, shown: str) -> tuple[str, str] | None:
        row = self._rows.get((question.id, item)) or self._rows.get((question.id, ""))
        if row is None:
            return None
        value = read_answer(question, row.value)
        if value is None:
            message = (
                f"the scripted answer to {question.id} is {row.value!r}. {_expected(question)}"
            )
            raise BenchFault(message)
        return value, row.reason

    @override
    def ask_now(
        self, question: Question, item: str, timeout_s: float, over: Callable[[], bool]
    ) -> str | None:
        given = self.ask(question, item, "")
        return given[0] if given else None
