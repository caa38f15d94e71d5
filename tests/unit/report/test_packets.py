"""Bluetooth packets on a page: named, with what they answer, and never a key."""

import struct

import pytest

from harness.encoding import btsnoop
from harness.encoding.tree import DirectoryTree
from harness.model.observation import EvidenceRef
from harness.report.excerpts import Excerpts

ATT, SMP = 4, 6
KEY = bytes(range(0xA0, 0xB0))


def frame(channel, pdu, handle=0x40, *, continued=False):
    """An ACL packet; one that goes on with a frame has no head of its own."""
    body = pdu if continued else struct.pack("<HH", len(pdu), channel) + pdu
    return b"\x02" + struct.pack("<HH", handle | continued << 12, len(body)) + body


@pytest.fixture
def quote(tmp_path):
    """Quotes one packet of a capture of these; True was sent."""

    def at(number, *packets, tail=b""):
        records = (
            btsnoop.record(data, sent=sent, at_us=1_000_000 * place)
            for place, (sent, data) in enumerate(packets)
        )
        (tmp_path / "hci.btsnoop").write_bytes(btsnoop.header() + b"".join(records) + tail)
        ref = EvidenceRef(path="hci.btsnoop", where=f"packet {number}")
        return Excerpts(DirectoryTree(tmp_path)).at(ref)

    return at


def test_an_answer_stands_behind_its_request(quote):
    seen = quote(
        4,
        (True, frame(SMP, bytes.fromhex("01030001100000"))),
        (True, frame(ATT, bytes.fromhex("0a1200"), handle=0x41)),
        (False, b"\x04\x13\x05\x01\x40\x00\x01\x00"),
        (False, frame(SMP, b"\x05\x05")),
    )
    assert seen.note == ""
    assert seen.lines == (
        "sent: SMP request, hex 01 03 00 01 10 00 00",
        "received: SMP failed, hex 05 05",
    )


def test_a_request_stands_before_its_answer(quote):
    request = (True, frame(ATT, bytes.fromhex("121d00")))
    done = (False, frame(ATT, b"\x13"))
    event = (False, b"\x04\x13\x05\x01\x40\x00\x01\x00")
    assert quote(2, request, request, event, done).lines == (
        "sent: ATT write, hex 12 1d 00",
        "received: ATT write response, hex 13",
    )


def test_a_request_that_nothing_answered_before_the_next_one_stands_alone(quote):
    request = (True, frame(ATT, bytes.fromhex("121d00")))
    other = (False, frame(ATT, b"\x13", handle=0x41))
    late = (False, frame(ATT, b"\x13"))
    assert quote(1, request, other, request, late).lines == ("sent: ATT write, hex 12 1d 00",)
    assert quote(2, request, request).lines == ("sent: ATT write, hex 12 1d 00",)


def test_an_answer_far_behind_its_request_stands_alone(quote):
    request = (True, frame(ATT, bytes.fromhex("121d00")))
    event = (False, b"\x04\x13\x05\x01\x40\x00\x01\x00")
    done = (False, frame(ATT, b"\x13"))
    packets = (request, *[event] * 16, done)
    assert quote(18, *packets).lines == ("received: ATT write response, hex 13",)
    assert quote(1, *packets).lines == ("sent: ATT write, hex 12 1d 00",)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("040801004000 01", "packet, hex 04 08 01 00 40 00 01"),
        ("04080400400001", "encryption on, status 0x00, hex 04 08 04 00 40 00 01"),
        ("04080406400000", "encryption off, status 0x06, hex 04 08 04 06 40 00 00"),
        ("04050400400013", "disconnected for reason 0x13, hex 04 05 04 00 40 00 13"),
        ("ff", "packet, hex ff"),
    ],
)
def test_events_are_named_by_what_they_say(quote, data, expected):
    (line,) = quote(1, (False, bytes.fromhex(data))).lines
    assert line.removeprefix("received: ").replace("event,", "packet,") == expected


def test_no_key_is_quoted(quote):
    enable = b"\x01\x19\x20\x1c" + b"\x40\x00" + bytes(10) + KEY
    distributed = frame(SMP, b"\x06" + KEY)
    rest = frame(SMP, KEY, continued=True)
    for packet in (enable, distributed, rest):
        (line,) = quote(1, (True, packet)).lines
        assert "78 78" in line  # the mask
        assert KEY[4:8].hex(" ") not in line


def test_a_long_packet_is_cut(quote):
    (line,) = quote(1, (False, frame(ATT, b"\x0b" + bytes(400)))).lines
    assert line.endswith("... (401 bytes)")
    assert len(line) < 240


def test_a_packet_that_is_not_there_is_said(quote):
    packet = (True, frame(ATT, b"\x0a\x12\x00"))
    assert quote(2, packet).note == "there is no such place"
    assert quote(2, packet, tail=struct.pack(">IIIIQ", 9, 9, 0, 0, 0) + b"\x02").note
    broken = quote(2, packet, tail=struct.pack(">IIIIQ", 0, 0, 0, 0, 0))
    assert broken.note.startswith("cannot be read")
    assert not broken.lines


def test_a_packet_is_found_again_without_reading_from_the_start(tmp_path):
    records = (
        btsnoop.record(
            frame(ATT, b"\x1b" + struct.pack("<H", number) + bytes(600)), sent=False, at_us=0
        )
        for number in range(1, 1001)
    )
    (tmp_path / "x").write_bytes(btsnoop.header() + b"".join(records))
    quotes = Excerpts(DirectoryTree(tmp_path))
    for number in (1000, 1, 100, 101, 118, 119, 120, 999, 500):
        (line,) = quotes.at(EvidenceRef(path="x", where=f"packet {number}")).lines
        assert f"hex 1b {number & 0xFF:02x} {number >> 8:02x} " in line
    assert len(quotes._marks["x"]) > 5
