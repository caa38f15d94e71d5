"""What lies inside a text: bodies of HTTP chunks, and compressed streams, one in the other.

A device sends a page in chunks (RFC 9112, 7.1), compresses it (RFC 1950 to 1952), or both; a
secret in it is in no line of the capture and in everybody's reach. So chunks are joined and streams
unpacked before secrets are looked for. The length of a text never changes: a gzip stream is packed
anew into the same number of bytes, and what cannot be packed anew, or not be looked into at all, is
masked.

Text here is bytes held one character a byte (`harness.encoding.text.to_latin`); other text has
nothing inside.
"""

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from harness.encoding.text import from_latin, to_latin
from harness.evidence.hexdumps import dumped, scrub_dumps

MAX_UNPACKED: Final = 8 * 1024 * 1024
"""A stream that holds more is not looked into, and masked."""
MASK: Final = "x"
_DEPTH: Final = 3
_MAX_STREAMS: Final = 4096
_HEAD: Final = 64 * 1024
_STEP: Final = 4096
_MOST_STEPS: Final = 16
_CHUNKED: Final = re.compile(r"\r\n\r\n(?=[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\r\n]{0,200})?\r\n)")
_CHUNK: Final = re.compile(r"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r\n")
_STREAM: Final = re.compile(
    r"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|BZh[1-9]1AY&SY|\xfd7zXZ\x00|\x5d\x00\x00[\x00-\x80]\x00"
)
_ENCODED: Final = re.compile(
    r"\r\ncontent-encoding:[ \t]*([A-Za-z0-9, \t-]{1,60}?)[ \t]*\r\n"
    r"(?:[^\r\n]{1,8192}\r\n){0,100}\r\n",
    re.IGNORECASE,
)
_NEXT_ANSWER: Final = "HTTP/1."
_FOREIGN: Final = {
    "PK\x03\x04": "zip",
    "7z\xbc\xaf\x27\x1c": "7z",
    "Rar!\x1a\x07": "rar",
    "\x28\xb5\x2f\xfd": "zstd",
    "\x04\x22\x4d\x18": "lz4",
    "\x89LZO\x00": "lzop",
}
"""Files in formats that are not looked into, by how they begin."""
_FOREIGN_START: Final = re.compile(rf"(?:\A|\n)({'|'.join(map(re.escape, _FOREIGN))})")
"""Where one may begin: as a whole text, as the body of an answer, as one text of several."""
_OPENED: Final = frozenset({"gzip", "x-gzip", "deflate", "identity"})
_GZIP_NAMED: Final = 0x04 | 0x08 | 0x10
"""Flags of gzip for fields that stand before the stream (RFC 1952, 2.3.1)."""

Scrub = Callable[[str], str]
Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Opaque:
    """A part of a text that cannot be looked into, and in which coding it seems to be."""

    start: int
    end: int
    coding: str


@dataclass(frozen=True)
class _Unpacked:
    """A compressed stream: where it lies, what it holds, and whether that is all of it."""

    start: int
    end: int
    kind: str
    content: str
    whole: bool


def scrub_layers(text: str, scrub: Scrub, depth: int = _DEPTH) -> str:
    """Apply ``scrub``, which keeps the length, to a text and to all that lies inside it."""
    text = scrub_dumps(scrub(text), scrub)
    if not _may_hold(text):
        return text
    if not depth:
        return MASK * len(text)
    for spans in _chunked(text):
        head, body = _body(text, spans)
        text = _put(text, spans, scrub_layers(head + body, scrub, depth - 1)[len(head) :])
    for found in _streams(text):
        clean = scrub_layers(found.content, scrub, depth - 1)
        if clean == found.content:
            continue
        size = found.end - found.start
        again = _pack(text[found.start : found.end], clean, size) if found.whole else None
        text = _put(text, [(found.start, found.end)], again or MASK * size)
    for part in opaque(text):
        text = _put(text, [(part.start, part.end)], MASK * (part.end - part.start))
    return text


def inner(text: str) -> Iterator[str]:
    """Every text inside a text, as deep as is looked."""
    return (content for content, _ in islice(layers(text), 1, None))


def layers(text: str, depth: int = _DEPTH) -> Iterator[tuple[str, int]]:
    """A text and every text inside it, each with the number of levels that are looked into."""
    yield text, depth
    yield from ((said, 0) for said in dumped(text))
    if not depth or not _may_hold(text):
        return
    bodies = ["".join(_body(text, spans)) for spans in _chunked(text)]
    for content in (*bodies, *(found.content for found in _streams(text))):
        yield from layers(content, depth - 1)


def opaque(text: str, depth: int = _DEPTH) -> Iterator[Opaque]:
    """Parts that are not looked into: bombs, foreign codings and files, what lies too deep.

    Masked ones are none.
    """
    if not _may_hold(text):
        return
    if not depth:
        yield Opaque(0, len(text), "nested too deeply")
        return
    for match in _FOREIGN_START.finditer(text):
        yield Opaque(match.start(1), _next_answer(text, match.end()), _FOREIGN[match[1]])
    for found in _streams(text, too_large=True):
        if not found.content:
            yield Opaque(found.start, found.end, f"{found.kind}, more than is unpacked")
    for match in _ENCODED.finditer(text):
        codings = {name.strip().lower() for name in match[1].split(",")}
        end = _next_answer(text, match.end())
        if not codings <= _OPENED and not is_masked(text[match.end() : end]):
            yield Opaque(match.end(), end, match[1].strip().lower())


def _next_answer(text: str, position: int) -> int:
    """Where an answer ends that nobody here can look into."""
    end = text.find(_NEXT_ANSWER, position)
    return len(text) if end < 0 else end


def foreign_file(text: str) -> str:
    """The name of the format of a whole file that is not looked into; ``""`` if it is none."""
    return next((name for start, name in _FOREIGN.items() if text.startswith(start)), "")


def foreign_codings(value: str) -> bool:
    """Whether a Content-Encoding names one that is not looked into."""
    return not {name.strip().lower() for name in value.split(",")} <= _OPENED


def is_masked(text: str) -> bool:
    """Nothing is left of it."""
    return not text.strip(MASK)


def _may_hold(text: str) -> bool:
    """A quick look: most texts hold nothing."""
    if len(text) < 8:  # noqa: PLR2004  (shorter than any stream)
        return False
    signs = any(sign.search(text) for sign in (_STREAM, _CHUNKED, _ENCODED, _FOREIGN_START))
    return signs and (text.isascii() or max(text) <= "\xff")


def _put(text: str, spans: Spans, content: str) -> str:
    """The text with ``content``, as long as the spans together, in their place."""
    parts, last, used = [], 0, 0
    for start, end in spans:
        parts += [text[last:start], content[used : used + end - start]]
        last, used = end, used + end - start
    return "".join((*parts, text[last:]))


def _chunked(text: str) -> Iterator[Spans]:
    """Where the data of each chunked body lies; a body that was cut off counts, too."""
    position = 0
    while (head := _CHUNKED.search(text, position)) is not None:
        position, spans = head.end(), []
        while (line := _CHUNK.match(text, position)) is not None and int(line[1], 16):
            end = min(line.end() + int(line[1], 16), len(text))
            spans.append((line.end(), end))
            position = end + 2 if text[end : end + 2] == "\r\n" else len(text)
        if spans:
            yield spans


def _body(text: str, spans: Spans) -> tuple[str, str]:
    """The data of a body without its chunks, behind a header that says how it is encoded."""
    before = text[max(0, spans[0][0] - _HEAD) : spans[0][0]]
    named = [found[1] for found in _ENCODED.finditer(before)]
    head = f"\r\nContent-Encoding: {named[-1]}\r\n\r\n" if named else ""
    return head, "".join(text[start:end] for start, end in spans)


def _streams(text: str, *, too_large: bool = False) -> Iterator[_Unpacked]:
    """Every compressed stream; those that hold too much, with empty content, if asked for."""
    position, count = 0, 0
    headless = [found.end() for found in _ENCODED.finditer(text) if "deflate" in found[1].lower()]
    starts = iter(_STREAM.finditer(text))
    data = memoryview(from_latin(text))
    for start, kind in sorted([(m.start(), m[0]) for m in starts] + [(h, "") for h in headless]):
        if start < position:
            continue
        if count >= _MAX_STREAMS:
            yield from [_Unpacked(start, len(text), "too many", "", whole=False)] * too_large
            return
        found = _unpack(data, start, kind)
        if found is None:
            continue
        count += 1
        position = found.end
        if found.content or too_large:
            yield found


def _unpack(data: memoryview, start: int, sign: str) -> _Unpacked | None:
    """The stream that begins here, if one does."""
    opener: Any
    if sign.startswith("BZh"):
        kind, opener = "bzip2", bz2.BZ2Decompressor()
    elif sign.startswith(("\xfd", "\x5d")):
        kind, opener = "xz", lzma.LZMADecompressor(memlimit=64 * 1024 * 1024)
    else:
        kind = "gzip" if sign.startswith("\x1f") else "deflate"
        opener = zlib.decompressobj({"\x1f": 31, "x": 15, "": -15}[sign[:1]])
    try:
        content = opener.decompress(data[start:], MAX_UNPACKED + 1)
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
        content, used = _as_far_as_it_goes(data[start:], sign)
        found = _Unpacked(start, start + used, kind, to_latin(content), whole=False)
        return found if content else None
    if len(content) > MAX_UNPACKED:
        return _Unpacked(start, _end_of(opener, data, sign), kind, "", whole=False)
    end = len(data) - len(opener.unused_data) if opener.eof else len(data)
    return _Unpacked(start, end, kind, to_latin(content), opener.eof) if content else None


def _end_of(opener: Any, data: memoryview, sign: str) -> int:  # noqa: ANN401  (one of three types)
    """Where a stream that holds too much ends: at the end of the data, unless it is found soon."""
    if not sign.startswith(("\x1f", "x")):
        return len(data)
    try:
        for _ in range(_MOST_STEPS):
            if opener.eof or not opener.unconsumed_tail:
                break
            opener.decompress(opener.unconsumed_tail, MAX_UNPACKED)
    except zlib.error:
        return len(data) - len(opener.unconsumed_tail)
    return len(data) - len(opener.unused_data) if opener.eof else len(data)


def _as_far_as_it_goes(data: memoryview, sign: str) -> tuple[bytes, int]:
    """What a broken deflate stream holds before it breaks, and where: anybody can read as much."""
    if not sign.startswith(("\x1f", "x")):
        return b"", 0
    opener = zlib.decompressobj(31 if sign[0] == "\x1f" else 15)
    content = bytearray()
    for position in range(0, len(data), _STEP):
        before = opener.copy()
        try:
            content += opener.decompress(data[position : position + _STEP], MAX_UNPACKED)
        except zlib.error:
            rest, used = _byte_by_byte(before, data[position : position + _STEP])
            return bytes(content) + rest, position + used
        if len(content) > MAX_UNPACKED:
            break
    return bytes(content[:MAX_UNPACKED]), len(data)


def _byte_by_byte(opener: Any, data: memoryview) -> tuple[bytes, int]:  # noqa: ANN401  (zlib's)
    content = bytearray()
    for position in range(len(data)):
        try:
            content += opener.decompress(data[position : position + 1], MAX_UNPACKED)
        except zlib.error:
            return bytes(content), position + 1
    return bytes(content), len(data)


def _pack(stream: str, content: str, size: int) -> str | None:
    """``content`` as a gzip stream of exactly ``size`` bytes; None where it has no room.

    What is left over becomes a comment in its header. Names and comments of the original stream are
    not kept: they, too, could hold a secret.
    """
    if not stream.startswith("\x1f\x8b\x08"):
        return None
    raw = from_latin(content)
    squeeze = zlib.compressobj(9, wbits=-15)
    body = squeeze.compress(raw) + squeeze.flush()
    tail = zlib.crc32(raw).to_bytes(4, "little") + (len(raw) % 2**32).to_bytes(4, "little")
    head = bytearray(from_latin(stream[:10]))
    head[3] &= ~_GZIP_NAMED & ~0x02
    spare = size - len(head) - len(body) - len(tail)
    if spare < 0:
        return None
    if spare:
        head[3] |= 0x10
        head += MASK.encode() * (spare - 1) + b"\0"
    return to_latin(bytes(head) + body + tail)
