import re
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import harness.reference
from harness.reference.flaws import Flaw
from harness.reference.shuffle import DATAGRAM_SURFACE

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"


def test_state_tells_what_the_router_is(start):
    sample = start()
    assert sample.order("state") == {
        "ok": True,
        "state": "as-received",
        "power": "on",
        "plugged": True,
        "firmware": "2.4.1",
        "delivered": "2.4.1",
        "next": "2.4.2",
    }
    sample.initialise()
    assert sample.order("state")["state"] == "initialised"


@pytest.mark.parametrize("order", ["dance", ""])
def test_unknown_orders_are_answered_with_the_known_ones(start, order):
    answer = start().order(order)
    assert not answer["ok"]
    assert "power-cycle" in answer["error"]


def test_power_cycle_takes_the_network_down_and_keeps_the_password(start, browser):
    sample = start()
    sample.initialise()
    live = socket.create_connection((sample.address, sample.port("ssh")), 3)
    assert sample.order("power-cycle")["power"] == "booting"
    assert sample.refused("https")
    while live.recv(4096):
        pass
    live.close()
    sample.wait_for_power("on")
    assert sample.order("state")["state"] == "initialised"
    assert sample.post_login(browser, "admin", PASSWORD).status_code == 303


def test_power_cycle_can_be_ordered_in_the_middle_of_a_boot(start):
    sample = start()
    for _ in range(3):
        assert sample.order("power-cycle")["ok"]
    sample.wait_for_power("on")
    assert not sample.refused("https")


def test_reset_brings_the_label_password_back(start, browser):
    sample = start()
    sample.initialise()
    assert sample.order("reset")["state"] == "as-received"
    assert sample.post_login(browser, "admin", PASSWORD).status_code == 401
    answer = sample.post_login(browser, "admin", sample.label)
    assert answer.headers["Location"] == "/password"


def test_unplugging_drops_connections_and_plugging_brings_the_ports_back(start, terminal):
    sample = start()
    sample.initialise()
    live = socket.create_connection((sample.address, sample.port("ssh")), 3)
    live.settimeout(3)
    assert sample.order("unplug")["plugged"] is False
    while live.recv(4096):
        pass
    live.close()
    assert sample.refused("https")
    terminal(sample).log_in(PASSWORD)
    assert sample.order("plug")["plugged"] is True
    assert not sample.refused("https")
    assert sample.ssh_run(PASSWORD, "id")


def test_a_router_that_is_unplugged_boots_without_network(start):
    sample = start()
    sample.order("unplug")
    sample.order("power-cycle")
    sample.wait_for_power("on")
    assert sample.refused("https")
    sample.order("plug")
    assert not sample.refused("https")


def test_new_firmware_is_seen_at_the_next_look(start, browser):
    sample = start(extra=("--firmware", "2.4.0"))
    sample.initialise()
    assert sample.ssh_run(PASSWORD, "cat /etc/version") == "2.4.0\n"
    assert sample.order("firmware", version="2.5.0")["firmware"] == "2.5.0"
    sample.post_login(browser, "admin", PASSWORD)
    assert browser.get(sample.url("/api/about"), timeout=5).json()["firmware"] == "2.5.0"


def test_closing_standard_input_ends_the_process_in_a_second(start):
    sample = start("weak-tls-cipher", "ssh-weak-algorithms")
    sample.initialise()
    idle = [
        socket.create_connection((sample.address, sample.port(name)), 3)
        for name in ("http", "https", "ssh")
    ]
    sample.process.stdin.close()
    assert sample.process.wait(15) == 0
    assert sample.process.stderr.read() == b""
    for one in idle:
        one.close()
    assert not Path(sample.ready["control"]).exists()
    sample.process.stdout.close()
    sample.process.stderr.close()


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "stop"])
def test_signals_and_stop_end_the_process_cleanly(start, how):
    sample = start()
    if how == "stop":
        assert sample.order("stop")["ok"]
    else:
        sample.process.send_signal(signal.Signals[how])
    assert sample.process.wait(15) == 0
    assert sample.stop() == (0, "")


def test_ending_in_the_middle_of_a_boot_is_clean(start):
    sample = start()
    sample.order("power-cycle")
    assert sample.stop() == (0, "")


def test_a_taken_port_is_named_and_nothing_hangs(start, tmp_path):
    sample = start()
    command = [sys.executable, "-m", "harness.reference", "router", "--sample", "B", "--fast"]
    command += [
        "--address",
        sample.address,
        "--port-offset",
        "20000",
        "--work",
        str(tmp_path / "b"),
    ]
    run = subprocess.run(
        command, stdin=subprocess.PIPE, capture_output=True, text=True, timeout=15, check=False
    )
    assert run.returncode == 3
    assert re.search(r"sample B did not come up: https?: cannot listen", run.stderr)
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--flaw", "none-such"], "no such flaw: none-such"),
        (["--address", "nowhere"], "--address"),
        (["--surface", "{"], "--surface is not JSON"),
        (["--surface", '{"gopher": 70}'], "--surface is an object"),
        (["--surface", '{"https": true}'], "--surface: a port"),
    ],
)
def test_wrong_arguments_are_named(tmp_path, arguments, complaint):
    command = [sys.executable, "-m", "harness.reference", "router", "--sample", "A"]
    command += ["--address", "127.77.1.1", "--work", str(tmp_path), *arguments]
    run = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=15, check=False
    )
    assert run.returncode == 2
    assert complaint in run.stderr


def test_surface_sets_ports_by_name(start):
    sample = start(extra=("--surface", '{"https": 24443}'))
    assert sample.port("https") == 24443
    assert not sample.refused("https")


def test_every_flaw_of_the_table_is_a_switch_and_the_reverse():
    table = tomllib.loads(
        (Path(harness.reference.__file__).parent / "flaws.toml").read_text(encoding="utf-8")
    )
    assert {entry["name"] for entry in table["flaw"]} == {flaw.value for flaw in Flaw}


def test_all_flaws_together_still_make_a_router(start, browser):
    sample = start(*(flaw.value for flaw in Flaw))
    assert sample.label == "admin"
    sample.initialise()
    # One opens later, one listens on the WAN's address, the others answer datagrams only.
    refused = {name for name in sample.ready["surface"] if sample.refused(name)}
    assert refused <= {"late", "upnp-wan", *DATAGRAM_SURFACE}
    with socket.create_connection((sample.ready["wan"], sample.port("upnp-wan")), 2):
        pass
    assert sample.post_login(browser, "admin", PASSWORD).status_code == 303
    assert sample.ssh_run(PASSWORD, "id")
