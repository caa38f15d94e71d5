"""Catalogues are whole, suites declare only what they hold, and their coverage pages are true."""

import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

import test_suites.black_box
import test_suites.california_sb_327
import test_suites.etsi_en_303_645
from harness.config.files import load_catalogue
from harness.model.catalogue import Catalogue
from harness.model.declaration import DecidedBy, UnitDeclaration
from harness.testing.declare import discover

SUITES = (test_suites.etsi_en_303_645, test_suites.california_sb_327, test_suites.black_box)
WORDS = {
    "automatic": DecidedBy.AUTOMATIC,
    "rule": DecidedBy.RULE,
    "operator": DecidedBy.OPERATOR,
    "judgement": DecidedBy.JUDGEMENT,
    "not implemented": DecidedBy.NONE,
}
BEYOND = "not in a black box"
"""What the page of the suite without declarations calls units that nothing decides."""


def folder(suite: ModuleType) -> Path:
    return Path(suite.__path__[0])


ONE_VERSION = SUITES[1:]
"""Those with one catalogue and a page that people write; the other's page is generated."""


def _name(suite: ModuleType) -> str:
    return suite.__name__.rpartition(".")[2]


@pytest.fixture(params=ONE_VERSION, ids=_name)
def suite(request: pytest.FixtureRequest) -> ModuleType:
    assert isinstance(request.param, ModuleType)
    return request.param


@pytest.fixture
def catalogue(suite: ModuleType) -> Catalogue:
    return load_catalogue(folder(suite))


@pytest.fixture(
    params=[file for each in SUITES for file in sorted(folder(each).glob("catalogue*.toml"))],
    ids=lambda file: f"{file.parent.name}-{file.stem}",
)
def version(request: pytest.FixtureRequest) -> Catalogue:
    """Each version of each framework."""
    return load_catalogue(request.param)


@pytest.fixture
def declared(suite: ModuleType) -> dict[str, UnitDeclaration]:
    return {declaration.unit: declaration for declaration in discover(suite)}


@pytest.fixture
def readme(suite: ModuleType) -> str:
    return (folder(suite) / "README.md").read_text(encoding="utf-8")


def test_en_303_645_has_68_provisions_109_cases_and_226_units() -> None:
    etsi = load_catalogue(folder(test_suites.etsi_en_303_645))
    assert str(etsi.framework) == "etsi-en-303-645@2.1.1"
    assert (len(etsi.provisions), len(etsi.cases), len(etsi.units)) == (68, 109, 226)
    kinds = Counter(unit.kind for unit in etsi.units)
    assert (kinds["conceptual"], kinds["functional"]) == (124, 102)
    assert Counter(provision.mandatory for provision in etsi.provisions) == {True: 33, False: 35}
    assert sum(not provision.confirmed for provision in etsi.provisions) == 12
    assert sum(unit.network_relevant for unit in etsi.units) == 56


def test_california_has_nine_requirements_of_which_one_of_two_is_enough() -> None:
    california = load_catalogue(folder(test_suites.california_sb_327))
    assert str(california.framework) == "california-sb-327@2020"
    ids = [provision.id for provision in california.provisions]
    assert ids == ["a1", "a2", "a3", "b.trigger", "b1", "b2", "c1", "c2", "c3"]
    assert [unit.id for unit in california.units] == ids
    assert california.decision_rule.alternatives == (("b1", "b2"),)


def test_every_id_occurs_once_and_every_reference_resolves(version: Catalogue) -> None:
    provisions = [provision.id for provision in version.provisions]
    cases = [case.id for case in version.cases]
    units = [unit.id for unit in version.units]
    for ids in (provisions, cases, units):
        assert len(ids) == len(set(ids))
    assert {case.provision for case in version.cases} == set(provisions)
    assert {unit.case for unit in version.units} == set(cases)
    assert {unit.inherits for unit in version.units} - {""} <= set(cases)


def test_conditions_are_named_and_mark_conditional_provisions(version: Catalogue) -> None:
    for provision in version.provisions:
        assert provision.conditional == bool(provision.conditions or provision.features), (
            provision.id
        )
        assert set(provision.conditions) <= set(version.conditions)
        assert set(provision.features or ()) <= set(version.features or {})


def test_units_of_a_case_are_of_its_kind(version: Catalogue) -> None:
    kinds = {case.id: case.kind.split("/") for case in version.cases}
    assert all(unit.kind in kinds[unit.case] for unit in version.units)


def test_every_declared_unit_is_in_the_catalogue(
    catalogue: Catalogue, declared: dict[str, UnitDeclaration]
) -> None:
    assert set(declared) <= {unit.id for unit in catalogue.units}


def test_every_catalogue_unit_has_a_function_or_is_listed_as_not_implemented(
    catalogue: Catalogue, declared: dict[str, UnitDeclaration], readme: str
) -> None:
    listed = re.findall(r"`([^`]+)`", _section(readme, "## Not implemented"))
    missing = [unit.id for unit in catalogue.units if unit.id not in declared]
    assert listed == missing


def test_the_coverage_table_says_what_the_suite_declares(
    catalogue: Catalogue, declared: dict[str, UnitDeclaration], readme: str
) -> None:
    kinds = {unit.id: unit.kind for unit in catalogue.units}
    by_name = {
        unit: declared[unit].decided_by if unit in declared else DecidedBy.NONE for unit in kinds
    }
    for name, decided_by in WORDS.items():
        words = BEYOND if decided_by is DecidedBy.NONE and BEYOND in readme else name
        mine = [unit for unit, how in by_name.items() if how is decided_by]
        conceptual = sum(kinds[unit] == "conceptual" for unit in mine)
        numbers = (conceptual, len(mine) - conceptual, len(mine))
        assert "| " + " | ".join((words, *map(str, numbers))) + " |" in readme


@pytest.mark.parametrize("how", ["automatic", "rule", "operator", "judgement"])
def test_the_units_of_each_kind_are_listed_by_name(
    declared: dict[str, UnitDeclaration], catalogue: Catalogue, readme: str, how: str
) -> None:
    line = re.search(rf"^- \*\*{how}\*\*: (.*)$", readme, re.MULTILINE)
    order = [unit.id for unit in catalogue.units]
    mine = [unit for unit in order if unit in declared and declared[unit].decided_by is WORDS[how]]
    assert line is not None
    assert re.findall(r"`([^`]+)`", line[1]) == mine


def _section(readme: str, heading: str) -> str:
    return readme.partition(heading)[2].partition("\n## ")[0]
