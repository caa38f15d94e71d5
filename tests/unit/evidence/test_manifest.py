"""Salted leaves: what they commit to, and how parts make a root."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.encoding.canonical import canonical, load_strict
from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError
from harness.evidence import manifest
from harness.evidence.manifest import (
    ManifestEntry,
    SaltSource,
    bundle_root,
    class_of,
    make_manifest,
    part_of,
    part_roots,
    read_manifest,
)
from harness.model.layout import MANIFEST

NAMES = [
    "data/survey/survey.json",
    "data/survey/survey-plan.json",
    "data/survey/dossier.json",
    "data/survey/bench.json",
    "data/survey/answers/1.json",
    "data/survey/A/1-x/visit.json",
    "data/survey/A/1-x/ssh/1/attempt.json",
    "data/survey/A/1-x/ssh/1/facts.json",
    "data/survey/A/1-x/ssh/1/tcp-22.jsonl",
    "data/assessments/f@1/assessment.json",
    "data/assessments/f@1/catalogue.json",
    "data/assessments/f@1/allure-results/1-result.json",
    "data/report/index.html",
]
CLASSES = [
    "record", "plan", "dossier", "bench", "answer", "record", "record", "facts", "capture",
    "verdict", "plan", "allure", "report",
]  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> DirectoryTree:
    for name in NAMES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return DirectoryTree(tmp_path)


def test_files_have_the_class_of_their_place():
    assert [class_of(name) for name in NAMES] == CLASSES


def test_each_assessment_is_a_part_of_its_own():
    assert {part_of(name) for name in NAMES} == {"survey", "assessments/f@1", "rest"}


def test_what_was_written_is_read_and_gives_the_same_roots(tree, tmp_path):
    made = make_manifest(tree, SaltSource(b"s" * 32))
    (tmp_path / "evb").mkdir()
    (tmp_path / MANIFEST).write_bytes(b"".join(entry.line() for entry in made))
    assert read_manifest(tree) == made
    assert sum(part.leaves for part in part_roots(made)) == len(NAMES)


def test_an_assessment_added_later_leaves_the_root_of_the_survey_alone(tree, tmp_path):
    salts = SaltSource(b"s" * 32)
    before = part_roots(make_manifest(tree, salts))
    later = tmp_path / "data/assessments/g@2/assessment.json"
    later.parent.mkdir(parents=True)
    later.write_text("{}")
    after = part_roots(make_manifest(tree, salts))
    assert set(before) < set(after)
    assert bundle_root(before) != bundle_root(after)


def test_equal_contents_under_other_salts_have_other_leaves(tree):
    one = make_manifest(tree, SaltSource(b"s" * 32))
    two = make_manifest(tree, SaltSource(b"t" * 32))
    assert all(a.sha256 == b.sha256 and a.leaf != b.leaf for a, b in zip(one, two, strict=True))
    assert len({entry.salt_c for entry in one} | {entry.salt_m for entry in one}) == 2 * len(one)


@pytest.mark.parametrize("line", [b"[]\n", b'{"path":"data/x"}\n', b"\xff\n", b"{}"])
def test_a_line_that_is_no_entry_is_an_error_with_its_number(tmp_path, line):
    (tmp_path / "evb").mkdir()
    (tmp_path / MANIFEST).write_bytes(line)
    with pytest.raises(EvidenceError, match="line 1"):
        read_manifest(DirectoryTree(tmp_path))


@pytest.mark.parametrize("size", [2**53, 10**80], ids=["unsafe", "enormous"])
def test_a_size_that_not_every_reader_keeps_is_an_error_with_its_line(tree, tmp_path, size):
    """Found by fuzzing: such a number has no canonical form, which was another kind of error."""
    entry = make_manifest(tree, SaltSource(b"s" * 32))[0]
    line = entry.line().replace(f'"size":{entry.size}'.encode(), f'"size":{size}'.encode())
    (tmp_path / "evb").mkdir()
    (tmp_path / MANIFEST).write_bytes(line)
    with pytest.raises(EvidenceError, match="line 1 is not a manifest entry"):
        read_manifest(tree)


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"])
PATHS = st.text(LETTERS, min_size=1, max_size=30).map("data/survey/".__add__)


@given(path=PATHS, size=st.integers(0, 2**53 - 1), seed=st.binary(min_size=64, max_size=64))
def test_both_ways_to_read_a_line_and_to_hash_it_agree(path, size, seed):
    entry = ManifestEntry(
        path=path,
        size=size,
        file_class=class_of(path),
        sha256=seed[:32].hex(),
        salt_m=seed[32:48].hex(),
        salt_c=seed[48:].hex(),
    )
    line = entry.line()
    assert load_strict(line) == entry.to_json()
    meta = canonical({"class": entry.file_class, "path": path, "size": size})
    assert entry.meta_commitment == hashlib.sha256(seed[32:48] + meta).hexdigest()
    usual = manifest._usual(line)
    plain = path.isascii() and path.isprintable() and not set(path) & {'"', "\\"}
    assert (usual is not None) == (plain and size < 10**15)
    if usual is not None:
        assert (usual, usual.leaf, usual.line()) == (entry, entry.leaf, line)


@given(seed=st.binary(min_size=64, max_size=64), data=st.data())
def test_a_line_of_another_form_is_never_read_the_quick_way(seed, data):
    entry = ManifestEntry(
        path="data/survey/A/1-x/ssh/1/tcp-22.jsonl",
        size=17,
        file_class="capture",
        sha256=seed[:32].hex(),
        salt_m=seed[32:48].hex(),
        salt_c=seed[48:].hex(),
    )
    line = bytearray(entry.line())
    line[data.draw(st.integers(0, len(line) - 1))] = data.draw(st.integers(0, 255))
    usual = manifest._usual(bytes(line))
    assert usual is None or usual.line() == line
