"""MQTT brokers: what they let strangers do, and how they are logged in to."""

from collections.abc import Collection, Sequence

from harness.assessment.criteria.disclosure import undeclared_disclosure
from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.mqtt import MqttAnswer, MqttFacts, MqttServer
from harness.facts.services import MQTT
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Absent, Present, Unknown

Record = FactRecord[MqttFacts]


def anonymous_mqtt_access(record: Record, item: str, target: str) -> Judgement:
    """Nobody reads a broker's topics without a login (EN 303 645 5.5-4; CWE-306).

    A session that opens and shows nothing but the bench's own message is UNDECIDED: what it could
    be good for was not seen.
    """
    look = Look("anonymous-access", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    match server.anonymous:
        case Absent(control=control):
            return look.held("login-required", (*proof(server.answered), control))
        case Present(evidence=evidence) if server.topics:
            topic = server.topics[0]
            count = len(server.topics) + server.topics_left_out
            places = (*evidence, topic.evidence)
            return look.contradicted("topics-without-login", places, count=count, topic=topic.name)
        case Present():
            return look.undecided("session-shows-no-topic")
        case Unknown(reason=why):
            return look.undecided("not-observed", why=why)


def wrong_mqtt_credentials_accepted(record: Record, item: str, target: str) -> Judgement:
    """A made-up user with a made-up password is refused where the known-good login works."""
    look = Look("wrong-credentials-accepted", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    return look.must_be_absent(
        server.any_credentials,
        absent="random-password-refused",
        present="any-credentials-accepted",
    )


def open_mqtt_access(record: Record, item: str, target: str) -> Judgement:
    """Neither no login nor a made-up one leads into a broker (EN 303 645 5.5-4)."""
    parts = (
        anonymous_mqtt_access(record, item, target),
        wrong_mqtt_credentials_accepted(record, item, target),
    )
    return all_of(item, "anonymous-access", parts)


def undeclared_mqtt_login(
    record: Record, item: str, target: str, declared: Collection[str]
) -> Judgement:
    """A broker that examines logins stands at a declared endpoint (TS 103 701 5.1-1-2)."""
    look = Look("undeclared-login", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if target in declared:
        return look.held("login-declared", proof(server.answered), protocol=MQTT)
    if isinstance(server.login, Present):
        return look.contradicted("login-undeclared", server.login.evidence, protocol=MQTT)
    return look.undecided("login-not-observable", protocol=MQTT)


def plaintext_mqtt_management(record: Record, item: str, target: str) -> Judgement:
    """A broker that examines logins does so inside TLS only (EN 303 645 5.1-3, 5.5-7; CWE-319).

    A broker in clear that takes any credentials is UNDECIDED: its users may still send theirs.
    """
    look = Look("plaintext-management", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if server.tls:
        return look.held("encrypted", proof(server.answered), protocol=MQTT)
    if isinstance(server.login, Present):
        return look.contradicted("login-in-clear", server.login.evidence, protocol=MQTT)
    return look.undecided("login-not-observable", protocol=MQTT)


def mqtt_disclosure(
    record: Record, item: str, target: str, declared: Sequence[str] = ()
) -> Judgement:
    """A broker tells nobody its version below ``$SYS`` without a login (EN 303 645 5.6-2).

    What a broker keeps comes before what is published later: nothing told counts where the bench's
    own message came back.
    ``declared`` is as in `http_disclosure`.
    """
    look = Look("information-disclosure", item, target, record)
    server = _server(look)
    if isinstance(server, Judgement):
        return server
    if not server.disclosures and server.flooded:
        return look.undecided("not-observed", why="more messages came than the bench reads")
    inside = isinstance(server.anonymous, Present)
    if inside and not server.disclosures and not isinstance(server.publishing, Present):
        return look.undecided("not-observed", why="not even the bench's own message came back")
    if not inside and server.answer_to("anonymous") is not MqttAnswer.REFUSED:
        return look.undecided("not-observed", why="the client without login got no clear answer")
    return undeclared_disclosure(look, server.disclosures, declared, proof(server.answered))


def _server(look: Look) -> MqttServer | Judgement:
    facts = look.record.facts
    server = facts.on(look.subject) if isinstance(facts, MqttFacts) else None
    if server is None or facts.gap(look.subject) is not None:
        return look.unexamined()
    if not isinstance(server.answered, Present):
        return look.undecided("no-answer")
    return server
