"""Digests of captures in the records of a bundle: behind the salt that the manifest uses.

A record is never held back, a capture may be. With its bare digest in the record, whoever guesses a
short capture could make sure of the guess.
"""

from pathlib import Path

from harness.errors import CaptureError, EvidenceError
from harness.evidence.manifest import SaltSource, content_commitment
from harness.model.record import AttemptRecord, CaptureEntry


def hide_digests(survey: Path, salts: SaltSource) -> None:
    """Replace each digest in the attempts' records below ``survey`` by the salted commitment.

    Raises:
        EvidenceError: a record cannot be read.
    """
    for file in sorted(survey.glob("*/*/*/*/attempt.json")):
        data = file.read_bytes()
        try:
            attempt = AttemptRecord.from_bytes(data)
        except (CaptureError, ValueError) as error:
            message = f"{file}: not the record of an attempt: {error}"
            raise EvidenceError(message) from error
        folder = f"data/survey/{file.parent.relative_to(survey).as_posix()}"
        captures = tuple(_hidden(folder, entry, salts) for entry in attempt.captures)
        file.write_bytes(attempt.model_copy(update={"captures": captures}).to_bytes())


def _hidden(folder: str, entry: CaptureEntry, salts: SaltSource) -> CaptureEntry:
    if not entry.sha256:
        return entry
    _, salt = salts.of(f"{folder}/{entry.name}", entry.sha256)
    commitment = content_commitment(salt, entry.sha256)
    return entry.model_copy(update={"sha256": "", "commitment": commitment})
