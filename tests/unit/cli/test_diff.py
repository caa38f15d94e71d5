"""What `certbench diff` prints."""

import pytest
import typer

from harness.cli.diff import diff, diff_json, show
from harness.cli.terminal import Terminal
from harness.facts.store import FactBase
from harness.model.record import SurveyRecord
from harness.model.states import Purpose
from harness.report.difference.comparing import Comparison
from harness.report.difference.differences import Area, Difference, Weight, in_order
from harness.report.difference.side import Side

UNVERIFIED = (
    "Nothing was verified: both were taken at their word. certbench-verify says whether to "
    "believe them."
)


def side(label="x"):
    survey = SurveyRecord(
        run_id="r\x1b[2J", purpose=Purpose.TEST, bench="b", bench_kind="k",
        started="2026-11-21T08:00:00Z", samples=(),
    )  # fmt: skip
    return Side(label, FactBase(survey, (), (), ()), 0, (), (), None)


def difference(weight=Weight.WORSE, area=Area.FACT, subject="s", before="a", after="b"):
    return Difference(weight, area, subject, before, after, ("A initialised",))


@pytest.fixture
def shown(capsys):
    def run(*differences):
        show(Comparison(side(), side(), in_order(differences)), Terminal())
        return capsys.readouterr().err

    return run


def test_sections_stand_worst_first_with_what_became_of_what(shown):
    text = shown(
        difference(Weight.BETTER, Area.EXPOSURE, "services tcp/23", "telnet", ""),
        difference(Weight.WORSE, Area.ACCESS, "mqtt tcp/1883 anonymous", "absent", "present"),
        difference(Weight.WORSE, Area.FINDING, "weak@tcp/443", "", "found"),
        difference(Weight.CHANGED, Area.FACT, "http tcp/81", "", "there"),
    )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[2:] == [
        "Worse",
        "access    mqtt tcp/1883 anonymous: absent -> present (A initialised)",
        "finding   weak@tcp/443, appeared (A initialised)",
        "Changed",
        "fact      http tcp/81, appeared (A initialised)",
        "Better",
        "exposure  services tcp/23: telnet, vanished (A initialised)",
        "2 worse, 1 changed, 1 better",
        UNVERIFIED,
    ]


def test_notes_alone_are_no_difference(shown):
    assert "no difference" in shown(difference(Weight.NOTE, Area.CONTEXT))


def test_long_lists_are_cut_for_people_and_whole_for_programs(shown):
    many = [difference(subject=f"s{number:03}") for number in range(100)]
    assert "and 75 more; --json lists all" in shown(*many)
    assert len(diff_json(Comparison(side(), side(), in_order(many)))["differences"]) == 100


def test_markup_and_escapes_of_a_device_are_text(shown):
    text = shown(difference(subject="[bold red]x[/] \x1b[31m", before="[link=http://e]a[/link]"))
    assert "[bold red]x[/]" in text
    assert "[link=http://e]a[/link]" in text
    assert "\x1b[31m" not in text


def test_json_says_that_nothing_was_verified():
    found = diff_json(Comparison(side(), side(), in_order([difference()])))
    assert found["verified"] is False
    assert found["same"] is False
    assert found["counts"] == {"worse": 1, "unknown": 0, "changed": 0, "better": 0, "note": 0}
    assert found["before"]["run_id"] == r"r\x1b[2J"
    assert found["before"]["dut"] == "not disclosed"
    (one,) = found["differences"]
    assert one["change"] == "changed"


@pytest.mark.parametrize("weight", list(Weight))
def test_the_exit_status_says_whether_it_is_the_same(monkeypatch, capsys, weight):
    found = Comparison(side(), side(), (difference(weight),))
    monkeypatch.setattr("harness.cli.diff.compare", lambda *_: found)
    if weight is Weight.NOTE:
        diff("a", "b", as_json=True)
    else:
        with pytest.raises(typer.Exit) as ended:
            diff("a", "b", as_json=True)
        assert ended.value.exit_code == 1
    assert '"certbench/diff/1"' in capsys.readouterr().out
