"""Answers on disk: append-only, whole or not at all, with several writers at once.

::

    RUN/survey/answers/00007.json          one answer
    RUN/survey/answers/00007-1.jpg         what belongs to it
    RUN/private/answers.lock               held by whoever writes, and while a run is sealed

An answer appears under its number when everything that belongs to it is on the disk. What a writer
left that was killed before that is removed by the next one.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.answering.visits import visit_of
from harness.encoding.clock import Clock
from harness.errors import EvidenceError, StorageError, UsageError
from harness.evidence.durable import flush
from harness.evidence.pictures import is_picture, without_metadata
from harness.model.ids import SampleId
from harness.model.question import Answer, AnswerKind, Question
from harness.model.shown import NOTHING, Shown, changed

MAX_FILE_BYTES: Final = 32 * 1024 * 1024
SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".pdf", ".txt", ".log"})
"""Of files; whatever ends otherwise is kept as ``.bin``."""
_PATIENCE_S: Final = 5.0
_LOOK_S: Final = 0.02


class BusyError(UsageError):
    """Somebody else holds the answers: they are being sealed."""


class OvertakenError(UsageError):
    """Somebody answered the question meanwhile; nothing was written."""


@dataclass(frozen=True)
class Upload:
    """A photo or file as a person gave it; ``name`` serves for its ending only."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Draft:
    """An answer that is not yet written.

    Attributes:
        item: the row; ``""`` for the DUT.
        replaces: number of the newest answer that its author saw; None if there was none.
        files: for a question of kind photo or file the first one is the answer itself.
        opened: the sample that was opened for it; None if none was.
        shown: the rows and facts that the person had before them.
    """

    question: Question
    item: str
    value: str
    reason: str
    person: str
    scripted: bool = False
    replaces: int | None = None
    files: tuple[Upload, ...] = ()
    opened: SampleId | None = None
    shown: Shown = NOTHING


class AnswerStore:
    """The answers of one run directory. Any number of them may work on it, in any process."""

    def __init__(self, run: Path) -> None:
        """Work on ``run``; nothing is written yet."""
        self._run = run
        self._folder = run / "survey" / "answers"
        self._lock = run / "private" / "answers.lock"
        self._clock = Clock()

    def read(self) -> tuple[Answer, ...]:
        """Every answer, in order.

        Raises:
            EvidenceError: one cannot be read.
        """
        found = []
        for file in self._answers():
            try:
                found.append(Answer.from_bytes(file.read_bytes()))
            except (OSError, ValueError) as error:
                raise EvidenceError(f"{file}: cannot be read as an answer: {error}") from error
        return tuple(sorted(found, key=lambda answer: answer.number))

    def count(self) -> int:
        """How many answers there are, without reading them."""
        return len(self._answers())

    def append(self, draft: Draft) -> Answer:
        """Write an answer with what belongs to it; it is on the disk when this returns.

        Raises:
            OvertakenError: the newest answer is not the one that its author saw.
            BusyError: the answers are being sealed.
            UsageError: a correction without a reason, or a file that cannot be kept.
            StorageError: the disk takes no more.
        """
        data = [(_suffix(file), _kept(file)) for file in draft.files]
        with self.held():
            try:
                return self._append(draft, data)
            except OSError as error:
                message = f"{self._folder}: cannot be written: {error.strerror}"
                raise StorageError(message) from error

    def _append(self, draft: Draft, data: Sequence[tuple[str, bytes]]) -> Answer:
        self._folder.mkdir(exist_ok=True)
        self._tidy()
        answers = self.read()
        newest = newest_of(answers, draft.question.id, draft.item)
        _require_seen(draft, newest)
        number = answers[-1].number + 1 if answers else 1
        is_file = draft.question.kind in {AnswerKind.PHOTO, AnswerKind.FILE} and bool(data)
        names = tuple(
            f"{number:05}{'' if is_file and n == 0 else f'-{n}'}{suffix}"
            for n, (suffix, _) in enumerate(data, 0 if is_file else 1)
        )
        for name, (_, content) in zip(names, data, strict=True):
            self._write(name, content)
        answer = Answer(
            number=number,
            question=draft.question.id,
            question_digest=draft.question.digest,
            item=draft.item,
            value=names[0] if is_file else draft.value,
            reason=draft.reason,
            person=draft.person,
            at=self._clock.now(),
            scripted=draft.scripted,
            replaces=newest.number if newest else None,
            attachments=names[1:] if is_file else names,
            visit=visit_of(self._run, draft.question),
            opened=draft.opened,
            shown=draft.shown,
        )
        self._write(f"{number:05}.json", answer.to_bytes())
        return answer

    def _write(self, name: str, data: bytes) -> None:
        """Write a new file; a link never replaces one that is there."""
        beside, path = self._folder / f".{name}.partial", self._folder / name
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(beside, path)
        beside.unlink()
        flush(self._folder)

    def _tidy(self) -> None:
        """Remove what a writer left that died before its answer was whole."""
        whole = {file.stem for file in self._answers()}
        for file in self._folder.iterdir():
            if file.name.startswith(".") or file.stem.partition("-")[0] not in whole:
                file.unlink()

    def _answers(self) -> list[Path]:
        return [file for file in self._folder.glob("*.json") if not file.name.startswith(".")]

    @contextmanager
    def held(self, patience_s: float = _PATIENCE_S) -> Iterator[None]:
        """Nobody else writes an answer meanwhile.

        Raises:
            BusyError: somebody else held them for ``patience_s``.
            StorageError: the lock file cannot be made.
        """
        deadline = time.monotonic() + patience_s
        try:
            self._lock.parent.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(f"{self._lock}: cannot be written: {error.strerror}") from error
        try:
            while not _try_lock(handle):
                if time.monotonic() > deadline:
                    raise BusyError(
                        "the answers are in use, most likely because the run is being judged and "
                        "sealed: nothing was written, try again in a minute"
                    )
                time.sleep(_LOOK_S)
            yield
        finally:
            os.close(handle)

    def tidy(self) -> None:
        """Remove what a killed writer left, so that it is not sealed. The caller holds the lock."""
        if self._folder.is_dir():
            self._tidy()


def read_upload(file: Path) -> Upload:
    """A photo or file of this machine that somebody named.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return Upload(file.name, stream.read(MAX_FILE_BYTES + 1))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def newest_of(answers: Sequence[Answer], question: str, item: str) -> Answer | None:
    """The newest answer about an item; ``""`` and ``DUT`` are the same item."""
    wanted = {item, ""} if item in {"", "DUT"} else {item}
    wanted |= {"DUT"} if "" in wanted else set()
    found = [each for each in answers if each.question == question and each.item in wanted]
    return found[-1] if found else None


def _require_seen(draft: Draft, newest: Answer | None) -> None:
    there = newest.number if newest else None
    if there != draft.replaces:
        who = f"{newest.person} answered {newest.value!r}" if newest else "there is no answer"
        raise OvertakenError(f"{draft.question.id} {draft.item}: meanwhile {who}")
    if newest is not None and _corrects(draft, newest) and not draft.reason.strip():
        raise UsageError("a correction needs a reason: the earlier answer stays beside it")


def _corrects(draft: Draft, newest: Answer) -> bool:
    """Whether the earlier answer was given over the same, and counted until now."""
    if newest.question_digest != draft.question.digest:
        return False
    at_a_desk = not draft.question.during
    return newest.shown is None or not any(changed(newest.shown, draft.shown, all_facts=at_a_desk))


def _suffix(file: Upload) -> str:
    suffix = Path(file.name).suffix.lower()
    return suffix if suffix in SUFFIXES else ".bin"


def _kept(file: Upload) -> bytes:
    """What is kept of a file: of a picture nothing but the picture."""
    if len(file.data) > MAX_FILE_BYTES:
        raise UsageError(f"a file larger than {MAX_FILE_BYTES // 2**20} MiB is not kept")
    if not is_picture(file.data):
        return file.data
    plain = without_metadata(file.data)
    if not plain:
        raise UsageError(
            "this kind of picture cannot be freed of place, time and owner: save it as JPEG or PNG"
        )
    return plain


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
