"""The http probe against small real servers."""

import pytest

from harness.interpret.http import INTERPRETER
from harness.model.observation import Absent, Present, Unknown
from harness.probes.http import MAX_REQUESTS, MAX_SIGNED_IN, PROBE

pytestmark = pytest.mark.loopback


def _run(attempt, server):
    attempt.services("http", server.port)
    facts = attempt.run(PROBE, INTERPRETER)
    assert facts.complete
    return facts.servers[0]


def test_a_hardened_site_refuses_its_settings(attempt, serve, hardened_site):
    server = _run(attempt, serve(hardened_site))
    assert isinstance(server.answered, Present)
    assert isinstance(server.open_configuration, Absent)
    assert [(p.method, p.path, p.action) for p in server.logins] == [("form", "/login", "/login")]
    assert server.logins[0].user_field == "username"
    assert server.logins[0].password_field == "password"
    assert server.open_pages == ()
    assert server.status == 302
    assert isinstance(server.redirects_to_tls, Absent)


def test_pages_learnt_behind_the_login_are_asked_for_without_it(
    attempt, serve, hardened_site, good_login, answer
):
    def careless(asked):
        if asked.path == "/ui/secretconfig":
            return answer(body="<form method=post action=/ui/x><input name=ssid></form>")
        return hardened_site(asked)

    attempt.user = good_login
    site = serve(careless)
    server = _run(attempt, site)
    assert isinstance(server.open_configuration, Present)
    line = int(server.open_configuration.evidence[0].where.split()[1])
    capture = attempt.capture("http", f"tcp-{site.port}.jsonl").splitlines()[line - 1]
    assert b"/ui/secretconfig" in capture
    assert b'"purpose":"page"' in capture
    assert good_login.password in attempt.secrets
    assert "c0ffee00c0ffee00" in attempt.secrets
    assert not any(asked.path.startswith("/reset") for asked in site.log)


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        (
            "/settings",
            "<form method=post action=/settings><input name=hostname></form>",
            "text/html",
        ),
        ("/api/settings", '{"hostname": "r1"}', "application/json"),
        ("/api/config", "ssid=home\nchannel=6\nkey=abc\n", "text/plain"),
    ],
)
def test_settings_shown_without_login_are_open_configuration(
    attempt, serve, hardened_site, answer, path, body, kind
):
    def open_site(asked):
        return answer(body=body, kind=kind) if asked.path == path else hardened_site(asked)

    server = _run(attempt, serve(open_site))
    assert isinstance(server.open_configuration, Present)
    assert path in server.open_pages


def test_a_static_site_is_neither_open_nor_refusing(attempt, serve, answer):
    server = _run(attempt, serve(lambda _: answer(body="<h1>Hello</h1>")))
    assert isinstance(server.open_configuration, Unknown)
    assert server.logins == ()


def test_a_settings_page_without_a_form_leaves_doubt(attempt, serve, hardened_site, answer):
    def doubtful(asked):
        if asked.path == "/config":
            return answer(body="<table><tr><td>SSID<td>home</table>")
        return hardened_site(asked)

    server = _run(attempt, serve(doubtful))
    assert isinstance(server.open_configuration, Unknown)


def test_basic_authentication_is_a_login_point_and_a_refusal(attempt, serve, answer):
    challenge = {"WWW-Authenticate": 'Basic realm="box"'}
    server = _run(attempt, serve(lambda _: answer(401, "no", headers=challenge)))
    assert [(p.method, p.path) for p in server.logins] == [("basic", "/")]
    assert isinstance(server.open_configuration, Absent)


def test_a_site_that_only_redirects_to_https_says_so(attempt, serve, answer):
    site = serve(lambda a: answer(301, headers={"Location": f"https://127.0.0.1{a.path}"}))
    server = _run(attempt, site)
    assert isinstance(server.redirects_to_tls, Present)
    assert all(not entry.followed for entry in server.redirects)
    assert server.redirects[0].reason.startswith("another endpoint of the same host")


def test_one_page_in_clear_denies_the_redirect_to_https(attempt, serve, answer):
    def site(asked):
        if asked.path == "/status":
            return answer(body="<p>up</p>")
        return answer(301, headers={"Location": "https://127.0.0.1/"})

    assert isinstance(_run(attempt, serve(site)).redirects_to_tls, Absent)


def test_https_on_another_host_is_no_redirect_to_tls(attempt, serve, answer):
    site = serve(lambda _: answer(301, headers={"Location": "https://127.0.0.9/"}))
    server = _run(attempt, site)
    assert isinstance(server.redirects_to_tls, Unknown)
    assert server.redirects[0].reason == "another host than the sample"


@pytest.mark.parametrize("host", ["192.0.2.7", "evil.example"])
def test_a_redirect_out_of_scope_is_recorded_and_not_followed(attempt, serve, answer, host):
    site = serve(lambda _: answer(302, headers={"Location": f"http://{host}/x"}))
    redirect = _run(attempt, site).redirects[0]
    assert not redirect.followed
    assert redirect.reason.startswith("refused by the scope guard")


def test_verbose_servers_are_quoted(attempt, serve, answer):
    headers = {"Server": "lighttpd/1.4.59 (Unix)", "X-Powered-By": "PHP/7.4.3"}
    page = "<meta name=generator content='WordPress 5.8'><footer>Acme Router v3.2.1</footer>"
    server = _run(attempt, serve(lambda _: answer(body=page, headers=headers)))
    found = {(entry.product, entry.version) for entry in server.disclosures}
    assert {("lighttpd", "1.4.59"), ("PHP", "7.4.3"), ("WordPress", "5.8")} <= found
    assert ("Router", "3.2.1") in found


def test_a_server_that_never_answers_is_unknown_and_left_alone(attempt, serve, answer):
    site = serve(lambda _: answer(0))
    server = _run(attempt, site)
    assert isinstance(server.answered, Unknown)
    assert isinstance(server.open_configuration, Unknown)
    assert attempt.facts["http"].gap(f"tcp/{site.port}") is not None
    assert len(site.log) < 6


def test_an_endless_web_of_links_stays_within_the_bound(attempt, serve, answer):
    def maze(asked):
        links = "".join(f'<a href="{asked.path.rstrip("/")}/{n}">x</a>' for n in range(50))
        return answer(body=links)

    site = serve(maze)
    _run(attempt, site)
    assert len(site.log) <= MAX_REQUESTS + MAX_SIGNED_IN
