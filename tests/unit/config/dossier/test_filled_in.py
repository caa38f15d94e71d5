"""Workbooks that people filled in with other programs are read; those that attack are refused."""

import importlib.util
import zipfile
from pathlib import Path

import openpyxl
import pytest

from harness.config import load_dossier, workbooks
from harness.config.dossier.exporting import export_dossier
from harness.config.dossier.importing import import_dossier
from harness.errors import ConfigError
from harness.model.dossier import Dossier, DutIdentification

HERE = Path(__file__).parent
EXAMPLES = Path(__file__).parents[4] / "bench_configs"
spec = importlib.util.spec_from_file_location("libreoffice", HERE / "libreoffice.py")
libreoffice = importlib.util.module_from_spec(spec)
spec.loader.exec_module(libreoffice)


@pytest.fixture(scope="module")
def router():
    return load_dossier(EXAMPLES / "reference-router")


@pytest.fixture(scope="module")
def exported(router, tmp_path_factory):
    file = tmp_path_factory.mktemp("workbook") / "router.xlsx"
    export_dossier(router, file)
    return file


@pytest.fixture
def spoilt(exported, tmp_path):
    """The workbook with something changed by openpyxl; the error that reading it raises."""

    def spoil(change):
        book = openpyxl.load_workbook(exported)
        change(book)
        book.save(tmp_path / "spoilt.xlsx")
        with pytest.raises(ConfigError) as raised:
            import_dossier(tmp_path / "spoilt.xlsx")
        return str(raised.value)

    return spoil


def test_what_libreoffice_saves_is_the_same_dossier(router, exported, tmp_path):
    libreoffice.resave(exported, tmp_path / "saved.xlsx")
    assert import_dossier(tmp_path / "saved.xlsx") == router


def test_truths_numbers_and_blanks_as_people_type_them_are_understood(router, exported, tmp_path):
    def typed(sheet, place, value):
        if value in {"yes", "no"} and place[1:] not in {"1", "2"}:
            return value == "yes"
        if isinstance(value, int):
            return float(value)
        return f"{value}  " if isinstance(value, str) else value

    libreoffice.resave(exported, tmp_path / "typed.xlsx", rewrite=typed)
    assert import_dossier(tmp_path / "typed.xlsx") == router


def test_sheets_and_columns_without_keys_are_for_people(router, exported, tmp_path):
    book = openpyxl.load_workbook(exported)
    book["1-AuthMech"].cell(3, 40).value = "a remark"
    book.create_sheet("Notes")["A1"] = "a remark"
    book.save(tmp_path / "more.xlsx")
    assert import_dossier(tmp_path / "more.xlsx") == router


def test_a_row_that_was_typed_anew_is_there(exported, tmp_path):
    book = openpyxl.load_workbook(exported)
    sheet = book["22-ExtSens"]
    sheet["A30"], sheet["B30"] = "ExtSens-1", "Camera, always on."
    book["DUT"].cell(_row(book["DUT"], "ixit.none"), 3).value = "24-TelData"
    book.save(tmp_path / "more.xlsx")
    ixit = import_dossier(tmp_path / "more.xlsx").ixit
    assert [(row.id, row.description) for row in ixit.ext_sens] == [
        ("ExtSens-1", "Camera, always on.")
    ]


def _row(sheet, key):
    return next(row[0].row for row in sheet.iter_rows() if row[0].value == key)


def test_problems_name_their_cells_all_at_once(spoilt):
    def change(book):
        book["8-UpdProc"]["D3"] = "soon"
        book["15-Intf"]["D3"] = "=1+1"
        book["15-Intf"]["B2"] = "summary"
        book.create_sheet("30-Other")["A2"] = "id"

    said = spoilt(change)
    assert "4 problems" in said
    for place in ("8-UpdProc!D3 (days)", "15-Intf!D3", "15-Intf, key row", "30-Other"):
        assert place in said


def test_what_no_dossier_may_hold_names_table_row_and_field(spoilt):
    said = spoilt(lambda book: book["15-Intf"].__setitem__("C3", "wireless"))
    assert "ixit.15-Intf[Intf-1].type: not usable: 'wireless'" in said


@pytest.mark.parametrize("sheet", ["DUT", "1-AuthMech"])
def test_a_sheet_that_is_gone_is_missing_or_empty(exported, tmp_path, sheet):
    book = openpyxl.load_workbook(exported)
    del book[sheet]
    book.save(tmp_path / "less.xlsx")
    if sheet == "DUT":
        with pytest.raises(ConfigError, match="has no sheet DUT"):
            import_dossier(tmp_path / "less.xlsx")
    else:
        assert import_dossier(tmp_path / "less.xlsx").ixit.auth_mech == ()


@pytest.fixture
def attacked(exported, tmp_path):
    """A workbook with these further or other parts; the error that reading it raises."""

    def attack(parts):
        file = tmp_path / "attack.xlsx"
        libreoffice.resave(exported, file, extra=parts.items())
        with pytest.raises(ConfigError) as raised:
            import_dossier(file)
        return str(raised.value)

    return attack


BOMB = f"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "{"&a;" * 50}"><!ENTITY c "{"&b;" * 50}"><!ENTITY d "{"&c;" * 50}">]>
<sst xmlns="{libreoffice.MAIN}"><si><t>&d;</t></si></sst>"""
OUTSIDE = f"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<sst xmlns="{libreoffice.MAIN}"><si><t>&a;</t></si></sst>"""


@pytest.mark.parametrize("strings", [BOMB, OUTSIDE, "<sst", ""])
def test_entities_and_broken_xml_are_refused(attacked, strings):
    assert "not a workbook that can be read" in attacked({"xl/sharedStrings.xml": strings})


@pytest.mark.parametrize(
    "part",
    ["xl/externalLinks/externalLink1.xml", "xl/vbaProject.bin", "xl/embeddings/oleObject1.bin"],
)
def test_links_macros_and_embedded_files_are_refused(attacked, part):
    assert "macros, embedded or linked files" in attacked({part: "x"})


def test_what_grows_too_much_is_refused_before_it_is_unpacked(attacked):
    assert "grows too much" in attacked({"xl/media/big.bin": "\0" * 2**24})
    assert "grows too much" in attacked({f"xl/{n}.xml": f"{n}" * 2**22 for n in range(9)})


def test_too_many_parts_rows_and_sheets_are_refused(attacked, monkeypatch):
    many = {f"xl/media/{n}.bin": "x" for n in range(workbooks.MAX_PARTS + 1)}
    assert "too many parts" in attacked(many)
    monkeypatch.setattr(workbooks, "MAX_ROWS", 20)
    assert "more than 20 rows" in attacked({})
    monkeypatch.setattr(workbooks, "MAX_SHEETS", 20)
    assert "more than 20 sheets" in attacked({})


def test_a_file_that_is_too_large_or_none_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "d.xlsx"
    with pytest.raises(ConfigError, match="cannot be read"):
        import_dossier(file)
    file.write_bytes(b"id,description\n")
    with pytest.raises(ConfigError, match="no XLSX file"):
        import_dossier(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(ConfigError, match="not a workbook that can be read"):
        import_dossier(file)
    monkeypatch.setattr(workbooks, "MAX_FILE_BYTES", 10)
    with pytest.raises(ConfigError, match="larger than 10 bytes"):
        import_dossier(file)


def test_xml_of_others_is_not_read_without_its_guard(exported, monkeypatch):
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    with pytest.raises(Exception, match=r"certbench\[replay\]"):
        import_dossier(exported)


def test_an_error_of_the_spreadsheet_is_no_value(tmp_path):
    export_dossier(Dossier(dut=DutIdentification(supplier="s", model="m")), tmp_path / "d.xlsx")
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    cell = book["DUT"].cell(_row(book["DUT"], "dut.supplier"), 3)
    cell.value, cell.data_type = "#REF!", "e"
    book.save(tmp_path / "f.xlsx")
    with pytest.raises(ConfigError, match="an error of the spreadsheet"):
        import_dossier(tmp_path / "f.xlsx")


def test_a_form_filled_in_with_libreoffice_itself_is_read_as_it_was_typed():
    """LibreOffice 7.4 opened an export, took what is expected here, and saved the file."""
    dossier = import_dossier(HERE / "filled-in-libreoffice-7.4.xlsx")
    kept, typed = dossier.ixit.vuln_mon[:24], dossier.ixit.vuln_mon[24:]
    assert [row.id for row in kept] == [row.description for row in kept]
    assert {"=1+1", "@SUM(A1)", "'quoted", " blank ", "a\n\nb", "x005F_"} <= {r.id for r in kept}
    assert [row.description for row in typed] == [
        *("2031-12-31", "TRUE", "1.50", "12:30", "00123", "Bill of materials")
    ]
    interface = dossier.ixit.intf[1]
    assert (interface.type, interface.debug_interface, interface.exposed) == (
        "physical",
        True,
        False,
    )
    assert interface.disclosed_information == ("one", "two", "three")
    assert (dossier.ixit.upd_proc[1].time_frame, dossier.ixit.upd_proc[1].days) == ("90", 90)
    assert dossier.ixit.ext_sens[0].description == "TRUE"  # typed below the prepared rows
    assert dossier.ics["etsi-en-303-645@2.1.1"][-1].support.value == "N/A"
    assert dossier.reason == '=HYPERLINK("http://x")'
