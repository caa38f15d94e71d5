"""Captures of Bluetooth packets lose keys, values and neighbours, and keep everything else."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.encoding import btsnoop
from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.tree import DirectoryTree
from harness.evidence.bystanders import Bystanders, own_addresses
from harness.evidence.hci_twin import sample_addresses, snoop_twin, texts_of_snoop, unmasked
from harness.evidence.leaks import find_leaks
from harness.evidence.scrub import Scrubber, SecretFile
from harness.evidence.secret_forms import Secret, Tokens
from harness.evidence.twins import scrub_tree

KEY = b"\x5a" * 32
SECRET = "hunter2!x"
DUT, OTHER = bytes.fromhex("701122334455"), bytes.fromhex("7ABBCCDDEEFF")
AIR = DUT[::-1]
LTK = bytes(range(0x60, 0x70))
ATT, SMP = 4, 6
SDP, RFCOMM, HID = 1, 3, 0x11
NOW = "2026-11-22T00:00:00.000000Z"


def record(data, *, sent=False):
    return btsnoop.record(data, sent=sent, at_us=1_790_000_000_000_000)


def snoop(*records):
    return btsnoop.header() + b"".join(records)


def command(opcode, parameters):
    return record(struct.pack("<BHB", 1, opcode, len(parameters)) + parameters, sent=True)


def event(code, body):
    return record(bytes([4, code, len(body)]) + body)


def frame(channel, data, *, sent=False, handle=0x40):
    whole = struct.pack("<HH", len(data), channel) + data
    return record(struct.pack("<BHH", 2, handle | 0x2000, len(whole)) + whole, sent=sent)


def channel(protocol, ours, *, sent=True):
    """A channel that one side asks for."""
    return frame(1, struct.pack("<BBHHH", 2, 1, 4, protocol, ours), sent=sent)


def report(address, payload, *, random=True):
    body = bytes([2, 1, 0, random]) + address[::-1] + bytes([len(payload)]) + payload + b"\xc4"
    return event(0x3E, body)


def named(name):
    return bytes([len(name) + 1, 9]) + name


def bystanders(*own):
    return Bystanders([each.hex(":") for each in own], Tokens(KEY))


def twin_of(data, *own, secrets=()):
    clean = Scrubber(secrets, KEY, bystanders=bystanders(DUT, *own))
    twin = clean.file("hci.btsnoop", data)
    assert len(twin) == len(data)
    before, after = list(btsnoop.placed(data)), list(btsnoop.placed(twin))
    shape = [(place, each.at_us, each.sent, each.data[:1]) for place, each in before]
    assert [(place, each.at_us, each.sent, each.data[:1]) for place, each in after] == shape
    return twin


KEYS = {
    "LE Enable Encryption": command(0x2019, bytes(2 + 8 + 2) + LTK),
    "LE Long Term Key Request Reply": command(0x201A, bytes(2) + LTK),
    "LE Add Device to Resolving List": command(0x2027, bytes(7) + LTK + LTK),
    "LE Encrypt": command(0x2017, LTK + bytes(16)),
    "Link Key Request Reply": command(0x040B, AIR + LTK),
    "PIN Code Request Reply": command(0x040D, AIR + b"\x10" + LTK),
    "Remote OOB Data Request Reply": command(0x0430, AIR + bytes(16) + LTK),
    "Remote OOB Extended Data Request Reply": command(0x0445, AIR + bytes(48) + LTK),
    "Write Stored Link Key": command(0x0C11, b"\x02" + AIR + bytes(16) + AIR + LTK),
    "Link Key Notification": event(0x18, AIR + LTK + b"\x08"),
    "Return Link Keys": event(0x15, b"\x01" + AIR + LTK),
    "LE Generate DHKey Complete": event(0x3E, b"\x09\x00" + bytes(16) + LTK),
    "Read Local OOB Data": event(0x0E, b"\x01\x57\x0c\x00" + bytes(16) + LTK),
    "Encryption Information": frame(SMP, b"\x06" + LTK),
    "Identity Information": frame(SMP, b"\x08" + LTK),
    "Signing Information": frame(SMP, b"\x0a" + LTK, sent=True),
    "Pairing Confirm": frame(SMP, b"\x03" + LTK),
    "Pairing Random": frame(SMP, b"\x04" + LTK, sent=True),
    "DHKey Check": frame(SMP, b"\x0d" + LTK),
    "key over Classic": frame(7, b"\x06" + LTK),
    "Read Response": frame(ATT, b"\x0b" + LTK),
    "Read Blob Response": frame(ATT, b"\x0d" + LTK),
    "Write Request": frame(ATT, b"\x12\x03\x00" + LTK, sent=True),
    "Write Command": frame(ATT, b"\x52\x03\x00" + LTK, sent=True),
    "Notification": frame(ATT, b"\x1b\x03\x00" + LTK),
    "Read Multiple Response": frame(ATT, b"\x0f" + LTK),
    "Read Multiple Variable Response": frame(ATT, b"\x21\x10\x00" + LTK),
    "Multiple Handle Value Notification": frame(ATT, b"\x23\x03\x00\x10\x00" + LTK),
    "Read By Type Response": frame(ATT, b"\x09\x12\x03\x00" + LTK),
    "unit of a later version": frame(ATT, b"\x3f" + LTK),
    "unknown L2CAP channel": frame(0x41, LTK),
    "fixed channel of a later version": frame(0x3F, LTK),
    "piece of nothing": record(struct.pack("<BHH", 2, 0x1040, 16) + LTK),
    "event of the adapter's maker": event(0xFF, LTK),
}


@pytest.mark.parametrize("name", KEYS)
def test_what_opens_a_link_or_was_read_from_it_is_masked(name):
    data = snoop(KEYS[name])
    assert LTK in data
    assert unmasked(data)
    twin = twin_of(data)
    assert LTK not in twin
    assert b"x" * 16 in twin
    assert not unmasked(twin)
    assert twin_of(twin) == twin


def test_passkeys_of_classic_pairings_are_masked():
    passkey = struct.pack("<I", 480912)
    data = snoop(command(0x042E, AIR + passkey), event(0x3B, DUT + passkey))
    assert twin_of(data).count(passkey) == 0


def test_a_key_in_fragments_is_masked():
    whole = struct.pack("<HH", 17, SMP) + b"\x06" + LTK
    first = record(struct.pack("<BHH", 2, 0x2040, 10) + whole[:10])
    rest = record(struct.pack("<BHH", 2, 0x1040, 11) + whole[10:])
    other = frame(ATT, b"\x0a\x03\x00", sent=True)
    for data in (snoop(first, other, rest), snoop(first, other)):
        twin = twin_of(data)
        assert unmasked(data)
        assert not unmasked(twin)
        assert LTK[:5] not in twin
        assert LTK[5:] not in twin


def test_name_and_make_stay_and_other_values_do_not():
    groups = b"\x11\x06" + struct.pack("<HHHHHH", 1, 9, 0x1800, 10, 20, 0x180F)
    reads = [(3, b"Lock"), (12, b"Wi-Fi key"), (3, b"Lock")]
    asked = [
        each
        for handle, value in reads
        for each in (
            frame(ATT, b"\x0a" + struct.pack("<H", handle), sent=True),
            frame(ATT, b"\x0b" + value),
        )
    ]
    twin = twin_of(snoop(frame(ATT, groups), *asked))
    assert twin.count(b"Lock") == 2
    assert b"Wi-Fi" not in twin
    assert b"\x0b" + b"x" * 9 in twin


def test_a_key_whose_frame_was_given_up_for_another_is_masked():
    whole = struct.pack("<HH", 17, SMP) + b"\x06" + LTK
    first = record(struct.pack("<BHH", 2, 0x2040, 15) + whole[:15])
    twin = twin_of(snoop(first, frame(ATT, b"\x0b\x41"), frame(ATT, b"\x0b\x41")))
    assert LTK[:10] not in twin


TELLING = frame(ATT, b"\x11\x06" + struct.pack("<HHH", 1, 9, 0x1800))


def read(handle):
    return frame(ATT, b"\x0a" + struct.pack("<H", handle), sent=True)


def test_an_answer_that_may_be_to_another_question_is_no_name():
    """A malformed request may be a good one; the one behind it asks for the name."""
    answers = (frame(ATT, b"\x0b" + b"Wi-Fi key"), frame(ATT, b"\x0b" + b"Lock"))
    twin = twin_of(snoop(TELLING, read(12), read(3), *answers))
    assert b"Wi-Fi" not in twin
    late = twin_of(snoop(TELLING, read(3), *answers[::-1]))
    assert b"Lock" in late
    assert b"Wi-Fi" not in late


def test_a_refusal_and_another_connection_leave_no_question_open():
    refused = frame(ATT, b"\x01\x0a\x0c\x00\x05")
    named_ = (read(3), frame(ATT, b"\x0b" + b"Lock"))
    assert b"Lock" in twin_of(snoop(TELLING, read(12), refused, *named_))
    again = event(0x3E, struct.pack("<BBHBB", 1, 0, 0x40, 0, 1) + AIR + bytes(7))
    assert b"Lock" not in twin_of(snoop(TELLING, read(12), *named_))
    assert b"Lock" in twin_of(snoop(TELLING, read(12), again, *named_))


@pytest.mark.parametrize(("protocol", "stays"), [(SDP, True), (HID, False)])
def test_what_crosses_a_channel_stays_where_it_holds_service_records(protocol, stays):
    answer = frame(1, struct.pack("<BBHHHHH", 3, 1, 8, 0x51, 0x41, 0, 0))
    sent, heard = frame(0x51, b"said", sent=True), frame(0x41, b"told")
    twin = twin_of(snoop(channel(protocol, 0x41), answer, sent, heard))
    assert (b"said" in twin) is (b"told" in twin) is stays
    again = event(0x03, struct.pack("<BH", 0, 0x40) + AIR + b"\x01\x00")
    assert b"told" not in twin_of(snoop(channel(SDP, 0x41), answer, again, heard))


def test_whom_an_advertisement_is_meant_for_is_nobodys_business():
    head = struct.pack("<BBHB", 0x0D, 1, 0x0001, 1) + AIR
    meant = bytes(7) + b"\x01" + OTHER[::-1] + b"\x00"
    directed = b"\x0b\x01\x01\x01" + AIR + b"\x01" + OTHER[::-1] + b"\xc4"
    for body in (head + meant, directed):
        twin = twin_of(snoop(event(0x3E, body)))
        assert AIR in twin
        assert OTHER[::-1] not in twin


@pytest.mark.parametrize(("code", "before"), [(0x12, 1), (0x20, 0), (0x2C, 3)])
def test_who_else_is_in_an_event_of_classic_is_nobodys_business(code, before):
    assert OTHER[::-1] not in twin_of(snoop(event(code, bytes(before) + OTHER[::-1] + b"\x01")))


def test_what_a_neighbour_says_is_emptied_and_its_address_another_of_its_kind():
    public = bytes.fromhex("40A1B2C3D4E5")
    data = snoop(
        report(DUT, named(b"Lock")),
        report(OTHER, named(b"Anna's phone")),
        report(OTHER, named(b"Anna's phone")),
        report(public, named(b"Oven"), random=False),
        event(0x3E, struct.pack("<BBHBB", 1, 0, 0x40, 0, 1) + DUT[::-1] + bytes(7)),
    )
    twin = twin_of(data)
    assert twin.count(DUT[::-1]) == 2
    assert b"Lock" in twin
    for gone in (b"Anna", b"Oven", OTHER[::-1], public[::-1]):
        assert gone not in twin
    first, second, third = (
        packet.data[7:13][::-1] for packet in list(btsnoop.read_packets(twin))[1:4]
    )
    assert first == second == bystanders(DUT).in_air(OTHER, random=True)
    assert first[0] & 0xC0 == OTHER[0] & 0xC0
    assert third == bystanders(DUT).in_frame(public)


def test_the_address_of_the_bench_is_nobodys_business():
    own = bytes.fromhex("AABBCCDDEE02")
    data = snoop(event(0x0E, b"\x01\x09\x10\x00" + own[::-1]), command(0x2005, own[::-1]))
    assert own[::-1] not in twin_of(data)


def test_names_of_classic_neighbours_are_emptied():
    data = snoop(
        event(0x2F, b"\x01" + OTHER[::-1] + bytes(8) + named(b"Anna").ljust(240, b"\0")),
        event(0x07, b"\x00" + OTHER[::-1] + b"Anna".ljust(248, b"\0")),
        event(0x07, b"\x00" + DUT[::-1] + b"Lock".ljust(248, b"\0")),
    )
    twin = twin_of(data)
    assert b"Anna" not in twin
    assert OTHER[::-1] not in twin
    assert b"Lock" in twin


def test_a_known_secret_is_found_across_fragments_and_becomes_its_token():
    text = b"\x1f" + b"note=" + SECRET.encode()
    whole = struct.pack("<HH", len(text), 0x40) + text
    data = snoop(
        channel(SDP, 0x40),
        record(struct.pack("<BHH", 2, 0x2040, 13) + whole[:13]),
        record(struct.pack("<BHH", 2, 0x1040, len(whole) - 13) + whole[13:]),
    )
    assert SECRET.encode() not in data
    assert any(SECRET in each for each in texts_of_snoop(data))
    twin = twin_of(data, secrets=[Secret(SECRET, "password")])
    (joined,) = texts_of_snoop(twin)  # service records are told to everybody
    assert f"note={Tokens(KEY).of(SECRET)}" in joined


def survey(tmp_path, data, **match):
    folder = tmp_path / "raw" / "A" / "1-test" / "bluetooth-pairing" / "1"
    folder.mkdir(parents=True)
    first = {"n": 1, "t": NOW, "kind": "inputs", "match": {"name": "", "service": "", **match}}
    (folder / "inputs.jsonl").write_bytes(header_line() + record_line(first) + end_line(0))
    (folder / "hci.btsnoop").write_bytes(data)
    return DirectoryTree(tmp_path / "raw")


def test_the_samples_addresses_are_those_that_say_its_name_or_that_it_tells(tmp_path):
    identity = bytes.fromhex("C01122334499")
    data = snoop(
        report(DUT, named(b"Lock")),
        report(OTHER, named(b"Locksmith")),
        frame(SMP, b"\x09\x01" + identity[::-1]),
        frame(SMP, b"\x09\x01" + OTHER[::-1], sent=True),
    )
    found = set(own_addresses(survey(tmp_path, data, name="Lock")))
    assert found == {DUT.hex(":"), identity.hex(":")}


def test_a_sample_is_known_by_its_service(tmp_path):
    service = "a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    told = b"\x11\x07" + bytes.fromhex(service.replace("-", ""))[::-1]
    data = snoop(report(DUT, told), report(OTHER, b"\x03\x03\x0a\x18"))
    assert set(own_addresses(survey(tmp_path, data, service=service))) == {DUT.hex(":")}
    short = {"service": "0000180a-0000-1000-8000-00805f9b34fb"}
    assert set(sample_addresses(data, short)) == {OTHER.hex(":")}


def test_a_sample_that_hides_is_known_by_the_name_that_it_answers_with():
    data = snoop(
        event(0x07, b"\x00" + AIR + b"Lock".ljust(248, b"\0")),
        event(0x07, b"\x00" + OTHER[::-1] + b"Locksmith".ljust(248, b"\0")),
    )
    assert set(sample_addresses(data, {"name": "Lock", "service": ""})) == {DUT.hex(":")}


def test_the_gate_finds_a_key_that_nobody_wrote_down(tmp_path):
    tree = survey(tmp_path, snoop(KEYS["LE Enable Encryption"]))
    for secrets in ((), (Secret(SECRET, "password"),)):
        (leak,) = find_leaks(tree, SecretFile(secrets, KEY))
        assert leak.kind == "key or value of a Bluetooth link"
    scrub_tree(tree, tmp_path / "twin", Scrubber((), KEY, bystanders=bystanders(DUT)))
    assert find_leaks(DirectoryTree(tmp_path / "twin"), SecretFile((), KEY)) == ()


def test_passkeys_in_journals_become_tokens_but_those_that_anybody_tries():
    records = [
        {"n": n + 1, "t": NOW, "kind": "hands", "did": "read-display", "digits": digits}
        for n, digits in enumerate(("480912", "480912", "123456", ""))
    ]
    journal = header_line() + b"".join(map(record_line, records)) + end_line(0)
    twin = Scrubber((), KEY).file("steps.jsonl", journal)
    assert b"480912" not in twin
    assert twin.count(Tokens(KEY).of("480912").encode()) == 2
    assert b"123456" in twin


def test_without_a_list_of_bystanders_everybody_stays():
    data = snoop(report(OTHER, named(b"Anna")), KEYS["Link Key Notification"])
    twin = snoop_twin(data, lambda text: text, None)
    assert b"Anna" in twin
    assert not unmasked(twin)


def test_a_file_that_cannot_be_read_is_masked_whole():
    data = snoop(KEYS["LE Enable Encryption"]) + struct.pack(">IIIIQ", 1, 2, 0, 0, 0) + b"ab"
    assert twin_of_broken(data) == b"x" * len(data)
    assert unmasked(data)


def twin_of_broken(data):
    return Scrubber((), KEY).file("hci.btsnoop", data)


PACKETS = st.lists(
    st.tuples(st.sampled_from([b"\x01", b"\x02\x40\x20", b"\x04\x3e", b"\x04\x2f"]), st.binary()),
    max_size=20,
)


@given(PACKETS)
def test_no_packet_breaks_the_twin_and_nothing_is_left(packets):
    data = snoop(*(record(head + rest) for head, rest in packets))
    twin = twin_of(data)
    assert not unmasked(twin)
    assert twin_of(twin)[: len(btsnoop.header())] == btsnoop.header()
