"""Proofs that an entry is in a log (c2sp.org/tlog-proof): a file that is checked offline."""

import base64
from dataclasses import dataclass
from typing import Final

from harness.encoding.text import neutralise
from harness.errors import VerificationError
from harness.trust.log.checkpoint import parse_hash, parse_size
from harness.trust.log.note import MAX_NOTE_BYTES, Note, parse_note, strict_base64

MAX_PROOF_BYTES: Final = MAX_NOTE_BYTES + 128 * 1024
MAX_PATH: Final = 63
_FIRST: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class LogProof:
    """A parsed proof; nothing is verified yet.

    Attributes:
        extra: the entry itself (`harness.trust.log.entry`): its hash is what the path starts from.
        index: place of the entry, counted from 0.
        path: hashes from the leaf's sibling upwards (RFC 9162, section 2.1.3).
        note_bytes: the checkpoint, exactly as the log and its witnesses signed it.
    """

    extra: bytes
    index: int
    path: tuple[bytes, ...]
    note: Note
    note_bytes: bytes


def proof_bytes(extra: bytes, index: int, path: tuple[bytes, ...], note: bytes) -> bytes:
    """The proof as a file."""
    lines = [_FIRST, f"extra {base64.b64encode(extra).decode()}", f"index {index}"]
    lines += [base64.b64encode(node).decode() for node in path]
    return ("\n".join(lines) + "\n\n").encode() + note


def parse_proof(data: bytes) -> LogProof:
    """Read a proof strictly.

    Raises:
        VerificationError: too large, or not a proof; says what is wrong.
    """
    if len(data) > MAX_PROOF_BYTES:
        raise VerificationError(f"the proof is larger than {MAX_PROOF_BYTES} bytes")
    head, empty_line, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("the proof is not plain text") from error
    if lines.pop(0) != _FIRST or not empty_line:
        raise VerificationError(f"not a proof: {_FIRST}, a path, an empty line, a checkpoint")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = strict_base64(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise VerificationError("the proof has no index")
    index = parse_size(lines.pop(0).removeprefix("index "))
    if len(lines) > MAX_PATH:
        raise VerificationError(f"the path is longer than {MAX_PATH} hashes")
    path = tuple(_hash(line) for line in lines)
    return LogProof(extra, index, path, parse_note(note), note)


def _hash(line: str) -> bytes:
    try:
        return parse_hash(line)
    except VerificationError as error:
        raise VerificationError(f"not a hash of the path: {neutralise(line, 60)!r}") from error
