"""One person at work on a run's questions: what the page and the spread-sheet have in common."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.answering.leases import Lease, Leases
from harness.answering.queue import Asked, Queue, Standing, in_words
from harness.answering.store import AnswerStore, BusyError, Draft, OvertakenError, Upload
from harness.bench.operator import read_answer
from harness.encoding.canonical import load_strict
from harness.errors import CaptureError, UsageError
from harness.model.ids import FactKey, SampleId
from harness.model.question import Answer, AnswerKind
from harness.model.record import SurveyRecord
from harness.model.shown import Shown

_MAX_LINES: Final = 60
_MAX_FACT_BYTES: Final = 4 * 1024 * 1024
_NO_FACT: Final = frozenset({"schema"})
_SHORTEST_SECRET: Final = 4
_FROM_FILE: Final = frozenset({AnswerKind.PHOTO, AnswerKind.FILE})


@dataclass(frozen=True)
class Given:
    """What a person entered.

    Attributes:
        seen: number of the newest answer that they saw; None if there was none.
        opened: the sample that they opened for it; ``""`` if none.
    """

    value: str
    reason: str = ""
    seen: int | None = None
    files: tuple[Upload, ...] = ()
    opened: str = ""


@dataclass(frozen=True)
class FactShown:
    """One fact, line by line; ``more`` says how many lines are left out."""

    name: str
    lines: tuple[str, ...]
    more: int


class Desk:
    """The questions of one run directory, and everything that is done with them."""

    def __init__(self, run: Path, queue: Queue, secrets: Sequence[str] = ()) -> None:
        """Work on ``run``; ``secrets`` are never shown."""
        self.queue = queue
        self.store = AnswerStore(run)
        self.leases = Leases(run)
        self._survey = run / "survey"
        self._secrets = [each for each in secrets if len(each) >= _SHORTEST_SECRET]

    @property
    def samples(self) -> tuple[SampleId, ...]:
        """The samples of the survey; nothing if it cannot be read."""
        try:
            record = SurveyRecord.from_bytes((self._survey / "survey.json").read_bytes())
        except (OSError, CaptureError, ValueError):
            return ()
        return tuple(sample.id for sample in record.samples)

    def standing(self) -> tuple[Standing, ...]:
        """How every question stands now."""
        return self.queue.standing(self.store.read())

    def next_after(self, key: str, person: str) -> Asked | None:
        """The next open question that nobody else works on, in the order of the list."""
        standing = self.standing()
        keys = [each.entry.key for each in standing]
        start = keys.index(key) + 1 if key in keys else 0
        for each in (*standing[start:], *standing[:start]):
            if each.is_open and each.entry.key != key and not self._is_others(each, person):
                return each.entry
        return None

    def _is_others(self, standing: Standing, person: str) -> bool:
        lease = self.leases.holder(standing.entry.key)
        return lease is not None and lease.person != person

    def others_lease(self, entry: Asked, person: str) -> Lease | None:
        """The lease of somebody else who works on a question; otherwise it is now this person's."""
        try:
            lease = self.leases.take(entry.key, person)
        except BusyError:  # the question can be looked at all the same
            held = self.leases.holder(entry.key)
            return held if held is not None and held.person != person else None
        return lease if lease.person != person else None

    def answer(self, entry: Asked, given: Given, person: str, *, facts: bool = True) -> Answer:
        """Write down an answer; ``facts``: the person had the facts before them, not rows alone.

        Raises:
            OvertakenError: somebody else works on the question or has answered it.
            UsageError: it is no answer to this question, or a correction without a reason.
            StorageError: the disk takes no more.
        """
        other = self.others_lease(entry, person)
        if other is not None:
            raise OvertakenError(f"{other.person} is answering this question")
        answer = self.store.append(
            Draft(
                question=entry.question,
                item=entry.stored_item,
                value=_valid(entry, given),
                reason=given.reason,
                person=person,
                replaces=given.seen,
                files=given.files,
                opened=self._opened(entry, given),
                shown=entry.shown if facts else Shown(rows=entry.shown.rows),
            )
        )
        self.leases.give_back(entry.key, person)
        return answer

    def _opened(self, entry: Asked, given: Given) -> SampleId | None:
        if not given.opened:
            return None
        found = next((each for each in self.samples if each == given.opened), None)
        if found is None or not entry.question.opens:
            known = ", ".join(self.samples) if entry.question.opens else "none may be opened here"
            raise UsageError(f"no sample to open: {json.dumps(given.opened[:40])}; {known}")
        return found

    def facts(self, entry: Asked) -> Iterator[FactShown]:
        """The facts that the question's units read, as the survey has them."""
        for key in entry.facts:
            lines = [self._hidden(line) for line in self._lines(key)]
            name = f"{key.probe} of sample {key.sample}, {key.visit}, attempt {key.attempt}"
            yield FactShown(name, tuple(lines[:_MAX_LINES]), max(0, len(lines) - _MAX_LINES))

    def _lines(self, key: FactKey) -> list[str]:
        path = self._survey / key.folder / "facts.json"
        try:
            with path.open("rb") as stream:
                document = load_strict(stream.read(_MAX_FACT_BYTES))
        except (OSError, CaptureError):
            return ["cannot be shown here"]
        return list(_flat(document)) if isinstance(document, dict) else []

    def _hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "(secret)")
        return text


def _valid(entry: Asked, given: Given) -> str:
    question = entry.question
    if question.kind in _FROM_FILE:
        if not given.files:
            raise UsageError("this question is answered with a photo or file")
        return ""
    value = read_answer(question, given.value)
    if value is None:
        allowed = ", ".join(question.choices) if question.kind is AnswerKind.CHOICE else "a value"
        raise UsageError(f"not an answer: {json.dumps(given.value[:80])}; give {allowed}")
    return value


def _flat(document: dict[str, object]) -> Iterator[str]:
    """``services.0.port: 80``: one line a value, short lists on one line."""
    waiting: list[tuple[str, object]] = [
        (name, value) for name, value in document.items() if name not in _NO_FACT
    ]
    while waiting:
        name, value = waiting.pop(0)
        inner: list[tuple[str, object]] = []
        if isinstance(value, dict):
            inner = [(f"{name}.{key}", entry) for key, entry in value.items()]
        elif isinstance(value, list) and any(isinstance(entry, (dict, list)) for entry in value):
            inner = [(f"{name}.{place}", entry) for place, entry in enumerate(value, 1)]
        waiting = [*inner, *waiting]
        text = "" if inner else in_words(value)
        if text:
            yield f"{name.replace('_', ' ')}: {text}"
