"""What the targets hold inputs against: a small sealed bundle, a log with fixed keys, a chain.

The bundle is that of `tests/hostile`, sealed anew at every start. The keys of the log and of its
witness are made of constants, so that proofs kept in the corpus hold in every run; they protect
nothing. The certificates are those of a toy hierarchy whose keys nobody kept.
"""

import datetime as dt
import hashlib
import importlib.util
import sys
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519

from harness.encoding.merkle import inclusion_proof, leaf_hash, tree_root
from harness.encoding.tree import DirectoryTree, read
from harness.model.attestation import PartRoot
from harness.model.layout import STATEMENT as STATEMENT_FILE
from harness.trust.dsse import parse_envelope
from harness.trust.log.check import LogPolicy
from harness.trust.log.checkpoint import Checkpoint
from harness.trust.log.entry import entry_of
from harness.trust.log.note import KeyKind, NoteSigner
from harness.trust.log.proof import proof_bytes
from harness.trust.statement import LabSigner, parse_statement

CORPUS = Path(__file__).with_name("corpus")
NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
_SMALL_RUN = Path(__file__).parents[1] / "hostile" / "conftest.py"


def _small_bundle():
    """Every file of a bundle that verifies, and the key that signed it."""
    name = "certbench_fuzz_small_run"
    spec = importlib.util.spec_from_file_location(name, _SMALL_RUN)
    maker = importlib.util.module_from_spec(spec)
    sys.modules[name] = maker  # its dataclasses look themselves up
    spec.loader.exec_module(maker)
    with tempfile.TemporaryDirectory() as folder:
        made = maker.make(Path(folder))
        tree = DirectoryTree(made.bundle)
        return {file: read(tree, file) for file in tree.names()}, made.key


BUNDLE, LAB = _small_bundle()


def _fixed_statement():
    """An envelope about roots that are the same in every run."""
    predicate = parse_statement(parse_envelope(BUNDLE[STATEMENT_FILE]).payload).predicate
    root = hashlib.sha256(b"root").hexdigest()
    fixed = {"bundle_root": root, "parts": (PartRoot(part="survey", root=root, leaves=3),)}
    return LabSigner(LAB).attest(predicate.model_copy(update=fixed))


STATEMENT = _fixed_statement()


def _signer(name, kind, number):
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return NoteSigner(name, kind, private)


LOG = _signer("log.example.org/fuzz", KeyKind.LOG, 1)
WITNESS = _signer("witness.example.org", KeyKind.WITNESS, 2)
LOG_POLICY = LogPolicy((LOG.key,), (WITNESS.key,), 1)


def good_proof(size=11, index=4):
    """A proof that holds under `LOG_POLICY`, and the checkpoint that it ends in."""
    leaves = [leaf_hash(number.to_bytes(4)) for number in range(size)]
    extra = entry_of(STATEMENT).leaf
    leaves[index] = leaf_hash(extra)
    text = Checkpoint(LOG.key.name, size, tree_root(leaves)).text
    note = f"{text}\n{LOG.line(text)}{WITNESS.line(text, 1_790_000_000)}".encode()
    return proof_bytes(extra, index, inclusion_proof(leaves, index), note), note


def _certificate(name):
    return x509.load_der_x509_certificate((CORPUS / "certificates" / name).read_bytes())


CHAIN = (_certificate("seed-person"), _certificate("seed-root"))
CLOCK_ROOTS = (_certificate("seed-clock-root"),)
