"""Journals of bench experiments made by hand, and the verdicts of units on them."""

import hashlib
import importlib
import inspect
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import test_suites.etsi_en_303_645 as suite
from harness.assessment.rollup import unit_verdict
from harness.config.reading import build_model
from harness.encoding.clock import format_utc
from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.text import to_latin
from harness.encoding.tree import DirectoryTree
from harness.facts.base import Facts
from harness.interpret.base import CaptureReader, Upstream
from harness.interpret.registry import interpreter_of
from harness.model.dossier import Dossier
from harness.model.ids import FactKey, ProbeName, SampleId, UnitId, VisitId
from harness.model.ixit import Ixit
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry
from harness.testing.declare import discover
from harness.testing.view import FactView

ROOT = Path(__file__).parents[4]
START = datetime(2026, 11, 22, tzinfo=UTC)


class Story:
    """The records of one journal, in the order in which they were written.

    ``whole`` says whether the journal has its end mark, ``dropped`` how many records it lost.
    """

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.now = START
        self.whole = True
        self.dropped = 0

    def wait(self, seconds: float) -> "Story":
        """Let bench time pass."""
        self.now += timedelta(seconds=seconds)
        return self

    def add(self, kind: str, **fields: Any) -> "Story":
        """Write the next record; bytes are stored as captures store them."""
        plain = {k: to_latin(v) if isinstance(v, bytes) else v for k, v in fields.items()}
        number = len(self.records) + 1
        self.records.append({"n": number, "t": format_utc(self.now), "kind": kind, **plain})
        return self

    def checked(self, kind: str, *, works: bool = True, **fields: Any) -> "Story":
        """Write a check that works, or gets no answer."""
        return self.add(kind, expected=b"all is well", answer=b"> all is well\n" * works, **fields)

    def data(self) -> bytes:
        """The journal's bytes."""
        end = end_line(self.dropped) if self.whole else b""
        return header_line() + b"".join(map(record_line, self.records)) + end


@pytest.fixture
def story() -> Story:
    """A journal without records."""
    return Story()


@pytest.fixture
def interpreted(tmp_path: Path) -> Callable[..., Any]:
    """The facts that an interpreter makes of journals, by probe."""

    def run(
        probe: str, *, outcome: AttemptOutcome = AttemptOutcome.COMPLETED, **stories: Story
    ) -> Any:
        name = ProbeName(probe)
        key = FactKey(probe=name, sample=SampleId("A"), visit=VisitId("1-test"), attempt=1)
        folder = tmp_path / key.folder
        folder.mkdir(parents=True, exist_ok=True)
        entries = []
        for stem, told in stories.items():
            file, data = f"{stem.replace('_', '-')}.jsonl", told.data()
            (folder / file).write_bytes(data)
            entries.append(
                CaptureEntry(
                    name=file,
                    schema_name=f"certbench/capture-{probe}/1",
                    size=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                    complete=told.whole,
                    dropped=told.dropped,
                )
            )
        record = AttemptRecord(
            key=key,
            probe_version=1,
            outcome=outcome,
            started=format_utc(START),
            ended=format_utc(START + timedelta(hours=1)),
            captures=tuple(entries),
        )
        reader = CaptureReader(DirectoryTree(tmp_path), record)
        return interpreter_of(name).interpret(reader, Upstream({}))

    return run


def _units() -> Iterator[tuple[UnitId, Any, Any]]:
    for declaration in discover(suite, {}):
        owner_name, _, function = declaration.function.partition(".")
        owner = getattr(importlib.import_module(declaration.module), owner_name)
        yield declaration.unit, declaration, getattr(owner(), function)


@pytest.fixture(scope="session")
def units() -> dict[str, tuple[Any, Any]]:
    """Every unit of the suite: its declaration and its function."""
    return {str(unit): (declared, function) for unit, declared, function in _units()}


@pytest.fixture(scope="session")
def dossier(without_bluetooth: Callable[[str], str]) -> Dossier:
    """The reference router's, as if it had no Bluetooth."""
    text = (ROOT / "bench_configs" / "reference-router" / "dossier.toml").read_text("utf-8")
    return build_model("dossier.toml", tomllib.loads(without_bluetooth(text)), Dossier)


@pytest.fixture
def judged(units: Any, dossier: Dossier, survey: Any) -> Callable[..., tuple[str, str]]:
    """Verdict and reason code of a unit, on the hardened router's facts with some replaced.

    Rows of the IXIT are replaced by attribute: ``upd_mech=(UpdMech(...),)``.
    """

    def run(unit: str, *facts: Facts, without: str = "", **tables: Any) -> tuple[str, str]:
        declared, function = units[unit]
        made = survey.without(without)
        for fact in facts:
            states = [need.state for need in declared.facts if need.probe == fact.PROBE]
            made = made.put(fact, *states)
        given = {"facts": FactView(made.base(), declared)}
        given["ixit"] = dossier.ixit.model_copy(update=tables)
        assert isinstance(given["ixit"], Ixit)
        wanted = inspect.signature(function).parameters
        judgements = function(**{name: given[name] for name in wanted})
        verdict, why, _ = unit_verdict(declared, judgements)
        return verdict.value, why.code

    return run
