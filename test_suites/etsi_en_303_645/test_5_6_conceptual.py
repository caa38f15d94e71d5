"""Groups 5.6-1 to 5.6-4, conceptual cases: what the dossier says of interfaces."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Intf,
    Ixit,
    Judgements,
    Question,
    ask_each,
    case,
    rules,
    unit,
)

INTF: Final = "15-Intf"

PURPOSE_IS_VALID: Final = Question(
    id="5.6-1-1a",
    prompt="Read the row's Description. Is the purpose that it gives a valid reason for this "
    "interface to be enabled?" + IF_NO_ROW,
)
DISCLOSURE_CLASSED: Final = Question(
    id="5.6-2-1a",
    prompt="Read the row's Disclosed Information. Is what this interface tells without login "
    "stated, and rightly classed as security-relevant or not?" + IF_NO_ROW,
)
DISCLOSURE_NEEDED: Final = Question(
    id="5.6-2-1b",
    prompt="Is all security-relevant information that this interface tells without login needed "
    "for the device to work?" + IF_NO_ROW,
)
EXPOSURE_NEEDED: Final = Question(
    id="5.6-3-1a",
    prompt="Does the intended use of the device need this interface to be open to the outside?"
    + IF_NO_ROW,
)
DEBUG_DECLARED: Final = Question(
    id="5.6-4-1a",
    prompt="Does the row say rightly whether this physical interface can serve for debugging, and, "
    "if it can, describe how software switches that off?" + IF_NO_ROW,
)


def _enabled_logical(row: Intf) -> bool:
    return row.status == "enabled" and row.type in {"network", "logical", "radio"}


def _exposed(row: Intf) -> bool:
    return row.exposed


def _physical(row: Intf) -> bool:
    return row.type == "physical"


@case("5.6-1-1")
class TestEnabledInterfacesHaveAPurpose:
    """Every enabled interface has a valid purpose (EN 303 645 5.6-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=INTF, questions=[PURPOSE_IS_VALID])
    def test_purposes_are_valid(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The purpose of every enabled interface is valid."""
        return ask_each(answers, PURPOSE_IS_VALID, INTF, ixit.intf, scope=_enabled_logical)


@case("5.6-2-1")
class TestDisclosuresAreNeeded:
    """What is told before login is rightly classed and needed (EN 303 645 5.6-2)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=INTF, questions=[DISCLOSURE_CLASSED])
    def test_disclosures_are_classed(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """What every interface tells before login is stated and rightly classed."""
        return ask_each(answers, DISCLOSURE_CLASSED, INTF, ixit.intf, scope=_enabled_logical)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=INTF, questions=[DISCLOSURE_NEEDED])
    def test_disclosures_are_needed(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """What every interface tells before login is needed."""
        return ask_each(answers, DISCLOSURE_NEEDED, INTF, ixit.intf, scope=_enabled_logical)


@case("5.6-3-1")
class TestExposureIsNeeded:
    """Physical interfaces are open only where and when they are needed (EN 303 645 5.6-3)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=INTF, questions=[EXPOSURE_NEEDED])
    def test_exposed_interfaces_are_needed(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every exposed interface is needed for the intended use."""
        return ask_each(answers, EXPOSURE_NEEDED, INTF, ixit.intf, scope=_exposed)

    @unit("b", decided_by=DecidedBy.RULE, per=INTF)
    def test_other_interfaces_are_closed(self, ixit: Ixit) -> Judgements:
        """What needs no exposure is enclosed, or off if it is a radio."""
        return rules.unexposed_interfaces_are_closed(ixit.intf)

    @unit("c", decided_by=DecidedBy.RULE, per=INTF)
    def test_intermittent_interfaces_are_off(self, ixit: Ixit) -> Judgements:
        """What is needed only now and then is off until then."""
        return rules.intermittent_interfaces_are_off(ixit.intf)


@case("5.6-4-1")
class TestDebugInterfacesAreOff:
    """Reachable debug interfaces are switched off in software (EN 303 645 5.6-4)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=INTF, questions=[DEBUG_DECLARED])
    def test_debug_interfaces_are_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every physical interface that can serve for debugging says so."""
        return ask_each(answers, DEBUG_DECLARED, INTF, ixit.intf, scope=_physical)

    @unit("b", decided_by=DecidedBy.RULE, per=INTF)
    def test_debug_interfaces_have_a_switch(self, ixit: Ixit) -> Judgements:
        """Every debug interface can be switched off in software."""
        return rules.debug_interfaces_have_a_switch(ixit.intf)

    @unit("c", decided_by=DecidedBy.RULE, per=INTF)
    def test_debug_interfaces_are_off(self, ixit: Ixit) -> Judgements:
        """Every debug interface is off for good or by default."""
        return rules.debug_interfaces_are_off(ixit.intf)
