"""What no virtual radio can do, judged on stored HCI captures: legacy PIN, and the size of a key.

They lie in ``captures``, a folder for each outcome, and hold no device's data: they were made with
the builder of this folder, and the test that compares them says how.
"""

from pathlib import Path

import pytest

from harness.assessment import criteria
from harness.encoding.tree import DirectoryTree
from harness.facts.store import FactRecord
from harness.interpret.base import CaptureReader, Upstream
from harness.interpret.bluetooth.classic import INTERPRETER
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.judgement import Outcome
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry
from harness.model.states import DeviceState

STORED = Path(__file__).with_name("captures")
NOW = "2026-11-22T00:00:00.000000Z"
KEY = FactKey(
    probe=ProbeName("bluetooth-classic"), sample=SampleId("A"), visit=VisitId("1-test"), attempt=1
)
PIN, SIZE = criteria.bluetooth_classic_legacy_pin, criteria.bluetooth_classic_short_key
HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED


def by_pin(classic):
    """Up to a pairing by PIN."""
    return classic.hardened().paired().simple_pairing(on=False)


MADE = {
    "pin-refused": lambda tape: by_pin(tape).refused("pair:pin", 0x18),
    "pin-accepted": lambda tape: (
        by_pin(tape).step("pair:pin").connect().pair(key=0, cipher=1).end()
    ),
    "pin-wrong": lambda tape: by_pin(tape).refused("pair:pin", 0x05),
    "pin-never-tried": lambda tape: tape.hardened().paired(),
    "key-of-16-bytes": lambda tape: tape.hardened().paired(size=16),
    "key-of-7-bytes": lambda tape: tape.hardened().paired(size=7),
    "key-size-not-told": lambda tape: tape.hardened().paired(size=0),
}
"""Name of a stored capture -> how it was made."""
EXPECTED = [
    ("pin-refused", PIN, HELD),
    ("pin-accepted", PIN, CONTRADICTED),
    ("pin-wrong", PIN, UNDECIDED),
    ("pin-never-tried", PIN, UNDECIDED),
    ("key-of-16-bytes", SIZE, HELD),
    ("key-of-7-bytes", SIZE, CONTRADICTED),
    ("key-size-not-told", SIZE, UNDECIDED),
]


@pytest.fixture
def stored(tmp_path):
    """The record of a stored capture: its facts, read as from a bundle."""

    def read(name):
        folder = tmp_path / KEY.folder
        folder.mkdir(parents=True)
        entries = []
        for file in sorted((STORED / name).iterdir()):
            (folder / file.name).write_bytes(file.read_bytes())
            size = file.stat().st_size
            entries.append(CaptureEntry(name=file.name, schema_name="x", size=size, complete=True))
        record = AttemptRecord(
            key=KEY,
            probe_version=1,
            outcome=AttemptOutcome.COMPLETED,
            started=NOW,
            ended=NOW,
            captures=tuple(entries),
        )
        reader = CaptureReader(DirectoryTree(tmp_path), record)
        found = INTERPRETER.interpret(reader, Upstream({}))
        return FactRecord(KEY, DeviceState.INITIALISED, AttemptOutcome.COMPLETED, found)

    return read


@pytest.mark.parametrize(("name", "look", "outcome"), EXPECTED)
def test_a_stored_capture_has_its_verdict(stored, name, look, outcome) -> None:
    assert look(stored(name), "DUT").outcome is outcome


@pytest.mark.parametrize(("name", "look", "outcome"), EXPECTED)
def test_on_a_radio_that_pretends_it_nothing_is_decided(stored, name, look, outcome) -> None:
    del outcome
    record = stored(name)
    faking = record.facts.model_copy(update={"fakes": ("legacy-pin", "classic-key-size")})
    judged = look(FactRecord(KEY, DeviceState.INITIALISED, record.outcome, faking), "DUT")
    assert (judged.outcome, judged.reason.code) == (UNDECIDED, "not-testable-here")


@pytest.mark.parametrize("name", MADE)
def test_the_stored_captures_are_those_that_the_builder_makes(
    name, classic, looked, tmp_path
) -> None:
    looked(MADE[name](classic))
    for file in (STORED / name).iterdir():
        assert (tmp_path / KEY.folder / file.name).read_bytes() == file.read_bytes(), file.name


def test_every_capture_is_stored_and_expected() -> None:
    assert {path.name for path in STORED.iterdir()} == set(MADE) == {row[0] for row in EXPECTED}
