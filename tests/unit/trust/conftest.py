"""An accreditation body, a laboratory's signer and a clock, made for one test each."""

import datetime as dt
import subprocess
from dataclasses import dataclass, field

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from harness.trust.certificates import key_id_of, person_uri
from harness.trust.hierarchy import Hierarchy
from harness.trust.issuing import Authority, Term, name
from harness.trust.oids import Use
from harness.trust.scope import Scope

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
SCOPE = Scope(
    laboratory="Example Test Laboratory",
    sites=("S1",),
    frameworks=("small-framework",),
    since=dt.date(2026, 1, 1),
)


@dataclass
class Pki:
    """An accreditation body that certifies whom a test asks for."""

    authority: Authority = field(
        default_factory=lambda: Authority.create(
            name("Body", "Root"), Term(NOW - 100 * DAY, NOW + 3650 * DAY)
        )
    )

    @property
    def root(self) -> x509.Certificate:
        return self.authority.certificate

    def certify(self, key=None, *, use=Use.EVIDENCE, first=-10, last=365, uri=None, scope=SCOPE):
        """A certificate; ``first`` and ``last`` are days from now."""
        key = key or ec.generate_private_key(ec.SECP256R1()).public_key()
        return self.authority.certify_person(
            key,
            subject=name("Example Test Laboratory", "Ada"),
            uri=uri or person_uri(use, "Example Test Laboratory", "P1"),
            use=use,
            scope=scope,
            term=Term(NOW + first * DAY, NOW + last * DAY),
        )

    def crl(self, *entries, first=-1, last=30, number=1):
        return self.authority.revocation_list(
            entries, number, Term(NOW + first * DAY, NOW + last * DAY)
        )


@pytest.fixture
def pki() -> Pki:
    return Pki()


@pytest.fixture
def other_pki() -> Pki:
    """A body that nobody here trusts; it has the same name."""
    return Pki()


@pytest.fixture(scope="session")
def toy(tmp_path_factory) -> Hierarchy:
    """A toy hierarchy on disk, with a clock that `openssl ts` runs."""
    made = Hierarchy(tmp_path_factory.mktemp("toy") / "hierarchy")
    made.create((), "toy.example/log")
    return made


@pytest.fixture
def stamp(toy, tmp_path):
    """Ask the toy clock for a time-stamp over a query; more options as for `openssl ts`."""

    def ask(query: bytes, *options: str, config=None) -> bytes:
        asked, answer = tmp_path / "query.tsq", tmp_path / "answer.tsr"
        asked.write_bytes(query)
        argv = ["openssl", "ts", "-reply", "-config", str(config or toy.tsa_config)]
        argv += ["-queryfile", str(asked), "-out", str(answer), *options]
        subprocess.run(argv, check=True, capture_output=True, timeout=30)
        return answer.read_bytes()

    return ask


@pytest.fixture
def key_id():
    return key_id_of
