"""A zip archive read in place and strictly; a hostile archive is an error that names the entry.

Own reader, since the ones at hand are lenient where evidence must not be (PKWARE APPNOTE 6.3.10):
they cut names at NUL, keep the last of two equal names, and unpack a thousandfold without a word.
Accepted is one plain layout: local entries back to back from the first byte, the central directory
right behind them, the end record as the last bytes. So no byte of the file belongs to nothing, and
nothing belongs to two entries.
"""

import io
import stat
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NoReturn

from typing_extensions import Buffer, override

from harness.encoding.text import neutralise
from harness.errors import EvidenceError
from harness.evidence.names import problems

MAX_ENTRIES: Final = 65_534
MAX_ENTRY_BYTES: Final = 2 * 1024**3
MAX_TOTAL_BYTES: Final = 16 * 1024**3
MAX_RATIO: Final = 200
"""Largest expansion of an entry; the writer stores what would exceed half of it."""
_MAX_DIRECTORY_BYTES: Final = 64 * 1024 * 1024
_END: Final = struct.Struct("<4s4H2LH")
_CENTRAL: Final = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL: Final = struct.Struct("<4s2B4HL2L2H")
_STORED: Final = 0
_DEFLATED: Final = 8
_UTF8: Final = 0x800
_ALLOWED_FLAGS: Final = _UTF8 | 0x6
_VERSION: Final = 20
"""What a reader must know to unpack deflated files (section 4.4.3): 2.0 and no more."""
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True)
class ZipEntry:
    """One file of the archive, as the central directory describes it."""

    name: str
    raw_name: bytes
    version: int
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    external: int


class ZipTree:
    """Read-only view of a zip archive; implements `harness.encoding.tree.Tree`."""

    def __init__(self, path: Path) -> None:
        """Check the whole layout; no content is unpacked yet.

        Raises:
            EvidenceError: not a zip of the accepted form; names the entry that is wrong.
        """
        self._path = path
        try:
            with path.open("rb") as stream:
                entries = _Layout(path, stream).entries()
        except OSError as error:
            message = f"{path}: cannot be read: {error.strerror}"
            raise EvidenceError(message) from error
        self._entries = {entry.name: (entry, start) for entry, start in entries}

    @property
    def label(self) -> str:
        """The archive's path."""
        return str(self._path)

    def names(self) -> tuple[str, ...]:
        """Every file's name, sorted."""
        return tuple(sorted(self._entries))

    def size(self, name: str) -> int:
        """Size in bytes, unpacked, as the directory claims and `open` enforces."""
        return self._entry(name)[0].size

    def open(self, name: str) -> IO[bytes]:
        """Unpack while reading; a wrong length or checksum is an EvidenceError when met."""
        entry, start = self._entry(name)
        raw = self._path.open("rb", buffering=0)
        raw.seek(start)
        return io.BufferedReader(_EntryStream(raw, entry, self.label), _CHUNK)

    def _entry(self, name: str) -> tuple[ZipEntry, int]:
        found = self._entries.get(name)
        if found is None:
            message = f"{self.label}: no file {name!r}"
            raise EvidenceError(message)
        return found


class _Layout:
    """The layout of one archive, checked from the end record to the first byte."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self._label = str(path)
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)

    def _fail(self, problem: str, name: str = "") -> NoReturn:
        place = f"{self._label}: {neutralise(name, 200)}" if name else self._label
        message = f"{place}: {problem}"
        raise EvidenceError(message)

    def _read(self, offset: int, count: int) -> bytes:
        self._stream.seek(offset)
        data = self._stream.read(count)
        if len(data) != count:
            self._fail("the archive is cut off")
        return data

    def entries(self) -> list[tuple[ZipEntry, int]]:
        """Every entry with the offset of its data."""
        count, size, offset = self._end_record()
        listed = self._directory(self._read(offset, size), count)
        for name, problem in problems(entry.name for entry in listed):
            self._fail(f"the name {problem}", name)
        if sum(entry.size for entry in listed) > MAX_TOTAL_BYTES:
            self._fail(f"holds more than {MAX_TOTAL_BYTES} bytes")
        found, position = [], 0
        for entry in sorted(listed, key=lambda entry: entry.offset):
            if entry.offset != position:
                self._fail("overlaps another entry or follows hidden bytes", entry.name)
            start = self._local_header(entry)
            position = start + entry.packed
            found.append((entry, start))
        if position != offset:
            self._fail("there are bytes between the last entry and the directory")
        return found

    def _end_record(self) -> tuple[int, int, int]:
        if self._size < _END.size:
            self._fail("not a zip archive")
        fields = _END.unpack(self._read(self._size - _END.size, _END.size))
        signature, disk, start_disk, here, count, size, offset, comment = fields
        if signature != b"PK\x05\x06" or comment:
            self._fail("not a zip archive, or cut off: no end record as its last bytes")
        if disk or start_disk or here != count:
            self._fail("an archive over several disks is not accepted")
        if count > MAX_ENTRIES or size > _MAX_DIRECTORY_BYTES:
            self._fail(f"more than {MAX_ENTRIES} entries are not accepted")
        if offset + size + _END.size != self._size:
            self._fail("the directory is not where the end record says")
        return count, size, offset

    def _directory(self, data: bytes, count: int) -> list[ZipEntry]:
        entries: list[ZipEntry] = []
        position = 0
        for _ in range(count):
            if len(data) - position < _CENTRAL.size:
                self._fail("the directory is cut off")
            fields = _CENTRAL.unpack_from(data, position)
            if fields[0] != b"PK\x01\x02":
                self._fail("the directory is damaged")
            name_size, extra_size, comment_size = fields[12:15]
            end = position + _CENTRAL.size + name_size + extra_size + comment_size
            if end > len(data):
                self._fail("the directory is cut off")
            raw = data[position + _CENTRAL.size :][:name_size]
            entries.append(
                self._checked(_entry_of(fields, raw, self._name(raw, fields[5])), fields)
            )
            position = end
        if position != len(data):
            self._fail("the directory holds more than its entries")
        return entries

    def _name(self, raw: bytes, flags: int) -> str:
        try:
            return raw.decode("utf-8" if flags & _UTF8 else "ascii")
        except UnicodeDecodeError:
            self._fail("a name is not valid UTF-8", raw.decode("latin-1"))

    def _checked(self, entry: ZipEntry, fields: tuple[int, ...]) -> ZipEntry:
        if entry.flags & ~_ALLOWED_FLAGS:
            self._fail("is encrypted or written in a way that is not accepted", entry.name)
        if entry.method not in {_STORED, _DEFLATED} or fields[3] > _VERSION or fields[4]:
            self._fail("is packed by a method that is not accepted", entry.name)
        if any(fields[13:16]):
            self._fail("has an extra field or comment, or lies on another disk", entry.name)
        self._check_kind(entry)
        self._check_size(entry)
        return entry

    def _check_kind(self, entry: ZipEntry) -> None:
        special = stat.S_IFMT(entry.external >> 16) not in {0, stat.S_IFREG}
        if special or entry.external & 0x10 or entry.name.endswith("/"):
            self._fail("is a link, folder or special file, not a plain file", entry.name)

    def _check_size(self, entry: ZipEntry) -> None:
        if entry.size > MAX_ENTRY_BYTES:
            self._fail(f"is larger than {MAX_ENTRY_BYTES} bytes", entry.name)
        if entry.method == _STORED and entry.size != entry.packed:
            self._fail("claims two sizes", entry.name)
        if entry.size > max(entry.packed, 1) * MAX_RATIO:
            self._fail(f"expands more than {MAX_RATIO} times", entry.name)

    def _local_header(self, entry: ZipEntry) -> int:
        fields = _LOCAL.unpack(self._read(entry.offset, _LOCAL.size))
        name_size, extra_size = fields[10:12]
        raw = self._read(entry.offset + _LOCAL.size, name_size)
        if extra_size:  # Others take names and sizes from these, and nobody sees the rest.
            self._fail("has an extra field", entry.name)
        local = (*fields[:5], *fields[7:10], raw)
        told = (
            b"PK\x03\x04",
            entry.version,
            0,
            entry.flags,
            entry.method,
            entry.crc,
            entry.packed,
            entry.size,
            entry.raw_name,
        )
        if local != told:
            self._fail("is described differently in directory and entry", entry.name)
        return entry.offset + _LOCAL.size + int(name_size)


def _entry_of(fields: tuple[int, ...], raw: bytes, name: str) -> ZipEntry:
    return ZipEntry(
        name=name,
        raw_name=raw,
        version=fields[3],
        flags=fields[5],
        method=fields[6],
        crc=fields[9],
        packed=fields[10],
        size=fields[11],
        offset=fields[18],
        external=fields[17],
    )


class _EntryStream(io.RawIOBase):
    """One entry's content, unpacked piece by piece, never beyond the size that it claims."""

    def __init__(self, raw: IO[bytes], entry: ZipEntry, label: str) -> None:
        self._raw = raw
        self._entry = entry
        self._label = label
        self._packed_left = entry.packed
        self._left = entry.size
        self._crc = 0
        self._ready = b""
        self._inflate = zlib.decompressobj(-15) if entry.method == _DEFLATED else None

    @override
    def readable(self) -> bool:
        return True

    @override
    def close(self) -> None:
        self._raw.close()
        super().close()

    @override
    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        inflate = self._inflate
        count = self._deflated(view, inflate) if inflate else self._stored(view)
        if not count and len(view):
            self._finish()
        return count

    def _stored(self, view: memoryview) -> int:
        """Read where the caller wants it: most of a large bundle is stored."""
        piece = view[: self._left]
        count = self._raw.readinto(piece) if piece else 0  # type: ignore[attr-defined]  # a file
        if piece and not count:
            self._fail("ends before its size is reached")
        self._packed_left -= count
        self._left -= count
        self._crc = zlib.crc32(piece[:count], self._crc)
        return int(count)

    def _deflated(self, view: memoryview, inflate: "zlib._Decompress") -> int:
        while not self._ready and self._left:
            self._ready = self._unpack(inflate)
            self._left -= len(self._ready)
            self._crc = zlib.crc32(self._ready, self._crc)
        piece = self._ready[: len(view)]
        self._ready = self._ready[len(piece) :]
        view[: len(piece)] = piece
        return len(piece)

    def _fail(self, problem: str) -> NoReturn:
        message = f"{self._label}: {self._entry.name}: {problem}"
        raise EvidenceError(message)

    def _packed(self) -> bytes:
        piece = self._raw.read(min(_CHUNK, self._packed_left))
        if not piece:
            self._fail("ends before its size is reached")
        self._packed_left -= len(piece)
        return piece

    def _unpack(self, inflate: "zlib._Decompress") -> bytes:
        if inflate.eof:
            self._fail("ends before its size is reached")
        data = inflate.unconsumed_tail or self._packed()
        try:
            return inflate.decompress(data, min(_CHUNK, self._left))
        except zlib.error:
            self._fail("cannot be unpacked")

    def _finish(self) -> None:
        if self._inflate is not None and not self._inflate.eof:
            self._drain(self._inflate)
        if self._packed_left or self._crc != self._entry.crc:
            self._fail("its content is not what the archive's checksum says")

    def _drain(self, inflate: "zlib._Decompress") -> None:
        """Read the end mark of the deflate stream; anything more than that is too much."""
        while not inflate.eof:
            data = inflate.unconsumed_tail or self._packed()
            try:
                extra = inflate.decompress(data, 1)
            except zlib.error:
                self._fail("cannot be unpacked")
            if extra:
                self._fail("is longer than the size that it claims")
        if inflate.unused_data:
            self._fail("holds bytes behind its content")
