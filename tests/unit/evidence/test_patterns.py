"""What is secret by its looks is replaced in every kind of file, though nobody ever learnt it."""

import base64
import gzip
import json

import pytest

from harness.encoding.journal import end_line, header_line, read_journal, record_line
from harness.evidence.packet_twin import streams_in
from harness.evidence.scrub import Scrubber

KEY = b"\x5a" * 32
PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ7secret"
SHAPES = {
    "hostapd": ("wpa_passphrase=correcthorse9", "correcthorse9"),
    "quoted key with blanks": ('psk="correct horse battery"', "horse battery"),
    "single quotes": ("network psk='correct horse battery' x", "horse battery"),
    "uci": ("option wifi_key: sup3rs3cret", "sup3rs3cret"),
    "64 digits": ("psk=" + "0123456789abcdef" * 4, "89abcdef01234567"),
    "SAE": ("sae_password=correcthorse9", "correcthorse9"),
    "XML": ("<keyMaterial>correct horse</keyMaterial>", "correct horse"),
    "vendor": ("WPAPSK1=correcthorse9", "correcthorse9"),
    "shadow": ("root:$6$abcdefgh$QwErTyUiOpAsDfGhJkLzXc:19000:0:::", "QwErTyUiOpAsDfGhJkLzXc"),
    "yescrypt": ("root:$y$j9T$abcdefgh$QwErTyUiOpAsDfGhJkLzXc:1::::", "QwErTyUiOpAsDfGhJkLzXc"),
    "basic": (
        "Authorization: Basic " + base64.b64encode(b"admin:unknown-pw").decode(),
        base64.b64encode(b"unknown-pw").decode()[4:12],
    ),
    "bearer": ("Authorization: Bearer abcdef0123456789xyz", "abcdef0123456789xyz"),
    "private key": (
        f"-----BEGIN PRIVATE KEY-----\n{PEM_BODY}\n-----END PRIVATE KEY-----\n",
        PEM_BODY,
    ),
    "private key without an end": (f"-----BEGIN RSA PRIVATE KEY-----\n{PEM_BODY}\n", PEM_BODY),
    "web token": (
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "eyJzdWIiOiIxMjM0NTY3ODkwIn0",
    ),
    "cookie": ("\r\nCookie: sid=0a1b2c3d4e5f6071\r\n", "0a1b2c3d4e5f6071"),
    "set cookie": ("\r\nSet-Cookie: sid=0a1b2c3d4e5f6071; Path=/\r\n", "0a1b2c3d4e5f6071"),
}


def clean(name, data):
    twin = Scrubber([], KEY).file(name, data)
    assert len(twin) == len(data)
    return twin


@pytest.mark.parametrize("shape", SHAPES)
class TestEverywhere:
    def test_in_a_text(self, shape):
        text, secret = SHAPES[shape]
        twin = clean("a.txt", f"\n{text}\n".encode())
        assert secret.encode() not in twin

    def test_in_json(self, shape):
        text, secret = SHAPES[shape]
        twin = clean("a.json", json.dumps({"text": text}).encode())
        assert secret not in json.loads(twin)["text"]

    def test_in_json_within_a_text(self, shape):
        text, secret = SHAPES[shape]
        twin = clean("a.txt", json.dumps({"text": f"\r\n{text}"}).encode())
        assert secret.encode() not in twin or "ookie" in text

    def test_in_a_journal_in_pieces(self, shape):
        text, secret = SHAPES[shape]
        place = text.index(secret) + len(secret) // 2
        records = [
            record_line({"kind": "received", "connection": 1, "data": piece, "n": n, "t": ""})
            for n, piece in enumerate((f"\n{text[:place]}", text[place:]), 1)
        ]
        twin = clean("a.jsonl", header_line() + b"".join(records) + end_line(0))
        lines = [json.loads(line) for line in twin.splitlines()[1:3]]
        joined = "".join(line["data"] for line in lines)
        assert secret not in joined
        assert len(joined) == len(text) + 1

    def test_in_packets_in_pieces(self, shape, pcap_of):
        text, secret = SHAPES[shape]
        place = text.index(secret) + len(secret) // 2
        data = pcap_of([f"\n{text[:place]}".encode(), text[place:].encode()])
        assert secret in "".join(streams_in(data))
        assert secret not in "".join(streams_in(clean("a.pcap", data)))

    def test_in_a_compressed_text(self, shape):
        text, secret = SHAPES[shape]
        twin = clean("a.gz", gzip.compress(f"\n{text}\n".encode() + b"and more " * 20))
        left = gzip.decompress(twin).decode() if twin[:2] == b"\x1f\x8b" else ""
        assert secret not in left

    def test_in_an_allure_result(self, shape):
        text, secret = SHAPES[shape]
        result = {
            "parameters": [{"name": "told", "value": text}],
            "statusDetails": {"message": text, "trace": f"E   {text}"},
            "steps": [{"name": text}],
        }
        twin = Scrubber([], KEY).result("x-result.json", json.dumps(result).encode())
        told = json.loads(twin)
        assert secret not in told["parameters"][0]["value"]
        assert secret not in told["statusDetails"]["message"]
        assert secret not in told["steps"][0]["name"]


def test_equal_ones_get_equal_tokens_however_often_they_are_looked_at():
    scrubber = Scrubber([], KEY)
    once = scrubber.text("psk=correcthorse9\n")
    assert scrubber.text(once) == once
    journal = [
        record_line({"kind": "r", "connection": 1, "data": text, "n": 1, "t": ""})
        for text in ("psk=correct", "horse9\n")
    ]
    twin = scrubber.file("a.jsonl", header_line() + b"".join(journal) + end_line(0))
    lines = [json.loads(line)["data"] for line in twin.splitlines()[1:3]]
    assert "".join(lines) == once


def test_fields_that_are_named_after_a_key_are_replaced_whole():
    twin = clean("a.json", b'{"wpa_passphrase":"correct horse","ssid":"home","psk":"short"}')
    told = json.loads(twin)
    assert told["wpa_passphrase"] != "correct horse"
    assert (told["ssid"], told["psk"]) == ("home", "short")


def test_a_key_that_never_ends_costs_what_follows_no_more_than_a_key():
    text = "-----BEGIN PRIVATE KEY-----\n" + "word " * 5000 + "the end"
    assert clean("a.txt", text.encode()).endswith(b"the end")


def test_the_body_of_a_foreign_coding_is_masked_in_an_exchange():
    record = record_line(
        {
            "kind": "exchange",
            "headers": [["Content-Encoding", "br"]],
            "body": "\x8b\x01\x80secret",
            "n": 1,
            "t": "",
        }
    )
    twin = Scrubber([], KEY).file("a.jsonl", header_line() + record + end_line(0))
    assert json.loads(twin.splitlines()[1])["body"] == "x" * 9


def test_a_journal_of_twins_is_still_one(tmp_path):
    record = record_line({"kind": "received", "data": "psk=correcthorse9", "n": 1, "t": ""})
    file = tmp_path / "a.jsonl"
    file.write_bytes(clean("a.jsonl", header_line() + record + end_line(0)))
    with file.open("rb") as stream:
        assert read_journal(stream).whole
