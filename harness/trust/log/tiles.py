"""The files of a log (c2sp.org/tlog-tiles): hashes in tiles of 256, entries in bundles of 256.

A tile at level 0 has leaf hashes; one at level n has the roots of full tiles at level n - 1. The
last tile of a level is usually partial and then bears its width in its name, so that no file is
ever changed: a longer log has further files. Whoever reads trusts none of them: what is read is
checked against the root of a signed checkpoint.
"""

import struct
from collections.abc import Collection, Iterator
from typing import Final

from harness.encoding.merkle import HASH_BYTES, node_hash, tree_root
from harness.encoding.tree import Tree, read
from harness.errors import EvidenceError, VerificationError
from harness.trust.log.entry import MAX_ENTRY_BYTES

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
"""Hashes in a full tile, entries in a full bundle."""
_LENGTH: Final = struct.Struct(">H")
_MAX_BUNDLE_BYTES: Final = WIDTH * (_LENGTH.size + MAX_ENTRY_BYTES)


def tile_name(level: int, index: int, width: int = WIDTH) -> str:
    """Name of a tile in the log, such as ``tile/0/x001/234`` or ``tile/1/000.p/17``."""
    return f"tile/{level}/{_place(index, width)}"


def bundle_name(index: int, width: int = WIDTH) -> str:
    """Name of an entry bundle, such as ``tile/entries/000.p/17``."""
    return f"tile/entries/{_place(index, width)}"


def _place(index: int, width: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    parts[:-1] = [f"x{part}" for part in parts[:-1]]
    return "/".join(parts) + (f".p/{width}" if width < WIDTH else "")


def pack_entries(entries: Collection[bytes]) -> bytes:
    """An entry bundle as a file.

    Raises:
        VerificationError: an entry longer than a bundle can hold.
    """
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise VerificationError(f"an entry is longer than {MAX_ENTRY_BYTES} bytes")
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def unpack_entries(data: bytes, width: int) -> list[bytes]:
    """The first ``width`` entries of a bundle, which may hold more.

    Raises:
        VerificationError: it ends too early, or in the middle of an entry.
    """
    found: list[bytes] = []
    place = 0
    while place < len(data):
        end = place + _LENGTH.size
        if end <= len(data):
            (length,) = _LENGTH.unpack_from(data, place)
            found.append(data[end : end + length])
            place = end + length
        if end > len(data) or place > len(data):
            raise VerificationError("the bundle ends in the middle of an entry")
    if len(found) < width:
        raise VerificationError(f"the bundle has {len(found)} entries, not {width}")
    return found[:width]


class Frontier:
    """The right edge of a tree: of each level the hashes of its last, partial tile.

    It is all that is needed to append to a tree and to know its root.
    """

    def __init__(self, size: int, levels: list[list[bytes]]) -> None:
        """Take the edge of a tree of ``size`` leaves; ``levels`` from the leaves upwards."""
        self.size = size
        self.levels = levels

    def root(self) -> bytes:
        """Root of the tree."""
        peaks: list[bytes] = []
        for hashes in reversed(self.levels):
            start = 0
            for bit in reversed(range(HEIGHT)):
                if len(hashes) & 1 << bit:
                    peaks.append(tree_root(hashes[start : start + (1 << bit)]))
                    start += 1 << bit
        if not peaks:
            return tree_root(())
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def append(self, hashes: list[bytes]) -> Iterator[tuple[str, bytes]]:
        """Add leaf hashes; yields each tile that is new, as name and content."""
        counts = [self.size >> HEIGHT * level for level in range(len(self.levels))]
        self.size += len(hashes)
        level = 0
        while hashes:
            if level == len(self.levels):
                self.levels.append([])
                counts.append(0)
            first = counts[level] >> HEIGHT
            every = self.levels[level] + hashes
            full = len(every) >> HEIGHT
            hashes = []
            for number in range(full):
                tile = every[number << HEIGHT : (number + 1) << HEIGHT]
                hashes.append(tree_root(tile))
                yield tile_name(level, first + number), b"".join(tile)
            self.levels[level] = every[full << HEIGHT :]
            if self.levels[level]:
                width = len(self.levels[level])
                yield tile_name(level, first + full, width), b"".join(self.levels[level])
            level += 1


class TileReader:
    """Reads the tree of ``size`` entries from a log's files."""

    def __init__(self, tree: Tree, size: int) -> None:
        """Read the log at ``tree`` as it was with ``size`` entries."""
        self._tree = tree
        self._tiles: dict[tuple[int, int], list[bytes]] = {}
        self.size = size

    def root_of(self, start: int, end: int) -> bytes:
        """Root of the subtree over a range of leaves, one of those that proofs are made of.

        Raises:
            EvidenceError: a tile is missing.
            VerificationError: a tile is too short.
        """
        peaks: list[bytes] = []
        while start < end:
            # The largest whole subtree that begins here; all before the last are ever smaller.
            height = (end - start).bit_length() - 1
            peaks.append(self._whole(start, height))
            start += 1 << height
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def frontier(self) -> Frontier:
        """The right edge; raises as `root_of`."""
        levels: list[list[bytes]] = []
        while count := self.size >> HEIGHT * len(levels):
            level = len(levels)
            levels.append(self._tile(level, count >> HEIGHT) if count % WIDTH else [])
        return Frontier(self.size, levels)

    def entries(self, index: int) -> list[bytes]:
        """The entries of one bundle; raises as `root_of`."""
        width = self._width(0, index)
        data = self._read(bundle_name(index, width), bundle_name(index), _MAX_BUNDLE_BYTES)
        try:
            return unpack_entries(data, width)
        except VerificationError as error:
            name = f"{self._tree.label}/{bundle_name(index, width)}"
            raise VerificationError(f"{name}: {error}") from error

    def find(self, wanted: Collection[bytes]) -> dict[bytes, int]:
        """Which of these leaf hashes are in the log, and where first; raises as `root_of`."""
        found: dict[bytes, int] = {}
        for index in range(-(-self.size // WIDTH)):
            hashes = self._load(0, index)
            for place, each in enumerate(hashes):
                if each in wanted:
                    found.setdefault(each, (index << HEIGHT) + place)
        return found

    def search(self, text: bytes) -> int | None:
        """Place of the last entry that contains ``text``; raises as `root_of`."""
        for index in reversed(range(-(-self.size // WIDTH))):
            for place, entry in reversed(list(enumerate(self.entries(index)))):
                if text in entry:
                    return (index << HEIGHT) + place
        return None

    def _whole(self, start: int, height: int) -> bytes:
        level, rest = divmod(height, HEIGHT)
        first = start >> HEIGHT * level
        place = first % WIDTH
        return tree_root(self._tile(level, first >> HEIGHT)[place : place + (1 << rest)])

    def _tile(self, level: int, index: int) -> list[bytes]:
        if (level, index) not in self._tiles:
            self._tiles[level, index] = self._load(level, index)
        return self._tiles[level, index]

    def _load(self, level: int, index: int) -> list[bytes]:
        width = self._width(level, index)
        name = tile_name(level, index, width)
        data = self._read(name, tile_name(level, index), WIDTH * HASH_BYTES)
        if len(data) < width * HASH_BYTES or len(data) % HASH_BYTES:
            raise VerificationError(
                f"{self._tree.label}/{name}: {len(data)} bytes, not {width * HASH_BYTES}"
            )
        return [
            data[place : place + HASH_BYTES] for place in range(0, width * HASH_BYTES, HASH_BYTES)
        ]

    def _width(self, level: int, index: int) -> int:
        return min(WIDTH, (self.size >> HEIGHT * level) - (index << HEIGHT))

    def _read(self, name: str, full: str, limit: int) -> bytes:
        """Read a file; a partial one may have been removed once the full one was there."""
        try:
            return read(self._tree, name, limit)
        except EvidenceError:
            if name == full:
                raise
        try:
            return read(self._tree, full, limit)
        except EvidenceError as error:
            raise EvidenceError(
                f"{self._tree.label}: no file {name!r}, nor the full one"
            ) from error
