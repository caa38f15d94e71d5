"""Run inside a network namespace: one SNMP agent, the services and both SNMP probes, facts as JSON.

Arguments: a folder, and the agent: ``closed``, ``filtered``, ``open`` (the community public reads),
``writable`` (private writes as well), ``fixed`` (it may write, and the configuration holds every
text), ``hardened`` (a community of the house, version 3 with authPriv), ``careless`` (version 3, a
published user without a key), ``any`` (every community reads), ``deaf`` (private reads in version 1
alone), ``slow`` (public reads, after some time), ``moved`` (public reads, on another port).
"""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from recording import recording_context

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.facts.base import Endpoint
from harness.facts.ports import Port, PortsFacts, PortState
from harness.interpret import services as services_reader
from harness.interpret import snmp as snmp_reader
from harness.interpret import snmp_messages
from harness.interpret import snmp_write as write_reader
from harness.interpret.base import Upstream
from harness.model.observation import EvidenceRef, Present
from harness.probes import services, snmp, snmp_write

ADDRESS = "127.0.10.1"
SNMPD = shutil.which("snmpd", path="/usr/sbin:/usr/bin") or "snmpd"
PORTS = {"moved": 10161}
CONFIGURATIONS = {
    "open": "rocommunity public\n",
    "moved": "rocommunity public\n",
    "writable": "rocommunity public\nrwcommunity private\n",
    "fixed": "rwcommunity private\nsysContact me\nsysLocation here\nsysName there\n"
    "authtrapenable 2\n",
    "hardened": "rocommunity a-secret-of-the-house\n"
    'createUser operator SHA-256 "a long secret" AES "another secret"\n'
    "rouser operator authPriv\n",
    "careless": "createUser initial\nrouser initial noauth\n",
}


@contextlib.contextmanager
def snmpd(folder: Path, scene: str):
    """Debian's agent, with a configuration of our own."""
    own = folder / "agent"
    own.mkdir()
    (own / "snmpd.conf").write_text(CONFIGURATIONS[scene])
    agent = subprocess.Popen(
        [SNMPD, "-f", "-Lf", str(own / "log"), "-C", "-c", str(own / "snmpd.conf"), "-I", "-smux",
         f"udp:{ADDRESS}:{PORTS.get(scene, 161)}"],
        env={"SNMP_PERSISTENT_DIR": str(own), "PATH": "/usr/sbin:/usr/bin"},
    )  # fmt: skip
    try:
        await_agent(PORTS.get(scene, 161))
        yield
    finally:
        agent.terminate()
        agent.wait(10)


def await_agent(port: int) -> None:
    discovery = snmp_messages.user_request("", snmp_messages.Engine(), snmp_messages.GET, 1, ())
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            client.connect((ADDRESS, port))
            with contextlib.suppress(OSError):
                client.send(discovery)
                client.recv(4096)
                return
        time.sleep(0.1)
    raise SystemExit("the agent did not start")


class Odd:
    """An agent in a few lines, which answers with what it was sent."""

    def __init__(self, scene: str) -> None:
        self._scene = scene
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ADDRESS, 161))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(65535)
            asked = snmp_messages.parse(data)
            if asked is not None and asked.version != "v3" and self._knows(asked):
                time.sleep(0.6 if self._scene == "slow" else 0)
                self._socket.sendto(self._answer(asked), peer)

    def _knows(self, asked: snmp_messages.Message) -> bool:
        if self._scene == "deaf":
            return asked.version == "v1" and asked.community == b"private"
        return self._scene == "any" or (self._scene == "slow" and asked.community == b"public")

    def _answer(self, asked: snmp_messages.Message) -> bytes:
        name = snmp_messages.SYS_DESCR
        value = snmp_messages.Binding(name, 4, b"Oddity OS 7.1")
        return snmp_messages.community_request(
            asked.version, asked.community.decode(), snmp_messages.RESPONSE, asked.request_id,
            (value,),
        )  # fmt: skip


@contextlib.contextmanager
def agent(folder: Path, scene: str):
    if scene in CONFIGURATIONS:
        with snmpd(folder, scene):
            yield
    elif scene == "filtered":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind((ADDRESS, 161))
            yield
    else:
        if scene != "closed":
            Odd(scene)
        yield


def scanned(port: int) -> PortsFacts:
    place = EvidenceRef(path="x", where="line 1")
    endpoint = Endpoint(address=ADDRESS, transport="udp", port=port)
    return PortsFacts(
        address=ADDRESS,
        alive=Present(evidence=(place,)),
        ports=(Port(endpoint=endpoint, state=PortState.OPEN_OR_FILTERED, evidence=(place,)),),
        examined=(endpoint.name,),
        complete=True,
    )


def main() -> None:
    folder, scene = Path(sys.argv[1]), sys.argv[2]
    context_type = recording_context()
    link = IpLink(ADDRESS, ScopeGuard(("127.0.0.0/8",)))
    with agent(folder, scene):
        ports = scanned(PORTS.get(scene, 161))
        asked = context_type(folder / "s", "services", link, [ports])
        found = services_reader.interpret(asked.collect(services.PROBE), Upstream({}))
        began = time.monotonic()
        reading = context_type(folder / "r", "snmp", link, [found])
        facts = snmp_reader.interpret(reading.collect(snmp.PROBE), Upstream({}))
        took_s = time.monotonic() - began
        writing = context_type(folder / "w", "snmp-write", link, [facts])
        captures = writing.collect(snmp_write.PROBE)
        written = write_reader.interpret(captures, Upstream({"snmp": facts}))
    answer = {
        "services": found.to_json(),
        "snmp": facts.to_json(),
        "write": written.to_json(),
        "took_s": took_s,
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


main()
