"""Run inside a network namespace: vsftpd and dnsmasq, the services and files probes, facts as JSON.

Arguments: a folder, and how the servers are set up: ``open``, ``read-only``, ``closed``.
"""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from recording import recording_context

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.facts.base import Endpoint
from harness.facts.ports import Port, PortsFacts, PortState
from harness.interpret import dns as dns_reader
from harness.interpret import files as files_reader
from harness.interpret import services as services_reader
from harness.interpret.base import Upstream
from harness.model.observation import EvidenceRef, Present
from harness.probes import dns, files, services

ADDRESS = "127.0.10.1"
REF = EvidenceRef(path="p", where="w")
VSFTPD = """
listen=YES
listen_address={address}
background=NO
anonymous_enable={anonymous}
local_enable=YES
write_enable={write}
anon_upload_enable={write}
anon_other_write_enable={write}
anon_umask=022
anon_root={root}
secure_chroot_dir={empty}
seccomp_sandbox=NO
"""


def ftp_server(folder: Path, scene: str) -> subprocess.Popen[bytes]:
    root, empty = folder / "ftp", folder / "empty"
    incoming = root / "incoming"
    for made in (incoming, empty):
        made.mkdir(parents=True)
    (root / "readme.txt").write_text("hello")
    incoming.chmod(0o777)
    for made in (root, empty):
        made.chmod(0o755)
    values = {"anonymous": "NO" if scene == "closed" else "YES"}
    values["write"] = "YES" if scene == "open" else "NO"
    config = folder / "vsftpd.conf"
    config.write_text(VSFTPD.format(address=ADDRESS, root=root, empty=empty, **values))
    return subprocess.Popen([shutil.which("vsftpd", path="/usr/sbin:/usr/bin"), str(config)])


def tftp_server(folder: Path) -> subprocess.Popen[bytes]:
    root = folder / "tftp"
    root.mkdir()
    (root / "boot.scr").write_text("boot me")
    arguments = ["--keep-in-foreground", "--conf-file=/dev/null", "--enable-tftp"]
    arguments += [f"--tftp-root={root}", f"--listen-address={ADDRESS}", "--bind-interfaces"]
    arguments += ["--no-resolv", "--no-hosts", "--user=root", "--pid-file=", "--leasefile-ro"]
    return subprocess.Popen([shutil.which("dnsmasq", path="/usr/sbin:/usr/bin"), *arguments])


def wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            socket.create_connection((ADDRESS, port), 1).close()
            return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def ports() -> PortsFacts:
    def port(transport: str, number: int, state: PortState) -> Port:
        endpoint = Endpoint(address=ADDRESS, transport=transport, port=number)
        return Port(endpoint=endpoint, state=state, evidence=(REF,))

    found = (
        port("tcp", 21, PortState.OPEN),
        port("udp", 69, PortState.OPEN_OR_FILTERED),
        port("udp", 53, PortState.OPEN),
    )
    alive = Present(evidence=(REF,))
    return PortsFacts(address=ADDRESS, alive=alive, ports=found, complete=True)


def main() -> None:
    folder, scene = Path(sys.argv[1]), sys.argv[2]
    for parent in (folder, *folder.parents):  # vsftpd reads as another user
        with contextlib.suppress(OSError):
            parent.chmod(parent.stat().st_mode | 0o011)
    servers = [ftp_server(folder, scene), tftp_server(folder)]
    try:
        wait_for(21)
        wait_for(53)
        context_type = recording_context()
        link = IpLink(ADDRESS, ScopeGuard(("127.0.0.0/8",)))
        scanned = ports()
        asked = context_type(folder / "s", "services", link, [scanned])
        known = services_reader.interpret(
            asked.collect(services.PROBE), Upstream({"ports": scanned})
        )
        context = context_type(folder / "f", "files", link, [known])
        facts = files_reader.interpret(context.collect(files.PROBE), Upstream({"services": known}))
        named = context_type(folder / "d", "dns", link, [known]).collect(dns.PROBE)
        names = dns_reader.interpret(named, Upstream({}))
    finally:
        for server in servers:
            server.terminate()
            server.wait(5)
    places = (folder / "ftp" / "incoming", folder / "tftp")
    left = sorted(entry.name for place in places for entry in place.iterdir())
    answer = {
        "services": known.to_json(),
        "files": facts.to_json(),
        "left": left,
        "dns": names.to_json(),
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


main()
