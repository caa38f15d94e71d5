"""certbench init: what it writes loads, counts as unanswered, and is never written over."""

import ipaddress
import json
import os
import re
import subprocess
import sys
import threading
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from harness.assessment.applicability import applicability
from harness.bench.bluetooth_adapters import Adapter
from harness.bench.discovery import Interface, Neighbour, SerialPort
from harness.cli import init
from harness.cli.dossier import chosen
from harness.cli.init import Found, Wishes, set_up
from harness.cli.skeleton import Draft, write_skeleton
from harness.config import load_bench, load_dossier
from harness.errors import UsageError
from harness.model.ixit import ATTRIBUTES
from harness.testing.suites import installed_suites

EXAMPLE = re.compile(r"^(\s*)#(?=\S)", re.MULTILINE)
PROGRAM = Path(sys.executable).with_name("certbench")


def interface(name, address, *, default=False):
    held = (ipaddress.ip_interface(address),)
    return Interface(
        index=2,
        name=name,
        up=True,
        carrier=True,
        loopback=False,
        resolves=True,
        mac="02:00:00:00:00:01",
        addresses=held,
        default_route=default,
    )


FRAMEWORKS = chosen(["etsi-en-303-645", "california-sb-327"])


def near(address, name, *, router=False):
    return Neighbour(address, "02:00:5e:00:53:01", name, router)


BENCH0 = interface("bench0", "198.51.100.1/24")
UPLINK = interface("uplink0", "203.0.113.1/24", default=True)
ADAPTER = SerialPort("/dev/serial/by-id/usb-1", "USB serial", plugged=True)
RADIO = Adapter("usb:0A12:0001", "Radio")
BUILT_IN = SerialPort("/dev/ttyS0", "n/a", plugged=False)


@pytest.fixture
def machine(monkeypatch):
    """A machine with these things; nothing is sent, and nobody is at the terminal."""

    def has(*, links=(BENCH0,), neighbours=(), ports=(), route=""):
        found = Found(tuple(links), tuple(neighbours), tuple(ports), (RADIO,))
        monkeypatch.setattr(Found, "here", classmethod(lambda cls: found))
        monkeypatch.setattr(init, "_leads_to", lambda address, scope: route)
        monkeypatch.setattr(init, "sample_checks", _never)
        return found

    return has


def _never(*_):
    raise AssertionError("something was tried that nobody agreed to")


@pytest.fixture
def catalogues():
    return [framework.catalogue for framework in FRAMEWORKS]


def run(folder, **wishes):
    console = Console(file=StringIO(), width=200)
    set_up(folder, Wishes(yes=True, **wishes), FRAMEWORKS, console)
    return console.file.getvalue()


def test_the_defaults_give_a_bench_that_loads(machine, tmp_path):
    machine()
    said = run(tmp_path / "job 12")
    config = load_bench(tmp_path / "job 12")
    assert config.bench.name == "job-12"
    assert config.bench.scope == ()
    assert config.sample[0].network is None
    assert "certbench doctor" in said


def test_every_provision_is_listed_and_none_is_answered(machine, tmp_path, catalogues):
    machine()
    run(tmp_path)
    dossier = load_dossier(tmp_path)
    text = (tmp_path / "dossier.toml").read_text()
    for catalogue in catalogues:
        assert dossier.ics[catalogue.framework.slug] == ()
        for provision in catalogue.provisions:
            assert f"#{{ provision = {json.dumps(provision.id)}, " in text
            assert not applicability(catalogue, provision, dossier).answered


def test_a_row_that_was_opened_and_not_filled_in_does_not_load(machine, tmp_path):
    machine()
    run(tmp_path)
    file = tmp_path / "dossier.toml"
    file.write_text(file.read_text().replace("#{ provision", "{ provision", 1))
    with pytest.raises(Exception, match=r"support.*one of .*Y"):
        load_dossier(tmp_path)


def test_all_examples_load_once_they_are_opened(machine, tmp_path, catalogues):
    machine(route="bench0")
    run(tmp_path, address="198.51.100.20")
    dossier = tmp_path / "dossier.toml"
    filled = EXAMPLE.sub(r"\1", dossier.read_text())
    dossier.write_text(
        filled.replace('support = "", detail = ""', 'support = "N", detail = "not yet"')
    )
    read = load_dossier(tmp_path)
    for catalogue in catalogues:
        listed = [row.provision for row in read.ics[catalogue.framework.slug]]
        assert listed == [provision.id for provision in catalogue.provisions]
    structured = list(ATTRIBUTES.values())
    assert all(getattr(read.ixit, name) for name in structured), structured
    bench = tmp_path / "bench.toml"
    opened = EXAMPLE.sub(r"\1", bench.read_text())
    bench.write_text(opened.replace("198.51.100.20/32", "0.0.0.0/0"))
    config = load_bench(bench)
    assert [sample.id for sample in config.sample] == ["A", "B"]
    assert config.sample[0].power.kind == "operator"


def test_the_tables_that_units_read_have_an_example(machine, tmp_path):
    machine()
    run(tmp_path)
    text = (tmp_path / "dossier.toml").read_text()
    tables = {unit.per for suite in installed_suites().values() for unit in suite.units()[0]}
    missing = [name for name in tables if name and f"[[ixit.{name}]]" not in text]
    assert not missing


@pytest.mark.parametrize("answer", ['a "b" ]] \\', "\x7f\x1b[31m", "Zoë\u202e", "#{", "{{ x }}"])
def test_answers_stay_what_they_are(tmp_path, answer):
    write_skeleton(tmp_path, Draft(name=answer, supplier=answer, model=answer), FRAMEWORKS)
    assert load_bench(tmp_path).bench.name == answer
    assert load_dossier(tmp_path).dut.supplier == answer


def test_names_of_ports_cannot_leave_their_comment(tmp_path):
    port = SerialPort("/dev/x", 'evil\n[bench]\nname = "other"', plugged=True)
    write_skeleton(tmp_path, Draft(name="b", ports=(port,)), FRAMEWORKS)
    assert load_bench(tmp_path).bench.name == "b"


@pytest.mark.parametrize("name", ["bench.toml", "dossier.toml"])
def test_nothing_is_written_over(machine, tmp_path, name):
    machine()
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match=f"{name} exists already"):
        run(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_an_answer_that_is_no_address_writes_nothing(machine, tmp_path):
    machine()
    with pytest.raises(UsageError, match="resolves no names"):
        run(tmp_path / "new", address="router.local")
    assert not (tmp_path / "new").exists()


def test_the_scope_is_the_sample_and_nothing_else(machine, tmp_path):
    machine(route="bench0")
    run(tmp_path, address="198.51.100.20")
    config = load_bench(tmp_path)
    assert config.bench.scope == ("198.51.100.20/32",)
    assert config.bench.interface == "bench0"
    assert config.sample[0].network.mac == ""


def test_the_only_neighbour_on_a_bench_link_is_proposed(machine, tmp_path):
    machine(
        links=(BENCH0, UPLINK),
        neighbours=(near("198.51.100.20", "bench0"), near("203.0.113.9", "uplink0")),
        ports=(ADAPTER, BUILT_IN),
    )
    run(tmp_path)
    (sample,) = load_bench(tmp_path).sample
    assert sample.network.address == "198.51.100.20"
    assert sample.console.url == ADAPTER.device


@pytest.mark.parametrize(
    "neighbours",
    [
        (near("203.0.113.9", "uplink0"),),
        (near("198.51.100.254", "bench0", router=True),),
        (near("198.51.100.20", "bench0"), near("198.51.100.21", "bench0")),
        (near("fe80::1", "bench0"),),
    ],
    ids=["leads elsewhere", "a router", "two of them", "link-local"],
)
def test_a_neighbour_that_may_be_anybodys_is_not_proposed(machine, tmp_path, neighbours):
    machine(links=(BENCH0, UPLINK), neighbours=neighbours, ports=(BUILT_IN,))
    run(tmp_path)
    (sample,) = load_bench(tmp_path).sample
    assert sample.network is None
    assert sample.console is None


def test_plan_accepts_what_the_command_wrote_without_a_terminal(tmp_path):
    made = subprocess.run(
        [PROGRAM, "init", "job", "--address", "127.0.99.1", "--serial", "none"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr
    assert "no terminal to ask at" in made.stderr
    plan = subprocess.run(
        [PROGRAM, "plan", "job", "-f", "etsi-en-303-645", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )
    assert plan.returncode == 0, plan.stderr
    units = json.loads(plan.stdout)["units"]
    assert {unit["reason"].partition(":")[0] for unit in units} == {"no-ics-row"}


def test_a_person_at_a_terminal_is_asked_each_question_once(tmp_path):
    terminal, theirs = os.openpty()
    process = subprocess.Popen(
        [PROGRAM, "init", "job"], stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path
    )
    os.close(theirs)
    seen = []

    def read():
        try:
            while data := os.read(terminal, 4096):
                seen.append(data)
        except OSError:  # the other side is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    replies = {
        b"Name of the bench": b"desk-1\n",
        b"IP address of the sample": b"none\n",
        b"Serial console": b"none\n",
        b"Supplier of the device": b"Example Networks\n",
        b"Model of the device": b"RR-1\n",
    }
    for question, reply in replies.items():
        deadline = time.monotonic() + 30
        while question not in b"".join(seen):
            assert time.monotonic() < deadline, b"".join(seen)
            time.sleep(0.02)
        os.write(terminal, reply)
    assert process.wait(30) == 0
    reader.join(5)
    os.close(terminal)
    assert load_bench(tmp_path / "job").bench.name == "desk-1"
    dut = load_dossier(tmp_path / "job").dut
    assert (dut.supplier, dut.model) == ("Example Networks", "RR-1")


@pytest.mark.parametrize("there", [True, False])
def test_an_adapter_without_its_library_is_listed_with_what_to_install(
    there, machine, tmp_path, monkeypatch
):
    monkeypatch.setattr(init, "installed", lambda: there)
    machine()
    said = run(tmp_path / "b")
    assert "usb:0A12:0001" in said
    assert ("certbench[bluetooth]" in said) is not there
