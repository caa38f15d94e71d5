"""Records of a bundle commit to their captures and give no digest that confirms a guess."""

import hashlib
import itertools

import pytest

from harness.errors import EvidenceError
from harness.evidence.capture_digests import hide_digests
from harness.evidence.manifest import SaltSource
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry

KEY = FactKey(probe=ProbeName("p"), sample=SampleId("A"), visit=VisitId("1-x"), attempt=1)
AT = "2026-11-21T08:15:30.000000Z"
PIN = b"PIN 4711"
NAME = f"data/survey/{KEY.folder}/c"


@pytest.fixture
def record(tmp_path):
    digest = hashlib.sha256(PIN).hexdigest()
    entry = CaptureEntry(name="c", schema_name="x", size=8, sha256=digest, complete=True)
    attempt = AttemptRecord(
        key=KEY, probe_version=1, outcome=AttemptOutcome.COMPLETED, started=AT, ended=AT,
        captures=(entry,),
    )  # fmt: skip
    file = tmp_path / KEY.folder / "attempt.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(attempt.to_bytes())
    return file


def guesses(written: bytes) -> list[str]:
    """PINs whose digest stands in a record, bare: what anybody could try."""
    pins = ("".join(digits) for digits in itertools.product("0123456789", repeat=4))
    return [
        pin for pin in pins if hashlib.sha256(f"PIN {pin}".encode()).hexdigest().encode() in written
    ]


def test_a_guess_cannot_be_confirmed_from_the_record(record, tmp_path):
    assert guesses(record.read_bytes()) == ["4711"]
    hide_digests(tmp_path, SaltSource(b"s" * 32))
    assert guesses(record.read_bytes()) == []


def test_the_commitment_is_that_of_the_manifest(record, tmp_path):
    salts = SaltSource(b"s" * 32)
    hide_digests(tmp_path, salts)
    (entry,) = AttemptRecord.from_bytes(record.read_bytes()).captures
    digest = hashlib.sha256(PIN).digest()
    salt = bytes.fromhex(salts.of(NAME, digest.hex())[1])
    assert (entry.sha256, entry.commitment) == ("", hashlib.sha256(salt + digest).hexdigest())


def test_it_is_done_once(record, tmp_path):
    hide_digests(tmp_path, SaltSource(b"s" * 32))
    once = record.read_bytes()
    hide_digests(tmp_path, SaltSource(b"t" * 32))
    assert record.read_bytes() == once


def test_a_record_that_cannot_be_read_stops_the_sealing(record, tmp_path):
    record.write_bytes(b"{}")
    with pytest.raises(EvidenceError, match="not the record of an attempt"):
        hide_digests(tmp_path, SaltSource(b"s" * 32))
