"""Edits of the dossier turn the units of their row in dossier_flaws.toml to FAIL, and no others."""

import tomllib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

TABLE = tomllib.loads(Path(__file__).with_name("dossier_flaws.toml").read_text("utf-8"))
VERSIONS = ("2.1.1", "3.1.3")


def failing(verdicts):
    return {key for key, (verdict, _) in verdicts.items() if verdict == "FAIL"}


def claiming(judge, dossier, provisions):
    """The dossier with ICS answers Y on these provisions."""
    return judge.edited(dossier, [{"ics": name, "set": {"support": "Y"}} for name in provisions])


def named_units(flaw):
    """(unit, version) that a row of the table says to fail."""
    return {(unit, version) for version in VERSIONS for unit in flaw.get("fails", [])} | {
        (unit, version) for version in VERSIONS for unit in flaw.get(f"fails-{version[0]}", [])
    }


def denied_units(flaw, judge):
    """(unit, version) of every provision whose N/A the edited rows deny."""
    return {
        (unit.id, version)
        for version, catalogue in judge.catalogues.items()
        for unit in catalogue.units
        if provision_of(catalogue, unit)
        in {*flaw.get("denies", []), *flaw.get(f"denies-{version[0]}", [])}
    }


def provision_of(catalogue, unit):
    return next(case.provision for case in catalogue.cases if case.id == unit.case)


@pytest.mark.parametrize("flaw", TABLE["flaw"], ids=lambda flaw: flaw["name"])
def test_an_edit_of_the_dossier_fails_the_units_of_its_row_and_no_other(
    flaw, judge, dossier, true_and_good
):
    sound = claiming(judge, dossier, flaw.get("claim", []))
    flawed = judge.edited(sound, flaw["edit"])
    before = failing(judge.under(sound, judge.said(sound, true_and_good)))
    after = failing(judge.under(flawed, judge.said(flawed, true_and_good)))
    expected = named_units(flaw) | denied_units(flaw, judge)
    assert sorted(after - before - expected) == []
    assert sorted(expected - (after - before)) == []
    assert before <= after


def test_every_unit_that_a_rule_decides_has_an_edit_that_fails_it(judge):
    covered = {key for flaw in TABLE["flaw"] for key in named_units(flaw)}
    by_rule = {
        (unit.id, version)
        for version, catalogue in judge.catalogues.items()
        for unit in catalogue.units
        if judge.by_rule(unit.function)
    }
    assert by_rule - covered == set()


def test_the_table_is_well_formed(judge):
    names = [flaw["name"] for flaw in TABLE["flaw"]]
    assert len(names) == len(set(names))
    known = {(unit.id, version) for version in VERSIONS for unit in judge.catalogues[version].units}
    for flaw in TABLE["flaw"]:
        assert flaw["clause"], flaw["name"]
        assert flaw["reason"], flaw["name"]
        assert named_units(flaw) <= known, flaw["name"]
