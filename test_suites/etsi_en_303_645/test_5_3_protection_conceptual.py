"""Groups 5.3-7, -9, -10 and -12, conceptual cases: what protects updates and their user."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    UpdMech,
    ask_each,
    case,
    rules,
    unit,
)

UPD_MECH: Final = "7-UpdMech"
_PROTECTION: Final = ("security_guarantees", "cryptographic_details")

GUARANTEES_FIT: Final = Question(
    id="5.3-7-1a",
    prompt="Read the row's Description and Security Guarantees. Are the guarantees the right ones "
    "for a security update that comes this way? Integrity and authenticity are the least."
    + IF_NO_ROW,
)
PROTECTION_FITS: Final = Question(
    id="5.3-7-1b",
    prompt="Read the row's Description and Cryptographic Details. Is this mechanism, in the way it "
    "uses its cryptography, suited to give the guarantees of the row?" + IF_NO_ROW,
)
AUTHENTICITY_IS_CHECKED: Final = Question(
    id="5.3-9-1a",
    prompt="By the row's Security Guarantees and Cryptographic Details: is it checked before the "
    "installation that an update comes from the maker and is meant for this device, in a way that "
    "works?" + IF_NO_ROW,
)
INTEGRITY_IS_CHECKED: Final = Question(
    id="5.3-9-1b",
    prompt="By the row's Security Guarantees and Cryptographic Details: is it checked before the "
    "installation that nothing of an update was changed, in a way that works?" + IF_NO_ROW,
)
NETWORK_UPDATES_ARE_CHECKED: Final = Question(
    id="5.3-10-1a",
    prompt="This mechanism takes updates over a network. By the row's Security Guarantees and "
    "Cryptographic Details: are both checked before the installation in a way that works, that an "
    "update comes from the maker for this device, and that nothing of it was changed?" + IF_NO_ROW,
)
TRUST_IS_VALID: Final = Question(
    id="5.3-10-1b",
    prompt="This mechanism takes updates over a network. Read whom the device trusts and how it "
    "tells them from others (the row's Description, Cryptographic Details and trust relationship). "
    "Does the check rest on a valid trust relationship, such as an authenticated channel, a "
    "signature by a known key, or a confirmation by a user who was let in?" + IF_NO_ROW,
)


def _over_network(row: UpdMech) -> bool:
    """Whether updates may arrive over a network: nothing says that they do not."""
    return row.over_network != "no"


@case("5.3-7-1")
class TestUpdateCryptographyIsAdequate:
    """Updates are protected with best-practice cryptography (EN 303 645 5.3-7)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[GUARANTEES_FIT])
    def test_guarantees_fit_updates(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The guarantees of every mechanism fit security updates."""
        return ask_each(
            answers,
            GUARANTEES_FIT,
            UPD_MECH,
            ixit.upd_mech,
            seen=rules.updates_promise_what_they_need(ixit.upd_mech),
            none=ixit.declares_none(UPD_MECH),
            fields=("description", "security_guarantees"),
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[PROTECTION_FITS])
    def test_protection_gives_the_guarantees(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The cryptography of every mechanism is suited to its guarantees."""
        return ask_each(
            answers,
            PROTECTION_FITS,
            UPD_MECH,
            ixit.upd_mech,
            seen=rules.updates_are_verified(ixit.upd_mech),
            none=ixit.declares_none(UPD_MECH),
            fields=_PROTECTION,
        )

    @unit("c", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_cryptography_is_best_practice(self, ixit: Ixit) -> Judgements:
        """The cryptography of every mechanism stands in the table as recommended."""
        return rules.update_crypto_is_best_practice(ixit.upd_mech)

    @unit("d", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_cryptography_is_not_broken(self, ixit: Ixit) -> Judgements:
        """No cryptography of a mechanism is known to be broken."""
        return rules.update_crypto_is_not_broken(ixit.upd_mech)


@case("5.3-9-1")
class TestDeviceVerifiesUpdates:
    """The device itself checks that updates are genuine and intact (EN 303 645 5.3-9)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[AUTHENTICITY_IS_CHECKED])
    def test_authenticity_is_checked(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Each mechanism checks the origin of updates in a way that works."""
        return _verification(answers, AUTHENTICITY_IS_CHECKED, ixit)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[INTEGRITY_IS_CHECKED])
    def test_integrity_is_checked(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Each mechanism checks the integrity of updates in a way that works."""
        return _verification(answers, INTEGRITY_IS_CHECKED, ixit)

    @unit("c", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_device_checks_authenticity(self, ixit: Ixit) -> Judgements:
        """It is the device that checks authenticity, for each mechanism."""
        return rules.authenticity_is_verified_by_the_device(ixit.upd_mech)

    @unit("d", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_device_checks_integrity(self, ixit: Ixit) -> Judgements:
        """It is the device that checks integrity, for each mechanism."""
        return rules.integrity_is_verified_by_the_device(ixit.upd_mech)


@case("5.3-10-1")
class TestNetworkUpdatesAreTrusted:
    """Updates over a network are checked by a trust relationship (EN 303 645 5.3-10)."""

    @unit(
        "a", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[NETWORK_UPDATES_ARE_CHECKED]
    )
    def test_network_updates_are_checked(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Each mechanism over a network is judged as in 5.3-9-1, units a and b."""
        return ask_each(
            answers,
            NETWORK_UPDATES_ARE_CHECKED,
            UPD_MECH,
            ixit.upd_mech,
            scope=_over_network,
            seen=rules.updates_are_verified(ixit.upd_mech),
            none=ixit.declares_none(UPD_MECH),
            fields=_PROTECTION,
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=UPD_MECH, questions=[TRUST_IS_VALID])
    def test_trust_relationship_is_valid(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Each mechanism over a network rests on a valid trust relationship."""
        field = "trust_relationship"
        return ask_each(
            answers,
            TRUST_IS_VALID,
            UPD_MECH,
            ixit.upd_mech,
            scope=_over_network,
            seen=rules.denials(ixit.upd_mech, UPD_MECH, TRUST_IS_VALID.id, field),
            none=ixit.declares_none(UPD_MECH),
            fields=(field,),
        )


@case("5.3-12-1")
class TestInterruptionsAreAnnounced:
    """An update that interrupts basic functions is announced (EN 303 645 5.3-12)."""

    @unit("a", decided_by=DecidedBy.RULE, per=UPD_MECH)
    def test_interruptions_are_announced(self, ixit: Ixit) -> Judgements:
        """Each mechanism never interrupts, or has the device say so first."""
        return rules.interruptions_are_announced(ixit.upd_mech)


def _verification(answers: AnswerView, question: Question, ixit: Ixit) -> Judgements:
    return ask_each(
        answers,
        question,
        UPD_MECH,
        ixit.upd_mech,
        seen=rules.updates_are_verified(ixit.upd_mech),
        none=ixit.declares_none(UPD_MECH),
        fields=_PROTECTION,
    )
