"""A directory is read in place, and nothing outside of it ever is."""

import os

import pytest

from harness.encoding.tree import MAX_DOCUMENT_BYTES, DirectoryTree, SubTree, read
from harness.errors import EvidenceError

FILES = {"a": b"1", "folder/b": b"22", "folder/inner/c": b"", "folder.x": b"4"}


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    for name, data in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return DirectoryTree(root)


@pytest.fixture
def root(tree, tmp_path):
    return tmp_path / "tree"


def test_every_file_is_there_sorted_with_its_size(tree):
    assert tree.names() == tuple(sorted(FILES))
    assert {name: read(tree, name) for name in tree.names()} == FILES
    assert {name: tree.size(name) for name in tree.names()} == {
        name: len(data) for name, data in FILES.items()
    }


def test_a_part_of_it_is_read_under_shorter_names(tree):
    part = SubTree(tree, "folder")
    assert part.names() == ("b", "inner/c")
    assert read(part, "b") == b"22"


@pytest.mark.parametrize(
    "name",
    [
        "", "/", "a/", "/a", "//a", "folder//b", "./a", "folder/./b", "../a", "folder/../a", "..",
        "folder/..", "folder\\b", "a\0", "folder/\0/b", "none", "folder", "folder/none", "a/b",
        "none/b", "x" * 300, "x" * 300 + "/b", "\ud800", "\ud800/b",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_file_of_the_tree_is_an_error(tree, root, name):
    (root.parent / "a").write_bytes(b"outside")
    for ask in (tree.size, tree.open):
        with pytest.raises(EvidenceError):
            ask(name)


@pytest.mark.parametrize("name", ["link", "folder/link"])
def test_a_link_is_refused_wherever_it_points(tree, root, name):
    (root / name).symlink_to(root / "a")
    for ask in (tree.size, tree.open):
        with pytest.raises(EvidenceError, match="link"):
            ask(name)
    with pytest.raises(EvidenceError, match="link"):
        tree.names()


def test_a_file_behind_a_linked_folder_is_refused(tree, root):
    (root / "linked").symlink_to(root / "folder")
    for ask in (tree.size, tree.open):
        with pytest.raises(EvidenceError, match="link"):
            ask("linked/b")
        with pytest.raises(EvidenceError, match="link"):
            ask("linked/inner/c")


def test_what_would_block_is_refused(tree, root):
    os.mkfifo(root / "pipe")
    with pytest.raises(EvidenceError, match="no file 'pipe'"):
        tree.open("pipe")
    with pytest.raises(EvidenceError, match="special file"):
        tree.names()


def test_a_folder_that_appears_later_is_seen(tree, root):
    with pytest.raises(EvidenceError):
        tree.size("new/file")
    (root / "new").mkdir()
    (root / "new" / "file").write_bytes(b"now")
    assert tree.size("new/file") == 3


def test_only_a_directory_is_a_tree(root):
    with pytest.raises(EvidenceError, match="not a directory"):
        DirectoryTree(root / "a")


def test_a_document_may_be_smaller_at_most_than_a_capture(tmp_path):
    for name in ("large.json", "large.jsonl"):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(MAX_DOCUMENT_BYTES + 1)
    tree = DirectoryTree(tmp_path)
    assert len(read(tree, "large.jsonl")) == MAX_DOCUMENT_BYTES + 1
    with pytest.raises(EvidenceError, match=r"large\.json is larger than 33554432 bytes"):
        read(tree, "large.json")
