"""The pure pieces that read logins and consoles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.interpret import login_screen as screen
from harness.interpret.boot_log import MASK, ran_loader_command, secrets_in, versions_in
from harness.interpret.derivation import PublicIdentity, derive
from harness.interpret.login_page import local_path
from harness.interpret.telnet_options import take_apart, text_of


@pytest.mark.parametrize(
    "text", [b"\r\nrouter login: ", b"Username:", b"\x1b[2J\x1b[1;1Hlogin: ", b"User name: "]
)
def test_login_prompts_are_recognised(text) -> None:
    assert screen.asks_for_user(text)


@pytest.mark.parametrize("text", [b"Last login: today", b"login: admin\r\n", b"", b"Password: "])
def test_other_text_is_no_login_prompt(text) -> None:
    assert not screen.asks_for_user(text)


def test_a_demand_for_a_new_password_is_no_login() -> None:
    assert screen.asks_for_new_password(b"Enter new password: ")
    assert not screen.asks_for_password(b"Enter new password: ")
    assert screen.demands_change(b"You must set a new password first.\r\n# ")


def test_an_echo_of_a_command_is_no_output() -> None:
    assert not screen.shows_identity(screen.without_echo(b"id\r\n$ ", b"id\r"))
    assert screen.shows_identity(screen.without_echo(b"id\r\nuid=0(root)\r\n# ", b"id\r"))


def test_telnet_options_are_refused_and_split_commands_wait() -> None:
    parts = take_apart(b"\xff\xfd\x01\xff\xfb\x03login: \xff")
    assert parts.text == b"login: "
    assert parts.reply == b"\xff\xfc\x01\xff\xfe\x03"
    assert parts.pending == b"\xff"
    assert text_of(b"a\xff\xffb\xff\xfa\x18\x01\xff\xf0c") == b"a\xffbc"


@given(st.binary(max_size=400))
def test_no_bytes_break_the_recognisers(data) -> None:
    take_apart(data)
    screen.at_prompt(data)
    screen.asks_for_user(data)
    screen.demands_change(data)
    secrets_in(data, ["hunter22"])
    versions_in(data)
    ran_loader_command(data)


def test_derivations_have_stable_names() -> None:
    rules = dict(derive(PublicIdentity(mac="02:00:5E:10:AB:CD", serial="SN12345678")))
    assert rules["mac-last-8-hex"] == "5e10abcd"
    assert rules["mac-last-6-hex-upper"] == "10ABCD"
    assert rules["serial-last-8"] == "12345678"
    assert derive(PublicIdentity()) == ()


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/x", "/x"),
        ("https://192.0.2.7/y?z=1", "/y?z=1"),
        ("http://evil.example/", ""),
        ("//evil.example/", ""),
        ("javascript:1", ""),
        ("http://[", ""),
    ],
)
def test_only_the_device_itself_is_followed(location, path) -> None:
    assert local_path(location, "/login", "192.0.2.7") == path


def test_secrets_are_masked_and_prompts_are_none() -> None:
    log = (
        b"hostapd: wpa_passphrase=blue-horse-77\r\nadmin_password=Xk29dkLq\r\n"
        b"Password: \r\nPassword: incorrect\r\nroot:$6$salt$abcdefghijk:19000:0:\r\n"
        b"-----BEGIN RSA PRIVATE KEY-----\r\nAuthorization: Bearer 0123456789abcdefXYZ\r\n"
    )
    found = secrets_in(log, ["Xk29dkLq"])
    assert [secret.kind for secret in found] == [
        "wifi-passphrase",
        "known-secret",
        "shadow-hash",
        "private-key",
        "token",
    ]
    assert found[1].shown == f"admin_password={MASK}"
    assert not any("blue-horse" in secret.shown for secret in found)


@pytest.mark.parametrize(
    "log",
    [
        b"Password: .Password: .Password: .",
        b"Password:.Password:.Password:.",
        b"Enter password: Retype password: ",
        b"Password: Sorry, try again",
        b"Password: Access denied",
        b"passwd: authentication token manipulation error",
    ],
)
def test_a_login_that_goes_on_in_its_line_writes_no_secret(log: bytes) -> None:
    assert secrets_in(log) == ()
    assert [(s.kind, s.value) for s in secrets_in(log + b"\npassword=Xk29dkLq")] == [
        ("password", "Xk29dkLq")
    ]


def test_a_secret_behind_a_repeated_prompt_is_found() -> None:
    assert [s.value for s in secrets_in(b"Password: .Password: Xk29dkLq")] == ["Xk29dkLq"]
    assert [s.value for s in secrets_in(b"password=access")] == ["access"]


def test_a_shell_is_no_boot_loader() -> None:
    assert not ran_loader_command(b"PATH=/bin\nHOME=/root\n# ")
    assert ran_loader_command(b"U-Boot 2023.01 (Jan 10 2023)\n=> ")
    assert ran_loader_command(b"baudrate=115200\nbootcmd=bootm\n> ")
