"""Run inside a network namespace: a few listeners, the ports and services probes, facts as JSON.

Arguments: a folder for captures, and what to do: ``plain``, ``unprivileged``, ``vanish``,
``late``.
"""

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from recording import recording_context

from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
from harness.bench.network_link import ToolRun
from harness.interpret import late_ports as late_reader
from harness.interpret import ports as ports_reader
from harness.interpret import services as services_reader
from harness.interpret.base import Upstream
from harness.probes import late_ports, ports, services

ADDRESS = "127.0.10.1"


class SceneLink(IpLink):
    """The real link, with something happening between the two looks."""

    def __init__(self, scene: str, doomed: socket.socket) -> None:
        super().__init__(ADDRESS, ScopeGuard(("127.0.0.0/8",)))
        self._scene = scene
        self._doomed = doomed
        self._runs = 0

    @property
    def privileged(self) -> bool:
        return self._scene != "unprivileged"

    def nmap(self, arguments: Sequence[str], ports: str, timeout_s: float) -> ToolRun:
        result = super().nmap(arguments, ports, timeout_s)
        self._runs += 1
        if self._scene == "vanish" and self._runs == 1:
            self._doomed.close()
        return result


def greet(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            peer, _ = listener.accept()
            threading.Thread(target=talk, args=(peer,), daemon=True).start()


def talk(peer: socket.socket) -> None:
    with peer, contextlib.suppress(OSError):
        peer.sendall(b"220 ProFTPD 1.3.5 Server (dut) [127.0.10.1]\r\n")
        while peer.recv(4096):
            pass


def main() -> None:
    folder, scene = Path(sys.argv[1]), sys.argv[2]
    listeners = [socket.create_server((ADDRESS, port)) for port in (22, 8080, 48080)]
    threading.Thread(target=greet, args=(listeners[1],), daemon=True).start()
    ntp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ntp.bind((ADDRESS, 123))
    context_type = recording_context()
    link = SceneLink(scene, listeners[2])
    context = context_type(folder / "p", "ports", link, [])
    facts = ports_reader.interpret(context.collect(ports.PROBE), Upstream({}))
    answer = {"ports": facts.to_json(), "tools": context.tools}
    if scene in {"plain", "late"}:
        asked = context_type(folder / "s", "services", link, [facts])
        captures = asked.collect(services.PROBE)
        found = services_reader.interpret(captures, Upstream({"ports": facts}))
        answer["services"] = found.to_json()
    if scene == "late":
        listeners.pop().close()
        listeners.append(socket.create_server((ADDRESS, 7681)))
        threading.Thread(target=greet, args=(listeners[-1],), daemon=True).start()
        known = [facts, found]
        captures = context_type(folder / "l", "late-ports", link, known).collect(late_ports.PROBE)
        upstream = Upstream({entry.PROBE: entry for entry in known})
        answer["late"] = late_reader.interpret(captures, upstream).to_json()
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


main()
