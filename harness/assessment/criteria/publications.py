"""What the maker publishes: reachable by everybody, and saying what the dossier says of it.

A machine reads no policy: whether a page is clear, complete and about this product is for people.
"""

import re
from datetime import date
from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.facts.publications import PublicationsFacts, PublishedPage
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement, Outcome
from harness.model.observation import Absent, Present, Unknown

Record = FactRecord[PublicationsFacts]
PUBLIC: Final = "publication-not-public"
POLICY: Final = "policy-without-contact"
PERIOD: Final = "support-period-not-published"
_SHORT_YEAR: Final = re.compile(r"[-/.'\u2019]\s?(\d{2})(?!\d)")
_SHORTEST: Final = 4
"""Letters and digits below which a text is found on almost any page."""


def publication_is_public(record: Record, item: str, url: str) -> Judgement:
    """What the dossier says to be published at ``url`` is served to anybody (EN 303 645 5.2-1).

    No account, no payment, and not gone. A server that is out of reach decides nothing.
    """
    look = Look(PUBLIC, item, url, record)
    page = _page(look)
    return _public(look, page) if isinstance(page, PublishedPage) else page


def disclosure_policy_is_published(record: Record, item: str, url: str) -> Judgement:
    """The policy is public, and tells somebody how to report (EN 303 645 5.2-1; ISO/IEC 29147).

    A page on which no address, telephone number or form can be recognised is UNDECIDED: there are
    many ways to write one.
    """
    look = Look(POLICY, item, url, record)
    page = _page(look)
    if not isinstance(page, PublishedPage):
        return page
    public = _public(look, page)
    if public.outcome is not Outcome.HELD:
        return public
    if not page.contacts:
        return look.undecided("no-contact-recognised")
    return look.held("policy-names-contact", proof(page.served), contact=page.contacts[0])


def support_period_is_published(record: Record, item: str, url: str, declared: str) -> Judgement:
    """The page is public and states the support period as declared (EN 303 645 5.3-13).

    Args:
        record: the fact.
        item: what the judgement speaks of.
        url: the page.
        declared: the end of the period, ``2031-12-31``, or the words in which it is published.

    A date may be written in many ways and languages: it is missing only from a page that a
    reader's eye and the bench read alike, and on which its year does not occur. Words that are not
    found may have been put otherwise: UNDECIDED.
    """
    look = Look(PERIOD, item, url, record)
    page = _page(look)
    if not isinstance(page, PublishedPage):
        return page
    public = _public(look, page)
    return public if public.outcome is not Outcome.HELD else _states(look, page, declared)


def _states(look: Look, page: PublishedPage, declared: str) -> Judgement:
    if not declared:
        return look.undecided("field-missing", row=look.item, field="support_until")
    day = _date(declared)
    if day is None:
        return _words(look, page, declared)
    if day.isoformat() in page.dates:
        return look.held("period-published", proof(page.served), declared=declared)
    if page.text_whole and not _mentions(page, day.year):
        return look.contradicted("period-not-published", proof(page.served), declared=declared)
    return look.undecided("period-not-recognised", declared=declared)


def _page(look: Look) -> PublishedPage | Judgement:
    facts = look.record.facts
    page = facts.page(look.subject) if isinstance(facts, PublicationsFacts) else None
    if page is None or facts.gap(look.subject) is not None:
        return look.unexamined()
    return page


def _public(look: Look, page: PublishedPage) -> Judgement:
    match page.restricted, page.served:
        case Present(evidence=places), _:
            return look.contradicted("publication-behind-login", places)
        case _, Absent(control=control):
            return look.contradicted("publication-gone", (control,), status=page.status)
        case _, Unknown(reason=why):
            return look.undecided("not-observed", why=why)
        case Unknown(reason=why), _:
            return look.undecided("not-observed", why=why)
        case _:
            return look.held("publication-served", proof(page.served, page.restricted))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _mentions(page: PublishedPage, year: int) -> bool:
    """Whether the year occurs in the digits of any script, or its last two behind a mark."""
    # int() reads the digits of every script, as does \d here.
    whole = {int(number) for number in re.findall(r"\d{1,6}", page.text)}
    short = {int(number) for number in _SHORT_YEAR.findall(page.text)}
    return year in whole or year % 100 in short


def _words(look: Look, page: PublishedPage, declared: str) -> Judgement:
    wanted = _plain(declared)
    if len(wanted.strip()) < _SHORTEST:
        return look.undecided("period-not-recognised", declared=declared)
    if wanted in _plain(page.text):
        return look.held("period-published", proof(page.served), declared=declared)
    return look.undecided("period-not-recognised", declared=declared)


def _plain(text: str) -> str:
    """Letters and digits, words kept apart, with a space at either end."""
    return " ".join(("", *re.findall(r"[^\W_]+", text.casefold()), ""))
