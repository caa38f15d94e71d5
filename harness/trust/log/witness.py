"""A witness: vouches that a log only ever grew, and keeps the proof if it did not.

The witness remembers of each log the last checkpoint that it cosigned. It cosigns a further one
only if the second tree extends the first, and only after it wrote that down. What it refuses it
keeps: two checkpoints signed by one log that contradict each other can be shown to anybody.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from harness.encoding.merkle import consistency_ranges, consistency_roots, tree_root
from harness.encoding.text import neutralise
from harness.encoding.tree import Tree
from harness.errors import CaptureError, EvidenceError, UsageError, VerificationError
from harness.model.base import Document
from harness.trust.log.checkpoint import Checkpoint, parse_checkpoint, parse_hash
from harness.trust.log.files import locked, make_folder, replace_file
from harness.trust.log.note import KeyKind, NoteKey, NoteSigner, parse_note, verify_note
from harness.trust.log.tiles import TileReader

MAX_REFUSALS: Final = 1000
"""Proofs that are kept of one log; it could sign more of them than a disk holds."""
_MAX_NODES: Final = 128


class WitnessedLog(Document):
    """What a witness remembers of a log.

    Attributes:
        log_key: the log's key in one-line form.
        note: the last checkpoint that was cosigned, as the log signed it.
    """

    SCHEMA: ClassVar[str] = "certbench/log-witness/1"

    log_key: str
    note: str


class Refusal(Document):
    """Two checkpoints of one log that do not go together.

    Attributes:
        kind: ``fork``: the second contradicts the first. ``rollback``: it is merely older, which
            by itself proves nothing: somebody may have served an old copy.
        nodes: for a fork with more entries, the roots of `consistency_ranges` in the second tree,
            in base64: they lead to the second root, and to another root than the first.
    """

    SCHEMA: ClassVar[str] = "certbench/log-refusal/1"

    kind: Literal["fork", "rollback"]
    log_key: str
    first: str
    second: str
    nodes: Annotated[tuple[str, ...], Field(max_length=_MAX_NODES)] = ()

    def proves_fork(self, log: NoteKey) -> bool:
        """Whether this shows to anybody that ``log`` signed two histories."""
        try:
            old, new = (_signed_by(log, text.encode()) for text in (self.first, self.second))
            nodes = [parse_hash(node) for node in self.nodes]
        except VerificationError:
            return False
        if old.size == new.size:
            return old.root != new.root
        if not 0 < old.size < new.size:
            return False
        roots = consistency_roots(old.size, new.size, nodes)
        return roots is not None and roots[1] == new.root and roots[0] != old.root


class RefusedError(VerificationError):
    """A witness did not cosign.

    Attributes:
        code: ``E-FORK``, ``E-ROLLBACK`` or ``E-LOG-TILES``.
        kept: the file with the proof, if there is one.
    """

    def __init__(self, code: str, message: str, kept: Path | None = None) -> None:
        """Say what was refused, and where the proof lies."""
        super().__init__(f"{code}: {message}" + (f"; kept in {kept}" if kept else ""))
        self.code = code
        self.kept = kept


@dataclass(frozen=True)
class Cosigned:
    """A cosignature: the checkpoint, the witness's line, and the size that it had seen before."""

    checkpoint: Checkpoint
    line: str
    before: int | None


class Witness:
    """One witness with its key and its memory."""

    def __init__(self, state: Path, signer: NoteSigner) -> None:
        """Remember in the folder ``state``, which is made.

        Raises:
            UsageError: not the key of a witness.
        """
        if signer.key.kind is not KeyKind.WITNESS:
            raise UsageError("a witness signs with the key of a witness")
        self._state = state
        self._signer = signer

    def cosign(self, log: NoteKey, note: bytes, tree: Tree, time: int) -> Cosigned:
        """Cosign a checkpoint of ``log``, whose tiles are in ``tree``, at ``time`` (s since 1970).

        Raises:
            RefusedError: a fork, a roll-back, or tiles that do not belong to the checkpoint.
            VerificationError: not a checkpoint that ``log`` signed.
            EvidenceError: a tile is missing, or the memory cannot be read.
        """
        new = _signed_by(log, note)
        text = parse_note(note).text
        make_folder(self._state)
        with locked(self._state):
            file = self._state / f"{hashlib.sha256(log.name.encode()).hexdigest()[:32]}.json"
            known = _recall(file, log)
            old = _signed_by(log, known.note.encode()) if known else None
            if known and old:
                self._compare(log, (old, known.note), (new, note.decode()), tree)
            remembered = WitnessedLog(log_key=str(log), note=note.decode())
            replace_file(file, remembered.to_bytes())
        return Cosigned(new, self._signer.line(text, time), old.size if old else None)

    def _compare(
        self,
        log: NoteKey,
        first: tuple[Checkpoint, str],
        second: tuple[Checkpoint, str],
        tree: Tree,
    ) -> None:
        (old, old_note), (new, new_note) = first, second
        shown = f"{old.size} entries were seen, {new.size} are shown"
        refusal = Refusal(kind="fork", log_key=str(log), first=old_note, second=new_note)
        if new.size < old.size:
            rollback = refusal.model_copy(update={"kind": "rollback"})
            raise RefusedError("E-ROLLBACK", f"{log.name}: {shown}", self._keep(rollback))
        if new.size == old.size:
            if new.root != old.root:
                kept = self._keep(refusal)
                raise RefusedError("E-FORK", f"{log.name}: two roots over {new.size} entries", kept)
            return
        if old.size == 0:
            return
        reader = TileReader(tree, new.size)
        nodes = [
            reader.root_of(start, end) for start, end in consistency_ranges(old.size, new.size)
        ]
        roots = consistency_roots(old.size, new.size, nodes)
        if roots is None or roots[1] != new.root:
            raise RefusedError(
                "E-LOG-TILES", f"{tree.label}: the tiles do not give the signed root"
            )
        if roots[0] != old.root:
            told = tuple(base64.b64encode(node).decode() for node in nodes)
            kept = self._keep(refusal.model_copy(update={"nodes": told}))
            message = f"{log.name}: {shown}, and the first {old.size} are not the ones that were"
            raise RefusedError("E-FORK", message, kept)

    def _keep(self, refusal: Refusal) -> Path | None:
        folder = self._state / "refused"
        make_folder(folder)
        path = folder / f"{refusal.kind}-{refusal.digest[:16]}.json"
        if not path.exists():
            if len(list(folder.iterdir())) >= MAX_REFUSALS:
                return None
            replace_file(path, refusal.to_bytes())
        return path


def parse_refusal(data: bytes) -> Refusal:
    """Read a refusal that a witness kept.

    Raises:
        VerificationError: it is none.
    """
    try:
        return Refusal.from_bytes(data)
    except (CaptureError, ValueError) as error:
        raise VerificationError(f"not a document of {Refusal.SCHEMA}") from error


def _signed_by(log: NoteKey, data: bytes) -> Checkpoint:
    note = parse_note(data)
    checkpoint = parse_checkpoint(note)
    if checkpoint.origin != log.name:
        shown = neutralise(checkpoint.origin, 200)
        raise VerificationError(f"the checkpoint is one of {shown}, not of {log.name}")
    if not verify_note(note, [log]):
        raise VerificationError(f"the checkpoint is not signed by {log}")
    if checkpoint.size == 0 and checkpoint.root != tree_root(()):
        raise VerificationError("the checkpoint gives a root to an empty log that it cannot have")
    return checkpoint


def _recall(file: Path, log: NoteKey) -> WitnessedLog | None:
    if not file.exists():
        return None
    try:
        known = WitnessedLog.from_bytes(file.read_bytes())
    except (OSError, CaptureError, ValueError) as error:
        # Beginning anew would vouch for whatever history the log shows today.
        raise EvidenceError(f"{file}: what was witnessed before cannot be read") from error
    if known.log_key != str(log):
        raise UsageError(f"{log.name} was witnessed under another key before: {known.log_key}")
    return known
