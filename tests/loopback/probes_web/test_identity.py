"""The identity probe against small real servers."""

import pytest

from harness.interpret.identity import INTERPRETER
from harness.model.bench_config import IdentityConfig
from harness.model.observation import Present, Unknown
from harness.model.states import DeviceState
from harness.probes.identity import PROBE

pytestmark = pytest.mark.loopback


def _run(attempt, server, path="/api/about", **changes):
    attempt.identity = IdentityConfig(path=path, port=server.port, tls=False, **changes)
    return attempt.run(PROBE, INTERPRETER)


def test_the_version_is_read_behind_the_login(attempt, serve, hardened_site, good_login):
    attempt.user = good_login
    facts = _run(attempt, serve(hardened_site))
    assert facts.firmware == "2.4.1"
    assert isinstance(facts.seen, Present)
    assert facts.source == "http /api/about"
    assert facts.complete
    assert good_login.password in attempt.secrets
    assert "c0ffee00c0ffee00" in attempt.secrets


def test_out_of_the_box_the_label_is_used(attempt, serve, hardened_site, good_login):
    attempt.label, attempt.state = good_login, DeviceState.AS_RECEIVED
    assert _run(attempt, serve(hardened_site)).firmware == "2.4.1"


def test_without_a_login_the_version_stays_unknown(attempt, serve, hardened_site):
    facts = _run(attempt, serve(hardened_site))
    assert facts.firmware == ""
    assert isinstance(facts.seen, Unknown)
    assert "401" in facts.seen.reason


def test_a_wrong_login_is_sent_once_only(attempt, serve, hardened_site, good_login):
    attempt.user = type(good_login)("admin", "wrong")
    site = serve(hardened_site)
    assert _run(attempt, site).firmware == ""
    assert sum(asked.method == "POST" for asked in site.log) == 1


def test_a_page_open_to_anyone_is_read_with_the_pattern(attempt, serve, answer):
    site = serve(lambda _: answer(body="<p>Firmware version: <b>v</b> 3.0.7-beta</p>"))
    facts = _run(attempt, site, path="/about", pattern=r"version:.*?([0-9][0-9a-z.\-]+)")
    assert facts.firmware == "3.0.7-beta"


def test_basic_authentication_is_answered(attempt, serve, answer, good_login):
    def site(asked):
        if "Authorization" in asked.headers:
            return answer(body='{"firmware": "1.2"}', kind="application/json")
        return answer(401, "no", headers={"WWW-Authenticate": 'Basic realm="x"'})

    attempt.user = good_login
    assert _run(attempt, serve(site)).firmware == "1.2"
    assert "YWRtaW46Y29ycmVjdCBob3JzZStiYXR0ZXJ5" in attempt.secrets


def test_no_web_server_is_a_reason(attempt, serve, answer):
    server = serve(lambda _: answer(404))
    server.shutdown()
    server.server_close()
    facts = _run(attempt, server)
    assert isinstance(facts.seen, Unknown)
    assert "no web server answered" in facts.seen.reason


def test_no_path_in_the_config_is_a_reason(attempt):
    attempt.identity = IdentityConfig()
    facts = attempt.run(PROBE, INTERPRETER)
    assert isinstance(facts.seen, Unknown)
    assert "identity.path" in facts.seen.reason
