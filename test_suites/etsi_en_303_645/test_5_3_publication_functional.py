"""Groups 5.3-13 and 5.3-14, functional cases: what the maker's web site says of support."""

from harness.testing import (
    PUBLICATION_NEEDS,
    USER_INFO,
    FactRecord,
    FactView,
    Ixit,
    Judgement,
    Judgements,
    PublicationsFacts,
    case,
    criteria,
    published,
    support_period,
    unit,
)


@case("5.3-13-2")
class TestSupportPeriodIsPublished:
    """The support period is where the supplier says, for everybody (EN 303 645 5.3-13)."""

    @unit("a", facts=PUBLICATION_NEEDS, per=USER_INFO)
    def test_period_is_published_as_declared(self, facts: FactView, ixit: Ixit) -> Judgements:
        """The page states the support period that the dossier declares."""
        periods = {row.id: support_period(row) for row in ixit.user_info}

        def look(record: FactRecord[PublicationsFacts], item: str, url: str) -> Judgement:
            return criteria.support_period_is_published(record, item, url, periods[item])

        criterion = "support-period-not-published"
        return published(facts, ixit.user_info, "support_period_url", criterion, look)

    @unit("b", facts=PUBLICATION_NEEDS, per=USER_INFO)
    def test_period_can_be_read_by_everybody(self, facts: FactView, ixit: Ixit) -> Judgements:
        """No account and no payment stands before the page."""
        return _public(facts, ixit, "support_period_url")


@case("5.3-14-2")
class TestReplacementIsPublished:
    """Why parts can't be updated, and what replaces them, is published (EN 303 645 5.3-14)."""

    @unit("a", facts=PUBLICATION_NEEDS, per=USER_INFO)
    def test_reasons_and_plan_are_published(self, facts: FactView, ixit: Ixit) -> Judgements:
        """The page that the dossier names is there."""
        return _public(facts, ixit, "non_updatable_url")

    @unit("b", facts=PUBLICATION_NEEDS, per=USER_INFO)
    def test_plan_can_be_read_by_everybody(self, facts: FactView, ixit: Ixit) -> Judgements:
        """No account and no payment stands before the page."""
        return _public(facts, ixit, "non_updatable_url")


def _public(facts: FactView, ixit: Ixit, field: str) -> Judgements:
    criterion = "publication-not-public"
    return published(facts, ixit.user_info, field, criterion, criteria.publication_is_public)
