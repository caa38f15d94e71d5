"""How brokers bear on the units of EN 303 645 and California, on facts made by hand."""

from typing import Any

import pytest

from harness.facts.disclosure import Disclosure
from harness.facts.mqtt import MqttTopic
from harness.facts.ports import PortsFacts
from harness.facts.services import ServicesFacts
from harness.model.judgement import Verdict

PLAIN = "tcp/1883"
LOGIN_IN_CLEAR = {"5.1-3-2a", "5.5-4-2c", "5.5-5-2a", "5.5-7-2a"}
LOGIN_UNDECLARED = {"5.1-1-2a", "5.1-5-2a"}


def _with_plain_broker(survey: Any, made: Any, state: Any) -> Any:
    """The hardened router with a second broker, in clear and declared nowhere."""
    ports = survey.get(PortsFacts, state)
    old = survey.get(ServicesFacts, state).services
    more = ports.model_copy(update={"ports": (*ports.ports, made.port(PLAIN))})
    return survey.put(more, state).put(made.services(*old, made.service(PLAIN, "mqtt")), state)


@pytest.fixture
def plain_broker(survey: Any, made: Any) -> Any:
    """A survey with such a broker in use, as the probe saw it."""

    def run(**changes: Any) -> Any:
        broker = made.mqtt_server(PLAIN, tls=False, **changes)
        return _with_plain_broker(survey, made, made.IN).put(made.mqtt(made.mqtt_server(), broker))

    return run


def test_a_login_in_clear_that_nobody_declared_fails(plain_broker: Any, judge: Any) -> None:
    verdicts = judge(plain_broker())
    failed = {unit for unit, verdict in verdicts.items() if verdict is Verdict.FAIL}
    assert failed >= LOGIN_IN_CLEAR | LOGIN_UNDECLARED


def test_a_broker_that_asks_for_nothing_is_no_login(
    plain_broker: Any, judge: Any, made: Any
) -> None:
    verdicts = judge(plain_broker(login=made.unknown(), anonymous=made.seen()))
    for unit in LOGIN_IN_CLEAR | LOGIN_UNDECLARED:
        assert verdicts[unit] is Verdict.INCONCLUSIVE


def test_where_the_probe_was_not_asked_a_broker_stays_undecided(
    survey: Any, made: Any, judge: Any
) -> None:
    """As received no unit asks the probe; whether the broker wants a login is then not known."""
    verdicts = judge(_with_plain_broker(survey, made, made.AR))
    for unit in LOGIN_UNDECLARED:
        assert verdicts[unit] is Verdict.INCONCLUSIVE


def test_topics_without_login_fail_access_and_protection(
    survey: Any, made: Any, judge: Any
) -> None:
    topic = MqttTopic(name="home/door", size=4, retained=True, evidence=made.ref())
    broker = made.mqtt_server(anonymous=made.seen(), topics=(topic,))
    changed = survey.put(made.mqtt(broker))
    assert judge(changed)["5.5-4-2a"] is Verdict.FAIL
    assert judge(changed, "california")["a3"] is Verdict.FAIL


def test_a_version_in_sys_is_compared_with_the_dossier(survey: Any, made: Any, judge: Any) -> None:
    told = Disclosure(
        where="topic $SYS/broker/version", text="x", product="mosquitto", version="1.4.0",
        evidence=made.ref(),
    )  # fmt: skip
    topic = MqttTopic(name="$SYS/broker/version", size=9, retained=True, evidence=made.ref())
    broker = made.mqtt_server(anonymous=made.seen(), topics=(topic,), disclosures=(told,))
    verdicts = judge(survey.put(made.mqtt(broker)))
    for unit in ("5.6-2-2a", "5.5-2-2a", "5.5-4-2a"):
        assert verdicts[unit] is Verdict.FAIL
