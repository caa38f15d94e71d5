"""Criteria about what the maker publishes."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.assessment import criteria
from harness.model.judgement import Judgement, Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
URL = "https://www.networks.example/x"
SAYS = {"dates": ("2031-12-31",), "contacts": ("mailto:a@example.com",)}
Look = Callable[[Any], Judgement]


def _period(record: Any, declared: str = "2031-12-31") -> Judgement:
    return criteria.support_period_is_published(record, "row", URL, declared)


def _public(record: Any) -> Judgement:
    return criteria.publication_is_public(record, "row", URL)


def _policy(record: Any) -> Judgement:
    return criteria.disclosure_policy_is_published(record, "row", URL)


LOOKS: tuple[Look, ...] = (_public, _policy, _period)


def _record(made: Any, **changes: Any) -> Any:
    return made.record(made.publications(made.page("/x", **(SAYS | changes))))


@pytest.mark.parametrize("look", LOOKS)
def test_a_page_that_everybody_can_read_holds(look: Look, made: Any) -> None:
    judged = look(_record(made))
    assert judged.outcome is HELD
    assert judged.evidence
    assert judged.item == "row"


@pytest.mark.parametrize("look", LOOKS)
def test_a_page_that_is_gone_or_behind_a_login_contradicts(look: Look, made: Any) -> None:
    gone = look(_record(made, served=made.absent(), restricted=made.unknown(), status=404))
    assert (gone.outcome, gone.reason.code) == (CONTRADICTED, "publication-gone")
    assert gone.findings[0].subject == URL
    closed = look(_record(made, served=made.unknown(), restricted=made.seen()))
    assert (closed.outcome, closed.reason.code) == (CONTRADICTED, "publication-behind-login")


@pytest.mark.parametrize("look", LOOKS)
def test_what_was_not_seen_decides_nothing(look: Look, made: Any) -> None:
    assert look(_record(made, served=made.unknown())).outcome is UNDECIDED
    assert look(_record(made, restricted=made.unknown())).outcome is UNDECIDED
    assert look(made.record(made.publications())).outcome is UNDECIDED
    unasked = made.publications(made.page("/x", **SAYS), examined=())
    assert look(made.record(unasked)).outcome is UNDECIDED


def test_a_policy_names_a_contact(made: Any) -> None:
    judged = _policy(_record(made, contacts=()))
    assert (judged.outcome, judged.reason.code) == (UNDECIDED, "no-contact-recognised")


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"dates": ("2026-01-01", "2031-12-31")}, HELD),
        ({"dates": ("2029-12-31",), "text": "Until 31 December 2029."}, CONTRADICTED),
        ({"dates": (), "text": "Updates are given."}, CONTRADICTED),
        ({"dates": (), "text": "Jusqu'au 31 décembre 2031."}, UNDECIDED),
        ({"dates": (), "text": "Bis 31.12.31."}, UNDECIDED),
        ({"dates": (), "text": "حتى ٣١ ديسمبر ٢٠٣١"}, UNDECIDED),
        ({"dates": (), "text": "Updates are given.", "text_whole": False}, UNDECIDED),
    ],
)
def test_a_declared_date_is_missing_only_where_nobody_could_read_it(
    changes: dict[str, Any], outcome: Outcome, made: Any
) -> None:
    assert _period(_record(made, **changes)).outcome is outcome


@pytest.mark.parametrize(
    ("declared", "text", "outcome"),
    [
        ("Five years, from the last sale.", "… for FIVE years from the\u00a0last sale!", HELD),
        ("Five years from the last sale.", "Fünf Jahre ab dem letzten Verkauf.", UNDECIDED),
        ("5 years", "15 years", UNDECIDED),
        ("...", "Nothing ... here", UNDECIDED),
        ("", "Nothing here", UNDECIDED),
    ],
)
def test_declared_words_are_looked_for_as_words(
    declared: str, text: str, outcome: Outcome, made: Any
) -> None:
    assert _period(_record(made, text=text, dates=()), declared).outcome is outcome
