"""What stands at a place in a capture, in a few harmless lines for a person.

A bundle may be hostile: a path counts only if the survey has such a file, lines are read one by one
and bounded, all reading together has a budget, and everything shown is neutralised.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Final

from harness.encoding.btsnoop import HciPacket
from harness.encoding.canonical import load_strict
from harness.encoding.journal import MAX_LINE_BYTES
from harness.encoding.text import neutralise
from harness.encoding.tree import Tree
from harness.errors import CaptureError, EvidenceError
from harness.model.external import FOLDER as EXTERNAL
from harness.model.observation import EvidenceRef
from harness.report import packets

_BUDGET_BYTES: Final = 256 * 1024 * 1024
"""For everything that one `Excerpts` reads."""
_STRIDE_BYTES: Final = 64 * 1024
"""How far apart the lines are that are found again without reading the file from its start."""
_LINE: Final = re.compile(r"line ([1-9][0-9]{0,8})")
_PACKET: Final = re.compile(r"packet ([1-9][0-9]{0,8})")
_PORT: Final = re.compile(r"port ([0-9]{1,5})")
_SHOWN: Final = 240
_ROWS: Final = 8
"""Most lines of one text that are shown."""
_LAST: Final = {"body": 1, "request_headers": 2}
"""What the device said comes before what the bench asked."""
_HEX_BYTES: Final = 48
_MOSTLY: Final = 0.85
_DULL: Final = frozenset({"n", "t", "kind"})
_MASK: Final = "[secret]"
_MIN_SECRET: Final = 4
"""Shorter ones would be found by chance everywhere."""


@dataclass(frozen=True)
class Excerpt:
    """One place of evidence.

    Attributes:
        path, where: as the reference has them, harmless to show.
        lines: what stands there, at most a few.
        note: why nothing is shown; ``""`` if something is.
    """

    path: str
    where: str
    lines: tuple[str, ...]
    note: str = ""


class Excerpts:
    """Quotes captures of one survey."""

    def __init__(self, survey: Tree, secrets: Sequence[str] = ()) -> None:
        """Quote from ``survey``, the tree below ``survey/``; ``secrets`` are masked."""
        self._survey = survey
        self._names = frozenset(survey.names())
        self._secrets = tuple(secret for secret in secrets if len(secret) >= _MIN_SECRET)
        self._left = _BUDGET_BYTES
        self._marks: dict[str, list[tuple[int, int]]] = {}

    def at(self, ref: EvidenceRef) -> Excerpt:
        """What stands at ``ref``; never raises for what a bundle may hold."""
        path, where = neutralise(ref.path), neutralise(ref.where, 100)
        if ref.path not in self._names:
            return Excerpt(path, where, (), "no such capture in this evidence")
        if ref.path.startswith(EXTERNAL):
            return Excerpt(path, where, (), "a document of a third party, which is not opened")
        try:
            lines = tuple(self._found(ref))
        except (CaptureError, EvidenceError, ValueError) as error:
            return Excerpt(path, where, (), f"cannot be read: {neutralise(str(error), 200)}")
        if not lines:
            why = "there is no such place" if self._left > 0 else "too much evidence to read it all"
            return Excerpt(path, where, (), why)
        return Excerpt(path, where, lines)

    def _found(self, ref: EvidenceRef) -> Iterator[str]:
        with self._survey.open(ref.path) as stream:
            if wanted := _LINE.fullmatch(ref.where):
                yield from self._at_line(ref.path, stream, int(wanted[1]))
            elif wanted := _PACKET.fullmatch(ref.where):
                yield from self._at_packet(ref.path, stream, int(wanted[1]))
            elif mark := _mark(ref.where):
                yield from self._with_mark(stream, mark)

    def _at_line(self, path: str, stream: IO[bytes], number: int) -> Iterator[str]:
        """The record on a line, after the one before it, which it mostly answers."""
        before = b""
        for count, line in self._from_near(path, stream, number):
            if count == number:
                if count > 2:  # noqa: PLR2004  (the first line is a journal's header)
                    yield from islice(self._shown(before), _ROWS)
                yield from self._shown(line)
                return
            before = line

    def _from_near(self, path: str, stream: IO[bytes], number: int) -> Iterator[tuple[int, bytes]]:
        """Numbered lines from somewhere before the line before ``number``."""
        marks = self._marks.setdefault(path, [(1, 0)])
        known = [mark for mark in marks if mark[0] < number] if stream.seekable() else []
        first, offset = max(known, default=(1, 0))
        if offset:
            stream.seek(offset)
        for count, line in enumerate(self._lines(stream), first):
            yield count, line
            offset += len(line)
            if offset - marks[-1][1] >= _STRIDE_BYTES:
                marks.append((count + 1, offset))

    def _at_packet(self, path: str, stream: IO[bytes], number: int) -> Iterator[str]:
        """A Bluetooth packet, with the one that it answers or that answers it."""
        marks = self._marks.setdefault(path, [(1, 0)])
        earliest = number - packets.ON_THE_WAY
        known = [mark for mark in marks if mark[0] <= earliest] if stream.seekable() else []
        first, offset = max(known, default=(1, 0))
        if offset:
            stream.seek(offset)
        near: deque[HciPacket] = deque(maxlen=2 * packets.ON_THE_WAY + 1)
        offset = offset or packets.HEADER_BYTES
        for size, packet in packets.read_from(stream, first):
            self._left -= size
            near.append(packet)
            if packet.number >= number + packets.ON_THE_WAY or self._left <= 0:
                break
            offset += size
            if offset - marks[-1][1] >= _STRIDE_BYTES:
                marks.append((packet.number + 1, offset))
        earlier = [each for each in near if each.number <= number]
        later = [each for each in near if each.number > number]
        if earlier and earlier[-1].number == number:
            lines = packets.quoted(earlier, later)
            yield from (neutralise(self.masked(line), _SHOWN) for line in lines)

    def _with_mark(self, stream: IO[bytes], mark: bytes) -> Iterator[str]:
        for line in self._lines(stream):
            at = line.find(mark)
            if at >= 0:
                text = line[at : at + _SHOWN].decode("utf-8", "replace").partition("</port>")[0]
                yield neutralise(self.masked(text.strip()), _SHOWN)
                return

    def _lines(self, stream: IO[bytes]) -> Iterator[bytes]:
        while self._left > 0 and (line := stream.readline(MAX_LINE_BYTES)):
            self._left -= len(line)
            yield line

    def _shown(self, line: bytes) -> Iterator[str]:
        try:
            record = load_strict(line)
        except CaptureError:
            record = line.decode("utf-8", "replace").rstrip("\n")
        if isinstance(record, dict):
            yield from self._record(record)
        else:
            yield neutralise(self.masked(str(record)), _SHOWN)

    def _record(self, record: Mapping[str, Any]) -> Iterator[str]:
        """What it is and its short fields in one line, then each text of several lines."""
        fields = [
            (name, value)
            for name, value in record.items()
            if name not in _DULL and value not in ("", [], {}, None)
        ]
        rows = {name: found for name, value in fields if (found := self._rows(value))}
        inline = [field for field in fields if field[0] not in rows]
        short = [
            f"{neutralise(name, 40)} {self._value(value)}"
            for name, value in sorted(inline, key=lambda field: _is_long(field[1]))
        ]
        head = neutralise(str(record.get("kind", "record")), 40)
        yield f"{head}: {'; '.join(short)}"[: 3 * _SHOWN]
        for name in sorted(rows, key=lambda name: _LAST.get(name, 0)):
            yield f"  {neutralise(name, 40)}:"
            yield from (f"    {neutralise(row, _SHOWN)}" for row in rows[name][:_ROWS])
            if len(rows[name]) > _ROWS:
                yield f"    ... {len(rows[name]) - _ROWS} more lines"

    def _rows(self, value: Any) -> list[str]:  # noqa: ANN401  (any JSON value)
        """The lines of a text or of a list of headers; none if it is no text of several lines."""
        if isinstance(value, list) and all(map(_is_pair, value)):
            return [self.masked(f"{name}: {said}") for name, said in value]
        if not isinstance(value, str):
            return []
        text = self.masked(value)
        rows = text.rstrip("\r\n").split("\r\n" if "\r\n" in text else "\n")
        return rows if len(rows) > 1 and _is_text(text) else []

    def _value(self, value: Any) -> str:  # noqa: ANN401  (any JSON value)
        if not isinstance(value, str):
            return neutralise(self.masked(str(value)), _SHOWN)
        text = self.masked(value)
        if _is_text(text) or any(ord(character) > 0xFF for character in text):  # noqa: PLR2004  (a byte)
            return f'"{neutralise(text, _SHOWN)}"'
        return _hex(text.encode("latin-1"))

    def masked(self, text: str) -> str:
        """``text`` without the secrets that are known, where they stand in clear."""
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        return text


def _mark(where: str) -> bytes:
    """How a place that is no line is found in nmap's XML; empty if it cannot be."""
    if port := _PORT.fullmatch(where):
        return f'portid="{port[1]}"'.encode()
    return b'<extraports state="closed"' if where == "extraports closed" else b""


def _is_text(text: str) -> bool:
    printable = sum(character.isprintable() or character in "\r\n\t" for character in text)
    return printable >= _MOSTLY * len(text)


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and list(map(type, value)) == [str, str]


def _is_long(value: object) -> bool:
    """Short fields come first: they say what a long one is."""
    return len(str(value)) > 40  # noqa: PLR2004  (about half a line)


def _hex(data: bytes) -> str:
    more = f" ... ({len(data)} bytes)" if len(data) > _HEX_BYTES else ""
    return f"hex {data[:_HEX_BYTES].hex(' ')}{more}"
