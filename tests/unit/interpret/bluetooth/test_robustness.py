"""Which malformed unit a sample did not survive, and when that is not known."""

import pytest

from harness.model.observation import Absent, Present, Unknown

from .conftest import ATT, OTHER, SMP  # noqa: TID252  (tests are no package)

PROBE = "bluetooth-input"
GOOD, ANSWER = "0a0300", "0b4c6f636b"


@pytest.fixture
def taken(facts):
    def run(tape, units=2):
        return facts(tape, PROBE, units=units)

    return run


def begin(tape):
    return tape.step("control").report().connect().ask(GOOD, ANSWER)


def malformed(tape, unit="0103", channel=SMP, *, sent=True):
    tape.step("malformed", channel=channel, unit=bytes.fromhex(unit))
    return tape.frame(channel, bytes.fromhex(unit), sent=True) if sent else tape


def good(tape, answer=ANSWER):
    return tape.step("good", channel=ATT).ask(GOOD, answer)


def last(tape):
    return tape.end().step("last").connect().ask(GOOD, ANSWER).end()


def test_a_sample_that_answers_after_every_unit_survived(tape, taken):
    good(malformed(begin(tape)), answer="010a030001")  # a refusal is an answer
    found = taken(last(good(malformed(tape, "0a", ATT))))
    assert isinstance(found.crash, Absent)
    assert (found.sent, found.survived, found.culprit) == (2, 2, "")


def test_silence_after_a_unit_to_the_end_is_a_crash(tape, taken):
    found = taken(good(malformed(good(malformed(begin(tape))), "ee"), answer=None))
    assert isinstance(found.crash, Present)
    assert (found.survived, found.culprit) == (1, "ee")


def test_a_good_request_that_met_nothing_before_others_did_is_no_crash(tape, taken):
    good(malformed(begin(tape)), answer=None).end().connect()
    found = taken(last(good(malformed(tape))))
    assert isinstance(found.crash, Absent)
    assert found.survived == 2


def test_a_sample_that_answers_in_the_end_did_not_crash(tape, taken):
    found = taken(last(good(malformed(good(malformed(begin(tape)))), answer=None)))
    assert isinstance(found.crash, Absent)
    assert found.culprit == ""


def test_a_late_answer_counts_once(tape, taken):
    good(malformed(begin(tape)), answer=None)
    malformed(tape)
    good(tape, answer=ANSWER)  # that of the first good request
    tape.end()
    found = taken(tape)
    assert found.survived == 1
    assert isinstance(found.crash, Present)


def test_a_unit_that_never_left_was_not_tried(tape, taken):
    found = taken(last(good(malformed(good(malformed(begin(tape), sent=False)), "ee"))))
    assert found.sent == 1
    assert isinstance(found.crash, Unknown)


def test_without_an_answer_on_a_new_link_in_the_end_nothing_is_known(tape, taken):
    found = taken(good(malformed(good(malformed(begin(tape))))).end())
    assert isinstance(found.crash, Unknown)


def test_a_sample_that_answered_nothing_to_begin_with_is_not_examined(tape, taken):
    tape.step("control").report().connect().ask(GOOD)
    found = taken(good(malformed(tape), answer=None))
    assert found.examined == ()
    assert isinstance(found.crash, Unknown)


def test_another_answer_than_one_to_the_good_request_is_none(tape, taken):
    found = taken(good(malformed(begin(tape)), answer="010a050001"), units=1)
    assert isinstance(found.crash, Present)


def test_two_samples_of_one_name_decide_nothing(tape, taken):
    begin(tape).report(address=OTHER).report(b"\x02\x01\x06")
    assert taken(last(good(malformed(tape))), units=1).examined == ()


def test_a_sample_that_went_away_between_two_units_did_not_crash_by_the_one_it_survived(
    tape, taken
):
    good(malformed(begin(tape))).end(0x13)
    malformed(tape, "ee", sent=False).step("good", channel=ATT)
    found = taken(tape)
    assert isinstance(found.crash, Unknown)
    assert (found.sent, found.survived, found.culprit) == (1, 1, "")


def test_one_that_hangs_up_at_each_unit_and_comes_back_did_not_crash(tape, taken):
    for unit in ("0103", "ee"):
        tape = begin(tape) if unit == "0103" else tape.connect()
        malformed(tape, unit).end(0x13).step("good", channel=ATT).report().connect()
        tape.ask(GOOD, ANSWER)
    found = taken(last(tape))
    assert isinstance(found.crash, Absent)
    assert (found.sent, found.survived) == (2, 2)


@pytest.mark.parametrize(
    ("answered", "kind", "survived"), [((True, False), Absent, 1), ((False, False), Absent, 0)]
)
def test_good_requests_without_an_answer_are_excused_by_the_last_one(
    tape, taken, answered, kind, survived
):
    """A sample may swallow requests; it answers on a link of its own in the end, or is silent."""
    begin(tape)
    for each in answered:
        good(malformed(tape), answer=ANSWER if each else None)
    found = taken(last(tape))
    assert isinstance(found.crash, kind)
    assert (found.survived, found.culprit) == (survived, "")


def test_silence_on_the_last_link_after_every_answer_is_no_crash(tape, taken):
    good(malformed(good(malformed(begin(tape))), "ee")).end()
    found = taken(tape.step("last").report().connect().ask(GOOD).end())
    assert isinstance(found.crash, Unknown)
    assert (found.survived, found.culprit) == (2, "")


def test_an_answer_on_the_last_link_to_another_request_is_none(tape, taken):
    good(malformed(good(malformed(begin(tape)))), answer=None).end()
    tape.step("last").report().connect().ask(GOOD, "010a050001").end()
    assert isinstance(taken(tape).crash, Present)


def gone(tape):
    """One that ends the link after a malformed unit, and is heard no more."""
    malformed(good(malformed(begin(tape))), "ee").end(0x13)
    # Looked for in vain: only a stranger is heard.
    return tape.step("good", channel=ATT).report(b"\x02\x01\x06", address=OTHER)


def test_one_that_may_only_sleep_did_not_crash_for_certain(tape, taken):
    found = taken(gone(tape))
    assert isinstance(found.crash, Unknown)
    assert "nobody tried to wake it" in found.crash.reason
    assert found.culprit == ""


def test_one_that_answers_when_somebody_woke_it_slept(tape, taken):
    found = taken(gone(tape).step("woken").report().connect().ask(GOOD, ANSWER).end())
    assert isinstance(found.crash, Unknown)
    assert "woke it" in found.crash.reason


def test_one_that_nobody_could_wake_crashed(tape, taken):
    found = taken(gone(tape).step("woken"))
    assert isinstance(found.crash, Present)
    assert found.culprit == "ee"


def test_one_that_is_heard_and_answers_nothing_is_awake_and_crashed(tape, taken):
    found = taken(gone(tape).report().connect().ask(GOOD))
    assert isinstance(found.crash, Present)
