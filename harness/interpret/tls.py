"""TLS transcripts in, TLS facts out (RFC 8446, RFC 5246, RFC 6101)."""

from dataclasses import dataclass
from typing import Final

from harness.errors import CaptureError
from harness.facts.base import Endpoint, NotExamined
from harness.facts.services import ServicesFacts
from harness.facts.tls import (
    VERSIONS,
    CipherOffer,
    FamilyOffer,
    TlsFacts,
    TlsServer,
    TlsVersion,
    VersionOffer,
)
from harness.interpret.base import INPUTS, CaptureReader, Interpreter, Upstream
from harness.interpret.certificates import read_certificate
from harness.interpret.conversations import read_conversations
from harness.interpret.tls_handshakes import Handshake, Outcome, accepted, read_handshake
from harness.interpret.tls_hello import EphemeralKeys
from harness.interpret.tls_records import key_exchange_name
from harness.interpret.tls_suites import (
    FAMILIES,
    Family,
    family_at,
    name_of,
    offered_at,
)
from harness.model.ids import ProbeName
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

_TIMES_TURNED_AWAY: Final = 2
"""A server that closes without an alert must do so this often, and accept something after it."""


@dataclass(frozen=True)
class Transcript:
    """Everything that was exchanged with one endpoint."""

    endpoint: Endpoint
    name: str
    captures: CaptureReader
    handshakes: tuple[Handshake, ...]
    complete: bool

    def ref(self, line: int) -> EvidenceRef:
        """A line of the endpoint's journal."""
        return self.captures.ref(self.name, f"line {line}")

    @property
    def control(self) -> Handshake | None:
        """The last handshake that succeeded; it shows that the server was there to accept."""
        return next((entry for entry in reversed(self.handshakes) if entry.chosen), None)


def interpret(captures: CaptureReader, upstream: Upstream) -> TlsFacts:
    """Turn the transcript of each endpoint into a server.

    Raises:
        CaptureError: the inputs or a transcript cannot be read.
    """
    address, seed, targets = _inputs(captures)
    keys = EphemeralKeys.from_seed(seed)
    servers: list[TlsServer] = []
    missed: list[NotExamined] = []
    complete = captures.complete
    for port in targets:
        name = f"tcp-{port}.jsonl"
        if not captures.has(name):
            missed.append(NotExamined(target=f"tcp/{port}", reason="no transcript was taken"))
            continue
        transcript = _transcript(
            captures, name, Endpoint(address=address, transport="tcp", port=port), keys
        )
        complete = complete and transcript.complete
        servers.append(_server(transcript))
    missed += _unlisted(upstream, targets)
    return TlsFacts(
        servers=tuple(servers),
        examined=tuple(server.endpoint.name for server in servers),
        not_examined=tuple(missed),
        complete=complete,
    )


def _inputs(captures: CaptureReader) -> tuple[str, int, tuple[int, ...]]:
    record = captures.journal(INPUTS).first("inputs")
    targets = record.listed("targets")
    if not all(
        isinstance(entry, dict) and type(entry.get("port")) is int and 0 < entry["port"] < 2**16
        for entry in targets
    ):
        raise CaptureError(f"{INPUTS}: targets are not ports")
    ports = dict.fromkeys(entry["port"] for entry in targets)
    return record.text("address"), record.number("seed"), tuple(ports)


def _unlisted(upstream: Upstream, targets: tuple[int, ...]) -> list[NotExamined]:
    """TLS endpoints of the services facts that the probe did not take up."""
    services = upstream.find(ServicesFacts)
    if services is None:
        return []
    return [
        NotExamined(target=service.endpoint.name, reason="not among the targets of this attempt")
        for service in services.services
        if (service.tls or service.starttls) and service.endpoint.port not in targets
    ]


def _transcript(
    captures: CaptureReader, name: str, endpoint: Endpoint, keys: EphemeralKeys
) -> Transcript:
    journal = captures.journal(name)
    read = (read_handshake(entry, keys) for entry in read_conversations(journal))
    handshakes = tuple(entry for entry in read if entry is not None)
    whole = journal.whole
    return Transcript(endpoint, name, captures, handshakes, whole)


def _server(transcript: Transcript) -> TlsServer:
    versions = {version: _version(transcript, version) for version in VERSIONS}
    bearer = next((entry for entry in transcript.handshakes if entry.chain), None)
    chain = (
        [read_certificate(der, transcript.ref(bearer.line)) for der in bearer.chain]
        if bearer
        else []
    )
    names = (key_exchange_name(entry.answer) for entry in transcript.handshakes if entry.chosen)
    return TlsServer(
        endpoint=transcript.endpoint,
        observed_at=bearer.time if bearer else "",
        versions=tuple(
            VersionOffer(version=version, observation=seen) for version, seen in versions.items()
        ),
        ciphers=_ciphers(transcript),
        families=tuple(
            FamilyOffer(family=family, observation=_family(transcript, family, versions))
            for family in FAMILIES
        ),
        key_exchange=tuple(dict.fromkeys(name for name in names if name)),
        chain=tuple(certificate for certificate in chain if certificate),
        evidence=(transcript.captures.ref(transcript.name, "line 1"),),
    )


def _ciphers(transcript: Transcript) -> tuple[CipherOffer, ...]:
    first: dict[tuple[TlsVersion, int], int] = {}
    for entry in transcript.handshakes:
        if entry.chosen:
            first.setdefault(entry.chosen, entry.line)
    return tuple(
        CipherOffer(
            version=version,
            code=f"0x{suite:04X}",
            name=name_of(suite),
            evidence=transcript.ref(line),
        )
        for (version, suite), line in first.items()
    )


def _version(transcript: Transcript, version: TlsVersion) -> Observation:
    seen = accepted(transcript.handshakes, version)
    if seen:
        return Present(evidence=(transcript.ref(seen[0].line),))
    control = transcript.control
    if control is None:
        return Unknown(reason=f"no handshake of any version succeeded: {_why(transcript, version)}")
    trials = _trials(transcript, version)
    if any(trial.denies_version for trial in trials):
        return Absent(control=transcript.ref(control.line))
    open_suites = set(offered_at(version)) - _refused(transcript, version)
    if not open_suites:
        return Absent(control=transcript.ref(control.line))
    return Unknown(reason=_why(transcript, version))


def _family(
    transcript: Transcript, family: Family, versions: dict[TlsVersion, Observation]
) -> Observation:
    for entry in transcript.handshakes:
        if entry.chosen and entry.chosen[1] in family_at(family, entry.chosen[0]):
            return Present(evidence=(transcript.ref(entry.line),))
    control = transcript.control
    if control is None:
        return Unknown(reason="no handshake succeeded")
    for version, seen in versions.items():
        wanted = set(family_at(family, version))
        if not wanted or isinstance(seen, Absent):
            continue
        if isinstance(seen, Unknown):
            return Unknown(reason=f"whether the server talks {version} is not known: {seen.reason}")
        if wanted - _refused(transcript, version):
            return Unknown(reason=f"{family} suites at {version}: {_why(transcript, version)}")
    return Absent(control=transcript.ref(control.line))


def _trials(transcript: Transcript, version: TlsVersion) -> list[Handshake]:
    """Handshakes whose newest version offered is ``version``, and which offered nothing newer."""
    return [entry for entry in transcript.handshakes if entry.offer.version == version]


def _refused(transcript: Transcript, version: TlsVersion) -> set[int]:
    """Suites that the server would not use at ``version``.

    A refusal speaks for all suites of its offer. Being turned away does so only when the same offer
    was turned away again and a later handshake shows that the server still accepted others.
    """
    refused: set[int] = set()
    away: dict[tuple[int, ...], int] = {}
    control = transcript.control
    for trial in _trials(transcript, version):
        if trial.outcome is Outcome.REFUSED:
            refused.update(trial.offer.suites)
        elif trial.outcome is Outcome.TURNED_AWAY and control and trial.line < control.line:
            away[trial.offer.suites] = away.get(trial.offer.suites, 0) + 1
            if away[trial.offer.suites] >= _TIMES_TURNED_AWAY:
                refused.update(trial.offer.suites)
    return refused


def _why(transcript: Transcript, version: TlsVersion) -> str:
    """What was seen of a version, for a person."""
    outcomes = [trial.outcome.value for trial in _trials(transcript, version)]
    if not outcomes:
        return f"no offer of {version} reached the server"
    counts = [f"{outcomes.count(value)} {value}" for value in dict.fromkeys(outcomes)]
    return f"offers of {version}: {', '.join(counts)}"


INTERPRETER = Interpreter(ProbeName("tls"), 1, TlsFacts, interpret)
