"""The probe of public pages against the reference maker's site and odd servers of our own."""

import socket
import threading
import time
from http.server import ThreadingHTTPServer

import pytest

from harness.bench.publications import WebPublications
from harness.bench.taps import NoTaps
from harness.errors import ScopeError
from harness.interpret.publications import INTERPRETER
from harness.model.bench_config import BenchSettings
from harness.model.observation import Absent, Present, Unknown
from harness.probes.publications import PROBE
from harness.reference.flaws import Flaw
from harness.reference.maker_site import HOST, MANUAL, PARTS, POLICY, SUPPORT, MakerSite

pytestmark = pytest.mark.loopback

TEXT = "<p>Tell us of a weakness: write to psirt@example.com, and you hear within two days.</p>"


@pytest.fixture
def site(tmp_path):
    """Starts the maker's site with flaws, on a free port; it ends with the test."""
    running = []

    def start(*flaws):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        running.append(MakerSite("127.0.0.1", port, frozenset(flaws), tmp_path))
        return running[-1]

    yield start
    for one in running:
        one.close()


def links_to(hosts, pages, *, addresses=None, ca=""):
    allowed = {"hosts": hosts, "addresses": addresses or {}, "ca": ca}
    settings = BenchSettings(name="t", scope=("127.0.10.0/24",), publications=allowed)
    return WebPublications(settings, pages)


def publications(site, *paths, hosts=(HOST,), ca=None):
    pages = [f"https://{HOST}:{site.port}{path}" for path in paths]
    trusted = str(site.ca) if ca is None else ca
    return links_to(hosts, pages, addresses={HOST: "127.0.0.1"}, ca=trusted)


def examine(attempt, links):
    attempt.publications = links
    return attempt.run(PROBE, INTERPRETER)


def test_the_makers_site_as_everybody_sees_it(attempt, site):
    running = site()
    started = time.monotonic()
    facts = examine(attempt, publications(running, POLICY, SUPPORT, PARTS, MANUAL))
    assert time.monotonic() - started < 3  # about 0.3 s where nothing else runs
    assert facts.complete
    assert len(facts.pages) == 4
    for page in facts.pages:
        assert isinstance(page.served, Present), page
        assert isinstance(page.restricted, Absent), page
        assert page.verified
        assert page.text_whole
    policy, support, *_ = facts.pages
    assert "mailto:security@networks.example" in policy.contacts
    assert support.dates == ("2031-12-31",)
    (security,) = facts.security
    assert isinstance(security.present, Present)
    assert isinstance(security.expired, Absent)
    assert security.policies == (f"https://{HOST}{POLICY}",)


@pytest.mark.parametrize(
    ("flaw", "path"), [(Flaw.NO_VDP, POLICY), (Flaw.NO_SENSOR_DOCUMENTATION, MANUAL)]
)
def test_a_page_that_is_gone(attempt, site, flaw, path):
    facts = examine(attempt, publications(site(flaw), path))
    assert isinstance(facts.pages[0].served, Absent)
    assert facts.pages[0].status == 404


@pytest.mark.parametrize(
    ("flaw", "path"), [(Flaw.VDP_BEHIND_LOGIN, POLICY), (Flaw.SUPPORT_BEHIND_LOGIN, SUPPORT)]
)
def test_a_page_behind_a_login(attempt, site, flaw, path):
    facts = examine(attempt, publications(site(flaw), path))
    assert isinstance(facts.pages[0].restricted, Present)


def test_a_support_page_without_a_period(attempt, site):
    facts = examine(attempt, publications(site(Flaw.MISSING_SUPPORT_PERIOD), SUPPORT))
    (page,) = facts.pages
    assert isinstance(page.served, Present)
    assert page.dates == ()
    assert page.text_whole
    assert not any(character.isdigit() for character in page.text.replace("RR-1", ""))


def test_nothing_is_asked_without_hosts(attempt, site):
    facts = examine(attempt, publications(site(), POLICY, hosts=()))
    assert facts.pages == ()
    assert "bench.publications.hosts" in facts.not_examined[0].reason
    assert facts.complete


def test_a_server_that_cannot_prove_its_name_decides_nothing(attempt, site):
    facts = examine(attempt, publications(site(), POLICY, ca=""))
    assert isinstance(facts.pages[0].served, Unknown)
    assert "CERTIFICATE_VERIFY_FAILED" in facts.pages[0].served.reason
    assert facts.examined == ()


def test_a_certificate_for_another_name_is_refused(site):
    running = site()
    links = links_to(("localhost",), (), ca=str(running.ca))
    for fetched in (
        links.fetch(f"https://localhost:{running.port}/"),
        links_to(("127.0.0.1",), (), ca=str(running.ca)).fetch(
            f"https://127.0.0.1:{running.port}/"
        ),
    ):
        assert fetched.status == 0
        assert "certificate" in fetched.error.lower()


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/",
        "ftp://www.networks.example/",
        "https://user:pass@www.networks.example/",
        "https://www.networks.example:99999/",
        "javascript:alert(1)",
        "https://[::1/",
    ],
)
def test_no_other_host_is_ever_asked(url):
    links = links_to((HOST,), (), addresses={HOST: "127.0.0.1"})
    with pytest.raises(ScopeError):
        links.fetch(url)


def test_a_name_that_leads_to_a_sample_is_not_asked(monkeypatch):
    answers = [[(2, 1, 6, "", ("127.0.10.1", 0))]]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers[0])
    with pytest.raises(ScopeError, match="scope for samples"):
        links_to(("www.example.com",), ()).fetch("http://www.example.com/")


def test_a_name_is_looked_up_once(monkeypatch):
    asked = []

    def look_up(host):
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("127.0.0.66",)

    monkeypatch.setattr("harness.bench.publications._look_up", look_up)
    links = links_to(("www.example.com",), ())
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for view in (links, links.tapped(NoTaps())):
        assert "refused" in view.fetch(f"http://www.example.com:{port}/").error
    assert asked == ["www.example.com"]


def test_a_name_that_nobody_knows_is_no_answer(monkeypatch):
    monkeypatch.setattr("harness.bench.publications._look_up", lambda _: ())
    fetched = links_to(("www.example.com",), ()).fetch("http://www.example.com/")
    assert (fetched.status, fetched.error) == (0, "the host's name cannot be looked up")


def odd(answer, log):
    def site(asked):
        log.append((asked.path, asked.headers.get("Host"), asked.headers.get("Cookie")))
        match asked.path:
            case "/moved":
                cookie = {"Location": "/policy", "Set-Cookie": "tracker=0123456789abcdef"}
                return answer(302, headers=cookie)
            case "/policy":
                return answer(body=TEXT)
            case "/away":
                return answer(302, headers={"Location": "https://elsewhere.example/policy"})
            case "/circle":
                return answer(302, headers={"Location": "/circle"})
            case "/long":
                return answer(body=TEXT + "x" * 3_000_000)
            case "/soft":
                return answer(body="<p>Sorry, what you look for is not here any more, friend.</p>")
        if asked.path.startswith("/certbench-"):
            return answer(body="<p>Sorry, what you look for is not here any more, friend.</p>")
        if asked.path.startswith("/hop"):
            return answer(302, headers={"Location": f"/hop{int(asked.path[4:] or 0) + 1}"})
        return answer(404, "no")

    return site


def test_redirects_lengths_and_soft_errors(attempt, serve, answer):
    log = []
    server = serve(odd(answer, log))
    base = f"http://127.0.0.1:{server.port}"
    paths = ("/moved", "/away", "/circle", "/long", "/soft", "/hop", "/policy")
    facts = examine(attempt, links_to(("127.0.0.1",), [base + path for path in paths]))
    pages = {page.url.removeprefix(base): page for page in facts.pages}
    assert isinstance(pages["/moved"].served, Present)
    assert pages["/moved"].final_url == base + "/policy"
    assert not pages["/moved"].verified
    assert "elsewhere.example" in pages["/away"].served.reason
    assert isinstance(pages["/circle"].served, Unknown)
    assert not pages["/long"].text_whole
    assert "made up" in pages["/soft"].served.reason
    assert "redirects" in pages["/hop"].served.reason
    assert {cookie for _, _, cookie in log} == {None}
    assert {host for _, host, _ in log} == {f"127.0.0.1:{server.port}"}
    assert len([path for path, _, _ in log if path.startswith("/hop")]) == 6
    assert "0123456789abcdef" in attempt.secrets


def test_a_server_that_drips_is_left(monkeypatch):
    monkeypatch.setattr("harness.bench.publications.TIMEOUT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = threading.Event()

        def drip():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                while not done.wait(0.05):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        port = listener.getsockname()[1]
        fetched = links_to(("127.0.0.1",), ()).fetch(f"http://127.0.0.1:{port}/")
        done.set()
        thread.join()
    assert fetched.error
    assert time.monotonic() - started < 5


def test_the_site_survives_peers_that_speak_no_tls(site):
    running = site()
    assert issubclass(type(running._server), ThreadingHTTPServer)
    with socket.create_connection(("127.0.0.1", running.port), 2) as silent:
        with socket.create_connection(("127.0.0.1", running.port), 2) as rude:
            rude.sendall(b"GET / HTTP/1.0\r\n\r\n")
            rude.settimeout(5)
            rude.recv(100)
        assert publications(running).fetch(f"https://{HOST}:{running.port}/").status == 200
        silent.close()
