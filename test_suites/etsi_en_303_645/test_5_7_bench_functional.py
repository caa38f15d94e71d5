"""Group 5.7-2, the functional unit that a bench network decides: whom a changed device talks to."""

from typing import Final

from harness.testing import (
    INITIALISED,
    FactView,
    Ixit,
    Judgements,
    TrafficFacts,
    case,
    criteria,
    need,
    over_rows,
    unit,
)

SEC_BOOT: Final = "20-SecBoot"


@case("5.7-2-2")
class TestAfterADetectedChange:
    """A changed device reaches no more than its alert needs (EN 303 645 5.7-2)."""

    @unit("b", facts=[need(TrafficFacts, INITIALISED)], per=SEC_BOOT)
    def test_traffic_after_a_change_is_limited_as_declared(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Once the change is detected, packets leave for the declared destinations only."""
        criterion = "undeclared-destination"
        return over_rows(
            SEC_BOOT,
            criterion,
            ixit.sec_boot,
            lambda row: facts.judge(
                TrafficFacts,
                INITIALISED,
                row.id,
                criterion,
                lambda record: criteria.undeclared_destination(
                    record, row.id, "change-detected", row.notification_destinations
                ),
            ),
        )
