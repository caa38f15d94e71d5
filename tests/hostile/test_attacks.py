"""The attack table: each case starts from a bundle that verifies and changes one thing."""

import base64
import copy
import json
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.encoding.canonical import canonical
from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError
from harness.evidence.archive import open_bundle
from harness.evidence.bag import tag_files
from harness.evidence.manifest import read_manifest
from harness.trust.dsse import Envelope, Signature, pae, parse_envelope
from harness.trust.keys import create_key
from harness.trust.statement import PAYLOAD_TYPE, LabSigner, parse_statement
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


@dataclass(frozen=True)
class Attack:
    """One change to the bundle directory, the step that must see it, and what it must name."""

    name: str
    change: Callable[[Path], object]
    step: Step
    code: str
    names: str


def _edit(name: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    def change(bundle: Path) -> None:
        path = bundle / name
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))

    return change


def _move(old: str, new: str) -> Callable[[Path], object]:
    return lambda bundle: (bundle / old).rename(bundle / new)


def _write(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda bundle: (bundle / name).write_bytes(data)


def _remove(name: str) -> Callable[[Path], object]:
    return lambda bundle: (bundle / name).unlink()


def _link(name: str, target: str) -> Callable[[Path], object]:
    def change(bundle: Path) -> None:
        path = bundle / name
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return change


def _drop_line(number: int) -> Callable[[Path], object]:
    def change(bundle: Path) -> None:
        path = bundle / "evb/manifest.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))

    return change


def _swap_lines(bundle: Path) -> None:
    path = bundle / "evb/manifest.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))


def _double_line(bundle: Path) -> None:
    path = bundle / "evb/manifest.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], *lines]))


def _manifest_follows(bundle: Path) -> None:
    """Edit a capture, its size and its digest in the manifest: only the root can tell."""
    _edit(CAPTURE, b"welcome", b"denied!")(bundle)
    import hashlib

    digest = hashlib.sha256((bundle / CAPTURE).read_bytes()).hexdigest()
    path = bundle / "evb/manifest.jsonl"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    for line in lines:
        if line["path"] == CAPTURE:
            line["sha256"] = digest
    path.write_bytes(b"".join(canonical(line) + b"\n" for line in lines))


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


def _envelope(change: Callable[[dict], object]) -> Callable[[Path], object]:
    def edit(bundle: Path) -> None:
        path = bundle / STATEMENT
        envelope = json.loads(path.read_bytes())
        change(envelope)
        path.write_bytes(canonical(envelope))

    return edit


def _other_key(bundle: Path) -> None:
    """Somebody else signs the same statements and puts the own key beside them."""
    key = create_key(bundle.parent / "mallory.pem")
    payload = parse_envelope((bundle / STATEMENT).read_bytes()).payload
    value = key.sign(pae(PAYLOAD_TYPE, payload))
    envelope = Envelope(PAYLOAD_TYPE, payload, (Signature(key.key_id, value),))
    (bundle / STATEMENT).write_bytes(envelope.to_bytes())
    result = LabSigner(key).attest_result(parse_statement(payload).predicate)
    (bundle / "evb/test-result.dsse.json").write_bytes(result)
    (bundle / "evb/signer.pem").write_bytes(LabSigner(key).public_pem)
    _rebag(bundle)


def _rebag(bundle: Path) -> None:
    """Make the tag files anew, as anybody can."""
    tree = DirectoryTree(bundle)
    predicate = parse_statement(parse_envelope((bundle / STATEMENT).read_bytes()).payload).predicate
    for name, data in tag_files(tree, read_manifest(tree), predicate).items():
        (bundle / name).write_bytes(data)


def _spoofed_key_id(bundle: Path) -> None:
    """Somebody else signs and claims the id of the trusted key."""
    before = parse_envelope((bundle / STATEMENT).read_bytes())
    key = create_key(bundle.parent / "mallory.pem")
    value = key.sign(before.signed_bytes)
    claimed = Signature(before.signatures[0].key_id, value)
    after = Envelope(before.payload_type, before.payload, (claimed,))
    (bundle / STATEMENT).write_bytes(after.to_bytes())
    (bundle / "evb/signer.pem").write_bytes(LabSigner(key).public_pem)


def _double_key(bundle: Path) -> None:
    path = bundle / STATEMENT
    path.write_bytes(path.read_bytes().replace(b"{", b'{"payloadType":"x",', 1))


ATTACKS = [
    Attack("a capture edited", _edit(CAPTURE, b"welcome", b"denied!"), Step.FILES,
           "E-FILE-CHANGED", CAPTURE),
    Attack("a capture cut short", _write(CAPTURE, b"{}"), Step.FILES, "E-FILE-CHANGED", CAPTURE),
    Attack("a capture removed", _remove(CAPTURE), Step.FILES, "E-FILE-MISSING", CAPTURE),
    Attack("a capture renamed", _move(CAPTURE, CAPTURE.replace("443", "80")), Step.FILES,
           "E-FILE-RENAMED", "tcp-80.jsonl"),
    Attack("a file added to the survey", _write("data/survey/extra.bin", b"x"), Step.FILES,
           "E-FILE-ADDED", "data/survey/extra.bin"),
    Attack("a file added beside data", _write("readme.txt", b"x"), Step.PROFILE, "E-FILE-ADDED",
           "readme.txt"),
    Attack("a file added to evb", _write("evb/other.pem", b"x"), Step.PROFILE, "E-FILE-ADDED",
           "evb/other.pem"),
    Attack("a file that differs in case only",
           _write(CAPTURE.replace("tcp", "TCP"), b"x"), Step.CONTAINER, "E-CONTAINER", "case"),
    Attack("a file name with a control character", _write("data/survey/a\x1b[2J", b"x"),
           Step.CONTAINER, "E-CONTAINER", "\\x1b"),
    Attack("a file name with a backslash", _write("data/survey/a\\b", b"x"), Step.CONTAINER,
           "E-CONTAINER", "backslash"),
    Attack("a file name that is not NFC", _write("data/survey/e\u0301", b"x"), Step.CONTAINER,
           "E-CONTAINER", "NFC"),
    Attack("a capture replaced by a link", _link(CAPTURE, "/etc/hostname"), Step.CONTAINER,
           "E-CONTAINER", CAPTURE),
    Attack("the report edited", _edit("data/report/index.html", b"Report", b"Passed"), Step.FILES,
           "E-FILE-CHANGED", "data/report/index.html"),
    Attack("the dossier edited", _edit("data/survey/dossier.json", b"RR-1", b"RR-2"), Step.FILES,
           "E-FILE-CHANGED", "dossier.json"),
    Attack("the tag manifest removed", _remove("tagmanifest-sha256.txt"), Step.PROFILE,
           "E-PROFILE", "tagmanifest-sha256.txt"),
    Attack("bag-info edited", _edit("bag-info.txt", b"certbench", b"somebody"), Step.BAG, "E-BAG",
           "bag-info.txt"),
    Attack("the payload manifest edited", _edit("manifest-sha256.txt", b"  data/", b"  Data/"),
           Step.BAG, "E-BAG", "manifest-sha256.txt"),
    Attack("bagit.txt edited", _edit("bagit.txt", b"1.0", b"0.9"), Step.BAG, "E-BAG", "bagit.txt"),
    Attack("a manifest line dropped", _drop_line(0), Step.STATEMENT, "E-ROOT", "entries"),
    Attack("two manifest lines swapped", _swap_lines, Step.STATEMENT, "E-MANIFEST", "order"),
    Attack("a manifest line twice", _double_line, Step.STATEMENT, "E-MANIFEST", "twice"),
    Attack("a manifest line that is no JSON", _write("evb/manifest.jsonl", b"{\n"),
           Step.STATEMENT, "E-MANIFEST", "line 1"),
    Attack("a capture and its manifest line edited", _manifest_follows, Step.STATEMENT, "E-ROOT",
           "part survey"),
    Attack("the manifest removed", _remove("evb/manifest.jsonl"), Step.PROFILE, "E-PROFILE",
           "evb/manifest.jsonl"),
    Attack("the statement removed", _remove(STATEMENT), Step.PROFILE, "E-PROFILE", STATEMENT),
    Attack("the purpose in the statement edited",
           _payload(lambda s: s["predicate"].update(purpose="surveillance")), Step.SIGNATURE,
           "E-SIGNATURE", STATEMENT),
    Attack("the job in the statement edited",
           _payload(lambda s: s["predicate"].update(job="4711")), Step.SIGNATURE, "E-SIGNATURE",
           STATEMENT),
    Attack("the payload type swapped",
           _envelope(lambda e: e.update(payloadType="application/json")), Step.SIGNATURE,
           "E-PAYLOAD-TYPE", "application/json"),
    Attack("the signature damaged",
           _envelope(lambda e: e["signatures"][0].update(sig="AAAA")), Step.SIGNATURE,
           "E-SIGNATURE", STATEMENT),
    Attack("the signatures removed", _envelope(lambda e: e.update(signatures=[])), Step.SIGNATURE,
           "E-ENVELOPE", "signatures"),
    Attack("a field added to the envelope", _envelope(lambda e: e.update(note="x")),
           Step.SIGNATURE, "E-ENVELOPE", "fields"),
    Attack("a JSON key twice in the envelope", _double_key, Step.SIGNATURE, "E-ENVELOPE",
           "payloadType"),
    Attack("signed with another key", _other_key, Step.SIGNER, "E-UNKNOWN-KEY", "--trust"),
    Attack("signed with another key under the trusted id", _spoofed_key_id, Step.SIGNATURE,
           "E-SIGNATURE", "not that key's"),
    Attack("the public key replaced", _write("evb/signer.pem", b"nothing"), Step.SIGNATURE,
           "E-ENVELOPE", "evb/signer.pem"),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_one_change_is_found_by_its_step_and_named(made, attack):
    assert verify(made.bundle, made.key.public).ok
    attack.change(made.bundle)
    report = verify(made.bundle, made.key.public)
    assert not report.ok
    result = report.of(attack.step)
    assert result.code == attack.code
    assert attack.names in result.shown + result.expected
    assert "\x1b" not in json.dumps(report.to_json())
    earlier = [step for step in report.steps if step.step.number < attack.step.number]
    assert all(not step.code for step in earlier)


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


def test_a_capture_swapped_under_its_attempt_and_signed_again_is_found_out(made, maker):
    again = maker.reseal(made, _edit(CAPTURE.removeprefix("data/"), b"welcome", b"denied!"))
    report = verify(again.bundle, made.key.public)
    assert report.of(Step.DOCUMENTS).code == "E-DOCUMENT"
    assert "tcp-443.jsonl" in report.of(Step.DOCUMENTS).shown


def test_a_dossier_swapped_after_judging_and_signed_again_is_found_out(made, maker):
    again = maker.reseal(made, _edit("survey/dossier.json", b"RR-1", b"RR-2"))
    report = verify(again.bundle, made.key.public)
    assert report.of(Step.VERDICTS).code == "E-VERDICT"
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


def test_the_table_is_long_enough():
    assert len(ATTACKS) + len(DISHONEST) + len(ZIP_ATTACKS) >= 40
