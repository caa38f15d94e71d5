"""Signed notes: the published example, strictness, and whose signatures count."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError, VerificationError
from harness.trust.log.note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    KeyKind,
    Note,
    NoteKey,
    parse_note,
    verify_note,
)

# The example of c2sp.org/signed-note.
KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXpp"
    "zi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# The framing of a cosignature as c2sp.org/tlog-cosignature shows it; its key is not published.
COSIGNATURE = (
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mb"
    "IUBkBIfZ+qnA=="
)


def test_the_published_example_verifies():
    (found,) = verify_note(parse_note(NOTE), [NoteKey.parse(KEY)])
    assert found.key.name == "example.com/foo"
    assert found.time is None


def test_the_published_key_comes_back_as_it_was():
    key = NoteKey.parse(KEY)
    assert str(key) == KEY
    assert key.key_id.hex() == "530d903a"
    assert key.kind is KeyKind.LOG


def test_the_published_cosignature_is_framed_as_its_time_says():
    note = parse_note(f"a\n1\nb\n\n\u2014 witness.example.com/w1 {COSIGNATURE}\n".encode())
    (signature,) = note.signatures
    assert signature.key_id.hex() == "8d66cf3f"
    assert int.from_bytes(signature.value[:8]) == 1679315147
    assert len(signature.value) == 8 + 64


@pytest.mark.parametrize("kind", KeyKind)
def test_what_a_signer_signs_verifies_and_nothing_else_does(signer, kind):
    by = signer("a.example", kind)
    text = "one\n\ntwo\n"
    line = by.line(text, time=1_700_000_000)
    (found,) = verify_note(parse_note(f"{text}\n{line}".encode()), [by.key])
    assert found.time == (1_700_000_000 if kind is KeyKind.WITNESS else None)
    with pytest.raises(VerificationError, match="not that key's"):
        verify_note(parse_note(f"one\n\n{line}".encode()), [by.key])


def test_the_time_of_a_cosignature_is_signed(signer):
    by = signer("w.example", KeyKind.WITNESS)
    line = by.line("text\n", time=1_700_000_000)
    value = bytearray(base64.b64decode(line.split()[2]))
    value[11] ^= 1
    forged = f"text\n\n\u2014 w.example {base64.b64encode(value).decode()}\n"
    with pytest.raises(VerificationError, match="not that key's"):
        verify_note(parse_note(forged.encode()), [by.key])


def test_a_log_cannot_sign_as_a_witness_with_the_same_key(signer):
    by = signer("a.example", KeyKind.LOG)
    note = parse_note(f"text\n\n{by.line('text' + chr(10))}".encode())
    assert verify_note(note, [NoteKey("a.example", KeyKind.WITNESS, by.key.public)]) == ()


def test_signatures_of_unknown_keys_are_ignored(signer):
    ours, other = signer("ours.example"), signer("ours.example")
    note = parse_note(
        f"text\n\n{other.line('text' + chr(10))}{ours.line('text' + chr(10))}".encode()
    )
    assert [each.key for each in verify_note(note, [ours.key])] == [ours.key]
    assert verify_note(note, [signer("third.example").key]) == ()


def test_a_bad_signature_of_a_known_key_rejects_the_note(signer):
    ours, other = signer("ours.example"), signer("other.example")
    bad = ours.line("another text\n")
    note = parse_note(f"text\n\n{other.line('text' + chr(10))}{bad}".encode())
    with pytest.raises(VerificationError, match=r"ours\.example"):
        verify_note(note, [other.key, ours.key])
    assert verify_note(note, [other.key])


def test_a_line_twice_counts_once(signer):
    by = signer("a.example")
    line = by.line("text\n")
    assert len(verify_note(parse_note(f"text\n\n{line}{line}".encode()), [by.key])) == 1


LINE = NOTE.decode().partition("\n\n")[2]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "text\n",
        "text\n\n",
        f"text\n{LINE}",
        f"text\n\n{LINE[:-1]}",
        f"text\n\n{LINE}\n",
        f"te\x00xt\n\n{LINE}",
        f"text\r\n\n{LINE}",
        f"text\n\n{LINE.replace(chr(0x2014), '-')}",
        f"text\n\n{LINE.replace('example', 'exa+mple')}",
        f"text\n\n{LINE.replace('example', 'exa mple')}",
        f"text\n\n{LINE.replace('aQM=', 'aQN=')}",
        f"text\n\n{LINE.replace('aQM=', 'aQM')}",
        f"text\n\n{LINE.replace('aQM=', 'aQM==')}",
        "text\n\n\u2014 a.example AAAAAA==\n",
        f"text\n\n{LINE * (MAX_SIGNATURES + 1)}",
        f"{'x' * MAX_NOTE_BYTES}\n\n{LINE}",
    ],
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(VerificationError):
        parse_note(note.encode())


def test_what_is_not_utf8_is_refused():
    with pytest.raises(VerificationError, match="UTF-8"):
        parse_note(b"\xff" + NOTE)


def test_sixteen_signatures_are_always_accepted():
    assert len(parse_note(f"text\n\n{LINE * 16}".encode()).signatures) == 16


@pytest.mark.parametrize(
    "key",
    [
        "",
        "example.com/foo",
        KEY.replace("530d903a", "530d903b"),
        KEY.replace("530d903a", "530D903A"),
        KEY.replace("foo", "bar"),
        KEY[:-4],
        KEY + "=",
        KEY.replace("AeKy", "BeKy").replace("Aeky", "Aaky"),
        "a b+" + KEY.partition("+")[2],
        "+" + KEY,
    ],
)
def test_what_is_no_key_is_refused(key):
    with pytest.raises(UsageError):
        NoteKey.parse(key)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb", "a\u202eb", "x" * 201])
def test_a_signer_needs_a_name_that_a_note_can_carry(signer, name):
    with pytest.raises(UsageError, match="no name"):
        signer(name)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_note_or_refused(data):
    try:
        note = parse_note(data)
    except VerificationError:
        return
    assert isinstance(note, Note)


@given(st.integers(0, len(NOTE) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_mutated_note_is_the_same_text_or_does_not_verify(place, inserted, dropped):
    data = NOTE[:place] + inserted + NOTE[place + dropped :]
    try:
        note = parse_note(data)
        verified = verify_note(note, [NoteKey.parse(KEY)])
    except VerificationError:
        return
    assert not verified or note.text == "This is an example message.\n"


@given(st.text(max_size=200))
def test_any_text_is_a_key_or_refused(text):
    try:
        key = NoteKey.parse(text)
    except UsageError:
        return
    assert str(key) == text
