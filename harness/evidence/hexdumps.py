"""Hexadecimal dumps with offsets: what their rows say together.

A console shows memory as rows of an offset, bytes in hexadecimal digits and perhaps the same in
characters (``xxd``, ``hexdump -C``, ``md.b`` of U-Boot). A secret that goes over the end of a row
stands in no text as such. Words whose bytes are swapped (``md.l``) are read as they stand.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_ROW: Final = re.compile(
    r"^[ \t]*(?:0x)?([0-9A-Fa-f]{4,16}):?[ \t]+"
    r"((?:[0-9A-Fa-f]{2}){1,8}(?:[ \t]{1,2}(?:[0-9A-Fa-f]{2}){1,8}){0,31})"
    r"(?![0-9A-Fa-f])[^\r\n]{0,80}",
    re.MULTILINE,
)
_PAIR: Final = re.compile("[0-9A-Fa-f]{2}")
_WIDEST: Final = 256
_CAPITALS: Final = frozenset("ABCDEF")


@dataclass(frozen=True)
class _Byte:
    """One byte of a dump: where its digits stand, and its character; -1 if that stands nowhere."""

    digits: int
    character: int
    value: int


def scrub_dumps(text: str, scrub: Callable[[str], str]) -> str:
    """Apply ``scrub``, which keeps the length, to what the dumps in a text say."""
    found = list(_dumps(text))
    if not found:
        return text
    chars = list(text)
    for dump in found:
        capital = any(_CAPITALS & set(text[byte.digits : byte.digits + 2]) for byte in dump)
        for byte, new in zip(dump, scrub(_said(dump)), strict=True):
            if ord(new) == byte.value:
                continue
            spelt = f"{ord(new) & 0xFF:02x}"
            chars[byte.digits : byte.digits + 2] = spelt.upper() if capital else spelt
            if byte.character >= 0:
                chars[byte.character] = new
    return "".join(chars)


def dumped(text: str) -> Iterator[str]:
    """What each dump in a text says, one character a byte."""
    return (_said(dump) for dump in _dumps(text))


def _said(dump: list[_Byte]) -> str:
    return "".join(chr(byte.value) for byte in dump)


def _dumps(text: str) -> Iterator[list[_Byte]]:
    """Rows whose offsets follow each other, joined; one row alone is text like any other."""
    rows = list(_ROW.finditer(text))
    dump: list[_Byte] = []
    joined = width = 0
    for index, row in enumerate(rows):
        after = rows[index + 1] if index + 1 < len(rows) else None
        step = int(after[1], 16) - int(row[1], 16) if after else width
        if not joined and not 0 < step <= _WIDEST:
            continue  # no row follows
        read = _bytes_of(text, row, step)
        dump += read
        joined += 1
        width = len(read)
        if after is None or step != width:
            if joined > 1:
                yield dump
            dump, joined, width = [], 0, 0


def _bytes_of(text: str, row: re.Match[str], step: int) -> list[_Byte]:
    """The bytes of a row, at most ``step`` if that is known: characters may look like digits.

    As many characters as bytes stand at the end of the row, perhaps in front of a bar.
    """
    pairs = list(_PAIR.finditer(row[2]))
    if 0 < step < len(pairs):
        pairs = pairs[:step]
    beside = row.end() - len(pairs) - row[0].endswith("|")
    behind = row.start(2) + pairs[-1].end()
    found = []
    for index, pair in enumerate(pairs):
        value, place = int(pair[0], 16), beside + index
        same = beside > behind and text[place] == chr(value)
        found.append(_Byte(row.start(2) + pair.start(), place if same else -1, value))
    return found
