"""The credentials probe as a program: ``... ADDRESS PORT PROTOCOL PATH LOGINS OUT``.

Its list of published logins is replaced by the lines of LOGINS (``user:password``), so that it
tries what its peer is given, in the same order.
"""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.alone import collect
from harness.facts.base import Endpoint, Facts
from harness.facts.credentials import CandidateSource, CredentialsFacts, TrialOutcome
from harness.facts.http import HttpFacts, HttpServer, LoginPoint
from harness.facts.services import HTTP, Service, ServicesFacts
from harness.model.observation import EvidenceRef, Present, Unknown
from harness.probes import credentials, login_candidates


def login_point(address: str, port: int, protocol: str, path: str) -> dict[str, Facts]:
    """What the services and http probes would say of it."""
    endpoint = Endpoint(address=address, transport="tcp", port=port)
    seen = EvidenceRef(path="benchmarks", where=endpoint.name)
    service = Service(endpoint=endpoint, protocol=protocol, evidence=(seen,))
    facts: dict[str, Facts] = {
        "services": ServicesFacts(services=(service,), examined=(endpoint.name,), complete=True)
    }
    if protocol == HTTP:
        unknown = Unknown(reason="not looked at")
        server = HttpServer(
            endpoint=endpoint,
            tls=False,
            answered=Present(evidence=(seen,)),
            logins=(LoginPoint(path=path, method="basic", evidence=seen),),
            redirects=(),
            redirects_to_tls=unknown,
            open_pages=(),
            open_configuration=unknown,
            disclosures=(),
        )
        facts["http"] = HttpFacts(servers=(server,), examined=(endpoint.name,), complete=True)
    return facts


def main() -> None:
    """Try every login and write those that were accepted, and how many were refused."""
    address, port, protocol, path, logins, out = sys.argv[1:]
    pairs = [line.split(":", 1) for line in Path(logins).read_text().splitlines()]
    login_candidates.PUBLISHED_LOGINS = tuple((user, word) for user, word in pairs)
    login_candidates._MOST_PUBLISHED = len(pairs)  # noqa: SLF001  (a measurement, not a test)
    facts = login_point(address, int(port), protocol, path)
    with tempfile.TemporaryDirectory() as folder:
        found = collect(credentials.PROBE, address, Path(folder), facts)
    if not isinstance(found, CredentialsFacts):
        raise TypeError(f"not facts of the credentials probe: {type(found).__name__}")
    trials = [
        trial
        for login in found.logins
        for trial in login.trials
        if trial.source is CandidateSource.PUBLISHED
    ]
    accepted = [trial.user for trial in trials if trial.outcome is TrialOutcome.ACCEPTED]
    refused = sum(trial.outcome is TrialOutcome.REJECTED for trial in trials)
    Path(out).write_text(json.dumps({"accepted": accepted, "refused": refused}))


if __name__ == "__main__":
    main()
