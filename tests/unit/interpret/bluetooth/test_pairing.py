"""What is made of pairings, and what is not: each case once gave a verdict from nothing."""

import pytest

from harness.facts.bluetooth import Access, Level
from harness.model.observation import Absent, Present, Unknown

from .conftest import ATT, DUT, LOCK, OTHER, features  # noqa: TID252  (tests are no package)

SECRETLESS = features(capability=3, wants=0x09)
LEGACY = features(wants=0x05)
SHORT = features(size=7)
LISTED = (
    ("100100ffff0028", "1106" + "010009000018" + "1000200000ab"),
    ("100100ffff0028", "011001000a"),
    ("080100ffff0328", "0907" + "1100" + "0a" + "1200" + "00ac"),
    ("081300ffff0328", "010813000a"),
)


def listing(tape):
    """A link without security that lists one characteristic, which can be read and written."""
    tape.step("open").report().connect()
    for question, answer in LISTED:
        tape.ask(question, answer)
    return tape


def controlled(tape):
    """With a pairing that was wanted and completed."""
    return tape.step("pair:comparison").report().connect().pair().end()


def refused(tape, reason, *names, ask=None):
    for name in names:
        tape.step(name).report().connect().fail(reason, ask).end()
    return tape


def test_a_completed_pairing_is_the_control_and_the_level(tape, facts):
    found = facts(controlled(tape))
    assert isinstance(found.control, Present)
    (tried,) = found.tries
    assert (tried.answer, tried.model, tried.level) == (
        "accepted", "numeric-comparison", Level.SECURE_CONNECTIONS,
    )  # fmt: skip


def test_without_an_encrypted_link_nothing_was_completed(tape, facts):
    tape.step("pair:comparison").report().connect()
    tape.smp(f"> {features().hex()}", f"< {features(code=2).hex()}", "< 0d" + "11" * 16).end()
    assert isinstance(facts(tape).control, Unknown)


def test_encryption_before_the_last_word_on_the_key_is_of_another_key(tape, facts):
    tape.step("pair:comparison").report().connect()
    tape.smp(f"> {features().hex()}", f"< {features(code=2).hex()}").encrypted().end()
    assert isinstance(facts(tape).control, Unknown)


def test_encryption_of_the_next_pairing_completes_no_earlier_one(tape, facts):
    tape.step("pair:comparison").report().connect()
    tape.smp(f"> {SECRETLESS.hex()}", f"< {features(3, 0x09, code=2).hex()}", "< 0d" + "11" * 16)
    tape.pair().end()
    first, second = facts(tape).tries
    assert (first.completed, second.completed) == (False, True)
    assert not isinstance(facts(tape).unauthenticated, Present)


def test_a_failure_after_encryption_takes_no_level_back(tape, facts):
    listing(tape).ask("0a1200", "010a120005").end()
    tape.step("pair:comparison").report().connect().pair().smp("< 0508").ask("0a1200", "0b41").end()
    (value,) = facts(tape).characteristics
    assert {row.level: row.read for row in value.table} == {
        Level.OPEN: Access.REFUSED, Level.SECURE_CONNECTIONS: Access.GRANTED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "access"),
    [("0d41", "granted"), ("010c12000b", "refused"), ("010c120005", "refused"), (None, "refused")],
)
def test_a_value_that_a_long_read_opens_is_open(tape, facts, answer, access):
    listing(tape).ask("0a1200", "010a120005").ask("0c12000000", answer).end()
    (value,) = facts(tape).characteristics
    assert value.table[0].read is Access(access)


def test_a_link_that_was_encrypted_nobody_knows_how_is_of_no_level(tape, facts):
    listing(tape).end()
    tape.step("pair:comparison").report().connect().encrypted().ask("0a1200", "0b41").end()
    (value,) = facts(tape).characteristics
    assert value.table == ()


def test_what_was_granted_once_is_not_taken_back_by_a_later_try(tape, facts):
    listing(tape).end()
    for name, answer in (("just-works-legacy", "0b41"), ("just-works", "010a12000f")):
        tape.step(f"pair:{name}").report().connect()
        tape.pair(SECRETLESS, features(3, 0x09, code=2)).ask("0a1200", answer).end()
    (value,) = facts(tape).characteristics
    (row,) = value.table
    assert (row.level, row.read) == (Level.UNAUTHENTICATED, Access.GRANTED)


def test_a_silence_beside_a_refusal_is_no_refusal(tape, facts):
    listing(tape).end()
    for answer in ("010a12000f", None):
        tape.step("pair:comparison").report().connect().pair().ask("0a1200", answer).end()
    (value,) = facts(tape).characteristics
    assert value.table[0].read is Access.SILENT


@pytest.mark.parametrize(("properties", "access"), [("08", "impossible"), ("04", "other")])
def test_a_refused_request_to_write_proves_nothing_of_writes_without_answer(
    tape, facts, properties, access
):
    tape.step("open").report().connect()
    tape.ask("080100ffff0328", f"0907{'1100'}{properties}{'1200'}{'00ac'}")
    tape.ask("12120041", "0112120003").end()
    (value,) = facts(tape).characteristics
    assert value.table[0].write is Access(access)


def test_a_list_with_an_entry_that_nobody_can_read_is_not_known(tape, facts):
    tape.step("open").report().connect()
    tape.ask("080100ffff0328", "0909" + "1100" + "0a" + "1200" + "00ac1122")
    tape.ask("081200ffff0328", "010812000a").end()
    assert isinstance(facts(tape).listed, Unknown)


def test_a_value_that_is_listed_twice_offers_what_either_does(tape, facts):
    tape.step("open").report().connect()
    for properties in ("08", "02"):
        tape.ask("080100ffff0328", "0907" + "1100" + properties + "1200" + "00ac")
    tape.end()
    (value,) = facts(tape).characteristics
    assert (value.readable, value.writable) == (True, True)


def test_a_request_that_the_dut_refused_is_refused(tape, facts):
    found = facts(refused(controlled(tape), 0x05, "outside-mode"))
    assert isinstance(found.outside_mode, Absent)


def test_what_nobody_asked_for_and_was_accepted_is_seen(tape, facts):
    tape.note("hands", did="left-pairing-mode").step("outside-mode").report().connect()
    tape.smp(f"> {features().hex()}", f"< {features(code=2).hex()}", "> 0508").end()
    assert isinstance(facts(controlled(tape)).outside_mode, Present)


def test_a_request_of_the_dut_for_security_is_no_answer(tape, facts):
    tape.note("hands", did="left-pairing-mode").step("outside-mode").report().connect()
    tape.smp(f"> {features().hex()}", "< 0b0d", f"< {features(code=2).hex()}").end()
    assert isinstance(facts(controlled(tape)).outside_mode, Present)


@pytest.mark.parametrize(
    "ending",
    [
        lambda tape: tape.smp(f"> {features().hex()}").end(0x13),
        lambda tape: tape.smp(f"> {features().hex()}").end(),
        lambda tape: tape.fail(0x08, sent=True).end(),
        lambda tape: tape.fail(0x09).end(),
        lambda tape: tape.smp(f"> {features().hex()}", "< 0b0d").end(),
        lambda tape: tape.end(0x13),
    ],
    ids=["hung up", "silent", "given up", "too often", "wants security", "not asked"],
)
def test_what_is_no_refusal_decides_nothing(tape, facts, ending):
    controlled(tape).step("outside-mode").report().connect()
    assert isinstance(facts(ending(tape)).outside_mode, Unknown)


def test_without_a_control_a_refusal_decides_nothing(tape, facts):
    assert isinstance(facts(refused(tape, 0x05, "outside-mode")).outside_mode, Unknown)


DRY_LEGACY = ("dry:just-works-legacy", "dry:passkey-legacy")


def test_legacy_is_refused_for_what_it_is(tape, facts):
    found = facts(refused(controlled(tape), 0x03, *DRY_LEGACY, ask=LEGACY))
    assert isinstance(found.legacy, Absent)


@pytest.mark.parametrize(("reason", "kind"), [(0x05, Absent), (0x08, Absent), (0x09, Unknown)])
@pytest.mark.parametrize("others", [True, False])
def test_another_reason_counts_only_where_others_could_pair(tape, facts, reason, kind, others):
    refused(controlled(tape), 0x02, "outside-mode")  # for want of its pairing mode
    refused(tape, reason, *DRY_LEGACY, ask=LEGACY)
    if others:
        tape.step("dry:passkey").report().connect()
        tape.smp(f"> {features().hex()}", f"< {features(code=2).hex()}", "> 0508").end()
    assert isinstance(facts(tape).legacy, kind if others else Unknown)


def test_one_legacy_request_that_is_accepted_is_enough(tape, facts):
    refused(controlled(tape), 0x03, "dry:just-works-legacy", ask=LEGACY)
    tape.step("dry:passkey-legacy").report().connect()
    tape.smp(f"> {LEGACY.hex()}", f"< {features(code=2).hex()}", "> 0508").end()
    assert isinstance(facts(tape).legacy, Present)


JUST_WORKS = ("pair:just-works", "pair:just-works-legacy")


def test_just_works_is_refused_by_the_dut_alone(tape, facts):
    assert isinstance(
        facts(refused(controlled(tape), 0x03, *JUST_WORKS, ask=SECRETLESS)).unauthenticated, Absent
    )


def test_a_pairing_that_the_bench_gave_up_was_not_refused(tape, facts):
    controlled(tape)
    for name in JUST_WORKS:
        tape.step(name).report().connect().fail(0x08, SECRETLESS, sent=True).end()
    assert isinstance(facts(tape).unauthenticated, Unknown)


def test_just_works_that_was_agreed_on_and_broke_off_decides_nothing(tape, facts):
    refused(controlled(tape), 0x03, JUST_WORKS[1], ask=SECRETLESS).step(JUST_WORKS[0]).report()
    answer = features(3, 0x09, code=2)
    tape.connect().smp(f"> {SECRETLESS.hex()}", f"< {answer.hex()}", "< 0508").end()
    assert isinstance(facts(tape).unauthenticated, Unknown)


def test_just_works_that_was_carried_through_is_seen(tape, facts):
    tape.step("pair:just-works").report().connect().pair(SECRETLESS, features(3, 0x09, code=2))
    assert isinstance(facts(tape.end()).unauthenticated, Present)


DRY_SHORT = ("dry:key-7", "dry:key-15")


def test_a_short_key_is_refused_for_its_size(tape, facts):
    found = facts(refused(controlled(tape), 0x06, *DRY_SHORT, ask=SHORT))
    assert isinstance(found.short_key, Absent)


@pytest.mark.parametrize(("late", "kind"), [("< 0506", Absent), ("> 0506", Present)])
def test_a_size_may_be_refused_after_the_answer_but_by_the_dut(tape, facts, late, kind):
    controlled(tape)
    for name in (*DRY_SHORT, "pair:key-7", "pair:key-15"):
        tape.step(name).report().connect()
        end = late if name.startswith("pair") else "> 0508"
        tape.smp(f"> {SHORT.hex()}", f"< {features(code=2).hex()}", end).end()
    assert isinstance(facts(tape).short_key, kind)


def test_a_size_between_the_two_is_refused_in_its_own_right(tape, facts):
    """One that refuses 7 bytes may take 15; an answer of one that refuses late proves neither."""
    refused(controlled(tape), 0x06, "dry:key-7", "pair:key-7", ask=SHORT)
    tape.step("dry:key-15").report().connect()
    tape.smp(f"> {features(size=15).hex()}", f"< {features(code=2).hex()}", "> 0508").end()
    assert isinstance(facts(tape).short_key, Present)


def test_a_size_that_was_only_answered_by_one_that_refuses_late_is_unknown(tape, facts):
    controlled(tape)
    for name, size in (("dry:key-7", 7), ("pair:key-7", 7), ("dry:key-15", 15)):
        tape.step(name).report().connect()
        end = "< 0506" if name.startswith("pair") else "> 0508"
        tape.smp(f"> {features(size=size).hex()}", f"< {features(code=2).hex()}", end).end()
    assert isinstance(facts(tape).short_key, Unknown)


@pytest.mark.parametrize(
    ("name", "ask", "answer", "field"),
    [
        ("pair:passkey-legacy", LEGACY, features(code=2), "legacy"),
        ("pair:comparison", features(), features(wants=0x05, code=2), "legacy"),
        ("pair:passkey-shown", features(), features(size=10, code=2), "short_key"),
    ],
)
def test_what_was_carried_through_counts_whatever_was_refused_before(
    tape, facts, name, ask, answer, field
):
    """Its pairing mode may not have been on yet when it refused."""
    refused(controlled(tape), 0x03, *DRY_LEGACY, ask=LEGACY)
    refused(tape, 0x06, *DRY_SHORT, ask=SHORT)
    legacy = field == "legacy"
    tape.step(name).report().connect().pair(ask, answer, legacy=legacy).end()
    assert isinstance(getattr(facts(tape), field), Present)


PASSKEY = features(capability=2)
SHOWS = features(capability=0, code=2)


def shown(tape, name, digits):
    tape.step(f"pair:{name}").note("hands", did="read-display", digits=digits).report().connect()
    return tape.pair(PASSKEY, SHOWS).end()


@pytest.mark.parametrize(
    ("second", "kind"), [("480912", Present), ("480913", Absent), ("", Unknown)]
)
def test_the_same_passkey_twice_is_fixed(tape, facts, second, kind):
    found = facts(shown(shown(tape, "passkey-shown", "480912"), "passkey-shown-again", second))
    assert isinstance(found.fixed_passkey, kind)
    assert isinstance(found.guessable_passkey, Absent)


def test_a_display_that_was_not_cleared_proves_nothing(tape, facts):
    shown(tape, "passkey-shown", "480912")
    tape.step("pair:passkey-shown-again").note("hands", did="read-display", digits="480912")
    tape.report().connect().smp(f"> {PASSKEY.hex()}", f"< {SHOWS.hex()}", "< 0504").end()
    assert isinstance(facts(tape).fixed_passkey, Unknown)


def test_digits_of_the_next_step_are_not_of_one_that_reached_nobody(tape, facts):
    tape.step("pair:passkey-shown")
    shown(tape, "passkey-shown-again", "480912")
    assert isinstance(facts(tape).fixed_passkey, Unknown)


@pytest.mark.parametrize("digits", ["000000", "123456", "654321"])
def test_a_passkey_that_anybody_tries_first_is_told(tape, facts, digits):
    assert isinstance(facts(shown(tape, "passkey-shown", digits)).guessable_passkey, Present)


def wrong(tape, *endings):
    for ending in endings:
        tape.step("wrong-passkey").report().connect()
        tape.smp(f"> {PASSKEY.hex()}", *ending.split(", ")).end()
    return tape


EXAMINED = f"< {SHOWS.hex()}, < 0504"


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (EXAMINED, Present),
        ("< 0509", Absent),
        ("< 0505", Unknown),
        (f"< {SHOWS.hex()}, < 0509", Absent),
        (f"< {SHOWS.hex()}, > 0501", Unknown),
        ("> 0508", Unknown),
        ("< 0b0d", Unknown),
    ],
)
def test_the_last_wrong_passkey_tells_whether_there_is_a_limit(tape, facts, last, kind):
    assert isinstance(facts(wrong(tape, *[EXAMINED] * 4, last)).unlimited, kind)


@pytest.mark.parametrize("others", ["", "> 0508", "< 0509"])
def test_a_few_wrong_passkeys_show_no_want_of_a_limit(tape, facts, others):
    """One that lets nobody try again for some seconds examines every other one."""
    wrong(tape, *([EXAMINED, others] if others else [EXAMINED]) * 2, EXAMINED)
    assert isinstance(facts(tape).unlimited, Unknown)


def test_a_limit_without_anything_examined_is_none(tape, facts):
    assert isinstance(facts(wrong(tape, "< 0509", "< 0509")).unlimited, Unknown)


def bonded(tape, ending):
    controlled(tape).step("bonded:encrypted").report().connect().ask_encryption().encrypted().end()
    tape.step("bonded:wrong-key").report().connect()
    return ending(tape)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (lambda tape: tape.ask_encryption().encrypted(), Present),
        (lambda tape: tape.ask_encryption().encrypted(0x06, on=False), Absent),
        (lambda tape: tape.ask_encryption().end(0x3D), Absent),
        (lambda tape: tape.ask_encryption().end(0x16), Unknown),
        (lambda tape: tape.ask_encryption().end(0x08), Unknown),
        (lambda tape: tape.end(0x13), Unknown),
    ],
    ids=["encrypted", "key missing", "did not decrypt", "bench hung up", "lost", "not tried"],
)
def test_a_wrong_key_is_refused_by_the_other_side(tape, facts, ending, kind):
    assert isinstance(facts(bonded(tape, ending)).wrong_key_accepted, kind)


def test_a_radio_that_compares_no_keys_says_nothing_of_them(tape, facts):
    tape.fields["fakes"] = ["long-term-key"]
    found = facts(bonded(tape, lambda each: each.ask_encryption().encrypted()))
    assert isinstance(found.wrong_key_accepted, Unknown)


@pytest.mark.parametrize(
    ("answer", "known", "kind"),
    [
        ("0b41", True, Present),
        ("010a120005", True, Absent),
        ("010a120005", False, Unknown),
        (None, True, Unknown),
    ],
)
def test_what_a_bond_opens_without_encryption_is_told(tape, facts, answer, known, kind):
    listing(tape).ask("0a1200", "010a120005").end()
    tape.step("bonded:encrypted").report().connect()
    if known:
        tape.ask_encryption().encrypted()
    tape.end().step("bonded:open").report().connect().ask("0a1200", answer).end()
    assert isinstance(facts(tape).open_after_bond, kind)


def test_what_was_not_asked_for_again_after_a_bond_may_be_open(tape, facts):
    listing(tape).ask("0a1200", "010a120005").ask("12120041", "0112120005").end()
    tape.step("bonded:encrypted").report().connect().ask_encryption().encrypted().end()
    tape.step("bonded:open").report().connect().ask("0a1200", "010a120005").end(0x08)
    assert isinstance(facts(tape).open_after_bond, Unknown)


@pytest.mark.parametrize("spoofer", ["before and after", "in turns"])
def test_two_devices_that_say_the_same_decide_nothing(tape, facts, spoofer):
    controlled(tape)
    if spoofer == "before and after":
        tape.report(address=OTHER).report(b"\x05\x09Lock", DUT)
        found = facts(tape)
        assert found.examined == ()
        assert found.tries == ()
        assert isinstance(found.control, Unknown)
    else:  # the next address of the same device
        tape.report(address=OTHER)
        assert isinstance(facts(tape).control, Present)


def test_a_connection_to_somebody_else_is_none_to_the_sample(tape, facts):
    tape.step("pair:comparison").report().connect(OTHER).pair().end()
    found = facts(tape)
    assert (found.examined, found.tries) == ((), ())
    assert isinstance(found.control, Unknown)


def test_two_addresses_that_last_are_two_devices_even_in_turns(tape, facts):
    mine, other = "C0:11:22:33:44:55", "C1:11:22:33:44:56"
    tape.step("pair:comparison").report(address=mine).connect(mine).pair().end()
    assert isinstance(facts(tape).control, Present)
    assert isinstance(facts(tape.report(address=other)).control, Unknown)


def test_a_neighbour_of_another_name_is_nobodys_business(tape, facts):
    controlled(tape).report(b"\x06\x09Other", OTHER).report(LOCK)
    assert isinstance(facts(tape).control, Present)


def test_information_is_what_its_service_told(tape, facts):
    tape.step("open").report().connect()
    tape.ask("100100ffff0028", "1106" + "010009000a18")
    tape.ask("080100ffff0328", "0907" + "0200" + "02" + "0300" + "262a")
    tape.ask("0a0300", "0b" + b"1.3\x1b[0m".hex()).end()
    (text,) = facts(tape).information.values()
    assert text.startswith("1.3")
    assert "\x1b" not in text


def test_a_capture_that_was_cut_is_not_complete(tape, facts):
    controlled(tape).put(b"\x04\x05\x00")
    assert facts(tape).complete
    tape.cut = 1
    assert not facts(tape).complete


def test_a_flood_of_notifications_hides_no_answer(tape, facts):
    listing(tape)
    tape.frame(ATT, bytes.fromhex("0a1200"), sent=True)
    for _ in range(500):
        tape.tell("1b1200ff")
    tape.tell("0b41").end()
    (value,) = facts(tape).characteristics
    assert value.table[0].read is Access.GRANTED
