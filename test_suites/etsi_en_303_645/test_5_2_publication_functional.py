"""Group 5.2-1, functional case: the vulnerability disclosure policy on the maker's web site."""

from harness.testing import (
    PUBLICATION_NEEDS,
    USER_INFO,
    FactView,
    Ixit,
    Judgements,
    case,
    criteria,
    published,
    unit,
)


@case("5.2-1-2")
class TestPolicyIsOnline:
    """The policy is where the supplier says, for everybody (EN 303 645 5.2-1)."""

    @unit("a", facts=PUBLICATION_NEEDS, per=USER_INFO)
    def test_policy_is_public(self, facts: FactView, ixit: Ixit) -> Judgements:
        """The page of the policy is served to anybody, and tells whom to write to."""
        return published(
            facts,
            ixit.user_info,
            "disclosure_policy_url",
            "policy-without-contact",
            criteria.disclosure_policy_is_published,
        )
