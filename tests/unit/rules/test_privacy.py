"""Documents are named, and consent says how it is given and taken back."""

from collections.abc import Callable

import pytest

from harness.assessment import rules
from harness.model.ixit import PersData, UserInfo
from harness.model.judgement import Judgements, Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
TEXTS = [
    ("Settings, Privacy.", HELD),
    (" none ", CONTRADICTED),
    ("None.", CONTRADICTED),
    ("", UNDECIDED),
]
CONSENT = [
    (rules.consent_is_obtained, "obtaining_consent"),
    (rules.consent_can_be_withdrawn, "withdrawing_consent"),
]


@pytest.mark.parametrize(("text", "outcome"), TEXTS)
def test_a_document_for_users_is_named(text: str, outcome: Outcome) -> None:
    row = UserInfo(documentation_of_deletion=text, documentation_of_sensors="none")
    (judged,) = rules.users_are_told((row,), "documentation_of_deletion")
    assert (judged.item, judged.outcome) == ("UserInfo-1", outcome)


@pytest.mark.parametrize(("rule", "field"), CONSENT)
@pytest.mark.parametrize(("text", "outcome"), TEXTS)
def test_consent_is_described(
    rule: Callable[[tuple[PersData, ...]], Judgements], field: str, text: str, outcome: Outcome
) -> None:
    row = PersData(id="PersData-1", consent_based=True).model_copy(update={field: text})
    (judged,) = rule((row,))
    assert (judged.item, judged.outcome) == ("PersData-1", outcome)


@pytest.mark.parametrize(("rule", "field"), CONSENT)
def test_processing_without_consent_has_none_to_describe(
    rule: Callable[[tuple[PersData, ...]], Judgements], field: str
) -> None:
    row = PersData(id="PersData-1").model_copy(update={field: "none"})
    (judged,) = rule((row,))
    assert (judged.outcome, judged.reason.code) == (HELD, "no-consent-needed")


def test_an_empty_table_decides_nothing() -> None:
    judged = [
        *rules.users_are_told((), "documentation_of_deletion"),
        *rules.consent_is_obtained(()),
        *rules.consent_can_be_withdrawn(()),
    ]
    assert {entry.outcome for entry in judged} == {UNDECIDED}
