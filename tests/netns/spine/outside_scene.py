"""A survey in a namespace with a way out: does anything leave?

::

    lo       127.0.10.9                   the sample, a web server that names an outside address
    uplink0  198.51.100.1/24 ---- street0 198.51.100.254/24   (a namespace of its own)
             default route via 198.51.100.254

Run as ``unshare -n python outside_scene.py SCENE FOLDER``; prints what was seen as JSON. The wire's
far end counts the packets that left; the control of each scene is a packet of its own to the
outside address, which must be counted.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer

from harness.bench.assembly import assemble
from harness.bench.operator import AnswerScript, ScriptedAnswer, ScriptedOperator
from harness.bench.protocols import Login
from harness.config import load_dossier
from harness.model.bench_config import (
    BenchConfig,
    BenchSettings,
    CredentialLimits,
    NetworkLinkConfig,
    SampleConfig,
)
from harness.model.ids import ProbeName, SampleId
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.states import DeviceState, Purpose
from harness.survey.campaign import Campaign, Order
from harness.survey.registry import load_probes

SAMPLE, OUTSIDE, NEIGHBOUR = "127.0.10.9", "203.0.113.9", "198.51.100.254"
EXAMPLE = Path(__file__).parents[3] / "bench_configs" / "reference-router"
PROBES = ("ports", "services", "tls", "http", "http-input", "credentials", "identity")
FORM = (
    '<form method="post" action="{action}"><input name="username">'
    '<input type="password" name="password"></form>'
)
PAGES = {
    "/login": FORM.format(action=f"http://{OUTSIDE}/collect"),
    "/admin": FORM.format(action="/auth"),
    "/status": f'<meta http-equiv="refresh" content="0;url=http://{OUTSIDE}/">'
    f'<a href="http://{OUTSIDE}/status">status</a><a href="//{OUTSIDE}/settings">settings</a>'
    f'<img src="http://{OUTSIDE}/logo.png"><a href="/config">configuration</a>',
    "/config": f'<base href="http://{OUTSIDE}/"><form action="save"><input name="ssid"></form>',
}
REDIRECTS = {
    "/": f"http://{OUTSIDE}/start",
    "/settings": f"//{OUTSIDE}/settings",
    "/api/about": f"http://{OUTSIDE}:8080/about",
    "/index.html": f"http://{SAMPLE}@{OUTSIDE}/",
}


class Guide(BaseHTTPRequestHandler):
    """A device that sends everybody to the outside address."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path in REDIRECTS:
            self._answer(302, {"Location": REDIRECTS[path]}, "")
        elif path in PAGES:
            self._answer(200, {"Content-Type": "text/html"}, PAGES[path])
        else:
            self._answer(404, {}, "")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(
            303, {"Location": f"http://{OUTSIDE}/home", "Set-Cookie": "session=abcdef12"}, ""
        )

    def _answer(self, status, headers, body):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Binds without asking a name server what it is called, which would be a packet of its own."""

    def server_bind(self):
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


def ip(*arguments, pid=None):
    enter = ["nsenter", "-t", str(pid), "-n"] if pid else []
    run = subprocess.run([*enter, "ip", *arguments], check=True, capture_output=True, text=True)
    return run.stdout


class Street:
    """The far end of the wire."""

    def __init__(self, pid):
        self._pid = pid

    def packets(self):
        time.sleep(0.3)
        (link,) = json.loads(ip("-s", "-j", "link", "show", "street0", pid=self._pid))
        return link["stats64"]["rx"]["packets"]

    def counts_a_packet(self):
        """The control: a packet of the bench's own to the outside address arrives."""
        before = self.packets()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"control", (OUTSIDE, 9))
        return self.packets() > before


@contextlib.contextmanager
def street():
    """The wires, with the street in a namespace of its own."""
    other = subprocess.Popen(["unshare", "-n", "sleep", "600"])
    try:
        own = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{other.pid}/ns/net").readlink() == own:
            time.sleep(0.01)
        ip("link", "set", "lo", "up")
        peer = ["peer", "name", "street0", "netns", str(other.pid)]
        ip("link", "add", "uplink0", "type", "veth", *peer)
        ip("link", "set", "uplink0", "addrgenmode", "none")  # no IPv6 chatter of the kernel's own
        ip("link", "set", "street0", "addrgenmode", "none", pid=other.pid)
        ip("addr", "add", "198.51.100.1/24", "dev", "uplink0")
        ip("addr", "add", "198.51.100.254/24", "dev", "street0", pid=other.pid)
        ip("link", "set", "street0", "up", pid=other.pid)
        ip("link", "set", "uplink0", "up")
        ip("route", "add", "default", "via", "198.51.100.254")
        yield Street(other.pid)
    finally:
        other.kill()
        other.wait()


def bench_config():
    return BenchConfig(
        bench=BenchSettings(
            name="scene",
            scope=("127.0.10.0/24",),
            interface="lo",
            udp_ports=(53,),
            credentials=CredentialLimits(max_attempts=4, guessing_attempts=1),
        ),
        sample=(SampleConfig(id="A", network=NetworkLinkConfig(address=SAMPLE)),),
    )


def a_device_names_an_outside_address(folder):
    """Every network probe on a device that redirects, links and posts to the outside."""
    server = Server((SAMPLE, 80), Guide)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    login = Login("admin", "Label-7f3a9c51")
    ready = ScriptedAnswer(question="bench-enter-as-received", value="done")
    bench = assemble(
        bench_config(),
        operator=ScriptedOperator(AnswerScript(answer=(ready,))),
        logins={"A": (login, Login("admin", "User-5d81e2b0"))},
    )
    visit = PlannedVisit(
        sample=SampleId("A"),
        state=DeviceState.AS_RECEIVED,
        probes=tuple(ProbeName(name) for name in PROBES),
    )
    plan = SurveyPlan(visits=(visit,), estimate_s=60)
    order = Order(plan, load_dossier(EXAMPLE), Purpose.PRETEST, seed=1)
    try:
        Campaign(folder / "run", bench, load_probes()[0], order, Quiet()).carry_out()
    finally:
        bench.close()
        server.shutdown()
        server.server_close()
    return {}


class Quiet:
    """A listener that listens to nothing."""

    def visit_started(self, visit):
        """Nothing."""

    def attempt_started(self, sample, probe):
        """Nothing."""

    def attempt_ended(self, record):
        """Nothing."""


def commanded(folder, address, scope, interface):
    """The command on a bench whose sample lies outside; no scanner could start."""
    bench = folder / "bench"
    bench.mkdir()
    (bench / "dossier.toml").write_bytes((EXAMPLE / "dossier.toml").read_bytes())
    (bench / "bench.toml").write_text(
        f'[bench]\nname = "aimed"\nscope = {json.dumps(scope)}\ninterface = "{interface}"\n\n'
        f'[[sample]]\nid = "A"\nnetwork.address = "{address}"\n'
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "harness.cli", "run", str(bench), "-f", "etsi-en-303-645"),
            *("-o", str(folder / "out"), "--key", str(folder / "key.pem")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PATH": "/nonexistent"},
    )
    return {"code": done.returncode, "said": " ".join(done.stderr.split())}


def aimed_outside_the_scope(folder):
    return commanded(folder, OUTSIDE, ["127.0.10.0/24"], "lo")


def aimed_over_another_interface(folder):
    return commanded(folder, NEIGHBOUR, ["198.51.100.0/24"], "lo")


def aimed_through_the_default_route(folder):
    return commanded(folder, OUTSIDE, ["203.0.113.0/24"], "")


def main():
    scene, folder = globals()[sys.argv[1]], Path(sys.argv[2])
    with street() as far_end:
        before = far_end.packets()
        seen = scene(folder)
        seen["left"] = far_end.packets() - before
        seen["control"] = far_end.counts_a_packet()
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
