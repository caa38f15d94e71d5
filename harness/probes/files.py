"""Probe ``files``: what FTP and TFTP servers give to anybody and take from anybody.

The write test uses a name made up for this attempt, of which the server first said that it does not
exist. Over FTP the file is read back and deleted; over TFTP the transfer is ended before any data.
"""

from typing import Final

from typing_extensions import override

from harness.encoding.canonical import sha256_hex
from harness.facts.base import Endpoint
from harness.facts.services import FTP, TFTP, ServicesFacts
from harness.interpret.base import INPUTS
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact, Lock
from harness.probes.base import Probe, ProbeContext, needed, network_of
from harness.probes.ftp import FtpTalk
from harness.probes.tftp import TftpTalk

TFTP_PORT: Final = 69
MAX_SERVERS: Final = 8


class FilesProbe(Probe):
    """Asks every FTP and TFTP server, and UDP 69 whatever the services probe saw there."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Intrusive: it writes a file where it may, and makes one login fail."""
        return ProbeDeclaration(
            name=ProbeName("files"),
            version=1,
            summary="what FTP and TFTP servers hand out and take without credentials",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"),),
            impact=Impact.INTRUSIVE,
            locks=(Lock.AUTHENTICATION,),
            timeout_s=300,
            estimate_s=2,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and one journal an endpoint.

        Raises:
            BenchFault: no network link, or no services facts.
        """
        link, services = network_of(context), needed(context, ServicesFacts)
        name = f"certbench-{sha256_hex(f'files {context.seed}'.encode())[:12]}"
        targets = _targets(services, link.address)
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                address=link.address,
                targets=[endpoint.name for endpoint in targets],
                not_examined=_left_out(services, targets),
                file=name,
                seed=context.seed,
            )
        for endpoint in targets:
            with context.journal(f"{endpoint.transport}-{endpoint.port}.jsonl") as journal:
                context.check_time()
                if endpoint.transport == "udp":
                    TftpTalk(context, link, journal, endpoint.port).run(name)
                else:
                    FtpTalk(context, link, journal, endpoint.port).run(name)


def _targets(services: ServicesFacts, address: str) -> list[Endpoint]:
    found = [
        service.endpoint
        for service in services.services
        if (service.protocol, service.endpoint.transport) in {(FTP, "tcp"), (TFTP, "udp")}
    ][:MAX_SERVERS]
    usual = Endpoint(address=address, transport="udp", port=TFTP_PORT)
    return found if usual in found else [*found, usual]


def _left_out(services: ServicesFacts, targets: list[Endpoint]) -> list[str]:
    return [
        service.endpoint.name
        for service in services.services
        if service.protocol in {FTP, TFTP} and service.endpoint not in targets
    ]


PROBE: Probe = FilesProbe()
