"""Names of the laboratory's machines, users and folders leave no trace in results."""

import pytest

from harness.evidence.lab_names import LabNames, are_records
from harness.evidence.scrub import Scrubber
from harness.evidence.secret_forms import Tokens

TOKENS = Tokens(b"\x5a" * 32)
LAB = LabNames("bench-7.lab", "alice", "/home/alice", {"/home/alice/venv": "…", "/home/alice": "~"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('File "/home/alice/venv/x.py", line 3', 'File "…/x.py", line 3'),
        ("cannot read /home/alice/secrets/label", "cannot read ~/secrets/label"),
        ("file:/home/alice/label", "file:~/label"),
        ("on bench-7.lab now", "on lab-host now"),
        ("user=alice, alice@example", "user=lab-user, lab-user@example"),
        ("thread: pid=4242, process 99", "thread: pid=-, process -"),
        ("/home/alices/x and malice stay", "/home/alices/x and malice stay"),
    ],
)
def test_results_lose_them(text, shown):
    assert LAB.in_results(text) == shown


@pytest.mark.parametrize("text", ["host name bench-7.lab said", "/home/alice/x"])
def test_captures_lose_them_and_keep_their_length(text):
    twin = LAB.in_captures(text, TOKENS)
    assert len(twin) == len(text)
    assert "bench-7" not in twin
    assert "alice" not in twin


def test_names_that_stand_everywhere_stay():
    plain = LabNames("router", "admin", "/root", {"/root": "~"})
    text = "router admin /home/admin/x probe router"
    assert plain.in_captures(text, TOKENS) == text
    assert plain.in_results("probe router of user admin") == "probe router of user admin"
    assert plain.in_results("login on host=router") == "login on host=lab-host"


def test_results_stay_json_and_the_names_of_their_fields_stay():
    scrubber = Scrubber([], b"k" * 32, lab=LAB)
    data = b'{"alice@x":"see /home/alice/venv/a.py","n":[1,"bench-7.lab"]}'
    expected = '{"alice@x":"see …/a.py","n":[1,"lab-host"]}'
    assert scrubber.result("a.json", data).decode() == expected
    assert scrubber.result("a.txt", b"\xff at /home/alice/venv/a.py") == "\udcff at …/a.py".encode(
        "utf-8", "surrogateescape"
    )


def test_this_machine_has_names():
    here = LabNames.here()
    assert here.host
    assert here.in_results(f"{here.home}/bench.toml") == "~/bench.toml"


def test_records_are_told_from_captures_and_from_what_the_supplier_wrote():
    assert are_records("A/1-initialised/http/1/attempt.json")
    assert are_records("bench.json")
    assert are_records("answers/00001.json")
    assert not are_records("dossier.json")
    assert not are_records("A/1-initialised/http/1/tcp-80.jsonl")


def test_folders_of_every_machine_stay(monkeypatch):
    monkeypatch.setattr("sys.prefix", "/usr")
    assert LabNames.here().in_results("/usr/sbin/httpd of the device") == (
        "/usr/sbin/httpd of the device"
    )
