"""Groups 5.3-1 to 5.3-6, conceptual cases: what can be updated, how, and who starts it."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Quantifier,
    Question,
    SoftComp,
    ask_each,
    case,
    no_rows,
    objections,
    rules,
    unit,
)

SOFT_COMP: Final = "6-SoftComp"
UPD_MECH: Final = "7-UpdMech"
_DESIGN: Final = ("description", "security_guarantees", "cryptographic_details")

NO_UPDATE_IS_JUSTIFIED: Final = Question(
    id="5.3-1-1a",
    prompt="Nothing updates this software part. Is the reason that the row gives a good one: is an "
    "update not feasible in practice, or does security demand that the part can't be changed?"
    + IF_NO_ROW,
)
EACH_RESISTS_MISUSE: Final = Question(
    id="5.3-1-1b",
    prompt="A software part is updated by this mechanism. By its Description, Security Guarantees, "
    "Cryptographic Details and Initiation and Interaction: is it made so that an attacker can't "
    "misuse it, for instance to install a changed image or an old one with known holes?"
    + IF_NO_ROW,
)
RESISTS_MISUSE: Final = Question(
    id="5.3-2-1a",
    prompt="By the row's Description, Security Guarantees, Cryptographic Details and Initiation "
    "and Interaction: is this mechanism made so that an attacker can't misuse it, for instance to "
    "install a changed image or an old one with known holes? One such mechanism is enough for the "
    "device.",
)
EASY_TO_APPLY: Final = Question(
    id="5.3-3-1a",
    prompt="Follow the row's Update Mechanism into 7-UpdMech and read Initiation and Interaction. "
    "Is there at least one mechanism that a user with little technical knowledge can easily apply: "
    "by itself, from an associated service, over a web page of the device, or as simply as that?"
    + IF_NO_ROW,
)
UPDATES_BY_ITSELF: Final = Question(
    id="5.3-4-1a",
    prompt="Follow the row's Update Mechanism into 7-UpdMech. Is there at least one mechanism that "
    "looks for updates and installs them without the user doing anything (Initiation and "
    "Interaction, Update Checking)?" + IF_NO_ROW,
)
LOOKS_FOR_UPDATES: Final = Question(
    id="5.3-5-1a",
    prompt="Follow the row's Update Mechanism into 7-UpdMech and read Update Checking. Is there at "
    "least one mechanism with which the device itself looks for security updates, both after the "
    "first set-up and then again and again?" + IF_NO_ROW,
)
AUTOMATION_IS_DECLARED: Final = Question(
    id="5.3-6-1a",
    prompt="Read the row's Initiation and Interaction. Does the row's `automatic` say rightly "
    "whether this mechanism can install updates without the user, and, if so, whether the user "
    "can set that?" + IF_NO_ROW,
)


def _updatable(row: SoftComp) -> bool:
    """Whether the row is about updates; parts that can't have any are weighed in 5.3-1-1a.

    A part without mechanism and without a reason is not excused: it is asked about.
    """
    return not rules.gives_a_reason_for_no_update(row)


def _without_updates(row: SoftComp) -> bool:
    return not row.update_mechanisms


@case("5.3-1-1")
class TestSoftwareCanBeUpdated:
    """Parts without updates have a good reason, mechanisms resist misuse (EN 303 645 5.3-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SOFT_COMP, questions=[NO_UPDATE_IS_JUSTIFIED])
    def test_parts_without_updates_have_a_reason(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every software part that can't be updated has a good reason for it."""
        field = "no_update_reason"
        return ask_each(
            answers,
            NO_UPDATE_IS_JUSTIFIED,
            SOFT_COMP,
            ixit.soft_comp,
            scope=_without_updates,
            seen=rules.denials(ixit.soft_comp, SOFT_COMP, NO_UPDATE_IS_JUSTIFIED.id, field),
            fields=(field,),
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[EACH_RESISTS_MISUSE])
    def test_every_mechanism_in_use_resists_misuse(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Each mechanism that a software part names is judged as in 5.3-2-1."""
        if not ixit.soft_comp:
            return (no_rows(EACH_RESISTS_MISUSE.id, SOFT_COMP),)
        used = {name for part in ixit.soft_comp for name in part.update_mechanisms}
        named = rules.components_name_their_updates(ixit.soft_comp, ixit.upd_mech)
        asked = ask_each(
            answers,
            EACH_RESISTS_MISUSE,
            UPD_MECH,
            ixit.upd_mech,
            scope=lambda row: row.id in used,
            seen=rules.updates_are_verified(ixit.upd_mech),
            none=ixit.declares_none(UPD_MECH),
            fields=_DESIGN,
        )
        return (*asked, *objections(named))


@case("5.3-2-1")
class TestOneMechanismResistsMisuse:
    """At least one mechanism installs updates securely (EN 303 645 5.3-2)."""

    @unit(
        "a",
        decided_by=DecidedBy.JUDGEMENT,
        per=UPD_MECH,
        quantifier=Quantifier.ONE,
        questions=[RESISTS_MISUSE],
    )
    def test_one_mechanism_resists_misuse(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """One mechanism that resists misuse is enough; a device without any has none."""
        return ask_each(
            answers,
            RESISTS_MISUSE,
            UPD_MECH,
            ixit.upd_mech,
            seen=rules.updates_are_verified(ixit.upd_mech),
            fields=_DESIGN,
        )


@case("5.3-3-1")
class TestUpdatesAreEasy:
    """Updates are easy for the user to apply (EN 303 645 5.3-3)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SOFT_COMP, questions=[EASY_TO_APPLY])
    def test_every_part_has_an_easy_update(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every updatable part has at least one mechanism that is easy to apply."""
        return _by_part(answers, EASY_TO_APPLY, ixit)


@case("5.3-4-1")
class TestUpdatesAreAutomatic:
    """Software is updated by itself (EN 303 645 5.3-4)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SOFT_COMP, questions=[UPDATES_BY_ITSELF])
    def test_every_part_is_updated_by_itself(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every updatable part has at least one mechanism that needs no user."""
        return _by_part(answers, UPDATES_BY_ITSELF, ixit)

    @unit("b", decided_by=DecidedBy.RULE, per=SOFT_COMP)
    def test_automation_is_on_where_it_can_be_set(self, ixit: Ixit) -> Judgements:
        """Every part whose automatic updating can be set has it on by default."""
        return rules.automation_is_on_where_it_can_be_set(ixit.soft_comp, ixit.upd_mech)


@case("5.3-5-1")
class TestDeviceLooksForUpdates:
    """The device looks for updates after set-up and regularly (EN 303 645 5.3-5)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SOFT_COMP, questions=[LOOKS_FOR_UPDATES])
    def test_device_looks_for_updates_of_every_part(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every updatable part has at least one mechanism that looks for updates in time."""
        never = rules.updates_are_looked_for(ixit.soft_comp, ixit.upd_mech)
        return _by_part(answers, LOOKS_FOR_UPDATES, ixit, never)


@case("5.3-6-1")
class TestUserControlsUpdates:
    """Automatic updates and notices are on, and the user controls them (EN 303 645 5.3-6).

    A mechanism without automatic updating, or without notices, has nothing to control and passes.
    """

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[AUTOMATION_IS_DECLARED])
    def test_automatic_mechanisms_are_declared(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism that can install by itself is declared as such."""
        return ask_each(
            answers,
            AUTOMATION_IS_DECLARED,
            UPD_MECH,
            ixit.upd_mech,
            none=ixit.declares_none(UPD_MECH),
            fields=("initiation_and_interaction", "automatic"),
        )

    @unit("b", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_user_controls_automatic_updates(self, ixit: Ixit) -> Judgements:
        """The user can switch automatic updates on or off, or put them off."""
        return rules.user_controls(ixit.upd_mech, "automatic")

    @unit("c", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_automatic_updates_are_on(self, ixit: Ixit) -> Judgements:
        """Automatic updates are on in the initialised state."""
        return rules.on_by_default(ixit.upd_mech, "automatic")

    @unit("d", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_user_controls_notices(self, ixit: Ixit) -> Judgements:
        """The user can switch notices of updates on or off, or put them off."""
        return rules.user_controls(ixit.upd_mech, "notices")

    @unit("e", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_notices_are_on(self, ixit: Ixit) -> Judgements:
        """Notices of updates are on in the initialised state."""
        return rules.on_by_default(ixit.upd_mech, "notices")


def _by_part(
    answers: AnswerView, question: Question, ixit: Ixit, seen: Judgements = ()
) -> Judgements:
    """Ask about every part that can be updated; a name that leads nowhere settles a part."""
    return ask_each(
        answers,
        question,
        SOFT_COMP,
        ixit.soft_comp,
        scope=_updatable,
        seen=(*seen, *rules.components_name_their_updates(ixit.soft_comp, ixit.upd_mech)),
        fields=("update_mechanisms",),
    )
