"""Groups 5.9-1 to 5.9-3, functional cases: outages of network and power, and reconnecting."""

from collections.abc import Callable
from typing import Final, Literal

from harness.testing import (
    INITIALISED,
    ComMech,
    FactRecord,
    FactView,
    Ixit,
    Judgement,
    Judgements,
    OutagesFacts,
    ResMech,
    TrafficFacts,
    all_of,
    case,
    cite,
    criteria,
    need,
    no_rows,
    over_rows,
    reason,
    undecided,
    unit,
)

COM_MECH: Final = "11-ComMech"
RES_MECH: Final = "23-ResMech"
LOST: Final = "function-lost-in-outage"
NOT_RESTORED: Final = "not-restored-after-outage"
PACING: Final = "connection-pacing"
OUTAGES: Final = (need(OutagesFacts, INITIALISED),)
Outages = FactRecord[OutagesFacts]
Cut = Literal["network", "power"]


@case("5.9-1-2")
class TestResilience:
    """Outages of network and power are withstood as declared (EN 303 645 5.9-1)."""

    @unit("a", facts=OUTAGES, per=RES_MECH)
    def test_a_cut_network_is_withstood_as_declared(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Everything works again, and local functions never stop where the row says so."""

        def look(record: Outages, row: ResMech) -> Judgement:
            parts = [criteria.functions_come_back(record, row.id, "network")]
            if not row.keeps_local_function:
                parts.append(_missing(row, LOST, "keeps_local_function"))
            elif row.keeps_local_function == "yes":
                parts.append(criteria.local_functions_go_on(record, row.id, "network"))
            return all_of(row.id, NOT_RESTORED, parts)

        return _withstood(facts, ixit, "network", NOT_RESTORED, look)

    @unit("b", facts=OUTAGES, per=RES_MECH)
    def test_a_cut_of_power_is_withstood_as_declared(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Everything that worked before works again once the power is back."""
        return _withstood(
            facts,
            ixit,
            "power",
            NOT_RESTORED,
            lambda record, row: criteria.functions_come_back(record, row.id, "power"),
        )


@case("5.9-2-2")
class TestRecovery:
    """Local functions outlive the network, and the state outlives the power (EN 303 645 5.9-2)."""

    @unit("a", facts=OUTAGES, per=RES_MECH)
    def test_local_functions_go_on_without_network(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Each local function works all through the outage, whatever the row promises."""
        return _withstood(
            facts,
            ixit,
            "network",
            LOST,
            lambda record, row: criteria.local_functions_go_on(record, row.id, "network"),
        )

    @unit("b", facts=OUTAGES, per=RES_MECH)
    def test_the_state_returns_after_a_loss_of_power(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Functions and settings are as they were, or better."""

        def look(record: Outages, row: ResMech) -> Judgement:
            parts = [
                criteria.functions_come_back(record, row.id, "power"),
                criteria.settings_come_back(record, row.id, "power"),
            ]
            return all_of(row.id, NOT_RESTORED, parts)

        return _withstood(facts, ixit, "power", NOT_RESTORED, look)


@case("5.9-3-2")
class TestReconnecting:
    """Connections are made again in an orderly way, as declared (EN 303 645 5.9-3)."""

    @unit("a", facts=[need(TrafficFacts, INITIALISED)], per=COM_MECH)
    def test_connections_are_paced_as_declared(self, facts: FactView, ixit: Ixit) -> Judgements:
        """No rush to anybody, and each row that connects by itself keeps the pace that it names."""
        if not ixit.com_mech:
            return (no_rows(PACING, COM_MECH),)

        def paced(row: ComMech) -> Judgement:
            return facts.judge(
                TrafficFacts,
                INITIALISED,
                row.id,
                PACING,
                lambda record: criteria.connections_paced(record, row),
            )

        rows = [row for row in ixit.com_mech if row.connects_to != ("none",)]
        burst = facts.judge(
            TrafficFacts,
            INITIALISED,
            "DUT",
            PACING,
            lambda record: criteria.connection_burst(record, "DUT"),
        )
        return (burst, *(cite(paced(row), COM_MECH, row.id) for row in rows))


def _withstood(
    facts: FactView,
    ixit: Ixit,
    kind: Cut,
    criterion: str,
    look: Callable[[Outages, ResMech], Judgement],
) -> Judgements:
    """Each row against this kind of outage; without one of it, nothing is decided.

    A row that names no kind may be of this one, and decides nothing either.
    """

    def judge(row: ResMech) -> Judgement:
        if not row.type:
            return _missing(row, criterion, "type")
        return facts.judge(
            OutagesFacts, INITIALISED, row.id, criterion, lambda record: look(record, row)
        )

    rows = [row for row in ixit.res_mech if row.type in {kind, ""}]
    return over_rows(RES_MECH, criterion, rows, judge)


def _missing(row: ResMech, criterion: str, field: str) -> Judgement:
    return undecided(row.id, criterion, reason("field-missing", row=row.id, field=field))
