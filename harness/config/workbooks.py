"""Opens XLSX workbooks that come from outside, and fills cells that are never formulas.

The size of the file and of what it unpacks to, its parts, sheets, columns and rows are bounded, XML
goes through defusedxml, nothing that the file links to is opened, and one with macros or embedded
files is refused.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from harness.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell

MAX_CELL: Final = 32_767
"""Characters that a cell can hold."""
MAX_FILE_BYTES: Final = 8 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 32 * 1024 * 1024
MAX_RATIO: Final = 200
"""Times that a part of the file may grow when it is unpacked."""
MAX_PARTS: Final = 1000
MAX_SHEETS: Final = 100
MAX_COLUMNS: Final = 100
MAX_ROWS: Final = 5000
"""Rows with content in a sheet."""
_ILLEGAL: Final = {code: f"\\x{code:02x}" for code in range(32) if code not in {9, 10}}
_ALL_ROWS: Final = 1_048_576
_SMALL: Final = 64 * 1024
_REFUSED: Final = ("xl/externallinks/", "xl/vbaproject", "xl/embeddings/", "xl/activex/")

Rows = list[tuple[int, Sequence["Cell"]]]
"""Number and cells of each row that has content."""


def read_sheets(file: Path) -> dict[str, Rows]:
    """The sheets of a workbook by name. Formulas are not calculated: see ``data_type`` of a cell.

    Raises:
        MissingExtraError: openpyxl or defusedxml is not installed.
        ConfigError: no XLSX file, or not within the bounds.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtraError("reports", "reading spreadsheets") from error
    if not openpyxl.DEFUSEDXML:
        raise MissingExtraError("replay", "reading XML of others")
    data = _bounded(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and other things that are not read
            book = openpyxl.load_workbook(data, read_only=True, keep_links=False, keep_vba=False)
            if len(book.worksheets) > MAX_SHEETS:
                _refuse(file, f"more than {MAX_SHEETS} sheets")
            return {str(sheet.title): list(_filled(file, sheet)) for sheet in book.worksheets}
    except ConfigError:
        raise
    except Exception as error:  # the parser of a hostile file may raise anything
        raise _refusal(file, f"not a workbook that can be read ({type(error).__name__})") from error


def text_rows(file: Path, name: str) -> list[list[str]]:
    """The rows of a sheet that have content, as texts without blanks around them.

    An empty cell is ``""``; empty cells at the end of a row are left out.

    Raises:
        KeyError: there is no such sheet.
        ConfigError: as `read_sheets`.
        MissingExtraError: as `read_sheets`.
    """
    return [_texts(cells) for _, cells in read_sheets(file)[name]]


def _texts(cells: Sequence["Cell"]) -> list[str]:
    texts = [_text(cell.value) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def safe_text(cell: "Cell | MergedCell", text: str) -> None:
    r"""Put a text in a cell, as a text, whatever it begins with.

    A control character becomes visible (``\x1b``): a workbook cannot hold one.

    Raises:
        ValueError: it is longer than a cell can be.
    """
    shown = text.replace("\r\n", "\n").translate(_ILLEGAL)
    if len(shown) > MAX_CELL:
        raise ValueError(f"{len(shown)} characters; a cell holds {MAX_CELL}")
    cell.value = shown
    cell.data_type = "s"  # openpyxl takes what begins with "=" for a formula


def content_of(cell: "Cell") -> object:
    """What a cell holds; None for blanks."""
    value: object = cell.value
    return None if isinstance(value, str) and not value.strip() else value


def _filled(file: Path, sheet: Any) -> Iterator[tuple[int, Sequence["Cell"]]]:  # noqa: ANN401  (read-only sheets have a type of their own)
    """The rows with content, however many empty ones a program put between or behind them."""
    count = 0
    blank = None  # what stands for each row of a gap, which may be a million rows long
    rows = sheet.iter_rows(max_row=_ALL_ROWS, max_col=MAX_COLUMNS)
    for number, row in enumerate(rows, 1):
        if row is blank:
            continue
        if all(content_of(cell) is None for cell in row):
            blank = row
            continue
        count += 1
        if count > MAX_ROWS:
            _refuse(file, f"sheet {sheet.title[:60]!r} has more than {MAX_ROWS} rows")
        yield number, row


def _bounded(file: Path) -> io.BytesIO:
    """The file's bytes, unless it is no XLSX file of a reasonable size."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        mend = "Give the path of an existing file."
        raise ConfigError(str(file), "", f"cannot be read: {error.strerror}", mend) from error
    if len(data) > MAX_FILE_BYTES:
        _refuse(file, f"larger than {MAX_FILE_BYTES} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _refusal(file, "no XLSX file") from error
    names = [entry.filename.casefold() for entry in entries]
    unpacked = sum(entry.file_size for entry in entries)
    grown = [
        entry for entry in entries if entry.file_size > max(_SMALL, MAX_RATIO * entry.compress_size)
    ]
    if len(entries) > MAX_PARTS or len(set(names)) < len(names):
        _refuse(file, "too many parts, or two of one name")
    if unpacked > MAX_UNPACKED_BYTES or grown:
        _refuse(file, f"unpacks to more than {MAX_UNPACKED_BYTES} bytes, or grows too much")
    for name in names:
        if name.startswith(_REFUSED):
            _refuse(file, f"contains macros, embedded or linked files ({name[:60]})")
    return io.BytesIO(data)


def _refuse(file: Path, what: str) -> NoReturn:
    raise _refusal(file, what)


def _refusal(file: Path, what: str) -> ConfigError:
    mend = "Give the workbook that certbench wrote, filled in and saved as .xlsx."
    return ConfigError(str(file), "", what, mend)
