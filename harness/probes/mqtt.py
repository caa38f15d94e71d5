"""Probe ``mqtt``: what MQTT brokers let in, and what a client without login can read and write.

A client without login comes first, then one with a login made up for the run, then the bench's own
login: if that works right after the others, they were refused and not merely turned away. Each has
a connection of its own. Default logins and guessing are the credentials probe's.
"""

from time import monotonic
from typing import Final

from typing_extensions import override

from harness.encoding.canonical import sha256_hex
from harness.facts.mqtt import Client, MqttAnswer
from harness.facts.services import MQTT, Service, ServicesFacts
from harness.interpret.base import INPUTS
from harness.interpret.mqtt import (
    ALL_TOPICS,
    MADE_UP_USER,
    MAX_MESSAGES,
    MAX_SESSION_BYTES,
    own_topic,
)
from harness.interpret.mqtt_packets import (
    DISCONNECT,
    PINGREQ,
    PINGRESP,
    SUBACK,
    V3_1_1,
    V5,
    Packet,
    answer_of,
    connect,
    message_of,
    packets,
    publish,
    subscribe,
)
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import CaptureJournal, Probe, ProbeContext, needed, network_of
from harness.probes.http_recording import describe
from harness.probes.login_candidates import Candidate, is_secret, known_good, made_up_passwords
from harness.probes.recorded import RecordedConnection, Recorder

ANSWER_S: Final = 2.0
LISTEN_S: Final = 2.0
"""How long a client without login waits for messages, at most."""
QUIET_S: Final = 0.3
"""Messages that are kept come at once: after them and this silence nothing more is waited for."""
CONNECTIONS_PER_BROKER: Final = 6
MAX_BROKERS: Final = 16
_PAYLOAD: Final = b"certbench"


class MqttProbe(Probe):
    """Knocks at every MQTT endpoint, in clear or inside TLS."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Intrusive: it makes a wrong login and publishes one message. Needs the services."""
        return ProbeDeclaration(
            name=ProbeName("mqtt"),
            version=1,
            summary="anonymous, made-up and right logins at MQTT brokers; topics without login",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"),),
            impact=Impact.INTRUSIVE,
            locks=(Lock.AUTHENTICATION,),
            timeout_s=180,
            estimate_s=2,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and one ``tcp-<port>.jsonl`` a broker.

        Raises:
            BenchFault: no network link, or no services facts.
        """
        link, services = network_of(context), needed(context, ServicesFacts)
        brokers = [each for each in services.services if each.protocol == MQTT]
        good = known_good(context.sample, context.state)
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                targets=[describe(each.endpoint, tls=each.tls) for each in brokers[:MAX_BROKERS]],
                not_examined=[
                    {"target": each.endpoint.name, "reason": f"more than {MAX_BROKERS} brokers"}
                    for each in brokers[MAX_BROKERS:]
                ],
                seed=context.seed,
                own_topic=own_topic(context.seed),
                known_good=good.source.value if good else "",
            )
        for each in brokers[:MAX_BROKERS]:
            with context.journal(f"tcp-{each.endpoint.port}.jsonl") as journal:
                recorder = Recorder(link, journal, each.endpoint.port, CONNECTIONS_PER_BROKER)
                _Broker(context, journal, recorder, each).run(good)


class _Broker:
    """All sessions with one broker."""

    def __init__(
        self, context: ProbeContext, journal: CaptureJournal, recorder: Recorder, service: Service
    ) -> None:
        self._context = context
        self._journal = journal
        self._recorder = recorder
        self._service = service
        self._level = V3_1_1

    def run(self, good: Candidate | None) -> None:
        """Every client once; the right login last."""
        self._knock("anonymous", None)
        made_up = next(made_up_passwords(self._context.seed))
        self._knock("made-up", (MADE_UP_USER, made_up))
        if good is not None:
            if is_secret(good.password):
                self._context.secret(good.password, f"{good.source.value}-password")
            self._knock("known-good", (good.user, good.password))

    def _knock(self, client: Client, login: tuple[str, str] | None) -> None:
        """One session; once more in version 5 if the broker does not speak 3.1.1."""
        answer = self._session(client, login)
        if answer is MqttAnswer.OTHER_VERSION and self._level == V3_1_1:
            self._level = V5
            self._session(client, login)

    def _session(self, client: Client, login: tuple[str, str] | None) -> MqttAnswer | None:
        self._context.check_time()
        with self._recorder.connect(client) as connection:
            self._journal.record(
                "session", connection=self._recorder.opened, client=client, level=self._level
            )
            if self._service.tls and not connection.start_tls():
                return None
            session = _Session(connection, self._level)
            name = f"certbench-{sha256_hex(f'{client} {self._context.seed}'.encode())[:8]}"
            user, password = login or ("", None)
            connection.send(connect(name, self._level, user, password))
            answer = session.connected()
            if answer is MqttAnswer.ACCEPTED:
                if client == "anonymous":
                    session.look_around(own_topic(self._context.seed))
                else:
                    session.confirm()
                connection.send(DISCONNECT)
            return answer


class _Session:
    """What comes back in one session; read here only to choose the next step."""

    def __init__(self, connection: RecordedConnection, level: int) -> None:
        self._connection = connection
        self._level = level
        self._received = b""

    def connected(self) -> MqttAnswer | None:
        """Wait for the CONNACK."""
        deadline = monotonic() + ANSWER_S
        while True:
            first = next(packets(self._received), None)
            if first is not None and first.whole:
                found = answer_of(first, self._level)
                return found[0] if found else None
            if not self._more(deadline - monotonic()):
                return None

    def confirm(self) -> None:
        """Show that the session is alive: a ping, and its answer."""
        self._connection.send(PINGREQ)
        self._wait(PINGRESP)

    def look_around(self, own: str) -> None:
        """Subscribe to everything, publish one message to a topic of our own, and listen."""
        self._connection.send(subscribe(1, (*ALL_TOPICS, own), self._level))
        self._wait(SUBACK)
        self._connection.send(publish(own, _PAYLOAD, self._level))
        deadline = monotonic() + LISTEN_S
        while (left := deadline - monotonic()) > 0:
            if not self._more(min(left, QUIET_S)) and self._heard_enough(own):
                return

    def _wait(self, kind: int) -> None:
        """Until a packet of this kind is there, the peer stops, or time is up."""
        deadline = monotonic() + ANSWER_S
        while all(entry.kind != kind for entry in self._packets()):
            if not self._more(deadline - monotonic()):
                return

    def _more(self, timeout_s: float) -> bool:
        if timeout_s <= 0 or self._full():
            return False
        data = self._connection.receive(timeout_s)
        self._received += data
        return bool(data)

    def _full(self) -> bool:
        return len(self._received) >= MAX_SESSION_BYTES or len(self._packets()) >= MAX_MESSAGES

    def _packets(self) -> list[Packet]:
        return list(packets(self._received))

    def _heard_enough(self, own: str) -> bool:
        """Nothing more can come, or something of others came already."""
        if not self._connection.open or self._full():
            return True
        messages = (message_of(entry, self._level) for entry in self._packets())
        return any(message is not None and message.topic != own for message in messages)


PROBE: Probe = MqttProbe()
