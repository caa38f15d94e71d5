"""What is published of a capture of Bluetooth Classic gives the same facts, without a key."""

from harness.encoding.btsnoop import read_packets
from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.tree import DirectoryTree
from harness.evidence.bystanders import Bystanders, own_addresses
from harness.evidence.scrub import Scrubber
from harness.evidence.secret_forms import Tokens

DUT, OTHER = "70:11:22:33:44:55", "71:11:22:33:44:56"
SEALING_KEY = b"\x5a" * 32
LINK_KEY = bytes(range(0x60, 0x70))
GREETING = b"pin 4711"


def air(address):
    return bytes.fromhex(address.replace(":", ""))[::-1]


def test_the_twin_gives_the_same_facts(classic, looked) -> None:
    classic.step("inquiry").answer(OTHER, b"Anna's lamp").hardened()
    classic.step("pair:comparison").connect().capable()
    classic.event(0x18, air(DUT) + LINK_KEY + b"\x08").authenticated().encrypted().key_size()
    classic.multiplexer().hear(b"\x1b\xef\x11" + GREETING + b"\x00")
    classic.hear(b"\x1b\xff\x11\x07" + GREETING + b"\x00").server_channel().end()
    before, raw = looked(classic), classic.tape.data()
    scrubber = Scrubber((), SEALING_KEY, bystanders=Bystanders([DUT], Tokens(SEALING_KEY)))
    twin = scrubber.file("hci.btsnoop", raw)
    classic.tape.data = lambda: twin
    assert looked(classic) == before
    assert len(list(read_packets(twin))) == len(list(read_packets(raw)))
    for gone in (LINK_KEY, air(OTHER), b"Anna's lamp", GREETING):
        assert gone in raw
        assert gone not in twin
    assert air(DUT) in twin


def test_the_address_in_the_bench_config_is_the_sample_s(tmp_path) -> None:
    first = {"n": 1, "t": "2026-11-22T00:00:00.000000Z", "kind": "inputs", "classic_address": DUT}
    (tmp_path / "A").mkdir()
    (tmp_path / "A" / "inputs.jsonl").write_bytes(header_line() + record_line(first) + end_line(0))
    assert list(own_addresses(DirectoryTree(tmp_path))) == [DUT]
