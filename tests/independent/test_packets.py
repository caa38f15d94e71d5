"""Packets that dumpcap really recorded: tshark reads their twins, and no secret in them."""

import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from harness.evidence.scrub import Scrubber
from harness.evidence.secret_forms import Secret, Tokens

pytestmark = [pytest.mark.netns, pytest.mark.slow]
UNSHARE = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
KEY = b"\x5a" * 32
SECRET = "correct horse battery"
SCENE = """
    import http.server, socket, subprocess, sys, threading, time, urllib.parse, urllib.request
    target, secret = sys.argv[1:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    recorder = subprocess.Popen(
        ["dumpcap", "-q", "-i", "lo", "-w", target], stderr=subprocess.PIPE, text=True
    )
    while "File:" not in recorder.stderr.readline():
        pass
    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"saved " + urllib.parse.unquote_plus(asked.decode()).encode())
        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for number in range(3):
        body = urllib.parse.urlencode({"number": number, "password": secret}).encode()
        urllib.request.urlopen("http://127.0.0.1:8080/login", body).read()
    with socket.create_connection(("127.0.0.1", 8080)) as split:
        split.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or pieces wait for others
        request = f"POST /?p={urllib.parse.quote(secret)} HTTP/1.0\\r\\n\\r\\n"
        for start in range(0, len(request), 7):
            split.sendall(request[start:start + 7].encode())
        split.recv(100)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.sendto(b"the last of all: " + secret.encode(), ("127.0.0.1", 9999))
    ends = time.monotonic() + 60
    while b"the last of all" not in open(target, "rb").read():
        assert time.monotonic() < ends, "the recorder did not write the last packet"
        time.sleep(0.05)
    recorder.terminate()
    recorder.wait()
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """The capture of a login in clear, one of them cut into segments of seven bytes."""
    if shutil.which("dumpcap") is None:
        pytest.skip("needs dumpcap; apt-get install tshark")
    target = tmp_path_factory.mktemp("packets") / "traffic.pcapng"
    target.touch(mode=0o666)
    argv = [*UNSHARE, sys.executable, "-c", textwrap.dedent(SCENE), target, SECRET]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return target


def fields(capture, *names, only=""):
    """What tshark reads: a row of fields for each packet that ``only`` selects."""
    argv = ["tshark", "-n", "-r", capture, "-o", "tcp.check_checksum:TRUE"]
    argv += ["-o", "udp.check_checksum:TRUE", "-T", "fields"]
    argv += [part for name in names for part in ("-e", name)]
    done = subprocess.run(
        [*argv, *(["-Y", only] if only else [])],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_tshark_reads_the_twin_as_it_reads_the_capture(recorded, tmp_path):
    twin = tmp_path / "twin.pcapng"
    twin.write_bytes(
        Scrubber([Secret(SECRET, "password")], KEY).file("t.pcapng", recorded.read_bytes())
    )
    shape = ("frame.number", "frame.time_epoch", "frame.len", "ip.src", "tcp.seq", "tcp.flags")
    before, after = fields(recorded, *shape), fields(twin, *shape)
    assert len(after) > 30
    assert after == before
    verdicts = ("tcp.checksum.status", "udp.checksum.status", "_ws.malformed")
    assert fields(twin, *verdicts) == fields(recorded, *verdicts)


def test_the_secret_is_in_what_tshark_reads_of_the_capture_and_not_of_the_twin(recorded, tmp_path):
    twin = tmp_path / "twin.pcapng"
    twin.write_bytes(
        Scrubber([Secret(SECRET, "password")], KEY).file("t.pcapng", recorded.read_bytes())
    )
    said = {}
    for name, capture in (("capture", recorded), ("twin", twin)):
        rows = fields(capture, "http.file_data", "http.request.uri", "data.data")
        text = "\n".join(part for row in rows for part in row)
        plain = b"".join(bytes.fromhex(row[2]) for row in rows if len(row) > 2 and row[2])
        said[name] = text + plain.decode(errors="replace")
    shapes = (SECRET, SECRET.replace(" ", "+"), SECRET.replace(" ", "%20"))
    assert all(shape in said["capture"] for shape in shapes)
    assert not any(shape in said["twin"] for shape in shapes)
    token = Tokens(KEY).of(SECRET)
    assert token in said["twin"]
