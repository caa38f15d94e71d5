"""Groups 5.4-1 and 5.4-3, conceptual cases: what the dossier says of security parameters."""

from typing import Final

from harness.testing import (
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    SecParam,
    ask_each,
    case,
    rules,
    unit,
)

SEC_PARAM: Final = "10-SecParam"

TYPE_IS_RIGHT: Final = Question(
    id="5.4-1-1a",
    prompt="Read the row's Description. Is its Type right: critical if disclosing the value would "
    "harm security, public if only changing it would?",
)
SCHEME_PROTECTS: Final = Question(
    id="5.4-1-1c",
    prompt="Read the row's Protection Scheme. Does it give the Security Guarantees of the row to "
    "the stored value, against somebody who reaches the device's storage by the ways that the "
    "row and 15-Intf leave open?",
)
LIST_IS_COMPLETE: Final = Question(
    id="5.4-1-1d",
    prompt="Compare 10-SecParam with all other tables. Does it hold every parameter that they "
    "imply: login values, keys of protocols and updates, certificates, session secrets?",
)
NEVER_HARD_CODED: Final = Question(
    id="5.4-3-1b",
    prompt="Read the row's Provisioning Mechanism. Does it make sure that no value fixed in the "
    "software is used for this critical parameter in operation? If you are asked about the DUT as "
    "a whole, no row is critical: answer yes if that is right.",
)


def _critical(row: SecParam) -> bool:
    return row.type == "critical"


@case("5.4-1-1")
class TestStoredParametersAreProtected:
    """Types, guarantees and protection of stored parameters fit together (EN 303 645 5.4-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SEC_PARAM, questions=[TYPE_IS_RIGHT])
    def test_types_are_right(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every parameter is rightly called public or critical."""
        return ask_each(answers, TYPE_IS_RIGHT, SEC_PARAM, ixit.sec_param)

    @unit("b", decided_by=DecidedBy.RULE, per=SEC_PARAM)
    def test_guarantees_match_the_type(self, ixit: Ixit) -> Judgements:
        """Every parameter promises what its type needs."""
        return rules.guarantees_match_type(ixit.sec_param)

    @unit("c", decided_by=DecidedBy.JUDGEMENT, per=SEC_PARAM, questions=[SCHEME_PROTECTS])
    def test_scheme_gives_the_guarantees(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The protection scheme of every parameter gives its guarantees."""
        return ask_each(answers, SCHEME_PROTECTS, SEC_PARAM, ixit.sec_param)

    @unit("d", decided_by=DecidedBy.JUDGEMENT, questions=[LIST_IS_COMPLETE])
    def test_list_is_complete(self, answers: AnswerView) -> Judgements:
        """The table holds every parameter that the other tables imply."""
        return (answers.judge(LIST_IS_COMPLETE),)


@case("5.4-3-1")
class TestNoHardCodedParameters:
    """No critical parameter is fixed in the software and used (EN 303 645 5.4-3)."""

    @unit("a", decided_by=DecidedBy.RULE, per=SEC_PARAM)
    def test_none_is_declared_in_use(self, ixit: Ixit) -> Judgements:
        """No critical parameter is declared as hard-coded and in use."""
        return rules.critical_parameters_are_not_hard_coded(ixit.sec_param)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=SEC_PARAM, questions=[NEVER_HARD_CODED])
    def test_provisioning_replaces_fixed_values(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """The provisioning of every critical parameter leaves no fixed value in use."""
        return ask_each(answers, NEVER_HARD_CODED, SEC_PARAM, ixit.sec_param, scope=_critical)
