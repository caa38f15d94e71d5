"""Where the proof of a log stands in a bundle: one of each log, numbered."""

from harness.encoding.text import neutralise
from harness.encoding.tree import Tree, read
from harness.errors import UsageError
from harness.model.layout import log_proof_name, may_stand_in
from harness.trust.log.checkpoint import parse_checkpoint
from harness.trust.log.entry import parse_entry
from harness.trust.log.proof import MAX_PROOF_BYTES, parse_proof


def origin_and_statement(proof: bytes) -> tuple[str, str]:
    """Which log a proof is of, and the digest of the statement; no signature is checked.

    Raises:
        VerificationError: not a proof of an entry.
    """
    parsed = parse_proof(proof)
    return parse_checkpoint(parsed.note).origin, parse_entry(parsed.extra).statement_sha256


def proof_place(bundle: Tree, origin: str) -> str:
    """Name of the file for a proof of the log ``origin``: that of its old one, or the next.

    Raises:
        UsageError: a bundle can hold no more.
        VerificationError: what is there is no proof.
    """
    number = 1
    while (name := log_proof_name(number)) in bundle.names():
        if origin_and_statement(read(bundle, name, MAX_PROOF_BYTES))[0] == origin:
            return name
        number += 1
    if not may_stand_in(name):
        shown = neutralise(origin, 200)
        raise UsageError(f"{bundle.label}: no place for a proof of {shown}: {number - 1} are there")
    return name
