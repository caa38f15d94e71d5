"""CSV: every unit and item, every finding, and no cell that a program would obey."""

import csv
import io
import unicodedata

import pytest

from harness.model.judgement import Verdict
from harness.report.tables import FINDING_COLUMNS, RESULT_COLUMNS

HOSTILE = [
    '=HYPERLINK("http://evil.example","click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    'a";"=1',
    "a\r\nb,c",
    "\uff1d1",
    "\x1b[31mred\x07\u202eevil",
    ";=1;+2",
]


@pytest.fixture
def tables(stage):
    """Both tables of a stage with the assessments given, as rows by column name."""

    def make(*assessments, **of_stage):
        made = stage(**of_stage)
        made.report(*assessments)
        found = {}
        for name, columns in (("results", RESULT_COLUMNS), ("findings", FINDING_COLUMNS)):
            text = (made.folder / "report" / f"{name}.csv").read_bytes().decode()
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            assert tuple(rows[0]) == columns
            assert {len(row) for row in rows} == {len(columns)}
            assert text.count("\r\n") == text.count("\n") == text.count("\r") == len(rows)
            found[name] = [dict(zip(columns, row, strict=True)) for row in rows[1:]]
        return found

    return make


def test_each_unit_has_a_row_and_each_item_of_it(tables, made):
    two = (made.judgement(item="tcp/22"), made.judgement(made.finding(), item="tcp/23"))
    items = {"tcp/22": Verdict.PASS, "tcp/23": Verdict.FAIL}
    rows = tables(made.assessment(made.failing("c1a", judgements=two, items=items)))["results"]
    shown = [(r["unit"], r["verdict"], r["item"], r["item_verdict"]) for r in rows]
    assert shown == [
        ("c1a", "FAIL", "tcp/22", "PASS"),
        ("c1a", "FAIL", "tcp/23", "FAIL"),
        ("c1b", "PASS", "", ""),
        ("c2a", "PASS", "", ""),
        ("c3a", "PASS", "", ""),
    ]
    assert (rows[1]["provision"], rows[1]["case"], rows[1]["decided_by"]) == (
        "p1", "c1", "automatic",
    )  # fmt: skip
    assert rows[1]["findings"] == "undeclared-service@tcp/23"
    assert rows[1]["item_reason_code"] == "port-undeclared"
    assert rows[0]["item_reason_code"] == "port-declared"
    assert rows[0]["findings"] == ""
    assert rows[1]["evidence"] == "A/1-as-received/services/1/tcp-23.jsonl, line 3"


def test_a_doubt_about_the_unit_is_not_hidden_by_an_item_that_holds(tables, made):
    doubt = made.unit(
        "c1a",
        Verdict.INCONCLUSIVE,
        reason=made.reason("firmware-unknown"),
        judgements=(made.judgement(),),
        items={"tcp/23": Verdict.PASS},
    )
    row = tables(made.assessment(doubt))["results"][0]
    assert (row["verdict"], row["reason_code"]) == ("INCONCLUSIVE", "firmware-unknown")
    assert (row["item_verdict"], row["item_reason_code"]) == ("PASS", "port-declared")


def test_a_finding_is_one_row_with_all_units_that_it_bears_on(tables, made):
    other = made.finding("weak-tls-protocol", "tcp/443", severity="critical")
    rows = tables(made.assessment(made.failing("c1a"), made.failing("c2a"),
                                  made.failing("c3a", other)))["findings"]  # fmt: skip
    assert [(r["severity"], r["finding"], r["units"], r["provisions"]) for r in rows] == [
        ("critical", "weak-tls-protocol@tcp/443", "c3a", "p3"),
        ("high", "undeclared-service@tcp/23", "c1a; c2a", "p1; p2"),
    ]
    assert rows[1]["advice"].startswith("Close the port")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_can_be_calculated_and_no_text_breaks_a_row(tables, made, text):
    found = made.finding(text, text, reason=made.reason("port-undeclared", subject=text))
    odd = made.judgement(found, item=text)
    failing = made.failing("c1a", found, judgements=(odd,), items={text: Verdict.FAIL})
    both = tables(made.assessment(failing), text=text)
    assert len(both["results"]) == 4
    assert len(both["findings"]) == 1
    for row in [*both["results"], *both["findings"]]:
        for cell in row.values():
            assert not {unicodedata.category(c) for c in cell} & {"Cc", "Cf", "Zl", "Zp", "Cs"}
            for part in cell.split(";"):  # where semicolons separate cells
                assert part.strip(" \"'")[:1] not in set("=+-@\uff1d") or part[:1] == "'"


def test_nothing_is_lost_but_the_danger(tables, made):
    found = made.finding(subject='=1+1, "x"')
    row = tables(made.assessment(made.failing("c1a", found)))["findings"][0]
    assert row["subject"] == '\'=1+1, "x"'


def test_the_same_documents_give_the_same_bytes(stage, made):
    pages = []
    for _ in range(2):
        one = stage()
        one.report(made.assessment(made.failing("c1a")))
        pages.append([(one.folder / "report" / n).read_bytes()
                      for n in ("results.csv", "findings.csv")])  # fmt: skip
    assert pages[0] == pages[1]
