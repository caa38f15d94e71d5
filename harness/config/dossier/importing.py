"""Reads a dossier out of an XLSX workbook that a supplier filled in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.config.dossier import sheets
from harness.config.dossier.cells import CellError, Column, put_together
from harness.config.explain import Problem
from harness.config.reading import build_model, config_error
from harness.config.workbooks import Rows, content_of, read_sheets
from harness.errors import ConfigError
from harness.model.dossier import Dossier
from harness.model.ixit import ATTRIBUTES

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell


def import_dossier(file: Path) -> Dossier:
    """The dossier in a workbook that `harness.config.dossier.exporting` wrote and people edited.

    A formula is refused: what it would give here and there may differ.

    Raises:
        MissingExtraError: openpyxl or defusedxml is not installed.
        ConfigError: no such workbook, or not a valid dossier; problems name their cell or field.
    """
    return build_model(str(file), _read(file, read_sheets(file)), Dossier)


class _Reader:
    """Turns rows of cells into TOML data, and notes what can't be."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def value(self, sheet: str, cell: "Cell", column: Column) -> object:
        """The value in a cell; None if it is empty or wrong."""
        place = f"{sheet}!{cell.coordinate}" if cell.value is not None else sheet
        if content_of(cell) is None:
            return None
        if cell.data_type in {"f", "e"}:
            what = "a formula" if cell.data_type == "f" else "an error of the spreadsheet"
            mend = "Write the text or number itself; format the cell as text."
            self.problems.append(Problem(f"{place} ({column.key})", what, mend))
            return None
        try:
            return column.read(cell.value)
        except CellError as error:
            mend = "Write it as the comment on the column's head says."
            self.problems.append(Problem(f"{place} ({column.key})", str(error), mend))
            return None

    def rows(self, sheet: str, rows: Rows, columns: Sequence[Column]) -> list[dict[str, Any]]:
        """The rows of a table."""
        known = {column.key: column for column in columns}
        keys = _keys(rows)
        for key in keys.values():
            if key not in known:
                mend = f"Known: {', '.join(known)}. A column without a key is not read."
                self.problems.append(Problem(f"{sheet}, key row", f"unknown key {key!r}", mend))
        found = []
        for number, row in rows:
            if number >= sheets.FIRST_ROW:
                values = {
                    key: self.value(sheet, row[place], known[key])
                    for place, key in keys.items()
                    if key in known and place < len(row)
                }
                given = {key: value for key, value in values.items() if value is not None}
                if given:
                    found.append(given)
        return found


def _keys(rows: Rows) -> dict[int, str]:
    """Place of each column that is read -> its key."""
    head = next((row for number, row in rows if number == sheets.KEY_ROW), ())
    return {
        place: str(cell.value).strip()
        for place, cell in enumerate(head)
        if content_of(cell) is not None
    }


def _read(file: Path, book: Mapping[str, Rows]) -> dict[str, Any]:
    reader = _Reader()
    if sheets.DOSSIER_SHEET not in book:
        mend = "Give the workbook of `certbench dossier export`."
        raise ConfigError(str(file), "", f"has no sheet {sheets.DOSSIER_SHEET}", mend)
    table, ics = _settings(reader, book[sheets.DOSSIER_SHEET])
    table["ics"] = {}
    for name, rows in book.items():
        if name == sheets.DOSSIER_SHEET or not _keys(rows):
            continue
        if name in ics:
            answers = reader.rows(name, rows, sheets.ICS_COLUMNS)
            table["ics"][ics[name]] = [row for row in answers if set(row) != {"provision"}]
        elif name == sheets.EVIDENCE_SHEET:
            records = reader.rows(name, rows, sheets.EVIDENCE_COLUMNS)
            table |= {"evidence": records} if records else {}
        elif name in ATTRIBUTES:
            found = reader.rows(name, rows, sheets.IXIT_COLUMNS[name])
            table["ixit"][name] = [put_together(row) for row in found]
        else:
            mend = "Take the sheet out, or empty its second row."
            reader.problems.append(Problem(name[:60], "no table of a dossier", mend))
    table["ics"] = {ics[name]: table["ics"].get(ics[name], []) for name in ics}
    if reader.problems:
        raise config_error(str(file), reader.problems)
    return table


def _settings(reader: _Reader, rows: Rows) -> tuple[dict[str, Any], Mapping[str, str]]:
    """What the first sheet says, and name of each ICS sheet -> framework."""
    places = {key: place for place, key in _keys(rows).items()}
    known = {each.column.key: each.column for each in sheets.SETTINGS}
    table: dict[str, Any] = {"dut": {}, "ixit": {}}
    ics: dict[str, str] = {}
    if not {sheets.KEY_COLUMN, sheets.VALUE_COLUMN} <= set(places):
        mend = "Its second row holds the keys of the columns."
        problem = Problem(sheets.DOSSIER_SHEET, "the columns key and value are not there", mend)
        reader.problems.append(problem)
        return table, ics
    for number, row in rows:
        key = str(row[places[sheets.KEY_COLUMN]].value or "").strip()
        if number < sheets.FIRST_ROW or not key:
            continue
        sheet = key.removeprefix(sheets.ICS_KEY)
        column = known.get(key) or (Column(key, "text", ...) if sheet != key else None)
        if column is None:
            mend = f"Known: {', '.join(known)}."
            place = f"{sheets.DOSSIER_SHEET}, row {number}"
            reader.problems.append(Problem(place, f"unknown key {key!r}", mend))
            continue
        value = reader.value(sheets.DOSSIER_SHEET, row[places[sheets.VALUE_COLUMN]], column)
        if value is None:
            continue
        if sheet != key:
            ics[sheet] = str(value)
        else:
            outer, _, inner = key.rpartition(".")
            (table[outer] if outer else table)[inner] = value
    return table, ics
