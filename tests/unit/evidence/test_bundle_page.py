"""The specification's example and tables against the code: second verifiers follow that page."""

import hashlib
import re
from pathlib import Path

import pytest

from harness.encoding.tree import DirectoryTree
from harness.evidence.manifest import (
    ManifestEntry,
    bundle_root,
    class_of,
    part_roots,
    read_manifest,
)
from harness.model.layout import MANIFEST
from harness.verify.report import Step

PAGE = (Path(__file__).parents[3] / "docs/reference/bundle.md").read_text()
EXAMPLE = PAGE[PAGE.index("### Example") : PAGE.index("## Editions")]
BLOCKS = re.findall(r"^```text\n(.*?)^```$", EXAMPLE, re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (\d+) \| ([a-z]*) ?\| ([a-z-]+) \|", re.MULTILINE)


def manifest(folder: Path, lines: str):
    (folder / "evb").mkdir(parents=True)
    (folder / MANIFEST).write_text(lines)
    return read_manifest(DirectoryTree(folder))


@pytest.fixture
def laboratory(tmp_path):
    return manifest(tmp_path / "laboratory", BLOCKS[1])


def test_the_example_has_the_contents_that_it_shows(laboratory):
    shown = dict(line.split("  ") for line in BLOCKS[0].splitlines())
    assert [entry.path for entry in laboratory] == sorted(shown)
    for entry in laboratory:
        assert isinstance(entry, ManifestEntry)
        content = shown[entry.path].encode()
        assert (entry.size, entry.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert entry.file_class == class_of(entry.path)


def test_the_numbers_of_the_example_are_those_of_the_code(laboratory):
    said = dict(line.split(" = ") for line in re.sub(r" +=", " =", BLOCKS[2]).splitlines())
    (capture,) = (entry for entry in laboratory if entry.file_class == "capture")
    roots = part_roots(laboratory)
    assert said == {
        "H_m": capture.meta_commitment,
        "H_c": capture.content_commitment,
        "leaf": capture.leaf.hex(),
        **{part.part: part.root for part in roots},
        "bundle": bundle_root(roots),
    }


def test_the_public_edition_of_the_example_has_the_same_roots(laboratory, tmp_path):
    public = manifest(tmp_path / "public", BLOCKS[3])
    assert {entry.level.value for entry in public} == {"full", "metadata", "withheld"}
    assert part_roots(public) == part_roots(laboratory)


def test_the_table_of_steps_is_that_of_the_verifier():
    rows, section = [], ""
    for number, named, step in ROW.findall(PAGE):
        section = named or section
        rows.append((int(number), section, step))
    assert rows == [(step.number, step.section.value, step.label) for step in Step]
