"""Group 5.8-3, functional case: what the maker's web site says of external sensors."""

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


@case("5.8-3-1")
class TestSensorsAreDocumented:
    """Users can read which sensors the device has (EN 303 645 5.8-3)."""

    @unit("a", facts=PUBLICATION_NEEDS, per=USER_INFO)
    def test_sensor_documentation_is_reachable(self, facts: FactView, ixit: Ixit) -> Judgements:
        """The page that tells of sensors is served to anybody."""
        return published(
            facts,
            ixit.user_info,
            "sensors_url",
            "publication-not-public",
            criteria.publication_is_public,
        )
