"""A time-stamping authority is asked over HTTP, and is not believed."""

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.cli.clock_authority import ask_http
from harness.errors import BenchFault
from harness.trust.hierarchy import Hierarchy
from harness.trust.timestamps import MAX_TOKEN_BYTES, make_query, parse_token

pytestmark = pytest.mark.loopback
MESSAGE = b"a signature"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A server that lets `openssl ts` answer, or answers badly; yields its URL and what it saw."""
    folder = tmp_path_factory.mktemp("tsa")
    toy = Hierarchy(folder / "toy")
    toy.create((), "toy.example/log")
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(self.headers["Content-Type"])
            if self.path == "/broken":
                self.send_error(500)
                return
            answer = bytes(2 * MAX_TOKEN_BYTES) if self.path == "/large" else self.stamp(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def stamp(self, query):
            (folder / "q").write_bytes(query)
            argv = ["openssl", "ts", "-reply", "-config", str(toy.tsa_config)]
            argv += ["-queryfile", str(folder / "q"), "-out", str(folder / "r")]
            subprocess.run(argv, check=True, capture_output=True, timeout=30)
            return (folder / "r").read_bytes()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_authority_answers_over_http(authority):
    url, seen = authority
    token = parse_token(ask_http(url, make_query(MESSAGE).as_bytes()), "answer")
    assert token.covers(MESSAGE)
    assert seen[-1] == "application/timestamp-query"


@pytest.mark.parametrize("path", ["/broken", "/large"])
def test_an_authority_that_does_not_answer_is_named(authority, path):
    url, _ = authority
    with pytest.raises(BenchFault, match=path):
        ask_http(url + path, make_query(MESSAGE).as_bytes())


def test_nobody_listens():
    with pytest.raises(BenchFault, match="no time-stamp"):
        ask_http("http://127.0.0.1:9", make_query(MESSAGE).as_bytes())
