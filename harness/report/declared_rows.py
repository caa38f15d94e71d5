"""The rows of the dossier that verdicts rest on, with what they say.

Text of the supplier: whoever shows it makes it harmless.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from harness.model.assessment import Assessment
from harness.model.base import Frozen
from harness.model.dossier import Dossier
from harness.model.ixit import ATTRIBUTES, IxitRow

ICS: Final = "ICS"
"""Table that a reference to the supplier's answer on a provision names: ``ICS/5.1-1``."""
_LONGEST_LIST: Final = 200


@dataclass(frozen=True)
class DeclaredRow:
    """A row of the dossier.

    Attributes:
        ref: as judgements cite it: ``1-AuthMech/AuthMech-1``.
        fields: name, of the form or else of the TOML key, and text of each field that is filled in.
    """

    ref: str
    fields: tuple[tuple[str, str], ...]

    @property
    def table(self) -> str:
        """``1-AuthMech``."""
        return self.ref.partition("/")[0]

    @property
    def id(self) -> str:
        """``AuthMech-1``."""
        return self.ref.partition("/")[2]


def declared_row(dossier: Dossier, framework: str, ref: str) -> DeclaredRow | None:
    """The row that ``ref`` names; None if the dossier has none, or several under that name."""
    table, _, name = ref.partition("/")
    if table == ICS:
        row = dossier.ics_row(framework, name)
        return DeclaredRow(ref, ((row.support.value, row.detail),)) if row else None
    rows = dossier.ixit.rows(table) if table in ATTRIBUTES else ()
    found = [row for row in rows if row.id == name]
    return DeclaredRow(ref, tuple(_fields(found[0]))) if len(found) == 1 else None


def cited_rows(
    assessments: Iterable[Assessment], dossier: Dossier
) -> Mapping[str, tuple[DeclaredRow, ...]]:
    """Every IXIT row that a judgement cites, by table, both in the order of the form."""
    cited = {
        ref
        for assessment in assessments
        for unit in assessment.units
        for judgement in unit.judgements
        for ref in judgement.rows
    }
    found: dict[str, tuple[DeclaredRow, ...]] = {}
    for table in ATTRIBUTES:
        refs = dict.fromkeys(f"{table}/{row.id}" for row in dossier.ixit.rows(table))
        rows = (declared_row(dossier, "", ref) for ref in refs if ref in cited)
        found[table] = tuple(row for row in rows if row)
    return {table: rows for table, rows in found.items() if rows}


def as_text(value: object) -> str:
    """The value of a field in words: ``yes``, ``tcp/443, console``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return ", ".join(as_text(entry) for entry in value[:_LONGEST_LIST])
    if isinstance(value, Frozen):
        return ", ".join(f"{key}: {entry}" for key, entry in value.to_json().items())
    return str(value)


def _fields(row: IxitRow) -> Iterator[tuple[str, str]]:
    for key, info in type(row).model_fields.items():
        value = getattr(row, key)
        if key != "id" and value is not None and value not in ("", ()):
            yield info.title or key.replace("_", " "), as_text(value)
