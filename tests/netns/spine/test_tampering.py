"""A demo bundle in which anything was touched fails verification, and the message names what.

The same attacks are made on the directory and on its zip; tests/hostile has the wider list on a
small bundle made by hand.
"""

import shutil

import pytest

from harness.encoding.canonical import load_strict
from harness.evidence.bag import TAG_FILES
from harness.trust.dsse import Envelope, Signature, parse_envelope
from harness.trust.keys import create_key
from harness.verify.command import main

pytestmark = [pytest.mark.netns, pytest.mark.slow]

CLASSES = {
    "capture (journal)": "data/survey/A/2-initialised/tls/1/tcp-443.jsonl",
    "capture (nmap)": "data/survey/A/1-as-received/ports/1/nmap-tcp-1.xml",
    "facts": "data/survey/A/2-initialised/credentials/1/facts.json",
    "attempt": "data/survey/B/1-as-received/services/1/attempt.json",
    "visit": "data/survey/A/2-initialised/visit.json",
    "survey": "data/survey/survey.json",
    "dossier": "data/survey/dossier.json",
    "verdicts": "data/assessments/etsi-en-303-645@2.1.1/assessment.json",
    "catalogue": "data/assessments/california-sb-327@2020/catalogue.json",
    "allure result": "data/assessments/etsi-en-303-645@2.1.1/allure-results/*-result.json",
    "report": "data/report/index.html",
}
BESIDE = {
    "manifest": ("evb/manifest.jsonl", ("statement",)),
    "statement": ("evb/statement.dsse.json", ("signature", "statement")),
    "signer": ("evb/signer.pem", ("signature", "evb/signer.pem")),
}


@pytest.fixture(scope="module")
def working_copy(hardened, tmp_path_factory):
    target = tmp_path_factory.mktemp("tampering") / "bundle"
    shutil.copytree(hardened.bundle, target)
    return target


@pytest.fixture(params=["directory", "zip"])
def verified(request, working_copy, hardened, spine, capsys, tmp_path):
    """Verify the working copy as it is now: exit code and output."""

    def run(*options):
        path = working_copy
        if request.param == "zip":
            path = spine.zipped(working_copy, tmp_path / "bundle.zip")
        trust = ["--trust", str(hardened.public_key), "--purpose", "demo"]
        code = main([str(path), *(options or trust)])
        return code, capsys.readouterr().out

    return run


@pytest.fixture(params=CLASSES)
def victim(request, working_copy):
    """A file of each class; put back afterwards."""
    path = min(working_copy.glob(CLASSES[request.param]))
    before = path.read_bytes()
    yield path
    path.write_bytes(before)


def failed_steps(output):
    return {line.split()[1] for line in output.splitlines() if line[3:].split()[1:2] == ["failed"]}


def unwrapped(output):
    """A long name stands on a line of its own."""
    return " ".join(output.split())


def named(working_copy, path):
    return path.relative_to(working_copy).as_posix()


def test_the_untouched_bundle_holds(verified):
    code, output = verified()
    assert code == 0, output
    assert not failed_steps(output)


def test_a_changed_byte_is_named(victim, working_copy, verified):
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    code, output = verified()
    assert code == 4
    assert f"changed: {named(working_copy, victim)}" in unwrapped(output)


def test_bytes_at_the_end_are_named(victim, working_copy, verified):
    victim.write_bytes(victim.read_bytes() + b"\n")
    code, output = verified()
    assert code == 4
    assert f"changed: {named(working_copy, victim)}" in unwrapped(output)


def test_a_dropped_file_is_named(victim, working_copy, verified):
    victim.unlink()
    code, output = verified()
    assert code in {2, 4}  # 2: without these it is no bundle
    assert f"missing: {named(working_copy, victim)}" in unwrapped(output)


def test_a_renamed_file_is_named(victim, working_copy, verified):
    other = victim.with_name(f"renamed-{victim.name}")
    victim.rename(other)
    try:
        code, output = verified()
    finally:
        other.unlink()
    assert code in {2, 4}
    assert named(working_copy, victim) in output
    assert named(working_copy, other) in output


def test_an_added_file_is_named(victim, working_copy, verified):
    other = victim.with_name("added.json")
    other.write_bytes(b"{}")
    try:
        code, output = verified()
    finally:
        other.unlink()
    assert code == 4
    assert named(working_copy, other) in output


@pytest.mark.parametrize("tag_file", TAG_FILES)
def test_a_changed_or_missing_tag_file_is_named(tag_file, working_copy, verified):
    path = working_copy / tag_file
    before = path.read_bytes()
    try:
        path.write_bytes(before.replace(b"1", b"2", 1) + b"x")
        changed = verified()
        path.unlink()
        missing = verified()
    finally:
        path.write_bytes(before)
    for code, output in (changed, missing):
        assert code in {2, 4}
        assert tag_file in output
        assert failed_steps(output)


@pytest.mark.parametrize("name", ["surprise.txt", "evb/token.tsr", "DATA/x"])
def test_a_file_added_beside_the_data_is_named(name, working_copy, verified):
    path = working_copy / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    try:
        code, output = verified()
    finally:
        path.unlink()
        if name.startswith("DATA"):
            path.parent.rmdir()
    assert code in {2, 4}
    assert name.partition("/")[2] in output or name in output
    assert failed_steps(output)


@pytest.mark.parametrize("what", BESIDE)
def test_a_touched_manifest_statement_or_signer_is_named(what, working_copy, verified):
    name, mentions = BESIDE[what]
    path = working_copy / name
    before = path.read_bytes()
    half = len(before) // 2
    try:
        path.write_bytes(
            before[:half] + (b"A" if before[half : half + 1] != b"A" else b"B") + before[half + 1 :]
        )
        changed = verified()
        path.unlink()
        missing = verified()
    finally:
        path.write_bytes(before)
    for code, output in (changed, missing):
        assert code in {2, 4}
        assert failed_steps(output)
        assert any(mention in output for mention in mentions)
    assert name in missing[1]


def test_a_line_dropped_from_the_manifest_breaks_the_statement(working_copy, verified):
    path = working_copy / "evb" / "manifest.jsonl"
    before = path.read_bytes()
    lines = before.splitlines(keepends=True)
    try:
        path.write_bytes(b"".join(lines[1:]))
        code, output = verified()
    finally:
        path.write_bytes(before)
    assert code == 4
    assert "statement" in failed_steps(output)


def test_another_key_is_not_trusted(working_copy, verified, tmp_path):
    """Signed anew over the same statement by a key of the forger, whose public part lies beside."""
    forger = create_key(tmp_path / "forger.pem")
    statement, signer = working_copy / "evb/statement.dsse.json", working_copy / "evb/signer.pem"
    before = statement.read_bytes(), signer.read_bytes()
    try:
        statement.write_bytes(resigned(before[0], forger))
        signer.write_bytes(forger.public.pem)
        code, output = verified()
    finally:
        statement.write_bytes(before[0])
        signer.write_bytes(before[1])
    assert code == 4
    assert "E-UNKNOWN-KEY" in output
    assert "signer" in failed_steps(output)


def test_another_key_that_claims_the_trusted_keys_name_is_refused(working_copy, verified, tmp_path):
    forger = create_key(tmp_path / "forger.pem")
    statement = working_copy / "evb/statement.dsse.json"
    before = statement.read_bytes()
    claimed = load_strict(before)["signatures"][0]["keyid"]
    try:
        statement.write_bytes(
            resigned(before, forger).replace(forger.public.key_id.encode(), claimed.encode())
        )
        code, output = verified()
    finally:
        statement.write_bytes(before)
    assert code == 4
    assert "E-SIGNATURE" in output


def resigned(envelope, key):
    """The same payload in an envelope signed by ``key``."""
    old = parse_envelope(envelope)
    return Envelope(
        old.payload_type,
        old.payload,
        (Signature(key.public.key_id, key.sign(old.signed_bytes)),),
    ).to_bytes()
