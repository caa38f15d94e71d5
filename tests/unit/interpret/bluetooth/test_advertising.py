"""Whether a sample can be followed or recognised by what it says into the air."""

import pytest

from harness.model.observation import Absent, Present, Unknown

from .conftest import DUT, LOCK, OTHER, air_address  # noqa: TID252  (tests are no package)

PROBE = "bluetooth-advertising"
SERIAL = "RL1234567890"


@pytest.fixture
def heard(facts):
    def run(tape, **inputs):
        return facts(tape, PROBE, **inputs)

    return run


def listening(tape):
    return tape.step("listen")


def response(tape, payload=b"\x02\x01\x06", address=DUT):
    return tape.report(payload, address, kind=4)


def test_an_address_that_stayed_is_trackable(tape, heard):
    found = heard(listening(tape).report().wait(4).report())
    assert isinstance(found.trackable, Present)
    assert found.kept_s >= found.window_s == 4


def test_an_address_that_was_changed_is_not(tape, heard):
    found = heard(listening(tape).report().wait(2).report().report(address=OTHER).wait(2))
    assert isinstance(found.trackable, Absent)
    assert [each.address for each in found.advertisers] == [DUT, OTHER]


@pytest.mark.parametrize(("lasted", "kind"), [(4.1, Present), (4.01, Unknown), (3.9, Absent)])
def test_an_address_that_stayed_for_the_window_before_it_was_changed_is_trackable(
    tape, heard, lasted, kind
):
    """Clocks differ: one that is changed each 15 minutes may seem to last a moment longer."""
    found = heard(listening(tape).report().wait(lasted).report().report(address=OTHER))
    assert isinstance(found.trackable, kind)


def test_two_addresses_at_once_are_no_change(tape, heard):
    found = heard(listening(tape).report().report(address=OTHER).wait(1).report())
    assert isinstance(found.trackable, Unknown)


def test_a_public_address_beside_a_private_one_is_no_change(tape, heard):
    found = heard(listening(tape).report().report(address=OTHER, random=False))
    assert isinstance(found.trackable, Unknown)


def test_nobody_heard_is_nothing_known(tape, heard):
    found = heard(listening(tape).report(b"\x06\x09Other", OTHER), serial=SERIAL)
    assert found.examined == ()
    assert found.others == 1
    kinds = {type(each) for each in (found.heard, found.trackable, found.identifying)}
    assert kinds == {Unknown}


def test_payloads_without_a_name_belong_to_the_address_that_said_it_once(tape, heard):
    leak = b"\x0d\xff" + SERIAL.encode()
    found = heard(listening(tape).report(leak).report(), serial=SERIAL)
    assert isinstance(found.identifying, Present)
    assert found.others == 0


def test_a_hardware_address_is_found_as_payloads_hold_it(tape, heard):
    mac = "02:1B:DC:00:00:07"
    leak = b"\x09\xff\xff\xff" + air_address(mac)
    found = heard(response(listening(tape).report(), leak), macs=[mac])
    assert [each.where for each in found.identifiers] == ["scan response"]


@pytest.mark.parametrize(
    ("serial", "digits", "kind"),
    [("12345", "f12345ab00", Absent), ("12345678", "f12345678e", Present)],
)
def test_a_short_number_in_the_digits_of_a_payload_is_there_by_chance(
    tape, heard, serial, digits, kind
):
    listening(tape).report(b"\x08\xff\xff\xff" + bytes.fromhex(digits))
    assert isinstance(heard(response(tape.report()), serial=serial).identifying, kind)


def test_a_short_number_in_characters_is_a_leak(tape, heard):
    listening(tape).report(b"\x08\xff\xff\xff" + b"12345")
    assert isinstance(heard(response(tape.report()), serial="12345").identifying, Present)


def test_whether_everything_was_heard_is_told_even_where_something_leaked(tape, heard):
    listening(tape).report(b"\x0d\xff" + SERIAL.encode()).report()
    assert isinstance(heard(tape, serial=SERIAL).heard_out, Unknown)
    assert isinstance(heard(response(tape), serial=SERIAL).heard_out, Present)


def test_what_was_not_there_is_absent_only_if_all_was_heard(tape, heard):
    assert isinstance(heard(response(listening(tape).report()), serial=SERIAL).identifying, Absent)


def test_a_scan_response_that_was_not_heard_may_hold_anything(tape, heard):
    assert isinstance(heard(listening(tape).report(), serial=SERIAL).identifying, Unknown)


def test_a_sender_that_answers_no_scans_has_no_scan_response(tape, heard):
    found = heard(listening(tape).report(kind=3), serial=SERIAL)
    assert isinstance(found.identifying, Absent)


def test_nothing_is_absent_that_the_bench_does_not_know(tape, heard):
    found = heard(response(listening(tape).report()))
    assert found.known == ()
    assert isinstance(found.identifying, Unknown)


def test_five_hundred_neighbours_are_counted_and_nothing_else(tape, heard):
    listening(tape).report()
    for number in range(500):
        name = f"Other {number}".encode()
        payload = bytes([len(name) + 1, 9]) + name
        tape.report(payload, f"40:00:00:00:{number // 256:02X}:{number % 256:02X}")
    found = heard(response(tape))
    assert found.others == 500
    assert [each.name for each in found.advertisers] == ["Lock"]
    assert b"Other 7" not in found.to_bytes()


def test_a_name_is_neutralised(tape, heard):
    tape.fields["match"] = {"name": "", "service": "0000abcd-0000-1000-8000-00805f9b34fb"}
    found = heard(listening(tape).report(b"\x03\x03\xcd\xab\x06\x09\x1b[31m" + LOCK))
    assert "\x1b" not in found.advertisers[0].name
