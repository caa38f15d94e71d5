"""Captures made of bytes, for interpreters."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.text import to_latin
from harness.encoding.tree import DirectoryTree
from harness.interpret.base import CaptureReader
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry


def journal_bytes(records: Iterable[dict[str, Any]], *, whole: bool = True) -> bytes:
    lines = [header_line()]
    for number, record in enumerate(records, 1):
        plain = {k: to_latin(v) if isinstance(v, bytes) else v for k, v in record.items()}
        lines.append(record_line({"n": number, "t": "2026-11-22T00:00:00.000000Z", **plain}))
    return b"".join(lines) + (end_line(0) if whole else b"")


@pytest.fixture
def journal() -> Callable[..., bytes]:
    """A journal's bytes from its records."""
    return journal_bytes


@pytest.fixture
def captured(tmp_path: Path) -> Callable[..., CaptureReader]:
    """Captures of one completed attempt, from their bytes by name."""

    def make(files: dict[str, bytes], *, probe: str = "tls") -> CaptureReader:
        key = FactKey(
            probe=ProbeName(probe), sample=SampleId("A"), visit=VisitId("1-test"), attempt=1
        )
        folder = tmp_path / key.folder
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        record = AttemptRecord(
            key=key,
            probe_version=1,
            outcome=AttemptOutcome.COMPLETED,
            started="2026-11-22T00:00:00.000000Z",
            ended="2026-11-22T00:01:00.000000Z",
            captures=tuple(
                CaptureEntry(
                    name=name,
                    schema_name="journal",
                    size=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                    complete=True,
                )
                for name, data in sorted(files.items())
            ),
        )
        return CaptureReader(DirectoryTree(tmp_path), record)

    return make
