"""Files beside the data are put into a bundle at one stroke, and nothing else of it changes."""

import os
import random  # noqa: TID251  (seeded, printed)
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.encoding.canonical import sha256_hex
from harness.encoding.tree import DirectoryTree, read
from harness.errors import EvidenceError, UsageError
from harness.evidence.amending import amend
from harness.evidence.archive import open_bundle, write_zip
from harness.evidence.bag import TAGS, tag_manifest
from harness.model.layout import CERTIFICATES, DECISION, MANIFEST, STATEMENT, TEST_RESULT

AMENDER = Path(__file__).with_name("amender.py")
KILLS = 12
FILES = {
    "data/survey/survey.json": b"{}",
    "data/survey/large.bin": bytes(300_000),
    "evb/manifest.jsonl": b"{}\n",
    "evb/signer.pem": b"a key",
    "evb/statement.dsse.json": b"{}",
    "bagit.txt": b"BagIt-Version: 1.0\n",
    "bag-info.txt": b"x",
    "manifest-sha256.txt": b"y",
}


@pytest.fixture
def folder(tmp_path):
    """A folder with the names of a bundle and a true tag manifest."""
    root = tmp_path / "bundle"
    for name, data in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / TAGS).write_bytes(tag_manifest(DirectoryTree(root)))
    return root


@pytest.fixture(params=["folder", "zip"])
def bundle(request, folder):
    """It, as a folder and as a zip."""
    if request.param == "folder":
        return folder
    target = folder.with_suffix(".zip")
    write_zip(DirectoryTree(folder), target)
    return target


def content(bundle):
    tree = open_bundle(bundle)
    return {name: read(tree, name) for name in tree.names()}


def without_tags(files):
    return {name: data for name, data in files.items() if name != TAGS}


def assert_true_tags(bundle):
    assert read(open_bundle(bundle), TAGS) == tag_manifest(open_bundle(bundle))


def test_files_are_added_and_replaced_in_place(bundle):
    changes = {CERTIFICATES: b"certificates", STATEMENT: b"signed again"}
    assert amend(bundle, changes) == bundle
    assert without_tags(content(bundle)) == FILES | changes
    assert_true_tags(bundle)
    assert f"{sha256_hex(b'certificates')}  {CERTIFICATES}\n".encode() in content(bundle)[TAGS]
    assert [path.name for path in bundle.parent.iterdir() if path.name.startswith(".")] == []


def test_a_new_bundle_leaves_the_old_one_alone(bundle, tmp_path):
    before = content(bundle)
    out = tmp_path / f"new{bundle.suffix}"
    assert amend(bundle, {DECISION: b"granted"}, out) == out
    assert content(bundle) == before
    assert without_tags(content(out)) == FILES | {DECISION: b"granted"}
    assert_true_tags(out)
    with pytest.raises(UsageError, match="exists already"):
        amend(bundle, {DECISION: b"granted"}, out)


def test_a_folder_becomes_a_zip_by_its_new_name(folder, tmp_path):
    out = amend(folder, {DECISION: b"granted"}, tmp_path / "new.zip")
    assert out.is_file()
    assert without_tags(content(out)) == FILES | {DECISION: b"granted"}


def test_a_bundle_that_others_cannot_read_stays_so(folder, tmp_path):
    folder.chmod(0o700)
    (folder / "data" / "survey").chmod(0o750)
    amend(folder, {DECISION: b"granted"})
    out = amend(folder, {}, tmp_path / "out")
    for path in folder, out:
        assert path.stat().st_mode & 0o777 == 0o700
        assert (path / "data" / "survey").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    "name", ["data/survey/survey.json", MANIFEST, TAGS, "evb/other", "views/../../outside"]
)
def test_nothing_else_is_ever_changed(bundle, name):
    before = content(bundle)
    with pytest.raises(UsageError, match="cannot be added"):
        amend(bundle, {name: b"x"})
    assert content(bundle) == before


def test_what_is_no_bundle_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, match="not a bundle"):
        amend(tmp_path / "empty", {DECISION: b"x"})


def test_no_exchange_is_refused_with_the_way_out(folder, monkeypatch):
    before = content(folder)
    monkeypatch.setattr("harness.evidence.amending._RENAME_EXCHANGE", 1 << 20)
    with pytest.raises(EvidenceError, match=r"Invalid argument.*-o"):
        amend(folder, {DECISION: b"x"})
    assert content(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["bundle"]


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_bundle(bundle):
    seed = int(os.environ.get("CERTBENCH_SEED") or secrets.randbelow(2**31))
    sys.stdout.write(f"\nCERTBENCH_SEED={seed}\n")
    drawn = random.Random(seed)
    amend(bundle, {DECISION: b"0", TEST_RESULT: b"0"})
    number, middle = 0, 0
    for _ in range(KILLS):
        argv = [sys.executable, str(AMENDER), str(bundle), str(number)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
            first = process.stdout.readline()
            time.sleep(drawn.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
            said = [first, *process.stdout.read().splitlines()]
        begun = [int(line.split()[1]) for line in said if line.startswith("begin")]
        done = [int(line.split()[1]) for line in said if line.startswith("done")]
        files = content(bundle)
        assert_true_tags(bundle)
        assert files[DECISION] == files[TEST_RESULT]
        assert {name: files[name] for name in FILES} == FILES
        number = int(files[DECISION])
        assert number in {begun[-1] - 1, begun[-1]}
        assert number >= max(done, default=0)
        middle += begun[-1] not in done
    sys.stdout.write(f"{number} amendments, {middle} of {KILLS} kills inside one\n")
    assert middle >= KILLS // 3
    amend(bundle, {DECISION: b"after"})
    assert content(bundle)[DECISION] == b"after"
