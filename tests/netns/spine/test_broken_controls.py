"""A negative verdict whose control is broken becomes INCONCLUSIVE.

The captures of the hardened router are rewritten so that what showed that the bench would have
seen a thing is gone: the known-good login is refused, no handshake succeeds, the console is silent.
The survey is judged again; the units that rested on the control must not stay PASS, nor turn FAIL.
"""

import json
import re
from collections.abc import Callable

import pytest

from harness.encoding.canonical import canonical

pytestmark = [pytest.mark.netns, pytest.mark.slow]

ALERT = "\x15\x03\x03\x00\x02\x02\x28"
"""TLS alert handshake_failure (RFC 8446, section 6)."""
NO_ANSWER = {"status": 0, "reason": "", "headers": [], "body": "", "error": "TimeoutError: "}


def rewritten(path, change: Callable[[dict], dict | None]):
    """Rewrite a journal record by record; None blanks the record but keeps its line."""
    lines = []
    for line in path.read_bytes().splitlines():
        record = json.loads(line)
        if "kind" in record:
            record = change(record) or {"kind": "blank", "n": record["n"], "t": record["t"]}
        lines.append(canonical(record))
    path.write_bytes(b"\n".join(lines) + b"\n")


class Trials:
    """Says of each record whether it belongs to a trial of the known-good login."""

    def __init__(self):
        self._good = False

    def good(self, record):
        if record["kind"] == "trial":
            self._good = record["control"]
        return self._good and record["kind"] != "trial"


def refuse_ssh_login(visit):
    trials = Trials()

    def change(record):
        if trials.good(record) and record["kind"] == "ssh":
            return {
                **record,
                "result": "rejected",
                "output": "",
                "detail": "Authentication failed.",
            }
        return record

    rewritten(visit / "credentials/1/tcp-22-ssh.jsonl", change)


def refuse_web_login(visit):
    path = visit / "credentials/1/tcp-443-http-form.jsonl"
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    exchanges = [record for record in records if record.get("kind") == "exchange"]
    answers = ("status", "reason", "headers", "body")
    before = {
        entry["path"]: {name: entry[name] for name in answers}
        for entry in exchanges
        if entry["step"] == "before"
    }
    refusal = next(
        entry for entry in exchanges if entry["status"] == 401 and entry["step"] == "login"
    )
    trials = Trials()

    def change(record):
        if not trials.good(record) or record["kind"] != "exchange":
            return record
        if record["step"] == "login":
            return {**record, **{name: refusal[name] for name in answers}}
        if record["step"] == "after":
            return {**record, **before.get(record["path"], NO_ANSWER)}
        return record

    rewritten(path, change)


def no_handshake_succeeds(visit):
    def change(record):
        return {**record, "data": ALERT} if record["kind"] == "received" else record

    rewritten(visit / "tls/1/tcp-443.jsonl", change)


def ssh_is_silent(visit):
    for path in (visit / "ssh/1").glob("tcp-*.jsonl"):
        rewritten(path, lambda record: None if record["kind"] == "received" else record)


def console_is_silent(visit):
    path = visit / "console/1/console.jsonl"
    rewritten(path, lambda record: None if record["kind"] == "received" else record)


def web_is_silent(visit):
    def change(record):
        return {**record, **NO_ANSWER} if record["kind"] == "exchange" else record

    for path in (visit / "http/1").glob("tcp-*.jsonl"):
        rewritten(path, change)


def valid_requests_fail(visit):
    """Requests that a good client makes are refused like the odd ones."""

    def change(record):
        if record["kind"] == "control":
            return {**record, "received": "", "error": "TimeoutError: "}
        return record

    for path in (visit / "http-input/1").glob("tcp-*.jsonl"):
        rewritten(path, change)


def every_port_is_filtered(visit):
    for path in (visit / "ports/1").glob("nmap-tcp-*.xml"):
        text = path.read_text()
        text = re.sub(r'state="closed"', 'state="filtered"', text)
        text = re.sub(r'reason="reset"', 'reason="no-response"', text)
        path.write_text(re.sub(r"<port .*</port>\n", "", text))


BROKEN = {
    refuse_ssh_login: ("5.1-4-2b", "5.1-5-2b"),
    refuse_web_login: ("5.1-4-2b", "5.1-5-2b", "5.5-4-2b"),
    no_handshake_succeeds: ("5.1-3-2a", "5.5-1-2a", "5.5-7-2a"),
    ssh_is_silent: ("5.1-3-2a", "5.5-1-2a", "5.5-7-2a", "5.5-2-2a"),
    console_is_silent: ("5.6-4-2a",),
    web_is_silent: ("5.1-1-2a", "5.5-4-2a", "5.5-5-2a", "5.6-2-2a", "5.5-2-2a"),
    valid_requests_fail: ("5.13-1-2a",),
    every_port_is_filtered: ("5.6-1-2a", "5.6-1-2b", "5.5-5-2b", "5.13-1-2c"),
}


@pytest.mark.parametrize("break_control", BROKEN, ids=lambda entry: entry.__name__)
def test_without_its_control_a_verdict_is_inconclusive(
    break_control, hardened, run_copy, spine, tmp_path
):
    before = hardened.verdicts(spine.etsi)
    assert {before[unit] for unit in BROKEN[break_control]} == {"PASS"}
    break_control(run_copy / "survey/A/2-initialised")
    results = spine.judged(run_copy, spine.etsi, tmp_path / "judged")
    stayed = {
        unit: (results[unit].verdict.value, results[unit].reason)
        for unit in BROKEN[break_control]
        if results[unit].verdict != "INCONCLUSIVE"
    }
    assert not stayed
    failed = {unit: result.reason for unit, result in results.items() if result.verdict == "FAIL"}
    assert not failed


def test_rewriting_captures_without_a_change_changes_no_verdict(
    hardened, run_copy, spine, tmp_path
):
    """The control of the tests above: what they change is the content, not the file."""
    for path in (run_copy / "survey").rglob("*.jsonl"):
        rewritten(path, lambda record: record)
    results = spine.judged(run_copy, spine.etsi, tmp_path / "judged")
    assert {unit: result.verdict.value for unit, result in results.items()} == hardened.verdicts(
        spine.etsi
    )
