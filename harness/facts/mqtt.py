"""What MQTT brokers let strangers do (probe ``mqtt``; MQTT 3.1.1 and 5.0)."""

from enum import StrEnum
from typing import ClassVar, Literal

from harness.facts.disclosure import TellingFacts, TellingServer
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation

Client = Literal["anonymous", "made-up", "known-good"]
"""Who knocks: without login, with a user and password made up for the run, with the bench's own."""


class MqttAnswer(StrEnum):
    """What a broker said to a CONNECT."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Bad user name or password, or not authorised: codes 4 and 5; 0x86 and 0x87 in version 5."""
    OTHER_VERSION = "other-version"
    """This version of the protocol is not spoken."""
    UNAVAILABLE = "unavailable"
    """The broker takes nobody now: code 3; 0x88 and 0x89 in version 5. No word about the login."""
    LIMITED = "limited"
    """Banned, over a quota or too fast: 0x8A, 0x97 and 0x9F in version 5."""
    OTHER = "other"
    """Any other code: a rejected client name, a malformed packet."""
    CLOSED = "closed"
    """The connection ended without a CONNACK."""
    SILENT = "silent"
    """No CONNACK in time, or something that is none."""
    UNREACHABLE = "unreachable"
    """No connection, or no TLS in it."""


class MqttTry(Frozen):
    """One CONNECT.

    Attributes:
        level: protocol level: 4 is MQTT 3.1.1, 5 is MQTT 5.0.
        code: of the CONNACK; -1 without one.
        confirmed: the session went on: the broker acknowledged a subscription or a ping.
    """

    client: Client
    level: int
    answer: MqttAnswer
    code: int = -1
    confirmed: bool = False
    evidence: EvidenceRef


class MqttTopic(Frozen):
    """A topic that was delivered to a client without login. Payloads stay in the capture.

    Attributes:
        name: neutralised.
        size: bytes of the first payload.
        retained: the broker kept it from before the subscription.
    """

    name: str
    size: int
    retained: bool
    evidence: EvidenceRef


class MqttServer(TellingServer):
    """One MQTT endpoint.

    Attributes:
        answered: a CONNACK came.
        control: the bench's own login works, after the others were tried at the same pace.
        anonymous: a client without login gets a session. Absent: it was refused, `control` not.
        any_credentials: a made-up user and password get a session. Absent: as above.
        login: the broker examines logins: it refuses a client for lack of the right one.
        subscription: everything (``#``) may be subscribed to without login.
        publishing: what a client without login publishes to a topic of its own is delivered. Absent
            never occurs: a broker may drop such a message for other reasons.
        topics: topics other than the bench's own that were delivered without login.
        topics_left_out: how many more there were.
        flooded: more came without login than the bench reads, so that something may be missed.
        disclosures: products and versions below ``$SYS`` that are told without login.
    """

    tls: bool
    answered: Observation
    tries: tuple[MqttTry, ...]
    control: Observation
    anonymous: Observation
    any_credentials: Observation
    login: Observation
    subscription: Observation
    publishing: Observation
    topics: tuple[MqttTopic, ...] = ()
    topics_left_out: int = 0
    flooded: bool = False

    def answer_to(self, client: Client) -> MqttAnswer | None:
        """What the last CONNECT of this client met; None if there was none."""
        return next((each.answer for each in reversed(self.tries) if each.client == client), None)


class MqttFacts(TellingFacts[MqttServer]):
    """MQTT brokers of one address; ``examined`` names their endpoints."""

    SCHEMA: ClassVar[str] = "certbench/facts-mqtt/1"
    PROBE: ClassVar[str] = "mqtt"
