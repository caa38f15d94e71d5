"""Tiles and bundles: names, the right edge, and files that are not what they should be."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.encoding.merkle import (
    consistency_proof,
    consistency_ranges,
    inclusion_proof,
    inclusion_ranges,
    leaf_hash,
    tree_root,
)
from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError, VerificationError
from harness.trust.log.files import write_files
from harness.trust.log.tiles import (
    Frontier,
    TileReader,
    bundle_name,
    pack_entries,
    tile_name,
    unpack_entries,
)


@pytest.mark.parametrize(
    ("index", "width", "expected"),
    [
        (0, 256, "000"),
        (0, 17, "000.p/17"),
        (999, 256, "999"),
        (1000, 256, "x001/000"),
        (1234067, 256, "x001/x234/067"),
        (1234067, 1, "x001/x234/067.p/1"),
    ],
)
def test_names_are_those_of_the_specification(index, width, expected):
    assert tile_name(1, index, width) == f"tile/1/{expected}"
    assert bundle_name(index, width) == f"tile/entries/{expected}"


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts():
    hashes = [hashlib.sha256(number.to_bytes(4)).digest() for number in range(70_000)]
    written = dict(Frontier(0, []).append(hashes))
    of_level = {level: [n for n in written if n.startswith(f"tile/{level}/")] for level in range(4)}
    assert len(of_level[0]) == 274
    assert tile_name(0, 273, 112) in written
    assert sorted(of_level[1]) == ["tile/1/000", "tile/1/001.p/17"]
    assert of_level[2] == ["tile/2/000.p/1"]
    assert not of_level[3]
    assert {len(data) for name, data in written.items() if ".p" not in name} == {8192}


def test_a_tree_of_256_has_a_full_tile_and_one_above():
    written = dict(Frontier(0, []).append([bytes([n]) * 32 for n in range(256)]))
    assert set(written) == {"tile/0/000", "tile/1/000.p/1"}


@pytest.mark.parametrize("steps", [[1] * 20, [255, 1, 1], [256, 256], [300, 0, 700], [65536, 1]])
def test_the_edge_knows_the_root_however_the_tree_grew(steps):
    frontier, hashes = Frontier(0, []), []
    for step in steps:
        new = [leaf_hash((len(hashes) + n).to_bytes(4)) for n in range(step)]
        for _ in frontier.append(new):
            pass
        hashes += new
        assert frontier.size == len(hashes)
        assert frontier.root() == tree_root(hashes)


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A log's tiles over 66,000 hashes: three levels."""
    folder = tmp_path_factory.mktemp("big")
    hashes = [leaf_hash(number.to_bytes(4)) for number in range(66_000)]
    write_files(folder, Frontier(0, []).append(list(hashes)))
    return DirectoryTree(folder), hashes


@pytest.mark.parametrize("size", [256, 512, 65_536, 66_000])
def test_proofs_from_tiles_are_those_from_all_leaves(big, size):
    tree, hashes = big  # written at once, so partial tiles are there for the last size only
    reader, leaves = TileReader(tree, size), hashes[:size]
    assert reader.frontier().root() == tree_root(leaves)
    for part in (1, 2, 3, size // 3, size // 2, size - 1, size):
        path = tuple(reader.root_of(*each) for each in inclusion_ranges(part - 1, size))
        assert path == inclusion_proof(leaves, part - 1)
        ranges = consistency_ranges(part, size)
        told = ranges[1:] if ranges[0][0] == 0 else ranges
        assert tuple(reader.root_of(*each) for each in told) == consistency_proof(leaves, part)


def test_entries_come_back_and_only_as_many_as_asked_for():
    entries = [b"", b"a", b"x" * 65535]
    assert unpack_entries(pack_entries(entries), 3) == entries
    assert unpack_entries(pack_entries(entries), 2) == entries[:2]


def test_an_entry_that_no_bundle_can_hold_is_refused():
    with pytest.raises(VerificationError, match="longer"):
        pack_entries([b"x" * 65536])


@pytest.mark.parametrize("data", [b"\0", b"\0\1", b"\0\2a", b"\0\1a\0"])
def test_a_bundle_that_ends_too_early_is_refused(data):
    with pytest.raises(VerificationError):
        unpack_entries(data, 1)


def test_a_bundle_with_too_few_entries_is_refused():
    with pytest.raises(VerificationError, match="1 entries, not 2"):
        unpack_entries(b"\0\1a", 2)


@given(st.binary(max_size=300), st.integers(1, 256))
def test_any_bytes_are_a_bundle_or_refused(data, width):
    try:
        found = unpack_entries(data, width)
    except VerificationError:
        return
    assert len(found) == width
    assert data.startswith(pack_entries(found))


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=20))
def test_every_bundle_survives_writing_and_reading(entries):
    assert unpack_entries(pack_entries(entries), len(entries)) == entries


def test_a_full_tile_stands_in_for_a_partial_one_that_was_removed(new_log):
    log = new_log()
    log.grow(*(b"%d" % n for n in range(300)))
    early = TileReader(log.tree, 200)
    assert early.frontier().root() == tree_root([leaf_hash(b"%d" % n) for n in range(200)])
    assert early.entries(0) == [b"%d" % n for n in range(200)]


@pytest.mark.parametrize("size", [31, 32 * 5 - 1, 32 * 4, 0])
def test_a_truncated_tile_is_named(new_log, size):
    log = new_log()
    log.grow(*(b"%d" % n for n in range(5)))
    tile = log.folder / "tile/0/000.p/5"
    tile.write_bytes(tile.read_bytes()[:size])
    with pytest.raises(VerificationError, match=r"tile/0/000\.p/5"):
        TileReader(log.tree, 5).frontier()


def test_a_tile_that_is_too_large_is_not_read(new_log):
    log = new_log()
    log.grow(b"a")
    (log.folder / "tile/0/000.p/1").write_bytes(b"x" * 9000)
    with pytest.raises(EvidenceError):
        TileReader(log.tree, 1).frontier()


def test_a_missing_tile_is_named(new_log):
    log = new_log()
    log.grow(b"a")
    (log.folder / "tile/0/000.p/1").unlink()
    with pytest.raises(EvidenceError, match=r"tile/0/000\.p/1"):
        TileReader(log.tree, 1).frontier()


def test_a_link_in_place_of_a_tile_is_not_followed(new_log, tmp_path):
    log = new_log()
    log.grow(b"a")
    tile = log.folder / "tile/0/000.p/1"
    tile.rename(tmp_path / "elsewhere")
    tile.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EvidenceError):
        TileReader(log.tree, 1).frontier()
