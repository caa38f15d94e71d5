"""Statements, logs and witnesses made up on the spot; an audit that shares no code with them."""

import hashlib
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from harness.encoding.tree import DirectoryTree
from harness.model.attestation import EvidencePredicate, PartRoot, SignedDut
from harness.model.record import SampleRecord
from harness.model.states import Purpose
from harness.trust.keys import create_key
from harness.trust.log import store
from harness.trust.log.entry import entry_of
from harness.trust.log.note import KeyKind, NoteSigner
from harness.trust.statement import LabSigner

ORIGIN = "log.example.org/test"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def predicate(name, **changes):
    """A statement's content; everything follows from ``name``."""
    given = {
        "purpose": Purpose.TEST,
        "partial": False,
        "bundle_root": digest(f"root {name}"),
        "leaves": 3,
        "parts": (PartRoot(part="survey", root=digest(f"part {name}"), leaves=3),),
        "dossier_digest": digest(f"dossier {name}"),
        "conclusions": (),
        "dut": SignedDut(
            supplier="Supplier",
            model="R-1",
            hardware="A",
            firmware="1.0",
            samples=(SampleRecord(id="A", origin="supplier", serial="1"),),
        ),
        "scripted_answers": False,
        "run_id": name,
        "job": f"job {name}",
        "tools": {},
        "time": "2026-11-21T08:15:30.000000Z",
    }
    return EvidencePredicate(**(given | changes))


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A laboratory that signs."""
    return LabSigner(create_key(tmp_path_factory.mktemp("lab") / "lab.pem"))


@pytest.fixture(scope="session")
def statement(lab):
    """Makes a signed statement out of a name."""
    return lambda name="one", **changes: lab.attest(predicate(name, **changes))


@pytest.fixture(scope="session")
def signer():
    """Makes a signer with a new key."""

    def make(name=ORIGIN, kind=KeyKind.LOG):
        return NoteSigner(name, kind, ed25519.Ed25519PrivateKey.generate())

    return make


@dataclass
class Log:
    """A log on disk with its key."""

    folder: object
    signer: NoteSigner
    leaves: list = field(default_factory=list)

    @property
    def tree(self):
        return DirectoryTree(self.folder)

    @property
    def note(self):
        return (self.folder / "checkpoint").read_bytes()

    def grow(self, *leaves):
        self.leaves += leaves
        return store.append(self.folder, self.signer, leaves)

    def log(self, *envelopes):
        return self.grow(*(entry_of(envelope).leaf for envelope in envelopes))


@pytest.fixture
def new_log(tmp_path, signer):
    """Makes an empty log."""

    def make(name="log", by=None):
        log = Log(tmp_path / name, by or signer())
        store.create_log(log.folder, log.signer)
        return log

    return make


def audited(folder):
    """The entries below a checkpoint, read from bundles and proven by the root; not our code."""
    _, size, root = (folder / "checkpoint").read_text().splitlines()[:3]
    entries = []
    for index in range(-(-int(size) // 256)):
        width = min(256, int(size) - 256 * index)
        place = f"{index:03}" if index < 1000 else f"x{index // 1000:03}/{index % 1000:03}"
        place += f".p/{width}" if width < 256 else ""
        data = (folder / "tile" / "entries" / place).read_bytes()
        read = []
        while data:
            length = int.from_bytes(data[:2])
            assert len(data) >= 2 + length
            read.append(data[2 : 2 + length])
            data = data[2 + length :]
        hashes = [hashlib.sha256(b"\0" + entry).digest() for entry in read]
        assert (folder / "tile" / "0" / place).read_bytes() == b"".join(hashes)
        entries += read
    assert len(entries) == int(size)
    assert hashes_to(entries) == root
    return entries


def hashes_to(entries):
    """The root of RFC 9162, section 2.1.1, computed level by level from below, in base64."""
    import base64

    level = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return base64.b64encode(level[0] if level else hashlib.sha256(b"").digest()).decode()


@pytest.fixture(scope="session")
def audit():
    """Reads a log's entries and proves them by its root."""
    return audited
