"""HCI packets, links and attributes, one reader after the other."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.encoding import btsnoop
from harness.encoding.btsnoop import HciPacket
from harness.errors import CaptureError
from harness.interpret.bluetooth import links
from harness.interpret.bluetooth.attributes import (
    characteristics_in,
    ends_list,
    exchanges,
    services_in,
    uuid_of,
)
from harness.interpret.bluetooth.hci import AddressKind, address_of
from harness.interpret.bluetooth.links import ATTRIBUTES, read_air
from harness.interpret.bluetooth.payloads import is_match, parts_of
from harness.interpret.bluetooth.security import pairings

from .conftest import ATT, DUT, LOCK, OTHER, acl, air_address, event  # noqa: TID252  (tests are no package)


def air(tape):
    return read_air(btsnoop.read_packets(tape.data()))


def only(tape):
    (link,) = air(tape).links
    return link


def frames(tape):
    return [frame.data.hex() for frame in only(tape).on(ATTRIBUTES)]


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("C0", AddressKind.STATIC),
        ("FF", AddressKind.STATIC),
        ("40", AddressKind.RESOLVABLE),
        ("7F", AddressKind.RESOLVABLE),
        ("00", AddressKind.NON_RESOLVABLE),
        ("3F", AddressKind.NON_RESOLVABLE),
        ("80", AddressKind.RESERVED),
    ],
)
def test_the_two_highest_bits_tell_the_kind_of_a_random_address(first, kind):
    found = address_of(air_address(f"{first}:00:00:00:00:01"), 1)
    assert found.kind is kind
    assert found.text == f"{first}:00:00:00:00:01"


def test_a_public_address_is_public_whatever_its_bits():
    assert address_of(air_address("C0:00:00:00:00:01"), 0).kind is AddressKind.PUBLIC
    assert address_of(air_address("C0:00:00:00:00:01"), 2).kind is AddressKind.PUBLIC


def test_a_frame_in_fragments_is_joined_and_stands_at_its_first_packet(tape):
    tape.connect()
    whole = struct.pack("<HH", 5, ATT) + bytes.fromhex("0b01020304")
    tape.put(acl(tape.handle, whole[:2])).put(acl(tape.handle, whole[2:7], continued=True))
    tape.put(acl(tape.handle, whole[7:], continued=True))
    (frame,) = only(tape).frames
    assert (frame.data.hex(), frame.packet.number) == ("0b01020304", 2)


def test_fragments_of_both_directions_and_of_two_links_do_not_mix(tape):
    tape.connect().connect()
    whole = {mark: struct.pack("<HH", 3, ATT) + bytes([mark] * 3) for mark in (0x0A, 0x0B, 0x1B)}
    one, other = 0x41, 0x42
    tape.put(acl(one, whole[0x0A][:5]), sent=True).put(acl(one, whole[0x0B][:5]))
    tape.put(acl(other, whole[0x1B][:5])).put(acl(one, whole[0x0A][5:], continued=True), sent=True)
    tape.put(acl(other, whole[0x1B][5:], continued=True))
    tape.put(acl(one, whole[0x0B][5:], continued=True))
    first, second = air(tape).links
    assert [(each.data[0], each.sent) for each in first.frames] == [(0x0A, True), (0x0B, False)]
    assert [each.data[0] for each in second.frames] == [0x1B]


def test_a_fragment_without_a_beginning_and_a_frame_that_never_ends_are_left_out(tape):
    tape.connect().put(acl(tape.handle, b"\x01\x00\x04\x00\x0a", continued=True))
    tape.put(acl(tape.handle, b"\xff\xff\x04\x00\x0a")).tell("0b01")
    assert frames(tape) == ["0b01"]


def test_the_same_handle_is_another_link_after_its_end(tape):
    tape.connect().tell("0b01").end()
    tape.tell("0b02")  # nobody is connected
    tape.handle -= 1
    tape.connect(OTHER).tell("0b03")
    first, second = air(tape).links
    assert [frame.data.hex() for frame in first.frames] == ["0b01"]
    assert [frame.data.hex() for frame in second.frames] == ["0b03"]
    assert (first.peer.text, second.peer.text) == (DUT, OTHER)
    assert first.ended is not None
    assert second.ended is None


def test_a_failed_change_of_encryption_changes_nothing(tape):
    tape.connect().ask("0a0300").encrypted().ask("0a0500")
    tape.encrypted(status=0x06, code=0x30).ask("0a0700").encrypted(on=False).ask("0a0900")
    told = [(each.handle, each.encrypted) for each in exchanges(only(tape))]
    assert told == [(3, False), (5, True), (7, True), (9, False)]


def test_encryption_that_was_refreshed_and_the_longer_event_count(tape):
    tape.connect().encrypted(code=0x30)
    tape.put(event(0x59, struct.pack("<BHBB", 0, tape.handle, 1, 16)))
    assert len(only(tape).encryptions) == 2


@pytest.mark.parametrize(
    ("reason", "refused"),
    [(0x3D, True), (0x05, True), (0x06, True), (0x13, True), (0x16, False), (0x08, False)],
)
def test_only_the_other_side_refuses_a_key_by_hanging_up(tape, reason, refused):
    tape.connect().ask_encryption().end(reason)
    assert only(tape).encryption_refused is refused


def test_an_end_before_the_key_was_tried_refuses_nothing(tape):
    tape.connect().end(0x13)
    assert not only(tape).encryption_refused


def test_of_a_payload_that_is_repeated_the_first_and_the_last_stay(tape):
    for _ in range(50):
        tape.report().report(b"\x02\x01\x06", OTHER)
    found = air(tape).reports
    assert [(each.address.text, each.packet.number) for each in found] == [
        (DUT, 1), (OTHER, 2), (DUT, 99), (OTHER, 100),
    ]  # fmt: skip


def test_what_is_beyond_the_bound_is_told(tape, monkeypatch):
    monkeypatch.setattr(links, "_MOST_EVENTS", 3)
    tape.connect()
    for number in range(5):
        tape.tell(f"1b0000{number:02x}")
    assert air(tape).truncated
    assert frames(tape) == ["1b000000", "1b000001"]


def test_extended_reports_tell_what_was_cut(tape):
    def extended(kind, payload):
        fixed = struct.pack("<HB", kind, 1) + air_address(DUT) + bytes(14) + bytes([len(payload)])
        return event(0x3E, b"\x0d\x01" + fixed + payload)

    tape.put(extended(0x0003, LOCK)).put(extended(0x0023, b"\x02\x01\x06"))
    tape.put(extended(0x000A, b"\x03\x09Ab"))
    whole, cut, response = air(tape).reports
    assert (whole.whole, whole.connectable, whole.scannable) == (True, True, True)
    assert not cut.whole
    assert (response.response, response.connectable) == (True, False)


def test_lengths_that_cannot_be_are_left_out(tape):
    tape.put(event(0x3E, b"\x02\xff\x00\x01")).put(event(0x3E, b"\x02"))
    tape.put(bytes([4, 0x3E, 200, 2, 1])).put(b"\x02\x01").put(b"\x04").put(b"\x01\x19\x20\x1c")
    tape.put(event(0x05, b"\x00\x41")).put(event(0x08, b"\x00\x41\x00")).report()
    assert [report.address.text for report in air(tape).reports] == [DUT]


def test_a_notification_between_a_request_and_its_answer_is_no_answer(tape):
    tape.connect().ask("0a0300").tell("1b0500ff").tell("1d0600ff")
    tape.frame(ATT, b"\x1e", sent=True).tell("0b2a")  # what was indicated is confirmed
    (exchange,) = exchanges(only(tape))
    assert exchange.value == b"\x2a"


def test_an_answer_that_is_late_is_not_taken_for_that_of_the_next_request(tape):
    tape.connect().ask("0a0300").ask("0a0500", "0b53656372657400").ask("0a0700", "0b00")
    assert [each.answer for each in exchanges(only(tape))] == [None, None, None]


def test_behind_a_silence_only_a_refusal_that_names_its_request_counts(tape):
    tape.connect().ask("0a0300").ask("0a0500", "010a030005").ask("0a0700", "010a070005")
    first, second, third = exchanges(only(tape))
    assert (first.error, second.error, third.error) == (None, None, 5)


def test_two_answers_to_one_request_make_the_next_ones_uncertain(tape):
    tape.connect().ask("0a0300", "0b01").tell("0b02").ask("0a0500", "0b03")
    first, second = exchanges(only(tape))
    assert (first.value, second.answer) == (b"\x01", None)


def test_an_answer_to_something_else_is_none(tape):
    tape.connect().ask("12030041", "0b41")
    (exchange,) = exchanges(only(tape))
    assert exchange.answer is None


def test_services_and_characteristics_are_read_in_both_lengths(tape):
    tape.connect().ask("100100ffff0028", "1106" + "01000500" + "0a18" + "06000900" + "0018")
    long = bytes(range(16))
    entry = b"\x02\x00\x0a\x03\x00" + long
    tape.ask("080100ffff0328", "0915" + entry.hex()).ask("080400ffff0328", "010804000a")
    group, kind, end = exchanges(only(tape))
    assert [(each.uuid[4:8], each.first, each.last) for each in services_in(group)] == [
        ("180a", 1, 5), ("1800", 6, 9),
    ]  # fmt: skip
    (found,) = characteristics_in(kind)
    assert (found.handle, found.properties) == (3, 0x0A)
    assert found.uuid == "0f0e0d0c-0b0a-0908-0706-050403020100"
    assert ends_list(end)
    assert not ends_list(kind)


@pytest.mark.parametrize("answer", ["0900", "0901ff", "0906020002", "09", "0907020002"])
def test_entries_of_a_length_that_cannot_be_hold_nothing(tape, answer):
    tape.connect().ask("080100ffff0328", answer)
    (exchange,) = exchanges(only(tape))
    assert list(characteristics_in(exchange)) == []


def test_uuids_of_other_lengths_are_none():
    assert uuid_of(b"\x0a\x18") == "0000180a-0000-1000-8000-00805f9b34fb"
    assert uuid_of(b"\x0a") == uuid_of(bytes(17)) == ""


def test_payloads_are_matched_by_name_or_service_and_never_by_nothing():
    service = "a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    told = b"\x11\x07" + bytes.fromhex(service.replace("-", ""))[::-1]
    assert is_match(LOCK, {"name": "Lock", "service": ""})
    assert is_match(told, {"name": "", "service": service})
    assert not is_match(b"\x02\x01\x06", {"name": "", "service": ""})
    assert not is_match(b"\x01\x09", {"name": "", "service": ""})
    assert parts_of(b"\x05\x09Lo").name == ""


def test_two_adapters_in_one_file_are_told_apart_by_handle(tape):
    tape.connect().ask("0a0300").connect(OTHER).ask("0a0500")
    tape.frame(ATT, b"\x0b\x02", sent=False)
    first, second = air(tape).links
    assert [each.answer for each in exchanges(first)] == [None]
    assert [each.value for each in exchanges(second)] == [b"\x02"]


def test_a_file_that_was_cut_gives_what_is_whole_and_says_so(tape):
    tape.report().report(b"\x02\x01\x06")
    assert btsnoop.is_whole(tape.data())
    tape.cut = 3
    assert not btsnoop.is_whole(tape.data())
    assert [packet.number for packet in btsnoop.read_packets(tape.data())] == [1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"btsnoop\0",
        b"btsnoop\0" + struct.pack(">II", 2, 1002),
        b"btsnoop\0" + struct.pack(">II", 1, 1001),
        btsnoop.header() + struct.pack(">IIIIQ", 0, 0, 0, 0, 0),
        btsnoop.header() + struct.pack(">IIIIQ", 2**31, 2**31, 0, 0, 0),
        btsnoop.header() + struct.pack(">IIIIQ", 1, 2, 0, 0, 0) + b"ab",
    ],
)
def test_what_is_no_such_file_is_refused(data):
    with pytest.raises(CaptureError):
        list(btsnoop.read_packets(data))


def test_a_record_is_read_as_it_was_written():
    data = btsnoop.header() + btsnoop.record(b"\x01abc", sent=True, at_us=1_790_000_000_123_456)
    assert list(btsnoop.read_packets(data)) == [
        HciPacket(1, 1_790_000_000_123_456, sent=True, data=b"\x01abc")
    ]


def read_all(data):
    """Everything that is read of a file, whatever stands in it."""
    found = read_air(btsnoop.read_packets(data))
    for link in found.links:
        pairings(link)
        for exchange in exchanges(link):
            list(services_in(exchange))
            list(characteristics_in(exchange))
    for report in found.reports:
        parts_of(report.data)
    return found


@given(st.binary(max_size=2000))
def test_no_file_breaks_the_reader(data):
    try:
        read_all(btsnoop.header() + data)
    except CaptureError:
        return


HEADS = st.sampled_from(
    [b"\x02\x41\x20", b"\x02\x41\x10", b"\x04\x3e", b"\x04\x05", b"\x01\x19\x20"]
)


@settings(max_examples=200)
@given(st.lists(st.tuples(HEADS, st.binary(max_size=60), st.booleans()), max_size=30))
def test_no_packet_breaks_the_reader(packets):
    connected = event(0x3E, struct.pack("<BBHBB", 1, 0, 0x41, 0, 1) + bytes(13))
    made = [connected, *(head + rest for head, rest, _ in packets)]
    sent = [False, *(each for _, _, each in packets)]
    data = btsnoop.header() + b"".join(
        btsnoop.record(packet, sent=way, at_us=0) for packet, way in zip(made, sent, strict=True)
    )
    assert len(read_all(data).links) >= 1


def test_a_flood_is_read_in_bounded_time_and_room(tape):
    tape.connect().ask("0a0300")
    flood = btsnoop.record(
        acl(tape.handle, struct.pack("<HH", 3, ATT) + b"\x1b\x05\x00"), sent=False, at_us=0
    )
    data = tape.data() + flood * 120_000
    found = read_air(btsnoop.read_packets(data))
    assert found.truncated
    assert len(found.links[0].frames) < 100_001
    (exchange,) = exchanges(found.links[0])
    assert exchange.answer is None
