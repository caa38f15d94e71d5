"""Packet captures keep their frames; secrets in them are replaced across segments."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.evidence.bystanders import Bystanders
from harness.evidence.packet_twin import packet_twin, streams_in, unreadable_link
from harness.evidence.packets import ETHERNET, TCP, UDP, read_packets, segment
from harness.evidence.scrub import Scrubber
from harness.evidence.secret_forms import Secret, Tokens

SECRET = "hunter2!x"
KEY = b"\x5a" * 32
DUT, DESK, PHONE = "020000000002", "020000000001", "9cb6d0123456"
TOKEN = Tokens(KEY).of(SECRET)


def checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport(payload, sequence, flags, protocol):
    if protocol == UDP:
        return struct.pack(">HHHH", 4000, 53, 8 + len(payload), 0) + payload
    return struct.pack(">HHIIBBHHH", 4000, 80, sequence, 0, 0x50, flags, 99, 0, 0) + payload


def ipv4(body, protocol):
    hosts = bytes([192, 168, 7, 1, 192, 168, 7, 20])
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0) + hosts


def ipv6(body, protocol):
    hosts = bytes(15) + b"\1" + bytes(15) + b"\2"
    skipped = bytes([protocol, 0]) + bytes(6)  # a header of options before the payload
    return struct.pack(">IHBB", 6 << 28, 8 + len(body), 0, 64) + hosts + skipped


def packet(payload=b"", sequence=0, flags=0x18, protocol=TCP, network=ipv4, tag=b""):
    """An Ethernet frame with a right checksum."""
    body = transport(payload, sequence, flags, protocol)
    head = network(body, protocol)
    hosts = head[12:20] if network is ipv4 else head[8:40]
    pseudo = hosts + struct.pack(">II", len(body), protocol)
    place = 16 if protocol == TCP else 6
    body = body[:place] + struct.pack(">H", checksum(pseudo + body)) + body[place + 2 :]
    kind = b"\x08\0" if network is ipv4 else b"\x86\xdd"
    return bytes.fromhex(PHONE + DUT) + tag + kind + head + body


def is_right(data, frame):
    found = segment(data, frame)
    size = 8 if data[found.head - 20] >> 4 == 4 else 40
    hosts = data[found.head - 8 : found.head] if size == 8 else data[frame.start + 22 :][:32]
    pseudo = hosts + struct.pack(">II", found.end - found.head, found.protocol)
    return checksum(pseudo + data[found.head : found.end]) == 0


def pcap(frames, link=ETHERNET, order="<"):
    data = struct.pack(f"{order}IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for frame in frames:
        data += struct.pack(f"{order}IIII", 1, 0, len(frame), len(frame)) + frame
    return data


def pcapng(frames, order="<", more=()):
    blocks = [(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)), *more]
    blocks.append((1, struct.pack(f"{order}HHI", ETHERNET, 0, 0)))
    for frame in frames:
        sizes = struct.pack(f"{order}IIIII", 0, 0, 1, len(frame), len(frame))
        blocks.append((6, sizes + frame + bytes(-len(frame) % 4)))
    data = b""
    for kind, body in blocks:
        size = struct.pack(f"{order}I", 12 + len(body))
        data += struct.pack(f"{order}I", kind) + size + body + size
    return data


def twin_of(data, own=(DUT, DESK)):
    clean = Scrubber([Secret(SECRET, "password")], KEY)
    twin = packet_twin(data, clean.text, Bystanders(own, Tokens(KEY)).in_frame)
    assert len(twin) == len(data)
    return twin


def stream(data):
    return "".join(streams_in(data))


SPLIT = [b"GET / ", b"note=hun", b"ter", b"2!x&go"]


def frames(order=range(4), first=0xFFFFFFFA):
    """The pieces of `SPLIT` in some order, over the point where sequence numbers begin anew."""
    places = [sum(map(len, SPLIT[:index])) for index in range(4)]
    return [packet(SPLIT[index], (first + places[index]) % 2**32) for index in order]


@pytest.mark.parametrize("make", [pcap, pcapng], ids=["pcap", "pcapng"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2), (0, 1, 1, 2, 3, 2)])
@pytest.mark.parametrize("endian", ["<", ">"])
def test_a_secret_split_over_segments_is_replaced(make, order, endian):
    data = make(frames(order), order=endian)
    assert SECRET in stream(data)
    twin = twin_of(data)
    assert SECRET not in stream(twin)
    assert f"note={TOKEN}&go" in stream(twin)
    found = read_packets(twin).frames
    assert len(found) == len(order)
    assert all(is_right(twin, frame) for frame in found)


def test_overlapping_segments_agree():
    data = pcap([packet(b"note=hunt", 0), packet(b"hunter2!x&", 5), packet(b"ter2", 8)])
    assert f"note={TOKEN}&" in stream(twin_of(data))
    pieces = [twin_of(data)[found.data : found.end] for found in map_segments(data)]
    assert pieces[1] == TOKEN.encode() + b"&"
    assert pieces[2] == TOKEN[3:7].encode()


def map_segments(data):
    return [segment(data, frame) for frame in read_packets(data).frames]


def test_a_new_connection_between_the_same_ports_is_another_stream():
    data = pcap(
        [packet(b"", 10, 0x02), packet(b"hunter", 11), packet(b"", 10, 0x02), packet(b"2!x", 11)]
    )
    assert sorted(streams_in(data)) == ["2!x", "hunter"]


def test_a_gap_breaks_a_stream():
    data = pcap([packet(b"hun", 0), packet(b"2!x", 6)])
    assert list(streams_in(data)) == ["hun", "2!x"]


@pytest.mark.parametrize(
    "frame",
    [
        packet(SECRET.encode(), protocol=UDP),
        packet(SECRET.encode(), network=ipv6),
        packet(SECRET.encode(), tag=b"\x81\0\0\7"),
        packet(SECRET.encode(), protocol=UDP, network=ipv6),
    ],
    ids=["UDP", "IPv6", "VLAN", "UDP on IPv6"],
)
def test_every_transport_keeps_a_right_checksum(frame):
    twin = twin_of(pcap([frame]))
    assert TOKEN.encode() in twin
    found = segment(twin, read_packets(twin).frames[0])
    assert twin[found.data : found.end] == TOKEN.encode()


def test_a_wrong_checksum_stays_wrong():
    frame = bytearray(packet(SECRET.encode()))
    frame[14 + 20 + 16] ^= 0x55
    twin = twin_of(pcap([bytes(frame)]))
    assert not is_right(twin, read_packets(twin).frames[0])


def test_hardware_addresses_of_bystanders_become_pseudonyms_and_the_samples_stay():
    arp = bytes.fromhex("ffffffffffff" + PHONE + "0806" + "0001080006040001" + PHONE)
    arp += bytes(4) + bytes.fromhex(DUT) + bytes(4)
    data = pcap([packet(b"x"), arp])
    twin = twin_of(data)
    assert bytes.fromhex(PHONE) not in twin
    assert twin.count(bytes.fromhex(DUT)) == data.count(bytes.fromhex(DUT))
    assert b"\xff" * 6 in twin
    start = read_packets(twin).frames[0].start
    assert twin.count(twin[start : start + 6]) == 3


def test_keys_of_sessions_are_masked():
    keys = b"CLIENT_RANDOM aaaa bbbb "
    data = pcapng(frames(), more=[(10, struct.pack("<II", 1, len(keys)) + keys)])
    assert b"CLIENT_RANDOM" not in twin_of(data)


def test_frames_of_an_unknown_link_are_masked_with_a_reason():
    data = pcap([b"radio frame of somebody else"], link=127)
    twin = twin_of(data)
    assert b"somebody" not in twin
    assert "127" in unreadable_link(data)
    assert unreadable_link(pcap(frames())) == ""


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_broken_file_keeps_its_length_and_loses_the_secret(data):
    whole = data.draw(st.sampled_from([pcap(frames()), pcapng(frames())]))
    broken = bytearray(whole[: data.draw(st.integers(4, len(whole)))])
    for _ in range(data.draw(st.integers(0, 6))):
        broken[data.draw(st.integers(4, len(broken)) if len(broken) > 4 else st.just(3)) - 1] = (
            data.draw(st.integers(0, 255))
        )
    twin = twin_of(bytes(broken))
    assert SECRET not in twin.decode("latin-1")
