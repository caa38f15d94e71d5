"""Text for people: nothing in a table is ever calculated."""

import pytest

from harness.encoding.text import neutralise, spreadsheet_cell

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0 ", '"', "'", " \"' "])
def test_what_begins_like_a_formula_gets_an_apostrophe(sign, before):
    assert spreadsheet_cell(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("sign", SIGNS)
def test_so_does_what_would_be_a_cell_of_its_own_where_semicolons_separate(sign):
    assert spreadsheet_cell(f'a"; "{sign}1') == f'a";\' "{sign}1'


@pytest.mark.parametrize("control", ["\t", "\r", "\n", "\x00"])
def test_a_control_at_the_start_is_shown(control):
    assert spreadsheet_cell(f"{control}=1") == f"\\x{ord(control):02x}=1"


@pytest.mark.parametrize("text", ["", "5.1-1", "tcp/443: ok", "a = b", "A/1/x.jsonl, line 3; b"])
def test_any_other_text_stays(text):
    assert spreadsheet_cell(text) == text


def test_long_text_is_cut_as_elsewhere():
    assert spreadsheet_cell("=" + "a" * 50, 10) == "'" + neutralise("=" + "a" * 50, 10)
