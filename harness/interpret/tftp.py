"""Exchanges with a TFTP server in, what it hands out and takes out (pure; RFC 1350)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.encoding.journal import Journal
from harness.encoding.text import neutralise
from harness.facts.base import Endpoint
from harness.facts.files import FileServer, Left
from harness.interpret import tftp_packets
from harness.interpret.base import CaptureReader
from harness.interpret.tftp_packets import (
    ACCESS_VIOLATION,
    ACK,
    DATA,
    ERROR,
    ILLEGAL,
    NOT_FOUND,
    OACK,
    UNDEFINED,
    Packet,
)
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

MAX_NAMES: Final = 20
_NO_WRITING: Final = frozenset({UNDEFINED, ACCESS_VIOLATION, ILLEGAL})
"""Errors with which writing is refused for good; a full disk or a lost transfer says otherwise."""
_NO_LOGIN: Final = Unknown(reason="TFTP has no login")


@dataclass(frozen=True)
class _Answer:
    step: str
    name: str
    packet: Packet
    evidence: EvidenceRef


def read_server(
    captures: CaptureReader, name: str, endpoint: Endpoint, journal: Journal
) -> FileServer | None:
    """What the exchanges show; None if nothing on the port speaks TFTP."""
    answers = [
        _Answer(
            record.text("step"),
            record.text("name"),
            tftp_packets.parse(record.data("received")),
            captures.ref(name, f"line {record.line}"),
        )
        for record in journal.of("exchange")
        if record.text("outcome") == "open"
    ]
    spoken = [answer for answer in answers if answer.packet.kind]
    if not spoken:
        return None
    asked = {r.text("name") for r in journal.of("exchange") if r.text("step") == "read"}
    readable, names = _readable(spoken, asked)
    return FileServer(
        endpoint=endpoint,
        protocol="tftp",
        answered=Present(evidence=(spoken[0].evidence,)),
        anonymous=_NO_LOGIN,
        any_login=_NO_LOGIN,
        readable=readable,
        readable_names=names,
        writable=_writable(spoken),
        left=_left(spoken),
    )


def _readable(answers: Sequence[_Answer], asked: set[str]) -> tuple[Observation, tuple[str, ...]]:
    """A name that was handed out twice; Absent where every one of ``asked`` was refused."""
    again = {a.name for a in answers if a.step == "read-again" and a.packet.kind == DATA}
    hits = [a for a in answers if a.step == "read" and a.packet.kind == DATA and a.name in again]
    if hits:
        names = tuple(neutralise(hit.name, 60) for hit in hits[:MAX_NAMES])
        return Present(evidence=tuple(hit.evidence for hit in hits[:MAX_NAMES])), names
    refused = [a for a in answers if a.step == "read" and a.packet.kind == ERROR]
    given = any(a.step == "read" and a.packet.kind == DATA for a in answers)
    if refused and not given and {a.name for a in refused} == asked:
        return Absent(control=refused[-1].evidence), ()
    return Unknown(reason="no usual name was clearly handed out or refused"), ()


def _writable(answers: Sequence[_Answer]) -> Observation:
    accepted = {ACK, OACK}
    taken = [a for a in answers if a.step.startswith("write") and a.packet.kind in accepted]
    if {a.step for a in taken} == {"write", "write-again"}:
        return Present(evidence=tuple(a.evidence for a in taken))
    refused = [a for a in answers if a.step == "write" and a.packet.kind == ERROR]
    if not refused or taken:
        return Unknown(reason="a write request was neither accepted twice nor refused")
    if refused[0].packet.number == NOT_FOUND:
        # Some servers take only names that exist already, and the test never overwrites one.
        return Unknown(reason="new names are refused as not found; existing ones were not tried")
    if refused[0].packet.number not in _NO_WRITING:
        return Unknown(reason="the write request failed for another reason than a refusal")
    return Absent(control=refused[0].evidence)


def _left(answers: Sequence[_Answer]) -> Left:
    if not any(a.packet.kind in {ACK, OACK} for a in answers if a.step.startswith("write")):
        return ""
    last = [a.packet for a in answers if a.step == "left"]
    if not last:
        return "unknown"
    if last[-1].kind == DATA:
        return "file" if last[-1].content else "empty-file"
    found_nothing = last[-1].kind == ERROR and last[-1].number == NOT_FOUND
    return "nothing" if found_nothing else "unknown"
