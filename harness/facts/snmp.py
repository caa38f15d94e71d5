"""Who may read and write over SNMP (probes ``snmp`` and ``snmp-write``; RFC 1157, 1901, 3414)."""

from enum import StrEnum
from typing import ClassVar, Literal

from harness.facts.base import OnEndpoint, ServersFacts
from harness.facts.disclosure import TellingFacts, TellingServer
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation

Version = Literal["v1", "v2c", "v3"]


class NameSource(StrEnum):
    """Where a community or user name comes from."""

    PUBLISHED = "published"
    """In public lists of factory settings."""
    RANDOM = "random"
    """Made up for this run: must be refused, else the agent accepts anything."""


class TrialResult(StrEnum):
    """What the agent did with one name."""

    READS = "reads"
    """It gave values, to two different requests."""
    ANSWERED = "answered"
    """It answered the name, and gave no value."""
    REFUSED = "refused"
    """It said so, or stayed silent between two controls that it answered."""
    UNANSWERED = "unanswered"
    """Silence without such a control, or an answer that cannot be read: says nothing."""


class NameTrial(Frozen):
    """One community or user name, in one version of the protocol.

    Attributes:
        name: as published; ``""`` for the random one.
        control: where the agent answered something else; None without such an answer.
    """

    version: Version
    source: NameSource
    name: str
    result: TrialResult
    control: EvidenceRef | None = None
    evidence: tuple[EvidenceRef, ...]


class SnmpAgent(TellingServer):
    """One UDP endpoint that was asked.

    Attributes:
        answered: Present when a message of SNMP came back; Absent when the host said that nothing
            listens there (its ICMP message is the control); silence is Unknown.
        any_name: a made-up community, or a made-up user without a key, reads data. Absent rests on
            its refusal by an agent that answers.
        published_community: a published community reads data where a made-up one is refused.
        published_user: likewise for users of version 3 without authentication and encryption.
        in_clear: version 1 or 2c gives data, so that the community crosses the network in clear
            (RFC 3584, section 11). Never Absent where an agent answers: it may serve a community
            that the bench does not know.
        trials: every name that was tried.
        engine_id: of version 3, in hexadecimal; ``""`` if it has none.
        engine_mac: the MAC address that the engine ID tells to anyone, or ``""``.
        readable: objects that the walk met, at most its limit.
        readable_limit: the walk stopped at its limit.
        system: texts of the system group, neutralised, by object name.
    """

    answered: Observation
    any_name: Observation
    published_community: Observation
    published_user: Observation
    in_clear: Observation
    trials: tuple[NameTrial, ...] = ()
    engine_id: str = ""
    engine_mac: str = ""
    readable: int = 0
    readable_limit: bool = False
    system: dict[str, str] = {}
    evidence: tuple[EvidenceRef, ...]


class SnmpFacts(TellingFacts[SnmpAgent]):
    """Agents of one address; ``examined`` holds the endpoints that answered or are closed."""

    SCHEMA: ClassVar[str] = "certbench/facts-snmp/1"
    PROBE: ClassVar[str] = "snmp"


class WriteTrial(Frozen):
    """What became of writing one object under one published community.

    Attributes:
        written: Present when another value was written, read back, and the former one restored;
            Absent when the agent refused to take even the value that the object already had.
        restored: Absent when the former value could not be seen again; only after a write.
    """

    version: Version
    community: str
    object: str
    written: Observation
    restored: Observation


class SnmpWriter(OnEndpoint):
    """Writing at one endpoint.

    Attributes:
        writable: a published community writes; Absent when each that reads was refused, or none
            reads.
    """

    writable: Observation
    trials: tuple[WriteTrial, ...] = ()


class SnmpWriteFacts(ServersFacts[SnmpWriter]):
    """Writing over SNMP; ``examined`` as in `SnmpFacts`."""

    SCHEMA: ClassVar[str] = "certbench/facts-snmp-write/1"
    PROBE: ClassVar[str] = "snmp-write"
