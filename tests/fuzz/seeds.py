"""Write the inputs that fuzzing starts from into the corpus: ``python tests/fuzz/seeds.py``.

What is there already is left alone: seeds that are made of random keys stay as they are, and so
does what fuzzing found.
"""

import subprocess
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.trust.hierarchy import Hierarchy, Holding
from harness.trust.oids import Use
from harness.trust.timestamps import make_query

CORPUS = Path(__file__).with_name("corpus")


def hierarchy_seeds(folder):
    """Certificates, a revocation list and a time-stamp of a toy hierarchy."""
    toy = Hierarchy(folder / "toy")
    toy.create((Holding("person", Use.DECISION, "Example Certifier", "P1"),), "toy.example/log")
    toy.revoke("person", x509.ReasonFlags.superseded)
    for name, path in (
        ("person", toy.certificate("person")),
        ("root", toy.root),
        ("clock-root", toy.tsa_root),
        ("clock", toy.tsa_root.with_name("tsa.pem")),
    ):
        found = x509.load_pem_x509_certificate(path.read_bytes())
        yield "certificates", name, found.public_bytes(Encoding.DER)
    both = toy.certificate("person").read_bytes() + toy.root.read_bytes()
    yield "certificates", "both", both
    found = x509.load_pem_x509_crl(toy.revoked.read_bytes())
    yield "revocations", "one", found.public_bytes(Encoding.DER)
    yield "revocations", "two", toy.revoked.read_bytes() * 2
    asked, answer = folder / "query.tsq", folder / "answer.tsr"
    asked.write_bytes(make_query(b"message").as_bytes())
    argv = ["openssl", "ts", "-reply", "-config", str(toy.tsa_config), "-queryfile", str(asked)]
    subprocess.run([*argv, "-out", str(answer)], check=True, capture_output=True)
    yield "timestamp", "good", answer.read_bytes()


def write(seeds):
    """Write those that are not there."""
    for target, name, data in seeds:
        path = CORPUS / target / f"seed-{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(data)


def main():
    """Write the seeds."""
    if not (CORPUS / "certificates").exists():
        with tempfile.TemporaryDirectory() as folder:
            write(hierarchy_seeds(Path(folder)))
    from inputs import all_seeds  # needs the certificates

    write(all_seeds())


if __name__ == "__main__":
    main()
