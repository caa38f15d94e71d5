"""SNMP messages of versions 1, 2c and 3 without security (RFC 1157, 1901, 3412, 3414, 3416); pure.

`parse` takes what a device sent and gives None for anything that is not one whole message.
"""

from dataclasses import dataclass
from typing import Final

from harness.interpret.ber import (
    INTEGER,
    NULL,
    OCTETS,
    OID,
    SEQUENCE,
    BerReader,
    element,
    integer,
    octets,
    oid,
    read_integer,
    read_oid,
    sequence,
)

GET, GET_NEXT, RESPONSE, SET, REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA8
V1, V2C, V3 = "v1", "v2c", "v3"
_VERSIONS: Final = {0: V1, 1: V2C, 3: V3}
_NUMBERS: Final = {name: number for number, name in _VERSIONS.items()}
_PDUS: Final = frozenset({GET, GET_NEXT, RESPONSE, SET, REPORT})
_USM: Final = 3
_UNSIGNED: Final = frozenset({0x41, 0x42, 0x43, 0x46})
"""Counter32, Gauge32, TimeTicks, Counter64 (RFC 2578, section 7.1)."""
_REPORTABLE: Final = b"\x04"
_ENCRYPTED: Final = 0x02
MAX_MESSAGE: Final = 65507
MAX_BINDINGS: Final = 128

SYSTEM: Final = "1.3.6.1.2.1.1"
"""The system group (RFC 3418)."""
SYS_DESCR: Final = f"{SYSTEM}.1.0"
SYS_OBJECT_ID: Final = f"{SYSTEM}.2.0"
SYS_UP_TIME: Final = f"{SYSTEM}.3.0"
SYS_CONTACT: Final = f"{SYSTEM}.4.0"
SYS_NAME: Final = f"{SYSTEM}.5.0"
SYS_LOCATION: Final = f"{SYSTEM}.6.0"
_USM_STATS: Final = "1.3.6.1.6.3.15.1.1"
UNSUPPORTED_LEVEL: Final = f"{_USM_STATS}.1.0"
UNKNOWN_USER: Final = f"{_USM_STATS}.3.0"
UNKNOWN_ENGINE: Final = f"{_USM_STATS}.4.0"
"""Counters of RFC 3414, section 5, whose report says why a message was refused."""

NO_ACCESS, AUTHORIZATION_ERROR = 6, 16
REFUSALS: Final = frozenset({NO_ACCESS, AUTHORIZATION_ERROR})
"""Error statuses that refuse a SET to this community (RFC 3416, section 4.2.5).

notWritable refuses it to everybody, and noSuchName of version 1 may mean either (RFC 3584, 4.3).
"""
AUTHENTICATION_TRAPS: Final = "1.3.6.1.2.1.11.30.0"
"""snmpEnableAuthenTraps: whether a wrong community is reported, enabled(1) or disabled(2)."""


@dataclass(frozen=True)
class Binding:
    """An object and its value as sent: tag and content."""

    name: str
    tag: int
    content: bytes

    @property
    def is_value(self) -> bool:
        """Neither NULL nor one of the exceptions of RFC 3416, section 3."""
        return self.tag not in {NULL, 0x80, 0x81, 0x82}

    @property
    def text(self) -> str:
        """The value for people, not yet neutralised; ``""`` for what is no value."""
        if self.tag == OCTETS:
            return self.content.decode("utf-8", "replace")
        try:
            if self.tag == OID:
                return read_oid(self.content)
            if self.tag == INTEGER or self.tag in _UNSIGNED:
                return str(read_integer(self.content, signed=self.tag == INTEGER))
        except ValueError:
            pass
        return ""


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes:
        community: of versions 1 and 2c.
        engine_id, boots, time_s, user: of the security parameters of version 3.
        pdu: its tag; 0 where it is encrypted, and then nothing after it is known.
        request_id: the message's own number in version 3, the PDU's in the others.
    """

    version: str
    pdu: int
    request_id: int
    error: int = 0
    bindings: tuple[Binding, ...] = ()
    community: bytes = b""
    engine_id: bytes = b""
    boots: int = 0
    time_s: int = 0
    user: bytes = b""

    @property
    def values(self) -> tuple[Binding, ...]:
        """The bindings that hold a value; none where the message reports an error."""
        if self.pdu != RESPONSE or self.error:
            return ()
        return tuple(entry for entry in self.bindings if entry.is_value)

    def reports(self, counter: str) -> bool:
        """Whether this is a report of that counter."""
        return self.pdu == REPORT and any(entry.name == counter for entry in self.bindings)


@dataclass(frozen=True)
class Engine:
    """What a request of version 3 must name (RFC 3414, section 4)."""

    id: bytes = b""
    boots: int = 0
    time_s: int = 0


def parse(data: bytes) -> Message | None:
    """One whole message; None for anything else."""
    if not 0 < len(data) <= MAX_MESSAGE:
        return None
    try:
        return _message(data)
    except ValueError:
        return None


def answers(sent: bytes, received: bytes) -> Message | None:
    """The message in ``received`` if it answers the one in ``sent``: version, number and kind."""
    asked, answer = parse(sent), parse(received)
    if asked is None or answer is None or asked.version != answer.version:
        return None
    same = asked.request_id == answer.request_id
    kinds = {RESPONSE, REPORT, 0} if answer.version == V3 else {RESPONSE}
    return answer if same and answer.pdu in kinds else None


def community_request(
    version: str, community: str, pdu: int, number: int, bindings: tuple[Binding, ...]
) -> bytes:
    """A request of version 1 or 2c."""
    return sequence(
        integer(_NUMBERS[version]), octets(community.encode()), _pdu(pdu, number, bindings)
    )


def user_request(user: str, engine: Engine, pdu: int, number: int, names: tuple[str, ...]) -> bytes:
    """A request of version 3 without authentication; an empty engine asks for the agent's own."""
    header = sequence(integer(number), integer(MAX_MESSAGE), octets(_REPORTABLE), integer(_USM))
    security = sequence(
        octets(engine.id),
        integer(engine.boots),
        integer(engine.time_s),
        octets(user.encode()),
        octets(b""),
        octets(b""),
    )
    scoped = sequence(octets(engine.id), octets(b""), _pdu(pdu, number, empty(*names)))
    return sequence(integer(_NUMBERS[V3]), header, octets(security), scoped)


def empty(*names: str) -> tuple[Binding, ...]:
    """Bindings that ask for these objects."""
    return tuple(Binding(name, NULL, b"") for name in names)


def mac_of_engine(engine_id: bytes) -> str:
    """The MAC address that an engine ID is made of; ``""`` if of none (RFC 3411, section 5)."""
    if len(engine_id) != 11 or not engine_id[0] & 0x80 or engine_id[4] != 3:  # noqa: PLR2004
        return ""
    return ":".join(f"{byte:02x}" for byte in engine_id[5:])


def _pdu(tag: int, number: int, bindings: tuple[Binding, ...]) -> bytes:
    listed = [sequence(oid(entry.name), element(entry.tag, entry.content)) for entry in bindings]
    return element(tag, integer(number) + integer(0) + integer(0) + sequence(*listed))


def _message(data: bytes) -> Message:
    body = BerReader(BerReader(data).one(SEQUENCE))
    version = _VERSIONS.get(body.integer(), "")
    if version == V3:
        return _version_3(body)
    if not version:
        raise ValueError("not a version of SNMP")
    community = body.one(OCTETS)
    tag, content = body.any()
    number, error, bindings = _read_pdu(tag, content)
    return Message(version, tag, number, error, bindings, community=community)


def _version_3(body: BerReader) -> Message:
    header = BerReader(body.one(SEQUENCE))
    number, _, flags = header.integer(), header.integer(), header.one(OCTETS)
    security = BerReader(BerReader(body.one(OCTETS)).one(SEQUENCE))
    engine_id, boots, time_s = security.one(OCTETS), security.integer(), security.integer()
    user = security.one(OCTETS)
    tag, error, bindings = 0, 0, tuple[Binding, ...]()
    if not flags[:1] or not flags[0] & _ENCRYPTED:
        scoped = BerReader(body.one(SEQUENCE))
        scoped.one(OCTETS)
        scoped.one(OCTETS)
        tag, content = scoped.any()
        _, error, bindings = _read_pdu(tag, content)
    return Message(
        V3, tag, number, error, bindings,
        engine_id=engine_id, boots=boots, time_s=time_s, user=user,
    )  # fmt: skip


def _read_pdu(tag: int, content: bytes) -> tuple[int, int, tuple[Binding, ...]]:
    if tag not in _PDUS:
        raise ValueError(f"PDU {tag:#04x}")
    pdu = BerReader(content)
    number, error = pdu.integer(), pdu.integer()
    pdu.integer()
    listed = BerReader(pdu.one(SEQUENCE))
    bindings: list[Binding] = []
    while not listed.done:
        if len(bindings) >= MAX_BINDINGS:
            raise ValueError(f"more than {MAX_BINDINGS} bindings")
        entry = BerReader(listed.one(SEQUENCE))
        bindings.append(Binding(read_oid(entry.one(OID)), *entry.any()))
    return number, error, tuple(bindings)
