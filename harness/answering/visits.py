"""The visit that a running campaign holds open, so that people look at the sample: on disk.

``RUN/private/visit.json`` is there while the campaign waits. Other processes, such as the page on
which people answer, learn from it what can be looked at now.
"""

import os
from pathlib import Path
from typing import ClassVar

from harness.errors import CaptureError, StorageError
from harness.evidence.durable import write_private
from harness.model.base import Document
from harness.model.ids import SampleId, VisitId
from harness.model.question import Question
from harness.model.record import VisitRecord
from harness.model.states import DeviceState


class OpenVisit(Document):
    """A visit that waits for people. Never a part of a bundle.

    Attributes:
        process: the campaign's; once it is gone nobody holds the visit open any more.
    """

    SCHEMA: ClassVar[str] = "certbench/open-visit/1"

    sample: SampleId
    visit: VisitId
    state: DeviceState
    process: int


def hold_open(run: Path, visit: VisitRecord) -> None:
    """Say that the campaign waits in ``visit``.

    Raises:
        StorageError: the disk takes no more.
    """
    held = OpenVisit(sample=visit.sample, visit=visit.visit, state=visit.state, process=os.getpid())
    try:
        write_private(_file(run), held.to_bytes())
    except OSError as error:
        raise StorageError(f"{_file(run)}: cannot be written: {error.strerror}") from error


def let_go(run: Path) -> None:
    """Say that the campaign waits no longer."""
    _file(run).unlink(missing_ok=True)


def open_visit(run: Path) -> OpenVisit | None:
    """The visit in which the campaign waits now, if it does."""
    try:
        held = OpenVisit.from_bytes(_file(run).read_bytes())
    except (OSError, CaptureError, ValueError):
        return None
    return held if _is_alive(held.process) else None


def visit_of(run: Path, question: Question) -> str | None:
    """Sample and visit in which ``question`` is answered now; None outside of its visit."""
    now = open_visit(run) if question.during else None
    return f"{now.sample}/{now.visit}" if now and now.state.value == question.during else None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True


def _file(run: Path) -> Path:
    return run / "private" / "visit.json"
