"""A run directory between processes: who works on it, what was ordered, whether it is finished."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from harness.encoding.tree import DirectoryTree
from harness.errors import CaptureError, EvidenceError, StorageError, UsageError
from harness.evidence.revisions import dossier_in
from harness.evidence.vault import require_unlocked
from harness.model.order import RunOrder
from harness.model.revision import FOLDER as REVISIONS
from harness.survey.store import write_atomic

_ORDER: Final = "private/order.json"
_LOCK: Final = "private/lock"
_FINISHED: Final = "private/finished"


def locate(named: Path) -> Path:
    """The run directory that a user means: itself, or the folder that holds it as ``run``.

    Raises:
        UsageError: there is none, or its captures are encrypted.
    """
    for run in (named, named / "run"):
        require_unlocked(run)
        if (run / _ORDER).is_file():
            return run
    raise UsageError(
        f"{named}: no run directory: there is no {_ORDER} in it or in its folder run. A run that "
        "died before it wrote one has sent nothing: start it again"
    )


@contextmanager
def working_on(run: Path) -> Iterator[None]:
    """Hold the run directory's lock; it is gone with this process, however that ends.

    Raises:
        UsageError: another process holds it.
        StorageError: the lock file cannot be written.
    """
    path = run / _LOCK
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
    with os.fdopen(handle, "r+b", buffering=0) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = stream.read(20).decode("ascii", "replace").strip() or "unknown"
            raise UsageError(
                f"{run}: another certbench works on it (process {holder}): wait until it is done"
            ) from error
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n".encode())
        yield


def write_order(run: Path, order: RunOrder) -> None:
    """Keep what was ordered, readable by its owner alone.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    write_atomic(run / _ORDER, order.to_bytes(), mode=0o600)


def read_order(run: Path) -> RunOrder:
    """What was ordered, with the dossier that counts now: the newest revision, if there is one.

    Raises:
        EvidenceError: the order or a revision of the dossier cannot be read.
    """
    path = run / _ORDER
    try:
        order = RunOrder.from_bytes(path.read_bytes())
    except (OSError, CaptureError, ValueError) as error:
        problem = str(error).splitlines()[0]
        raise EvidenceError(f"{path}: not an order of this version: {problem}") from error
    survey = run / "survey"
    if not (survey / REVISIONS).is_dir():
        return order
    try:
        return order.model_copy(update={"dossier": dossier_in(DirectoryTree(survey))})
    except (CaptureError, ValueError) as error:
        problem = str(error).splitlines()[0]
        raise EvidenceError(f"{survey / REVISIONS}: cannot be read: {problem}") from error


def is_finished(run: Path) -> bool:
    """Everything that was ordered is done."""
    return (run / _FINISHED).exists()


def set_finished(run: Path, *, finished: bool) -> None:
    """Mark the run as finished, or as one that is worked on again.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    if finished:
        write_atomic(run / _FINISHED, b"")
    else:
        (run / _FINISHED).unlink(missing_ok=True)
