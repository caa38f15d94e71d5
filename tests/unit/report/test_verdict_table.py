"""The table of verdicts that a person reads in the terminal."""

import io

import pytest
from rich.console import Console

from harness.cli.output import show_assessment
from harness.model.judgement import Outcome, Verdict
from harness.model.question import Answer


@pytest.fixture
def shown(made):
    """What the terminal shows of units."""

    def go(*units, answers=(), **more):
        console = Console(file=io.StringIO(), width=200)
        show_assessment(console, made.assessment(*units, **more), made.catalogue(), answers)
        return console.file.getvalue()

    return go


@pytest.mark.parametrize(
    ("others", "says"), [(0, ""), (1, ", and 1 more item"), (2, ", and 2 more items")]
)
def test_a_reason_of_one_item_says_how_many_more_have_its_verdict(made, shown, others, says):
    failed = {f"tcp/{port}": Verdict.FAIL for port in range(others + 1)}
    unit = made.failing("c1a", items={**failed, "console": Verdict.PASS})
    (line,) = (line for line in shown(unit).splitlines() if line.startswith("FAIL"))
    assert line.rstrip().endswith(says)
    assert ("more item" in line) is bool(says)


def test_a_fail_by_an_answer_shows_the_reason_that_the_person_gave(made, shown):
    why = made.reason("answered", question="q", value="no", person="person-1")
    no = made.judgement(item="DUT", outcome=Outcome.CONTRADICTED, reason=why, answers=(2,))
    unit = made.unit("c1a", Verdict.FAIL, reason=why, judgements=(no,), items={"DUT": "FAIL"})
    given = {"question": "q", "question_digest": "0" * 64, "item": "", "person": "person-1"}
    answers = [
        Answer(number=number, value="no", at="2026-11-22T08:00:00.000000Z", reason=text, **given)
        for number, text in ((1, "Of another."), (2, "The lamp \x1b[31mstays dark."))
    ]
    text = shown(unit, answers=answers)
    assert "stays dark." in text
    assert "\x1b" not in text
    assert "Of another." not in text
    assert "stays dark." not in shown(unit)
