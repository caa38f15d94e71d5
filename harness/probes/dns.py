"""Probe ``dns``: recursion, product names and zone transfers of DNS servers."""

from typing import Final

from typing_extensions import override

from harness.interpret.dns import HOSTNAME, OUTSIDE, VERSION, own_name, query_of, zone_of
from harness.interpret.dns_messages import AXFR, IN, PTR, DnsQuestion, Name
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import Probe, ProbeContext, network_of
from harness.probes.recorded import Recorder
from harness.probes.udp_asking import askers

TRANSFER_S: Final = 2.0
MAX_READS: Final = 64


class DnsProbe(Probe):
    """Asks every DNS server that answered over UDP."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle: queries only."""
        return ProbeDeclaration(
            name=ProbeName("dns"),
            version=1,
            summary="recursion, product names and zone transfers of DNS servers",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"),),
            impact=Impact.GENTLE,
            timeout_s=120,
            estimate_s=1,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl``, a journal a server and one for each zone transfer.

        Raises:
            BenchFault: no network link, or no services facts.
        """
        zones: dict[int, Name] = {}
        for asker in askers(context, "dns"):
            for step, question, recursion in (
                ("version", VERSION, False),
                ("hostname", HOSTNAME, False),
                ("recursion", OUTSIDE, True),
            ):
                asker.ask(step, query_of(question, recursion=recursion))
            name = own_name(network_of(context).address)
            if name:
                answers = asker.ask("own-name", query_of(DnsQuestion(name, PTR), recursion=True))
                zones[asker.port] = zone_of(answers)
        for port, zone in zones.items():
            if zone:
                _transfer(context, port, zone)


def _transfer(context: ProbeContext, port: int, zone: Name) -> None:
    """Ask for a whole zone over TCP (RFC 5936); read until the server stops, bounded."""
    query = query_of(DnsQuestion(zone, AXFR, IN), recursion=False)
    with context.journal(f"tcp-{port}.jsonl") as journal:
        recorder = Recorder(network_of(context), journal, port, 1)
        with recorder.connect("transfer") as connection:
            connection.send(len(query).to_bytes(2, "big") + query)
            for _ in range(MAX_READS):
                context.check_time()
                if not connection.receive(TRANSFER_S):
                    break


PROBE: Probe = DnsProbe()
