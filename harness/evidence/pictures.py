"""Pictures without what a camera and its programs write beside them: place, time, owner, device.

JPEG (ISO/IEC 10918-1) and PNG (W3C) are cut down to what shows the picture; of every other format
of pictures nothing is left.
"""

from collections.abc import Iterator
from typing import Final

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_START, _END, _SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_APPLICATION: Final = range(0xE0, 0xF0)
_KEPT_JPEG: Final = ((0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"))
"""Of the application segments, those that say how colours are meant."""
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_KEPT_PNG: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB"}
    | {b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"}
)
_OTHERS: Final = (b"GIF8", b"II*\0", b"MM\0*", b"BM")
_BRANDS: Final = (b"heic", b"heix", b"mif1", b"avif", b"msf1")


def is_picture(data: bytes) -> bool:
    """Whether these bytes begin like a picture."""
    riff = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    boxed = data[4:8] == b"ftyp" and data[8:12] in _BRANDS
    return data.startswith((_JPEG, _PNG)) or riff or boxed or _is_other(data)


def _is_other(data: bytes) -> bool:
    if data.startswith(b"BM"):
        return len(data) > 6 and int.from_bytes(data[2:6], "little") == len(data)  # noqa: PLR2004
    return data.startswith(_OTHERS)


def without_metadata(data: bytes) -> bytes:
    """The picture alone; of one that cannot be read so far, what could be.

    Nothing is left of a format that is neither JPEG nor PNG: ``b""``.
    """
    if data.startswith(_JPEG):
        return b"".join(_jpeg(data))
    return b"".join(_png(data)) if data.startswith(_PNG) else b""


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:  # noqa: PLR2004  (every marker)
        marker = data[place + 1]
        if marker == 0xFF or marker in _ALONE:  # noqa: PLR2004  (a fill byte)
            place += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        if marker == _END:
            break
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        content = data[place + 4 : end]
        if marker == _SCAN:
            end = _end_of_scan(data, end)
        if _is_shown(marker, content):
            yield data[place:end]
        place = end
    yield b"\xff\xd9"  # what comes after the end, such as a film, is not the picture


def _is_shown(marker: int, content: bytes) -> bool:
    if marker in _APPLICATION:
        return any(marker == kept and content.startswith(sign) for kept, sign in _KEPT_JPEG)
    return marker != _COMMENT


def _end_of_scan(data: bytes, place: int) -> int:
    """Where the coded picture stops: at a marker that is none of its own."""
    while (place := data.find(b"\xff", place)) >= 0 and place + 1 < len(data):
        following = data[place + 1]
        if following != 0 and following not in _ALONE:
            return place
        place += 2
    return len(data)


def _png(data: bytes) -> Iterator[bytes]:
    yield _PNG
    place = len(_PNG)
    while place + 12 <= len(data):
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        kind = data[place + 4 : place + 8]
        if end > len(data):
            return
        if kind in _KEPT_PNG:
            yield data[place:end]
        if kind == b"IEND":
            return
        place = end
