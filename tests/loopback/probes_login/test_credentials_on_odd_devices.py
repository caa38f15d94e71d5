"""The credentials probe on small servers with one odd habit each."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.bench.protocols import Login
from harness.facts.credentials import CandidateSource, TrialOutcome
from harness.interpret.credentials import INTERPRETER
from harness.model.bench_config import CredentialLimits
from harness.model.observation import Absent, Present, Unknown
from harness.probes.credentials import PROBE

pytestmark = pytest.mark.loopback
GOOD = "operator:Sesame-Street-7"
ACCEPTED, REJECTED = TrialOutcome.ACCEPTED, TrialOutcome.REJECTED

Decide = Callable[[str], tuple[int, dict[str, str]] | None]


@pytest.fixture
def basic_server() -> Iterator[Callable[[Decide], int]]:
    """Serve one protected page; ``decide(login)`` gives status and headers, None closes."""
    with ExitStack() as stack:

        def start(decide: Decide) -> int:
            class Handler(BaseHTTPRequestHandler):
                def log_message(self, *_: object) -> None:
                    pass

                def do_GET(self) -> None:
                    value = self.headers.get("Authorization", "")
                    login = base64.b64decode(value.removeprefix("Basic ")).decode() if value else ""
                    answer = decide(login) if login else (401, {})
                    if answer is None:
                        self.close_connection = True
                        return
                    status, headers = answer
                    self.send_response(status)
                    for name, content in headers.items():
                        self.send_header(name, content)
                    if status == 401:
                        self.send_header("WWW-Authenticate", 'Basic realm="x"')
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"ok")

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return server.server_address[1]

        yield start


def verdict(login: str) -> tuple[int, dict[str, str]]:
    return (200, {}) if login == GOOD else (401, {})


def look(bench, port: int, **limits: float):
    bench.user = Login(*GOOD.split(":"))
    bench.limits = CredentialLimits(**limits)
    bench.basic(port)
    return bench.run(PROBE, INTERPRETER).logins[0]


def test_a_device_that_takes_any_password_does_not_discriminate(bench, basic_server) -> None:
    login = look(bench, basic_server(lambda _: (200, {})))
    assert isinstance(login.discriminates, Absent)
    assert not isinstance(login.limit.hindered, Absent)


def test_a_device_without_limit_is_absent_with_its_control(bench, basic_server) -> None:
    login = look(bench, basic_server(verdict))
    assert isinstance(login.control, Present)
    assert isinstance(login.limit.hindered, Absent)
    assert {t.outcome for t in login.trials} == {ACCEPTED, REJECTED}


def test_never_more_attempts_than_the_config_allows(bench, basic_server) -> None:
    seen: list[str] = []

    def count(login: str) -> tuple[int, dict[str, str]]:
        seen.append(login)
        return verdict(login)

    login = look(bench, basic_server(count), max_attempts=9)
    assert len(seen) <= 9
    assert not isinstance(login.limit.hindered, Absent)


def test_a_growing_delay_is_a_hindrance(bench, basic_server) -> None:
    wrong = 0

    def slow(login: str) -> tuple[int, dict[str, str]]:
        nonlocal wrong
        wrong = 0 if login == GOOD else wrong + 1
        time.sleep(1.1 if wrong > 4 else 0)
        return verdict(login)

    login = look(bench, basic_server(slow))
    assert isinstance(login.limit.hindered, Present)
    assert login.limit.kind == "delay"


def test_a_lockout_by_429_holds_the_good_login_too_and_ends(bench, basic_server) -> None:
    wrong, until = 0, 0.0

    def lock(login: str) -> tuple[int, dict[str, str]]:
        nonlocal wrong, until
        if time.monotonic() < until:
            return 429, {"Retry-After": "1"}
        wrong = 0 if login == GOOD else wrong + 1
        if wrong >= 5:
            wrong, until = 0, time.monotonic() + 1
        return verdict(login)

    login = look(bench, basic_server(lock))
    assert isinstance(login.limit.hindered, Present)
    assert login.limit.kind == "lockout"
    assert login.limit.attempts == 5


def test_a_429_that_spares_the_good_login_proves_nothing(bench, basic_server) -> None:
    wrong = 0

    def nag(login: str) -> tuple[int, dict[str, str]]:
        nonlocal wrong
        wrong = 0 if login == GOOD else wrong + 1
        return (429, {}) if wrong > 5 else verdict(login)

    login = look(bench, basic_server(nag))
    assert isinstance(login.limit.hindered, Unknown)


def test_a_connection_limiter_is_never_taken_for_rejection(bench, basic_server) -> None:
    times: list[float] = []

    def limiter(login: str) -> tuple[int, dict[str, str]] | None:
        now = time.monotonic()
        times[:] = [moment for moment in times if now - moment < 1.0]
        if len(times) >= 8:
            return None
        times.append(now)
        return verdict(login)

    login = look(bench, basic_server(limiter))
    assert any(trial.outcome is TrialOutcome.UNANSWERED for trial in login.trials)
    assert not isinstance(login.limit.hindered, Absent)
    assert login.limit.kind in {"", "rate-limit"}


def test_without_a_known_login_an_open_default_is_still_a_fact(bench, basic_server) -> None:
    port = basic_server(lambda login: (200, {}) if login == "admin:1234" else (401, {}))
    bench.basic(port)
    login = bench.run(PROBE, INTERPRETER).logins[0]
    assert isinstance(login.control, Unknown)
    assert isinstance(login.limit.hindered, Unknown)
    accepted = {t.source for t in login.trials if t.outcome is ACCEPTED}
    assert accepted == {CandidateSource.PUBLISHED}
