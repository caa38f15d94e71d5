"""The web and SSH probes against the reference router, plain and shuffled."""

import itertools
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from harness.bench.protocols import Login
from harness.facts.http import InputOutcome
from harness.interpret import http, http_input, identity, ssh
from harness.model.bench_config import IdentityConfig
from harness.model.observation import Absent, Present
from harness.model.states import DeviceState
from harness.probes import http as http_probe
from harness.probes import http_input as http_input_probe
from harness.probes import identity as identity_probe
from harness.probes import ssh as ssh_probe

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"
LOOKS = [None, 1, 2, 3]
_addresses = (f"127.88.{os.getpid() % 254 + 1}.{number}" for number in itertools.count(2))


class Router:
    """A running reference router."""

    def __init__(self, work, *options):
        address = next(_addresses)
        argv = [sys.executable, "-m", "harness.reference", "router", "--sample", "A", "--fast"]
        argv += ["--address", address, "--work", str(work), "--port-offset", "20000", *options]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        readable, _, _ = select.select([self.process.stdout], [], [], 30)
        assert readable, "the router did not start"
        self.ready = json.loads(self.process.stdout.readline())

    def initialise(self):
        order = {"do": "initialise", "password": PASSWORD}
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(self.ready["control"])
            client.sendall(json.dumps(order).encode() + b"\n")
            assert json.loads(client.makefile().readline())["ok"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def router(tmp_path, attempt) -> Iterator:
    """Start a router and point the attempt at it."""
    running = []

    def start(*flaws, seed=None, initialised=True):
        options = [part for flaw in flaws for part in ("--flaw", flaw)]
        options += ["--seed", str(seed)] if seed is not None else []
        device = Router(tmp_path, *options)
        running.append(device)
        label = device.ready["label"]
        attempt.address = device.ready["address"]
        attempt.label = Login(label["user"], label["password"])
        attempt.user = Login(label["user"], PASSWORD)
        attempt.identity = IdentityConfig(
            path=device.ready["paths"]["about"], port=device.ready["surface"]["https"]
        )
        attempt.state = DeviceState.INITIALISED if initialised else DeviceState.AS_RECEIVED
        if initialised:
            device.initialise()
        return device

    yield start
    for device in running:
        device.close()


def _http(attempt, device, service="https"):
    attempt.services("http", device.ready["surface"][service], tls=service == "https")
    return attempt.run(http_probe.PROBE, http.INTERPRETER).servers[0]


@pytest.mark.parametrize("seed", LOOKS)
def test_the_hardened_router_shows_nothing_without_login(attempt, router, seed):
    device = router(seed=seed)
    server = _http(attempt, device)
    assert isinstance(server.open_configuration, Absent)
    assert [point.path for point in server.logins] == [device.ready["paths"]["login"]]
    assert server.open_pages == ()
    assert all(entry.version == "" for entry in server.disclosures)


@pytest.mark.parametrize("seed", LOOKS)
def test_open_settings_are_found_wherever_they_are(attempt, router, seed):
    server = _http(attempt, router("unauthenticated-config", seed=seed))
    assert isinstance(server.open_configuration, Present)


@pytest.mark.parametrize("seed", [None, 2])
def test_plain_http_only_leads_to_https(attempt, router, seed):
    server = _http(attempt, router(seed=seed), "http")
    assert isinstance(server.redirects_to_tls, Present)
    assert server.logins == ()


def test_plain_http_with_the_admin_pages_does_not(attempt, router):
    server = _http(attempt, router("plaintext-http-admin"), "http")
    assert isinstance(server.redirects_to_tls, Absent)
    assert server.logins


def test_verbose_banners_name_a_version(attempt, router):
    device = router("verbose-banner")
    assert any(entry.version for entry in _http(attempt, device).disclosures)
    attempt.services("ssh", device.ready["surface"]["ssh"])
    facts = attempt.run(ssh_probe.PROBE, ssh.INTERPRETER)
    assert facts.servers[0].disclosure.version


@pytest.mark.parametrize("seed", LOOKS)
@pytest.mark.parametrize("flawed", [False, True])
def test_only_the_flawed_router_shows_a_stack_trace(attempt, router, seed, flawed):
    device = router(*(["stack-trace-on-bad-input"] if flawed else []), seed=seed)
    _http(attempt, device)
    server = attempt.run(http_input_probe.PROBE, http_input.INTERPRETER).servers[0]
    outcomes = {case.outcome for case in server.cases}
    assert isinstance(server.control, Present)
    assert (InputOutcome.INTERNALS_SHOWN in outcomes) is flawed
    assert InputOutcome.DIED not in outcomes
    assert flawed or outcomes <= {InputOutcome.REJECTED, InputOutcome.IGNORED}
    assert any(case.name.startswith("api:") for case in server.cases)
    assert attempt.run(identity_probe.PROBE, identity.INTERPRETER).firmware == "2.4.1"


@pytest.mark.parametrize("seed", LOOKS)
@pytest.mark.parametrize("initialised", [False, True])
def test_the_firmware_is_read_in_both_states(attempt, router, seed, initialised):
    router(seed=seed, initialised=initialised)
    facts = attempt.run(identity_probe.PROBE, identity.INTERPRETER)
    assert facts.firmware == "2.4.1"
    assert facts.complete


@pytest.mark.parametrize("flawed", [False, True])
def test_weak_ssh_algorithms_are_seen_only_where_they_are(attempt, router, flawed):
    device = router(*(["ssh-weak-algorithms"] if flawed else []))
    attempt.services("ssh", device.ready["surface"]["ssh"])
    server = attempt.run(ssh_probe.PROBE, ssh.INTERPRETER).servers[0]
    assert isinstance(server.answered, Present)
    assert ("3des-cbc" in server.ciphers) is flawed
    assert ("hmac-md5" in server.macs) is flawed
    assert ("ssh-rsa" in server.host_key_algorithms) is flawed
    assert any("sha1" in name for name in server.kex) is flawed
    assert server.host_keys
    assert "password" in server.auth_methods
