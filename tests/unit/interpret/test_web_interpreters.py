"""The web and SSH interpreters survive whatever stands in a capture."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.tree import DirectoryTree
from harness.errors import CaptureError
from harness.facts.base import Facts
from harness.interpret import http, http_input, identity, ssh
from harness.interpret.base import CaptureReader, Upstream
from harness.interpret.http_messages import parse_answer
from harness.interpret.ssh_packets import own_kexinit
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.observation import Absent, Present, Unknown
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry

T = "2026-11-22T00:00:00.000000Z"
TARGET = {"address": "192.0.2.1", "port": 80, "tls": False}
LOGIN = "<form method=post action=/login><input name=u><input type=password name=p></form>"


def _journal(*records, ended=True) -> bytes:
    lines = [record_line({"t": T, **record}) for record in records]
    return header_line() + b"".join(lines) + (end_line(0) if ended else b"")


def _inputs(**more) -> bytes:
    return _journal({"kind": "inputs", "targets": [TARGET], "not_examined": [], **more})


def _exchange(path, status=200, body="", purpose="page", **headers):
    pairs = [[name.replace("_", "-"), value] for name, value in headers.items()]
    return {
        "kind": "exchange", "purpose": purpose, "method": "GET",
        "url": f"http://192.0.2.1{path}", "status": status, "error": "" if status else "reset",
        "headers": [["Content-Type", "text/html"], *pairs], "body": body,
    }  # fmt: skip


def _read(folder: Path, interpreter, files: dict[str, bytes], *, complete=True) -> Facts:
    key = FactKey(
        probe=ProbeName(str(interpreter.probe)),
        sample=SampleId("A"),
        visit=VisitId("1-x"),
        attempt=1,
    )
    where = folder / key.folder
    where.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, data in files.items():
        (where / name).write_bytes(data)
        entries.append(
            CaptureEntry(
                name=name, schema_name="j", size=len(data), sha256="0" * 64, complete=complete
            )
        )
    record = AttemptRecord(
        key=key, probe_version=1, outcome=AttemptOutcome.COMPLETED, started=T, ended=T,
        captures=tuple(entries),
    )  # fmt: skip
    reader = CaptureReader(DirectoryTree(folder), record)
    facts = interpreter.interpret(reader, Upstream({}))
    assert type(facts).from_bytes(facts.to_bytes()) == facts
    return facts


def _step(kind, name, received, error=""):
    return {"kind": kind, "name": name, "sent": "GET / HTTP/1.1\r\n\r\n", "received": received,
            "error": error}  # fmt: skip


OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
SAMPLES = {
    "http": (
        http.INTERPRETER,
        {
            "inputs.jsonl": _inputs(),
            "tcp-80.jsonl": _journal(
                _exchange("/", 302, Location="/login"),
                _exchange("/login", body=LOGIN, Server="nginx/1.2.3"),
                _exchange("/api/settings", 401, '{"error":"x"}', WWW_Authenticate="Basic realm=x"),
                _exchange("/x", 301, Location="https://192.0.2.1/"),
                {"kind": "redirect", "path": "/x", "location": "https://192.0.2.1/",
                 "followed": False, "reason": "r"},
            ),
        },
    ),
    "http-input": (
        http_input.INTERPRETER,
        {
            "inputs.jsonl": _inputs(),
            "tcp-80.jsonl": _journal(
                {"kind": "ground", "control": "/", "inputs": ["/"], "logins": 1},
                _step("control", "GET /", OK),
                _step("case", "odd", "HTTP/1.1 400 no\r\n\r\n"),
                _step("control", "GET /", OK),
                {"kind": "finished"},
            ),
        },
    ),
    "ssh": (
        ssh.INTERPRETER,
        {
            "inputs.jsonl": _inputs(),
            "tcp-80.jsonl": _journal(
                {"kind": "connect", "outcome": "open"},
                {"kind": "received", "data": "SSH-2.0-X_1.2\r\n"},
                {"kind": "received", "data": own_kexinit(bytes(16)).decode("latin-1")},
                {"kind": "survey", "result": "accepted", "auth_methods": ["password"],
                 "host_key": "\0\0\0\x0bssh-ed25519\0\0\0\x20" + "k" * 32, "none_accepted": False},
            ),
        },
    ),
    "identity": (
        identity.INTERPRETER,
        {
            "inputs.jsonl": _journal(
                {"kind": "inputs", "target": "192.0.2.1", "path": "/api/about",
                 "pattern": "v([0-9.]+)", "reason": ""}
            ),
            "exchanges.jsonl": _journal(
                _exchange("/api/about", body='{"firmware":"2.4.1"}', purpose="version")
            ),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_the_whole_sample_is_read(name, tmp_path):
    interpreter, files = SAMPLES[name]
    facts = _read(tmp_path, interpreter, files)
    assert facts.complete
    assert facts.examined


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_mutated_capture_gives_facts_or_a_capture_error(name, data, tmp_path):
    interpreter, files = SAMPLES[name]
    victim = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[victim])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    try:
        _read(tmp_path, interpreter, {**files, victim: bytes(content)})
    except CaptureError:
        return


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_value_in_any_field_gives_facts_or_a_capture_error(name, data, tmp_path):
    interpreter, files = SAMPLES[name]
    victim = data.draw(st.sampled_from(sorted(files)))
    lines = files[victim].splitlines()
    number = data.draw(st.integers(1, len(lines) - 2))
    record = json.loads(lines[number])
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(JSON)
    lines[number] = json.dumps(record).encode()
    try:
        _read(tmp_path, interpreter, {**files, victim: b"\n".join(lines) + b"\n"})
    except CaptureError:
        return


@pytest.mark.parametrize("name", SAMPLES)
def test_a_capture_without_its_end_is_incomplete(name, tmp_path):
    interpreter, files = SAMPLES[name]
    torn = {key: value.removesuffix(end_line(0)) for key, value in files.items()}
    assert not _read(tmp_path, interpreter, torn).complete


@pytest.mark.parametrize("name", ["http", "http-input", "ssh"])
def test_an_endpoint_without_capture_is_not_examined(name, tmp_path):
    interpreter, files = SAMPLES[name]
    facts = _read(tmp_path, interpreter, {"inputs.jsonl": files["inputs.jsonl"]})
    assert facts.gap("tcp/80") is not None
    assert not facts.complete


def _http(tmp_path, *exchanges):
    files = {"inputs.jsonl": _inputs(), "tcp-80.jsonl": _journal(*exchanges)}
    return _read(tmp_path, http.INTERPRETER, files).servers[0]


def test_settings_seen_only_while_logged_in_are_not_open(tmp_path):
    form = "<form method=post action=/settings><input name=hostname></form>"
    server = _http(
        tmp_path,
        _exchange("/login", body=LOGIN),
        _exchange("/settings", body=form, purpose="signed-in"),
        _exchange("/settings", 302, Location="/login"),
    )
    assert isinstance(server.open_configuration, Absent)
    assert server.open_configuration.control.where == "line 4"
    assert server.open_pages == ()


def test_a_catch_all_answer_is_no_settings_page(tmp_path):
    server = _http(
        tmp_path,
        _exchange("/nowhere", body="<div id=app></div>", purpose="missing-page"),
        _exchange("/settings", body="<div id=app></div>"),
        _exchange("/api/settings", 401),
    )
    assert isinstance(server.open_configuration, Absent)


def test_a_settings_page_that_gave_no_answer_leaves_doubt(tmp_path):
    server = _http(tmp_path, _exchange("/settings", 0), _exchange("/api/settings", 401))
    assert isinstance(server.open_configuration, Unknown)


def test_a_form_that_sets_a_password_blindly_leaves_doubt(tmp_path):
    form = "<form method=post><input type=password name=new><input type=password name=rep></form>"
    server = _http(tmp_path, _exchange("/setup", body=form), _exchange("/api/settings", 401))
    assert isinstance(server.open_configuration, Unknown)


def test_a_search_form_is_not_configuration(tmp_path):
    form = "<form method=post action=/search><input name=q></form>"
    server = _http(tmp_path, _exchange("/", body=form), _exchange("/settings", 403))
    assert isinstance(server.open_configuration, Absent)


def test_a_wifi_key_in_a_settings_form_does_not_hide_it(tmp_path):
    form = "<form method=post action=/w><input name=ssid><input type=password name=wpa_key></form>"
    server = _http(tmp_path, _exchange("/w", body=form), _exchange("/settings", 401))
    assert isinstance(server.open_configuration, Present)
    assert server.logins == ()


def test_no_answer_to_one_page_keeps_the_redirect_to_tls_unknown(tmp_path):
    server = _http(tmp_path, _exchange("/", 301, Location="https://192.0.2.1/"), _exchange("/x", 0))
    assert isinstance(server.redirects_to_tls, Unknown)


def test_versions_that_disagree_are_unknown(tmp_path):
    _, files = SAMPLES["identity"]
    exchanges = _journal(
        _exchange("/api/about", body='{"firmware":"1"}', purpose="version"),
        _exchange("/api/about", body='{"firmware":"2"}', purpose="version"),
    )
    facts = _read(tmp_path, identity.INTERPRETER, {**files, "exchanges.jsonl": exchanges})
    assert facts.firmware == ""
    assert isinstance(facts.seen, Unknown)


@pytest.mark.parametrize("pattern", ["(", "no group", "", "(?P<x>", "v(x)?"])
def test_an_unusable_pattern_states_no_version(pattern):
    assert identity.version_in(b"<p>v1.2", pattern) == ""


@pytest.mark.parametrize(
    ("data", "status", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", 200, False),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 400 no\r\n\r\n", 400, False),
        (b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, True),
        (b"HTTP/1.1 204 x\r\n\r\n", 204, True),
    ],
)
def test_raw_answers(data, status, whole):
    answer = parse_answer(data)
    assert (answer.status, answer.whole) == (status, whole)


@given(st.binary(max_size=200))
def test_any_bytes_as_an_answer_are_survived(data):
    parse_answer(b"HTTP/1.1 200 OK\r\n" + data)
    assert parse_answer(b"x" + data) is None


@pytest.mark.parametrize(
    ("more", "headers", "unread"),
    [
        ({}, {}, ""),
        ({"truncated": True}, {}, "the page is longer than the bench reads"),
        ({"truncated": True}, {"Content_Type": "image/png"}, ""),
        ({}, {"Content_Encoding": "br"}, "the page is in a coding that the bench cannot undo"),
    ],
)
def test_a_page_that_was_not_read_whole_says_so(more, headers, unread, tmp_path):
    body = "\x0b\x02\x80" if headers.get("Content_Encoding") else "<p>hello</p>"
    exchange = {**_exchange("/", body=body, **headers), **more}
    if "Content_Type" in headers:
        exchange["headers"] = [["Content-Type", headers["Content_Type"]]]
    files = {"inputs.jsonl": _inputs(), "tcp-80.jsonl": _journal(exchange)}
    assert _read(tmp_path, http.INTERPRETER, files).servers[0].unread == unread
