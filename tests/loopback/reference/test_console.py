import time

import pytest
import serial

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"


def test_console_prints_a_boot_log_and_asks_for_a_login(start, terminal):
    sample = start()
    console = terminal(sample)
    sample.order("power-cycle")
    log = console.until(b"login: ")
    assert b"Firmware 2.4.1" in log
    assert b"Hit any key" not in log
    assert b"wpa_passphrase" not in log
    assert PASSWORD.encode() not in log


def test_good_login_runs_commands_and_exit_asks_again(start, terminal):
    sample = start()
    sample.initialise()
    console = terminal(sample)
    assert b"admin@router:~$ " in console.log_in(PASSWORD)
    assert b"uid=1000(admin)" in console.say("id", b"$ ")
    assert b"2.4.1" in console.say("cat /etc/version", b"$ ")
    assert b"a b" in console.say("echo a b", b"$ ")
    assert b"not found" in console.say("reboot", b"$ ")
    console.say("exit", b"login: ")


def test_passwords_are_not_echoed(start, terminal):
    sample = start()
    sample.initialise()
    assert PASSWORD.encode() not in terminal(sample).log_in(PASSWORD)


def test_label_login_on_the_console_runs_nothing(start, terminal):
    sample = start()
    console = terminal(sample)
    assert b"You must set a new password first" in console.log_in(sample.label)
    answer = console.say("id", b"$ ")
    assert b"uid=" not in answer
    assert b"You must set a new password first" in answer


def test_clients_may_open_and_close_the_console(start):
    sample = start()
    for _ in range(3):
        with serial.Serial(sample.ready["console"], timeout=1) as port:
            port.write(b"\r")
            assert port.read_until(b"login: ").endswith(b"login: ")


def test_keys_during_boot_are_ignored_by_the_hardened_boot_loader(start, terminal):
    sample = start()
    console = terminal(sample)
    sample.order("power-cycle")
    log, ends = b"", time.monotonic() + 60
    while b"login: " not in log and time.monotonic() < ends:
        console.port.write(b" \r")  # a prompt that got lost, as on any UART, is shown again
        log += console.port.read(4096)
    assert b"login: " in log
    assert b"=> " not in log


def test_a_key_stops_at_the_boot_loader_prompt_when_that_is_a_flaw(start, terminal):
    sample = start("bootloader-interruptible")
    console = terminal(sample)
    sample.order("power-cycle")
    console.port.write(b" ")
    assert b"Hit any key" in console.until(b"=> ")
    assert sample.order("state")["power"] == "boot-loader"
    assert sample.refused("https")
    assert b"ethaddr=" + sample.ready["mac"].encode() in console.say("printenv", b"=> ")
    assert b"loader" in console.say("version", b"=> ")
    assert b"Unknown command" in console.say("md 0", b"=> ")
    console.say("boot", b"login: ")
    sample.wait_for_power("on")
    assert not sample.refused("https")


def test_without_a_key_the_interruptible_boot_loader_goes_on(start, terminal):
    sample = start("bootloader-interruptible")
    console = terminal(sample)
    sample.order("power-cycle")
    assert b"=> " not in console.until(b"login: ")


def test_power_cut_at_the_boot_loader_prompt_boots_again(start, terminal):
    sample = start("bootloader-interruptible")
    console = terminal(sample)
    sample.order("power-cycle")
    console.port.write(b" ")
    console.until(b"=> ")
    sample.order("power-cycle")
    console.until(b"login: ")


def test_root_shell_without_login_is_a_flaw(start, terminal):
    sample = start("serial-root-shell")
    sample.initialise()
    console = terminal(sample)
    sample.order("power-cycle")
    assert b"login: " not in console.until(b"# ")
    assert b"uid=0(root)" in console.say("id", b"# ")
    console.say("exit", b"# ")


def test_boot_log_leaks_both_secrets_when_that_is_a_flaw(start, terminal):
    sample = start("secrets-in-boot-log")
    console = terminal(sample)
    sample.order("power-cycle")
    log = console.until(b"login: ")
    assert b"wpa_passphrase=" in log
    assert b"admin_password=" + sample.label.encode() in log
    sample.initialise()
    sample.order("power-cycle")
    assert b"admin_password=" + PASSWORD.encode() in console.until(b"login: ")


def test_boot_log_comes_in_pieces_at_the_pace_of_the_boot(start, terminal):
    sample = start(extra=())
    console = terminal(sample)
    began = time.monotonic()
    sample.order("power-cycle")
    console.until(b"Starting kernel")
    middle = time.monotonic()
    console.until(b"login: ")
    assert middle - began < time.monotonic() - began
    assert time.monotonic() - began > 0.25  # how long more depends on the machine
