"""Reading a copy of a log from end to end, and believing nothing but its signed checkpoint.

Every entry is hashed anew, so a copy that leaves one out, adds one or changes one is found out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from harness.encoding.merkle import leaf_hash
from harness.encoding.text import neutralise
from harness.encoding.tree import Tree, read
from harness.errors import VerificationError
from harness.trust.log.checkpoint import CHECKPOINT, Checkpoint, parse_checkpoint
from harness.trust.log.entry import LogEntry, parse_entry
from harness.trust.log.note import MAX_NOTE_BYTES, NoteKey, parse_note, verify_note
from harness.trust.log.tiles import WIDTH, Frontier, TileReader

MAX_MATCHES = 10_000
"""Entries that are kept of one search; nobody tests one job that often."""


@dataclass(frozen=True)
class LogAudit:
    """What a copy of a log holds.

    Attributes:
        roots: root over the first n entries, for each n that was asked for and that it reaches.
        found: entries that contain one of the texts asked for, with their places, in order.
    """

    checkpoint: Checkpoint
    roots: Mapping[int, bytes]
    found: tuple[tuple[int, LogEntry], ...]


def audit(
    tree: Tree, keys: Collection[NoteKey], sizes: Collection[int], texts: Collection[bytes]
) -> LogAudit:
    """Hash every entry of the log in ``tree``, whose checkpoint one of ``keys`` signed.

    Args:
        tree: the log's files.
        keys: keys of logs.
        sizes: of which numbers of entries the root is wanted.
        texts: entries with one of these in their bytes are returned.

    Raises:
        EvidenceError: a file is missing.
        VerificationError: not a log of one of ``keys``, its entries do not give the root that was
            signed, or more entries match than anybody needs.
    """
    checkpoint = _signed_checkpoint(tree, keys)
    reader = TileReader(tree, checkpoint.size)
    edge = Frontier(0, [])
    wanted = sorted(size for size in set(sizes) if 0 < size <= checkpoint.size)
    roots: dict[int, bytes] = {}
    found: list[tuple[int, LogEntry]] = []
    for index in range(-(-checkpoint.size // WIDTH)):
        entries = reader.entries(index)
        found += _matching(entries, index * WIDTH, texts)
        if len(found) > MAX_MATCHES:
            raise VerificationError(f"{tree.label}: more than {MAX_MATCHES} entries match")
        hashes = [leaf_hash(entry) for entry in entries]
        while wanted and wanted[0] <= edge.size + len(hashes):
            size = wanted.pop(0)
            head, hashes = hashes[: size - edge.size], hashes[size - edge.size :]
            _grow(edge, head)
            roots[size] = edge.root()
        _grow(edge, hashes)
    if edge.root() != checkpoint.root:
        raise VerificationError(f"{tree.label}: the entries do not give the root that was signed")
    return LogAudit(checkpoint, roots, tuple(found))


def _signed_checkpoint(tree: Tree, keys: Collection[NoteKey]) -> Checkpoint:
    note = parse_note(read(tree, CHECKPOINT, MAX_NOTE_BYTES))
    checkpoint = parse_checkpoint(note)
    own = [key for key in keys if key.name == checkpoint.origin]
    if not verify_note(note, own):
        origin = neutralise(checkpoint.origin, 200)
        raise VerificationError(f"{tree.label}: {origin} is not signed by a log that is trusted")
    return checkpoint


def _grow(edge: Frontier, hashes: list[bytes]) -> None:
    for _ in edge.append(hashes):
        pass  # the tiles are there already


def _matching(
    entries: list[bytes], first: int, texts: Collection[bytes]
) -> list[tuple[int, LogEntry]]:
    found: list[tuple[int, LogEntry]] = []
    for place, entry in enumerate(entries, first):
        if any(text in entry for text in texts):
            try:
                found.append((place, parse_entry(entry)))
            except VerificationError:
                continue  # what is no entry of ours speaks of no statement
    return found
