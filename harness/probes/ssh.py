"""Probe ``ssh``: identification, algorithms, host keys and login methods of SSH servers.

The first connection is our own reading of the plain part of the protocol, so that a server which
shares no algorithm with the bench's SSH library still shows what it offers. The others run one key
exchange each for the host keys; none of them tries a password.
"""

from typing import Final

from typing_extensions import override

from harness.bench.network_link import Connected, NetworkLink, Stream, StreamClosed
from harness.encoding.canonical import sha256_hex
from harness.facts.services import SSH, ServicesFacts
from harness.interpret import ssh_packets
from harness.interpret.base import INPUTS
from harness.interpret.ssh_packets import IDENTIFICATION, MAX_PACKET
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import CaptureJournal, Probe, ProbeContext, needed, network_of
from harness.probes.http_recording import describe

MAX_PLAIN: Final = MAX_PACKET + 16 * 1024
"""Bytes read before encryption at most."""
MAX_READS: Final = 200
UNKNOWN_USER: Final = "certbench-nobody"
_FAMILIES: Final = {
    "ed25519": ("ssh-ed25519",),
    "ecdsa": ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    "rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"),
}


class SshProbe(Probe):
    """Looks at every SSH endpoint without logging in."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle; needs the services."""
        return ProbeDeclaration(
            name=ProbeName("ssh"),
            version=1,
            summary="algorithms, host keys and login methods of SSH servers, without login",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"),),
            impact=Impact.GENTLE,
            timeout_s=180,
            estimate_s=4,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and one ``tcp-<port>.jsonl`` an endpoint.

        Raises:
            BenchFault: no network link, or no services facts.
        """
        link, services = network_of(context), needed(context, ServicesFacts)
        endpoints = [
            service.endpoint
            for service in services.services
            if service.protocol == SSH and service.endpoint.transport == "tcp"
        ]
        with context.journal(INPUTS) as journal:
            journal.record(
                "inputs",
                targets=[describe(endpoint, tls=False) for endpoint in endpoints],
                not_examined=[],
                seed=context.seed,
                user=UNKNOWN_USER,
            )
        for endpoint in endpoints:
            with context.journal(f"tcp-{endpoint.port}.jsonl") as journal:
                context.check_time()
                offered = read_offer(context, link, journal, endpoint.port)
                _survey_keys(context, link, journal, endpoint.port, offered)


def read_offer(
    context: ProbeContext, link: NetworkLink, journal: CaptureJournal, port: int
) -> tuple[str, ...]:
    """Exchange identifications and KEXINITs; the host key algorithms that the server offers."""
    outcome, stream = link.connect(port)
    journal.record("connect", outcome=outcome.value)
    if outcome is not Connected.OPEN or stream is None:
        return ()
    cookie = bytes.fromhex(sha256_hex(f"ssh {context.seed}".encode()))[:16]
    hello = IDENTIFICATION + b"\r\n" + ssh_packets.own_kexinit(cookie)
    received = b""
    try:
        stream.send(hello)
        journal.record("sent", data=hello)
        received = _receive(context, stream, journal)
    except StreamClosed as error:
        journal.record("closed", detail=str(error)[:500])
    finally:
        stream.close()
    found = ssh_packets.identification(received)
    offer = ssh_packets.kexinit(found[1]) if found else None
    return offer.host_key_algorithms if offer else ()


def _receive(context: ProbeContext, stream: Stream, journal: CaptureJournal) -> bytes:
    """Read until the KEXINIT is whole, the peer stops, or the bound is reached."""
    received = b""
    for _ in range(MAX_READS):
        context.check_time()
        try:
            chunk = stream.receive(timeout_s=5.0)
        except TimeoutError:
            journal.record("silence")
            break
        except StreamClosed as error:
            journal.record("closed", detail=str(error)[:500])
            break
        if not chunk:
            journal.record("closed", detail="the peer ended the connection")
            break
        journal.record("received", data=chunk)
        received += chunk
        found = ssh_packets.identification(received)
        if len(received) > MAX_PLAIN or (found and ssh_packets.kexinit(found[1])):
            break
    return received


def _survey_keys(
    context: ProbeContext,
    link: NetworkLink,
    journal: CaptureJournal,
    port: int,
    offered: tuple[str, ...],
) -> None:
    """One key exchange for each family of host keys on offer; login methods on the first."""
    families = [name for name, members in _FAMILIES.items() if set(members) & set(offered)]
    user = UNKNOWN_USER
    for family in families:
        context.check_time()
        found = link.ssh_survey(port, family, user)
        journal.record(
            "survey",
            family=family,
            user=user,
            result=found.result.value,
            detail=found.detail[:500],
            host_key=found.host_key,
            auth_methods=list(found.auth_methods),
            none_accepted=found.none_accepted,
        )
        user = "" if found.auth_methods or found.none_accepted else user


PROBE: Probe = SshProbe()
