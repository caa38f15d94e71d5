"""Cells hold texts and never formulas; a file is read within bounds."""

import io
import zipfile

import openpyxl
import pytest

from harness.config.spreadsheet import MAX_CELL, MAX_FILE_BYTES, read_workbook, safe_text, text_rows
from harness.errors import ConfigError


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "+1", "-1", "@x", "two\nlines", "ä€"])
def test_a_text_stays_a_text(tmp_path, text):
    book = openpyxl.Workbook()
    safe_text(book.active.cell(1, 1), text)
    book.save(tmp_path / "a.xlsx")
    again = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert (again.active["A1"].value, again.active["A1"].data_type) == (text, "s")
    read = read_workbook(tmp_path / "a.xlsx")
    assert next(iter(text_rows(read, "Sheet"))) == [text]
    read.close()


def test_control_characters_become_visible_and_length_has_an_end():
    cell = openpyxl.Workbook().active.cell(1, 1)
    safe_text(cell, "a\x1b[31m\r\nb")
    assert cell.value == "a\\x1b[31m\nb"
    with pytest.raises(ValueError, match="a cell holds"):
        safe_text(cell, "x" * (MAX_CELL + 1))


def test_numbers_read_as_people_see_them(tmp_path):
    book = openpyxl.Workbook()
    for row in ([1.0, 2.5], [None, True]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    read = read_workbook(tmp_path / "a.xlsx")
    assert list(text_rows(read, "Sheet")) == [["1", "2.5"], ["", "True"]]
    read.close()


def _bomb():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (129 * 2**20))
    return data.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"no zip", b"x" * (MAX_FILE_BYTES + 1), _bomb()]
)
def test_what_is_no_spread_sheet_is_said_to_be_none(tmp_path, data):
    file = tmp_path / "a.xlsx"
    file.write_bytes(data)
    with pytest.raises(ConfigError, match="cannot be read as a spread-sheet"):
        read_workbook(file)
