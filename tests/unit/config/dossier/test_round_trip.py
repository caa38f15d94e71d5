"""A dossier as a spreadsheet, and as TOML, comes back as the same dossier."""

import tempfile
import tomllib
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.config import load_dossier
from harness.config.dossier.cells import CellError, Column
from harness.config.dossier.exporting import export_dossier
from harness.config.dossier.importing import import_dossier
from harness.config.dossier.sheets import FIRST_ROW, IXIT_COLUMNS, KEY_ROW, TITLE_ROW
from harness.config.dossier.use import Framework, load_use
from harness.config.dossier.writing import dossier_text
from harness.errors import UsageError
from harness.model.dossier import Dossier, DutIdentification
from harness.testing.suites import find_frameworks

EXAMPLES = Path(__file__).parents[4] / "bench_configs"
DUT = DutIdentification(supplier="s", model="m")


def through_xlsx(dossier, frameworks=()):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "d.xlsx"
        export_dossier(dossier, file, frameworks)
        return import_dossier(file)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_dossier_loses_anything(any_dossier, data):
    dossier = data.draw(any_dossier)
    assert through_xlsx(dossier) == dossier
    assert Dossier.model_validate(tomllib.loads(dossier_text(dossier, "a\nfile"))) == dossier


@pytest.mark.parametrize("name", ["reference-router", "reference-router-weak"])
def test_the_example_dossiers_lose_nothing(name):
    dossier = load_dossier(EXAMPLES / name)
    frameworks = [
        Framework(catalogue, load_use(suite.folder))
        for suite, catalogue in find_frameworks(["etsi-en-303-645"])
    ]
    assert through_xlsx(dossier) == dossier
    assert through_xlsx(dossier, frameworks) == dossier
    assert Dossier.model_validate(tomllib.loads(dossier_text(dossier, "x"))) == dossier


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "#REF!"])
def test_no_text_becomes_a_formula(tmp_path, text):
    dossier = Dossier(dut=DutIdentification(supplier=text, model="m"))
    export_dossier(dossier, tmp_path / "d.xlsx")
    cells = [
        cell
        for row in openpyxl.load_workbook(tmp_path / "d.xlsx")["DUT"].iter_rows()
        for cell in row
        if cell.value == text
    ]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]


def test_sheets_have_official_names_above_our_keys_and_meanings_beside(tmp_path):
    export_dossier(Dossier(dut=DUT), tmp_path / "d.xlsx")
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    sheet = book["1-AuthMech"]
    place = [column.key for column in IXIT_COLUMNS["1-AuthMech"]].index(
        "brute_force_prevention"
    ) + 1
    assert sheet.cell(TITLE_ROW, place).value == "Brute Force Prevention"
    assert "What stops guessing" in sheet.cell(TITLE_ROW, place).comment.text
    assert sheet.cell(KEY_ROW, place).value == "brute_force_prevention"


def test_a_provision_without_an_answer_gets_a_row_and_stays_unanswered(tmp_path):
    frameworks = [
        Framework(catalogue, load_use(suite.folder))
        for suite, catalogue in find_frameworks(["etsi-en-303-645"])
    ]
    export_dossier(Dossier(dut=DUT), tmp_path / "d.xlsx", frameworks)
    sheet = openpyxl.load_workbook(tmp_path / "d.xlsx")["ICS etsi-en-303-645@2.1.1"]
    listed = [row[0].value for row in sheet.iter_rows(min_row=FIRST_ROW) if row[0].value]
    assert listed == [entry.id for entry in frameworks[0].catalogue.provisions]
    assert import_dossier(tmp_path / "d.xlsx").ics == {"etsi-en-303-645@2.1.1": ()}


def test_a_text_that_no_cell_holds_is_refused_and_nothing_cut(tmp_path):
    dossier = Dossier(dut=DutIdentification(supplier="s" * 32_768, model="m"))
    with pytest.raises(UsageError, match=r"dut\.supplier: too long for a cell"):
        export_dossier(dossier, tmp_path / "d.xlsx")
    assert not (tmp_path / "d.xlsx").exists()


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "d.xlsx").write_text("mine")
    with pytest.raises(UsageError, match="cannot be written"):
        export_dossier(Dossier(dut=DUT), tmp_path / "d.xlsx")
    assert (tmp_path / "d.xlsx").read_text() == "mine"


@pytest.mark.parametrize(
    ("kind", "choices", "content", "value"),
    [
        ("text", (), 30, "30"),
        ("text", (), 30.0, "30"),
        ("text", ("yes", "no"), True, "yes"),
        ("text", ("Y", "N", "N/A"), " n/a ", "N/A"),
        ("text", (), "  some words ", "some words"),
        ("truth", (), False, False),
        ("truth", (), "Yes", True),
        ("number", (), 30.0, 30),
        ("number", (), "30", 30),
        ("list", (), " a \n\n b ", ["a", "b"]),
        ("list", (), 'json:["a\\nb"]', ["a\nb"]),
    ],
)
def test_what_people_and_spreadsheets_write_is_understood(kind, choices, content, value):
    assert Column("x", kind, ..., choices).read(content) == value


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", 1.5),
        ("text", "json:{"),
        ("number", 1.5),
        ("number", "x"),
        ("number", True),
        ("number", float("inf")),
        ("truth", "x"),
    ],
)
def test_what_could_mean_something_else_is_refused(kind, content):
    with pytest.raises(CellError):
        Column("x", kind, ...).read(content)
