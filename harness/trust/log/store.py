"""Writing a log: tiles and bundles first, the checkpoint last, by renaming.

Until the checkpoint points to them, new files count for nothing; a crash before leaves the old log,
a crash after the new one. What a crash leaves of new files is overwritten by a later append: a file
that a signed checkpoint needs never is, as a longer tile has another name.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.encoding.merkle import inclusion_ranges, leaf_hash, tree_root, verify_inclusion
from harness.encoding.tree import DirectoryTree, Tree, read
from harness.errors import UsageError, VerificationError
from harness.trust.log.checkpoint import CHECKPOINT, Checkpoint, parse_checkpoint
from harness.trust.log.files import LOCK, locked, make_folder, replace_file, write_files
from harness.trust.log.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    NoteKey,
    NoteSigner,
    parse_note,
    parse_signature,
    verify_note,
)
from harness.trust.log.proof import proof_bytes
from harness.trust.log.tiles import HEIGHT, WIDTH, TileReader, bundle_name, pack_entries, tile_name


@dataclass(frozen=True)
class Appended:
    """What an append did: the places of all entries asked for, and how many of them are new."""

    checkpoint: Checkpoint
    places: tuple[int, ...]
    new: int


def read_checkpoint(tree: Tree) -> tuple[Checkpoint, bytes]:
    """The current tree head and its note; no signature is checked.

    Raises:
        EvidenceError: not there.
        VerificationError: not a checkpoint.
    """
    data = read(tree, CHECKPOINT, MAX_NOTE_BYTES)
    return parse_checkpoint(parse_note(data)), data


def create_log(folder: Path, signer: NoteSigner) -> Checkpoint:
    """Make an empty log in an empty folder.

    Raises:
        UsageError: something is there.
        StorageError: the folder cannot be written.
    """
    make_folder(folder)
    with locked(folder):
        remains = {LOCK, f".{CHECKPOINT}.new"}  # of an init that was broken off
        if {path.name for path in folder.iterdir()} - remains:
            raise UsageError(
                f"{folder}: not empty; a log is never overwritten, name another folder"
            )
        empty = Checkpoint(signer.key.name, 0, tree_root(()))
        replace_file(folder / CHECKPOINT, _signed(empty, signer))
    return empty


def append(folder: Path, signer: NoteSigner, leaves: Sequence[bytes]) -> Appended:
    """Add entries; those that the log holds already keep their place.

    Raises:
        UsageError: no log is there, or ``signer`` is not its own.
        VerificationError: the files do not give the root that the checkpoint signs.
        EvidenceError: a file is missing.
        StorageError: the disk is full.
    """
    if not (folder / CHECKPOINT).is_file():
        raise UsageError(f"{folder}: not a log; make one with `certbench log init`")
    with locked(folder):
        tree = DirectoryTree(folder)
        old = _own_checkpoint(tree, signer.key)
        reader = TileReader(tree, old.size)
        frontier = reader.frontier()
        if frontier.root() != old.root:
            raise VerificationError(f"{folder}: the tiles do not give the root that is signed")
        hashes = [leaf_hash(leaf) for leaf in leaves]
        places = reader.find(set(hashes))
        fresh = {
            each: leaf for each, leaf in zip(hashes, leaves, strict=True) if each not in places
        }
        places.update({each: old.size + place for place, each in enumerate(fresh)})
        if not fresh:
            return Appended(old, tuple(places[each] for each in hashes), 0)
        write_files(folder, _bundles(reader, list(fresh.values())))
        write_files(folder, frontier.append(list(fresh)))
        new = Checkpoint(old.origin, frontier.size, frontier.root(), old.extensions)
        replace_file(folder / CHECKPOINT, _signed(new, signer))
        _prune(folder, old.size, new.size)
    return Appended(new, tuple(places[each] for each in hashes), len(fresh))


def add_cosignatures(
    folder: Path, log: NoteKey, witnesses: Sequence[NoteKey], lines: Sequence[str]
) -> tuple[str, ...]:
    """Put witnesses' signature lines into the checkpoint; names of the witnesses now in it.

    A witness's earlier line over the same checkpoint is replaced.

    Raises:
        VerificationError: a line that is no signature of one of ``witnesses`` over the present
            checkpoint, or too many of them.
    """
    with locked(folder):
        tree = DirectoryTree(folder)
        _, data = read_checkpoint(tree)
        note = parse_note(data)
        if not verify_note(note, [log]):
            raise VerificationError(f"{folder}: the checkpoint is not signed by {log.name}")
        for line in lines:
            _require_cosignature(note.text, line, witnesses)
        taken = {_names(line) for line in lines}
        kept = [
            line
            for line in data.decode().rpartition("\n\n")[2].splitlines()
            if _names(line) not in taken
        ]
        unique = {_names(line): line for line in lines}
        if len(kept) + len(unique) > MAX_SIGNATURES:
            raise VerificationError(f"more than {MAX_SIGNATURES} signatures")
        signed = "\n".join([*kept, *unique.values()])
        replace_file(folder / CHECKPOINT, f"{note.text}\n{signed}\n".encode())
        found = verify_note(parse_note(f"{note.text}\n{signed}\n".encode()), witnesses)
    return tuple(each.key.name for each in found)


def prove(tree: Tree, index: int) -> bytes:
    """The proof file for the entry at ``index``, under the present checkpoint.

    Raises:
        UsageError: the log has no such entry.
        VerificationError: entry, tiles and checkpoint do not fit together.
        EvidenceError: a file is missing.
    """
    checkpoint, note = read_checkpoint(tree)
    if not 0 <= index < checkpoint.size:
        raise UsageError(f"no entry {index}: the log has {checkpoint.size}")
    reader = TileReader(tree, checkpoint.size)
    leaf = reader.entries(index >> HEIGHT)[index % WIDTH]
    ranges = inclusion_ranges(index, checkpoint.size)
    path = tuple(reader.root_of(start, end) for start, end in ranges)
    if not verify_inclusion(leaf_hash(leaf), index, checkpoint.size, path, checkpoint.root):
        raise VerificationError(
            f"{tree.label}: entry {index} and the tiles do not lead to the root that is signed"
        )
    return proof_bytes(leaf, index, path, note)


def _own_checkpoint(tree: Tree, key: NoteKey) -> Checkpoint:
    checkpoint, data = read_checkpoint(tree)
    named = NoteKey(checkpoint.origin, key.kind, key.public)
    if not verify_note(parse_note(data), [named]):
        raise UsageError(f"{tree.label}: this is not the key that signed the checkpoint")
    if named != key:
        raise UsageError(f"{tree.label}: this log is called {checkpoint.origin}, not {key.name}")
    return checkpoint


def _signed(checkpoint: Checkpoint, signer: NoteSigner) -> bytes:
    return f"{checkpoint.text}\n{signer.line(checkpoint.text)}".encode()


def _require_cosignature(text: str, line: str, witnesses: Sequence[NoteKey]) -> None:
    try:
        found = verify_note(parse_note(f"{text}\n{line}\n".encode()), witnesses)
    except VerificationError as error:
        raise VerificationError(f"not over the present checkpoint: {error}") from error
    if not found:
        raise VerificationError(
            f"{parse_signature(line).name} is no witness that was named with its key"
        )


def _names(line: str) -> tuple[str, bytes]:
    signature = parse_signature(line)
    return signature.name, signature.key_id


def _bundles(reader: TileReader, fresh: list[bytes]) -> Iterator[tuple[str, bytes]]:
    first, partial = divmod(reader.size, WIDTH)
    entries = (reader.entries(first) if partial else []) + fresh
    for number in range(-(-len(entries) // WIDTH)):
        part = entries[number << HEIGHT : (number + 1) << HEIGHT]
        yield bundle_name(first + number, len(part)), pack_entries(part)


def _prune(folder: Path, old: int, new: int) -> None:
    """Remove partial tiles whose full tile is there: a log that grows by ones would keep 255."""
    level = 0
    while full := new >> HEIGHT * (level + 1):
        # One more than this append filled, should a crash have left its remains.
        for index in range(max(0, (old >> HEIGHT * (level + 1)) - 1), full):
            names = [tile_name(level, index, 1)] + ([bundle_name(index, 1)] if level == 0 else [])
            for name in names:
                shutil.rmtree((folder / name).parent, ignore_errors=True)
        level += 1
