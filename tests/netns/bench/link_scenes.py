"""Scenes for test_link_checks.py: what `certbench doctor` says of a link in each condition.

The wires are those of scenes.py; so is the sniffer, which judges whether a packet left. Run as
``unshare -n python link_scenes.py NAME``.
"""

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scenes import BEYOND, SAMPLE, STRANGER, Sniffer, in_sample, ip, wires

from harness.bench.checks import Health
from harness.bench.discovery import interfaces, mac_of, neighbours
from harness.bench.network_checks import network_checks
from harness.config import load_bench
from harness.model.bench_config import BenchSettings, NetworkLinkConfig

SCOPE = ("198.51.100.0/24",)
OTHER_MAC = "02:00:5e:00:53:99"


def said(address=SAMPLE, mac="", interface="bench0", scope=SCOPE, link="network", **more):
    """Step -> (health, what was shown and how to mend it)."""
    through = more.pop("through_routers", False)
    settings = BenchSettings(name="b", scope=scope, interface=interface, through_routers=through)
    config = NetworkLinkConfig(address=address, mac=mac, **more)
    found = network_checks("sample A", config, settings)
    return {
        check.name: (check.health, f"{check.shown} {check.mend}")
        for check in found
        if check.link == link
    }


def blocked_at(step, *words, found):
    """``step`` is the one that blocks, in these words; nothing behind it was tried."""
    health, text = found[step]
    assert health is Health.BLOCKS, found
    for word in words:
        assert word in text, text
    names = list(found)
    behind = names[names.index(step) + 1 :]
    assert all(found[name][0] is Health.SKIPPED for name in behind), found


def real_mac(pid):
    link = subprocess.run(
        ["nsenter", "-t", str(pid), "-n", "ip", "-br", "link", "show", "dut0"],
        capture_output=True,
        text=True,
        check=True,
    )
    return link.stdout.split()[2]


def a_good_link(sniffer, pid):
    found = said(mac=real_mac(pid).upper().replace(":", "-"))
    assert {health for health, _ in found.values()} == {Health.OK}, found
    assert "reset" in found["answer"][1]


def without_a_named_interface(sniffer, pid):
    found = said(interface="")
    assert found["interface"] == (
        Health.OK,
        "bench0 holds the network; bench.interface names none ",
    )
    assert found["answer"][0] is Health.OK


def a_mac_that_nobody_wrote_down(sniffer, pid):
    health, text = said()["mac"]
    assert health is Health.NOTE
    assert f'network.mac = "{real_mac(pid)}"' in text


def another_device_at_the_address(sniffer, pid):
    found = said(mac=OTHER_MAC)
    blocked_at("mac", OTHER_MAC, real_mac(pid), found=found)


def an_interface_that_is_not_there(sniffer, pid):
    blocked_at("interface", "no interface bench7", "bench0", found=said(interface="bench7"))
    assert not sniffer.about(SAMPLE)


def a_missing_carrier(sniffer, pid):
    in_sample(pid, "link", "set", "dut0", "down")
    blocked_at("carrier", "bench0 has no carrier", "cable", found=said())


def an_interface_that_is_off(sniffer, pid):
    ip("link", "set", "bench0", "down")
    blocked_at("carrier", "ip link set bench0 up", found=said())


def no_address_in_the_network_of_the_sample(sniffer, pid):
    ip("addr", "flush", "dev", "bench0")
    found = said()
    assert found["own-address"][0] is Health.NOTE
    assert "ip address add" in found["own-address"][1]
    blocked_at("route", "route", found=found)
    blocked_at("interface", "bench0 has a carrier and no address", found=said(interface=""))
    assert not sniffer.about(SAMPLE)


def a_route_over_another_interface(sniffer, pid):
    ip("route", "add", SAMPLE, "via", "203.0.113.254", "dev", "uplink0")
    blocked_at("route", "uplink0", "not over the bench interface bench0", found=said())
    blocked_at("route", "behind a router", found=said(interface=""))
    assert not sniffer.about(SAMPLE)
    assert not sniffer.about("203.0.113.254")


def addresses_that_the_guard_refuses(sniffer, pid):
    blocked_at("scope", "outside bench.scope", found=said(STRANGER))
    blocked_at("interface", BEYOND, found=said(BEYOND, interface="", scope=("0.0.0.0/0",)))
    own = said("198.51.100.1")
    blocked_at("own-address", "the bench's own address", found=own)
    for address in (STRANGER, BEYOND):
        assert not sniffer.about(address), f"a packet about {address} left"


def nobody_at_the_address(sniffer, pid):
    assert said()["neighbour"][0] is Health.OK  # somebody else is heard
    found = said("198.51.100.99")
    blocked_at("neighbour", "nobody answers", SAMPLE, real_mac(pid), found=found)


def a_sample_that_drops_everything(sniffer, pid):
    # ARP is answered; everything else goes to a hardware address that nobody has.
    in_sample(pid, "neigh", "replace", "198.51.100.1", "lladdr", OTHER_MAC, "dev", "dut0")
    found = said()
    assert found["answer"][0] is Health.NOTE, found
    assert "INCONCLUSIVE" in found["answer"][1]


def what_the_machine_has(sniffer, pid):
    there = {each.name: each for each in interfaces()}
    assert there["uplink0"].default_route
    assert not there["bench0"].default_route
    assert there["lo"].loopback
    assert list(there)[-1] == "lo"
    said()
    known = [each for each in neighbours() if each.address == SAMPLE]
    assert [each.mac for each in known] == [real_mac(pid)] == [mac_of(SAMPLE, "bench0")]
    assert not known[0].router


def set_up(folder, *options):
    """``certbench init`` as somebody types it who has no terminal; the config that it wrote."""
    program = Path(sys.executable).with_name("certbench")
    done = subprocess.run(
        [program, "init", folder, "--serial", "none", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return load_bench(Path(folder))


def init_sends_nothing_unless_asked(sniffer, pid):
    with tempfile.TemporaryDirectory() as folder:
        config = set_up(f"{folder}/job", "--address", SAMPLE)
        assert config.bench.interface == "bench0"
        assert config.bench.scope == (f"{SAMPLE}/32",)
        assert config.sample[0].network.mac == ""
    assert not sniffer.about(SAMPLE)


def init_writes_down_the_mac_that_answers(sniffer, pid):
    with tempfile.TemporaryDirectory() as folder:
        config = set_up(f"{folder}/job", "--address", SAMPLE, "--try")
        assert config.sample[0].network.mac == real_mac(pid)
        # The only neighbour on the bench link is now known, and proposed.
        assert set_up(f"{folder}/two").sample[0].network.address == SAMPLE
    assert sniffer.about(SAMPLE), "the sniffer is deaf"


def init_tries_nothing_that_the_guard_refuses(sniffer, pid):
    with tempfile.TemporaryDirectory() as folder:
        config = set_up(f"{folder}/job", "--address", BEYOND, "--try")
        assert config.bench.interface == ""
        assert config.sample[0].network.mac == ""
    assert not sniffer.about(BEYOND)


def a_sample_behind_a_router(sniffer, pid):
    in_sample(pid, "addr", "add", "198.51.101.20/24", "dev", "dut0")
    ip("route", "add", "198.51.101.0/24", "via", SAMPLE, "dev", "bench0")
    there = {"address": "198.51.101.20", "scope": ("198.51.101.0/24",)}
    blocked_at("route", "behind a router", found=said(**there))
    for interface in ("bench0", ""):
        found = said(**there, interface=interface, through_routers=True)
        assert {health for health, _ in found.values()} == {Health.OK}, found
        assert "through a router" in found["route"][1]


def the_wan_side_of_a_gateway(sniffer, pid):
    in_sample(pid, "addr", "add", "198.51.100.21/24", "dev", "dut0")
    assert said(wan_address="198.51.100.21", link="wan")["answer"][0] is Health.OK
    blocked_at("scope", STRANGER, found=said(wan_address=STRANGER, link="wan"))
    assert not sniffer.about(STRANGER)


def an_ipv6_sample(sniffer, pid):
    ip("addr", "add", "2001:db8:7::1/64", "dev", "bench0", "nodad")
    in_sample(pid, "addr", "add", "2001:db8:7::20/64", "dev", "dut0", "nodad")
    scope = ("2001:db8:7::/64",)
    found = said("2001:db8:7::20", mac=real_mac(pid), scope=scope)
    assert {health for health, _ in found.values()} == {Health.OK}, found
    blocked_at("neighbour", "nobody answers", found=said("2001:db8:7::99", scope=scope))


def main():
    scene = globals()[sys.argv[1]]
    with wires() as pid, contextlib.closing(Sniffer()) as sniffer:
        time.sleep(0.2)  # the links' own announcements
        sniffer.about(SAMPLE)
        scene(sniffer, pid)
    sys.stdout.write("played\n")


if __name__ == "__main__":
    main()
