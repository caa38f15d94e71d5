"""V3.1.3, conceptual cases without a counterpart in V2.1.1: machines, updates, debugging, input.

Their test specification could not be read: what is asked follows the provisions, in our own words.
"""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Intf,
    Ixit,
    Judgements,
    Question,
    UpdMech,
    ask_each,
    case,
    rules,
    unit,
)

AUTH_MECH: Final = "1-AuthMech"
UPD_MECH: Final = "7-UpdMech"
COM_MECH: Final = "11-ComMech"
INTF: Final = "15-Intf"
USER_INTF: Final = "27-UserIntf"
EXT_API: Final = "28-ExtAPI"

USER_AGREES: Final = Question(
    id="5.3-4B-1b",
    prompt="Read the row's Initiation and Interaction and Configuration. During the first set-up, "
    "is the user told that the device will update by itself, and can the user agree or decline?"
    + IF_NO_ROW,
)
DEBUG_IS_GUARDED: Final = Question(
    id="5.6-4A-1b",
    prompt="Read the row's Status and Protection. Is this debug interface off in software, for "
    "good or until somebody with the right to do so switches it on, or does it demand a login "
    "before anything can be done on it?" + IF_NO_ROW,
)
PORT_IS_COVERED: Final = Question(
    id="5.6-4B-1a",
    prompt="Read the row's Protection. Beyond what the software does: is this debug port guarded "
    "physically, so that nobody gets at its contacts without forcing or opening something?"
    + IF_NO_ROW,
)


def _by_itself(row: UpdMech) -> bool:
    return row.automatic != "none"


def _debugging(row: Intf) -> bool:
    return row.debug_interface


def _debug_port(row: Intf) -> bool:
    return row.debug_interface and row.type == "physical"


@case("5.1-2A-1")
class TestMachinesUseNoPassword:
    """Machines log in by something other than a password (EN 303 645 V3.1.3 5.1-2A)."""

    @unit("a", decided_by=DecidedBy.RULE, per=AUTH_MECH)
    def test_no_machine_login_rests_on_a_password(self, ixit: Ixit) -> Judgements:
        """Every mechanism by which machines log in rests on something other than a password."""
        return rules.machines_use_no_password(ixit.auth_mech)


@case("5.3-4B-1")
class TestAutomaticUpdatingFromTheStart:
    """Automatic updating is on from the start, and the user agrees (V3.1.3 5.3-4B)."""

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[USER_AGREES])
    def test_the_user_agrees(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Users know of every mechanism that updates by itself, and can agree or decline."""
        return ask_each(
            answers,
            USER_AGREES,
            UPD_MECH,
            ixit.upd_mech,
            scope=_by_itself,
            none=ixit.declares_none(UPD_MECH),
            fields=("initiation_and_interaction",),
        )


@case("5.6-4A-1")
class TestDebugInterfacesAreGuarded:
    """Debug interfaces are off in software or demand a login (V3.1.3 5.6-4A)."""

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=INTF, questions=[DEBUG_IS_GUARDED])
    def test_debug_interfaces_are_off_or_guarded(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every debug interface is off in software or behind access control."""
        return ask_each(
            answers,
            DEBUG_IS_GUARDED,
            INTF,
            ixit.intf,
            scope=_debugging,
            seen=rules.debug_interfaces_are_guarded(ixit.intf),
            none=ixit.declares_none(INTF),
            fields=("protection",),
        )


@case("5.6-4B-1")
class TestDebugPortsAreCovered:
    """Debug interfaces that are physical ports are guarded physically, too (V3.1.3 5.6-4B)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=INTF, questions=[PORT_IS_COVERED])
    def test_debug_ports_are_covered(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every physical debug port has a physical protection."""
        return ask_each(
            answers,
            PORT_IS_COVERED,
            INTF,
            ixit.intf,
            scope=_debug_port,
            seen=rules.debug_ports_are_covered(ixit.intf),
            none=ixit.declares_none(INTF),
            fields=("protection",),
        )


@case("5.13-1A-1")
class TestUserInputIsValidated:
    """Validation covers every user interface (V3.1.3 5.13-1A)."""

    @unit("a", decided_by=DecidedBy.RULE)
    def test_every_user_interface_is_covered(self, ixit: Ixit) -> Judgements:
        """Every user interface is covered by a validation method."""
        return rules.input_sources_are_validated(ixit, (USER_INTF,))


@case("5.13-1B-1")
class TestNetworkInputIsValidated:
    """Validation covers every API and link (V3.1.3 5.13-1B)."""

    @unit("a", decided_by=DecidedBy.RULE)
    def test_every_api_and_link_is_covered(self, ixit: Ixit) -> Judgements:
        """Every API and every link is covered by a validation method."""
        return rules.input_sources_are_validated(ixit, (EXT_API, COM_MECH))
