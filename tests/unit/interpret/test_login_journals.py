"""Journals of the credentials and console probes: truncated, mutated, without their controls."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.tree import DirectoryTree
from harness.errors import CaptureError
from harness.facts.credentials import TrialOutcome
from harness.interpret import console, credentials
from harness.interpret.base import CaptureReader, Upstream
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.observation import Absent, Present, Unknown
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry

GUESSES = 6


def read(folder: Path, module, journals: dict[str, bytes]):
    probe = module.INTERPRETER.probe
    key = FactKey(probe=ProbeName(probe), sample=SampleId("A"), visit=VisitId("1-x"), attempt=1)
    place = folder / key.folder
    place.mkdir(parents=True, exist_ok=True)
    entries = []
    for name, data in journals.items():
        (place / name).write_bytes(data)
        entry = CaptureEntry(name=name, schema_name="x", size=len(data), sha256="", complete=True)
        entries.append(entry)
    record = AttemptRecord(
        key=key,
        probe_version=1,
        outcome=AttemptOutcome.COMPLETED,
        started="x",
        ended="x",
        captures=tuple(entries),
    )
    return module.interpret(CaptureReader(DirectoryTree(folder), record), Upstream({}))


def lines(records: list[dict[str, object]]) -> bytes:
    body = b"".join(
        record_line({"t": f"2026-01-01T00:00:{n // 10:02}.{n % 10}00000Z", "n": n, **record})
        for n, record in enumerate(records)
    )
    return header_line() + body + end_line(0)


def trial(number: int, source: str, phase: str, result: str, password: str) -> list[dict]:
    good = source == "user"
    return [
        {
            "kind": "trial",
            "number": number,
            "phase": phase,
            "source": source,
            "control": good,
            "user": "admin",
            "password": password,
            "rule": "",
        },
        {
            "kind": "ssh",
            "result": result,
            "output": "uid=0(root)" if result == "accepted" else "",
            "duration_ms": 90,
        },
    ]


def journal(last: str = "accepted") -> list[dict]:
    records = [{"kind": "point", "target": "tcp/22", "method": "ssh", "port": 22, "host": "x"}]
    records += trial(1, "user", "control", "accepted", "good")
    records += trial(2, "random", "control", "rejected", "bad1")
    records += trial(3, "published", "trials", "rejected", "admin")
    records += trial(4, "user", "trials", "accepted", "good")
    for number in range(GUESSES):
        records += trial(5 + number, "random", "guessing", "rejected", f"bad{number}x")
    records += trial(20, "user", "guessing", last, "good")
    return records


INPUTS = lines([{"kind": "inputs", "state": "initialised", "guessing_attempts": GUESSES}])


def login_of(folder: Path, records: list[dict]):
    captures = {"inputs.jsonl": INPUTS, "tcp-22-ssh.jsonl": lines(records)}
    return read(folder, credentials, captures).logins[0]


def test_a_whole_run_without_hindrance_is_absent(tmp_path) -> None:
    login = login_of(tmp_path, journal())
    assert isinstance(login.limit.hindered, Absent)
    assert isinstance(login.discriminates, Present)


@pytest.mark.parametrize("late", [GUESSES - 1, GUESSES])
def test_a_bench_that_stalled_saw_no_absence(tmp_path, late) -> None:
    """Before the last guess or before the good login: a lock may have come and gone meanwhile."""
    records = journal()
    starts = [n for n, record in enumerate(records) if record.get("phase") == "guessing"]
    for n in range(starts[late], len(records)):
        records[n]["t"] = f"2026-01-01T00:00:{10 + n // 10:02}.{n % 10}00000Z"
    limit = login_of(tmp_path, records).limit
    assert isinstance(limit.hindered, Unknown)
    assert "pace" in limit.hindered.reason


def test_without_the_good_login_after_the_guesses_nothing_is_absent(tmp_path) -> None:
    for last in ("rejected", "unanswered"):
        assert isinstance(login_of(tmp_path, journal(last)).limit.hindered, Unknown)
    assert isinstance(login_of(tmp_path, journal()[:-2]).limit.hindered, Unknown)


def test_a_success_without_output_is_not_accepted(tmp_path) -> None:
    records = journal()
    records[2]["output"] = " "
    login = login_of(tmp_path, records)
    assert login.trials[0].outcome is TrialOutcome.UNANSWERED
    assert isinstance(login.control, Unknown)
    assert isinstance(login.limit.hindered, Unknown)


def test_equal_passwords_have_equal_identities(tmp_path) -> None:
    trials = login_of(tmp_path, journal()).trials
    assert trials[0].secret == trials[3].secret != trials[1].secret
    assert trials[0].secret.startswith("pw-")


@pytest.mark.parametrize("cut", range(0, 3600, 97))
def test_a_truncated_journal_holds_no_absence_without_its_control(tmp_path, cut) -> None:
    data = lines(journal())
    captures = {"inputs.jsonl": INPUTS, "tcp-22-ssh.jsonl": data[:cut]}
    if cut < len(header_line()):
        with pytest.raises(CaptureError):
            read(tmp_path, credentials, captures)
        return
    facts = read(tmp_path, credentials, captures)
    assert facts.complete == (cut >= len(data))
    whole = cut >= data.rindex(b'"result"')
    for login in facts.logins:
        assert whole or not isinstance(login.limit.hindered, Absent)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.data())
def test_mutated_journals_never_accept_without_confirmation(tmp_path, data) -> None:
    records = json.loads(json.dumps(journal()))
    for _ in range(data.draw(st.integers(1, 4))):
        record = records[data.draw(st.integers(0, len(records) - 1))]
        name = data.draw(st.sampled_from(sorted(record)))
        record[name] = data.draw(st.sampled_from(["", 0, None, [], "rejected", "accepted", True]))
    captures = {"inputs.jsonl": INPUTS, "tcp-22-ssh.jsonl": lines(records)}
    try:
        facts = read(tmp_path, credentials, captures)
    except CaptureError:
        return
    for login in facts.logins:
        for made in login.trials:
            if made.outcome is TrialOutcome.ACCEPTED and login.method == "ssh":
                number = int(made.evidence.where.removeprefix("line "))
                assert records[number - 2]["output"]
        if isinstance(login.limit.hindered, Absent):
            assert isinstance(login.control, Present)


CONSOLE = [
    {"kind": "console", "baud": 115200},
    {"kind": "phase", "name": "interrupt"},
    {"kind": "power", "state": "requested"},
    {"kind": "received", "data": "Boot 1.0\r\nDRAM: 1\r\n"},
    {"kind": "sent", "data": " "},
    {"kind": "sent", "data": "\r"},
    {"kind": "sent", "data": "s"},
    {"kind": "power", "state": "done"},
    {"kind": "received", "data": "Starting kernel ...\r\nup\r\n"},
    {"kind": "received", "data": "login: "},
    {"kind": "phase", "name": "shell"},
    {"kind": "marker", "value": "749"},
    {"kind": "sent", "data": "\r"},
    {"kind": "received", "data": "\r\nlogin: "},
]


def console_of(folder: Path, records: list[dict]):
    return read(folder, console, {"console.jsonl": lines(records)})


def test_a_boot_that_ignored_keys_is_absent_only_with_keys_in_the_window(tmp_path) -> None:
    assert isinstance(console_of(tmp_path, CONSOLE).boot_loader_prompt, Absent)
    keyless = [r for r in CONSOLE if r["kind"] != "sent"]
    assert isinstance(console_of(tmp_path, keyless).boot_loader_prompt, Unknown)
    late = [*CONSOLE[:4], *CONSOLE[7:9], *CONSOLE[4:7], *CONSOLE[9:]]
    assert isinstance(console_of(tmp_path, late).boot_loader_prompt, Unknown)
    powerless = [r for r in CONSOLE if r["kind"] != "power"]
    assert isinstance(console_of(tmp_path, powerless).boot_loader_prompt, Unknown)


@pytest.mark.parametrize("kept", range(len(CONSOLE)))
def test_a_torn_console_transcript_has_absences_only_with_controls(tmp_path, kept) -> None:
    facts = console_of(tmp_path, CONSOLE[:kept])
    if kept < len(CONSOLE):
        assert not isinstance(facts.unauthenticated_shell, Absent)
    if kept < 10:
        assert not isinstance(facts.boot_loader_prompt, Absent)
    assert not isinstance(facts.unauthenticated_shell, Present)


def test_an_echoed_marker_is_no_shell(tmp_path) -> None:
    echoed = [
        *CONSOLE[:12],
        {"kind": "sent", "data": "echo $((7*107))\r"},
        {"kind": "received", "data": "echo $((7*107))\r\nlogin: "},
    ]
    assert not isinstance(console_of(tmp_path, echoed).unauthenticated_shell, Present)
    echoed[-1] = {"kind": "received", "data": "echo $((7*107))\r\n749\r\n# "}
    assert isinstance(console_of(tmp_path, echoed).unauthenticated_shell, Present)
