"""The mqtt and credentials probes on mosquitto, in its usual configurations."""

import shutil
import socket
import subprocess
import time
from contextlib import ExitStack

import pytest

from harness.assessment.criteria import (
    anonymous_mqtt_access,
    mqtt_disclosure,
    open_mqtt_access,
    plaintext_mqtt_management,
    wrong_mqtt_credentials_accepted,
)
from harness.bench.protocols import Login
from harness.facts.credentials import CandidateSource, TrialOutcome
from harness.facts.mqtt import MqttAnswer
from harness.facts.store import FactRecord
from harness.interpret.credentials import INTERPRETER as CREDENTIALS
from harness.interpret.mqtt import INTERPRETER
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.judgement import Outcome
from harness.model.observation import Absent, Present, Unknown
from harness.model.record import AttemptOutcome
from harness.model.states import DeviceState
from harness.probes.credentials import PROBE as CREDENTIALS_PROBE
from harness.probes.mqtt import PROBE

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
PASSWORD = "correct horse 7"
HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("mosquitto did not start")


@pytest.fixture
def mosquitto(tmp_path):
    """Start mosquitto with these lines of configuration; its port."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("needs: apt install mosquitto")
    with ExitStack() as stack:

        def start(*lines):
            port = free_port()
            config = tmp_path / "mosquitto.conf"
            config.write_text("\n".join([f"listener {port} 127.0.0.1", "user root", *lines]) + "\n")
            process = stack.enter_context(
                subprocess.Popen(
                    [program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            )
            stack.callback(process.terminate)
            wait_for(port)
            return port

        yield start


@pytest.fixture
def password_file(mosquitto, tmp_path):
    """A password file with the bench's user in it."""
    file = tmp_path / "passwords"
    made = ["mosquitto_passwd", "-b", "-c", file, "hub", PASSWORD]
    subprocess.run(made, check=True, timeout=30)
    return f"password_file {file}"


@pytest.fixture
def certificate(tmp_path):
    """Lines that put a listener inside TLS."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=broker", "-keyout", tmp_path / "key.pem",
         "-out", tmp_path / "certificate.pem"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return (f"certfile {tmp_path / 'certificate.pem'}", f"keyfile {tmp_path / 'key.pem'}")


def look(bench, port, *, tls=False, user=True):
    bench.services.clear()
    bench.service("mqtt", port, tls=tls)
    bench.user = Login("hub", PASSWORD) if user else None
    facts = bench.run(PROBE, INTERPRETER)
    assert facts.complete
    return facts


def judged(criterion, facts):
    key = FactKey(
        probe=ProbeName("mqtt"), sample=SampleId("A"), visit=VisitId("1-initialised"), attempt=1
    )
    record = FactRecord(key, DeviceState.INITIALISED, AttemptOutcome.COMPLETED, facts)
    return criterion(record, "SoftServ-1", facts.servers[0].endpoint.name).outcome


def test_an_open_broker_gives_topics_and_its_version_to_anybody(bench, mosquitto):
    facts = look(bench, mosquitto("allow_anonymous true"), user=False)
    server = facts.servers[0]
    assert isinstance(server.anonymous, Present)
    assert isinstance(server.any_credentials, Present)
    assert isinstance(server.publishing, Present)
    assert isinstance(server.login, Unknown)
    assert any(topic.name.startswith("$SYS/") for topic in server.topics)
    (disclosed,) = server.disclosures
    assert disclosed.product == "mosquitto"
    assert disclosed.version.startswith("2.")
    assert judged(anonymous_mqtt_access, facts) is CONTRADICTED
    assert judged(wrong_mqtt_credentials_accepted, facts) is CONTRADICTED
    assert judged(mqtt_disclosure, facts) is CONTRADICTED
    assert judged(plaintext_mqtt_management, facts) is UNDECIDED


def test_a_broker_with_passwords_lets_only_its_user_in(bench, mosquitto, password_file):
    facts = look(bench, mosquitto("allow_anonymous false", password_file))
    server = facts.servers[0]
    assert isinstance(server.control, Present)
    assert isinstance(server.anonymous, Absent)
    assert isinstance(server.any_credentials, Absent)
    assert judged(open_mqtt_access, facts) is HELD
    assert judged(mqtt_disclosure, facts) is HELD
    assert judged(plaintext_mqtt_management, facts) is CONTRADICTED


def test_the_same_broker_inside_tls_is_protected(bench, mosquitto, password_file, certificate):
    port = mosquitto("allow_anonymous false", password_file, *certificate)
    facts = look(bench, port, tls=True)
    assert judged(open_mqtt_access, facts) is HELD
    assert judged(plaintext_mqtt_management, facts) is HELD


def test_passwords_do_not_close_a_broker_that_also_takes_clients_without(
    bench, mosquitto, password_file
):
    facts = look(bench, mosquitto("allow_anonymous true", password_file))
    assert judged(anonymous_mqtt_access, facts) is CONTRADICTED
    assert judged(wrong_mqtt_credentials_accepted, facts) is HELD
    assert judged(plaintext_mqtt_management, facts) is CONTRADICTED


def test_a_broker_that_nobody_known_can_enter_is_undecided(bench, mosquitto):
    facts = look(bench, mosquitto())  # version 2 refuses everybody unless told otherwise
    assert facts.servers[0].answer_to("known-good") is MqttAnswer.REFUSED
    assert judged(open_mqtt_access, facts) is UNDECIDED


def test_a_session_that_may_read_nothing_is_undecided(bench, mosquitto, tmp_path):
    rules = tmp_path / "acl"
    rules.write_text("topic read public/nothing\n")
    facts = look(bench, mosquitto("allow_anonymous true", f"acl_file {rules}", "sys_interval 0"))
    server = facts.servers[0]
    assert isinstance(server.anonymous, Present)
    assert server.topics == ()
    assert judged(anonymous_mqtt_access, facts) is UNDECIDED


def test_the_probe_leaves_no_message_behind(bench, mosquitto):
    port = mosquitto("allow_anonymous true", "sys_interval 0")
    look(bench, port)
    again = look(bench, port).servers[0]
    assert isinstance(again.publishing, Present)
    assert again.topics == ()


def test_a_default_login_is_found_and_the_users_own_works(bench, mosquitto, tmp_path):
    file = tmp_path / "passwords"
    for number, pair in enumerate((("hub", PASSWORD), ("admin", "admin"))):
        create = ["-c"] if not number else []
        subprocess.run(["mosquitto_passwd", "-b", *create, file, *pair], check=True, timeout=30)
    port = mosquitto("allow_anonymous false", f"password_file {file}")
    bench.service("mqtt", port)
    bench.user = Login("hub", PASSWORD)
    (login,) = bench.run(CREDENTIALS_PROBE, CREDENTIALS).logins
    assert isinstance(login.control, Present)
    assert isinstance(login.discriminates, Present)
    hits = {
        (trial.source, trial.user)
        for trial in login.trials
        if trial.outcome is TrialOutcome.ACCEPTED
    }
    assert hits == {(CandidateSource.USER, "hub"), (CandidateSource.PUBLISHED, "admin")}
    assert isinstance(login.limit.hindered, Absent)


def test_a_broker_that_takes_any_login_makes_acceptance_meaningless(bench, mosquitto):
    bench.service("mqtt", mosquitto("allow_anonymous true"))
    bench.user = Login("hub", PASSWORD)
    (login,) = bench.run(CREDENTIALS_PROBE, CREDENTIALS).logins
    assert isinstance(login.discriminates, Absent)
