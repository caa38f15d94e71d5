"""The zip reader agrees with the writer, and survives everything else."""

import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.encoding.tree import DirectoryTree, read
from harness.errors import EvidenceError
from harness.evidence.archive import open_bundle, write_zip
from harness.evidence.zip_tree import ZipTree

FILES = {
    "data/a.txt": b"hello " * 1000,
    "data/empty": b"",
    "data/n\u00e4me.bin": bytes(range(256)) * 300,
    "data/zeros": bytes(3_000_000),
    "bagit.txt": b"BagIt-Version: 1.0\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "tree"


@pytest.fixture
def archive(folder: Path) -> Path:
    target = folder.parent / "tree.zip"
    write_zip(DirectoryTree(folder), target)
    return target


def test_what_was_written_is_read_in_place(archive):
    tree = open_bundle(archive)
    assert tree.names() == tuple(sorted(FILES))
    assert {name: read(tree, name) for name in tree.names()} == FILES
    assert all(tree.size(name) == len(data) for name, data in FILES.items())


def test_the_standard_library_reads_it_too(archive):
    with zipfile.ZipFile(archive) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == FILES


def test_two_runs_give_the_same_bytes_whatever_the_files_times_are(folder, archive):
    for path in folder.rglob("*"):
        path.touch()
    other = folder.parent / "other.zip"
    write_zip(DirectoryTree(folder), other)
    assert other.read_bytes() == archive.read_bytes()


def test_a_missing_file_is_an_error_that_names_it(archive):
    with pytest.raises(EvidenceError, match="data/none"):
        ZipTree(archive).open("data/none")


def test_an_entry_that_unpacks_to_more_than_it_claims_is_cut_off(tmp_path):
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a", bytes(1000))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(signature) + offset
        data[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with pytest.raises(EvidenceError, match="a: is longer than"):
        read(ZipTree(path), "a")


def _walk(path: Path) -> None:
    try:
        tree = ZipTree(path)
        for name in tree.names():
            read(tree, name, 10_000_000)
    except EvidenceError:
        return


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6))
def test_a_damaged_archive_is_read_or_refused_and_never_anything_else(archive, changes):
    data = bytearray(archive.read_bytes()[-2000:])
    whole = bytearray(archive.read_bytes())
    start = len(whole) - len(data)
    for place, value in changes:
        whole[start + place % len(data)] = value
    with tempfile.NamedTemporaryFile() as stream:
        stream.write(whole)
        stream.flush()
        _walk(Path(stream.name))


@given(st.binary(max_size=400))
def test_noise_is_no_archive(data):
    with tempfile.NamedTemporaryFile() as stream:
        stream.write(data)
        stream.flush()
        with pytest.raises(EvidenceError):
            ZipTree(Path(stream.name))
