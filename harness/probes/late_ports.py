"""A last look at all ports of a visit, and what those speak that were not open before.

A device may open a port minutes after it started, or only once others were used; the first look
cannot see that. So this probe runs when all others have ended.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from typing_extensions import override

from harness.facts.ports import PortsFacts
from harness.facts.services import UNCONFIRMED, ServicesFacts
from harness.interpret.port_ranges import PortSet
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import Probe, ProbeContext, needed, network_of
from harness.probes.ports import SECOND_LOOK_S, SWEEP_S, UDP_S, look
from harness.probes.services import MAX_PORTS, POOL, PortSurvey

ASKING_S: Final = 300.0


class LatePortsProbe(Probe):
    """Which ports are open when everything else is done."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle, and the last of its visit."""
        return ProbeDeclaration(
            name=ProbeName("late-ports"),
            version=1,
            summary="all ports once more when the visit ends, and what opened meanwhile",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("ports"), ProbeName("services")),
            impact=Impact.GENTLE,
            timeout_s=SWEEP_S + SECOND_LOOK_S + UDP_S + ASKING_S,
            estimate_s=5,
            last=True,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Scan as the ports probe does, then ask what was not open before.

        Raises:
            BenchFault: no network link, no earlier look, or nmap cannot be run.
        """
        link = network_of(context)
        ports, services = needed(context, PortsFacts), needed(context, ServicesFacts)
        seen = look(context)
        tcp = seen.tcp - known_ports(ports, services, "tcp")
        udp = seen.udp - known_ports(ports, services, "udp")
        answered_nothing = _silent(ports) & udp
        with context.journal("asked.jsonl") as journal:
            journal.record(
                "inputs", tcp=list(tcp)[:MAX_PORTS], udp=list(udp), seed=context.seed, pool=POOL
            )
            survey = PortSurvey(context, link)
            with ThreadPoolExecutor(POOL, thread_name_prefix="late") as pool:
                pending = [pool.submit(survey.ask_tcp, port) for port in list(tcp)[:MAX_PORTS]]
                # A port that was silent to every query is asked the usual one again.
                pending += [pool.submit(survey.ask_udp, port, 1) for port in answered_nothing]
                pending += [pool.submit(survey.ask_udp, port) for port in udp - answered_nothing]
                for future in pending:
                    future.result()


def known_ports(ports: PortsFacts, services: ServicesFacts, transport: str) -> PortSet:
    """Ports that an earlier look found open or confirmed."""
    scanned = {port.endpoint for port in ports.ports if transport == "tcp"}
    asked = {
        service.endpoint
        for service in services.services
        if transport == "tcp" or service.protocol != UNCONFIRMED
    }
    return PortSet.of(
        endpoint.port for endpoint in scanned | asked if endpoint.transport == transport
    )


def _silent(ports: PortsFacts) -> PortSet:
    return PortSet.of(p.endpoint.port for p in ports.ports if p.endpoint.transport == "udp")


PROBE: Probe = LatePortsProbe()
