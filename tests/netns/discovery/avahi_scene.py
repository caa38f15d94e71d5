"""A sample that runs avahi-daemon, over a veth: an independent responder and real multicast.

Run in fresh network and mount namespaces, as root. Arguments: a folder for captures, and the name
of the sample's host.
"""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from recording import recording_context

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.interpret import discovery as reader
from harness.interpret.base import Upstream
from harness.probes import discovery

SAMPLE, MAC = "198.51.100.20", "02:00:5e:10:20:30"
CONFIGURATION = """[server]
host-name={host}
use-ipv6=no
allow-interfaces=dut0
enable-dbus=no
[publish]
publish-workstation=yes
publish-hinfo=no
"""
SERVICE = """<?xml version="1.0"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
<name replace-wildcards="yes">Camera on %h</name>
<service><type>_http._tcp</type><port>8080</port>
<txt-record>fw=Firmware 1.2.3</txt-record></service></service-group>"""


def run(*command):
    subprocess.run(command, check=True)


@contextlib.contextmanager
def avahi(folder, host):
    """The daemon in a namespace of its own at the other end of the wire."""
    for place in ("/run", "/etc/avahi"):
        run("mount", "-t", "tmpfs", "none", place)
    services = Path("/etc/avahi/services")
    services.mkdir(parents=True)
    (services / "camera.service").write_text(SERVICE)
    file = folder / "avahi.conf"
    file.write_text(CONFIGURATION.format(host=host))
    options = ["--no-drop-root", "--no-chroot", "--no-rlimits", "-f", str(file)]
    wait = "until ip link show dut0 >/dev/null 2>&1; do sleep 0.05; done"
    up = f"{wait}; ip link set lo up; ip link set dut0 address {MAC}; ip link set dut0 up"
    address = f"ip addr add {SAMPLE}/24 dev dut0"
    script = f'{up}; {address}; exec avahi-daemon "$@"'
    command = ["unshare", "-n", "sh", "-c", script, "sh", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as daemon:
        try:
            while (
                Path(f"/proc/{daemon.pid}/ns/net").readlink()
                == Path("/proc/self/ns/net").readlink()
            ):
                time.sleep(0.01)
            veth = ("ip", "link", "add", "bench0", "type", "veth", "peer", "name", "dut0")
            run(*veth, "netns", str(daemon.pid))
            run("ip", "addr", "add", "198.51.100.1/24", "dev", "bench0")
            run("ip", "link", "set", "bench0", "up")
            # It probes for its names before it announces them (RFC 6762, 8).
            assert any(b"successfully established" in line for line in daemon.stderr)
            yield
        finally:
            daemon.kill()


def main():
    folder, host = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True)
    with avahi(folder, host):
        link = IpLink(SAMPLE, ScopeGuard(("198.51.100.0/24",), "bench0"))
        context = recording_context()(folder, "discovery", link, [])
        config = SimpleNamespace(serial="", network=SimpleNamespace(mac=""))
        context.sample = SimpleNamespace(network=link, wan=None, label=None, config=config)
        facts = reader.interpret(context.collect(discovery.PROBE), Upstream({}))
    sys.stdout.write(json.dumps(facts.to_json()) + "\n")


if __name__ == "__main__":
    main()
