"""What was done at the sample by hand: too early, too late or not at all is no weakness."""

import pytest

from harness.model.observation import Absent, Present, Unknown

from .conftest import features  # noqa: TID252  (tests are no package)

LEGACY, SHORT = features(wants=0x05), features(size=7)
PASSKEY, SHOWS = features(capability=2), features(capability=0, code=2)
NOT_SUPPORTED, NOT_STRONG = 0x05, 0x03
WITNESS = "witness:"


def controlled(tape):
    tape.note("hands", did="pressed-button")
    return tape.step("pair:comparison").report().connect().pair().end()


def refused(tape, reason, name, ask=None):
    return tape.step(name).report().connect().fail(reason, ask).end()


def accepted(tape, name, ask=None):
    ask = ask or features()
    tape.step(name).report().connect()
    return tape.smp(f"> {ask.hex()}", f"< {features(code=2).hex()}", "> 0508").end()


@pytest.mark.parametrize(
    ("moves", "attended", "kind"),
    [
        ((), True, Unknown),
        (("left-pairing-mode",), True, Present),
        (("left-pairing-mode", "pressed-button"), True, Unknown),
        (("pressed-button",), True, Unknown),
        ((), False, Present),
    ],
    ids=["early", "over", "begun again", "pressed", "nobody there"],
)
def test_a_button_that_was_pressed_too_early_makes_no_flaw(tape, facts, moves, attended, kind):
    for did in moves:
        tape.note("hands", did=did)
    accepted(tape, "outside-mode")
    found = facts(controlled(tape), attended=attended)
    assert isinstance(found.outside_mode, kind)


def test_the_request_after_the_pairing_mode_ended_is_the_one_that_counts(tape, facts):
    accepted(tape, "outside-mode").note("hands", did="left-pairing-mode")
    refused(tape, NOT_SUPPORTED, "outside-mode")
    assert isinstance(facts(controlled(tape)).outside_mode, Absent)


@pytest.mark.parametrize("witness", ["accepted", "refused", "not reached"])
@pytest.mark.parametrize("outside", [NOT_SUPPORTED, NOT_STRONG])
def test_a_refusal_as_outside_of_the_pairing_mode_needs_a_witness(tape, facts, outside, witness):
    refused(tape, outside, "outside-mode")
    accepted(controlled(tape), "dry:passkey")
    for name in ("dry:just-works-legacy", "dry:passkey-legacy"):
        refused(tape, outside, name, LEGACY)
        if witness == "accepted":
            accepted(tape, f"{WITNESS}{name}")
        elif witness == "refused":
            refused(tape, outside, f"{WITNESS}{name}")
    kind = Absent if witness == "accepted" else Unknown
    assert isinstance(facts(tape).legacy, kind)


def test_a_refusal_for_what_was_asked_needs_none(tape, facts):
    refused(tape, NOT_SUPPORTED, "outside-mode")
    controlled(tape)
    for name in ("dry:just-works-legacy", "dry:passkey-legacy"):
        refused(tape, NOT_STRONG, name, LEGACY)
    assert isinstance(facts(tape).legacy, Absent)


def bonded(tape, *, known=True):
    controlled(tape).step("bonded:encrypted").report().connect().ask_encryption()
    return tape.encrypted().end() if known else tape.encrypted(0x06, on=False).end()


@pytest.mark.parametrize(
    ("known", "moves", "answer", "kind"),
    [
        (True, ("left-pairing-mode",), accepted, Present),
        (True, ("left-pairing-mode",), lambda *to: refused(to[0], 0x05, to[1]), Absent),
        (False, ("left-pairing-mode",), accepted, Unknown),
        (False, ("left-pairing-mode",), lambda *to: refused(to[0], 0x05, to[1]), Unknown),
        (True, (), accepted, Unknown),
        (True, ("left-pairing-mode", "pressed-button"), accepted, Unknown),
        (True, ("left-pairing-mode",), lambda tape, name: tape.step(name), Unknown),
    ],
    ids=["open", "closed", "forgot", "forgot and closed", "in mode", "in mode again", "away"],
)
def test_pairing_over_a_bond_needs_a_bond_and_no_pairing_mode(
    tape, facts, known, moves, answer, kind
):
    bonded(tape, known=known)
    for did in moves:
        tape.note("hands", did=did)
    answer(tape, "bonded:another")
    assert isinstance(facts(tape).over_bond, kind)


def test_a_pairing_mode_that_ended_before_the_bond_was_made_ended_not_for_it(tape, facts):
    tape.note("hands", did="left-pairing-mode")
    accepted(bonded(tape), "bonded:another")
    assert isinstance(facts(tape).over_bond, Unknown)


@pytest.mark.parametrize("witness", ["accepted", "refused", "not reached"])
def test_a_pairing_mode_that_ended_by_itself_limits_no_passkeys(tape, facts, witness):
    for ending in ("< 0504", "< 0504"):
        tape.step("wrong-passkey").report().connect()
        tape.smp(f"> {PASSKEY.hex()}", f"< {SHOWS.hex()}", ending).end()
    refused(tape, NOT_SUPPORTED, "wrong-passkey", PASSKEY)
    if witness == "accepted":
        accepted(tape, f"{WITNESS}wrong-passkey")
    elif witness == "refused":
        refused(tape, NOT_SUPPORTED, f"{WITNESS}wrong-passkey")
    kind = Absent if witness == "accepted" else Unknown
    assert isinstance(facts(tape).unlimited, kind)


def test_who_was_too_late_is_told(tape, facts):
    tape.note("hands", did="pressed-button").step("pair:passkey-shown")
    tape.note("hands", did="not-done", move="read-display", why="too late, there were 25 s for it")
    tape.report().connect().smp(f"> {PASSKEY.hex()}", f"< {SHOWS.hex()}", "> 0501").end()
    found = facts(tape)
    assert isinstance(found.control, Unknown)
    assert "too late, there were 25 s for it" in found.control.reason
    assert not isinstance(found.fixed_passkey, Present | Absent)
