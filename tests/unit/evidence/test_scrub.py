"""Planted secrets, in every place and encoding, never survive the twin and the gate."""

import base64
import hashlib
import html
import json
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.encoding.canonical import canonical, sha256_hex
from harness.encoding.journal import INCOMING, end_line, header_line, read_journal, record_line
from harness.encoding.text import to_latin
from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError
from harness.evidence.leaks import find_leaks, refuse_leaks
from harness.evidence.scrub import Scrubber, SecretFile, load_secrets
from harness.evidence.secret_forms import Secret, Tokens
from harness.evidence.twins import make_twin
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry

KEY = b"\x5a" * 32
AT = "2026-11-21T08:15:30.000000Z"
SECRETS = ["hunter2!x", 'p@ss w"o/rd', "naïve-pw€", "abc\\d%25e&f", "12345678", "<script>'"]

ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda s: s,
    "utf-8 bytes": lambda s: to_latin(s.encode()),
    "url": lambda s: urllib.parse.quote(s, safe=""),
    "url lower case": lambda s: urllib.parse.quote(s, safe="").replace("%E", "%e"),
    "form": urllib.parse.quote_plus,
    "json": json.dumps,
    "json in json": lambda s: json.dumps(json.dumps(s)),
    "html": html.escape,
    "html numbers": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "hex": lambda s: s.encode().hex(),
    "HEX": lambda s: s.encode().hex().upper(),
    "hex with colons": lambda s: s.encode().hex(":"),
    "sha-256": lambda s: hashlib.sha256(s.encode()).hexdigest(),
    "sha-256 cut": lambda s: "pw-" + hashlib.sha256(s.encode()).hexdigest()[:16],
    "utf-16-le": lambda s: to_latin(s.encode("utf-16-le")),
    "utf-16-be": lambda s: to_latin(s.encode("utf-16-be")),
    **{
        f"base64 at {shift}": lambda s, shift=shift: base64.b64encode(
            b"x" * shift + s.encode() + b":yz"
        ).decode()
        for shift in range(3)
    },
    "url-safe base64": lambda s: base64.urlsafe_b64encode(b"admin:" + s.encode()).decode(),
    "basic": lambda s: "Basic " + base64.b64encode(f"admin:{s}".encode()).decode(),
}


def scrubber(*values: str) -> Scrubber:
    return Scrubber([Secret(value, "password") for value in values], KEY)


def leaks(folder: Path, *values: str) -> list[str]:
    known = SecretFile(tuple(Secret(value, "password") for value in values), KEY)
    return [leak.file for leak in find_leaks(DirectoryTree(folder), known)]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_is_replaced_by_as_many_characters(secret, encoding):
    shape = ENCODINGS[encoding](secret)
    text = f"before {shape} after"
    scrubbed = scrubber(secret).exact(text)
    assert len(scrubbed) == len(text)
    assert shape not in scrubbed
    assert scrubbed.startswith("before ")
    assert scrubbed.endswith(" after")


@pytest.mark.parametrize("secret", SECRETS)
def test_tokens_decode_to_the_token_in_base64_hex_and_url(secret):
    clean = scrubber(secret)
    raw = secret.encode()
    token = Tokens(KEY).of(secret, len(raw)).encode()
    for shift in range(3):
        packed = base64.b64encode(b"abc"[:shift] + raw + b"#end").decode()
        assert base64.b64decode(clean.exact(packed)) == b"abc"[:shift] + token + b"#end"
    assert bytes.fromhex(clean.exact(raw.hex())) == token
    quoted = urllib.parse.quote(raw, safe="")
    assert urllib.parse.unquote_to_bytes(clean.exact(quoted)) == token


def test_equal_secrets_have_equal_tokens_and_other_keys_give_others():
    assert scrubber("hunter2!x").exact("hunter2!x hunter2!x").split(" ")[0] == scrubber(
        "hunter2!x", "other-secret"
    ).exact("hunter2!x")
    assert Tokens(b"a" * 32).of("hunter2!x") != Tokens(b"b" * 32).of("hunter2!x")


def test_a_secret_within_a_longer_one_does_not_spoil_it():
    clean = scrubber("abcdef", "abcdefghij")
    assert "ghij" not in clean.exact("x abcdefghij y")


def test_a_basic_header_known_as_a_secret_itself_stays_decodable():
    packed = base64.b64encode(b"admin:hunter2!x").decode()
    shown = scrubber("hunter2!x", packed).exact(packed)
    assert base64.b64decode(shown).startswith(b"admin:")
    assert b"hunter2" not in base64.b64decode(shown)


# Short secrets.


@pytest.mark.parametrize(
    "text",
    [
        "user=admin&password=1234&go=1",
        "pin=1234",
        '{"password": "1234"}',
        '{\\"pwd\\": \\"1234\\"}',
        "Password: 1234\r\n",
        "enter PIN for admin: 1234",
        "Authorization: Basic " + base64.b64encode(b"admin:1234").decode(),
    ],
)
def test_a_short_secret_is_replaced_where_passwords_stand(text):
    scrubbed = scrubber("1234").text(text)
    assert "1234" not in scrubbed
    assert base64.b64encode(b"admin:1234").decode() not in scrubbed
    assert len(scrubbed) == len(text)


@pytest.mark.parametrize("text", ["tcp/1234", "uptime 1234 s", "sha 12341234", '{"port": "1234"}'])
def test_a_short_secret_is_left_alone_elsewhere(text):
    assert scrubber("1234").text(text) == text


def test_a_word_of_protocols_is_treated_as_short():
    clean = scrubber("password")
    assert clean.text("<input name=password>") == "<input name=password>"
    assert "=password" not in clean.text("password=password")


def test_a_short_secret_typed_at_a_prompt_is_found_in_the_next_record():
    journal = (
        header_line()
        + record_line({"data": "login: ", "kind": "received", "n": 1, "t": AT})
        + record_line({"data": "root\r\n", "kind": "sent", "n": 2, "t": AT})
        + record_line({"data": "Password: ", "kind": "received", "n": 3, "t": AT})
        + record_line({"data": "1234\r\n", "kind": "sent", "n": 4, "t": AT})
        + end_line(0)
    )
    scrubbed = scrubber("1234").file("x.jsonl", journal)
    assert b"1234" not in scrubbed
    assert b"root" in scrubbed


# Text that is secret by its looks.


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ('psk="correct-horse-battery"', "correct-horse"),
        ("wpa_passphrase=correcthorse\n", "correcthorse"),
        ("wifi password: blue-whale-9", "blue-whale"),
        ("root:$6$saltsalt$" + "Ab1/" * 21 + ":19000:0:::", "Ab1/Ab1/"),
        ("root:$1$abcd$0123456789abcdef012345:0", "0123456789abcdef"),
        ("Authorization: Bearer abc123def456", "abc123def456"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJzdWIiOiIxMjM0In0"),
        ("HTTP/1.1 200 OK\r\nSet-Cookie: session=0f9e8d7c6b; Path=/\r\n", "0f9e8d7c6b"),
        ("GET / HTTP/1.1\r\nCookie: a=b; session=0f9e8d7c6b\r\n", "0f9e8d7c6b"),
        ("Authorization: Basic YWRtaW46aHVudGVyMiF4\r\n", "YWRtaW46aHVudGVyMiF4"),
        (
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIabcdefgh\n-----END EC PRIVATE KEY-----",
            "MHcCAQEEI",
        ),
        ("-----BEGIN PRIVATE KEY-----\\nMHcCAQEEIabcdefgh\\n-----END", "MHcCAQEEI"),
    ],
)
def test_text_that_looks_secret_is_replaced_by_as_many_characters(text, gone):
    scrubbed = scrubber().text(text)
    assert gone not in scrubbed
    assert len(scrubbed) == len(text)
    assert [c for c in scrubbed if c in "\r\n"] == [c for c in text if c in "\r\n"]


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication is required",
        'WWW-Authenticate: Basic realm="router"',
        "the psk is set",
        "price $5.00 and $6.00",
        "Bearer of good news",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "Password: \r\n",
    ],
)
def test_ordinary_text_stays(text):
    assert scrubber().text(text) == text


def test_a_cookie_whose_header_is_stored_apart_is_replaced_the_same_everywhere():
    records = [
        {"headers": [["Set-Cookie", "sid=0f9e8d7c6b5a; HttpOnly"]], "kind": "exchange"},
        {"request_headers": [["Cookie", "sid=0f9e8d7c6b5a"]], "kind": "exchange"},
    ]
    journal = header_line() + b"".join(map(record_line, records)) + end_line(0)
    lines = scrubber().file("x.jsonl", journal).splitlines()
    first = json.loads(lines[1])["headers"][0][1]
    second = json.loads(lines[2])["request_headers"][0][1]
    assert "0f9e8d7c6b5a" not in first + second
    assert first.startswith(second + "; HttpOnly")


# Twins.

FACT = FactKey(
    probe=ProbeName("ssh"), sample=SampleId("A"), visit=VisitId("1-initialised"), attempt=1
)


def plant(survey: Path, secret: str) -> Path:
    """A survey with ``secret`` in every place and encoding."""
    folder = survey / FACT.folder
    folder.mkdir(parents=True)
    records = [
        {"data": encode(secret), "kind": "sent", "n": number, "t": AT}
        for number, encode in enumerate(ENCODINGS.values(), 1)
    ]
    half = len(secret) // 2
    records += [
        {"connection": 1, "data": "boot " + secret[:half], "kind": "received", "n": 90, "t": AT},
        {"connection": 2, "data": "other", "kind": "received", "n": 91, "t": AT},
        {"connection": 1, "data": secret[half:] + " ok", "kind": "received", "n": 92, "t": AT},
        {"kind": "nested", "list": [{"deep": [f"x{secret}y"]}, [secret, "z"]], secret: 1},
    ]
    journal = header_line() + b"".join(map(record_line, records)) + end_line(0)
    binary = b"\xd4\xc3\xb2\xa1" + b"".join(
        encode(secret).encode("utf-8") + b"\0\xff" for encode in ENCODINGS.values()
    )
    captures = {
        "tcp-22.jsonl": journal,
        "torn.jsonl": journal[: -len(end_line(0))] + b'{"data":"' + secret.encode() + b"\\",
        "traffic.pcap": binary,
        "nmap.xml": f'<host><script output="{html.escape(secret)}"/></host>'.encode(),
        "broken.json": b'{"password": "' + secret.encode() + b'"',
    }
    for name, data in captures.items():
        (folder / name).write_bytes(data)
    (folder / "facts.json").write_bytes(canonical({"schema": "x", "banner": f"is {secret}"}))
    record = AttemptRecord(
        key=FACT,
        probe_version=1,
        outcome=AttemptOutcome.FAILED,
        reason=f"could not log in with {secret}",
        started=AT,
        ended=AT,
        captures=tuple(
            CaptureEntry(
                name=name,
                schema_name="x",
                size=len(data),
                sha256=sha256_hex(data),
                complete=True,
            )
            for name, data in captures.items()
        ),
    )
    (folder / "attempt.json").write_bytes(record.to_bytes())
    return folder


@pytest.mark.parametrize("secret", SECRETS)
def test_planted_secrets_do_not_survive_in_the_twin(tmp_path, secret):
    source = plant(tmp_path / "survey", secret)
    assert len(leaks(tmp_path / "survey", secret)) >= 7
    make_twin(tmp_path / "survey", tmp_path / "twin", [Secret(secret, "password")], KEY)
    assert leaks(tmp_path / "twin", secret) == []
    twin = tmp_path / "twin" / FACT.folder
    for path in twin.iterdir():
        data = path.read_bytes()
        for encode in ENCODINGS.values():
            assert encode(secret).encode() not in data
            assert to_latin(encode(secret).encode()).encode() not in data
        assert data.count(b"\n") == (source / path.name).read_bytes().count(b"\n")


def test_what_a_driver_still_held_is_withheld_but_for_how_much_it_was(tmp_path):
    source = plant(tmp_path / "survey", "hunter2!x")
    said = "Set-Cookie: session=nobody registered this"
    lines = [header_line(), record_line({"kind": "incoming", "number": 1, "data": said}), b"{torn"]
    (source / INCOMING).write_bytes(b"".join(lines))
    make_twin(tmp_path / "survey", tmp_path / "twin", [], KEY)
    twin = (tmp_path / "twin" / FACT.folder / INCOMING).read_bytes()
    assert b"registered" not in twin
    assert b"torn" not in twin
    assert f'"data":"{"x" * len(said)}"'.encode() in twin
    assert b'"kind":"incoming"' in twin


@pytest.mark.parametrize("secret", SECRETS)
def test_the_twin_keeps_records_lines_and_offsets(tmp_path, secret):
    source = plant(tmp_path / "survey", secret)
    make_twin(tmp_path / "survey", tmp_path / "twin", [Secret(secret, "password")], KEY)
    twin = tmp_path / "twin" / FACT.folder
    with (source / "tcp-22.jsonl").open("rb") as old, (twin / "tcp-22.jsonl").open("rb") as new:
        before, after = read_journal(old), read_journal(new)
    assert after.complete
    for one, other in zip(before.records, after.records, strict=True):
        assert (one.line, one.kind, one.time) == (other.line, other.kind, other.time)
        if "data" in one.fields:
            assert len(one.text("data")) == len(other.text("data"))
    assert (twin / "traffic.pcap").stat().st_size == (source / "traffic.pcap").stat().st_size
    assert (twin / "nmap.xml").stat().st_size == (source / "nmap.xml").stat().st_size


def test_the_twins_attempt_describes_the_twins_captures(tmp_path):
    plant(tmp_path / "survey", "hunter2!x")
    make_twin(tmp_path / "survey", tmp_path / "twin", [Secret("hunter2!x", "password")], KEY)
    twin = tmp_path / "twin" / FACT.folder
    attempt = AttemptRecord.from_bytes((twin / "attempt.json").read_bytes())
    for entry in attempt.captures:
        data = (twin / entry.name).read_bytes()
        assert (entry.size, entry.sha256) == (len(data), sha256_hex(data))


def test_facts_of_the_raw_captures_get_no_twin(tmp_path):
    source = plant(tmp_path / "survey", "hunter2!x")
    assert (source / "facts.json").is_file()
    make_twin(tmp_path / "survey", tmp_path / "twin", [Secret("hunter2!x", "password")], KEY)
    assert not (tmp_path / "twin" / FACT.folder / "facts.json").exists()


def test_what_holds_no_secret_is_copied_byte_by_byte(tmp_path):
    source = plant(tmp_path / "survey", "hunter2!x")
    (source / "plain.json").write_text('{ "a" : 1.50 }')
    make_twin(tmp_path / "survey", tmp_path / "twin", [Secret("another-one", "password")], KEY)
    assert (tmp_path / "twin" / FACT.folder / "plain.json").read_text() == '{ "a" : 1.50 }'


def test_a_secret_in_a_files_name_is_refused_without_being_shown(tmp_path):
    (tmp_path / "of-hunter2!x.txt").write_text("nothing")
    known = SecretFile((Secret("hunter2!x", "user-password"),), KEY)
    with pytest.raises(EvidenceError, match="user-password") as error:
        refuse_leaks(DirectoryTree(tmp_path), known)
    assert "hunter2" not in str(error.value).rpartition("tmp")[2].partition(": ")[2]


def test_the_gate_names_file_and_kind_and_never_the_secret(tmp_path):
    (tmp_path / "a.txt").write_text("x " + b"hunter2!x".hex())
    known = SecretFile((Secret("hunter2!x", "user-password"),), KEY)
    with pytest.raises(EvidenceError, match=r"a\.txt: user-password \(hex\)") as error:
        refuse_leaks(DirectoryTree(tmp_path), known)
    assert "hunter2" not in str(error.value)


def test_a_number_that_is_a_secret_is_replaced_by_a_number_as_long(tmp_path):
    data = canonical({"pin": 12345678, "other": 12345679})
    document = json.loads(scrubber("12345678").file("x.json", data))
    assert document["other"] == 12345679
    assert document["pin"] != 12345678
    assert len(str(document["pin"])) == 8


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=24),
    st.text(max_size=20),
    st.sampled_from(sorted(ENCODINGS)),
)
def test_no_secret_of_any_characters_survives_in_a_journal(secret, around, encoding):
    shape = ENCODINGS[encoding](secret)
    journal = (
        header_line()
        + record_line({"data": f"{around}{shape}{around}", "kind": "sent", "n": 1, "t": AT})
        + end_line(0)
    )
    clean = scrubber(secret)
    text = json.loads(clean.file("x.jsonl", journal).splitlines()[1])["data"]
    assert len(text) == len(around) * 2 + len(shape)
    if clean.forms:
        assert not any(form.pattern.search(text) for form in clean.forms)


# secrets.json.


def test_secrets_are_read_from_the_run_directory(tmp_path):
    path = tmp_path / "secrets.json"
    path.write_text(
        '{"schema":"certbench/secrets/1","key":"' + "5a" * 32 + '",'
        '"secrets":[{"value":"hunter2!x","kind":"k"}]}'
    )
    assert load_secrets(path) == SecretFile((Secret("hunter2!x", "k"),), KEY)


@pytest.mark.parametrize(
    "content",
    ["", "{}", '{"schema":"certbench/secrets/1","key":"00","secrets":[]}',
     '{"schema":"certbench/secrets/1","key":"zz","secrets":[{"value":"hunter2!x"}]}'],
)  # fmt: skip
def test_a_damaged_list_of_secrets_is_an_error_that_quotes_nothing(tmp_path, content):
    path = tmp_path / "secrets.json"
    path.write_text(content)
    with pytest.raises(EvidenceError) as error:
        load_secrets(path)
    assert "hunter2" not in str(error.value)
