"""The discovery probe in front of avahi-daemon, over a wire of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root for network and mount namespaces"),
    pytest.mark.skipif(
        not all(shutil.which(name) for name in ("avahi-daemon", "ip", "mount")),
        reason="needs avahi-daemon and ip: apt-get install avahi-daemon iproute2",
    ),
]

SCENE = Path(__file__).with_name("avahi_scene.py")


def facts_of(folder, *arguments):
    command = [sys.executable, str(SCENE), str(folder / "avahi"), *arguments]
    played = subprocess.run(
        ["unshare", "-n", "-m", "--", *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(SCENE.parents[1])},
    )
    assert played.returncode == 0, played.stderr
    return json.loads(played.stdout.splitlines()[-1])


def test_names_services_and_texts_are_read(tmp_path):
    facts = facts_of(tmp_path, "camera-02005e102030")
    mdns, ssdp = facts["responders"]
    assert mdns["ways"] == ["multicast", "unicast"]
    assert ssdp["answered"]["kind"] == "unknown"
    instances = {entry["name"]: entry for entry in facts["instances"]}
    camera = instances["Camera on camera-02005e102030._http._tcp.local"]
    assert (camera["host"], camera["port"]) == ("camera-02005e102030.local", 8080)
    assert camera["txt"] == ["fw=Firmware 1.2.3"]
    assert ("Firmware", "1.2.3") in {(t["product"], t["version"]) for t in mdns["told"]}
    # Nobody told the bench the address: the kernel saw it on the wire.
    assert {entry["kind"] for entry in facts["identifiers"]} == {"MAC address"}
    assert facts["complete"] is True
