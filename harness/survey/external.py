"""Keeps the files of third-party evidence with a survey; they are bytes to it and nothing more."""

from collections.abc import Mapping
from pathlib import Path

from harness.errors import StorageError
from harness.survey.store import RUN_MODE, write_atomic


def keep_external(run: Path, files: Mapping[str, bytes]) -> None:
    """Write each file under its name below ``survey/``; one that is there already stays.

    Args:
        run: the run directory.
        files: as `harness.config.external_files.read_external_files` gives them: a name follows
            from the content, so that the evidence of a later dossier lies beside the earlier one.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    for name, data in files.items():
        path = run / "survey" / name
        try:
            path.parent.mkdir(mode=RUN_MODE, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path.parent}: cannot be made: {error.strerror}") from error
        if not path.exists():
            write_atomic(path, data)
