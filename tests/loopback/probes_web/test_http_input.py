"""The http-input probe against small real servers."""

import itertools

import pytest

from harness.facts.http import InputOutcome
from harness.interpret.http import INTERPRETER as HTTP_INTERPRETER
from harness.interpret.http_input import INTERPRETER
from harness.model.bench_config import IdentityConfig
from harness.model.observation import Present, Unknown
from harness.probes.http import PROBE as HTTP_PROBE
from harness.probes.http_input import PROBE

pytestmark = pytest.mark.loopback
TRACE = 'Traceback (most recent call last):\n  File "/opt/x/web.py", line 3, in f\nValueError'


def _run(attempt, server):
    attempt.services("http", server.port)
    attempt.run(HTTP_PROBE, HTTP_INTERPRETER)
    server.log.clear()
    facts = attempt.run(PROBE, INTERPRETER)
    assert facts.complete
    return facts.servers[0]


@pytest.fixture
def device(attempt, good_login):
    attempt.user = good_login
    attempt.identity = IdentityConfig(path="/api/about")
    return attempt


def test_a_robust_site_rejects_or_ignores_everything(device, serve, hardened_site):
    site = serve(hardened_site)
    server = _run(device, site)
    assert isinstance(server.control, Present)
    assert {case.outcome for case in server.cases} <= {
        InputOutcome.REJECTED,
        InputOutcome.IGNORED,
    }
    names = {case.name for case in server.cases}
    assert {"api: truncated JSON", "form: NUL in a value"} <= names
    assert len([name for name in names if name.startswith("login:")]) == 3
    assert any(
        asked.method == "POST" and asked.path == "/api/settings" and "Cookie" in asked.headers
        for asked in site.log
    )


def test_login_shaped_cases_never_follow_each_other(device, serve, hardened_site):
    site = serve(hardened_site)
    _run(device, site)
    posts = [asked.method == "POST" and asked.path == "/login" for asked in site.log]
    assert not any(first and second for first, second in itertools.pairwise(posts))


def test_a_stack_trace_is_seen_as_internals(device, serve, hardened_site, answer):
    def careless(asked):
        if asked.method == "POST" and asked.path == "/api/settings":
            return answer(500, TRACE, "text/plain")
        return hardened_site(asked)

    server = _run(device, serve(careless))
    outcomes = {case.name: case.outcome for case in server.cases}
    assert outcomes["api: truncated JSON"] is InputOutcome.INTERNALS_SHOWN
    assert outcomes["page: broken percent-encoding"] is not InputOutcome.INTERNALS_SHOWN


def test_a_plain_500_is_a_server_error(device, serve, hardened_site, answer):
    def careless(asked):
        if asked.method == "POST" and asked.path == "/api/settings":
            return answer(500, "oops", "text/plain")
        return hardened_site(asked)

    server = _run(device, serve(careless))
    outcomes = {case.name: case.outcome for case in server.cases}
    assert outcomes["api: wrong JSON type"] is InputOutcome.SERVER_ERROR


def test_a_server_that_dies_of_an_input_is_told_from_a_silent_one(
    device, serve, hardened_site, answer, monkeypatch
):
    monkeypatch.setattr("harness.probes.http_input.CONTROL_PAUSE_S", 0.01)
    dead = []

    def fragile(asked):
        if asked.method == "POST" and b"[[[[" in asked.body:
            dead.append(True)
        return answer(0) if dead else hardened_site(asked)

    server = _run(device, serve(fragile))
    outcomes = [case.outcome for case in server.cases]
    assert outcomes[-1] is InputOutcome.DIED
    assert InputOutcome.DIED not in outcomes[:-1]
    assert isinstance(server.control, Unknown)


def test_an_accepted_setting_is_put_back(device, serve, hardened_site, answer):
    def gullible(asked):
        if asked.method == "POST" and asked.path == "/api/settings":
            return answer(body="{}", kind="application/json")
        return hardened_site(asked)

    site = serve(gullible)
    server = _run(device, site)
    writes = [asked.body for asked in site.log if asked.path == "/api/settings" and asked.body]
    assert writes[-1] == b'{"firmware": "2.4.1", "hostname": "r1"}'
    assert isinstance(server.control, Present)


def test_a_site_with_nothing_to_ask_has_no_control(attempt, serve, answer):
    server = _run(attempt, serve(lambda _: answer(404, "no")))
    assert isinstance(server.control, Unknown)
    assert server.cases == ()


def test_without_a_login_refusals_prove_nothing(attempt, serve, hardened_site):
    server = _run(attempt, serve(hardened_site))
    assert isinstance(server.control, Unknown)
    assert "behind the login" in server.control.reason
    assert server.cases
