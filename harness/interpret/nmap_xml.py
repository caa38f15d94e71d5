"""nmap's XML output, read as far as it is whole (written by nmap 7.x, ``-oX``).

Only what a finished scan says counts as closed or filtered; a torn file still shows what was open.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from harness.interpret.port_ranges import PortSet

ANSWERS: Final = frozenset(
    {"syn-ack", "reset", "conn-refused", "udp-response", "port-unreach", "echo-reply"}
)
"""Reasons that only a packet of the target gives."""

_PORT: Final = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class ScannedPort:
    """A port that the scan lists by itself."""

    transport: str
    number: int
    state: str
    reason: str
    guess: str = ""


@dataclass
class Scan:
    """One run of nmap against one address.

    Attributes:
        finished: nmap ended by itself, and did not give up on the host.
        asked: ports that it set out to ask.
        ports: those listed one by one.
        closed, filtered: all ports of that state, listed or not.
        answers: where the target itself answered: ``port 22``, ``extraports closed``.
        problem: why it is not finished; ``""`` if it is.
    """

    transport: str = ""
    finished: bool = False
    asked: PortSet = field(default_factory=PortSet)
    ports: list[ScannedPort] = field(default_factory=list)
    closed: PortSet = field(default_factory=PortSet)
    filtered: PortSet = field(default_factory=PortSet)
    answers: list[str] = field(default_factory=list)
    problem: str = "nmap was ended before it was done"

    def in_state(self, state: str) -> tuple[int, ...]:
        """Numbers of the ports listed with this state, in order."""
        return tuple(sorted(port.number for port in self.ports if port.state == state))


def read_scan(data: bytes, address: str) -> Scan:
    """Read what one run said of ``address``. Never raises: torn or hostile XML is a problem."""
    scan = Scan()
    try:
        for element in _elements(data):
            _take(scan, element, address)
    except (ParseError, DefusedXmlException, ValueError) as error:
        scan.finished = False
        scan.problem = f"nmap's XML cannot be read to its end: {type(error).__name__}"
    if scan.finished and not _accounts_for_all(scan):
        scan.finished = False
        scan.problem = "nmap's XML does not account for every port that was asked"
    return scan


def _elements(data: bytes) -> Iterator[Any]:
    for _, element in iterparse(io.BytesIO(data), events=("end",), forbid_entities=True):
        yield element


def _take(scan: Scan, element: Any, address: str) -> None:  # noqa: ANN401  (an XML element)
    if element.tag == "scaninfo":
        scan.transport = str(element.get("protocol", ""))
        scan.asked = PortSet.parse(str(element.get("services", "")))
    elif element.tag == "port":
        _take_port(scan, element)
    elif element.tag == "extraports":
        _take_extra(scan, element)
    elif element.tag == "host":
        _take_host(scan, element, address)
    elif element.tag == "finished" and element.get("exit") == "success":
        scan.finished = scan.problem == ""


def _take_port(scan: Scan, element: Any) -> None:  # noqa: ANN401  (an XML element)
    number = str(element.get("portid", ""))
    state = element.find("state")
    if not _PORT.fullmatch(number) or state is None:
        raise ValueError("a port without number or state")
    service = element.find("service")
    port = ScannedPort(
        transport=str(element.get("protocol", "")),
        number=int(number),
        state=str(state.get("state", "")),
        reason=str(state.get("reason", "")),
        guess=_guess(service) if service is not None else "",
    )
    scan.ports.append(port)
    _note(scan, port.state, PortSet.of([port.number]))
    if port.reason in ANSWERS:
        scan.answers.append(f"port {port.number}")


def _guess(service: Any) -> str:  # noqa: ANN401  (an XML element)
    """Name, product and version; only what nmap concluded from answers (``method="probed"``)."""
    if service.get("method") != "probed":
        return ""
    words = (str(service.get(name, "")) for name in ("name", "product", "version"))
    return " ".join(word for word in words if word)


def _take_extra(scan: Scan, element: Any) -> None:  # noqa: ANN401  (an XML element)
    """Ports of one state that nmap does not list one by one, but counts by reason."""
    state = str(element.get("state", ""))
    for reasons in element.findall("extrareasons"):
        _note(scan, state, PortSet.parse(str(reasons.get("ports", ""))))
        if reasons.get("reason") in ANSWERS:
            scan.answers.append(f"extraports {state}")


def _note(scan: Scan, state: str, ports: PortSet) -> None:
    if state == "closed":
        scan.closed |= ports
    elif "filtered" in state:
        scan.filtered |= ports


def _take_host(scan: Scan, element: Any, address: str) -> None:  # noqa: ANN401  (an XML element)
    named = {str(entry.get("addr", "")) for entry in element.findall("address")}
    if address not in named:
        raise ValueError("a host that was not asked")
    scan.problem = "nmap gave up on the host" if element.get("timedout") == "true" else ""


def _accounts_for_all(scan: Scan) -> bool:
    listed = PortSet.of(port.number for port in scan.ports)
    return not scan.asked - (listed | scan.closed | scan.filtered) and bool(scan.asked)
