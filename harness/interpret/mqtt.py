"""Interpreter of the ``mqtt`` probe: sessions with MQTT brokers in, `MqttFacts` out (pure).

Beside the conversations (`interpret.conversations`) a journal holds one record ``session`` a
connection: ``connection``, ``client`` and ``level``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, get_args

from harness.encoding.canonical import sha256_hex
from harness.encoding.journal import Journal
from harness.encoding.text import neutralise, to_latin
from harness.errors import CaptureError
from harness.facts.disclosure import Disclosure
from harness.facts.mqtt import Client, MqttAnswer, MqttFacts, MqttServer, MqttTopic, MqttTry
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.conversations import Conversation, read_conversations
from harness.interpret.mqtt_packets import (
    PINGRESP,
    SUBACK,
    V3_1_1,
    V5,
    Message,
    Packet,
    answer_of,
    granted,
    message_of,
    packets,
)
from harness.interpret.web_targets import (
    WebTarget,
    answering,
    read_endpoints,
    read_inputs,
    silent,
)
from harness.model.ids import ProbeName
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

ALL_TOPICS: Final = ("#", "$SYS/#")
"""``#`` does not reach topics that begin with ``$`` (MQTT 3.1.1, section 4.7.2)."""
MADE_UP_USER: Final = "certbench-nobody"
MAX_MESSAGES: Final = 500
MAX_SESSION_BYTES: Final = 128 * 1024
"""Where the probe stops reading a session."""
MAX_TOPICS: Final = 100
MAX_TOPIC: Final = 200
MAX_DISCLOSURES: Final = 10
_TELLS_VERSION: Final = re.compile(r"\$SYS/.*\b(?:version|sysdescr)", re.DOTALL)
_PRODUCT: Final = re.compile(
    r"([A-Za-z][A-Za-z0-9+._-]{0,40}?)[ /]+(?:version )?v?(\d+\.\d[\w.-]*)"
)
_NUMBER: Final = re.compile(r"v?(\d+\.\d[\w.-]*)")


def own_topic(seed: int) -> str:
    """The throw-away topic of an attempt, which no device uses by itself."""
    return f"certbench/{sha256_hex(f'mqtt topic {seed}'.encode())[:16]}"


@dataclass(frozen=True)
class Session:
    """One connection, taken apart.

    Attributes:
        packets: what came back after the CONNECT, each with its line of the journal.
    """

    client: Client
    level: int
    conversation: Conversation
    packets: tuple[tuple[Packet, int], ...]

    @property
    def connack(self) -> tuple[MqttAnswer, int] | None:
        """The answer to the CONNECT, which must come first (MQTT 3.1.1, section 3.2)."""
        return answer_of(self.packets[0][0], self.level) if self.packets else None

    @property
    def confirmed(self) -> bool:
        """The broker went on talking to this client."""
        later = {packet.kind for packet, _ in self.packets[1:] if packet.whole}
        return bool({SUBACK, PINGRESP} & later)

    @property
    def flooded(self) -> bool:
        """The probe stopped reading before the broker stopped talking."""
        size = len(self.conversation.received())
        return size >= MAX_SESSION_BYTES or len(self.packets) >= MAX_MESSAGES

    def messages(self) -> Iterator[tuple[Message, int]]:
        """Messages after the CONNACK, each with its line."""
        for packet, line in self.packets[1:]:
            message = message_of(packet, self.level)
            if message is not None:
                yield message, line


def interpret(captures: CaptureReader, upstream: Upstream) -> MqttFacts:
    """Facts of every broker that the probe was given; needs no upstream fact itself.

    Raises:
        CaptureError: the list of inputs cannot be read.
    """
    del upstream  # the brokers stand in the inputs
    topic = read_inputs(captures).record.text("own_topic")

    def read_one(reader: CaptureReader, target: WebTarget) -> tuple[MqttServer, bool]:
        journal = reader.journal(target.capture)
        server = _Reading(reader, target, _sessions(journal), topic).server()
        return server, journal.whole

    read = read_endpoints(captures, read_one)
    return MqttFacts(
        examined=answering(read.servers),
        not_examined=(*read.unread, *silent(read.servers)),
        complete=read.complete,
        servers=read.servers,
    )


def _sessions(journal: Journal) -> tuple[Session, ...]:
    known: dict[int, tuple[Client, int]] = {}
    for record in journal.of("session"):
        client, level = record.text("client"), record.number("level")
        if client not in get_args(Client) or level not in {V3_1_1, V5}:
            raise CaptureError(f"line {record.line}: no such client or level")
        known[record.number("connection")] = (client, level)  # type: ignore[assignment]  # checked
    return tuple(
        Session(*known[talk.number], talk, _packets(talk))
        for talk in read_conversations(journal)
        if talk.number in known
    )


def _packets(talk: Conversation) -> tuple[tuple[Packet, int], ...]:
    """The packets that the broker sent, each with the line that holds its last byte."""
    ends: list[tuple[int, int]] = []
    data = b""
    for turn in talk.turns:
        if not turn.sent:
            data += turn.data
            ends.append((len(data), turn.line))
    found: list[tuple[Packet, int]] = []
    at = 0
    for packet in packets(data):
        while ends[at][0] < packet.end:
            at += 1
        found.append((packet, ends[at][1]))
    return tuple(found)


@dataclass(frozen=True)
class _Reading:
    """What the sessions with one broker say together."""

    captures: CaptureReader
    target: WebTarget
    sessions: tuple[Session, ...]
    own: str

    def server(self) -> MqttServer:
        control = self._control()
        topics = self._topics()
        return MqttServer(
            endpoint=self.target.endpoint,
            tls=self.target.tls,
            answered=self._answered(),
            tries=tuple(self._try(session) for session in self.sessions),
            control=control,
            anonymous=self._let_in("anonymous", control),
            any_credentials=self._let_in("made-up", control),
            login=self._login(control),
            subscription=self._subscription(),
            publishing=self._publishing(),
            topics=topics[:MAX_TOPICS],
            topics_left_out=max(0, len(topics) - MAX_TOPICS),
            flooded=any(session.flooded for session in self.sessions),
            disclosures=tuple(self._disclosures())[:MAX_DISCLOSURES],
        )

    def _ref(self, line: int) -> EvidenceRef:
        return self.captures.ref(self.target.capture, f"line {line}")

    def _seen(self, *lines: int) -> Present:
        return Present(evidence=tuple(self._ref(line) for line in dict.fromkeys(lines)))

    def _of(self, client: Client) -> Session | None:
        """The session that counts: the one in the version that the broker speaks."""
        return next((each for each in reversed(self.sessions) if each.client == client), None)

    def _answered(self) -> Observation:
        lines = [session.packets[0][1] for session in self.sessions if session.connack]
        return self._seen(*lines[:3]) if lines else Unknown(reason="no CONNACK came")

    def _try(self, session: Session) -> MqttTry:
        connack = session.connack
        line = session.packets[0][1] if session.packets else session.conversation.line
        return MqttTry(
            client=session.client,
            level=session.level,
            answer=_answer(session, tls=self.target.tls),
            code=connack[1] if connack else -1,
            confirmed=session.confirmed,
            evidence=self._ref(line),
        )

    def _entered(self, client: Client) -> Session | None:
        """The session of a client that got in, with its confirmation."""
        session = self._of(client)
        connack = session.connack if session else None
        if session is None or connack is None or connack[0] is not MqttAnswer.ACCEPTED:
            return None
        return session if session.confirmed else None

    def _control(self) -> Observation:
        session = self._of("known-good")
        if session is None:
            return Unknown(reason="the bench knows no login for this state")
        if self._entered("known-good") is None:
            answer = _answer(session, tls=self.target.tls)
            return Unknown(reason=f"the known-good login was {_said(answer)}")
        return self._seen(session.packets[0][1], _confirmation(session))

    def _let_in(self, client: Client, control: Observation) -> Observation:
        session = self._of(client)
        if session is None:
            return Unknown(reason=f"the {client} client was not tried")
        if self._entered(client) is not None:
            return self._seen(session.packets[0][1], _confirmation(session))
        answer = _answer(session, tls=self.target.tls)
        if answer is not MqttAnswer.REFUSED:
            return Unknown(reason=f"the {client} client was {_said(answer)}")
        if not isinstance(control, Present):
            why = control.reason if isinstance(control, Unknown) else "no control"
            return Unknown(reason=f"the {client} client was refused, but {why}")
        return Absent(control=control.evidence[0])

    def _login(self, control: Observation) -> Observation:
        """A login is examined: without one, or with a made-up one, a client is refused."""
        refused = [
            session
            for client in get_args(Client)[:2]
            if (session := self._of(client)) is not None
            and _answer(session, tls=self.target.tls) is MqttAnswer.REFUSED
        ]
        if refused:
            return self._seen(*(session.packets[0][1] for session in refused))
        if isinstance(control, Present) and self._entered("anonymous") and self._entered("made-up"):
            return Unknown(reason="any credentials are accepted, and none")
        return Unknown(reason="no client was refused for its login")

    def _subscription(self) -> Observation:
        session = self._entered("anonymous")
        if session is None:
            return Unknown(reason="no session without login")
        for packet, line in session.packets[1:]:
            codes = granted(packet, session.level)
            if codes and codes[0]:
                return self._seen(line)
        return Unknown(reason="the subscription to all topics was not granted")

    def _publishing(self) -> Observation:
        session = self._entered("anonymous")
        for message, line in session.messages() if session else ():
            if message.topic == self.own:
                return self._seen(line)
        return Unknown(reason="no message of the bench's own came back without login")

    def _topics(self) -> tuple[MqttTopic, ...]:
        session = self._entered("anonymous")
        found: dict[str, MqttTopic] = {}
        for message, line in session.messages() if session else ():
            if message.topic and message.topic != self.own and message.topic not in found:
                found[message.topic] = MqttTopic(
                    name=neutralise(message.topic, MAX_TOPIC),
                    size=message.size,
                    retained=message.retained,
                    evidence=self._ref(line),
                )
        return tuple(found.values())

    def _disclosures(self) -> Iterator[Disclosure]:
        session = self._entered("anonymous")
        for message, line in session.messages() if session else ():
            if _TELLS_VERSION.match(message.topic):
                yield from _version(message, self._ref(line))


def _confirmation(session: Session) -> int:
    kinds = {SUBACK, PINGRESP}
    return next(line for packet, line in session.packets[1:] if packet.kind in kinds)


def _answer(session: Session, *, tls: bool) -> MqttAnswer:
    """What the CONNECT met, where it met no CONNACK too."""
    if session.connack is not None:
        return session.connack[0]
    talk = session.conversation
    if talk.outcome != "open" or (tls and not talk.upgraded):
        return MqttAnswer.UNREACHABLE
    ended = talk.ended in {"closed", "reset"} and not session.packets
    return MqttAnswer.CLOSED if ended else MqttAnswer.SILENT


def _said(answer: MqttAnswer) -> str:
    words = {
        MqttAnswer.ACCEPTED: "accepted, and the session went no further",
        MqttAnswer.UNAVAILABLE: "turned away: the server takes nobody now",
        MqttAnswer.LIMITED: "turned away: too fast, over a quota or banned",
        MqttAnswer.OTHER_VERSION: "refused for the version of the protocol",
        MqttAnswer.OTHER: "refused for another reason than its login",
        MqttAnswer.CLOSED: "cut off without an answer",
        MqttAnswer.SILENT: "left without an answer",
        MqttAnswer.UNREACHABLE: "not connected",
    }
    return words.get(answer, answer.value)


def _version(message: Message, evidence: EvidenceRef) -> Iterator[Disclosure]:
    text = to_latin(message.payload[:200])
    named, number = _PRODUCT.search(text), _NUMBER.search(text)
    if named is None and number is None:
        return
    yield Disclosure(
        where=f"topic {neutralise(message.topic, MAX_TOPIC)}",
        text=neutralise(text, 100),
        product=named[1] if named else "",
        version=named[2] if named else (number[1] if number else ""),
        evidence=evidence,
    )


INTERPRETER = Interpreter(ProbeName("mqtt"), 1, MqttFacts, interpret)
