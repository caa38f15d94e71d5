"""The ports probe with a real nmap, in a network namespace of its own."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(shutil.which("nmap") is None, reason="needs nmap: apt-get install nmap"),
]

SCENE = Path(__file__).with_name("scan_scene.py")


@pytest.fixture
def scan(in_namespace: Callable[..., dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    return lambda scene: in_namespace(SCENE, scene)


def states(facts: dict[str, Any]) -> dict[str, str]:
    return {
        f"{port['endpoint']['transport']}/{port['endpoint']['port']}": port["state"]
        for port in facts["ports"]
    }


def test_every_open_port_is_found_and_every_port_examined(scan) -> None:
    answer = scan("plain")
    facts = answer["ports"]
    assert facts["complete"]
    assert states(facts) == {
        "tcp/22": "open",
        "tcp/8080": "open",
        "tcp/48080": "open",
        "udp/123": "open|filtered",
    }
    assert facts["examined"] == ["tcp/1-65535", "udp/53", "udp/123"]
    assert facts["alive"]["kind"] == "present"
    assert set(answer["tools"]) == {"nmap", "python-nmap"}


def test_nmap_only_guesses_at_what_spoke_and_was_not_confirmed(scan) -> None:
    services = {entry["endpoint"]["port"]: entry for entry in scan("plain")["services"]["services"]}
    assert services[8080]["protocol"] == "unconfirmed"
    assert "ftp" in services[8080]["guess"].lower()
    assert services[22]["guess"] == ""


def test_without_raw_sockets_tcp_is_connected_to_and_udp_asked_by_sockets(scan) -> None:
    facts = scan("unprivileged")["ports"]
    assert facts["complete"]
    assert states(facts)["tcp/48080"] == "open"
    assert states(facts)["udp/123"] == "open|filtered"
    assert facts["examined"] == ["tcp/1-65535", "udp/53", "udp/123"]


def test_a_port_that_is_gone_at_the_second_look_vanished(scan) -> None:
    facts = scan("vanish")["ports"]
    assert states(facts)["tcp/48080"] == "vanished"
    assert states(facts)["tcp/22"] == "open"


def test_the_last_look_shows_what_opened_and_what_closed_since_the_first(scan) -> None:
    late = scan("late")["late"]
    assert late["complete"]
    assert late["gone"] == ["tcp/48080"]
    (service,) = late["services"]
    assert service["endpoint"]["port"] == 7681
    assert service["banner"].startswith("220 ProFTPD")
    assert "tcp/1-65535" in late["examined"]
    # It greets like FTP or SMTP and answers as neither: what it speaks is not known.
    looked_at = {*late["examined"], *(gap["target"] for gap in late["not_examined"])}
    assert "tcp/7681" in looked_at
    assert states(late)["tcp/7681"] == "open"
