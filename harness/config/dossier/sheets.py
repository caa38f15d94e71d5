"""The sheets of a dossier as a workbook: what stands where, for the writer and the reader.

Each sheet begins with the names that people read, then a small row with our keys; a column or sheet
without keys is for people alone, and is not read back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from harness.config.dossier import evidence_form
from harness.config.dossier.cells import Column, columns_of
from harness.config.dossier.problems import FIELDS
from harness.model.dossier import DutIdentification, IcsRow
from harness.model.external import ExternalEvidence
from harness.model.ixit.form import TABLES

TITLE_ROW: Final = 1
KEY_ROW: Final = 2
FIRST_ROW: Final = 3

DOSSIER_SHEET: Final = "DUT"
"""Identification, revision, tables said to be empty, and which sheet is the ICS of what."""
ICS_PREFIX: Final = "ICS "
KEY_COLUMN: Final = "key"
VALUE_COLUMN: Final = "value"
NONE_KEY: Final = "ixit.none"
ICS_KEY: Final = "ics:"
"""In front of the name of an ICS sheet; the value is its framework."""

_MAX_NAME: Final = 31
_NOT_IN_NAMES: Final = frozenset("[]:*?/\\'")


@dataclass(frozen=True)
class Setting:
    """A row of the first sheet."""

    column: Column
    title: str
    meaning: str


SETTINGS: Final = (
    Setting(Column("revision", "number", 1), "Revision", "Number of this dossier, from 1."),
    Setting(Column("author", "text", ""), "Author", "Who wrote this revision."),
    Setting(Column("reason", "text", ""), "Reason", "Why it differs from the one before."),
    Setting(Column("trigger", "text", ""), "Trigger", "The finding that led to it."),
    *(
        Setting(
            Column(f"dut.{column.key}", column.kind, column.default),
            column.key.replace("_", " ").capitalize(),
            "Identification of the device.",
        )
        for column in columns_of(DutIdentification)
    ),
    Setting(
        Column(NONE_KEY, "list", ()),
        "Empty tables",
        "Tables without rows because there is nothing to declare, one a line: 22-ExtSens.",
    ),
)

ICS_COLUMNS: Final = tuple(columns_of(IcsRow))
ICS_TITLES: Final = {"provision": "Reference", "support": "Support", "detail": "Detail"}
ICS_MEANINGS: Final = {
    "provision": "Number of the provision.",
    "support": "Y, N or N/A.",
    "detail": "How it is met, why it is not, or why it does not apply.",
}
EVIDENCE_SHEET: Final = "Evidence"
"""Certificates and reports of third parties."""
EVIDENCE_COLUMNS: Final = tuple(columns_of(ExternalEvidence))
EVIDENCE_TEXTS: Final = {
    field.key: (field.title, f"{field.meaning} Example: {field.example}")
    for field in evidence_form.FIELDS.values()
}
IXIT_COLUMNS: Final = {form.name: tuple(columns_of(form.row)) for form in TABLES}


def title_of(table: str, key: str) -> tuple[str, str]:
    """Name and meaning of a column of an IXIT table."""
    outer, _, inner = key.partition(".")
    field = FIELDS[table, outer]
    name = field.title or outer.replace("_", " ")
    return (f"{name}: {inner}" if inner else name), f"{field.meaning} Example: {field.example}"


def ics_names(frameworks: Iterable[str]) -> dict[str, str]:
    """Framework -> name of its sheet: one that programs take, unlike every other."""
    names: dict[str, str] = {}
    for number, framework in enumerate(frameworks, 1):
        name = f"{ICS_PREFIX}{framework}"
        fits = len(name) <= _MAX_NAME and name.isascii() and name.isprintable()
        taken = {other.casefold() for other in names.values()}
        if not fits or _NOT_IN_NAMES & set(name) or name.casefold() in taken or name[-1] == " ":
            name = f"{ICS_PREFIX}#{number}"
        names[framework] = name
    return names
