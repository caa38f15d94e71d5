"""Spread-sheets that people fill in: cells that are never formulas, files read within bounds."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook import Workbook

MAX_CELL: Final = 32_767
"""Characters that a cell can hold."""
MAX_FILE_BYTES: Final = 16 * 1024 * 1024
_MAX_UNPACKED_BYTES: Final = 128 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 200
_ILLEGAL: Final = {code: f"\\x{code:02x}" for code in range(32) if code not in {9, 10}}


def safe_text(cell: "Cell | MergedCell", text: str) -> None:
    r"""Put a text in a cell, as a text, whatever it begins with.

    A control character becomes visible (``\x1b``): a spread-sheet cannot hold one.

    Raises:
        ValueError: it is longer than a cell can be.
    """
    shown = text.replace("\r\n", "\n").translate(_ILLEGAL)
    if len(shown) > MAX_CELL:
        raise ValueError(f"{len(shown)} characters; a cell holds {MAX_CELL}")
    cell.value = shown
    cell.data_type = "s"  # openpyxl takes what begins with "=" for a formula


def read_workbook(path: Path) -> "Workbook":
    """Open a spread-sheet for reading, values only.

    Raises:
        ConfigError: it cannot be read, or is beyond the bounds.
        MissingExtraError: openpyxl is not installed.
    """
    try:
        import openpyxl
    except ModuleNotFoundError as error:
        raise MissingExtraError("reports", "spread-sheets") from error
    try:
        return openpyxl.load_workbook(_bounded(path), read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        problem = f"cannot be read as a spread-sheet: {error}"
        raise ConfigError(str(path), "", problem, "Save it as XLSX (Office Open XML).") from error


def _bounded(path: Path) -> io.BytesIO:
    """The file, if neither it nor what it unpacks to is too large."""
    with path.open("rb") as stream:
        data = io.BytesIO(stream.read(MAX_FILE_BYTES + 1))
    with zipfile.ZipFile(data) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if data.getbuffer().nbytes > MAX_FILE_BYTES or unpacked > _MAX_UNPACKED_BYTES:
        raise ValueError("too large")
    return data


def text_rows(book: "Workbook", name: str) -> Iterator[Sequence[str]]:
    """The rows of a sheet as texts without blanks around them.

    An empty cell is ``""``; empty cells at the end of a row are left out.

    Raises:
        KeyError: there is no such sheet.
    """
    sheet = book[name]
    for row in sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True):
        texts = [_text(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        yield texts


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
