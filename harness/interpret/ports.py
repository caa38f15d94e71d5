"""nmap's XML and UDP datagrams in, open ports out.

A port counts as examined only when something settles it: an answer of its own, or two finished
looks at it, both met with silence while other ports of the host answered in both.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from harness.errors import CaptureError
from harness.facts.base import Endpoint, NotExamined
from harness.facts.ports import Port, PortsFacts, PortState
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.nmap_xml import Scan, read_scan
from harness.interpret.port_ranges import PortSet
from harness.model.ids import ProbeName
from harness.model.observation import EvidenceRef, Observation, Present, Unknown

TCP_SCANS: Final = ("nmap-tcp-1.xml", "nmap-tcp-2.xml")
UDP_SCAN: Final = "nmap-udp-1.xml"
UDP_JOURNAL: Final = "udp.jsonl"
MAX_XML: Final = 64 * 1024 * 1024

Transport = Literal["tcp", "udp"]


@dataclass(frozen=True)
class _Asked:
    address: str
    tcp: PortSet
    udp: PortSet


@dataclass
class _Part:
    """What one transport came to."""

    ports: list[Port] = field(default_factory=list)
    examined: list[str] = field(default_factory=list)
    missed: list[NotExamined] = field(default_factory=list)
    answers: list[EvidenceRef] = field(default_factory=list)
    complete: bool = True


def interpret(captures: CaptureReader, upstream: Upstream) -> PortsFacts:  # noqa: ARG001  (it has none)
    """Unite the looks at each port.

    Raises:
        CaptureError: the inputs or the datagrams cannot be read.
    """
    asked = _inputs(captures)
    tcp = _tcp(captures, asked)
    udp = _udp(captures, asked) if asked.udp else _Part()
    answers = tcp.answers or udp.answers
    alive: Observation = (
        Present(evidence=(answers[0],))
        if answers
        else Unknown(reason="no packet came back: nothing shows that any reached the device")
    )
    return PortsFacts(
        address=asked.address,
        alive=alive,
        ports=(*tcp.ports, *udp.ports),
        examined=(*tcp.examined, *udp.examined),
        not_examined=(*tcp.missed, *udp.missed),
        complete=captures.complete and tcp.complete and udp.complete,
    )


def _inputs(captures: CaptureReader) -> _Asked:
    record = captures.journal(INPUTS).first("inputs")
    udp = PortSet.of(record.ports("udp"))
    try:
        return _Asked(record.text("address"), PortSet.parse(record.text("tcp")), udp)
    except ValueError as error:
        raise CaptureError(f"{INPUTS}: {error}") from error


def _tcp(captures: CaptureReader, asked: _Asked) -> _Part:
    scans = [
        (name, read_scan(captures.data(name, MAX_XML), asked.address))
        for name in TCP_SCANS
        if captures.has(name)
    ]
    part = _Part(complete=bool(scans) and all(scan.finished for _, scan in scans))
    opened: dict[int, list[EvidenceRef]] = {}
    for name, scan in scans:
        part.answers += [captures.ref(name, where) for where in scan.answers[:1]]
        for number in scan.in_state("open"):
            opened.setdefault(number, []).append(captures.ref(name, f"port {number}"))
    looks = [scan for _, scan in scans]
    for number in sorted(opened):
        state = PortState.VANISHED if _vanished(looks, number) else PortState.OPEN
        part.ports.append(_port(asked.address, "tcp", number, state, tuple(opened[number])))
    settled = (_settled(looks) | PortSet.of(opened)) & asked.tcp
    part.examined += [f"tcp/{text}" for text in settled.texts()]
    why = _why_unsettled(looks)
    part.missed += [
        NotExamined(target=f"tcp/{text}", reason=why) for text in (asked.tcp - settled).texts()
    ]
    return part


def _vanished(looks: list[Scan], number: int) -> bool:
    """Open in one look, and not in a later one that was finished and asked for it."""
    seen = False
    for scan in looks:
        if number in scan.in_state("open"):
            seen = True
        elif seen and scan.finished and number in scan.asked:
            return True
    return False


def _settled(looks: list[Scan]) -> PortSet:
    closed, silent_once, silent_twice = PortSet(), PortSet(), PortSet()
    for scan in looks:
        if not scan.finished:
            continue
        closed |= scan.closed
        if scan.answers:
            silent_twice |= silent_once & scan.filtered
            silent_once |= scan.filtered
    return closed | silent_twice


def _why_unsettled(looks: list[Scan]) -> str:
    if not looks:
        return "no scan was recorded"
    problems = [scan.problem for scan in looks if not scan.finished]
    return problems[0] if problems else "no answer, and no second look that settles why"


def _port(
    address: str, transport: Transport, number: int, state: PortState, refs: tuple[EvidenceRef, ...]
) -> Port:
    endpoint = Endpoint(address=address, transport=transport, port=number)
    return Port(endpoint=endpoint, state=state, evidence=refs)


def _udp(captures: CaptureReader, asked: _Asked) -> _Part:
    if captures.has(UDP_SCAN):
        return _udp_scan(captures, asked)
    if captures.has(UDP_JOURNAL):
        return _udp_datagrams(captures, asked)
    part = _Part(complete=False)
    _miss(part, asked.udp, "no UDP scan was recorded")
    return part


def _miss(part: _Part, ports: PortSet, reason: str) -> None:
    part.missed += [NotExamined(target=f"udp/{number}", reason=reason) for number in ports]


def _udp_scan(captures: CaptureReader, asked: _Asked) -> _Part:
    scan = read_scan(captures.data(UDP_SCAN, MAX_XML), asked.address)
    part = _Part(complete=scan.finished)
    part.answers += [captures.ref(UDP_SCAN, where) for where in scan.answers[:1]]
    opened = PortSet.of(scan.in_state("open"))
    silent = scan.filtered - opened if scan.finished else PortSet()
    for number in opened | silent:
        state = PortState.OPEN if number in opened else PortState.OPEN_OR_FILTERED
        ref = captures.ref(UDP_SCAN, f"port {number}")
        part.ports.append(_port(asked.address, "udp", number, state, (ref,)))
    settled = (opened | silent | (scan.closed if scan.finished else PortSet())) & asked.udp
    part.examined += [f"udp/{number}" for number in settled]
    _miss(part, asked.udp - settled, scan.problem or "the scan says nothing of it")
    return part


def _udp_datagrams(captures: CaptureReader, asked: _Asked) -> _Part:
    journal = captures.journal(UDP_JOURNAL)
    part = _Part(complete=journal.whole)
    last: dict[int, tuple[str, int]] = {}
    for record in journal.of("datagram"):
        last[record.number("port")] = (record.text("outcome"), record.line)
    settled = PortSet()
    for number in asked.udp:
        outcome, line = last.get(number, ("", 0))
        ref = captures.ref(UDP_JOURNAL, f"line {line}")
        if outcome in {"open", "refused"}:
            part.answers.append(ref)
        if outcome in {"open", "timeout"}:
            state = PortState.OPEN if outcome == "open" else PortState.OPEN_OR_FILTERED
            part.ports.append(_port(asked.address, "udp", number, state, (ref,)))
        if outcome in {"open", "refused", "timeout"}:
            settled |= PortSet.of([number])
    part.examined += [f"udp/{number}" for number in settled]
    _miss(part, asked.udp - settled, "no datagram to it was recorded, or it could not be reached")
    return part


INTERPRETER = Interpreter(ProbeName("ports"), 1, PortsFacts, interpret)
