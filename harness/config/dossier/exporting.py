"""Writes a dossier as an XLSX workbook that suppliers fill in."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from harness.config.dossier import sheets
from harness.config.dossier.cells import CellError, Column, taken_apart
from harness.config.dossier.use import Framework
from harness.errors import MissingExtraError, UsageError
from harness.model.dossier import Dossier
from harness.model.ixit.form import TABLES

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTH: Final = {"truth": 10, "number": 10, "list": 26, "text": 40}
_AUTHOR: Final = "certbench"
_ROWS_WITH_CHOICES: Final = 500
_SPARE_ROWS: Final = 20
_MAX_CHOICES: Final = 255
"""Characters that a list of choices may have."""


def export_dossier(dossier: Dossier, file: Path, frameworks: Sequence[Framework] = ()) -> None:
    """Write a workbook; `harness.config.dossier.importing` reads the same dossier back.

    Provisions of ``frameworks`` that are not answered yet get an empty row.

    Raises:
        MissingExtraError: openpyxl is not installed.
        UsageError: the file is there or can't be written, or a text is too long for a cell.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtraError("reports", "a dossier as a spreadsheet") from error
    book = Workbook()
    for first in book.worksheets:
        book.remove(first)
    known = {each.name: each for each in frameworks}
    asked = [name for name in known if not dossier.ics_rows(name)]
    names = sheets.ics_names((*dossier.ics, *asked))
    _settings(book, dossier, names)
    for framework, name in names.items():
        _ics(book, name, dossier, framework, _catalogue_of(framework, frameworks))
    for form in TABLES:
        rows = dossier.ixit.rows(form.name)
        texts = {
            column.key: sheets.title_of(form.name, column.key)
            for column in sheets.IXIT_COLUMNS[form.name]
        }
        sheet = _sheet(book, form.name, sheets.IXIT_COLUMNS[form.name], texts)
        _rows(sheet, sheets.IXIT_COLUMNS[form.name], map(taken_apart, rows))
    sheet = _sheet(book, sheets.EVIDENCE_SHEET, sheets.EVIDENCE_COLUMNS, sheets.EVIDENCE_TEXTS)
    _rows(sheet, sheets.EVIDENCE_COLUMNS, map(taken_apart, dossier.evidence or ()))
    try:
        with file.open("xb") as stream:
            book.save(stream)
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error


def _catalogue_of(framework: str, frameworks: Iterable[Framework]) -> Framework | None:
    """What is known of the framework that an ICS table is about."""
    for each in frameworks:
        if framework in {each.name, each.catalogue.framework.slug}:
            return each
    return None


def _settings(book: "Workbook", dossier: Dossier, names: Mapping[str, str]) -> None:
    columns = (
        Column(sheets.KEY_COLUMN, "text", ...),
        Column("name", "text", ""),
        Column(sheets.VALUE_COLUMN, "text", ""),
        Column("meaning", "text", ""),
    )
    sheet = _sheet(
        book,
        sheets.DOSSIER_SHEET,
        columns,
        {each.key: (each.key.capitalize(), "") for each in columns},
    )
    values = {
        **{f"dut.{key}": value for key, value in taken_apart(dossier.dut).items()},
        **{key: getattr(dossier, key) for key in ("revision", "author", "reason", "trigger")},
        sheets.NONE_KEY: dossier.ixit.none,
    }
    rows = [
        (each.column, each.title, values[each.column.key], each.meaning) for each in sheets.SETTINGS
    ]
    rows += [
        (
            Column(f"{sheets.ICS_KEY}{name}", "text", ...),
            "ICS of",
            framework,
            "Read by the program.",
        )
        for framework, name in names.items()
    ]
    for number, (column, title, value, meaning) in enumerate(rows, sheets.FIRST_ROW):
        for place, content in enumerate((column.key, title, None, meaning), 1):
            _write(_cell(sheet, number, place), content)
        _write(_cell(sheet, number, 3), _content(sheet, number, column, value))


def _ics(
    book: "Workbook", name: str, dossier: Dossier, key: str, framework: Framework | None
) -> None:
    texts = {
        column.key: (sheets.ICS_TITLES[column.key], sheets.ICS_MEANINGS[column.key])
        for column in sheets.ICS_COLUMNS
    }
    sheet = _sheet(book, name, sheets.ICS_COLUMNS, texts)
    rows: list[Mapping[str, object]] = [taken_apart(row) for row in dossier.ics.get(key, ())]
    provisions = framework.catalogue.provisions if framework is not None else ()
    answered = {row["provision"] for row in rows}
    rows += [
        {"provision": each.id, "support": None, "detail": None}
        for each in provisions
        if each.id not in answered
    ]
    _rows(sheet, sheets.ICS_COLUMNS, rows)
    known = {str(each.id): each for each in provisions}
    beside = len(sheets.ICS_COLUMNS) + 1
    for place, title in enumerate(("Status", "In our words"), beside):
        _head(_cell(sheet, sheets.TITLE_ROW, place), title)
    for number, row in enumerate(rows, sheets.FIRST_ROW):
        if entry := known.get(str(row["provision"])):
            _write(_cell(sheet, number, beside), entry.status)
            _write(_cell(sheet, number, beside + 1), entry.title)


def _sheet(
    book: "Workbook",
    name: str,
    columns: Sequence[Column],
    texts: Mapping[str, tuple[str, str]],
) -> "Worksheet":
    """A sheet with its two rows of heads: names with their meanings as comments, and keys."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet: Worksheet = book.create_sheet(name)
    for place, column in enumerate(columns, 1):
        title, meaning = texts[column.key]
        head = _cell(sheet, sheets.TITLE_ROW, place)
        _head(head, title)
        if meaning:
            head.comment = Comment(meaning, _AUTHOR, height=120, width=320)
        key = _cell(sheet, sheets.KEY_ROW, place)
        _write(key, column.key)
        key.font = Font(size=7, color="808080")
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTH[column.kind]
        _offer_choices(sheet, get_column_letter(place), column)
    sheet.freeze_panes = f"B{sheets.FIRST_ROW}"
    return sheet


def _offer_choices(sheet: "Worksheet", letter: str, column: Column) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    listed = ",".join(column.choices)
    if not column.choices or len(listed) > _MAX_CHOICES:
        return
    offer = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
    offer.showErrorMessage = False
    offer.add(f"{letter}{sheets.FIRST_ROW}:{letter}{_ROWS_WITH_CHOICES}")
    sheet.add_data_validation(offer)


def _rows(
    sheet: "Worksheet", columns: Sequence[Column], rows: Iterable[Mapping[str, object]]
) -> None:
    number = sheets.FIRST_ROW - 1
    for number, row in enumerate(rows, sheets.FIRST_ROW):
        for place, column in enumerate(columns, 1):
            content = _content(sheet, number, column, row.get(column.key))
            _write(_cell(sheet, number, place), content)
    # Empty rows to fill in, as text, so that what is typed stays what was typed.
    for place, column in enumerate(columns, 1):
        if column.kind != "number":
            for spare in range(number + 1, number + 1 + _SPARE_ROWS):
                _cell(sheet, spare, place).number_format = "@"


def _content(sheet: "Worksheet", number: int, column: Column, value: object) -> str | int | None:
    try:
        return column.written(value)
    except CellError as error:
        place = f"{sheet.title}, row {number}, {column.key}"
        raise UsageError(f"{place}: {error}; shorten it, or keep the dossier as TOML") from error


def _cell(sheet: "Worksheet", row: int, place: int) -> "Cell":
    return cast("Cell", sheet.cell(row, place))  # no cells are merged here


def _head(cell: "Cell", title: str) -> None:
    from openpyxl.styles import Alignment, Font

    _write(cell, title)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _write(cell: "Cell", content: str | int | None) -> None:
    """A number as a number, and any text as text: never a formula, an error or a date."""
    from openpyxl.styles import Alignment

    cell.value = content
    if isinstance(content, str):
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = True
        cell.alignment = Alignment(wrap_text=True, vertical="top")
