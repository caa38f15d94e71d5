"""The zip reader agrees with the writer, and survives everything else."""

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
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


def _changed(path: Path, change: Callable[[zipfile.ZipInfo], None]) -> Path:
    info = zipfile.ZipInfo("a")
    change(info)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(info, b"content")
    return path


def test_extra_fields_are_refused_since_some_readers_take_names_and_sizes_from_them(tmp_path):
    """The Unicode path field (APPNOTE 4.6.9) gives the file another name where it is known."""
    field = struct.pack("<HHBL4s", 0x7075, 9, 1, zlib.crc32(b"a"), b"evil")
    path = _changed(tmp_path / "x.zip", lambda info: setattr(info, "extra", field))
    with pytest.raises(EvidenceError, match="a: has an extra field"):
        ZipTree(path)


def test_an_extra_field_of_the_local_header_alone_is_refused(tmp_path):
    path = _changed(tmp_path / "x.zip", lambda info: setattr(info, "extra", b"AB\x02\x00xy"))
    data = path.read_bytes()
    place = data.index(b"PK\x01\x02")
    directory = bytearray(data[place:].replace(b"AB\x02\x00xy", b""))
    directory[30:32] = bytes(2)
    end = directory.index(b"PK\x05\x06")
    directory[end + 12 : end + 16] = end.to_bytes(4, "little")
    path.write_bytes(data[:place] + directory)
    assert zipfile.ZipFile(path).read("a") == b"content"
    with pytest.raises(EvidenceError, match="a: has an extra field"):
        ZipTree(path)


def test_what_needs_a_newer_reader_is_refused(tmp_path):
    path = _changed(tmp_path / "x.zip", lambda info: setattr(info, "extract_version", 45))
    with pytest.raises(EvidenceError, match="a: is packed by a method that is not accepted"):
        ZipTree(path)


def _walk(path: Path) -> None:
    try:
        tree = ZipTree(path)
        for name in tree.names():
            read(tree, name, 10_000_000)
    except EvidenceError:
        return


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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
