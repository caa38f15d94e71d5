"""Checkpoints (c2sp.org/tlog-checkpoint): what a log says that it holds, as the text of a note."""

import base64
import re
from dataclasses import dataclass
from typing import Final

from harness.encoding.merkle import HASH_BYTES
from harness.errors import VerificationError
from harness.trust.log.note import Note, strict_base64

CHECKPOINT: Final = "checkpoint"
"""Name of the file in a log."""
MAX_SIZE: Final = 2**63 - 1
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """A tree head.

    Attributes:
        origin: which log; a unique name.
        size: number of entries.
        root: root hash over that many entries.
        extensions: further lines, without meaning here.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text to be signed."""
        root = base64.b64encode(self.root).decode()
        return "".join(
            f"{line}\n" for line in (self.origin, str(self.size), root, *self.extensions)
        )


def parse_size(text: str) -> int:
    """A number of entries, or the place of one: decimal, no leading zero, at most 2**63-1.

    Raises:
        VerificationError: it is none.
    """
    if not _SIZE.fullmatch(text) or int(text) > MAX_SIZE:
        raise VerificationError("not a decimal number without leading zeroes")
    return int(text)


def parse_hash(text: str) -> bytes:
    """A SHA-256 in base64.

    Raises:
        VerificationError: it is none.
    """
    value = strict_base64(text)
    if len(value) != HASH_BYTES:
        raise VerificationError(f"not a hash of {HASH_BYTES} bytes")
    return value


def parse_checkpoint(note: Note) -> Checkpoint:
    """The tree head that a note speaks of; its signatures are not looked at.

    Raises:
        VerificationError: not the text of a checkpoint.
    """
    lines = note.text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):  # noqa: PLR2004  (origin, size, root)
        raise VerificationError("not a checkpoint: origin, size and root, and no empty line")
    try:
        size, root = parse_size(lines[1]), parse_hash(lines[2])
    except VerificationError as error:
        raise VerificationError(f"not a checkpoint: {error}") from error
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))
