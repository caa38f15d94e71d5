"""What the steps of one verification share: the bundle, the policy, and what was read so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from harness.encoding.tree import Tree
from harness.evidence.manifest import Entry
from harness.model.attestation import EvidencePredicate
from harness.model.decision import Decision
from harness.trust.certificates import Holder
from harness.trust.distrust import DistrustError
from harness.trust.dsse import Envelope
from harness.trust.keys import PublicKey
from harness.trust.log.audit import LogAudit
from harness.trust.log.entry import LogEntry
from harness.verify.comparison import Comparison
from harness.verify.policy import Policy, TrustStore
from harness.verify.report import Step, StepSkipped


class Snapshot:
    """A tree whose names are listed once: quick, and the same for every step."""

    def __init__(self, tree: Tree) -> None:
        """List the names of ``tree`` at the first question."""
        self._tree = tree
        self._names: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        """What to call the bundle in messages."""
        return self._tree.label

    def names(self) -> tuple[str, ...]:
        """Names of all files."""
        if self._names is None:
            self._names = self._tree.names()
        return self._names

    def size(self, name: str) -> int:
        """Bytes in a file."""
        return self._tree.size(name)

    def open(self, name: str) -> IO[bytes]:
        """A file's content as a stream."""
        return self._tree.open(name)


@dataclass(frozen=True)
class Logged:
    """A proof that holds: a statement's place in a log that the reader trusts.

    Attributes:
        seen: name of each trusted witness, and when it saw the entry, in its own words.
        entry: what the log holds.
        size, root: of the tree that the proof is about.
    """

    origin: str
    index: int
    size: int
    root: bytes
    entry: LogEntry
    seen: dict[str, datetime]


@dataclass
class Context:
    """The bundle, what the reader asks for, and what earlier steps found out for later ones.

    A step that needs what could not be read is skipped: the step that reads it has failed.

    Attributes:
        tree: the bundle; every name in it is safe once the container step holds.
        signers: the keys whose signatures of the statement are valid, in the envelope's order.
        trusted: those of them that the reader trusts.
        names: which person a certificate that holds gives a key to, by key id.
        held: who held a key when it signed, by key id: whoever has a certificate that holds.
        distrusted: why the certificate of a key does not hold, by key id.
        stamped: since when, by a trusted time-stamp, each of these keys had signed at the latest.
        proofs: of the statement's place in logs, those that hold, in their order.
        decision: what a trusted certifier decided, once that was looked at.
        audited: what the reader's copies of logs hold of this job (`harness.verify.log_copies`).
        location: where the bundle lies, if it is a folder or file of this machine.
        comparison: of the files with the manifest, once it runs.
    """

    tree: Tree
    trust: TrustStore
    policy: Policy
    envelope_read: Envelope | None = None
    predicate_read: EvidencePredicate | None = None
    manifest_read: tuple[Entry, ...] | None = None
    signers: tuple[PublicKey, ...] = ()
    trusted: tuple[PublicKey, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    held: dict[str, Holder] = field(default_factory=dict)
    distrusted: dict[str, DistrustError] = field(default_factory=dict)
    stamped: dict[str, datetime] = field(default_factory=dict)
    proofs: tuple[Logged, ...] = ()
    decision: Decision | None = None
    location: Path | None = None
    audited: tuple[LogAudit, ...] | None = None
    comparison: Comparison | None = None
    failed: set[Step] = field(default_factory=set)

    @property
    def logged(self) -> Logged | None:
        """Which log the statement is in, and since when, by the witnesses: the first proof."""
        return self.proofs[0] if self.proofs else None

    @property
    def envelope(self) -> Envelope:
        """The envelope of the statement; StepSkipped if it could not be read."""
        if self.envelope_read is None:
            raise StepSkipped("there is no envelope that could be read")
        return self.envelope_read

    @property
    def predicate(self) -> EvidencePredicate:
        """What the statement says; StepSkipped if it could not be read."""
        if self.predicate_read is None:
            raise StepSkipped("there is no statement that could be read")
        return self.predicate_read

    @property
    def manifest(self) -> tuple[Entry, ...]:
        """The entries of the manifest; StepSkipped if it could not be read."""
        if self.manifest_read is None:
            raise StepSkipped("there is no manifest that could be read")
        return self.manifest_read


Check = Callable[[Context], str]
"""A step: returns what it saw. Raises StepFailed with a code, or StepSkipped with a reason."""
