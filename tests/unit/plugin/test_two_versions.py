"""A suite with two versions: a function decides units of both, and a version has only its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.assessment.confirmation import entries_of
from harness.model.assessment import Assessment, UnitResult
from harness.model.confirmation import Confirmation
from harness.model.judgement import Verdict
from harness.plugin.launch import JudgingOrder, judge
from harness.testing.suites import suite_in

Write = Callable[..., None]
Unit = Callable[[Assessment, str], UnitResult]

SECOND = """
title = "Tiny framework"
publisher = "nobody"
legal_status = "none"
source_note = "made for tests"
framework = { slug = "tiny", version = "2" }
provisions = [
  { id = "p1", section = "one", title = "1", status = "M", mandatory = true, confirmed = true },
  { id = "p2", section = "one", title = "2", status = "R", mandatory = false, confirmed = true },
]
cases = [
  { id = "c1x", provision = "p1", kind = "functional", purpose = "one", provisional = true },
  { id = "c2", provision = "p2", kind = "functional", purpose = "two" },
  { id = "c3", provision = "p2", kind = "functional", purpose = "three", provisional = true },
]
units = [
  { id = "c1xa", case = "c1x", kind = "functional", provisional = true, judged_by = "c1a" },
  { id = "c2a", case = "c2", kind = "functional" },
  { id = "c2b", case = "c2", kind = "functional", provisional = true, judged_by = "c1a" },
  { id = "c3a", case = "c3", kind = "functional", provisional = true },
]
decision_rule = { id = "tiny", version = 1 }
"""


@pytest.fixture
def suite(suite_folder: Path, write_unit: Write) -> Path:
    """Units c1 (bad), c2 (good) and c3 (good), of which c1 is the first version's and c3 not."""
    (suite_folder / "catalogue-2.toml").write_text(SECOND)
    write_unit("return (bad(),)")
    write_unit("return (good(),)", case="c2")
    write_unit("return (good(),)", case="c3")
    return suite_folder


def judged(suite: Path, run: Path, version: str, *given: Confirmation) -> Assessment:
    out = run.parent / f"out-{version}"
    return judge(JudgingOrder(suite, version, run, out, confirmations=given))


def test_one_function_decides_every_unit_that_names_it(
    suite: Path, run_directory: Path, unit_of: Unit
) -> None:
    found = judged(suite, run_directory, "2")
    assert [unit.unit for unit in found.units] == ["c1xa", "c2a", "c2b", "c3a"]
    assert unit_of(found, "c1xa").verdict is Verdict.FAIL
    assert unit_of(found, "c1xa").provision == "p1"
    assert unit_of(found, "c2b").verdict is Verdict.FAIL
    assert unit_of(found, "c2b").provision == "p2"
    assert unit_of(found, "c2a").verdict is Verdict.PASS
    assert unit_of(found, "c3a").verdict is Verdict.PASS


def test_a_function_of_another_version_leaves_no_trace(
    suite: Path, run_directory: Path, unit_of: Unit
) -> None:
    found = judged(suite, run_directory, "")
    assert str(found.framework) == "tiny@1"
    assert [unit.unit for unit in found.units] == ["c1a", "c2a"]
    assert unit_of(found, "c1a").verdict is Verdict.FAIL
    assert found.complete


def test_a_unit_whose_judge_is_missing_is_inconclusive(
    suite: Path, run_directory: Path, unit_of: Unit
) -> None:
    (suite / "test_c1.py").unlink()
    found = judged(suite, run_directory, "2")
    for name in ("c1xa", "c2b"):
        assert unit_of(found, name).verdict is Verdict.INCONCLUSIVE
        assert unit_of(found, name).reason.code == "not-implemented"


def test_declarations_come_under_the_ids_of_the_version(suite: Path) -> None:
    found = suite_in(suite)
    first, second = found.catalogues
    assert [entry.unit for entry in found.units_of(first)[0]] == ["c1a", "c2a"]
    entries, broken = found.units_of(second)
    assert broken == {}
    declared = {entry.unit: entry.function for entry in entries}
    assert list(declared) == ["c1xa", "c2a", "c2b", "c3a"]
    assert declared["c1xa"] == declared["c2b"] == "TestC1.test_unit"


def test_only_when_every_provisional_entry_is_confirmed_the_mark_goes(
    suite: Path, run_directory: Path
) -> None:
    second = suite_in(suite).catalogue("2")
    provisional = [entry for entry in entries_of(second) if entry.id not in {"p1", "p2", "c2"}]

    def given(entries: list[object]) -> Confirmation:
        return Confirmation.model_validate(
            {
                "framework": "tiny@2",
                "entries": entries,
                "person": "Ada Example",
                "document": "tiny, our copy",
                "at": "2026-11-22T09:00:00.000000Z",
            }
        )

    assert judged(suite, run_directory, "2").confirmations is None
    some = judged(suite, run_directory, "2", given([*provisional[1:]]))
    assert some.indicative
    assert [entry.person for entry in some.confirmations or ()] == ["Ada Example"]
    whole = judged(suite, run_directory, "2", given([*provisional]))
    assert not whole.indicative
    assert Assessment.from_bytes(whole.to_bytes()) == whole
