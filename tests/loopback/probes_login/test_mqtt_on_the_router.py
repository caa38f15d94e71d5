"""The mqtt and credentials probes on the reference router's broker."""

import time

import pytest

from harness.facts.credentials import CandidateSource, TrialOutcome
from harness.facts.mqtt import MqttAnswer
from harness.interpret.credentials import INTERPRETER as CREDENTIALS
from harness.interpret.mqtt import INTERPRETER, own_topic
from harness.model.observation import Absent, Present, Unknown
from harness.probes.credentials import PROBE as CREDENTIALS_PROBE
from harness.probes.mqtt import PROBE

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
PASSWORD = "correct horse 7"


@pytest.fixture
def broker(router):
    """A router in use with these flaws, of which the bench knows only the broker."""

    def start(*flaws):
        device = router(*flaws, web=False)
        device.initialise(PASSWORD)
        device.bench.services.clear()
        device.bench.service("mqtt", device.ready["surface"]["mqtt"], tls=True)
        return device

    return start


def test_the_hardened_broker_lets_only_the_user_in(broker):
    bench = broker().bench
    begun = time.monotonic()
    server = bench.run(PROBE, INTERPRETER).servers[0]
    assert time.monotonic() - begun < 3
    assert [(each.client, each.answer, each.code) for each in server.tries] == [
        ("anonymous", MqttAnswer.REFUSED, 5),
        ("made-up", MqttAnswer.REFUSED, 4),
        ("known-good", MqttAnswer.ACCEPTED, 0),
    ]
    assert isinstance(server.control, Present)
    assert isinstance(server.anonymous, Absent)
    assert isinstance(server.any_credentials, Absent)
    assert isinstance(server.login, Present)
    assert server.topics == ()
    assert PASSWORD in bench.secrets


def test_an_anonymous_client_sees_the_topics_of_a_careless_broker(broker):
    device = broker("anonymous-mqtt")
    server = device.bench.run(PROBE, INTERPRETER).servers[0]
    assert isinstance(server.anonymous, Present)
    assert isinstance(server.any_credentials, Absent)
    assert isinstance(server.subscription, Present)
    assert isinstance(server.publishing, Present)
    assert {topic.name for topic in server.topics} == {
        "home/wan/state", "home/wan/latency", "home/lan/clients", "home/temperature",
    }  # fmt: skip
    assert all(topic.retained and topic.size for topic in server.topics)
    assert own_topic(7) not in {topic.name for topic in server.topics}


def test_without_a_known_login_a_refusal_decides_nothing(broker):
    bench = broker().bench
    bench.user = None
    server = bench.run(PROBE, INTERPRETER).servers[0]
    assert isinstance(server.anonymous, Unknown)
    assert isinstance(server.any_credentials, Unknown)
    assert isinstance(server.login, Present)


def test_guessing_at_the_broker_meets_its_lock_out(broker):
    facts = broker().bench.run(CREDENTIALS_PROBE, CREDENTIALS)
    assert facts.complete
    (login,) = facts.logins
    assert login.method == "mqtt"
    assert isinstance(login.control, Present), login.control
    assert isinstance(login.discriminates, Present)
    accepted = {t.source for t in login.trials if t.outcome is TrialOutcome.ACCEPTED}
    assert accepted == {CandidateSource.USER}
    former = [t.outcome for t in login.trials if t.source is CandidateSource.FORMER]
    assert former == [TrialOutcome.REJECTED]
    assert isinstance(login.limit.hindered, Present), login.limit
    assert (login.limit.kind, login.limit.attempts) == ("lockout", 5)


def test_a_broker_without_a_limit_is_told_apart(broker):
    (login,) = broker("no-bruteforce-limit").bench.run(CREDENTIALS_PROBE, CREDENTIALS).logins
    assert isinstance(login.limit.hindered, Absent), login.limit
