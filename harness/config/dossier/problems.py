"""What is wrong with a dossier, each with its place, and an example of what is right."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from harness.encoding.toml import inline
from harness.model.ixit.form import TABLES, FieldForm, TableForm

FORMS: Final[Mapping[str, TableForm]] = {form.name: form for form in TABLES}
FIELDS: Final[Mapping[tuple[str, str], FieldForm]] = {
    (form.name, field.key): field for form in TABLES for field in form.fields
}


class Level(StrEnum):
    """What a problem means."""

    ERROR = "error"
    """The dossier is incomplete or contradicts itself."""
    NOTE = "note"
    """The dossier is in order, and says something that one should know before a test."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a dossier.

    Attributes:
        table: ``dut``, ``ics.etsi-en-303-645``, ``ixit.1-AuthMech``; ``""`` for the file.
        row: name of the row: a provision or an id.
        field: key of the field in the row.
        what: what is wrong there.
        mend: what to do about it.
        example: a good answer as TOML; ``""`` where none would help.
    """

    table: str
    row: str
    field: str
    what: str
    mend: str
    example: str = ""
    level: Level = Level.ERROR

    @property
    def place(self) -> str:
        """``ixit.1-AuthMech[AuthMech-1].generation``."""
        row = f"[{self.row}]" if self.row else ""
        return ".".join(part for part in (self.table + row, self.field) if part)

    def to_json(self, file: str) -> dict[str, str]:
        """The problem as a row of ``certbench/dossier-check/1``."""
        return {
            "file": file,
            "level": self.level.value,
            "table": self.table,
            "row": self.row,
            "field": self.field,
            "problem": self.what,
            "mend": self.mend,
            "example": self.example,
        }


def example_of(table: str, field: str) -> str:
    """``key = value`` with the form's example for a field of an IXIT table."""
    form = FIELDS.get((table, field))
    return f"{field} = {inline(form.example)}" if form is not None else ""


def in_row(table: str, row: str, field: str, what: str, mend: str) -> Problem:
    """A problem in a row of an IXIT table, with the form's example."""
    return Problem(f"ixit.{table}", row, field, what, mend, example_of(table, field))
