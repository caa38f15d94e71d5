"""A secret inside chunks and compressed streams is found and replaced, and no length changes."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.text import to_latin
from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError
from harness.evidence.layers import MASK, inner, opaque, scrub_layers
from harness.evidence.leaks import refuse_leaks
from harness.evidence.scrub import Scrubber, SecretFile
from harness.evidence.secret_forms import Secret, Tokens

SECRET = "hunter2!x"
KEY = b"\x5a" * 32
PAGE = f"<p>{SECRET}</p>".encode() * 3 + b"and more " * 40
ANSWER = b"HTTP/1.1 200 OK\r\nServer: box\r\n"
NEXT = b"HTTP/1.1 404 Not Found\r\n\r\nnothing"


def chunked(body, size=5):
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def deflated(body):
    squeeze = zlib.compressobj(9, wbits=-15)
    return squeeze.compress(body) + squeeze.flush()


def encoded(coding, body, *, in_chunks=False):
    head = ANSWER + b"Content-Encoding: " + coding + b"\r\n"
    if in_chunks:
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body)
    return head + b"Vary: *\r\n\r\n" + body


CASES = {
    "gzip": b"before " + gzip.compress(PAGE, mtime=0) + b" after",
    "gzip with a name": b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + b"notes.txt\0"
    + gzip.compress(PAGE, mtime=0)[10:],
    "zlib": b"before " + zlib.compress(PAGE) + b" after",
    "bzip2": bz2.compress(PAGE),
    "xz": lzma.compress(PAGE),
    "gzip in gzip": gzip.compress(gzip.compress(PAGE)),
    "gzip, cut off": gzip.compress(PAGE)[:-12],
    "gzip, broken at its end": gzip.compress(PAGE)[:-3] + b"\0\0\0",
    "chunks": ANSWER + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE) + NEXT,
    "chunks, cut off": (ANSWER + b"\r\n" + chunked(PAGE))[:200],
    "chunks of gzip": encoded(b"gzip", gzip.compress(PAGE), in_chunks=True) + NEXT,
    "deflate": encoded(b"deflate", deflated(PAGE)),
    "chunks of deflate": encoded(b"deflate", deflated(PAGE), in_chunks=True),
}  # fmt: skip


def replaced(text):
    return text.replace(SECRET, "T" * len(SECRET))


@pytest.mark.parametrize("case", CASES)
def test_a_secret_inside_is_replaced_and_the_length_stays(case):
    text = CASES[case].decode("latin-1")
    assert any(SECRET in each for each in (text, *inner(text)))
    twin = scrub_layers(text, replaced)
    assert len(twin) == len(text)
    assert not any(SECRET in each for each in (twin, *inner(twin)))


@pytest.mark.parametrize("case", ["gzip", "gzip in gzip", "chunks", "chunks of gzip"])
def test_readers_still_unpack_the_token(case):
    twin = scrub_layers(CASES[case].decode("latin-1"), replaced)
    assert any("<p>TTTTTTTTT</p>" in each for each in inner(twin))


def test_what_follows_a_stream_stays():
    assert scrub_layers(CASES["gzip"].decode("latin-1"), replaced).endswith(" after")
    assert scrub_layers(CASES["chunks"].decode("latin-1"), replaced).endswith(NEXT.decode())


@pytest.mark.parametrize(
    "coding", [b"br", b"zstd", b"compress", b"gzip, br"], ids=lambda coding: coding.decode()
)
def test_a_coding_that_nobody_here_reads_is_masked(coding):
    text = (encoded(coding, b"\x8b\x01\x80abc\x03") + NEXT).decode("latin-1")
    assert [part.coding for part in opaque(text)] == [coding.decode()]
    twin = scrub_layers(text, replaced)
    assert len(twin) == len(text)
    assert MASK * 7 + NEXT.decode() in twin
    assert not list(opaque(twin))


def test_a_bomb_is_masked():
    text = gzip.compress(b"\0" * 2**24).decode("latin-1")
    assert next(opaque(text)).coding.startswith("gzip")
    assert set(scrub_layers(text, replaced)) == {MASK}


@pytest.mark.parametrize("sign", [b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"\x28\xb5\x2f\xfd"])
def test_a_file_that_nobody_here_reads_is_masked_and_the_gate_names_it(sign, tmp_path):
    data = sign + b"something"
    twin = Scrubber([Secret(SECRET, "password")], KEY).file("archive.bin", data)
    assert twin == MASK.encode() * len(data)
    (tmp_path / "archive.bin").write_bytes(data)
    known = SecretFile((Secret(SECRET, "password"),), KEY)
    with pytest.raises(EvidenceError, match=r"archive\.bin: data that cannot be looked into"):
        refuse_leaks(DirectoryTree(tmp_path), known)
    (tmp_path / "archive.bin").write_bytes(twin)
    refuse_leaks(DirectoryTree(tmp_path), known)


@pytest.mark.parametrize("case", CASES)
def test_the_gate_looks_inside_and_the_twin_passes_it(case, tmp_path):
    known = SecretFile((Secret(SECRET, "password"),), KEY)
    file = tmp_path / "capture.bin"
    file.write_bytes(CASES[case])
    with pytest.raises(EvidenceError, match=r"capture\.bin: password"):
        refuse_leaks(DirectoryTree(tmp_path), known)
    file.write_bytes(Scrubber(known.secrets, KEY).file(file.name, CASES[case]))
    refuse_leaks(DirectoryTree(tmp_path), known)


@pytest.mark.parametrize("page", [b"\0" * 2**24, PAGE], ids=["bomb", "page"])
def test_a_stream_that_breaks_hides_nothing_that_follows(page):
    packed = gzip.compress(page)
    text = (packed + b"HTTP/1.1 200 OK, and more").decode("latin-1")
    assert scrub_layers(text, replaced).endswith("HTTP/1.1 200 OK, and more")
    broken = (packed[:-20] + b"\xff" * 40 + b"HTTP/1.1 200 OK, and more").decode("latin-1")
    assert scrub_layers(broken, replaced).endswith("200 OK, and more")


def test_a_stream_that_one_exchange_cuts_off_hides_no_other_exchange():
    records = [
        record_line({"kind": "exchange", "body": body, "n": n, "t": "", **more})
        for n, (body, more) in enumerate(
            [
                (to_latin(gzip.compress(b"\0" * 2**24)[:9000]), {"connection": 1}),
                ("shown", {"connection": 2}),
                (to_latin(gzip.compress(b"\0" * 2**24)[:9000]), {}),
                ("shown", {}),
            ],
            1,
        )
    ]
    twin = Scrubber([Secret(SECRET, "password")], KEY).file(
        "tcp-80.jsonl", header_line() + b"".join(records) + end_line(0)
    )
    assert [json.loads(line)["body"] for line in twin.splitlines()[2:5:2]] == ["shown", "shown"]


def test_tokens_inside_are_those_outside():
    clean = Scrubber([Secret(SECRET, "password")], KEY)
    token = Tokens(KEY).of(SECRET)
    packed = clean.file("a.gz", gzip.compress(PAGE))
    assert token in gzip.decompress(packed).decode()
    assert clean.file("a.txt", SECRET.encode()) == token.encode()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(sorted(CASES)), st.integers(0, 400))
def test_nothing_breaks_it(noise, case, place):
    data = CASES[case][:place] + noise + CASES[case][place:]
    text = data.decode("latin-1")
    assert len(scrub_layers(text, replaced)) == len(text)
    list(inner(text))


def zipped():
    """A zip whose one file holds the secret, compressed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("backup.cfg", PAGE)
    return target.getvalue()


FOREIGN = {
    "body": {"kind": "exchange", "body": to_latin(zipped())},
    "stream": {"kind": "received", "data": to_latin(ANSWER + b"\r\n" + zipped())},
    "in chunks": {"kind": "received", "data": to_latin(ANSWER + b"\r\n" + chunked(zipped()))},
    "in gzip": {"kind": "exchange", "body": to_latin(gzip.compress(zipped()))},
    "four times gzip": {
        "kind": "exchange",
        "body": to_latin(gzip.compress(gzip.compress(gzip.compress(gzip.compress(PAGE))))),
    },
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_nobody_here_looks_into_is_masked_inside_a_journal_and_the_gate_names_it(
    case, tmp_path
):
    known = SecretFile((Secret(SECRET, "password"),), KEY)
    file = tmp_path / "tcp-80.jsonl"
    record = record_line({**FOREIGN[case], "n": 1, "t": ""})
    file.write_bytes(header_line() + record + end_line(0))
    with pytest.raises(EvidenceError, match="data that cannot be looked into"):
        refuse_leaks(DirectoryTree(tmp_path), known)
    file.write_bytes(Scrubber(known.secrets, KEY).file(file.name, file.read_bytes()))
    refuse_leaks(DirectoryTree(tmp_path), known)
