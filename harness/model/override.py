"""Overrides: that people who reviewed a unit came to another verdict than the bench.

An override is a record beside the survey, ``survey/overrides/<n>.json``, and never changes what it
is about: the automatic verdict and the conclusion stay, and a second conclusion counts the
overrides that stand. Records are append-only: a later one about the same unit withdraws the earlier
one, and both stay. Names are claims, as those of an operator are; the statement over the bundle
signs them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, model_validator

from harness.model.attestation import Digest
from harness.model.base import Document, Frozen
from harness.model.decision import FrameworkName, Words
from harness.model.ids import UnitId
from harness.model.judgement import Reason, Verdict

FOLDER: Final = "overrides"
"""Its folder in that of a survey."""
MAX_OVERRIDES: Final = 10_000
_FILE: Final = re.compile(rf"{FOLDER}/[0-9]{{5}}\.json")
_LADDER: Final = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)
"""The verdicts that people may set or set aside, the worst first; applicability is the ICS's."""
PersonName = Annotated[str, Field(pattern=r"^\S[^\x00-\x1f\x7f]*$", max_length=200)]


class Override(Document):
    """One record: these people, for this reason, hold another verdict of one unit.

    Attributes:
        number: from 1, without gaps; the file is called by it.
        automatic: the verdict that follows from the judgements, as it was then.
        dossier_revision: of the dossier that the unit was judged on.
        basis: what that verdict rested on (`harness.assessment.review.basis_of`). If one of these
            three changes, the override has lapsed.
        verdict: what it is to be; the automatic one only takes back the override ``withdraws``.
        person: who decided so.
        second: who else did; needed where the verdict is PASS, or better than the automatic one.
        at: when, by the clock of the laboratory, UTC.
        withdraws: number of the earlier record about the same unit; None if there was none.
    """

    SCHEMA: ClassVar[str] = "certbench/override/1"

    number: Annotated[int, Field(ge=1, le=MAX_OVERRIDES)]
    framework: FrameworkName
    unit: UnitId
    automatic: Verdict
    dossier_revision: Annotated[int, Field(ge=1)]
    basis: Digest
    verdict: Verdict
    reason: Words
    person: PersonName
    second: PersonName | None = None
    at: str
    withdraws: Annotated[int, Field(ge=1)] | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who vouches for it."""
        return (self.person,) if self.second is None else (self.person, self.second)

    @model_validator(mode="after")
    def _may_be(self) -> Self:
        problem = next(self._problems(), None)
        if problem:
            message = f"override {self.number}: {problem}"
            raise ValueError(message)
        return self

    def _problems(self) -> Iterator[str]:
        """Why it is no override; only the first is asked for, and what follows rests on it."""
        if not {self.automatic, self.verdict} <= set(_LADDER):
            yield "what applies and what is claimed follows from the ICS alone"
        if self.verdict is self.automatic and self.withdraws is None:
            yield f"the verdict is {self.verdict.value} already"
        if self.withdraws is not None and self.withdraws >= self.number:
            yield "only an earlier override can be withdrawn"
        if not all(map(_bare, self.people)):
            yield "a name has no letters"
        if needs_second(self.automatic, self.verdict) and self.second is None:
            yield f"{self.verdict.value} in place of {self.automatic.value} needs a second person"
        if self.second is not None and same_person(self.person, self.second):
            yield "the second person is the first"


class Standing(StrEnum):
    """What became of an override when the unit was judged."""

    COUNTS = "counts"
    WITHDRAWN = "withdrawn"
    """A later override of the same unit took its place."""
    LAPSED = "lapsed"
    """The automatic verdict, or what it rests on, is no longer what the people saw."""
    NOT_AUTHORISED = "not-authorised"
    """There is a job record, and it does not let these people override."""


class ReviewedOverride(Frozen):
    """An override as it stood when the unit was judged.

    Attributes:
        because: why it does not count; None if it does.
        authorised: the job record shows that these people may; false where there is none.
    """

    record: Override
    standing: Standing
    because: Reason | None = None
    authorised: bool = False


def is_override(name: str) -> bool:
    """Whether a file of this name below ``survey/`` is a record of an override."""
    return _FILE.fullmatch(name) is not None


def may_be_overridden(automatic: Verdict) -> bool:
    """Whether people may hold another verdict: not of what does not apply or is not claimed."""
    return automatic in _LADDER


def needs_second(automatic: Verdict, verdict: Verdict) -> bool:
    """Whether one person is not enough: for PASS, and for all that is better than the bench says.

    Raises:
        ValueError: a verdict that nobody may override or set.
    """
    return verdict is Verdict.PASS or _LADDER.index(verdict) > _LADDER.index(automatic)


def same_person(first: str, second: str) -> bool:
    """Whether two spellings are one name: case, blanks and forms of Unicode tell nobody apart."""
    return _bare(first) == _bare(second)


def _bare(name: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(each for each in folded if unicodedata.category(each)[0] not in "CZ")


def require_chain(records: Iterable[Override]) -> tuple[Override, ...]:
    """The records in their order, if none is missing and each withdraws the one before it.

    Raises:
        ValueError: naming the number that is missing, or the record that passes over another.
    """
    ordered = tuple(sorted(records, key=lambda record: record.number))
    newest: dict[tuple[str, str], int] = {}
    for number, record in enumerate(ordered, 1):
        if record.number != number:
            message = f"override {number} is missing or there twice"
            raise ValueError(message)
        about = record.framework, record.unit
        if record.withdraws != newest.get(about):
            message = f"override {number} does not withdraw the one before it"
            raise ValueError(message)
        newest[about] = number
    return ordered


def overrides_of(records: Sequence[Override], framework: str, unit: str) -> tuple[Override, ...]:
    """Those about one unit, in their order."""
    return tuple(each for each in records if (each.framework, each.unit) == (framework, unit))
