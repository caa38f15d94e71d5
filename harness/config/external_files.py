"""The files of third-party evidence that lie beside a dossier: read whole, bounded, and compared.

Nothing in them is looked at. What is wrong with one is told with the row and the field.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from harness.config.explain import Problem
from harness.config.reading import config_error
from harness.model.dossier import Dossier
from harness.model.external import MAX_FILE_BYTES, SUFFIXES, ExternalEvidence

MAX_RECORDS: Final = 100
_MEBIBYTE: Final = 2**20


def read_external_files(dossier: Dossier, folder: Path) -> dict[str, bytes]:
    """The file of each record, by the name under which a survey keeps it.

    Args:
        dossier: whose evidence is meant.
        folder: the folder that the dossier lies in.

    Raises:
        ConfigError: a file is missing, too large, not of a kind that is taken, or not the one that
            its record names by its digest; every problem is listed.
    """
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    records = dossier.evidence or ()
    if len(records) > MAX_RECORDS:
        mend = f"Hand in at most {MAX_RECORDS}."
        problems.append(Problem("evidence", f"{len(records)} records", mend))
    for record in records[:MAX_RECORDS]:
        data, wrong = _looked_at(record, folder)
        problems += wrong
        if not wrong:
            found[record.stored_name] = data
    if problems:
        raise config_error(str(folder), problems)
    return found


def folder_of(dossier: Path) -> Path:
    """The folder that the files are named from: of the dossier, or of what lies beside it."""
    return dossier if dossier.is_dir() else dossier.parent


def file_problems(record: ExternalEvidence, folder: Path) -> tuple[Problem, ...]:
    """What is wrong with the file of one record, by the key of the field."""
    return _looked_at(record, folder)[1]


def _looked_at(record: ExternalEvidence, folder: Path) -> tuple[bytes, tuple[Problem, ...]]:
    found = list(_named(record))
    if found:
        return b"", tuple(found)
    place = _place(record, "file")
    try:
        with (folder / record.file).open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        mend = "Name a file that lies in the dossier's folder or below it."
        return b"", (Problem(place, f"{record.file} cannot be read: {error.strerror}", mend),)
    if len(data) > MAX_FILE_BYTES:
        mend = f"Hand in a file of at most {MAX_FILE_BYTES // _MEBIBYTE} MiB."
        return b"", (Problem(place, f"{record.file} is too large", mend),)
    digest = hashlib.sha256(data).hexdigest()
    if digest != record.sha256:
        what = f"{record.file} has the SHA-256 digest {digest}"
        mend = "Name the digest of the very file, or hand in the file that the digest is of."
        return b"", (Problem(_place(record, "sha256"), what, mend),)
    return data, ()


def _named(record: ExternalEvidence) -> Iterator[Problem]:
    path = PurePosixPath(record.file)
    if path.is_absolute() or ".." in path.parts or "\0" in record.file:
        mend = "Name a file that lies in the dossier's folder or below it."
        yield Problem(_place(record, "file"), f"{record.file!r} leads out of the folder", mend)
    if not record.file.lower().endswith(SUFFIXES):
        mend = f"Hand it in as a file that ends with {' or '.join(SUFFIXES)}."
        yield Problem(_place(record, "file"), f"{record.file!r} is of no kind that is kept", mend)


def _place(record: ExternalEvidence, field: str) -> str:
    return f"evidence[{record.id}].{field}"
