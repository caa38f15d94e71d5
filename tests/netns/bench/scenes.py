"""Scenes for test_guard_in_a_namespace.py, each played in a fresh network namespace.

::

    bench0 198.51.100.1/24 ---- dut0 198.51.100.20 (a namespace of its own)
    uplink0 203.0.113.1/24 ---- the default route, via 203.0.113.254

Run as ``unshare -n python scenes.py NAME``. A sniffer on every interface is the judge of whether a
packet left; the control at the end of each scene is a packet to the sample that it must see.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.bench.guard import BenchInterfaceGone, ScopeGuard
from harness.bench.network import IpLink, bind_options
from harness.bench.network_link import Connected
from harness.errors import LinkDown, ScopeError

SAMPLE = "198.51.100.20"
STRANGER = "203.0.113.20"
BEYOND = "192.0.2.20"
SCOPE = ("198.51.100.0/24",)
WIDE = ("198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24")
ETH_P_ALL = 3


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


@contextlib.contextmanager
def wires():
    """The two links, with the sample in a namespace of its own."""
    sample = subprocess.Popen(["unshare", "-n", "sleep", "60"])
    try:
        own = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{sample.pid}/ns/net").readlink() == own:
            time.sleep(0.01)
        ip("link", "set", "lo", "up")
        ip(
            "link",
            "add",
            "bench0",
            "type",
            "veth",
            "peer",
            "name",
            "dut0",
            "netns",
            str(sample.pid),
        )
        ip("link", "add", "uplink0", "type", "veth", "peer", "name", "street0")
        ip("addr", "add", "198.51.100.1/24", "dev", "bench0")
        ip("addr", "add", "203.0.113.1/24", "dev", "uplink0")
        for name in ("bench0", "uplink0", "street0"):
            ip("link", "set", name, "up")
        ip("route", "add", "default", "via", "203.0.113.254")
        in_sample(sample.pid, "link", "set", "lo", "up")
        in_sample(sample.pid, "addr", "add", f"{SAMPLE}/24", "dev", "dut0")
        in_sample(sample.pid, "link", "set", "dut0", "up")
        yield sample.pid
    finally:
        sample.kill()
        sample.wait()


def in_sample(pid, *arguments):
    subprocess.run(["nsenter", "-t", str(pid), "-n", "ip", *arguments], check=True)


class Sniffer:
    """Sees every frame that leaves or arrives."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self._socket.settimeout(0.3)

    def about(self, address):
        """Whether a frame named ``address``, as ARP or IP; reads what there is."""
        wanted = socket.inet_aton(address)
        seen = False
        with contextlib.suppress(TimeoutError):
            while True:
                seen = wanted in self._socket.recv(65535)[14:60] or seen
        return seen

    def close(self):
        self._socket.close()


@contextlib.contextmanager
def no_programs():
    """Were the guard to fail, no scanner could start."""
    before, os.environ["PATH"] = os.environ["PATH"], "/nonexistent"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def every_step(link, sniffer, *addresses):
    """Each driver refuses, and no frame names any of ``addresses``."""
    session = link.http(2)
    for step in (
        lambda: link.guard(link.address),
        lambda: link.interface,
        lambda: link.connect(80, 0.5),
        lambda: link.udp(53, b"x", 0.5),
        lambda: session.request("GET", f"http://{link.address}/"),
        lambda: link.ssh_login(22, "a", "b", "id", 1),
        lambda: link.ssh_survey(22, timeout_s=1),
        lambda: link.nmap(["-sT"], "1", 5),
    ):
        with no_programs(), pytest.raises(ScopeError):
            step()
    session.close()
    for address in addresses or (link.address,):
        assert not sniffer.about(address), f"a packet about {address} left"


def control(sniffer):
    """The sample itself is reached, and the sniffer sees it."""
    link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
    assert link.connect(80, 2) == (Connected.REFUSED, None)
    assert sniffer.about(SAMPLE), "the sniffer is deaf"


def out_of_scope(sniffer, pid):
    every_step(IpLink(STRANGER, ScopeGuard(SCOPE, "bench0")), sniffer)
    every_step(IpLink(BEYOND, ScopeGuard(SCOPE)), sniffer)


def over_another_interface(sniffer, pid):
    every_step(IpLink(STRANGER, ScopeGuard(WIDE, "bench0")), sniffer)
    every_step(IpLink(SAMPLE, ScopeGuard(WIDE, "uplink0")), sniffer)


def through_the_default_route(sniffer, pid):
    every_step(IpLink(BEYOND, ScopeGuard(WIDE)), sniffer, BEYOND, "203.0.113.254")
    every_step(IpLink(BEYOND, ScopeGuard(WIDE, "uplink0")), sniffer, BEYOND, "203.0.113.254")


def through_the_default_route_by_permission(sniffer, pid):
    """Own devices behind a router: only what is in scope, and still over one interface only."""
    alone = (f"{BEYOND}/32",)
    assert ScopeGuard(alone, through_routers=True).check(BEYOND) == "uplink0"
    assert ScopeGuard(alone, "uplink0", through_routers=True).check(BEYOND) == "uplink0"
    for scope, interface, address in (
        (alone, "", STRANGER),
        (alone, "bench0", BEYOND),
        (WIDE, "", "203.0.113.255"),
        (WIDE, "", "203.0.113.1"),
    ):
        with pytest.raises(ScopeError):
            ScopeGuard(scope, interface, through_routers=True).check(address)
    assert not sniffer.about(BEYOND)


def through_a_router_on_the_bench_link(sniffer, pid):
    ip("route", "add", "198.51.100.77", "via", SAMPLE, "dev", "bench0")
    every_step(IpLink("198.51.100.77", ScopeGuard(SCOPE, "bench0")), sniffer)


def own_broadcast_and_multicast_addresses(sniffer, pid):
    every_step(IpLink("198.51.100.1", ScopeGuard(SCOPE)), sniffer)
    every_step(IpLink("198.51.100.255", ScopeGuard(SCOPE, "bench0")), sniffer)
    ip("route", "add", "224.0.0.0/4", "dev", "bench0")
    every_step(IpLink("224.0.0.5", ScopeGuard(("224.0.0.0/4",), "bench0")), sniffer)


def forbidden_routes(sniffer, pid):
    for kind, last in (("blackhole", 30), ("unreachable", 31), ("prohibit", 32)):
        ip("route", "add", kind, f"198.51.100.{last}")
        link = IpLink(f"198.51.100.{last}", ScopeGuard(SCOPE, "bench0"))
        every_step(link, sniffer)


def loopback_over_a_bench_interface(sniffer, pid):
    every_step(IpLink("127.0.0.1", ScopeGuard(("127.0.0.0/8",), "bench0")), sniffer)


def a_route_that_changes_is_noticed_at_once(sniffer, pid):
    link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
    assert link.interface == "bench0"
    ip("route", "add", SAMPLE, "via", "203.0.113.254", "dev", "uplink0")
    every_step(link, sniffer)
    ip("route", "del", SAMPLE, "via", "203.0.113.254", "dev", "uplink0")


def targets_that_a_device_names(sniffer, pid):
    guard = ScopeGuard(SCOPE, "bench0")
    for url in (f"http://{STRANGER}/", f"https://{BEYOND}/x", "http://router.example/"):
        with pytest.raises(ScopeError):
            guard.check_url(url)
    assert guard.check_url(f"https://{SAMPLE}:8443/x") == SAMPLE
    assert not sniffer.about(STRANGER)


def sockets_are_tied_to_the_interface(sniffer, pid):
    ((level, option, _),) = bind_options("bench0")
    assert (level, option) == (socket.SOL_SOCKET, socket.SO_BINDTODEVICE)
    link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
    with link._open(socket.SOCK_STREAM) as tied:
        bound = tied.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
    assert bound.rstrip(b"\0") == b"bench0"


def a_pulled_cable_is_a_lost_link(sniffer, pid):
    link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
    in_sample(pid, "link", "set", "dut0", "down")
    without_carrier(link)
    lost(link)
    in_sample(pid, "link", "set", "dut0", "up")
    for _ in range(50):  # the carrier takes a moment to come back
        with contextlib.suppress(BenchInterfaceGone):
            assert link.connect(80, 2)[0] is Connected.REFUSED
            return
        time.sleep(0.05)
    raise AssertionError("the link did not come back")


def a_vanished_interface_is_a_lost_link(sniffer, pid):
    control(sniffer)
    link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
    ip("link", "del", "bench0")
    lost(link)  # the default route would now take the packet to the street
    assert not sniffer.about(SAMPLE)
    ip("link", "del", "uplink0")
    lost(IpLink(SAMPLE, ScopeGuard(SCOPE)))


def a_cable_pulled_during_a_step_is_no_silence(sniffer, pid):
    in_sample(pid, "addr", "del", f"{SAMPLE}/24", "dev", "dut0")  # the sample falls silent
    link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
    assert link.connect(80, 0.3) == (Connected.TIMEOUT, None)
    subprocess.Popen(["sh", "-c", f"sleep 0.3; nsenter -t {pid} -n ip link set dut0 down"])
    with pytest.raises(LinkDown):
        link.connect(80, 5)


GROUPS = (("239.255.255.250", 1900), ("224.0.0.251", 5353))
RESPONDER = """
import socket, struct, sys
group, port = sys.argv[1], int(sys.argv[2])
own, bystander = "198.51.100.20", "198.51.100.30"
heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
heard.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
heard.bind((group, port))
request = socket.inet_aton(group) + socket.inet_aton(own)
heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
sys.stdout.write("ready\\n")
sys.stdout.flush()
data, notes, _, sender = heard.recvmsg(2000, 100)
ttl = struct.unpack("@i", notes[0][2])[0]
for address, target in ((own, sender), (bystander, sender), (own, (group, port))):
    answer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    answer.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
    answer.bind((address, 0))
    answer.sendto(b"%s %d of %s" % (data, ttl, address.encode()), target)
"""


@contextlib.contextmanager
def responder(pid, group, port):
    """A program on the sample that answers one question to the group, three times."""
    command = ["nsenter", "-t", str(pid), "-n", sys.executable, "-c", RESPONDER, group, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as program:
        assert program.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            program.kill()


@contextlib.contextmanager
def street():
    """A sniffer on the other interface."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as sniffer:
        sniffer.bind(("street0", 0))
        sniffer.settimeout(0.3)
        yield sniffer


def saw_group(sniffer, group):
    """Whether a UDP datagram to the group came by; memberships (IGMP) are no question."""
    seen = False
    with contextlib.suppress(TimeoutError):
        while True:
            frame = sniffer.recv(65535)
            udp = frame[12:14] == b"\x08\x00" and frame[23] == socket.IPPROTO_UDP
            seen = seen or (udp and frame[30:34] == socket.inet_aton(group))
    return seen


def other_groups_are_refused(sniffer, pid):
    link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
    others = (("224.0.0.251", 5354), ("224.0.0.1", 5353), ("239.255.255.251", 1900))
    for group, port in (*others, ("ff02::fb", 5353), ("255.255.255.255", 1900), (SAMPLE, 1900)):
        with pytest.raises(ScopeError):
            link.multicast(group, port, [b"x"], 0.1)
        assert group == SAMPLE or ":" in group or not sniffer.about(group)
    for stranger in (STRANGER, BEYOND):
        with pytest.raises(ScopeError):
            IpLink(stranger, ScopeGuard(SCOPE, "bench0")).multicast(*GROUPS[0], [b"x"], 0.1)
    with pytest.raises(ScopeError):
        IpLink(SAMPLE, ScopeGuard(WIDE, "uplink0")).multicast(*GROUPS[0], [b"x"], 0.1)
    assert not sniffer.about(GROUPS[0][0])


def discovery_groups_reach_the_link_of_the_sample_and_nothing_else(sniffer, pid):
    in_sample(pid, "addr", "add", "198.51.100.30/24", "dev", "dut0")
    ip("route", "add", "224.0.0.0/4", "dev", "uplink0")  # where the kernel would send them
    for group, port in GROUPS:
        link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
        with street() as outside, responder(pid, group, port):
            heard = link.multicast(group, port, [b"who"], 0.5)
            assert not saw_group(outside, group), "a question left over another interface"
        texts = [entry.data for entry in heard.datagrams]
        assert texts == [b"who 1 of 198.51.100.20"] * 2
        assert (heard.others, heard.dropped) == (1, 0)
    assert link.link_layer_address().count(":") == 5


def what_the_sample_announces_to_the_group_is_heard(sniffer, pid):
    in_sample(pid, "addr", "add", "198.51.100.30/24", "dev", "dut0")
    group, port = GROUPS[0]
    link = IpLink(SAMPLE, ScopeGuard(SCOPE, "bench0"))
    with responder(pid, group, port):
        answered = {entry.port for entry in link.multicast(group, port, [b"q"], 0.5).datagrams}
    assert len(answered) == 2  # one to the asker, one to the group
    assert link.multicast(group, port, [b"q"], 0.2).datagrams == ()


def without_carrier(link):
    """Wait until the kernel knows: it looks at carriers once a second."""
    for _ in range(100):
        try:
            link.guard(SAMPLE)
        except BenchInterfaceGone:
            return
        time.sleep(0.05)
    raise AssertionError("the carrier is still there")


def lost(link):
    with pytest.raises(LinkDown) as raised:
        link.connect(80, 0.5)
    assert isinstance(raised.value, BenchInterfaceGone)


WITHOUT_CONTROL = {
    "a_vanished_interface_is_a_lost_link",
    "a_cable_pulled_during_a_step_is_no_silence",
}


def main():
    scene = globals()[sys.argv[1]]
    with wires() as pid, contextlib.closing(Sniffer()) as sniffer:
        time.sleep(0.2)  # the links' own announcements
        sniffer.about(SAMPLE)
        scene(sniffer, pid)
        if scene.__name__ not in WITHOUT_CONTROL:
            control(sniffer)
    sys.stdout.write("played\n")


if __name__ == "__main__":
    main()
