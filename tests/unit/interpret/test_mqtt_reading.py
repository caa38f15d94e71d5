"""Sessions with MQTT brokers in captures: read right, and survived whatever they hold."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.encoding.journal import JournalRecord, end_line, header_line, record_line
from harness.encoding.tree import DirectoryTree
from harness.errors import CaptureError
from harness.facts.credentials import CandidateSource, TrialOutcome
from harness.facts.mqtt import MqttAnswer, MqttFacts
from harness.interpret.base import CaptureReader, Upstream
from harness.interpret.login_mqtt import read_mqtt
from harness.interpret.login_transcript import TrialTranscript
from harness.interpret.mqtt import MAX_SESSION_BYTES, interpret, own_topic
from harness.interpret.mqtt_packets import (
    MAX_PACKETS,
    V3_1_1,
    V5,
    answer_of,
    connect,
    granted,
    message_of,
    packets,
    publish,
    subscribe,
)
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.observation import Absent, Present, Unknown
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry

T = "2026-11-22T00:00:00.000000Z"
TARGET = {"address": "192.0.2.1", "port": 1883, "tls": False}
OWN = own_topic(7)
ACCEPTED, NOT_AUTHORISED, BAD_LOGIN = b"\x20\x02\x00\x00", b"\x20\x02\x00\x05", b"\x20\x02\x00\x04"
SUBACK, PINGRESP = b"\x90\x05\x00\x01\x00\x00\x00", b"\xd0\x00"


def journal(*records: dict[str, Any], ended: bool = True) -> bytes:
    lines = [record_line({"t": T, **record}) for record in records]
    return header_line() + b"".join(lines) + (end_line(0) if ended else b"")


def session(
    number: int,
    client: str,
    *received: bytes,
    level: int = V3_1_1,
    outcome: str = "open",
    how: str = "left",
) -> list[dict[str, Any]]:
    talk = {"connection": number, "layer": "tcp"}
    return [
        {"kind": "connect", "connection": number, "step": client, "outcome": outcome, "port": 1883},
        {"kind": "session", "connection": number, "client": client, "level": level},
        {"kind": "sent", **talk, "data": "CONNECT"},
        *({"kind": "received", **talk, "data": data.decode("latin-1")} for data in received),
        {"kind": "ended", "connection": number, "how": how},
    ]


def read(folder: Path, files: dict[str, bytes]) -> MqttFacts:
    key = FactKey(probe=ProbeName("mqtt"), sample=SampleId("A"), visit=VisitId("1-x"), attempt=1)
    where = folder / key.folder
    where.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (where / name).write_bytes(data)
    entries = tuple(
        CaptureEntry(name=name, schema_name="j", size=len(data), sha256="0" * 64, complete=True)
        for name, data in files.items()
    )
    record = AttemptRecord(
        key=key, probe_version=1, outcome=AttemptOutcome.COMPLETED, started=T, ended=T,
        captures=entries,
    )  # fmt: skip
    return interpret(CaptureReader(DirectoryTree(folder), record), Upstream({}))


@pytest.fixture
def broker(tmp_path: Path) -> Any:
    """The facts of one broker with these sessions."""

    def run(*sessions: list[dict[str, Any]], tls: bool = False) -> Any:
        target = {**TARGET, "tls": tls}
        inputs = {"kind": "inputs", "targets": [target], "not_examined": [], "own_topic": OWN}
        records = [record for each in sessions for record in each]
        files = {"inputs.jsonl": journal(inputs), "tcp-1883.jsonl": journal(*records)}
        facts = read(tmp_path, files)
        assert facts.complete
        return facts.servers[0]

    return run


def retained(topic: str, payload: bytes) -> bytes:
    return b"\x31" + publish(topic, payload, V3_1_1)[1:]


GOOD = session(3, "known-good", ACCEPTED, PINGRESP)


def test_refusals_are_absent_only_beside_a_good_login(broker: Any) -> None:
    refused = (session(1, "anonymous", NOT_AUTHORISED), session(2, "made-up", BAD_LOGIN))
    server = broker(*refused, GOOD)
    assert isinstance(server.anonymous, Absent)
    assert isinstance(server.any_credentials, Absent)
    assert isinstance(server.login, Present)
    server = broker(*refused)
    assert isinstance(server.anonymous, Unknown)
    assert isinstance(server.any_credentials, Unknown)
    assert isinstance(server.login, Present)


@pytest.mark.parametrize(
    ("received", "how", "answer"),
    [
        ((b"\x20\x02\x00\x03",), "left", MqttAnswer.UNAVAILABLE),
        ((b"\x20\x02\x00\x02",), "left", MqttAnswer.OTHER),
        ((), "closed", MqttAnswer.CLOSED),
        ((), "reset", MqttAnswer.CLOSED),
        ((), "silent", MqttAnswer.SILENT),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "closed", MqttAnswer.SILENT),
    ],
)
def test_whoever_is_turned_away_was_not_refused(
    received: tuple[bytes, ...], how: str, answer: MqttAnswer, broker: Any
) -> None:
    server = broker(session(1, "anonymous", *received, how=how), GOOD)
    assert server.answer_to("anonymous") is answer
    assert isinstance(server.anonymous, Unknown)
    assert isinstance(server.login, Unknown)


def test_acceptance_needs_a_session_that_goes_on(broker: Any) -> None:
    server = broker(session(1, "anonymous", ACCEPTED, how="closed"), GOOD)
    assert isinstance(server.anonymous, Unknown)
    assert "no further" in server.anonymous.reason


def test_topics_of_others_are_told_from_the_benchs_own(broker: Any) -> None:
    listened = session(
        1, "anonymous", ACCEPTED, SUBACK,
        retained("home/door", b"open") + publish(OWN, b"certbench", V3_1_1),
        retained("$SYS/broker/version", b"mosquitto version 2.0.11"),
    )  # fmt: skip
    server = broker(listened)
    assert isinstance(server.anonymous, Present)
    assert isinstance(server.subscription, Present)
    assert isinstance(server.publishing, Present)
    assert [(topic.name, topic.size, topic.retained) for topic in server.topics] == [
        ("home/door", 4, True), ("$SYS/broker/version", 24, True),
    ]  # fmt: skip
    assert [(each.product, each.version) for each in server.disclosures] == [
        ("mosquitto", "2.0.11")
    ]
    assert "open" not in server.model_dump_json()  # payloads stay in the capture


def test_what_comes_before_a_refusal_counts_for_nothing(broker: Any) -> None:
    """A device that sends messages to a client that it refused has let nobody in."""
    server = broker(session(1, "anonymous", retained("a", b"b") + NOT_AUTHORISED), GOOD)
    assert server.topics == ()
    assert isinstance(server.anonymous, Unknown)


def test_version_5_is_read_by_its_own_codes(broker: Any) -> None:
    old = session(1, "anonymous", b"\x20\x02\x00\x01")
    refused = session(2, "anonymous", b"\x20\x03\x00\x87\x00", level=V5)
    limited = session(4, "made-up", b"\x20\x03\x00\x9f\x00", level=V5)
    server = broker(old, refused, limited, GOOD)
    assert server.answer_to("anonymous") is MqttAnswer.REFUSED
    assert isinstance(server.anonymous, Absent)
    assert server.answer_to("made-up") is MqttAnswer.LIMITED
    assert isinstance(server.any_credentials, Unknown)


def test_a_broker_without_tls_in_its_connection_was_not_reached(broker: Any) -> None:
    server = broker(session(1, "anonymous", how="closed"), tls=True)
    assert server.answer_to("anonymous") is MqttAnswer.UNREACHABLE


def test_hostile_topics_are_harmless_bounded_and_few(broker: Any) -> None:
    evil = [f"\x1b[31m<script>\u202e{number}" + "x" * 300 for number in range(150)]
    flood = b"".join(retained(topic, b"") for topic in evil)
    server = broker(session(1, "anonymous", ACCEPTED, SUBACK, flood))
    assert (len(server.topics), server.topics_left_out) == (100, 50)
    for topic in server.topics:
        assert len(topic.name) <= 201
        assert topic.name.isprintable()
        assert "\u202e" not in topic.name


def test_a_flood_says_that_something_may_be_missed(broker: Any) -> None:
    huge = retained("home/picture", b"x" * MAX_SESSION_BYTES)
    server = broker(session(1, "anonymous", ACCEPTED, SUBACK, huge[:-10]))
    assert server.flooded
    assert server.topics[0].size == MAX_SESSION_BYTES


def test_an_endpoint_without_an_answer_was_not_examined(tmp_path: Path) -> None:
    inputs = {"kind": "inputs", "targets": [TARGET], "not_examined": [], "own_topic": OWN}
    talk = journal(*session(1, "anonymous", how="silent"))
    facts = read(tmp_path, {"inputs.jsonl": journal(inputs), "tcp-1883.jsonl": talk})
    assert facts.examined == ()
    assert facts.gap("tcp/1883") == "no CONNACK came"


def test_a_client_that_no_probe_has_spoils_only_its_endpoint(tmp_path: Path) -> None:
    inputs = {"kind": "inputs", "targets": [TARGET], "not_examined": [], "own_topic": OWN}
    talk = journal(*session(1, "friend", ACCEPTED))
    facts = read(tmp_path, {"inputs.jsonl": journal(inputs), "tcp-1883.jsonl": talk})
    assert not facts.complete
    assert facts.servers == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(received=st.lists(st.binary(max_size=60), max_size=6), level=st.sampled_from([V3_1_1, V5]))
def test_any_bytes_of_a_broker_give_facts(
    received: list[bytes], level: int, tmp_path: Path
) -> None:
    inputs = {"kind": "inputs", "targets": [TARGET], "not_examined": [], "own_topic": OWN}
    talk = journal(*session(1, "anonymous", *received, level=level), *GOOD)
    facts = read(tmp_path, {"inputs.jsonl": journal(inputs), "tcp-1883.jsonl": talk})
    assert MqttFacts.from_bytes(facts.to_bytes()) == facts


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(cut=st.integers(min_value=0, max_value=2000))
def test_a_torn_journal_never_holds(cut: int, tmp_path: Path) -> None:
    inputs = {"kind": "inputs", "targets": [TARGET], "not_examined": [], "own_topic": OWN}
    whole = journal(*session(1, "anonymous", NOT_AUTHORISED), *GOOD)
    files = {"inputs.jsonl": journal(inputs), "tcp-1883.jsonl": whole[: min(cut, len(whole) - 1)]}
    assert not read(tmp_path, files).complete


@given(data=st.binary(max_size=400), level=st.sampled_from([V3_1_1, V5]))
def test_packets_never_reach_beyond_what_came(data: bytes, level: int) -> None:
    end = 0
    for packet in packets(data):
        assert end < packet.end <= len(data)
        end = packet.end
        answer_of(packet, level)
        granted(packet, level)
        message = message_of(packet, level)
        assert message is None or len(message.payload) <= len(data)


def test_the_number_of_packets_is_bounded() -> None:
    assert len(list(packets(PINGRESP * (MAX_PACKETS + 10)))) == MAX_PACKETS


def test_own_packets_are_those_of_the_standard() -> None:
    assert connect("ab", V3_1_1).hex() == "100e" + "00044d515454" + "0402001e" + "00026162"
    assert connect("a", V3_1_1, "u", "").hex() == (
        "1012" + "00044d515454" + "04c2001e" + "000161" + "000175" + "0000"
    )
    assert connect("a", V5).hex() == "100e" + "00044d515454" + "0502001e" + "00" + "000161"
    assert subscribe(1, ("#",), V3_1_1).hex() == "8206" + "0001" + "0001" + "2300"
    assert publish("a", b"xy", V5).hex() == "3006" + "000161" + "00" + "7879"
    (packet,) = packets(publish("t" * 200, b"p" * 200, V3_1_1))
    message = message_of(packet, V3_1_1)
    assert message is not None
    assert (len(message.topic), message.size) == (200, 200)


def trial(*received: bytes) -> TrialTranscript:
    sent = JournalRecord(3, "sent", T, {"data": connect("a", V3_1_1, "u", "p").decode("latin-1")})
    answers = (
        JournalRecord(number, "received", T, {"data": data.decode("latin-1")})
        for number, data in enumerate(received, 4)
    )
    return TrialTranscript(
        number=1, phase="trials", source=CandidateSource.RANDOM, control=False, user="u",
        password="p", rule="", line=2, time=T, records=(sent, *answers),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("received", "outcome", "line"),
    [
        ((ACCEPTED, PINGRESP), TrialOutcome.ACCEPTED, 5),
        ((ACCEPTED[:2], ACCEPTED[2:], PINGRESP), TrialOutcome.ACCEPTED, 6),
        ((ACCEPTED,), TrialOutcome.UNANSWERED, 4),
        ((PINGRESP,), TrialOutcome.UNANSWERED, 2),
        ((BAD_LOGIN,), TrialOutcome.REJECTED, 4),
        ((NOT_AUTHORISED,), TrialOutcome.REJECTED, 4),
        ((b"\x20\x02\x00\x03",), TrialOutcome.UNANSWERED, 4),
        ((), TrialOutcome.UNANSWERED, 2),
    ],
)
def test_a_login_is_accepted_rejected_or_not_answered(
    received: tuple[bytes, ...], outcome: TrialOutcome, line: int
) -> None:
    assert read_mqtt(trial(*received)) == (outcome, 0, line)


def test_captures_without_inputs_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CaptureError):
        read(tmp_path, {"tcp-1883.jsonl": journal()})
