"""Pictures lose what was written beside them, and still are the same pictures."""

import struct
import zlib

import pytest

from harness.evidence.pictures import is_picture, without_metadata
from harness.evidence.scrub import Scrubber

GPS = b"GPS 52.5200 13.4050 Alice"


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def chunk(kind, content):
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


TABLE, SIZE = segment(0xDB, bytes(65)), segment(0xC0, bytes(15))
SCAN = segment(0xDA, bytes(10)) + b"coded\xff\x00\xff\xd0more"
JFIF, ICC = segment(0xE0, b"JFIF\0" + bytes(9)), segment(0xE2, b"ICC_PROFILE\0colours")
JPEG = b"\xff\xd8" + JFIF + segment(0xE1, b"Exif\0\0" + GPS) + segment(0xFE, GPS) + ICC
JPEG += segment(0xED, b"Photoshop" + GPS) + TABLE + SIZE + SCAN + b"\xff\xd9" + b"film" + GPS
HEAD = b"\x89PNG\r\n\x1a\n"
SHOWN = chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", zlib.compress(bytes(9)))
PNG = HEAD + SHOWN[:25] + chunk(b"tEXt", b"Author\0" + GPS) + chunk(b"eXIf", GPS)
PNG += SHOWN[25:] + chunk(b"iTXt", GPS) + chunk(b"IEND", b"") + GPS


def test_a_jpeg_keeps_tables_scans_and_colours_only():
    clean = b"\xff\xd8" + JFIF + ICC + TABLE + SIZE + SCAN + b"\xff\xd9"
    assert without_metadata(JPEG) == clean
    assert without_metadata(clean) == clean


def test_a_png_keeps_what_is_shown_only():
    clean = HEAD + SHOWN + chunk(b"IEND", b"")
    assert without_metadata(PNG) == clean
    assert without_metadata(clean) == clean


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + GPS,
        b"II*\0" + GPS,
        b"RIFF\0\0\0\0WEBP" + GPS,
        b"\0\0\0\x18ftypheic" + GPS,
    ],
)
def test_nothing_is_left_of_other_formats(data):
    assert is_picture(data)
    assert without_metadata(data) == b""


@pytest.mark.parametrize("data", [b"", b"BM", b"text", b"\xff\xd8", b"RIFF\0\0\0\0WAVE"])
def test_what_is_no_picture_is_none(data):
    assert not is_picture(data)


@pytest.mark.parametrize("whole", [JPEG, PNG], ids=["JPEG", "PNG"])
def test_one_that_is_cut_off_anywhere_tells_nothing(whole):
    for end in range(len(whole)):
        assert GPS not in without_metadata(whole[:end])


def test_the_twin_of_a_capture_that_is_a_picture_is_such_a_one():
    assert Scrubber([], b"k" * 32).file("1.jpg", JPEG) == without_metadata(JPEG)
