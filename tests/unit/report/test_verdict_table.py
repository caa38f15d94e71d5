"""The table of verdicts that a person reads in the terminal."""

import io

import pytest
from rich.console import Console

from harness.cli.output import show_assessment
from harness.model.judgement import Verdict


@pytest.fixture
def shown(made):
    """What the terminal shows of units."""

    def go(*units, **more):
        console = Console(file=io.StringIO(), width=200)
        show_assessment(console, made.assessment(*units, **more), made.catalogue())
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
