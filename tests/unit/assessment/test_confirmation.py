"""Confirmations of catalogue entries: which count, which are void, and when the mark goes."""

import pytest

from harness.assessment.confirmation import counting, entries_of, is_indicative, unconfirmed
from harness.model.catalogue import Catalogue
from harness.model.confirmation import Confirmation
from harness.testing.suites import find_frameworks


def installed(name: str) -> Catalogue:
    ((_, catalogue),) = find_frameworks([name])
    return catalogue


@pytest.fixture(params=["etsi-en-303-645", "etsi-en-303-645@3.1.3"])
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return installed(request.param)


def confirmation(catalogue: Catalogue, *names: str, of: str = "") -> Confirmation:
    entries = [entry for entry in entries_of(catalogue) if entry.id in names]
    return Confirmation(
        framework=of or str(catalogue.framework),
        entries=tuple(entries),
        person="Ada Example",
        document="EN 303 645, licensed copy",
        at="2026-11-22T09:00:00.000000Z",
    )


def names_left(catalogue: Catalogue, *given: Confirmation) -> list[str]:
    return [entry.id for entry in unconfirmed(catalogue, given)]


def test_the_mark_goes_only_with_the_last_unconfirmed_entry(catalogue: Catalogue) -> None:
    names = names_left(catalogue)
    assert names
    assert is_indicative(catalogue)
    all_but_one = confirmation(catalogue, *names[:-1])
    assert names_left(catalogue, all_but_one) == names[-1:]
    assert is_indicative(catalogue, [all_but_one])
    last = confirmation(catalogue, names[-1])
    assert not is_indicative(catalogue, [all_but_one, last])


def test_a_provisional_case_or_unit_needs_confirmation_like_a_provision() -> None:
    left = unconfirmed(installed("etsi-en-303-645@3.1.3"))
    assert {entry.kind for entry in left} == {"case", "unit"}
    assert {"5.0-1-1", "5.0-1-1a", "5.6-1-2c", "5.3-9-2a"} <= {entry.id for entry in left}


def test_a_changed_entry_voids_its_confirmation() -> None:
    catalogue = installed("etsi-en-303-645")
    given = confirmation(catalogue, *names_left(catalogue))
    provisions = tuple(
        entry.model_copy(update={"status": "R C (12)"}) if entry.id == "5.3-3" else entry
        for entry in catalogue.provisions
    )
    changed = catalogue.model_copy(update={"provisions": provisions})
    assert names_left(changed, given) == ["5.3-3"]
    assert "5.3-3" not in {entry.id for entry in counting(changed, [given])[0].entries}


def test_other_words_of_a_condition_void_the_confirmations_of_what_refers_to_it() -> None:
    catalogue = installed("etsi-en-303-645")
    given = confirmation(catalogue, *names_left(catalogue))
    conditions = {**catalogue.conditions, "13": "another condition"}
    changed = catalogue.model_copy(update={"conditions": conditions})
    assert names_left(changed, given) == ["5.6-4"]


def test_other_words_of_a_feature_change_the_entries_that_refer_to_it() -> None:
    catalogue = installed("etsi-en-303-645@3.1.3")
    features = {**(catalogue.features or {}), "w": "another feature"}
    changed = catalogue.model_copy(update={"features": features})
    different = set(entries_of(changed)) - set(entries_of(catalogue))
    assert {entry.id for entry in different} == {"5.10-1", "6-4", "6-5"}


def test_a_confirmation_of_another_version_counts_for_nothing() -> None:
    catalogue = installed("etsi-en-303-645")
    names = names_left(catalogue)
    foreign = confirmation(catalogue, *names, of="etsi-en-303-645@3.1.3")
    assert counting(catalogue, [foreign]) == ()
    assert is_indicative(catalogue, [foreign])


def test_a_catalogue_that_ignores_unconfirmed_entries_has_no_mark() -> None:
    catalogue = installed("etsi-en-303-645")
    rule = catalogue.decision_rule.model_copy(update={"unconfirmed": "ignore"})
    assert not is_indicative(catalogue.model_copy(update={"decision_rule": rule}))
