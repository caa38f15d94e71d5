"""V3.1.3, functional cases without a counterpart in V2.1.1: logins, updates and debug ports.

Their test specification could not be read: what is asked follows the provisions, in our own words.
"""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    INITIALISED,
    AnswerView,
    DecidedBy,
    Intf,
    Ixit,
    Judgements,
    Question,
    UpdMech,
    ask_each,
    case,
    unit,
)

UPD_MECH: Final = "7-UpdMech"
INTF: Final = "15-Intf"

MACHINES_SHOW_OTHER_FACTOR: Final = Question(
    id="5.1-2A-2a",
    prompt="Look at every login that the unit offers to other machines, or makes at them, without "
    "a person: home hubs, brokers, services, other devices. Connect one with a password alone. Is "
    "there no such login that a password alone opens? If machines log in nowhere, answer yes.",
    during=INITIALISED.value,
)
AUTOMATION_IS_OFFERED: Final = Question(
    id="5.3-4A-2a",
    prompt="Log in as a user and look for automatic updates by the row's mechanism. Can they be "
    "switched on, and does the unit then look for an update and install it, or say when it will, "
    "without anybody's help?" + IF_NO_ROW,
    during=INITIALISED.value,
)
AUTOMATION_IS_ON: Final = Question(
    id="5.3-4B-2a",
    prompt="Go through the first set-up as a user would. Were you told that the unit updates by "
    "itself, could you agree or decline, and are automatic updates on afterwards if you agreed?"
    + IF_NO_ROW,
    during=INITIALISED.value,
)
BAD_UPDATES_REFUSED: Final = Question(
    id="5.3-9-2a",
    prompt="Offer the unit, by the row's mechanism, first a good update with one byte changed, "
    "then one that somebody else signed, then the good one. Did it refuse the first two, and "
    "install the third? If it did not install the good one either, answer cannot tell." + IF_NO_ROW,
    during=INITIALISED.value,
)
PORT_IS_OUT_OF_REACH: Final = Question(
    id="5.6-4B-2a",
    prompt="Look for the row's debug port on the closed unit, and try to reach its contacts "
    "without forcing or opening anything. Is it out of reach, guarded as the row's Protection says?"
    + IF_NO_ROW,
    during=INITIALISED.value,
)


def _has_automation(row: UpdMech) -> bool:
    return row.automatic != "none"


def _debug_port(row: Intf) -> bool:
    return row.debug_interface and row.type == "physical"


@case("5.1-2A-2")
class TestMachineLogins:
    """No login between machines takes a password alone (EN 303 645 V3.1.3 5.1-2A)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, questions=[MACHINES_SHOW_OTHER_FACTOR])
    def test_no_password_opens_a_machine_login(self, answers: AnswerView) -> Judgements:
        """No password alone opens a login that machines use."""
        return (answers.judge(MACHINES_SHOW_OTHER_FACTOR),)


@case("5.3-4A-2")
class TestAutomaticUpdating:
    """Updating can run by itself (V3.1.3 5.3-4A)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=UPD_MECH, questions=[AUTOMATION_IS_OFFERED])
    def test_automatic_updates_can_be_chosen(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism that updates by itself can be made to."""
        return ask_each(
            answers,
            AUTOMATION_IS_OFFERED,
            UPD_MECH,
            ixit.upd_mech,
            scope=_has_automation,
            none=ixit.declares_none(UPD_MECH),
        )


@case("5.3-4B-2")
class TestAutomaticUpdatingAfterSetup:
    """Automatic updating is on after the first set-up (V3.1.3 5.3-4B)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=UPD_MECH, questions=[AUTOMATION_IS_ON])
    def test_automatic_updates_are_on(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism that updates by itself is on after the set-up, as the user agreed."""
        return ask_each(
            answers,
            AUTOMATION_IS_ON,
            UPD_MECH,
            ixit.upd_mech,
            scope=_has_automation,
            none=ixit.declares_none(UPD_MECH),
        )


@case("5.3-9-2")
class TestBadUpdates:
    """The device refuses updates that are not genuine or not whole (V3.1.3 5.3-9)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=UPD_MECH, questions=[BAD_UPDATES_REFUSED])
    def test_each_mechanism_refuses_bad_updates(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Each mechanism refuses what is not genuine or not whole, and takes what is."""
        return ask_each(
            answers,
            BAD_UPDATES_REFUSED,
            UPD_MECH,
            ixit.upd_mech,
            none=ixit.declares_none(UPD_MECH),
        )


@case("5.6-4B-2")
class TestDebugPorts:
    """Debug ports are guarded physically (V3.1.3 5.6-4B)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=INTF, questions=[PORT_IS_OUT_OF_REACH])
    def test_debug_ports_are_out_of_reach(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The physical protection of every debug port is there."""
        return ask_each(
            answers,
            PORT_IS_OUT_OF_REACH,
            INTF,
            ixit.intf,
            scope=_debug_port,
            none=ixit.declares_none(INTF),
        )
