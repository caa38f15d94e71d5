"""``certbench dossier``: what the commands write, print and refuse."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.dossier import dossier_app
from harness.config import load_dossier
from harness.errors import ConfigError, UsageError

EXAMPLES = Path(__file__).parents[3] / "bench_configs"
ROUTER = EXAMPLES / "reference-router"
BROKEN = EXAMPLES / "broken-dossier"


def command(*arguments):
    """Run a command; its exit code and what it printed for programs. Errors are raised."""
    done = CliRunner().invoke(dossier_app, [*map(str, arguments)], catch_exceptions=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_a_new_dossier_loads_and_knows_its_device(tmp_path):
    code, _, said = command(
        "new", tmp_path / "d", "-f", "etsi-en-303-645@2.1.1", "--device", "X 1", "--supplier", "S"
    )
    dossier = load_dossier(tmp_path / "d")
    assert code == 0
    assert (dossier.dut.model, dossier.dut.supplier) == ("X 1", "S")
    assert "certbench dossier check" in said
    assert "storing_consent" not in (tmp_path / "d" / "dossier.toml").read_text()


def test_a_new_dossier_lacks_an_answer_to_everything(tmp_path):
    command("new", tmp_path, "-f", "etsi-en-303-645@2.1.1")
    code, out, _ = command("check", tmp_path, "--json")
    said = json.loads(out)
    assert code == 2
    assert not said["complete"]
    assert {"ics.etsi-en-303-645", "ixit.29-InpVal"} <= {row["table"] for row in said["problems"]}


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "dossier.toml").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        command("new", tmp_path, "-f", "etsi-en-303-645")
    assert (tmp_path / "dossier.toml").read_text() == "mine"


def test_a_complete_dossier_passes_for_all_that_its_ics_names():
    code, out, _ = command("check", ROUTER, "--json")
    said = json.loads(out)
    assert code == 0
    assert said["complete"]
    assert said["problems"] == []
    assert "etsi-en-303-645@2.1.1" in said["frameworks"]


def test_problems_are_printed_with_place_way_out_and_example():
    code, out, said = command("check", BROKEN, "-f", "etsi-en-303-645@2.1.1")
    assert (code, out) == (2, "")
    assert (
        "ixit.13-SoftServ[SoftServ-1].authentication_mechanism: 'AuthMech-9' names no row" in said
    )
    assert 'such as authentication_mechanism = "AuthMech-1"' in said
    assert "10 errors, 0 notes" in said


def test_each_problem_has_its_parts_in_json():
    _, out, _ = command("check", BROKEN, "-f", "etsi-en-303-645@2.1.1", "--json")
    said = json.loads(out)
    (row,) = [row for row in said["problems"] if row["row"] == "5.5-1"]
    assert said["schema"] == "certbench/dossier-check/1"
    assert row["file"].endswith("broken-dossier/dossier.toml")
    assert (row["level"], row["table"], row["field"]) == ("error", "ics.etsi-en-303-645", "support")
    assert row["problem"].startswith("N/A is no answer")
    assert row["example"] == 'support = "N"'


def test_an_ics_of_a_framework_that_is_not_installed_is_said_not_to_be_checked(tmp_path):
    (tmp_path / "dossier.toml").write_text(
        '[dut]\nsupplier = "s"\nmodel = "m"\nhardware = "1"\nfirmware = "1"\n'
        'description = "d"\n[ics]\nother = []\n"etsi-en-303-645@9" = []\n'
    )
    code, _, said = command("check", tmp_path)
    assert code == 0
    assert "other: not installed" in said
    assert "etsi-en-303-645@9: not installed" in said
    assert "no framework" in said


def test_export_and_import_give_the_same_dossier(tmp_path):
    command("export", ROUTER, tmp_path / "r.xlsx", "-f", "etsi-en-303-645@2.1.1")
    command("import", tmp_path / "r.xlsx", tmp_path / "back")
    assert load_dossier(tmp_path / "back") == load_dossier(ROUTER)


def test_a_workbook_has_the_name_of_one(tmp_path):
    with pytest.raises(UsageError, match=r"ends with \.xlsx"):
        command("export", ROUTER, tmp_path / "r.csv")


class Page(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href"}]


def test_the_page_shows_everything_and_asks_the_network_for_nothing(tmp_path):
    command("show", ROUTER, "-f", "etsi-en-303-645@3.1.3", "-o", tmp_path / "d.html")
    text = (tmp_path / "d.html").read_text()
    page = Page(text)
    dossier = load_dossier(ROUTER)
    assert "default-src 'none'" in text
    assert "script" not in page.tags
    assert all(link.startswith("#") for link in page.links)
    assert "11-SecComMech" in text
    assert "Brute Force Prevention" in text
    for row in dossier.ixit.auth_mech:
        assert row.description in text.replace("&#39;", "'")
    assert "Declared to be empty" in text
    assert "0 errors, 0 notes" in text


def test_the_page_lists_what_is_wrong_beside_its_table(tmp_path):
    command("show", BROKEN, "-f", "etsi-en-303-645@2.1.1", "-o", tmp_path / "d.html")
    text = (tmp_path / "d.html").read_text()
    assert "10 errors" in text
    assert text.count("names no row of 1-AuthMech") == 2  # in the list and at the table


def test_what_a_supplier_writes_stays_text_on_the_page(tmp_path):
    (tmp_path / "dossier.toml").write_text(
        '[dut]\nsupplier = "<script>alert(1)</script>"\nmodel = "<b>m\\u202e"\n'
        '[ics]\n"<i>" = [{ provision = "<u>", support = "Y", detail = "<img src=x>" }]\n'
        '[[ixit.22-ExtSens]]\nid = "<a href=x>"\ndescription = "<svg onload=x>"\n'
    )
    command("show", tmp_path, "-o", tmp_path / "d.html")
    text = (tmp_path / "d.html").read_text()
    page = Page(text)
    assert not {"script", "b", "i", "u", "img", "svg"} & set(page.tags)
    assert not re.search("[\u202a-\u202e]", text)


def test_a_file_that_is_no_toml_has_no_page(tmp_path):
    (tmp_path / "dossier.toml").write_text("[")
    with pytest.raises(ConfigError, match="not TOML"):
        command("show", tmp_path, "-o", tmp_path / "d.html")
    assert not (tmp_path / "d.html").exists()
