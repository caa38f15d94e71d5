"""How much of a bundle's files an edition shows, and what a certifier agreed to keep back."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from harness.model.attestation import Digest
from harness.model.base import Frozen

DisclosureReason = Annotated[str, Field(pattern=r"^\S[^\x00-\x1f\x7f]*$", max_length=400)]
"""Why something is not shown: one line for the people who read the public edition."""

FileClass = Literal[
    "record",
    "plan",
    "dossier",
    "bench",
    "answer",
    "capture",
    "facts",
    "verdict",
    "allure",
    "report",
]
"""What a file is, by its place; some classes are never held back."""


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
