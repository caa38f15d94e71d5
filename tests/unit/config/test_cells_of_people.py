"""Cells hold texts and never formulas, and are read as people see them."""

import openpyxl
import pytest

from harness.config.workbooks import MAX_CELL, safe_text, text_rows


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "+1", "-1", "@x", "two\nlines", "ä€"])
def test_a_text_stays_a_text(tmp_path, text):
    book = openpyxl.Workbook()
    safe_text(book.active.cell(1, 1), text)
    book.save(tmp_path / "a.xlsx")
    again = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert (again.active["A1"].value, again.active["A1"].data_type) == (text, "s")
    assert text_rows(tmp_path / "a.xlsx", "Sheet") == [[text]]


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
    assert text_rows(tmp_path / "a.xlsx", "Sheet") == [["1", "2.5"], ["", "True"]]
