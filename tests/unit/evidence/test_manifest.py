"""Salted leaves: what they commit to, and how parts make a root."""

from pathlib import Path

import pytest

from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError
from harness.evidence.manifest import (
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
