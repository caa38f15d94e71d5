"""What doctor says of the machine, of secrets, power commands and room."""

import os
import shutil

import pytest

from harness.bench import clock as bench_clock
from harness.bench import machine_checks, sample_checks
from harness.bench.checks import Health, blocks, in_order, ok
from harness.model.bench_config import LoginConfig, PowerConfig


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """An empty PATH, and a way to put programs on it."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(name, script):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)

    return put


def test_nothing_behind_a_step_that_blocks_is_tried():
    tried = []
    steps = [
        ("a", lambda: ok("fine")),
        ("b", lambda: blocks("out", "in")),
        ("c", lambda: tried.append("c") or ok("never")),
    ]
    found = list(in_order("sample A", "network", steps))
    assert [check.health for check in found] == [Health.OK, Health.BLOCKS, Health.SKIPPED]
    assert found[2].shown == "not tried: b blocks"
    assert tried == []


def test_what_a_check_shows_is_harmless():
    steps = [("a", lambda: blocks("\x1b[2Jx", "y\u202e"))]
    (check,) = in_order("sample A", "console", steps)
    assert (check.shown, check.mend) == ("\\x1b[2Jx", "y\\u202e")


def test_a_missing_nmap_blocks(programs):
    assert machine_checks.nmap_present().health is Health.BLOCKS


@pytest.mark.parametrize(
    ("said", "health"),
    [
        ("Nmap version 7.93 ( https://nmap.org )", Health.OK),
        ("Nmap version 7.80SVN", Health.OK),
        ("Nmap version 6.47", Health.NOTE),
        ("something else", Health.BLOCKS),
    ],
)
def test_the_version_of_nmap_counts(programs, said, health):
    programs("nmap", f'echo "{said}"')
    assert machine_checks.nmap_present().health is health


def test_no_raw_sockets_cost_something_and_do_not_block(monkeypatch):
    monkeypatch.setattr(machine_checks, "raw_sockets_work", lambda: False)
    answer = machine_checks.privileges()
    assert answer.health is Health.NOTE
    assert "slower" in answer.shown


@pytest.mark.parametrize(("needed", "health"), [(True, Health.BLOCKS), (False, Health.NOTE)])
def test_a_namespace_blocks_only_where_the_bench_asks_for_one(monkeypatch, needed, health):
    monkeypatch.setattr(machine_checks.namespace, "available", lambda: "not here")
    assert machine_checks.namespaces(needed=needed).health is health


@pytest.mark.parametrize(
    ("mib", "health"), [(100, Health.BLOCKS), (500, Health.NOTE), (5000, Health.OK)]
)
def test_room_is_measured_where_the_captures_will_be(tmp_path, monkeypatch, mib, health):
    asked = []

    def usage(folder):
        asked.append(folder)
        return shutil._ntuple_diskusage(0, 0, mib * 1024**2)

    monkeypatch.setattr(machine_checks.shutil, "disk_usage", usage)
    answer = machine_checks.room(tmp_path / "reports" / "new")
    assert asked == [tmp_path]
    assert answer.health is health


@pytest.mark.parametrize(("state", "health"), [(0, Health.OK), (5, Health.NOTE), (-1, Health.NOTE)])
def test_a_clock_without_a_source_is_noted(monkeypatch, state, health):
    class Library:
        def adjtimex(self, buffer):
            told = bytes(buffer._obj)
            assert not any(told), "no mode may be set: that would set the clock"
            return state

    monkeypatch.setattr(bench_clock.ctypes, "CDLL", lambda name: Library())
    assert machine_checks.clock().health is health


def test_a_secret_is_found_and_never_shown(tmp_path, monkeypatch):
    file = tmp_path / "label"
    file.write_text("hunter2-very\n")
    file.chmod(0o600)
    monkeypatch.setenv("JOB_USER", "hunter2-very")
    for reference in (f"file:{file}", "env:JOB_USER"):
        answer = sample_checks.secret(LoginConfig(user="admin", password=reference), "sample[A]")
        assert answer.health is Health.OK
        assert "hunter2" not in answer.shown + answer.mend


def test_a_secret_that_others_can_read_is_noted(tmp_path):
    file = tmp_path / "label"
    file.write_text("x\n")
    file.chmod(0o644)
    login = LoginConfig(user="admin", password=f"file:{file}")
    answer = sample_checks.secret(login, "sample[A].label")
    assert answer.health is Health.NOTE
    assert answer.mend == f"chmod 600 {file}"


def test_a_secret_that_is_not_there_blocks(tmp_path, monkeypatch):
    monkeypatch.delenv("JOB_USER", raising=False)
    for reference, mend in (("env:JOB_USER", "export JOB_USER="), (f"file:{tmp_path}/no", "Put")):
        login = LoginConfig(user="admin", password=reference)
        answer = sample_checks.secret(login, "sample[A].user")
        assert answer.health is Health.BLOCKS
        assert "sample[A].user.password" in answer.shown
        assert mend in answer.mend


def test_power_commands_are_looked_for_and_not_run(programs, tmp_path):
    programs("switch", f"touch {tmp_path}/switched")
    there = PowerConfig(kind="command", off=("switch", "off"), on=("switch on",))
    assert sample_checks.power(there).health is Health.OK
    assert not (tmp_path / "switched").exists()
    lacking = there.model_copy(update={"on": ("uhubctl", "-a", "on")})
    answer = sample_checks.power(lacking)
    assert answer.health is Health.BLOCKS
    assert "power.on: uhubctl" in answer.shown
    answer = sample_checks.switch("link", ("switch 3 off",), ("no-such-switch",))
    assert "link.on: no-such-switch" in answer.shown
    assert not (tmp_path / "switched").exists()


def test_the_machine_that_runs_this_test_can_be_examined(tmp_path):
    names = [
        check.name for check in machine_checks.machine_checks(_settings(), tmp_path / "reports")
    ]
    assert names == ["nmap", "privileges", "namespaces", "disk", "clock"]
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def _settings():
    from harness.model.bench_config import BenchSettings

    return BenchSettings(name="b", scope=())
