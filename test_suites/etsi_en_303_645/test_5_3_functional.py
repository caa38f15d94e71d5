"""Groups 5.3-1, 5.3-6 and 5.3-13 to -16, functional cases: updates and support at work.

A person looks at all but the attacks on updates, which a bench network makes.
"""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    INITIALISED,
    PAIRING_NEEDS,
    UPDATED,
    AirView,
    AnswerView,
    DecidedBy,
    Dossier,
    FactRecord,
    FactView,
    Ixit,
    Judgement,
    Judgements,
    Question,
    UpdatesFacts,
    UpdMech,
    all_of,
    ask_each,
    case,
    criteria,
    need,
    no_rows,
    over_rows,
    unit,
)

USER_INFO: Final = "2-UserInfo"
SOFT_COMP: Final = "6-SoftComp"
UPD_MECH: Final = "7-UpdMech"
REPL_SUP: Final = "9-ReplSup"
MISUSE: Final = "update-misuse-accepted"

AUTOMATION_IS_CONTROLLED: Final = Question(
    id="5.3-6-2b",
    prompt="Log in as a user and look for the setting of automatic updates that the row's "
    "Configuration describes. Try it: switch it on and off, or put an update off, and look again. "
    "Does it do what the row says, and is the choice kept?" + IF_NO_ROW,
    during=INITIALISED.value,
)
NOTICES_ARE_ON: Final = Question(
    id="5.3-6-2c",
    prompt="After the first set-up, before anything else is set: look at the setting of update "
    "notices, or at the notices themselves. Are they on, as the row's Configuration and User "
    "Notification say?" + IF_NO_ROW,
    during=INITIALISED.value,
)
NOTICES_ARE_CONTROLLED: Final = Question(
    id="5.3-6-2d",
    prompt="Log in as a user and look for the setting of update notices that the row's "
    "Configuration describes. Try it: switch them on and off, or put one off, and look again. Does "
    "it do what the row says, and is the choice kept?" + IF_NO_ROW,
    during=INITIALISED.value,
)
SUPPORT_PERIOD_IS_DEFINED: Final = Question(
    id="5.3-13-2c",
    prompt="Open the publication of the support period that 2-UserInfo names. Does it say until "
    "when, or for how long from a date that the user can know, updates are given for this model?",
)
RATIONALE_IS_GIVEN: Final = Question(
    id="5.3-14-2c",
    prompt="Open the publication that 2-UserInfo names for software that can't be updated. Does it "
    "say why there are no updates?",
)
REPLACEMENT_IS_GIVEN: Final = Question(
    id="5.3-14-2d",
    prompt="Open the documentation of replacement that 2-UserInfo names. Does it say how the "
    "hardware is replaced, and for how long that is offered?",
)
SUPPORT_OF_PARTS_IS_DEFINED: Final = Question(
    id="5.3-14-2e",
    prompt="Open the publication that 2-UserInfo names for software that can't be updated. Does it "
    "say until when, or for how long from a date that the user can know, the product is supported?",
)
ISOLATED_AS_DESCRIBED: Final = Question(
    id="5.3-15-2a",
    prompt="Isolate the product in the way that the row's Isolation describes. Can that be done "
    "with what the description tells, and is the product then off the networks it was connected "
    "to, or in surroundings of its own?" + IF_NO_ROW,
    during=INITIALISED.value,
)
REPLACED_AS_DESCRIBED: Final = Question(
    id="5.3-15-2d",
    prompt="Do this when nothing else is left to do with this sample, since it may have to be "
    "opened. Replace the hardware in the way that the row's Hardware Replacement describes. Can "
    "that be done with what the description tells?" + IF_NO_ROW,
    opens=True,
)
MODEL_IS_FOUND: Final = Question(
    id="5.3-16-2a",
    prompt="Look for the model's name where the Model Designation in 2-UserInfo says: on the label "
    "or over the physical interface. Is it there, in plain text that a user can read?",
    during=INITIALISED.value,
)
MODEL_IS_AS_DECLARED: Final = Question(
    id="5.3-16-2b",
    prompt="Compare the model's name that you read from the device with the name in the dossier. "
    "Is it the same?",
    during=INITIALISED.value,
)


def _has_automation(row: UpdMech) -> bool:
    return row.automatic != "none"


def _has_notices(row: UpdMech) -> bool:
    return row.notices != "none"


@case("5.3-1-2")
class TestMisuseOfEveryMechanism:
    """Every mechanism that updates a software part withstands misuse (5.3-1)."""

    @unit("a", facts=[need(UpdatesFacts, UPDATED)], per=UPD_MECH)
    def test_every_mechanism_in_use_withstands_every_attack(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """Both units of 5.3-2-2, here for each mechanism that a software part names."""
        if not ixit.soft_comp:
            return (no_rows(MISUSE, SOFT_COMP),)
        used = {name for part in ixit.soft_comp for name in part.update_mechanisms}
        rows = [row for row in ixit.upd_mech if row.id in used]
        return over_rows(
            UPD_MECH,
            MISUSE,
            rows,
            lambda row: facts.judge(
                UpdatesFacts, UPDATED, row.id, MISUSE, lambda record: _attacked(record, row)
            ),
        )


@case("5.3-6-2")
class TestUserControlsUpdates:
    """Automatic updates and notices can be set as declared (5.3-6)."""

    @unit("b", decided_by=DecidedBy.OPERATOR, per=UPD_MECH, questions=[AUTOMATION_IS_CONTROLLED])
    def test_automatic_updates_can_be_set(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism that updates by itself can be set as declared."""
        return ask_each(
            answers,
            AUTOMATION_IS_CONTROLLED,
            UPD_MECH,
            ixit.upd_mech,
            scope=_has_automation,
            none=ixit.declares_none(UPD_MECH),
            fields=("automatic", "configuration"),
        )

    @unit("c", decided_by=DecidedBy.OPERATOR, per=UPD_MECH, questions=[NOTICES_ARE_ON])
    def test_notices_are_on(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism with notices has them on after the first set-up."""
        return ask_each(
            answers,
            NOTICES_ARE_ON,
            UPD_MECH,
            ixit.upd_mech,
            scope=_has_notices,
            none=ixit.declares_none(UPD_MECH),
            fields=("notices", "user_notification"),
        )

    @unit("d", decided_by=DecidedBy.OPERATOR, per=UPD_MECH, questions=[NOTICES_ARE_CONTROLLED])
    def test_notices_can_be_set(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism with notices lets the user set them as declared."""
        return ask_each(
            answers,
            NOTICES_ARE_CONTROLLED,
            UPD_MECH,
            ixit.upd_mech,
            scope=_has_notices,
            none=ixit.declares_none(UPD_MECH),
            fields=("notices", "configuration"),
        )


@case("5.3-13-2")
class TestSupportPeriod:
    """The published support period is well defined (5.3-13)."""

    @unit("c", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[SUPPORT_PERIOD_IS_DEFINED])
    def test_support_period_is_defined(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The publication says until when updates are given."""
        return _published(answers, SUPPORT_PERIOD_IS_DEFINED, ixit, "publication_of_support_period")


@case("5.3-14-2")
class TestMissingUpdates:
    """What is published of software that can't be updated is whole (5.3-14)."""

    @unit("c", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[RATIONALE_IS_GIVEN])
    def test_rationale_is_given(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The publication says why there are no updates."""
        return _published(answers, RATIONALE_IS_GIVEN, ixit, "publication_of_non_updatable")

    @unit("d", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[REPLACEMENT_IS_GIVEN])
    def test_replacement_is_given(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The documentation says how hardware is replaced, and for how long."""
        return _published(answers, REPLACEMENT_IS_GIVEN, ixit, "documentation_of_replacement")

    @unit(
        "e", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[SUPPORT_OF_PARTS_IS_DEFINED]
    )
    def test_support_period_is_defined(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The publication says until when the product is supported."""
        return _published(
            answers, SUPPORT_OF_PARTS_IS_DEFINED, ixit, "publication_of_non_updatable"
        )


@case("5.3-15-2")
class TestIsolationAndReplacement:
    """The product can be isolated and its hardware replaced as described (5.3-15)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=REPL_SUP, questions=[ISOLATED_AS_DESCRIBED])
    def test_product_can_be_isolated(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The description is enough to isolate the product."""
        return ask_each(
            answers,
            ISOLATED_AS_DESCRIBED,
            REPL_SUP,
            ixit.repl_sup,
            none=ixit.declares_none(REPL_SUP),
            fields=("isolation",),
        )

    @unit("d", decided_by=DecidedBy.OPERATOR, per=REPL_SUP, questions=[REPLACED_AS_DESCRIBED])
    def test_hardware_can_be_replaced(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The description is enough to replace the hardware."""
        return ask_each(
            answers,
            REPLACED_AS_DESCRIBED,
            REPL_SUP,
            ixit.repl_sup,
            none=ixit.declares_none(REPL_SUP),
            fields=("hardware_replacement",),
        )


@case("5.3-16-2")
class TestModelDesignation:
    """The model's name can be read off the device, as declared (5.3-16)."""

    @unit("a", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[MODEL_IS_FOUND])
    def test_designation_is_found(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The name is where the dossier says, in plain text."""
        return _published(answers, MODEL_IS_FOUND, ixit, "model_designation")

    @unit(
        "b",
        decided_by=DecidedBy.OPERATOR,
        facts=PAIRING_NEEDS,
        per=USER_INFO,
        questions=[MODEL_IS_AS_DECLARED],
    )
    def test_designation_is_as_declared(
        self, facts: FactView, answers: AnswerView, dossier: Dossier
    ) -> Judgements:
        """The name is that of the dossier; Device Information objects, where a row names it."""
        ixit = dossier.ixit
        air = AirView(facts, ixit)
        told = [
            each for row in ixit.user_info for each in air.model_as_declared(row, dossier.dut.model)
        ]
        return ask_each(
            answers,
            MODEL_IS_AS_DECLARED,
            USER_INFO,
            ixit.user_info,
            seen=told,
            fields=("model_designation",),
        )


def _attacked(record: FactRecord[UpdatesFacts], row: UpdMech) -> Judgement:
    """Every attack was made on the mechanism, and none got through."""
    made = criteria.update_attacks_made(record, row)
    return all_of(row.id, MISUSE, (made, criteria.update_misuse_accepted(record, row)))


def _published(answers: AnswerView, question: Question, ixit: Ixit, field: str) -> Judgements:
    """Ask about the row whose ``field`` says where to look."""
    return ask_each(answers, question, USER_INFO, ixit.user_info, fields=(field,))
