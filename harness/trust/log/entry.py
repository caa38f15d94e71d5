"""What a log holds of a statement: digests and a commitment, and nothing about the device.

The entry is public from the day on which it is logged, the bundle perhaps never. So it names the
statement by its digest only. `dut_commitment` lets whoever holds the statement prove later which
device an entry is about; its key follows from roots over salted leaves that the entry does not
tell, so that nobody can try out the serial numbers of a known model.
"""

import hashlib
import hmac
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, ValidationError

from harness.encoding.canonical import canonical, load_strict, sha256_hex
from harness.encoding.merkle import leaf_hash
from harness.errors import CaptureError, UsageError, VerificationError
from harness.model.attestation import Digest, EvidencePredicate
from harness.model.base import Document
from harness.trust.dsse import Envelope, parse_envelope
from harness.trust.in_toto import PAYLOAD_TYPE
from harness.trust.statement import parse_statement

MAX_ENTRY_BYTES: Final = 2**16 - 1
"""Entries stand in bundles behind a length of two bytes."""
MAX_JOB: Final = 500
_DUT: Final = b"certbench/dut/1"


class LogEntry(Document):
    """One leaf of the log.

    Attributes:
        statement_sha256: digest of the payload that the laboratory signed; not of the envelope,
            which may get further signatures.
        root: the bundle's root.
        lab_key_id: first key that the envelope names; a claim, as the log checks no laboratory.
        dut_commitment: HMAC-SHA256 over the DUT's identity (`dut_commitment`).
        job_nonce: the certifier's job number; ``""`` outside a certification.
        supersedes: ``statement_sha256`` of the statement that this one replaces, or ``""``.
    """

    SCHEMA: ClassVar[str] = "certbench/log-entry/1"

    statement_sha256: Digest
    root: Digest
    lab_key_id: Digest
    dut_commitment: Digest
    job_nonce: Annotated[str, Field(max_length=MAX_JOB)]
    supersedes: Digest | Literal[""]

    @property
    def leaf(self) -> bytes:
        """The bytes that the log holds: canonical JSON, no line feed."""
        return canonical({"schema": self.SCHEMA, **self.to_json()})

    @property
    def hash(self) -> bytes:
        """The leaf's hash in the tree."""
        return leaf_hash(self.leaf)


def dut_commitment(predicate: EvidencePredicate) -> str:
    """Commitment to the DUT's identity: HMAC-SHA256, as hexadecimal.

    The message is ``certbench/dut/1`` and the canonical ``dut`` of the statement, the key is the
    SHA-256 of its canonical ``parts``.
    """
    statement = predicate.to_json()
    key = hashlib.sha256(canonical(statement["parts"])).digest()
    return hmac.new(key, _DUT + canonical(statement["dut"]), hashlib.sha256).hexdigest()


def entry_of(envelope: bytes, supersedes: str = "") -> LogEntry:
    """The entry for a statement, whose signatures are not checked here.

    Raises:
        VerificationError: not an envelope around a statement of ours, or one that names no key.
    """
    return entry_in(parse_envelope(envelope), supersedes)


def entry_in(envelope: Envelope, supersedes: str = "") -> LogEntry:
    """The entry for the statement in a parsed envelope; raises as `entry_of`."""
    if envelope.payload_type != PAYLOAD_TYPE:
        raise VerificationError("the envelope does not hold an in-toto statement")
    predicate = parse_statement(envelope.payload).predicate
    try:
        return LogEntry(
            statement_sha256=sha256_hex(envelope.payload),
            root=predicate.bundle_root,
            lab_key_id=envelope.signatures[0].key_id,
            dut_commitment=dut_commitment(predicate),
            job_nonce=predicate.job,
            supersedes=supersedes,
        )
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise VerificationError(f"the statement cannot be logged: {place}") from error


def digest_in(text: str) -> str:
    """A statement's digest as people write it.

    Raises:
        UsageError: not 64 lower-case hexadecimal digits.
    """
    if len(text) != hashlib.sha256().digest_size * 2 or set(text) - set("0123456789abcdef"):
        raise UsageError(f"{text[:80]!r} is not a SHA-256: 64 lower-case hexadecimal digits")
    return text


def parse_entry(leaf: bytes) -> LogEntry:
    """Read a leaf, which must be exactly the bytes that `LogEntry.leaf` makes.

    Raises:
        VerificationError: anything else.
    """
    if len(leaf) > MAX_ENTRY_BYTES:
        raise VerificationError(f"the entry is larger than {MAX_ENTRY_BYTES} bytes")
    try:
        entry = LogEntry.from_bytes(canonical(load_strict(leaf)))
    except (CaptureError, ValueError) as error:
        raise VerificationError(f"not an entry of {LogEntry.SCHEMA}") from error
    if entry.leaf != leaf:
        raise VerificationError("the entry is not canonical JSON")
    return entry
