"""A tiny suite and an empty survey: enough to see what the judging child makes of a unit."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.model.assessment import Assessment, UnitResult
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.record import SampleRecord, SurveyRecord
from harness.model.states import Purpose
from harness.plugin.launch import JudgingOrder, judge

CATALOGUE = """
title = "Tiny framework"
publisher = "nobody"
legal_status = "none"
source_note = "made for tests"
framework = { slug = "tiny", version = "1" }
provisions = [
  { id = "p1", section = "one", title = "first", status = "M", mandatory = true, confirmed = true },
  { id = "p2", section = "one", title = "two", status = "R", mandatory = false, confirmed = true },
]
cases = [
  { id = "c1", provision = "p1", kind = "functional", purpose = "one" },
  { id = "c2", provision = "p2", kind = "functional", purpose = "two" },
]
units = [
  { id = "c1a", case = "c1", kind = "functional" },
  { id = "c2a", case = "c2", kind = "functional" },
]
decision_rule = { id = "tiny", version = 1 }
"""

HEADER = """
from harness.testing.declare import case, need, unit
from harness.testing.view import FactView
from harness.assessment.judging import contradicted, held, reason, undecided
from harness.model.declaration import DecidedBy
from harness.model.ids import FactKey
from harness.model.observation import EvidenceRef

KEY = FactKey(probe="ssh", sample="A", visit="1-initialised", attempt=1)
SEEN = EvidenceRef(path="A/1-initialised/ssh/1/tcp-22.jsonl", where="line 2")

def good(item="DUT"):
    return held(item, "made-up", reason("fine"), facts=[KEY], evidence=[SEEN])

def bad(item="DUT"):
    return contradicted(item, "made-up", reason("flawed"), facts=[KEY], evidence=[SEEN])
"""

UNIT = """
@case("{case}")
class Test{name}:
    @unit("a"{options})
    def test_unit(self{arguments}):
        {body}
"""


@pytest.fixture
def run_directory(tmp_path: Path) -> Path:
    """A finished survey without a visit."""
    run = tmp_path / "run"
    survey = run / "survey"
    survey.mkdir(parents=True)
    record = SurveyRecord(
        run_id="r",
        purpose=Purpose.DEMO,
        bench="b",
        bench_kind="private",
        started="2026-11-21T00:00:00.000000Z",
        complete=True,
        samples=(SampleRecord(id="A", origin="supplier"),),
    )
    dossier = Dossier(
        dut=DutIdentification(supplier="s", model="m"),
        ics={
            "tiny": (
                IcsRow(provision="p1", support=Support.YES, detail="yes"),
                IcsRow(provision="p2", support=Support.YES, detail="yes"),
            )
        },
    )
    (survey / "survey.json").write_bytes(record.to_bytes())
    (survey / "dossier.json").write_bytes(dossier.to_bytes())
    return run


@pytest.fixture
def suite_folder(tmp_path: Path) -> Path:
    """An empty suite with its catalogue."""
    folder = tmp_path / "tinysuites" / "tiny"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "__init__.py").touch()
    (folder / "catalogue.toml").write_text(CATALOGUE)
    return folder


Write = Callable[..., None]


@pytest.fixture
def write_unit(suite_folder: Path) -> Write:
    """Write ``test_<case>.py`` with one unit."""

    def write(
        body: str, *, case: str = "c1", arguments: str = "", options: str = "", before: str = ""
    ) -> None:
        indented = body.strip().replace("\n", "\n        ")
        text = UNIT.format(
            case=case, name=case.upper(), body=indented, arguments=arguments, options=options
        )
        if before:
            text = text.replace("    @unit", f"    {before}\n    @unit")
        (suite_folder / f"test_{case}.py").write_text(HEADER + text)

    return write


@pytest.fixture
def judged(suite_folder: Path, run_directory: Path, tmp_path: Path) -> Callable[[], Assessment]:
    """Judge the tiny suite on the empty survey, in the real child process."""

    def go() -> Assessment:
        return judge(JudgingOrder(suite_folder, "", run_directory, tmp_path / "out"))

    return go


@pytest.fixture
def unit_of() -> Callable[[Assessment, str], UnitResult]:
    """One unit's result."""

    def find(assessment: Assessment, name: str) -> UnitResult:
        return next(unit for unit in assessment.units if unit.unit == name)

    return find
