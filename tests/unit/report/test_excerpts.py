"""Quotes from captures: exact, harmless, bounded, and only from files of the survey."""

import io
import json

import pytest

from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.text import to_latin
from harness.encoding.tree import DirectoryTree
from harness.model.observation import EvidenceRef
from harness.report import excerpts
from harness.report.excerpts import Excerpts


@pytest.fixture
def quote(tmp_path):
    """Quotes ``where`` of a capture with this content."""

    def at(content, where, secrets=(), path="a/x.jsonl"):
        file = tmp_path / "survey" / "a" / "x.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return Excerpts(DirectoryTree(tmp_path / "survey"), secrets).at(
            EvidenceRef(path=path, where=where)
        )

    return at


def journal(*records):
    numbered = [{"n": number, "t": "t", **record} for number, record in enumerate(records, 1)]
    return header_line() + b"".join(map(record_line, numbered)) + end_line(0)


def received(data, **more):
    return {"kind": "received", "data": to_latin(data), **more}


def test_a_record_is_quoted_behind_the_one_before_it(quote):
    seen = quote(journal({"kind": "sent", "data": "\r"}, received(b"login: ")), "line 3")
    assert seen.lines == ('sent: data "\\x0d"', 'received: data "login: "')
    assert seen.note == ""


def test_the_first_record_stands_alone(quote):
    assert quote(journal(received(b"SSH-2.0-x\r\n")), "line 2").lines == (
        'received: data "SSH-2.0-x\\x0d\\x0a"',
    )


def test_a_text_of_several_lines_stays_one(quote):
    exchange = {
        "kind": "exchange",
        "status": 302,
        "headers": [["Server", "x"], ["Location", "/\x1b[2J"]],
        "body": "\n".join(f"line {number}" for number in range(1, 13)),
        "request_headers": [["Host", "router"]],
    }
    assert quote(journal(exchange), "line 2").lines == (
        "exchange: status 302",
        "  headers:",
        "    Server: x",
        "    Location: /\\x1b[2J",
        "  body:",
        *(f"    line {number}" for number in range(1, 9)),
        "    ... 4 more lines",
        "  request_headers:",
        "    Host: router",
    )


def test_a_line_is_found_again_without_reading_from_the_start(tmp_path):
    lines = [f"{number} {'x' * 1000}" for number in range(1, 501)]
    (tmp_path / "x").write_text("\n".join(lines))
    quotes = Excerpts(DirectoryTree(tmp_path))
    for number in (500, 1, 2, 64, 65, 66, 67, 130, 499, 3, 500):
        seen = quotes.at(EvidenceRef(path="x", where=f"line {number}"))
        assert seen.lines[-1].split()[0] == str(number)
        assert [line.split()[0] for line in seen.lines[:-1]] in ([], [str(number - 1)])
    before = quotes._left
    quotes.at(EvidenceRef(path="x", where="line 500"))
    assert before - quotes._left < 100_000


def test_bytes_that_are_no_text_are_shown_as_hex(quote):
    (line,) = quote(journal(received(bytes(range(256)))), "line 2").lines
    assert line.startswith("received: data hex 00 01 02 03")
    assert line.endswith("(256 bytes)")


@pytest.mark.parametrize(
    "evil", ["\x1b[2J\x1b]0;x\x07", "\u202egnp.exe", "\x9b31m", "<script>alert(1)</script>"]
)
def test_nothing_of_the_device_is_live(quote, evil):
    record = {"kind": evil, evil: evil, "data": evil, "list": [[evil, evil]]}
    for line in quote(journal(record), "line 2").lines:
        assert line.isprintable()
        assert "\x1b" not in line


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_a_quote_is_short_whatever_was_captured(quote, size):
    record = {"kind": "k" * size, "data": "A" * size, "more": ["x"] * size, "b" * size: 1}
    for line in quote(journal(record), "line 2").lines:
        assert len(line) < 2000


def test_secrets_of_a_run_are_masked_and_short_ones_are_not(quote):
    record = {"kind": "login", "password": "tr0ub4dor", "headers": [["Cookie", "tr0ub4dor"]]}
    seen = "\n".join(quote(journal(record), "line 2", secrets=("tr0ub4dor", "o")).lines)
    assert "tr0ub4dor" not in seen
    assert seen.count("[secret]") == 2
    assert seen.startswith("login")


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("port 23", 'portid="23"><state state="open"/>'),
        ("extraports closed", '<extraports state="closed" count="65533">'),
    ],
)
def test_a_port_of_a_scan_is_found(quote, where, shown):
    scan = (
        b'<ports><extraports state="closed" count="65533">\n'
        b'<port protocol="tcp" portid="23"><state state="open"/></port>\n</ports>'
    )
    assert quote(scan, where).lines == (shown,)


@pytest.mark.parametrize("where", ["line 99", "line 0", "port 9", "frame 7", "\x1b[2J"])
def test_a_place_that_is_not_there_is_said_to_be(quote, where):
    seen = quote(journal(received(b"x")), where)
    assert seen.lines == ()
    assert seen.note == "there is no such place"
    assert seen.where.isprintable()


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a/../a/x.jsonl", "a", ""])
def test_only_files_of_the_survey_are_opened(quote, path):
    seen = quote(journal(received(b"x")), "line 2", path=path)
    assert seen.lines == ()
    assert seen.note == "no such capture in this evidence"


def test_what_is_no_journal_is_quoted_as_it_is(quote):
    assert quote(b"header\nU-Boot 2023.01\n\x1b[0m\n", "line 2").lines == ("U-Boot 2023.01",)
    assert quote(b'[1]\n"text"\n', "line 1").lines == ("[1]",)


def test_reading_ends_when_the_budget_is_spent(monkeypatch):
    monkeypatch.setattr(excerpts, "_BUDGET_BYTES", 1000)

    class Endless:
        label = "endless"

        def names(self):
            return ("x",)

        def size(self, name):
            return 10**12

        def open(self, name):
            return Stream()

    class Stream(io.RawIOBase):
        def readline(self, size=-1, /):
            read.append(size)
            return b"x" * 99 + b"\n"

    read = []
    quotes = Excerpts(Endless())
    for _ in range(5):
        seen = quotes.at(EvidenceRef(path="x", where="line 999999999"))
        assert seen.note == "too much evidence to read it all"
    assert len(read) == 10


def test_deep_nesting_is_no_defect(quote):
    deep = b'{"kind":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    assert quote(header_line() + deep, "line 2").lines[0].startswith('{"kind":[[[')


def test_numbers_and_odd_json_stay_harmless(quote):
    line = json.dumps({"kind": 1, "x": {"a": [None, True, 1e300]}}).encode() + b"\n"
    assert quote(header_line() + line, "line 2").lines == ("1: x {'a': [None, True, 1e+300]}",)
