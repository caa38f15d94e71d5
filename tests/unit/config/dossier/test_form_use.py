"""form.toml of EN 303 645 names what there is, and templates hold what it says."""

import tomllib
from pathlib import Path

import pytest

from harness.config.dossier.problems import FIELDS, FORMS
from harness.config.dossier.template import template
from harness.config.dossier.use import FormUse, Framework, load_use, parts_for
from harness.model.conditions import Condition
from harness.model.dossier import Dossier
from harness.model.ixit.form import TABLES
from harness.testing.suites import find_frameworks, installed_suites

SUITE = installed_suites()["etsi-en-303-645"]
USE = load_use(SUITE.folder)
KNOWN = {entry.id for catalogue in SUITE.catalogues for entry in catalogue.provisions}


def framework(name):
    ((suite, catalogue),) = find_frameworks([name])
    return Framework(catalogue, load_use(suite.folder))


def test_every_version_has_its_edition():
    assert set(USE.editions) == {each.framework.version for each in SUITE.catalogues}


def test_every_provision_and_field_that_is_named_exists():
    assert set(USE.reads) <= KNOWN
    for places in (*USE.reads.values(), tuple(USE.where)):
        for place in places:
            table, _, field = place.partition(".")
            assert (table, field) in FIELDS, place
    for place, match in USE.where.items():
        assert {(place.partition(".")[0], field) for field in match} <= set(FIELDS)


def test_every_condition_that_is_named_exists_and_looks_at_fields_that_exist():
    known = {number for each in SUITE.catalogues for number in each.conditions}
    known |= {letter for each in SUITE.catalogues for letter in each.features or ()}
    named = [number for condition in USE.conditions for number in condition.ids]
    assert len(named) == len(set(named))
    assert set(named) <= known
    for condition in USE.conditions:
        for match in (*condition.present, *condition.absent):
            assert {(condition.table, field) for field in match} <= set(FIELDS)


def test_all_tables_are_read():
    assert {place.partition(".")[0] for places in USE.reads.values() for place in places} == set(
        FORMS
    )


def test_an_edition_has_its_own_fields_and_names_only():
    old = {part.form.name: part for part in parts_for([framework("etsi-en-303-645@2.1.1")])}
    new = {part.form.name: part for part in parts_for([framework("etsi-en-303-645@3.1.3")])}
    keys = {field.key for field in old["21-PersData"].fields}
    assert "storing_consent" not in keys
    assert "storing_consent" in {field.key for field in new["21-PersData"].fields}
    assert old["11-ComMech"].names == ("11-ComMech",)
    assert new["11-ComMech"].names == ("11-SecComMech",)
    both = parts_for([framework(f"etsi-en-303-645@{version}") for version in USE.editions])
    assert {part.form.name: part.names for part in both}["11-ComMech"] == (
        "11-ComMech",
        "11-SecComMech",
    )


def test_a_field_that_units_read_is_there_though_the_edition_has_it_not():
    part = {part.form.name: part for part in parts_for([framework("etsi-en-303-645@2.1.1")])}
    assert "covers" in {field.key for field in part["29-InpVal"].fields}


def test_a_framework_that_is_silent_may_read_everything():
    parts = list(parts_for([framework("california-sb-327")]))
    assert [part.form for part in parts] == list(TABLES)
    assert all(part.fields == part.form.fields for part in parts)


@pytest.mark.parametrize("versions", [["2.1.1"], ["3.1.3"], ["2.1.1", "3.1.3"]])
def test_a_template_is_a_dossier_without_answers(versions):
    chosen = [framework(f"etsi-en-303-645@{version}") for version in versions]
    text = template(chosen, command="dossier new", model='a "b"\n[x]')
    dossier = Dossier.model_validate(tomllib.loads(text))
    assert dossier.dut.model == 'a "b"\n[x]'
    assert not any(dossier.ics.values())
    names = {each.name for each in chosen} if len(versions) > 1 else {"etsi-en-303-645"}
    assert set(dossier.ics) == names
    for each in chosen:
        assert all(f'"{entry.id}"' in text for entry in each.catalogue.provisions)


def test_a_suite_without_the_file_says_nothing(tmp_path):
    assert load_use(tmp_path) == FormUse()


def test_a_condition_is_silent_where_a_field_is_empty():
    condition = Condition(
        ids=("x",),
        table="7-UpdMech",
        present=({"over_network": ("yes",)},),
        absent=({"over_network": ("no",)},),
    )

    def said(*answers, none=()):
        rows = [{"id": f"U-{n}", "over_network": answer} for n, answer in enumerate(answers)]
        ixit = {"7-UpdMech": rows, "none": none}
        dossier = Dossier.model_validate({"dut": {"supplier": "", "model": ""}, "ixit": ixit})
        return condition.met_by(dossier) is not None, condition.ruled_out_by(dossier)

    assert said("no", "yes") == (True, False)
    assert said("no", "") == (False, False)
    assert said("no", "no") == (False, True)
    assert said() == (False, False)
    assert said(none=["7-UpdMech"]) == (False, True)


def test_the_suite_lies_where_its_file_does():
    assert (Path(SUITE.folder) / "form.toml").exists()
