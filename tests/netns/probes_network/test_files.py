"""The files probe against vsftpd and dnsmasq, programs that know nothing of this bench."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.netns

SCENE = Path(__file__).with_name("files_scene.py")


@pytest.fixture
def ask(in_namespace: Callable[..., dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    if os.geteuid() != 0:
        pytest.skip("needs root: these programs change their user and group")
    for program in ("vsftpd", "dnsmasq"):
        if not shutil.which(program, path="/usr/sbin:/usr/bin"):
            pytest.skip(f"{program} is missing: apt-get install vsftpd dnsmasq-base")
    return lambda scene: in_namespace(SCENE, scene)


def servers(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["files"]["complete"]
    assert answer["files"]["not_examined"] == []
    return {server["protocol"]: server for server in answer["files"]["servers"]}


def kinds(server: dict[str, Any], *names: str) -> list[str]:
    return [server[name]["kind"] for name in names]


def test_an_open_ftp_server_is_read_written_and_cleaned(ask) -> None:
    answer = ask("open")
    ftp = servers(answer)["ftp"]
    assert kinds(ftp, "anonymous", "any_login") == ["present", "absent"]
    assert kinds(ftp, "readable", "writable") == ["present", "present"]
    assert set(ftp["readable_names"]) == {"incoming", "readme.txt"}
    assert ftp["left"] == "nothing"
    assert answer["left"] == ["boot.scr"]


def test_a_read_only_ftp_server_refuses_to_be_written(ask) -> None:
    ftp = servers(ask("read-only"))["ftp"]
    assert kinds(ftp, "anonymous", "readable", "writable") == ["present", "present", "absent"]


def test_an_ftp_server_with_logins_lets_nobody_in(ask) -> None:
    ftp = servers(ask("closed"))["ftp"]
    assert kinds(ftp, "anonymous", "any_login", "readable", "writable") == ["absent"] * 4


def test_a_read_only_tftp_server_is_found_and_read(ask) -> None:
    answer = ask("closed")
    tftp = servers(answer)["tftp"]
    assert kinds(tftp, "readable", "writable") == ["present", "absent"]
    assert tftp["readable_names"] == ["boot.scr"]
    assert tftp["left"] == ""
    spoken = {entry["protocol"] for entry in answer["services"]["services"]}
    assert spoken == {"ftp", "tftp", "dns"}


def test_dnsmasq_without_servers_of_its_own_refuses_to_look_names_up(ask) -> None:
    (server,) = ask("closed")["dns"]["servers"]
    assert kinds(server, "answered", "recursion") == ["present", "absent"]
    assert [entry["product"] for entry in server["disclosures"]] == ["dnsmasq"]
