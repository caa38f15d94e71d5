"""HTTP sessions against servers that drip, flood, reset, bomb and point elsewhere."""

import gzip
import http.server
import ssl
import threading
import time

import pytest

from harness.bench import http as bounded
from harness.errors import BenchFault, ScopeError

pytestmark = pytest.mark.loopback


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(4096)
        if not chunk:
            break
        data += chunk
    return data


def answering(raw):
    def handler(connection):
        read_request(connection)
        connection.sendall(raw)

    return handler


@pytest.fixture
def get(link, serve):
    """Serve a handler and fetch from it once."""
    sessions = []

    def fetch(handler, timeout_s=5.0, **options):
        session = link.http(timeout_s)
        sessions.append(session)
        return session.request("GET", f"http://127.0.0.1:{serve(handler)}/x?y=1", **options)

    yield fetch
    for session in sessions:
        session.close()


def test_an_exchange_shows_what_was_sent_and_what_came_back(get):
    seen = []

    def handler(connection):
        seen.append(read_request(connection))
        connection.sendall(
            b"HTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
            b"Content-Length: 2\r\n\r\nok"
        )

    exchange = get(handler, headers={"X-Test": "1"})
    assert (exchange.status, exchange.reason, exchange.body, exchange.error) == (
        200,
        "Fine",
        b"ok",
        "",
    )
    assert [value for name, value in exchange.headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    for name, value in exchange.request_headers:
        assert f"{name}: {value}\r\n".encode() in seen[0]
    assert seen[0].count(b"\r\n") == len(exchange.request_headers) + 2


def test_a_redirect_is_recorded_and_not_followed(get):
    exchange = get(
        answering(
            b"HTTP/1.1 302 Found\r\nLocation: http://198.51.100.9/\r\nContent-Length: 0\r\n\r\n"
        )
    )
    assert exchange.status == 302
    assert ("Location", "http://198.51.100.9/") in exchange.headers


def test_cookies_live_as_long_as_the_session(link, serve):
    seen = []

    def handler(connection):
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nSet-Cookie: s=1\r\nContent-Length: 0\r\n\r\n")

    url = f"http://127.0.0.1:{serve(handler)}/"
    session = link.http()
    session.request("GET", url)
    session.request("GET", url)
    session.close()
    other = link.http()
    other.request("GET", url)
    other.close()
    assert [b"Cookie: s=1" in request for request in seen] == [False, True, False]


def test_a_drip_fed_body_ends_at_the_time_out_with_what_came(get):
    def drip(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)

    started = time.monotonic()
    exchange = get(drip, timeout_s=0.8)
    assert time.monotonic() - started < 2
    assert exchange.status == 200
    assert exchange.truncated
    assert exchange.error
    assert exchange.body.startswith(b"xxx")


def test_drip_fed_headers_end_at_the_time_out(get):
    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            connection.sendall(b"x")
            time.sleep(0.1)

    started = time.monotonic()
    exchange = get(drip, timeout_s=0.8)
    assert time.monotonic() - started < 2
    assert exchange.error == "no complete answer within 0.8 s"
    assert exchange.status == 0


@pytest.mark.parametrize("endless", [b"X-Again: y\r\n", b"x" * 1000, b"HTTP/1.1 100 Go\r\n\r\n"])
def test_endless_headers_are_an_error_and_not_an_answer(get, endless):
    def flood(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" if not endless.startswith(b"HTTP") else b"")
        while True:
            connection.sendall(endless)

    exchange = get(flood, timeout_s=1.5)
    assert exchange.error
    assert exchange.status == 0


def test_large_headers_are_an_error(get):
    many = b"".join(b"X-%d: %s\r\n" % (number, b"v" * 2000) for number in range(50))
    exchange = get(answering(b"HTTP/1.1 200 OK\r\n" + many + b"\r\n"))
    assert "bytes of headers" in exchange.error


def test_a_body_is_cut_at_the_bound(get):
    def flood(connection):
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"y" * 65536)

    exchange = get(flood)
    assert len(exchange.body) == bounded.MAX_BODY_BYTES
    assert exchange.truncated


def test_a_decompression_bomb_stays_within_the_bound(get):
    bomb = gzip.compress(b"\0" * 50_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    exchange = get(answering(head + bomb))
    assert len(exchange.body) == bounded.MAX_BODY_BYTES
    assert exchange.truncated


def test_a_compressed_body_is_undone(get):
    small = gzip.compress(b"<p>hello</p>")
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(small)
    exchange = get(answering(head + small))
    assert exchange.body == b"<p>hello</p>"
    assert not exchange.truncated


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_garbage_is_an_exchange_with_an_error(get, raw):
    exchange = get(answering(raw))
    assert exchange.error
    assert "\x00" not in exchange.error


def test_a_reset_is_an_exchange_with_an_error(get, reset):
    assert get(reset).error


def test_a_closed_port_is_an_exchange_with_an_error(link):
    session = link.http(2)
    exchange = session.request("GET", "http://127.0.0.1:9/")
    session.close()
    assert "refused" in exchange.error


@pytest.mark.parametrize(
    "url",
    [
        "http://198.51.100.1/",
        "http://router.example/",
        "http://127.0.0.1@198.51.100.1/",
        "ftp://127.0.0.1/",
        "http:///x",
        "http://127.0.0.1:99999/",
    ],
)
def test_an_url_outside_the_scope_is_refused(link, url):
    session = link.http(2)
    with pytest.raises(ScopeError):
        session.request("GET", url)
    session.close()


def test_proxies_of_the_environment_are_ignored(get, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://198.51.100.1:3128")
    assert get(answering(b"HTTP/1.1 204 None\r\n\r\n")).status == 204


def test_basic_authentication_is_sent_as_given(get):
    seen = []

    def handler(connection):
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    get(handler, basic=("admin", "pässword"))
    assert b"Authorization: Basic YWRtaW46cMOkc3N3b3Jk" in seen[0]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_https_speaks_old_and_new_versions_and_validates_nothing(link, certificate, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), QuietHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    session = link.http(5)
    try:
        exchange = session.request("GET", f"https://127.0.0.1:{server.server_port}/")
    finally:
        session.close()
        server.shutdown()
        thread.join(5)
        server.server_close()
    assert (exchange.status, exchange.error) == (204, "")


class QuietHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        """Nothing on stderr."""


def test_a_request_that_cannot_be_sent_is_a_fault_of_ours(link):
    session = link.http(2)
    with pytest.raises(BenchFault, match="not a request"):
        session.request("GET", "http://127.0.0.1:9/", headers={"X": "a\r\nY: b"})
    session.close()
