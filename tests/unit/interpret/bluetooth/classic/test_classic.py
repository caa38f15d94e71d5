"""What the reader of Bluetooth Classic takes from a capture, and what it does not take it for."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.encoding.btsnoop import HciPacket
from harness.errors import CaptureError
from harness.facts.bluetooth_classic import Cipher
from harness.interpret.bluetooth.classic_links import read_classic
from harness.interpret.bluetooth.classic_services import records_of, refusal_of_rfcomm, tried_on
from harness.model.observation import Absent, Present, Unknown

OTHER = "71:11:22:33:44:56"
FIELDS = (
    "discoverable",
    "outside_mode",
    "unauthenticated",
    "legacy_pin",
    "without_secure_connections",
    "short_key",
    "open_service",
)


def kinds(facts):
    return {name: type(getattr(facts, name)) for name in FIELDS}


def test_a_hardened_lock_shows_no_weakness(classic, looked) -> None:
    classic.hardened().paired().simple_pairing(on=False).refused("pair:pin", 0x18)
    facts = looked(classic)
    assert set(kinds(facts).values()) == {Absent}
    assert facts.complete
    assert facts.examined == ("bluetooth-classic",)
    (completed,) = [each for each in facts.tries if each.answer == "completed"]
    assert (completed.level, completed.cipher, completed.key_size) == (4, Cipher.AES_CCM, 16)


def test_nothing_heard_is_nothing_known(classic, looked) -> None:
    facts = looked(classic.step("inquiry").step("inquiry"))
    assert set(kinds(facts).values()) == {Unknown}
    assert facts.examined == ()


def test_nothing_is_absent_without_a_pairing_that_somebody_wanted(classic, looked) -> None:
    facts = looked(classic.hardened())
    found = kinds(facts)
    assert found.pop("discoverable") is Absent
    assert set(found.values()) == {Unknown}


def test_one_that_answers_for_the_whole_window_is_discoverable(classic, looked) -> None:
    for _ in range(3):
        classic.step("inquiry").answer().wait(2)
    assert isinstance(looked(classic).discoverable, Present)


@pytest.mark.parametrize("seconds", [0.5, 1.0])
def test_a_window_that_may_still_be_open_decides_nothing(classic, looked, seconds) -> None:
    for _ in range(3):
        classic.step("inquiry").answer().wait(seconds)
    assert isinstance(looked(classic).discoverable, Unknown)


def test_a_window_that_closed_meanwhile_is_no_flaw(classic, looked) -> None:
    classic.step("inquiry").answer().wait(5).step("inquiry").step("inquiry")
    assert isinstance(looked(classic).discoverable, Absent)


def test_one_missed_inquiry_hides_nobody(classic, looked) -> None:
    classic.step("inquiry").answer().wait(5).step("inquiry")
    classic.step("inquiry-in-mode").answer()
    assert isinstance(looked(classic).discoverable, Unknown)


def test_others_who_answer_are_not_the_sample(classic, looked) -> None:
    classic.step("inquiry").answer(OTHER).wait(9).step("inquiry").answer(OTHER)
    facts = looked(classic)
    assert isinstance(facts.discoverable, Unknown)
    assert isinstance(facts.heard, Unknown)


def test_two_of_the_same_name_are_told_apart_by_the_address_alone(classic, looked) -> None:
    classic.step("inquiry").answer().answer(OTHER).wait(9).step("inquiry").answer()
    assert isinstance(looked(classic, classic_address="").heard, Unknown)
    assert isinstance(looked(classic).discoverable, Present)


def test_a_name_in_the_answer_finds_the_sample(classic, looked) -> None:
    facts = looked(classic.step("inquiry").answer(), classic_address="")
    assert facts.name == "Lock"
    assert isinstance(facts.heard, Present)


def test_a_pairing_that_nobody_asked_for(classic, looked) -> None:
    classic.step("outside-mode").connect().pair().end()
    assert isinstance(looked(classic).outside_mode, Present)


def test_a_key_without_authentication_is_no_pairing(classic, looked) -> None:
    classic.step("outside-mode").connect().capable().key().end()
    assert isinstance(looked(classic).outside_mode, Unknown)


def test_a_key_of_somebody_else_is_not_the_sample_s(classic, looked) -> None:
    classic.step("outside-mode").connect().key(address=OTHER).authenticated().end()
    assert isinstance(looked(classic).outside_mode, Unknown)


@pytest.mark.parametrize("reason", [0x05, 0x13, 0x18])
def test_a_sample_that_hangs_up_refuses(classic, looked, reason) -> None:
    classic.step("outside-mode").connect().end(reason).paired()
    assert isinstance(looked(classic).outside_mode, Absent)


@pytest.mark.parametrize("status", [0x02, 0x03, 0x04, 0x07, 0x0C, 0x17, 0x1F, 0x99])
def test_what_the_adapter_of_the_bench_failed_at_is_no_refusal(classic, looked, status) -> None:
    facts = looked(
        classic.refused("outside-mode", status).refused("pair:just-works", status).paired()
    )
    assert isinstance(facts.outside_mode, Unknown)
    assert isinstance(facts.unauthenticated, Unknown)


def test_the_shortest_key_of_a_link_counts(classic, looked) -> None:
    classic.hardened().step("pair:comparison").connect().pair(size=16).key_size(7).end()
    assert isinstance(looked(classic).short_key, Present)


@pytest.mark.parametrize("reason", [0x16, 0x08, 0x22])
def test_silence_and_time_outs_are_no_refusal(classic, looked, reason) -> None:
    classic.step("outside-mode").connect().end(reason).paired()
    assert isinstance(looked(classic).outside_mode, Unknown)


@pytest.mark.parametrize(("key", "level"), [(4, 2), (7, 2)])
def test_an_unauthenticated_link_key(classic, looked, key, level) -> None:
    classic.hardened().step("pair:comparison").connect().pair(key).end()
    facts = looked(classic)
    assert isinstance(facts.unauthenticated, Present)
    assert facts.tries[-1].level == level


def test_just_works_that_timed_out_may_have_waited_for_somebody(classic, looked) -> None:
    classic.refused("pair:just-works", 0x22).paired()
    assert isinstance(looked(classic).unauthenticated, Unknown)


def test_a_link_key_on_the_old_curve(classic, looked) -> None:
    facts = looked(classic.hardened().paired(key=5, cipher=1))
    assert isinstance(facts.without_secure_connections, Present)
    assert isinstance(facts.unauthenticated, Absent)
    assert (facts.tries[-1].level, facts.tries[-1].cipher) == (3, Cipher.E0)


def test_an_old_adapter_of_the_bench_accuses_nobody(classic, looked) -> None:
    classic.tape.packets.clear()
    facts = looked(classic.hardened().paired(key=5, cipher=1))
    assert isinstance(facts.without_secure_connections, Unknown)


def test_a_pairing_by_pin_is_a_flaw(classic, looked) -> None:
    classic.simple_pairing(on=False).step("pair:pin").connect()
    classic.event(0x16, classic.address()).pair(key=0, cipher=1).end()
    facts = looked(classic)
    assert isinstance(facts.legacy_pin, Present)
    assert isinstance(facts.without_secure_connections, Unknown)


@pytest.mark.parametrize("status", [0x05, 0x22, 0x13])
def test_a_pin_that_was_wrong_shows_nothing(classic, looked, status) -> None:
    classic.paired().simple_pairing(on=False).refused("pair:pin", status)
    assert isinstance(looked(classic).legacy_pin, Unknown)


@pytest.mark.parametrize("status", [0x06, 0x18])
def test_a_pin_that_was_not_wanted_is_refused(classic, looked, status) -> None:
    classic.paired().simple_pairing(on=False).refused("pair:pin", status)
    assert isinstance(looked(classic).legacy_pin, Absent)


def test_a_bench_that_did_simple_pairing_tried_no_pin(classic, looked) -> None:
    classic.paired().simple_pairing().refused("pair:pin", 0x18)
    assert isinstance(looked(classic).legacy_pin, Unknown)


@pytest.mark.parametrize("size", [1, 7, 15])
def test_a_key_that_is_too_short(classic, looked, size) -> None:
    facts = looked(classic.hardened().paired(size=size))
    assert isinstance(facts.short_key, Present)
    assert facts.tries[-1].level == 3


def test_a_key_whose_size_nobody_told(classic, looked) -> None:
    facts = looked(classic.hardened().paired(size=0))
    assert isinstance(facts.short_key, Unknown)
    assert facts.tries[-1].level == 3


def test_the_size_may_stand_in_the_change_of_encryption(classic, looked) -> None:
    classic.hardened().step("pair:comparison").connect().capable().key().authenticated()
    classic.event(0x59, struct.pack("<BHBB", 0, classic.tape.handle, 2, 7))
    assert isinstance(looked(classic).short_key, Present)


def test_a_server_channel_that_opens_for_strangers(classic, looked) -> None:
    classic.step("open").connect().multiplexer().server_channel(5).end()
    facts = looked(classic)
    assert isinstance(facts.open_service, Present)
    assert [(each.name, each.listed) for each in facts.services] == [("rfcomm/5", False)]


def test_a_server_channel_that_is_closed_at_once_is_not_open(classic, looked) -> None:
    classic.step("open").connect().multiplexer().server_channel(5, closes=False)
    classic.hear(b"\x2b\x53\x01\x00").say(b"\x2b\x53\x01\x00").end()
    assert not isinstance(looked(classic).open_service, Present)


def test_a_channel_under_encryption_was_not_opened_by_a_stranger(classic, looked) -> None:
    classic.step("open").connect().encrypted().multiplexer().server_channel(5).end()
    assert isinstance(looked(classic).open_service, Unknown)


def test_a_failed_change_encrypts_nothing(classic, looked) -> None:
    classic.step("open").connect().encrypted(status=5).multiplexer().server_channel(5).end()
    assert isinstance(looked(classic).open_service, Present)


def test_a_protocol_on_l2cap_that_opens_for_strangers(classic, looked) -> None:
    classic.step("open").connect().channel(0x19).end()
    assert isinstance(looked(classic).open_service, Present)


def test_a_protocol_that_is_closed_again_shows_nothing(classic, looked) -> None:
    classic.step("open").connect().channel(0x19).close_channel().end()
    assert isinstance(looked(classic).open_service, Unknown)


def test_an_answer_that_is_pending_is_no_answer(classic, looked) -> None:
    classic.step("open").connect().ask_channel(0x19)
    classic.signal(3, struct.pack("<HHHH", 0, classic.cid, 1, 1), sent=False).end().paired()
    assert isinstance(looked(classic).open_service, Unknown)


def test_a_listed_service_that_nobody_asked_for_is_unknown(classic, looked, records) -> None:
    classic.step("open").connect().records(records["rfcomm"], records["l2cap"], pieces=3)
    facts = looked(classic.channel(3, 3).end().paired())
    assert [each.name for each in facts.services] == ["rfcomm/3", "l2cap/0x0019"]
    assert isinstance(facts.services[0].open, Absent)
    assert isinstance(facts.open_service, Unknown)


def test_a_sample_without_services_opens_none(classic, looked) -> None:
    classic.step("open").connect().records().end().paired()
    assert isinstance(looked(classic).services[0].open, Unknown)
    classic.tape.records.clear()
    classic.step("open").connect().records().end()
    assert isinstance(looked(classic).open_service, Absent)


def test_records_that_never_end_are_not_all(classic, looked) -> None:
    classic.step("open").connect().channel(1).hear(b"\x07\x00\x00\x00\x05\x00\x02\x35\x00\x01\x07")
    assert isinstance(looked(classic.end()).open_service, Unknown)


CUT = b"\x07\x00\x00\x00\x05\x00\x02\x35\x00\x01\x07"
NO_LIST = b"\x07\x00\x00\x00\x05\x00\x02\x35\x09\x00"


@pytest.mark.parametrize("answer", [CUT, NO_LIST])
def test_what_is_refused_says_nothing_of_services_that_are_not_known(
    classic, looked, answer
) -> None:
    classic.step("open").connect().channel(1).hear(answer).channel(3, 3).end()
    facts = looked(classic.paired())
    assert isinstance(facts.services[0].open, Absent)
    assert isinstance(facts.open_service, Unknown)
    assert isinstance(facts.listed, Unknown)


def test_more_services_than_are_kept_are_not_all(classic, looked) -> None:
    pairs = [element_of(number) for number in range(0x1001, 0x1001 + 2 * 201, 2)]
    whole = b"\x36" + len(b"".join(pairs)).to_bytes(2, "big") + b"".join(pairs)
    body = len(whole).to_bytes(2, "big") + whole + b"\x00"
    answer = b"\x07\x00\x00" + len(body).to_bytes(2, "big") + body
    classic.step("open").connect().channel(1).hear(answer).end()
    facts = looked(classic)
    assert isinstance(facts.listed, Unknown)
    assert len(facts.services) == 200


def element_of(psm):
    """A record of a protocol on L2CAP."""
    return bytes.fromhex("350d0900043508350619010009") + psm.to_bytes(2, "big")


def test_an_event_that_is_cut_short_is_left_out(classic, looked) -> None:
    for code in (0x02, 0x03, 0x06, 0x07, 0x08, 0x0E, 0x18, 0x22, 0x2F, 0x32, 0x59):
        classic.event(code, b"\x01")
        classic.event(code, b"")
    assert isinstance(looked(classic).heard, Unknown)


def test_a_capture_that_is_none_is_said_so(classic, looked) -> None:
    classic.tape.cut = len(classic.tape.data())
    with pytest.raises(CaptureError):
        looked(classic)


OPENED = bytes.fromhex("04030b00420055443322117001 00".replace(" ", ""))
ASKED = bytes.fromhex("0242200c00080001000201040001004100")


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from([b"\x02\x42\x20", b"\x04", b"\x01"]),
            st.binary(max_size=80),
        ),
        max_size=20,
    )
)
def test_nothing_that_a_device_sends_breaks_the_reader(packets) -> None:
    whole = [(False, OPENED), (True, ASKED)]
    whole += [(sent, head + body) for sent, head, body in packets]
    air = read_classic(
        HciPacket(number, number, sent, data) for number, (sent, data) in enumerate(whole, 1)
    )
    for link in air.links:
        assert tried_on(link) is not None
        assert records_of(link).packet is None or link.channels
        assert refusal_of_rfcomm(link) is None or link.channels


@given(st.binary(max_size=300))
def test_no_service_record_breaks_the_reader(classic_bytes) -> None:
    answer = (
        b"\x07\x00\x00\x00\x00" + len(classic_bytes).to_bytes(2, "big") + classic_bytes + b"\x00"
    )
    frame = len(answer).to_bytes(2, "little") + b"\x41\x00" + answer
    accepted = bytes.fromhex("0c00010003010800410041000000 0000".replace(" ", ""))
    packets = [
        (False, OPENED),
        (True, ASKED),
        (False, b"\x02\x42\x20" + len(accepted).to_bytes(2, "little") + accepted),
        (False, b"\x02\x42\x20" + len(frame).to_bytes(2, "little") + frame),
    ]
    air = read_classic(
        HciPacket(number, number, sent, data) for number, (sent, data) in enumerate(packets, 1)
    )
    (link,) = air.links
    assert records_of(link).packet in {None, 4}
