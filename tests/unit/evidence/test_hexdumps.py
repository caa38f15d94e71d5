"""A secret that a memory dump breaks over its rows is found and replaced."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.encoding.tree import DirectoryTree
from harness.evidence.hexdumps import dumped, scrub_dumps
from harness.evidence.leaks import find_leaks
from harness.evidence.scrub import Scrubber, SecretFile
from harness.evidence.secret_forms import Secret, Tokens

SECRET = "correct horse battery"
KEY = b"\x5a" * 32
MEMORY = b"\x00\x01wifi_key=" + SECRET.encode() + b"\x00\xff" * 12
TOKEN = Tokens(KEY).of(SECRET)


def rows(memory, form, base=0x80001000, width=16):
    for at in range(0, len(memory), width):
        piece = memory[at : at + width]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        yield form(base + at, piece, shown)


def xxd(offset, piece, shown):
    pairs = " ".join(piece[at : at + 2].hex() for at in range(0, len(piece), 2))
    return f"{offset:08x}: {pairs:<39}  {shown}"


def hexdump(offset, piece, shown):
    return f"{offset:08x}  {piece[:8].hex(' ')}  {piece[8:].hex(' ')}  |{shown}|"


def memory_display(offset, piece, shown):
    return f"{offset:08x}: {piece.hex(' ')}    {shown}"


def upper(offset, piece, _shown):
    return f"0x{offset:X}  {piece.hex(' ').upper()}"


FORMS = [xxd, hexdump, memory_display, upper]


def dump(form, memory=MEMORY):
    return "=> md 80001000\r\n" + "\r\n".join(rows(memory, form)) + "\r\n=> "


@pytest.mark.parametrize("form", FORMS)
def test_what_the_rows_say_together_is_read(form):
    (said,) = dumped(dump(form))
    assert said.encode("latin-1") == MEMORY


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_over_rows_becomes_its_token_in_digits_and_characters(form):
    text = dump(form)
    clean = Scrubber([Secret(SECRET, "wifi-key")], KEY).exact(text)
    assert len(clean) == len(text)
    (said,) = dumped(clean)
    assert said == MEMORY.decode("latin-1").replace(SECRET, TOKEN)
    expected = dump(form, MEMORY.replace(SECRET.encode(), TOKEN.encode()))
    assert clean == expected


@pytest.mark.parametrize("form", FORMS)
def test_the_gate_finds_it(tmp_path, form):
    (tmp_path / "console.txt").write_text(dump(form))
    leaks = find_leaks(DirectoryTree(tmp_path), SecretFile((Secret(SECRET, "wifi-key"),), KEY))
    assert [(leak.file, leak.kind) for leak in leaks] == [("console.txt", "wifi-key")]


def test_characters_that_look_like_digits_are_no_bytes():
    (said,) = dumped("\n".join(rows(b"deadbeefcafe1234" * 3, xxd)))
    assert said == "deadbeefcafe1234" * 3


def test_rows_that_do_not_follow_each_other_are_no_dump():
    assert list(dumped("1000: 68 75 6e\n2000: 74 65 72\n")) == []
    assert list(dumped("2026 11 22\n1234 56 78\n")) == []


@given(st.text(alphabet="0123456789abcdef: |x\n\t", max_size=300))
def test_a_scrubber_that_changes_nothing_changes_nothing(text):
    assert scrub_dumps(text, lambda said: said) == text
