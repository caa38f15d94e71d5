"""Devices of other people become pseudonyms; the samples stay what they are."""

import re

import pytest

from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.tree import DirectoryTree
from harness.evidence.bystanders import Bystanders, learn_from, own_addresses
from harness.evidence.secret_forms import Tokens

OWN = ("02:00:00:00:00:10", "192.168.1.1")
PHONE, PHONE_DIGITS = "9c:b6:d0:12:34:56", "9cb6d0123456"
TOKENS = Tokens(b"\x5a" * 32)


def pseudonymised(text, *more, own=OWN):
    known = Bystanders(own, TOKENS)
    for each in (text, *more):
        known.learn(each)
    twin = known.in_text(text)
    assert len(twin) == len(text)
    return twin


ROWS = {
    "ARP": f"? (192.168.1.77) at {PHONE} [ether] on br-lan",
    "lease": f"1700000000 {PHONE} 192.168.1.77 Alices-iPhone *",
    "table": f"<tr><td>Alices-iPhone</td><td>192.168.1.77</td><td>{PHONE}</td></tr>",
    "JSON": f'{{"mac": "{PHONE}", "ip": "192.168.1.77", "hostname": "Alices-iPhone"}}',
    "upper case": f"192.168.1.77 {PHONE.upper()} Alices-iPhone",
    "dashes": f"192.168.1.77 {PHONE.replace(':', '-')} Alices-iPhone",
    "IPv6": f"192.168.1.77 fe80::9eb6:d0ff:fe12:3456 {PHONE}",
}


@pytest.mark.parametrize("row", ROWS)
def test_who_stands_in_a_row_with_a_hardware_address_is_nobody_afterwards(row):
    twin = pseudonymised(ROWS[row])
    digits = re.sub("[^0-9a-f]", "", twin.lower())
    assert PHONE_DIGITS not in digits
    assert "192.168.1.77" not in twin
    assert "Alice" not in twin
    assert "12:3456" not in twin
    assert "192.168.1." in twin  # still an address of the same network


def test_every_way_to_write_an_address_gives_the_same_pseudonym():
    text = f"{PHONE} {PHONE.upper()} {PHONE.replace(':', '-')} {PHONE_DIGITS} 9cb6.d012.3456"
    twin = pseudonymised(text)
    found = {re.sub("[^0-9a-f]", "", each.lower()) for each in twin.split()}
    assert len(found) == 1
    assert found != {PHONE_DIGITS}


def test_a_name_is_replaced_wherever_it_is_told():
    page = "hello Alices-iPhone, welcome"
    known = Bystanders(OWN, TOKENS)
    known.learn(ROWS["lease"])
    assert "Alice" not in known.in_text(page)
    assert known.in_text(page).endswith(", welcome")


@pytest.mark.parametrize(
    "text",
    [
        "eth0 02:00:00:00:00:10 192.168.1.1",
        "eth1 02:00:00:00:00:12, the next port of the sample",
        "wlan0 00:00:00:00:00:11, the same without the local bit",
        "ff:ff:ff:ff:ff:ff 01:00:5e:00:00:fb 33:33:00:00:00:01 00:00:00:00:00:00",
        "MD5:9c:b6:d0:12:34:56:78:9a:bc:de:f0:11:22:33:44:55",
        "at 12:34:56 firmware 1.2.3.4 Linux-5.10",
    ],
)
def test_what_is_the_samples_own_or_no_address_stays(text):
    assert pseudonymised(text) == text


def test_a_line_about_a_port_names_nobody():
    text = f"e1000-eth: Intel-PRO-1000 {PHONE} firmware-2.4"
    assert pseudonymised(text).startswith("e1000-eth: Intel-PRO-1000 02:")


def test_two_hosts_never_get_one_pseudonym_nor_that_of_the_sample():
    rows = [f"192.168.1.{n} 9c:b6:d0:12:34:{n:02x}" for n in range(2, 100)]
    twins = pseudonymised("\n".join(rows)).splitlines()
    hosts = [twin.split()[0] for twin in twins]
    assert len(set(hosts)) == len(rows)
    assert "192.168.1.1" not in hosts


def test_frames_and_texts_agree():
    known = Bystanders(OWN, TOKENS)
    known.learn(PHONE)
    assert known.in_frame(bytes.fromhex(PHONE_DIGITS)).hex(":") == known.in_text(PHONE)
    assert known.in_frame(bytes.fromhex("020000000010")).hex() == "020000000010"


def test_a_survey_tells_what_is_its_own_and_who_else_is_there(tmp_path):
    folder = tmp_path / "A" / "1-initialised" / "http" / "1"
    folder.mkdir(parents=True)
    (tmp_path / "survey.json").write_text('{"samples": [{"mac": "02:00:00:00:00:10"}]}')
    inputs = record_line({"kind": "identity", "macs": ["aa:bb:cc:00:00:01"], "n": 1, "t": ""})
    (folder / "inputs.jsonl").write_bytes(header_line() + inputs + end_line(0))
    page = record_line({"kind": "exchange", "body": ROWS["JSON"], "n": 1, "t": ""})
    (folder / "tcp-80.jsonl").write_bytes(header_line() + page + end_line(0))
    tree = DirectoryTree(tmp_path)
    own = tuple(own_addresses(tree))
    assert set(own) == {"02:00:00:00:00:10", "aa:bb:cc:00:00:01"}
    known = Bystanders(own, TOKENS)
    learn_from(tree, known)
    assert known.learnt == (PHONE,)
