"""The scan-only mode: what each address in the air tells strangers."""

import io
import json

import pytest
from rich.console import Console

from harness.bench.bluetooth_link import Heard
from harness.cli import air
from harness.cli.air import Scan, kind_of, scan, somebody
from harness.errors import BenchFault, UsageError
from harness.model.radio import Radio

NAME = b"\x05\x09Lock"
SERIAL = bytes([13, 0xFF, 0xFF, 0xFF]) + b"RL1-078994"
SCREEN = Console(file=io.StringIO(), width=200)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("00:1A:7D:DA:71:13/P", "public"),
        ("C2:00:00:00:00:01", "static-random"),
        ("5A:F4:44:7C:26:A8", "resolvable-private"),
        ("3A:F4:44:7C:26:A8", "non-resolvable-private"),
        ("8A:F4:44:7C:26:A8", "reserved"),
        ("nonsense", "unknown"),
    ],
)
def test_the_kind_of_an_address_is_in_its_highest_bits(address, kind):
    assert kind_of(address) == kind


def test_an_address_that_changes_and_a_plain_name_leak_nothing():
    found = somebody(Heard("5A:F4:44:7C:26:A8", connectable=True, payloads=(NAME,)))
    assert (found.name, found.leaks) == ("Lock", ())


def test_a_lasting_address_can_be_followed():
    assert (
        "followed"
        in somebody(Heard("C2:00:00:00:00:01", connectable=True, payloads=(NAME,))).leaks[0]
    )


def test_text_in_the_makers_data_is_shown():
    (leak,) = somebody(Heard("5A:F4:44:7C:26:A8", connectable=True, payloads=(SERIAL,))).leaks
    assert "RL1-078994" in leak


def test_a_name_that_ends_like_the_address_is_told():
    name = b"Lock 26A8"
    payload = bytes([len(name) + 1, 9]) + name
    (leak,) = somebody(Heard("5A:F4:44:7C:26:A8", connectable=True, payloads=(payload,))).leaks
    assert "ends like its address" in leak


def test_a_name_cannot_move_the_terminal():
    payload = bytes([6, 9]) + b"\x1b[2J!"
    assert (
        "\x1b"
        not in somebody(Heard("5A:F4:44:7C:26:A8", connectable=True, payloads=(payload,))).name
    )


def test_it_says_so_when_nobody_is_there(monkeypatch):
    monkeypatch.setattr(air, "_listen", lambda _wanted: ())
    screen = Console(file=io.StringIO(), width=200)
    assert scan(Scan("usb:0", 4.0, Radio.REAL, as_json=False), screen) == 0
    assert "nobody was heard within 4 s" in screen.file.getvalue()


def test_the_machine_output_is_one_object(monkeypatch, capsys):
    heard = (Heard("C2:00:00:00:00:01", connectable=True, payloads=(NAME, SERIAL)),)
    monkeypatch.setattr(air, "_listen", lambda _wanted: heard)
    scan(Scan("usb:0", 4.0, Radio.REAL, as_json=True), SCREEN)
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "certbench/air/1"
    assert document["heard"][0]["name"] == "Lock"
    assert len(document["heard"][0]["leaks"]) == 2


@pytest.mark.parametrize(("transport", "seconds"), [("", 4.0), ("usb:0", 0.0), ("usb:0", 4000.0)])
def test_a_scan_needs_an_adapter_and_a_time(transport, seconds):
    with pytest.raises(UsageError):
        scan(Scan(transport, seconds, Radio.REAL, as_json=False), SCREEN)


@pytest.mark.parametrize("transport", ["tcp-clinet:127.0.0.1:1", "tcp-client:127.0.0.1", "usb"])
def test_a_name_of_no_adapter_comes_with_those_that_are(transport):
    with pytest.raises(UsageError, match="tcp-client:HOST:PORT"):
        scan(Scan(transport, 4.0, Radio.REAL, as_json=False), SCREEN)


def test_an_adapter_that_cannot_be_opened_comes_with_a_way_out(monkeypatch):
    def refuse(_wanted):
        raise BenchFault("bluetooth adapter tcp-client:127.0.0.1:9: [Errno 111] refused")

    monkeypatch.setattr(air, "_listen", refuse)
    with pytest.raises(BenchFault, match=r"refused\. Nothing listens there: start the radio"):
        scan(Scan("tcp-client:127.0.0.1:9", 4.0, Radio.REAL, as_json=False), SCREEN)


def test_without_the_extra_it_names_the_extra(monkeypatch):
    monkeypatch.setattr(air, "installed", lambda: False)
    with pytest.raises(UsageError, match=r"certbench\[bluetooth\]"):
        scan(Scan("usb:0", 4.0, Radio.REAL, as_json=False), SCREEN)
