"""Questions to people, and their answers as evidence.

A unit never prompts: it declares typed questions. An answer binds the digest of the question and of
the facts that were shown, so that it stops counting when either changes.
"""

from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import model_validator

from harness.encoding.canonical import digest_of
from harness.model.base import Document, Frozen
from harness.model.ids import FactKey, FrameworkRef, SampleId, UnitId
from harness.model.shown import Shown


class AnswerKind(StrEnum):
    """Type of an answer."""

    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"
    PHOTO = "photo"
    FILE = "file"


class Question(Frozen):
    """Something that only a person can observe or judge.

    Attributes:
        id: unique within the suite: ``5.1-1-2b``; one id may serve several units.
        prompt: what to do, look at and decide, in plain words.
        kind: type of the answer.
        choices: the allowed answers of a `CHOICE`.
        holds: the choices that mean that the requirement holds; every other one contradicts it,
            except those in ``unsure``.
        unsure: the choices that decide nothing.
        during: the device state in which an observation is made, or ``""`` for a judgement made
            at a desk after the survey.
        opens: to answer it a sample may have to be opened, which is asked beside it: an opened
            sample serves nothing that needs it intact.
    """

    id: str
    prompt: str
    kind: AnswerKind = AnswerKind.CHOICE
    choices: tuple[str, ...] = ("yes", "no", "cannot tell")
    holds: tuple[str, ...] = ("yes",)
    unsure: tuple[str, ...] = ("cannot tell",)
    during: str = ""
    opens: Literal[True] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over every part of the question."""
        return digest_of(self.to_json())


class Answer(Document):
    """What a person answered, when, and on which facts. Append-only: a correction is a new one.

    Attributes:
        item: the IXIT row or interface the answer speaks of; ``""`` when the unit has one item.
        person: a name; an unauthenticated claim unless ``signed``.
        scripted: the answer came from a file, not from a person at the bench.
        shown: rows and facts that the person had before them; None in answers of earlier versions.
        replaces: number of the answer that this one corrects, with ``reason``.
        attachments: photos and files that belong to it, beside it.
        visit: sample and visit during which it was given: ``A/2-initialised``; None for a judgement
            at a desk, and for an observation that was written down after its visit.
        opened: the sample that was opened for it; None if none was.
    """

    SCHEMA: ClassVar[str] = "certbench/answer/1"

    number: int
    question: str
    question_digest: str
    item: str = ""
    value: str
    reason: str = ""
    person: str
    at: str
    scripted: bool = False
    signed: bool = False
    shown: Shown | None = None
    replaces: int | None = None
    attachments: tuple[str, ...] = ()
    visit: str | None = None
    opened: SampleId | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty_digest(cls, data: Any) -> Any:  # noqa: ANN401  (any input of a model)
        """Earlier versions wrote a digest that was always empty."""
        if isinstance(data, dict) and data.get("facts_digest") == "":
            return {name: value for name, value in data.items() if name != "facts_digest"}
        return data


class AskedStatus(StrEnum):
    """How a question about one item stands."""

    OPEN = "open"
    """Nobody has answered yet."""
    VOID = "void"
    """Somebody did, to another wording or beside other facts."""
    UNSURE = "unsure"
    """The answer decides nothing."""
    ANSWERED = "answered"
    SETTLED = "settled"
    """Facts or a rule contradict already; nobody need be asked."""


class AskedQuestion(Frozen):
    """A question that a unit put to people while it was judged.

    Attributes:
        item: the IXIT row, or ``DUT``.
        table: the IXIT table of the unit's items; ``""`` = the DUT.
        answer: number of the newest answer, whether or not it counts; None if there is none.
        facts: the facts that the unit had read.
        shown: the rows and facts that belong beside it.
    """

    unit: UnitId
    question: Question
    item: str
    table: str = ""
    status: AskedStatus
    answer: int | None = None
    facts: tuple[FactKey, ...] = ()
    shown: Shown = Shown()


class AskedQuestions(Document):
    """What one framework asks people about one survey. Never a part of a bundle."""

    SCHEMA: ClassVar[str] = "certbench/asked-questions/1"

    framework: FrameworkRef
    asked: tuple[AskedQuestion, ...]
