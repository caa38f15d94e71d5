"""What TLS servers offer, asked by ClientHellos of our own (RFC 8446, RFC 5246, RFC 6101).

One connection at a time and endpoint, none of them completed: the server's flight says which
version and suite it chose. The transcript of every endpoint is a journal ``tcp-<port>.jsonl``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from harness.bench.network_link import Connected, NetworkLink
from harness.encoding.canonical import sha256_hex
from harness.facts.services import Service, ServicesFacts
from harness.facts.tls import VERSIONS, TlsVersion
from harness.interpret.base import INPUTS
from harness.interpret.tls_hello import EphemeralKeys, build
from harness.interpret.tls_records import ServerAnswer, read_answer
from harness.interpret.tls_secrets import certificates
from harness.interpret.tls_suites import FAMILIES, family_at, offered_at
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import Probe, ProbeContext, network_of
from harness.probes.recorded import RecordedConnection, Recorder
from harness.probes.starttls import upgrade

ANSWER_S: Final = 3.0
"""Longest wait for a server's flight."""
SUITES_PER_HELLO: Final = 100
"""Some embedded stacks give up on a hello with more suites than they have room for."""
MAX_CONNECTIONS: Final = 500
MAX_SILENT: Final = 4
"""Offers in a row without an answer after which an endpoint is left alone."""


class EndpointLost(Exception):  # noqa: N818  (a result, not a fault)
    """The endpoint no longer answers; what was seen before stays."""


@dataclass(frozen=True)
class Question:
    """One hello to be sent."""

    purpose: str
    version: TlsVersion
    suites: tuple[int, ...]


class Endpoint:
    """Asks one endpoint, one hello a connection."""

    def __init__(self, recorder: Recorder, service: Service, seed: int) -> None:
        """Ask through ``recorder``; everything made up comes from ``seed``."""
        self._recorder = recorder
        self._protocol = service.protocol if service.starttls else ""
        self._keys = EphemeralKeys.from_seed(seed)
        self._origin = f"{seed} {service.endpoint.name}"
        self._silent = 0
        self._has_chain = False

    def ask(self, question: Question) -> ServerAnswer:
        """Send one hello and read the server's flight.

        Raises:
            EndpointLost: it did not answer several times in a row, or the budget is used up.
        """
        if self._silent >= MAX_SILENT or self._recorder.exhausted:
            raise EndpointLost
        hello = build((question.version,), question.suites, self._nonce(), self._keys)
        with self._recorder.connect(f"{question.purpose} {question.version}") as connection:
            ready = connection.outcome is Connected.OPEN and (
                not self._protocol or upgrade(connection, self._protocol)
            )
            answer = self._exchange(connection, hello) if ready else ServerAnswer()
            answered = bool(answer.messages or answer.alert) or connection.ended in {
                "closed",
                "reset",
            }
        self._silent = 0 if answered else self._silent + 1
        return answer

    def _nonce(self) -> bytes:
        """The 32 random bytes of the next hello, the same again under the same seed."""
        return bytes.fromhex(sha256_hex(f"{self._origin} {self._recorder.opened}".encode()))

    def _exchange(self, connection: RecordedConnection, hello: bytes) -> ServerAnswer:
        connection.send(hello)
        answer, received = ServerAnswer(), b""
        deadline = monotonic() + ANSWER_S
        while not self._enough(hello, answer) and (left := deadline - monotonic()) > 0:
            data = connection.receive(left)
            if not data:
                break
            received += data
            answer = read_answer(received)
        return answer

    def _enough(self, hello: bytes, answer: ServerAnswer) -> bool:
        if answer.settled:
            self._has_chain = self._has_chain or bool(answer.certificates)
            return True
        if not answer.encrypted:
            return False
        # TLS 1.3 hides the certificate: read on until it is there, once.
        if not self._has_chain:
            self._has_chain = bool(certificates(hello, answer, self._keys))
        return self._has_chain


class TlsProbe:
    """Versions, suites, weak families, key exchange and chain of every endpoint that talks TLS."""

    @property
    def declaration(self) -> ProbeDeclaration:
        """Needs to know which services there are."""
        return ProbeDeclaration(
            name=ProbeName("tls"),
            version=1,
            summary="TLS versions, cipher suites and certificates, by hand-made ClientHellos",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"),),
            impact=Impact.GENTLE,
            timeout_s=600,
            estimate_s=5,
        )

    def collect(self, context: ProbeContext) -> None:
        """Ask each endpoint that talks TLS, from the first byte or after an upgrade.

        Raises:
            BenchFault: the sample has no network link, or the link failed.
        """
        link = network_of(context)
        services = context.upstream(ServicesFacts)
        targets = [
            service
            for service in (services.services if services else ())
            if service.endpoint.transport == "tcp" and (service.tls or service.starttls)
        ]
        with context.journal(INPUTS) as inputs:
            inputs.record(
                "inputs",
                address=link.address,
                seed=context.seed,
                targets=[_target(service) for service in targets],
                max_connections=MAX_CONNECTIONS,
                answer_s=ANSWER_S,
            )
        for service in targets:
            _record_endpoint(context, link, service)


def _target(service: Service) -> dict[str, object]:
    upgrade_by = service.protocol if service.starttls else ""
    return {"port": service.endpoint.port, "protocol": service.protocol, "starttls": upgrade_by}


def _record_endpoint(context: ProbeContext, link: NetworkLink, service: Service) -> None:
    port = service.endpoint.port
    with context.journal(f"tcp-{port}.jsonl") as journal:
        recorder = Recorder(link, journal, port, MAX_CONNECTIONS)
        endpoint = Endpoint(recorder, service, context.seed)
        try:
            _survey(context, endpoint)
        except EndpointLost:
            journal.record("given-up", connections=recorder.opened)


def _survey(context: ProbeContext, endpoint: Endpoint) -> None:
    """Versions first, newest first; then suites and families of those that were accepted."""
    accepted: list[Question] = []
    for version in reversed(VERSIONS):
        question = _first_accepted(context, endpoint, version)
        if question is not None:
            accepted.append(question)
    for question in accepted:
        _enumerate(context, endpoint, question.version)
        _ask_families(context, endpoint, question.version)
    if accepted:
        # The control: after everything that was refused, the server still accepts.
        endpoint.ask(Question("control", accepted[0].version, accepted[0].suites))


def _chunks(suites: Sequence[int]) -> list[tuple[int, ...]]:
    starts = range(0, len(suites), SUITES_PER_HELLO)
    return [tuple(suites[at : at + SUITES_PER_HELLO]) for at in starts]


def _first_accepted(
    context: ProbeContext, endpoint: Endpoint, version: TlsVersion
) -> Question | None:
    for chunk in _chunks(offered_at(version)):
        context.check_time()
        question = Question("version", version, chunk)
        answer = _ask_firmly(endpoint, question)
        if answer.hello is not None and answer.hello.version == version:
            return question
        if _denies_version(answer):
            return None
    return None


def _denies_version(answer: ServerAnswer) -> bool:
    protocol_version = 70
    refused = answer.alert is not None and answer.alert.code == protocol_version
    return refused or answer.hello is not None


def _ask_firmly(endpoint: Endpoint, question: Question) -> ServerAnswer:
    """Ask, and once more if the server went away without a word."""
    answer = endpoint.ask(question)
    plain = answer.alert is not None and answer.alert.code in {40, 70, 71}
    if plain or answer.hello is not None:
        return answer
    return endpoint.ask(question)


def _enumerate(context: ProbeContext, endpoint: Endpoint, version: TlsVersion) -> None:
    """Offer the suites again and again, each time without those chosen before."""
    for chunk in _chunks(offered_at(version)):
        remaining = list(chunk)
        while remaining:
            context.check_time()
            answer = _ask_firmly(endpoint, Question("suites", version, tuple(remaining)))
            if answer.hello is None or answer.hello.suite not in remaining:
                break
            remaining.remove(answer.hello.suite)


def _ask_families(context: ProbeContext, endpoint: Endpoint, version: TlsVersion) -> None:
    for family in FAMILIES:
        context.check_time()
        suites = family_at(family, version)
        if suites:
            _ask_firmly(endpoint, Question(f"family {family}", version, suites))


PROBE: Probe = TlsProbe()
