"""Who compared entries of a catalogue with the official text: `certbench catalogue confirm`.

A name is an unauthenticated claim of the laboratory, as that of an operator is; the statement over
the bundle signs it.
"""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from harness.model.base import Document, Frozen
from harness.model.decision import FrameworkName

CONFIRMATIONS_FILE: Final = "confirmations.json"
"""Lies beside the bench config."""
Line = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", max_length=1000)]
"""One line of a person's own words, without control characters."""
_MAX_ROWS: Final = 10_000


class ConfirmedEntry(Frozen):
    """One entry of a catalogue, as it was when somebody compared it.

    Attributes:
        digest: SHA-256 of the entry with what its status refers to; another one voids the
            confirmation.
    """

    kind: Literal["provision", "case", "unit"]
    id: str
    digest: str


class Confirmation(Frozen):
    """That a person compared entries with a document and found them right.

    Attributes:
        document: what they were compared with: number, version, and which copy.
        at: when, by the clock of the laboratory, UTC.
    """

    framework: FrameworkName
    entries: Annotated[tuple[ConfirmedEntry, ...], Field(min_length=1, max_length=_MAX_ROWS)]
    person: Line
    document: Line
    at: str
    note: Line | Literal[""] = ""


class Confirmations(Document):
    """Every confirmation of a laboratory; append-only."""

    SCHEMA: ClassVar[str] = "certbench/confirmations/1"

    confirmations: Annotated[tuple[Confirmation, ...], Field(max_length=_MAX_ROWS)] = ()
