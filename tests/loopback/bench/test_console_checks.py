"""What doctor says of serial consoles: missing, busy, not allowed, silent, talking."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harness.bench.checks import Health
from harness.bench.console_checks import console_checks, listened_baud
from harness.model.bench_config import ConsoleConfig

pytestmark = pytest.mark.loopback

TRIAL = """
import json, os, sys
from harness.bench.console_checks import console_checks
from harness.model.bench_config import ConsoleConfig
if len(sys.argv) > 2:
    os.setgroups([int(number) for number in sys.argv[3:]])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
found = console_checks("sample A", ConsoleConfig(url=sys.argv[1], baud=115200))
said = {each.name: [each.health.value, f"{each.shown} | {each.mend}"] for each in found}
json.dump(said, sys.stdout)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become an ordinary user")
NOBODY = "65534"
DIALOUT = "20"


def said(url, baud=115200):
    found = console_checks("sample A", ConsoleConfig(url=url, baud=baud))
    return {check.name: (check.health, f"{check.shown} | {check.mend}") for check in found}


def said_elsewhere(url, *who):
    """The same, from a process that is no relative of whoever holds the port; as ``who``."""
    command = [sys.executable, "-c", TRIAL, url, *who]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {
        name: (Health(health), text) for name, (health, text) in json.loads(done.stdout).items()
    }


@pytest.fixture
def lone_pty():
    """A pseudo-terminal whose bench end nobody holds open."""
    device, bench = os.openpty()
    name = os.ttyname(bench)
    os.close(bench)
    yield device, name
    os.close(device)


def answering(device, question, answer):
    """A device that answers ``question`` once."""

    def run():
        heard = b""
        while question not in heard:
            try:
                heard += os.read(device, 100)
            except OSError:  # nobody has opened the other end yet
                time.sleep(0.01)
        os.write(device, answer)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@contextlib.contextmanager
def talking(device, text):
    """A device that writes ``text`` again and again; opening a port drops what came before."""
    stop = threading.Event()

    def run():
        while not stop.wait(0.1):
            os.write(device, text)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)


@contextlib.contextmanager
def held(name):
    """A program that has the port open and is a child of this one."""
    with Path(name).open("rb", 0) as port, subprocess.Popen(["sleep", "30"], stdin=port) as it:
        port.close()
        yield it
        it.kill()


def test_a_device_that_is_not_there_blocks_and_names_those_that_are():
    found = said("/dev/ttyNONE7")
    assert found["device"][0] is Health.BLOCKS
    assert "serial ports of this machine" in found["device"][1]
    assert {found[name][0] for name in ("permission", "busy", "speech")} == {Health.SKIPPED}


def test_a_plain_file_is_no_console(tmp_path):
    (tmp_path / "log").write_text("login: ")
    assert said(str(tmp_path / "log"))["device"][0] is Health.BLOCKS


def test_a_console_that_talks_is_quoted_harmlessly(pty):
    with talking(pty[0], b"\x1b[31mU-Boot 2023.01\r\n"):
        health, text = said(pty[1])["speech"]
    assert health is Health.OK
    assert "talks by itself: \\x1b[31mU-Boot" in text


def test_a_silent_console_is_asked_once_with_a_carriage_return(pty):
    thread = answering(pty[0], b"\r", b"\r\nrouter login: ")
    health, text = said(pty[1])["speech"]
    thread.join(5)
    assert health is Health.OK
    assert "answers a carriage return" in text


def test_a_console_that_stays_silent_does_not_block(pty):
    health, text = said(pty[1])["speech"]
    assert health is Health.NOTE
    assert "TX and RX" in text


def test_a_flood_ends(pty, flood):
    with flood(b"kernel panic " * 50):
        started = time.monotonic()
        health, text = said(pty[1])["speech"]
    assert health is Health.OK
    assert len(text) < 400
    assert time.monotonic() - started < 5


def test_a_port_that_another_program_has_open_blocks_and_names_it(lone_pty):
    with held(lone_pty[1]) as holder:
        health, text = said_elsewhere(lone_pty[1])["busy"]
    assert health is Health.BLOCKS
    assert f"sleep (process {holder.pid})" in text


def test_what_doctor_itself_started_does_not_count_as_busy(lone_pty):
    with held(lone_pty[1]):
        assert said(lone_pty[1])["busy"][0] is Health.OK


@as_root
def test_an_ordinary_user_without_the_right_is_told_the_group(lone_pty):
    os.chown(lone_pty[1], 0, int(DIALOUT))  # dialout, as udev has it
    os.chmod(lone_pty[1], 0o660)  # noqa: PTH101
    found = said_elsewhere(lone_pty[1], NOBODY)
    health, text = found["permission"]
    assert health is Health.BLOCKS
    assert "sudo usermod -aG dialout nobody" in text
    assert found["speech"][0] is Health.SKIPPED


@as_root
def test_a_member_of_the_group_may_go_on(lone_pty):
    os.chown(lone_pty[1], 0, int(DIALOUT))
    os.chmod(lone_pty[1], 0o660)  # noqa: PTH101
    found = said_elsewhere(lone_pty[1], NOBODY, DIALOUT)
    assert found["permission"][0] is Health.OK
    assert "only root can tell" in found["busy"][1]


def test_a_console_server_that_is_down_blocks():
    found = said("socket://127.0.0.1:1")
    assert list(found) == ["speech"]
    assert found["speech"][0] is Health.BLOCKS
    assert "console server" in found["speech"][1]


def test_the_speed_is_found_while_listening(pty):
    with talking(pty[0], b"Starting kernel ...\r\n"):
        baud, heard = listened_baud(pty[1])
    assert baud == 115200
    assert b"kernel" in heard
