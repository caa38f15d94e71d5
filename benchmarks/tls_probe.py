"""The tls probe as a program: ``python -m benchmarks.tls_probe ADDRESS PORT OUT``.

So that it is measured like its peers, with the start of its interpreter. It does what a survey
does: collect into captures on disk, read them back into facts, judge the certificate.
"""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.alone import STATE, collect, key_of
from benchmarks.findings import EXPIRED, UNTRUSTED, TlsFindings
from harness.assessment.criteria.tls import invalid_certificate
from harness.facts.base import Endpoint
from harness.facts.services import HTTP, Service, ServicesFacts
from harness.facts.store import FactRecord
from harness.facts.tls import TlsFacts, TlsServer
from harness.model.judgement import Outcome
from harness.model.observation import EvidenceRef, Present
from harness.model.record import AttemptOutcome
from harness.probes.tls import PROBE


def probe(address: str, port: int, survey: Path) -> FactRecord[TlsFacts]:
    """Collect from one endpoint below ``survey`` and read the captures back."""
    facts = collect(PROBE, address, survey, {"services": _one_service(address, port)})
    if not isinstance(facts, TlsFacts):
        raise TypeError(f"not facts of the tls probe: {type(facts).__name__}")
    return FactRecord(key_of("tls"), STATE, AttemptOutcome.COMPLETED, facts)


def _one_service(address: str, port: int) -> ServicesFacts:
    endpoint = Endpoint(address=address, transport="tcp", port=port)
    seen = EvidenceRef(path="benchmarks", where=endpoint.name)
    service = Service(endpoint=endpoint, protocol=HTTP, tls=True, evidence=(seen,))
    return ServicesFacts(services=(service,), examined=(endpoint.name,), complete=True)


def findings_of(record: FactRecord[TlsFacts]) -> TlsFindings:
    """What the facts say, and what the criterion says of the certificate."""
    server: TlsServer = record.facts.servers[0]
    judgement = invalid_certificate(record, "DUT", server.endpoint.name)
    problems = []
    if judgement.outcome is Outcome.CONTRADICTED:
        code = judgement.reason.code
        problems.append(EXPIRED if code == "certificate-expired" else code)
    if server.chain and server.chain[0].self_signed:
        problems.append(UNTRUSTED)
    present = [offer for offer in server.versions if isinstance(offer.observation, Present)]
    versions = [str(offer.version) for offer in present]
    suites = [(str(offer.version), int(offer.code, 16)) for offer in server.ciphers]
    return TlsFindings.of({"versions": versions, "problems": problems}, suites)


def main() -> None:
    """Probe the endpoint named on the command line and write the findings."""
    address, port, out = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        record = probe(address, int(port), Path(folder))
    Path(out).write_text(json.dumps(findings_of(record).to_json()))


if __name__ == "__main__":
    main()
