"""EN 303 645 in two versions: one set of test functions, every unit with its judge."""

import importlib
import re
import runpy
from collections import Counter
from pathlib import Path

import pytest

import test_suites.etsi_en_303_645 as package
from harness.config.files import load_dossier
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy
from harness.model.ids import UnitId
from harness.model.waiting import PROBES_TO_COME
from harness.testing.suites import Suite, find_frameworks

ROOT = Path(__file__).parents[3]
VERSIONS = ("2.1.1", "3.1.3")
CITED = re.compile(r"5\.\d{1,2}-\d+[A-Z]?(?:-\d+[a-z]?)?\b")


def version(name: str) -> tuple[Suite, Catalogue]:
    return find_frameworks([f"etsi-en-303-645@{name}"])[0]


@pytest.fixture(params=VERSIONS)
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return version(request.param)[1]


@pytest.fixture(scope="module")
def suite() -> Suite:
    return version("2.1.1")[0]


def test_v3_1_3_has_78_provisions_of_which_36_bind() -> None:
    _, third = version("3.1.3")
    assert len(third.provisions) == 78
    statuses = Counter(re.sub(r" \(.*\)", "", entry.status) for entry in third.provisions)
    assert statuses == {
        "M": 11, "M C": 3, "M C F": 1, "M F": 21, "R": 21, "R C": 5, "R F": 16,
    }  # fmt: skip
    assert all(entry.confirmed for entry in third.provisions)
    assert set(third.conditions) == {"3", "12", "14", "15", "16"}
    assert len(third.features or {}) == 27
    for entry in third.provisions:
        assert entry.mandatory == entry.status.startswith("M")
        named = re.search(r"\((.*)\)", entry.status)
        told = (*entry.conditions, *(entry.features or ()))
        assert (tuple(named[1].split(", ")) if named else ()) == told


def test_the_bare_slug_means_the_newest_version_of_which_nothing_is_provisional() -> None:
    suite, default = find_frameworks(["etsi-en-303-645"])[0]
    assert default.framework.version == "2.1.1"
    assert [entry.framework.version for entry in suite.catalogues] == list(VERSIONS)
    assert [entry.provisional for entry in suite.catalogues] == [False, True]
    (_, *others) = (find_frameworks([name])[0] for name in ("etsi-en-303-645", "black-box"))
    assert all(found is each.catalogues[-1] for each, found in others)


def test_every_unit_of_both_versions_has_a_function(suite: Suite, catalogue: Catalogue) -> None:
    declared, broken = suite.units_of(catalogue)
    assert broken == {}
    assert [entry.unit for entry in declared] == [unit.id for unit in catalogue.units]
    assert all(entry.decided_by is not DecidedBy.NONE for entry in declared)


def test_every_function_decides_a_unit_of_some_version(suite: Suite) -> None:
    assert {entry.unit for entry in suite.units()[0]} == suite.functions


def test_a_unit_that_another_judges_is_of_its_kind(suite: Suite) -> None:
    kinds = {unit.id: unit.kind for entry in suite.catalogues for unit in entry.units}
    for unit in (unit for entry in suite.catalogues for unit in entry.units):
        assert kinds[unit.function] == unit.kind, unit.id
        if unit.judged_by:
            assert unit.provisional, unit.id


def test_units_under_the_same_id_are_the_same_in_both_versions() -> None:
    first = {unit.id: unit for unit in version("2.1.1")[1].units}
    third = {unit.id: unit for unit in version("3.1.3")[1].units}
    for name in first.keys() & third.keys():
        assert (third[name].case, third[name].kind, third[name].inherits) == (
            first[name].case, first[name].kind, first[name].inherits,
        )  # fmt: skip
        assert third[name].judged_by is None


def test_a_provisional_case_has_provisional_units_only(catalogue: Catalogue) -> None:
    ours = {case.id for case in catalogue.cases if case.provisional}
    assert all(unit.provisional for unit in catalogue.units if unit.case in ours)
    assert not any(case.confirmed for case in catalogue.cases if case.provisional)


def test_every_id_that_a_test_module_cites_exists(suite: Suite) -> None:
    known: set[str] = set()
    for entry in suite.catalogues:
        known.update(each.id for each in entry.provisions)
        known.update(each.id for each in entry.cases)
        known.update(each.id for each in entry.units)
    for file in sorted(Path(package.__path__[0]).glob("test_*.py")):
        cited = set(CITED.findall(file.read_text(encoding="utf-8")))
        assert cited <= known, (file.name, cited - known)


def test_questions_are_named_after_units_and_are_the_same_wherever_asked(suite: Suite) -> None:
    questions = [each for entry in suite.units()[0] for each in entry.questions]
    assert {each.id for each in questions} <= set(suite.functions)
    assert len({each.digest for each in questions}) == len({each.id for each in questions})


def test_a_plan_of_one_version_asks_nothing_of_the_other(suite: Suite) -> None:
    for name, foreign in (("2.1.1", "6-8-1a"), ("3.1.3", "5.6-4-1b")):
        asked = {entry.unit for entry in suite.units_of(version(name)[1])[0]}
        assert UnitId(foreign) not in asked
        assert UnitId(foreign) in {entry.unit for entry in suite.units()[0]}


def test_the_reference_router_answers_every_row_of_each_version(catalogue: Catalogue) -> None:
    dossier = load_dossier(ROOT / "bench_configs" / "reference-router")
    rows = dossier.ics_rows(str(catalogue.framework))
    assert [row.provision for row in rows] == [entry.id for entry in catalogue.provisions]


def test_the_coverage_page_is_current_and_counts_every_unit_once() -> None:
    page = runpy.run_path(str(ROOT / "tests" / "docs" / "coverage.py"))
    written = Path(page["PAGE"]).read_text(encoding="utf-8")
    assert written == page["coverage_page"](), "stale: run python tests/docs/coverage.py"
    for name in VERSIONS:
        section = written.partition(f"### V{name}\n")[2].partition("\n##")[0]
        rows = re.findall(r"^\| ([^|*]+) \| (\d+) \| (\d+) \| (\d+) \|$", section, re.MULTILINE)
        units = version(name)[1].units
        assert sum(int(row[3]) for row in rows) == len(units)
        assert sum(int(row[1]) for row in rows) == sum(unit.kind == "conceptual" for unit in units)


def test_the_page_names_each_of_the_56_units_once_with_a_judge_or_a_cause() -> None:
    page = runpy.run_path(str(ROOT / "tests" / "docs" / "coverage.py"))
    section = page["coverage_page"]().partition("network-relevant units\n")[2]
    listed = re.findall(r"`([^`]+)`", section.partition("\n## ")[0])
    units = [unit.id for unit in version("2.1.1")[1].units if unit.network_relevant]
    assert len(units) == 56
    assert sorted(listed) == sorted(units)


def test_whatever_waits_for_a_probe_says_which(suite: Suite) -> None:
    page = runpy.run_path(str(ROOT / "tests" / "docs" / "coverage.py"))
    waiting = [entry for entry in suite.units()[0] if page["way"](entry) == page["WAITING"]]
    assert waiting
    for entry in waiting:
        assert {need.probe for need in entry.facts} & PROBES_TO_COME.keys()
        assert importlib.import_module(entry.module)
