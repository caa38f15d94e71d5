"""Open ports: a sweep over all of TCP, a second look at what it did not settle, chosen UDP ports.

nmap's XML is stored as it came. Without the right to send raw packets, UDP is asked over connected
sockets instead; every datagram is then a record of ``udp.jsonl``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import nmap

from harness.bench.network_link import Connected, NetworkLink
from harness.interpret.base import INPUTS
from harness.interpret.nmap_xml import read_scan
from harness.interpret.port_ranges import PortSet
from harness.interpret.udp_queries import query_for
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext, network_of

ALL_TCP: Final = "1-65535"
SWEEP_S: Final = 1200.0
"""A device that drops instead of refusing makes a sweep slow: nmap then waits for each port."""
SECOND_LOOK_S: Final = 600.0
UDP_S: Final = 300.0
UDP_ANSWER_S: Final = 1.0
UDP_TRIES: Final = 2
_STDERR: Final = 2000


@dataclass(frozen=True)
class _Run:
    capture: str
    arguments: Sequence[str]
    ports: str
    timeout_s: float


class PortsProbe:
    """Which TCP and UDP ports of the sample's address are open."""

    @property
    def declaration(self) -> ProbeDeclaration:
        """Needs nothing but the network."""
        return ProbeDeclaration(
            name=ProbeName("ports"),
            version=1,
            summary="open ports: all of TCP in two looks, chosen UDP ports",
            capabilities=(Capability.NETWORK,),
            impact=Impact.GENTLE,
            timeout_s=SWEEP_S + SECOND_LOOK_S + UDP_S + 60,
            estimate_s=15,
        )

    def collect(self, context: ProbeContext) -> None:
        """Scan.

        Raises:
            BenchFault: the sample has no network link, or nmap cannot be run.
        """
        look(context)


@dataclass(frozen=True)
class Seen:
    """Ports worth a question, for the choice of the next step only.

    Attributes:
        tcp: open in any look.
        udp: not refused: open, or silent.
    """

    tcp: PortSet
    udp: PortSet


def look(context: ProbeContext) -> Seen:
    """Scan all of TCP in two looks and the UDP ports of the settings; write the captures.

    Raises:
        BenchFault: the sample has no network link, or nmap cannot be run.
    """
    link = network_of(context)
    privileged = link.privileged
    udp = PortSet.of(context.settings.udp_ports)
    context.tool("python-nmap", nmap.__version__)
    with context.journal(INPUTS) as journal:
        journal.record(
            "inputs",
            address=link.address,
            tcp=ALL_TCP,
            udp=list(udp),
            privileged=privileged,
            seed=context.seed,
        )
        tcp = _scan_tcp(context, journal, "-sS" if privileged else "-sT")
        if udp and privileged:
            arguments = ("-sU", "--max-retries", "2")
            xml = _scan(context, journal, _Run("nmap-udp-1.xml", arguments, _text(udp), UDP_S))
            udp -= read_scan(xml, link.address).closed
    if udp and not privileged:
        with context.journal("udp.jsonl") as journal:
            udp = _ask_udp(context, link, journal, udp)
    return Seen(tcp, udp)


def _scan_tcp(context: ProbeContext, journal: CaptureJournal, technique: str) -> PortSet:
    sweep = _scan(context, journal, _Run("nmap-tcp-1.xml", (technique,), ALL_TCP, SWEEP_S))
    context.check_time()
    address = network_of(context).address
    found = PortSet.of(_open_ports(sweep, address))
    again = second_look(sweep, address)
    if again:
        run = _Run("nmap-tcp-2.xml", (technique,), _text(again), SECOND_LOOK_S)
        found |= PortSet.of(_open_ports(_scan(context, journal, run), address))
    return found


def second_look(sweep: bytes, address: str) -> PortSet:
    """Which ports to ask again: open ones, those that said nothing, and one that refused.

    The refusing port is the control: it shows that the host still answers in the second look.
    """
    scan = read_scan(sweep, address)
    control = [low for low, _ in scan.closed.ranges()][:1]
    return PortSet.of([*_open_ports(sweep, address), *control]) | scan.filtered


def _open_ports(sweep: bytes, address: str) -> list[int]:
    scanner = nmap.PortScanner()
    try:
        found = scanner.analyse_nmap_xml_scan(sweep.decode("utf-8", "replace"))
    except nmap.PortScannerError:
        return []
    ports = found.get("scan", {}).get(address, {}).get("tcp", {})
    return [int(port) for port, seen in ports.items() if seen.get("state") == "open"]


def _text(ports: PortSet) -> str:
    return ",".join(ports.texts())


def _scan(context: ProbeContext, journal: CaptureJournal, run: _Run) -> bytes:
    """Run nmap, store its XML, note how it ended; the XML."""
    result = network_of(context).nmap(run.arguments, run.ports, run.timeout_s)
    journal.record(
        "tool-run",
        capture=run.capture,
        argv=list(result.argv),
        returncode=result.returncode,
        timed_out=result.timed_out,
        stderr=result.stderr[:_STDERR],
    )
    context.store(run.capture, result.stdout, "nmap-xml")
    if b'version="' in result.stdout:
        context.tool("nmap", _version(result.stdout))
    return result.stdout


def _version(xml: bytes) -> str:
    """Version of nmap, from the root element's attribute."""
    after = xml.partition(b"<nmaprun ")[2].partition(b' version="')[2]
    return after.partition(b'"')[0][:20].decode("ascii", "replace")


def _ask_udp(
    context: ProbeContext, link: NetworkLink, journal: CaptureJournal, ports: PortSet
) -> PortSet:
    """Ask each port; those that were not refused."""
    refused = PortSet()
    for port in ports:
        for _ in range(UDP_TRIES):
            context.check_time()
            query = query_for(port)
            outcome, answer = link.udp(port, query, UDP_ANSWER_S)
            journal.record(
                "datagram", port=port, sent=query, outcome=outcome.value, received=answer
            )
            if outcome is Connected.REFUSED:
                refused |= PortSet.of([port])
            if outcome is not Connected.TIMEOUT:
                break
    return ports - refused


PROBE: Probe = PortsProbe()
