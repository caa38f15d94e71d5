"""Groups 5.4-1 to 5.4-4, conceptual cases: what the dossier says of security parameters."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    Catalogue,
    DecidedBy,
    Dossier,
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
IDENTITY_RESISTS: Final = Question(
    id="5.4-2-1b",
    prompt="The row is an identity fixed in the hardware. Do its Security Guarantees promise that "
    "it resists tampering: by hand, by electricity, by software?" + IF_NO_ROW,
)
IDENTITY_IS_PROTECTED: Final = Question(
    id="5.4-2-1c",
    prompt="The row is an identity fixed in the hardware. Does its Protection Scheme keep somebody "
    "who holds the unit from changing or copying it, as its guarantees promise? A certificate of "
    "the chip may show that." + IF_NO_ROW,
)
NEVER_HARD_CODED: Final = Question(
    id="5.4-3-1b",
    prompt="Read the row's Provisioning Mechanism. Does it make sure that no value fixed in the "
    "software is used for this critical parameter in operation? If you are asked about the DUT as "
    "a whole, no row is critical: answer yes if that is right.",
)
MADE_ROBUSTLY: Final = Question(
    id="5.4-4-1b",
    prompt="Does this critical parameter check updates or guard a link to an associated service? "
    "If it does: does its Generation Mechanism give each unit a value of its own, from a source "
    "that nobody can guess, so that one broken unit opens no other? If it does not, answer yes."
    + IF_NO_ROW,
)


def _identity(row: SecParam) -> bool:
    return row.hard_coded_identity


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
        field = "protection_scheme"
        bare = rules.denials(ixit.sec_param, SEC_PARAM, SCHEME_PROTECTS.id, field)
        return ask_each(
            answers, SCHEME_PROTECTS, SEC_PARAM, ixit.sec_param, seen=bare, fields=[field]
        )

    @unit("d", decided_by=DecidedBy.JUDGEMENT, questions=[LIST_IS_COMPLETE])
    def test_list_is_complete(self, answers: AnswerView) -> Judgements:
        """The table holds every parameter that the other tables imply."""
        return (answers.judge(LIST_IS_COMPLETE),)


@case("5.4-2-1")
class TestHardCodedIdentitiesResistTampering:
    """Identities fixed in the hardware are declared and resist tampering (EN 303 645 5.4-2)."""

    @unit("a", decided_by=DecidedBy.RULE, per=SEC_PARAM)
    def test_identities_are_declared(self, catalogue: Catalogue, dossier: Dossier) -> Judgements:
        """Every identity fixed in the hardware is declared, and differs from unit to unit."""
        claim = dossier.ics_row(str(catalogue.framework), "5.4-2")
        return rules.identities_are_declared(dossier.ixit.sec_param, claim)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=SEC_PARAM, questions=[IDENTITY_RESISTS])
    def test_guarantees_include_resistance(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every identity is promised to resist tampering."""
        return ask_each(
            answers,
            IDENTITY_RESISTS,
            SEC_PARAM,
            ixit.sec_param,
            scope=_identity,
            fields=["security_guarantees"],
        )

    @unit("c", decided_by=DecidedBy.JUDGEMENT, per=SEC_PARAM, questions=[IDENTITY_IS_PROTECTED])
    def test_protection_gives_resistance(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The protection of every identity gives that resistance."""
        bare = rules.denials(
            ixit.sec_param, SEC_PARAM, IDENTITY_IS_PROTECTED.id, "protection_scheme"
        )
        return ask_each(
            answers,
            IDENTITY_IS_PROTECTED,
            SEC_PARAM,
            ixit.sec_param,
            scope=_identity,
            seen=bare,
            fields=["protection_scheme"],
        )


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


@case("5.4-4-1")
class TestParametersAreMadePerUnit:
    """Parameters of updates and service links are made for each unit (EN 303 645 5.4-4)."""

    @unit("a", decided_by=DecidedBy.RULE, per=SEC_PARAM)
    def test_parameters_are_unique(self, ixit: Ixit) -> Judgements:
        """Every such critical parameter is unique and says how it is generated."""
        return rules.update_and_service_parameters_are_unique(ixit.sec_param)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=SEC_PARAM, questions=[MADE_ROBUSTLY])
    def test_generation_is_robust(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every such critical parameter comes from a generator that withstands mass attacks."""
        return ask_each(
            answers,
            MADE_ROBUSTLY,
            SEC_PARAM,
            ixit.sec_param,
            scope=_critical,
            seen=rules.update_and_service_parameters_are_unique(ixit.sec_param),
            fields=["generation_mechanism"],
        )
