"""Criteria about MQTT brokers: the sound one holds, the flaw contradicts, the rest is undecided."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.disclosure import Disclosure
from harness.facts.mqtt import MqttAnswer, MqttTopic
from harness.model.judgement import Judgement, Outcome

BROKER = "tcp/8883"
HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
ALL: dict[str, Callable[..., Judgement]] = {
    "anonymous-access": criteria.anonymous_mqtt_access,
    "wrong-credentials-accepted": criteria.wrong_mqtt_credentials_accepted,
    "undeclared-login": partial(criteria.undeclared_mqtt_login, declared=(BROKER,)),
    "plaintext-management": criteria.plaintext_mqtt_management,
    "information-disclosure": criteria.mqtt_disclosure,
}


@pytest.fixture
def judge(made: Any) -> Callable[..., Judgement]:
    def run(criterion: Callable[..., Judgement], **changes: Any) -> Judgement:
        record = made.record(made.mqtt(made.mqtt_server(**changes)))
        return criterion(record, item="row", target=BROKER)

    return run


@pytest.fixture
def topic(made: Any) -> MqttTopic:
    return MqttTopic(name="home/door", size=4, retained=True, evidence=made.ref())


@pytest.mark.parametrize("name", ALL)
def test_a_broker_with_logins_inside_tls_holds_with_evidence(name: str, judge: Any) -> None:
    judged = judge(ALL[name])
    assert judged.outcome is HELD
    assert judged.criterion == name
    assert judged.evidence


@pytest.mark.parametrize("name", ALL)
def test_a_broker_that_nobody_examined_decides_nothing(name: str, made: Any) -> None:
    skipped = NotExamined(target=BROKER, reason="later")
    for facts in (made.mqtt(), made.mqtt(made.mqtt_server(), examined=(), not_examined=(skipped,))):
        assert ALL[name](made.record(facts), item="x", target=BROKER).outcome is UNDECIDED


@pytest.mark.parametrize("name", ALL)
def test_a_broker_that_did_not_answer_decides_nothing(name: str, judge: Any, made: Any) -> None:
    assert judge(ALL[name], answered=made.unknown()).outcome is UNDECIDED


def test_topics_without_login_contradict(judge: Any, made: Any, topic: MqttTopic) -> None:
    judged = judge(criteria.anonymous_mqtt_access, anonymous=made.seen(), topics=(topic,))
    assert judged.outcome is CONTRADICTED
    assert judged.reason.params["topic"] == "home/door"
    assert judged.findings[0].severity.value == "critical"


def test_a_session_without_topics_is_undecided(judge: Any, made: Any) -> None:
    judged = judge(criteria.anonymous_mqtt_access, anonymous=made.seen())
    assert (judged.outcome, judged.reason.code) == (UNDECIDED, "session-shows-no-topic")


def test_a_refusal_without_control_is_undecided(judge: Any, made: Any) -> None:
    assert judge(criteria.anonymous_mqtt_access, anonymous=made.unknown()).outcome is UNDECIDED
    changed = {"any_credentials": made.unknown()}
    assert judge(criteria.wrong_mqtt_credentials_accepted, **changed).outcome is UNDECIDED


def test_credentials_that_nobody_has_must_not_open_a_broker(judge: Any, made: Any) -> None:
    for criterion in (criteria.wrong_mqtt_credentials_accepted, criteria.open_mqtt_access):
        judged = judge(criterion, any_credentials=made.seen())
        assert (judged.outcome, judged.criterion) == (CONTRADICTED, "wrong-credentials-accepted")


def test_a_login_that_nobody_declared_contradicts(judge: Any, made: Any) -> None:
    criterion = partial(criteria.undeclared_mqtt_login, declared=("tcp/443",))
    assert judge(criterion).outcome is CONTRADICTED
    assert judge(criterion, login=made.unknown()).outcome is UNDECIDED


def test_a_login_in_clear_contradicts(judge: Any, made: Any) -> None:
    criterion = criteria.plaintext_mqtt_management
    assert judge(criterion, tls=False).outcome is CONTRADICTED
    assert judge(criterion, tls=False, login=made.unknown()).outcome is UNDECIDED


def test_a_version_that_is_told_must_be_declared(judge: Any, made: Any) -> None:
    told = Disclosure(
        where="topic $SYS/broker/version", text="mosquitto version 2.0.11", product="mosquitto",
        version="2.0.11", evidence=made.ref(),
    )  # fmt: skip
    changes = {"anonymous": made.seen(), "disclosures": (told,)}
    assert judge(criteria.mqtt_disclosure, **changes).outcome is CONTRADICTED
    declared = partial(criteria.mqtt_disclosure, declared=("Mosquitto 2.0.11 in $SYS",))
    assert judge(declared, **changes).outcome is HELD


@pytest.mark.parametrize(
    "answer",
    [MqttAnswer.UNAVAILABLE, MqttAnswer.LIMITED, MqttAnswer.CLOSED, MqttAnswer.ACCEPTED],
)
def test_nothing_told_means_nothing_where_nobody_listened(
    answer: MqttAnswer, judge: Any, made: Any
) -> None:
    tries = (made.mqtt_try(answer=answer),)
    judged = judge(criteria.mqtt_disclosure, anonymous=made.unknown(), tries=tries)
    assert judged.outcome is UNDECIDED


def test_nothing_told_means_nothing_in_a_flood(judge: Any, made: Any) -> None:
    judged = judge(criteria.mqtt_disclosure, anonymous=made.seen(), flooded=True)
    assert judged.outcome is UNDECIDED


def test_a_session_in_which_nothing_came_back_shows_no_silence_of_the_broker(
    judge: Any, made: Any
) -> None:
    changes = {"anonymous": made.seen(), "subscription": made.seen()}
    assert judge(criteria.mqtt_disclosure, **changes).outcome is UNDECIDED
    heard = judge(criteria.mqtt_disclosure, **changes, publishing=made.seen())
    assert heard.outcome is HELD
