"""How much of a bundle's files an edition shows, and what a certifier agreed to keep back."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from harness.model.attestation import Digest
from harness.model.base import Document, Frozen

DisclosureReason = Annotated[
    str, Field(pattern=r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", max_length=400)
]
"""Why something is not shown: one line for the people who read the public edition."""

FileClass = Literal[
    "record",
    "plan",
    "dossier",
    "bench",
    "answer",
    "evidence",
    "capture",
    "facts",
    "verdict",
    "allure",
    "report",
]
"""What a file is, by its place; some classes are never held back."""

NEVER_HELD_BACK: Final[frozenset[FileClass]] = frozenset(
    {"record", "plan", "dossier", "bench", "verdict"}
)
"""What every edition shows: without it nobody could tell what was tested, how, and the result."""


class Level(StrEnum):
    """How much an edition shows of one file."""

    FULL = "full"
    """The file is there."""
    METADATA = "metadata"
    """Path, size and class are shown; the content is behind its salted commitment."""
    WITHHELD = "withheld"
    """Only part, claimed class and the two commitments are shown."""


class Embargo(Frozen):
    """One file that a certifier agreed to keep back for a while, as the signed decision lists it.

    Attributes:
        leaf: hash of the file's leaf in the manifest: it binds path and content.
        until: last day of the embargo, by UTC.
        reason: such as a hole that has no patch yet.
    """

    leaf: Digest
    until: dt.date
    reason: DisclosureReason


class DisclosureRule(Frozen):
    """What to hold back, in the words of a person (``disclosure.toml``).

    Attributes:
        files: names of files from ``data/`` on, which may be left out: ``*`` and ``?`` within one
            folder, ``**`` for any folders.
        level: how much is shown; what records name anyway keeps its name.
        embargo: last day until which the certifier agreed to keep it back; None = for good.
    """

    files: Annotated[str, Field(min_length=1, max_length=400)]
    level: Level
    reason: DisclosureReason
    embargo: dt.date | None = None

    @model_validator(mode="after")
    def _holds_something_back(self) -> Self:
        if self.level is Level.FULL and self.embargo:
            raise ValueError("a file that is shown in full is under no embargo")
        return self


class DisclosurePolicy(Frozen):
    """All rules; the first one that names a file counts."""

    rules: Annotated[tuple[DisclosureRule, ...], Field(max_length=1000, alias="rule")] = ()


class HeldFiles(Frozen):
    """Files of one class that an edition holds back in the same way for the same reason."""

    count: int
    file_class: FileClass = Field(alias="class")
    level: Level
    reason: str
    embargo: dt.date | None = None


class Redaction(Document):
    """What an edition holds back: ``views/redaction.json``, and what its views tell of it.

    Attributes:
        full, metadata, withheld: number of files shown so.
        embargoed: how many of those that are held back are under an embargo.
        held: the same by class, level and reason.
    """

    SCHEMA: ClassVar[str] = "certbench/redaction/1"

    full: int
    metadata: int
    withheld: int
    embargoed: int
    held: tuple[HeldFiles, ...]
