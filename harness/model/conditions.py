"""What rows of the IXIT say for certain about the conditions and features of an ICS row."""

from collections.abc import Iterable, Mapping
from typing import Final, Self

from pydantic import model_validator

from harness.model.base import Frozen
from harness.model.dossier import Dossier
from harness.model.ixit import IxitRow
from harness.model.ixit.form import TABLES

ANYTHING: Final = "*"
"""Stands in a match for any value that is not empty."""

Match = dict[str, tuple[bool | str, ...]]
"""Field -> values of which the row must have one; ``""`` is an empty text or list."""


class Condition(Frozen):
    """What rows of one table say for certain about conditions of the ICS.

    Attributes:
        ids: numbers of conditions and letters of features that mean this.
        present: it is met if any row matches any of these.
        absent: it is not met if there are rows, and each matches one of these.
        none_is_absent: it is not met if the table is declared to be empty.
        beyond_facts: nothing that a bench sees can show that it is met: who holds which data, what
            a parameter is for.
    """

    ids: tuple[str, ...]
    table: str
    present: tuple[Match, ...]
    absent: tuple[Match, ...] = ()
    none_is_absent: bool = True
    beyond_facts: bool = False

    @model_validator(mode="after")
    def _looks_at_what_there_is(self) -> Self:
        """A table or field that the form does not have would break whoever looks at it."""
        form = next((form for form in TABLES if form.name == self.table), None)
        if form is None:
            message = f"the IXIT has no table {self.table!r}"
            raise ValueError(message)
        named = {field for match in (*self.present, *self.absent) for field in match}
        unknown = sorted(named - {field.key for field in form.fields})
        if unknown:
            message = f"{self.table} has no field {unknown[0]!r}"
            raise ValueError(message)
        return self

    def met_by(self, dossier: Dossier) -> IxitRow | None:
        """The first row by which the condition is met for certain."""
        rows = dossier.ixit.rows(self.table)
        return next((row for row in rows if _any_match(self.present, row)), None)

    def ruled_out_by(self, dossier: Dossier) -> bool:
        """Whether the table says for certain that the condition is not met."""
        rows = dossier.ixit.rows(self.table)
        if not rows:
            return self.none_is_absent and dossier.ixit.declares_none(self.table)
        return bool(self.absent) and all(_any_match(self.absent, row) for row in rows)


def matches(match: Mapping[str, tuple[bool | str, ...]], row: IxitRow) -> bool:
    """Whether each named field of the row has one of the values named for it."""
    return all(_has(getattr(row, field), values) for field, values in match.items())


def _has(value: object, values: tuple[bool | str, ...]) -> bool:
    if isinstance(value, bool):
        return value in values
    if value is None or value in ("", ()):
        return "" in values
    return ANYTHING in values or value in values


def _any_match(those: Iterable[Match], row: IxitRow) -> bool:
    return any(matches(match, row) for match in those)
