"""What a dishonest laboratory signs, and archives that are hostile in themselves.

The attack matrix beside this has the wider list, on a bundle that everybody vouched for.
"""

import base64
import copy
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.encoding.canonical import canonical
from harness.errors import EvidenceError
from harness.evidence.archive import open_bundle
from harness.trust.dsse import Envelope, Signature, parse_envelope
from harness.verify.bundle import unreadable, verify_bundle
from harness.verify.policy import TrustStore
from harness.verify.report import Step, VerificationReport

CAPTURE = "data/survey/A/1-initialised/credentials/1/tcp-443.jsonl"
ASSESSMENT = "data/assessments/small-framework@1.0/assessment.json"
STATEMENT = "evb/statement.dsse.json"


def verify(path: Path, *keys) -> VerificationReport:
    try:
        return verify_bundle(open_bundle(path), TrustStore(tuple(keys)))
    except EvidenceError as error:
        return unreadable(str(error))


def _edit(name: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    def change(bundle: Path) -> None:
        path = bundle / name
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))

    return change


def _payload(change: Callable[[dict], object]) -> Callable[[Path], object]:
    """Change the statement and leave its signature."""

    def edit(bundle: Path) -> None:
        path = bundle / STATEMENT
        envelope = json.loads(path.read_bytes())
        statement = json.loads(base64.b64decode(envelope["payload"]))
        change(statement)
        envelope["payload"] = base64.b64encode(canonical(statement)).decode()
        path.write_bytes(canonical(envelope))

    return edit


# What a laboratory can do with its own key: everything is signed anew.


def _judged(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def edit(data: Path) -> None:
        path = data / "assessments/small-framework@1.0/assessment.json"
        document = json.loads(path.read_bytes())
        change(document)
        path.write_bytes(canonical(document) + b"\n")

    return edit


def _unit_passes(document: dict) -> None:
    document["units"][0].update(verdict="PASS", items={"DUT": "PASS"})


def _hide_unit(document: dict) -> None:
    document["units"] = document["units"][1:]


def _provision_passes(document: dict) -> None:
    document["provisions"][0]["verdict"] = "PASS"


def _conclude(document: dict) -> None:
    document["conclusion"] = "CONFORMANT"


def _not_applicable(document: dict) -> None:
    document["units"][0].update(verdict="NOT_APPLICABLE")


def _other_evidence(document: dict) -> None:
    document["units"][0]["judgements"][0]["evidence"][0]["path"] = "A/9-gone/x/1/y.jsonl"


def _other_answer(document: dict) -> None:
    document["units"][0]["judgements"][0]["answers"] = [7]


def _unmarked(document: dict) -> None:
    document["indicative"] = False


def _unit_of_elsewhere(document: dict) -> None:
    extra = copy.deepcopy(document["units"][0])
    extra["unit"] = "p9-9z"
    document["units"].append(extra)


DISHONEST = [
    ("a FAIL edited to PASS", _unit_passes, Step.VERDICTS, "E-VERDICT", "p1-1a"),
    ("a FAIL declared not applicable", _not_applicable, Step.VERDICTS, "E-VERDICT", "p1-1a"),
    ("a provision edited to PASS", _provision_passes, Step.VERDICTS, "E-VERDICT", "p1"),
    ("the conclusion edited", _conclude, Step.VERDICTS, "E-VERDICT", "CONFORMANT"),
    ("a unit dropped", _hide_unit, Step.COMPLETENESS, "E-COVERAGE", "p1-1a"),
    ("a unit of no catalogue", _unit_of_elsewhere, Step.VERDICTS, "E-VERDICT", "p9-9z"),
    ("evidence that is not there", _other_evidence, Step.VERDICTS, "E-EVIDENCE", "9-gone"),
    ("an answer that nobody gave", _other_answer, Step.VERDICTS, "E-EVIDENCE", "answer 7"),
    ("the indicative mark removed", _unmarked, Step.VERDICTS, "E-VERDICT", "indicative"),
]


@pytest.mark.parametrize("case", DISHONEST, ids=lambda case: case[0])
def test_a_lab_that_signs_an_edited_result_is_found_out(tmp_path, maker, case):
    _, change, step, code, names = case
    made = maker.make(tmp_path, failing=True)
    assert verify(made.bundle, made.key.public).ok
    again = maker.reseal(made, _judged(change))
    report = verify(again.bundle, made.key.public)
    assert report.of(step).code == code
    assert names in report.of(step).shown + report.of(step).expected
    assert not report.ok


def test_an_answer_taken_away_from_before_another_is_missed(made, maker):
    def take_away(data: Path) -> None:
        first = data / "survey/answers/1.json"
        document = json.loads(first.read_bytes())
        document.update(number=2, replaces=1)
        first.with_name("00002.json").write_bytes(canonical(document) + b"\n")
        first.unlink()

    again = maker.reseal(made, take_away)
    result = verify(again.bundle, made.key.public).of(Step.VERDICTS)
    assert result.code == "E-EVIDENCE"
    assert "answer 1 is not there" in result.shown


def test_a_capture_swapped_under_its_attempt_and_signed_again_is_found_out(made, maker):
    again = maker.reseal(made, _edit(CAPTURE.removeprefix("data/"), b"welcome", b"denied!"))
    report = verify(again.bundle, made.key.public)
    assert report.of(Step.DOCUMENTS).code == "E-DOCUMENT"
    assert "tcp-443.jsonl" in report.of(Step.DOCUMENTS).shown


def test_a_dossier_swapped_after_judging_and_signed_again_is_found_out(made, maker):
    again = maker.reseal(made, _edit("survey/dossier.json", b"RR-1", b"RR-2"))
    report = verify(again.bundle, made.key.public)
    assert report.of(Step.VERDICTS).code == "E-REVISION"
    assert "dossier" in report.of(Step.VERDICTS).shown


def test_a_statement_that_misnames_the_device_is_found_out(made):
    path = made.bundle / STATEMENT
    _payload(lambda s: s["predicate"]["dut"].update(model="Other"))(made.bundle)
    before = parse_envelope(path.read_bytes())
    value = made.key.sign(before.signed_bytes)
    signed = Envelope(before.payload_type, before.payload, (Signature(made.key.key_id, value),))
    path.write_bytes(signed.to_bytes())
    report = verify(made.bundle, made.key.public)
    assert report.of(Step.SIGNATURE).code == ""
    assert report.of(Step.CLAIMS).code == "E-CLAIM"
    assert "dut" in report.of(Step.CLAIMS).shown


# Zip archives.


def _rezip(source: Path, target: Path, extra: Callable[[zipfile.ZipFile], object]) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            new.writestr(info, old.read(info))
        extra(new)


def _link_entry(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("data/survey/link")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    archive.writestr(info, "/etc/passwd")


def _bomb(archive: zipfile.ZipFile) -> None:
    archive.writestr("data/survey/bomb", bytes(50_000_000), zipfile.ZIP_DEFLATED)


def _twice(archive: zipfile.ZipFile) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(CAPTURE, b"other")


ZIP_ATTACKS = [
    ("zip slip", lambda z: z.writestr("../evil.txt", b"x"), "evil.txt"),
    ("absolute name", lambda z: z.writestr(_raw("/abs.txt"), b"x"), "abs.txt"),
    ("drive", lambda z: z.writestr("C:/x.txt", b"x"), "C:/x.txt"),
    ("backslash", lambda z: z.writestr(_raw("data\\x.txt"), b"x"), "x.txt"),
    ("name twice", _twice, CAPTURE),
    ("case twin", lambda z: z.writestr(CAPTURE.upper(), b"x"), "case"),
    ("link", _link_entry, "link"),
    ("folder", lambda z: z.writestr("data/empty/", b""), "data/empty/"),
    ("bomb", _bomb, "bomb"),
    ("comment", lambda z: setattr(z, "comment", b"hello"), "end record"),
]  # fmt: skip


def _raw(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


@pytest.mark.parametrize("case", ZIP_ATTACKS, ids=lambda case: case[0])
def test_a_hostile_archive_is_refused_before_anything_is_read(made, maker, tmp_path, case):
    _, extra, names = case
    honest = maker.zipped(made)
    assert verify(honest, made.key.public).ok
    _rezip(honest, tmp_path / "attack.zip", extra)
    report = verify(tmp_path / "attack.zip", made.key.public)
    assert report.of(Step.CONTAINER).code == "E-CONTAINER"
    assert names in report.of(Step.CONTAINER).shown


def test_a_name_with_nul_is_refused(made, maker):
    path = maker.zipped(made)
    name = CAPTURE.encode()
    path.write_bytes(path.read_bytes().replace(name, name.replace(b"tcp-443", b"tcp\x00443")))
    report = verify(path, made.key.public)
    assert report.of(Step.CONTAINER).code == "E-CONTAINER"
    assert "control character" in report.of(Step.CONTAINER).shown


@pytest.mark.parametrize("keep", [0, 10, 500, -1, -22])
def test_a_truncated_archive_is_refused(made, maker, keep):
    path = maker.zipped(made)
    path.write_bytes(path.read_bytes()[:keep])
    assert verify(path, made.key.public).malformed


def test_bytes_before_the_first_entry_are_refused(made, maker):
    path = maker.zipped(made)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert verify(path, made.key.public).malformed


def test_an_encrypted_entry_is_refused(made, maker):
    path = maker.zipped(made)
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    data[first + 8] |= 1
    path.write_bytes(bytes(data))
    assert "encrypted" in verify(path, made.key.public).of(Step.CONTAINER).shown


def test_overlapping_entries_are_refused(made, maker):
    path = maker.zipped(made)
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<L", data, second + 42, 0)
    path.write_bytes(bytes(data))
    assert "overlaps" in verify(path, made.key.public).of(Step.CONTAINER).shown


def test_content_that_contradicts_its_checksum_is_named(made, maker):
    path = maker.zipped(made)
    data = bytearray(path.read_bytes())
    name = b"data/report/index.html"
    data[data.index(name) + len(name) + 6] ^= 1
    path.write_bytes(bytes(data))
    report = verify(path, made.key.public)
    assert report.of(Step.FILES).code == "E-FILE-CHANGED"
    assert "data/report/index.html" in report.of(Step.FILES).shown
