"""A twin has the same files under clean names, and says of each what became of it."""

import gzip
import json
import struct

import pytest

from harness.encoding.canonical import canonical, sha256_hex
from harness.encoding.tree import DirectoryTree
from harness.evidence.leaks import find_leaks
from harness.evidence.scrub import Scrubber, load_secrets
from harness.evidence.secret_forms import Secret, Tokens
from harness.evidence.twins import raw_commitment, raw_salt, scrub_results, twin_of_run
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry

KEY = b"\x5a" * 32
SECRET = "hunter2-x"
PHONE = "9c:b6:d0:12:34:56"
AT = "2026-11-22T08:00:00.000000Z"
FOLDER = "A/1-initialised/http/1"
FILES = {
    "clean.txt": b"nothing",
    "told.txt": f"note {SECRET}".encode(),
    f"login-{SECRET}.txt": b"nothing",
    "packed.gz": gzip.compress(f"note {SECRET}".encode() * 3, mtime=0),
    "archive.zip": b"PK\x03\x04" + SECRET.encode(),
    "radio.pcap": struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 99, 127)
    + struct.pack("<IIII", 1, 0, 4, 4)
    + b"abcd",
    "picture.gif": b"GIF89a" + SECRET.encode(),
    "clients.txt": f"192.168.1.77 {PHONE} Alices-iPhone".encode(),
}


@pytest.fixture
def run(tmp_path):
    """A run whose one attempt holds `FILES`, with an answer of Alice Example."""
    folder = tmp_path / "survey" / FOLDER
    folder.mkdir(parents=True)
    entries = []
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
        entry = CaptureEntry(
            name=name, schema_name="bytes", size=len(data), sha256=sha256_hex(data), complete=True
        )
        entries.append(entry)
    record = AttemptRecord(
        key=FactKey(
            probe=ProbeName("http"),
            sample=SampleId("A"),
            visit=VisitId("1-initialised"),
            attempt=1,
        ),
        probe_version=1,
        outcome=AttemptOutcome.FAILED,
        reason=f"could not log in as Alice Example with {SECRET}",
        started=AT,
        ended=AT,
        captures=tuple(entries),
    )
    (folder / "attempt.json").write_bytes(record.to_bytes())
    (folder / "facts.json").write_text("{}")
    answers = tmp_path / "survey" / "answers"
    answers.mkdir()
    (answers / "00001.json").write_bytes(canonical({"person": "Alice Example", "value": "yes"}))
    (tmp_path / "survey" / "survey.json").write_bytes(canonical({"samples": []}))
    private = tmp_path / "private"
    private.mkdir()
    secrets = [{"value": SECRET, "kind": "password"}]
    document = {"schema": "certbench/secrets/1", "key": KEY.hex(), "secrets": secrets}
    (private / "secrets.json").write_text(json.dumps(document))
    return tmp_path


@pytest.fixture
def twin(run):
    target = run / "twin"
    twin_of_run(run, target)
    return target


def entries_of(twin):
    record = AttemptRecord.from_bytes((twin / FOLDER / "attempt.json").read_bytes())
    return record, {entry.name: entry for entry in record.captures}


def test_every_capture_is_listed_under_its_clean_name_and_digest(twin):
    record, entries = entries_of(twin)
    token = Tokens(KEY).of(SECRET)
    assert set(entries) == {name.replace(SECRET, token) for name in FILES}
    for name, entry in entries.items():
        data = (twin / FOLDER / name).read_bytes()
        assert (entry.size, entry.sha256) == (len(data), sha256_hex(data))
    assert SECRET not in record.reason
    assert "Alice" not in record.reason
    assert not (twin / FOLDER / "facts.json").exists()


def test_what_was_changed_commits_to_the_raw_capture_without_telling_its_digest(twin):
    entries = entries_of(twin)[1]
    assert entries["clean.txt"].derived_from == ""
    raw = sha256_hex(FILES["told.txt"])
    path = f"{FOLDER}/told.txt"
    assert entries["told.txt"].derived_from == raw_commitment(raw, path, KEY)
    opened = raw_salt(path, KEY) + bytes.fromhex(raw)
    assert entries["told.txt"].derived_from == sha256_hex(opened)
    everything = b"".join(file.read_bytes() for file in twin.rglob("*") if file.is_file())
    assert raw.encode() not in everything


def test_what_cannot_be_looked_into_is_withheld_with_a_reason(twin):
    entries = entries_of(twin)[1]
    assert "zip" in entries["archive.zip"].withheld
    assert "127" in entries["radio.pcap"].withheld
    assert "picture" in entries["picture.gif"].withheld
    assert not entries["told.txt"].withheld
    assert not entries["packed.gz"].withheld
    assert (twin / FOLDER / "picture.gif").read_bytes() == b""


def test_the_gate_lets_the_twin_pass_and_not_the_survey(run, twin):
    known = load_secrets(run / "private" / "secrets.json")
    assert known.bystanders == (PHONE,)
    assert {secret.kind for secret in known.secrets} == {"password", "person"}
    assert find_leaks(DirectoryTree(twin), known) == ()
    raw = find_leaks(DirectoryTree(run / "survey"), known)
    assert {leak.kind for leak in raw} >= {"password", "person", "bystander"}
    assert all(SECRET not in leak.file for leak in raw)


def test_old_records_without_the_new_fields_are_read(run):
    path = run / "survey" / FOLDER / "attempt.json"
    document = json.loads(path.read_bytes())
    for entry in document["captures"]:
        del entry["derived_from"], entry["withheld"]
    old = AttemptRecord.from_bytes(canonical(document))
    assert all(entry.derived_from == entry.withheld == "" for entry in old.captures)


def test_results_are_scrubbed_with_their_names_and_the_catalogue_stays(tmp_path):
    folder = tmp_path / "tiny@1" / "allure-results"
    folder.mkdir(parents=True)
    catalogue = f'{{"note": "{SECRET}"}}'
    (folder.parent / "catalogue.json").write_text(catalogue)
    (folder / f"{SECRET}-attachment.txt").write_text(f"psk={SECRET}")
    (folder / "a-result.json").write_text(json.dumps({"name": f"login {SECRET}"}))
    scrub_results(tmp_path, Scrubber([Secret(SECRET, "password")], KEY))
    token = Tokens(KEY).of(SECRET)
    assert (folder / f"{token}-attachment.txt").read_text() == f"psk={token}"
    assert json.loads((folder / "a-result.json").read_text()) == {"name": f"login {token}"}
    assert (folder.parent / "catalogue.json").read_text() == catalogue


def test_a_document_of_a_third_party_stays_byte_by_byte_and_is_searched_for_secrets(run):
    """The dossier names its digest; what looks secret by its shape alone stays, too."""
    folder = run / "survey" / "evidence"
    folder.mkdir()
    clean = b"%PDF-1.4\n192.168.1.77 Authorization: Basic dXNlcjpwYXNzd29yZA==\n\xff\xd8\xff"
    (folder / "SE-1-000000000000.pdf").write_bytes(clean)
    (folder / "SE-2-000000000000.pdf").write_bytes(f"%PDF {SECRET}".encode())
    twin_of_run(run, run / "twin")
    assert (run / "twin" / "evidence" / "SE-1-000000000000.pdf").read_bytes() == clean
    leaks = find_leaks(DirectoryTree(run / "twin"), load_secrets(run / "private" / "secrets.json"))
    assert {(leak.file, leak.kind) for leak in leaks} == {
        ("evidence/SE-2-000000000000.pdf", "password")
    }
