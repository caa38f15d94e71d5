"""The IXIT as a form: its tables and fields, with names, meanings and examples.

Templates, spread-sheets, pages and messages about a dossier are all made from this.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from pydantic.fields import FieldInfo

from harness.model.ixit import ATTRIBUTES, Ixit, IxitRow
from harness.model.ixit.fields import EDITIONS

V1, V2 = 1, 2
"""Editions of TS 103 701: V1.1.1 goes with EN 303 645 V2.1.1, V2.1.1 with V3.1.3."""

_NAMES_V2: Final = {
    "11-ComMech": "11-SecComMech",
    "15-Intf": "15-PhyIntf, 28-LogIntf",
    "28-ExtAPI": "28-LogIntf",
}


@dataclass(frozen=True)
class FieldForm:
    """One field of a row.

    Attributes:
        key: as TOML writes it.
        title: its name in the pro forma; empty for a structured form of ours.
        meaning: what to write.
        example: a good answer.
        required: an unanswered one is an error.
        editions: those of TS 103 701 that have the field; both for one of ours.
    """

    key: str
    title: str
    meaning: str
    example: object
    required: bool
    editions: tuple[int, ...]


@dataclass(frozen=True)
class TableForm:
    """One table.

    Attributes:
        name: ``1-AuthMech``.
        attribute: of `Ixit`.
        meaning: what its rows are.
        row: the model of a row.
        fields: all of them, ``id`` first.
    """

    name: str
    attribute: str
    meaning: str
    row: type[IxitRow]
    fields: tuple[FieldForm, ...]

    def name_in(self, edition: int) -> str:
        """The table's name in an edition of TS 103 701."""
        return _NAMES_V2.get(self.name, self.name) if edition == V2 else self.name

    def fields_in(self, edition: int) -> tuple[FieldForm, ...]:
        """The fields that an edition has, and ours."""
        return tuple(field for field in self.fields if edition in field.editions)

    @property
    def first_id(self) -> str:
        """A good name for the first row: ``AuthMech-1``."""
        return f"{self.name.partition('-')[2]}-1"


def _fields(name: str, row: type[IxitRow]) -> Iterator[FieldForm]:
    for key, info in row.model_fields.items():
        extra = info.json_schema_extra
        editions = extra.get(EDITIONS) if isinstance(extra, dict) else None
        first = f"{name.partition('-')[2]}-1"
        yield FieldForm(
            key=key,
            title="ID" if key == "id" else info.title or "",
            meaning=info.description or "Name that other rows and reports refer to.",
            example=first if key == "id" else _example(info),
            required=info.is_required(),
            editions=cast("tuple[int, ...]", tuple(editions or (V1, V2))),  # type: ignore[arg-type]
        )


def _example(info: FieldInfo) -> object:
    given = (info.examples or [""])[0]
    return given if given != "" or info.is_required() else info.default


def _row(info: FieldInfo) -> type[IxitRow]:
    found: type[IxitRow] = info.annotation.__args__[0]  # type: ignore[union-attr]
    return found


TABLES: Final = tuple(
    TableForm(
        name=name,
        attribute=attribute,
        meaning=Ixit.model_fields[attribute].description or "",
        row=_row(Ixit.model_fields[attribute]),
        fields=tuple(_fields(name, _row(Ixit.model_fields[attribute]))),
    )
    for name, attribute in ATTRIBUTES.items()
)
"""Every table in the order of the form."""
