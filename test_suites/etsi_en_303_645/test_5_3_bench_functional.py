"""Groups 5.3-2, -6, -10 and -15, functional units that a bench network decides.

Attacks on updates, their defaults, undeclared ways in, isolation and replacement.
"""

from collections.abc import Callable
from typing import Final, Literal, TypeVar

from harness.testing import (
    EXPOSURE_NEEDS,
    INITIALISED,
    PAIRING_FOUND_NEEDS,
    UPDATED,
    AirView,
    FactRecord,
    Facts,
    FactView,
    Ixit,
    Judgement,
    Judgements,
    NetworkView,
    OutagesFacts,
    Quantifier,
    ReplSup,
    TrafficFacts,
    UpdateDefaultsFacts,
    UpdatesFacts,
    UpdMech,
    case,
    criteria,
    need,
    needs,
    no_rows,
    over_rows,
    reason,
    undecided,
    unit,
)

UPD_MECH: Final = "7-UpdMech"
REPL_SUP: Final = "9-ReplSup"
MISUSE: Final = "update-misuse-accepted"
WAYS: Final = "undeclared-update-way"
F = TypeVar("F", bound=Facts)


@case("5.3-2-2")
class TestUpdateMisuse:
    """At least one way to install updates withstands misuse (EN 303 645 5.3-2)."""

    @unit("a", facts=[need(UpdatesFacts, UPDATED)], per=UPD_MECH)
    def test_every_attack_is_made_on_every_mechanism(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Each mechanism was put to all that its declaration calls for, beside a good update.

        What a device does can't contradict this: it speaks of the attacks, not of their success.
        """
        return _over_mechanisms(facts, ixit, criteria.update_attacks_made)

    @unit("b", facts=[need(UpdatesFacts, UPDATED)], per=UPD_MECH, quantifier=Quantifier.ONE)
    def test_one_mechanism_withstands_every_attack(self, facts: FactView, ixit: Ixit) -> Judgements:
        """One mechanism that no attack got through is enough here; 5.3-10 asks it of each."""
        return _over_mechanisms(facts, ixit, criteria.update_misuse_accepted)


@case("5.3-6-2")
class TestDefaultsOfUpdates:
    """Automatic updates are on, as declared, after the first set-up (EN 303 645 5.3-6)."""

    @unit("a", facts=[need(UpdateDefaultsFacts, INITIALISED)], per=UPD_MECH)
    def test_automatic_updates_are_on_as_declared(self, facts: FactView, ixit: Ixit) -> Judgements:
        """A mechanism that never updates by itself, as declared, passes if that is so."""
        criterion = "update-default-differs"
        return over_rows(
            UPD_MECH,
            criterion,
            ixit.upd_mech,
            lambda row: facts.judge(
                UpdateDefaultsFacts,
                INITIALISED,
                row.id,
                criterion,
                lambda record: criteria.update_defaults_as_declared(record, row),
            ),
        )


@case("5.3-10-1")
class TestUndeclaredUpdateWays:
    """Every way in which updates arrive over the network is declared (EN 303 645 5.3-10)."""

    @unit(
        "c",
        facts=[
            need(UpdatesFacts, UPDATED),
            need(TrafficFacts, INITIALISED),
            *needs(EXPOSURE_NEEDS, INITIALISED),
            *PAIRING_FOUND_NEEDS,
        ],
    )
    def test_no_undeclared_mechanism_takes_updates(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Neither a port of the device nor a host that it asks brings software, but as declared."""
        if not ixit.upd_mech and not ixit.declares_none(UPD_MECH):
            return (no_rows(WAYS, UPD_MECH),)
        rows = ixit.upd_mech
        declared = {name for row in rows for name in (*row.endpoints, *row.sources)}
        networked = any(row.over_network == "yes" for row in rows)
        network = NetworkView(facts, INITIALISED)
        carried = facts.judge(
            TrafficFacts,
            INITIALISED,
            "DUT",
            WAYS,
            lambda record: criteria.undeclared_software_transfer(
                record, "DUT", declared, networked=networked
            ),
        )
        taken = facts.judge(
            UpdatesFacts,
            UPDATED,
            "DUT",
            WAYS,
            lambda record: criteria.undeclared_update_way(
                record, "DUT", network.open_targets(), declared
            ),
        )
        on_the_air = AirView(facts, ixit).undeclared_updates(declared)
        return (carried, taken, network.everything_examined(), *on_the_air)


@case("5.3-15-2")
class TestIsolationAndReplacement:
    """What can't be updated can be isolated, and its hardware replaced (EN 303 645 5.3-15)."""

    @unit("b", facts=[need(TrafficFacts, INITIALISED)], per=REPL_SUP)
    def test_an_isolated_product_reaches_nothing_outside(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """While it is isolated as declared, no packet of it leaves the local network."""
        return _over_support(
            facts,
            ixit,
            "undeclared-destination",
            "isolation",
            TrafficFacts,
            lambda record, item: criteria.undeclared_destination(
                record, item, "isolated", ("none",)
            ),
        )

    @unit("c", facts=[need(OutagesFacts, INITIALISED)], per=REPL_SUP)
    def test_the_main_function_survives_isolation(self, facts: FactView, ixit: Ixit) -> Judgements:
        """What is declared to go on works all through the isolation."""
        return _over_support(
            facts,
            ixit,
            "function-lost-in-outage",
            "isolation",
            OutagesFacts,
            lambda record, item: criteria.local_functions_go_on(record, item, "isolation"),
        )

    @unit("e", facts=[need(OutagesFacts, INITIALISED)], per=REPL_SUP)
    def test_functions_return_after_replacement(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Once the part is replaced as declared, everything works that worked before."""
        return _over_support(
            facts,
            ixit,
            "not-restored-after-outage",
            "hardware_replacement",
            OutagesFacts,
            lambda record, item: criteria.functions_come_back(record, item, "replacement"),
        )


def _over_support(
    facts: FactView,
    ixit: Ixit,
    criterion: str,
    field: Literal["isolation", "hardware_replacement"],
    kind: type[F],
    look: Callable[[FactRecord[F], str], Judgement],
) -> Judgements:
    """Each row of 9-ReplSup; one that does not say how it is done decides nothing."""

    def judge(row: ReplSup) -> Judgement:
        if not getattr(row, field):
            return undecided(row.id, criterion, reason("field-missing", row=row.id, field=field))
        return facts.judge(
            kind, INITIALISED, row.id, criterion, lambda record: look(record, row.id)
        )

    return over_rows(REPL_SUP, criterion, ixit.repl_sup, judge)


def _over_mechanisms(
    facts: FactView,
    ixit: Ixit,
    criterion: Callable[[FactRecord[UpdatesFacts], UpdMech], Judgement],
) -> Judgements:
    return over_rows(
        UPD_MECH,
        MISUSE,
        ixit.upd_mech,
        lambda row: facts.judge(
            UpdatesFacts, UPDATED, row.id, MISUSE, lambda record: criterion(record, row)
        ),
    )
