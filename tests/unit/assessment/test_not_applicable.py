"""An N/A fails only when a fact or the IXIT contradicts it, in every unit of every framework."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.judging import contradicted, held, reason, undecided
from harness.model.catalogue import Catalogue, CatalogueProvision
from harness.model.conditions import Condition
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.ids import FactKey
from harness.model.ixit import Ixit
from harness.model.judgement import Judgement, Outcome, Verdict
from harness.model.observation import EvidenceRef
from harness.model.prose import render
from harness.testing.suites import installed_suites

WHY = reason("because")
KEY = FactKey(probe="tls", sample="A", visit="2-initialised", attempt=1)
SEEN = (EvidenceRef(path="A/2-initialised/tls/1/x", where="line 1"),)
BY_FACT = contradicted("DUT", "c", WHY, facts=(KEY,), evidence=SEEN)
BY_ANSWER = contradicted("X-1", "q", WHY, answers=(1,), rows=("7-UpdMech/X-1",))
BY_ROW = contradicted("X-1", "r", WHY, rows=("7-UpdMech/X-1",))
BY_STATEMENT = contradicted("Conf-1", "r", WHY, rows=("4-Conf/Conf-1",))
NOT_AGAINST = (
    held("DUT", "c", WHY, facts=(KEY,), evidence=SEEN),
    undecided("DUT", "c", WHY, facts=(KEY,)),
)
EVERY = (BY_FACT, BY_ANSWER, BY_ROW, BY_STATEMENT, *NOT_AGAINST)
CATALOGUES = [entry for suite in installed_suites().values() for entry in suite.catalogues]
ROWS = [
    (catalogue, entry)
    for catalogue in CATALOGUES
    if catalogue.declaration is None
    for entry in catalogue.provisions
    if entry.conditional or not entry.mandatory
]
UPDATES = {"7-UpdMech": [{"id": "UpdMech-1", "over_network": "yes"}]}
SERVICE = {"21-PersData": [{"id": "PersData-1", "services": ["cloud"]}]}


def dossier_of(catalogue: Catalogue, ixit: dict[str, Any] | None = None) -> Dossier:
    """Everything is N/A."""
    rows = tuple(
        IcsRow(provision=entry.id, support=Support.NOT_APPLICABLE, detail="since")
        for entry in catalogue.provisions
    )
    return Dossier(
        dut=DutIdentification(supplier="s", model="m"),
        ics={str(catalogue.framework): rows},
        ixit=Ixit.model_validate(ixit or {}),
    )


def verdict_of(
    catalogue: Catalogue,
    entry: CatalogueProvision,
    judgements: tuple[Judgement, ...],
    ixit: dict[str, Any] | None = None,
) -> Verdict:
    """What an N/A makes of a unit with these judgements."""
    against = any(each.outcome is Outcome.CONTRADICTED for each in judgements)
    found = Verdict.FAIL if against else Verdict.INCONCLUSIVE
    said = applicability(catalogue, entry, dossier_of(catalogue, ixit))
    assert not said.applicable
    return under_ics(found, WHY, said, entry, judgements)[0]


def etsi(version: str, provision: str) -> tuple[Catalogue, CatalogueProvision]:
    """A provision of EN 303 645."""
    for catalogue, entry in ROWS:
        if catalogue.framework.version == version and entry.id == provision:
            return catalogue, entry
    raise AssertionError(provision)


@given(place=st.sampled_from(ROWS), judgements=st.lists(st.sampled_from(EVERY)).map(tuple))
def test_an_na_is_failed_by_a_fact_or_by_the_ixit_and_by_nothing_else(
    place: tuple[Catalogue, CatalogueProvision], judgements: tuple[Judgement, ...]
) -> None:
    verdict = verdict_of(*place, judgements)
    assert verdict in {Verdict.FAIL, Verdict.NOT_APPLICABLE}
    if verdict is Verdict.FAIL:
        assert BY_FACT in judgements or BY_ROW in judgements


def test_in_no_unit_does_a_person_or_a_statement_of_the_supplier_fail_an_na() -> None:
    for place in ROWS:
        assert verdict_of(*place, (BY_ANSWER, BY_STATEMENT)) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("version", ["2.1.1", "3.1.3"])
def test_the_ixit_denies_an_na_whose_conditions_it_meets(version: str) -> None:
    place = etsi(version, "5.3-7")
    assert verdict_of(*place, (BY_ROW,), UPDATES) is Verdict.FAIL
    assert verdict_of(*place, (BY_ROW,)) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("version", ["2.1.1", "3.1.3"])
@pytest.mark.parametrize("judgements", [(), NOT_AGAINST, (BY_ANSWER,)])
def test_an_na_to_what_the_ixit_declares_fails_without_any_flaw(
    version: str, judgements: tuple[Judgement, ...]
) -> None:
    catalogue, entry = etsi(version, "5.3-7")
    assert verdict_of(catalogue, entry, judgements, UPDATES) is Verdict.FAIL
    said = applicability(catalogue, entry, dossier_of(catalogue, UPDATES))
    _, why = under_ics(Verdict.INCONCLUSIVE, WHY, said, entry, judgements)
    said_of = "declared not applicable, though 7-UpdMech/UpdMech-1 show that it does apply"
    assert render(why).startswith(said_of)


def test_every_condition_must_be_met_for_certain() -> None:
    by_hand = {"7-UpdMech": [{"id": "UpdMech-1", "over_network": "no"}]}
    place = etsi("2.1.1", "5.3-10")
    assert verdict_of(*place, (BY_ROW,), by_hand) is Verdict.NOT_APPLICABLE
    assert verdict_of(*place, (BY_ROW,), UPDATES) is Verdict.FAIL
    constrained = etsi("2.1.1", "5.3-2")  # whether a device is constrained stands in no row
    assert verdict_of(*constrained, (BY_ROW,), UPDATES) is Verdict.NOT_APPLICABLE


def test_what_a_supplier_does_not_confirm_shows_nothing_of_the_product() -> None:
    place = etsi("2.1.1", "5.3-8")
    assert verdict_of(*place, (BY_STATEMENT,)) is Verdict.NOT_APPLICABLE


def test_a_weak_link_does_not_show_that_personal_data_go_to_a_service() -> None:
    place = etsi("3.1.3", "5.8-1")
    for found in (BY_FACT, BY_ROW):
        assert verdict_of(*place, (found,)) is Verdict.NOT_APPLICABLE
        assert verdict_of(*place, (found,), SERVICE) is Verdict.FAIL


def test_a_fact_denies_an_na_that_is_not_beyond_facts() -> None:
    for version, provision in (("2.1.1", "5.1-1"), ("3.1.3", "5.6-1"), ("3.1.3", "5.5-5")):
        assert verdict_of(*etsi(version, provision), (BY_FACT, BY_ANSWER)) is Verdict.FAIL


def test_a_framework_that_does_not_say_how_conditions_are_met_is_denied_by_every_row() -> None:
    silent = [(each, entry) for each, entry in ROWS if each.shown_by is None]
    assert silent
    for place in silent:
        assert verdict_of(*place, (BY_ROW,)) is Verdict.FAIL


def test_conditions_beyond_facts_are_those_of_data_and_of_purposes() -> None:
    for catalogue in CATALOGUES:
        for condition in catalogue.shown_by or ():
            table = condition.table
            assert condition.beyond_facts == (
                table in {"10-SecParam", "21-PersData"} or "3" in condition.ids
            )


@pytest.mark.parametrize(
    "wrong",
    [
        {"table": "30-Nothing", "present": [{}]},
        {"table": "7-UpdMech", "present": [{"no_such_field": ["x"]}]},
        {"table": "7-UpdMech", "present": [{}], "absent": [{"__class__": ["x"]}]},
    ],
)
def test_a_condition_looks_only_at_what_the_form_has(wrong: dict[str, Any]) -> None:
    """A bundle brings its catalogue along, and a verifier must not break on it."""
    with pytest.raises(ValidationError, match="has no"):
        Condition.model_validate({"ids": ["1"], **wrong})
