"""What reaches the disk, and what happens when nothing more does."""

import json
import multiprocessing
import os
import signal

import pytest

from harness.encoding.clock import Clock
from harness.encoding.journal import INCOMING, read_journal
from harness.errors import EvidenceError, StorageError, UsageError
from harness.survey.run_directory import is_finished, locate, set_finished, working_on
from harness.survey.spool import Spool
from harness.survey.store import (
    AttemptFolder,
    JournalWriter,
    SecretStore,
    create_run_directory,
    write_atomic,
)


def records(path):
    with path.open("rb") as stream:
        return read_journal(stream)


def write_and_die(path):
    writer = JournalWriter(path, Clock())
    for number in range(100):
        writer.record("received", data=b"x" * 1000, number=number)
    os.kill(os.getpid(), signal.SIGKILL)


def test_every_record_outlives_the_process(tmp_path):
    path = tmp_path / "talk.jsonl"
    process = multiprocessing.get_context("fork").Process(target=write_and_die, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert len(records(path).records) == 100
    assert not records(path).complete


def test_a_full_disk_leaves_whole_records_only(tmp_path, limited):
    path = tmp_path / "talk.jsonl"
    writer = JournalWriter(path, Clock())
    with limited(3000):
        for _ in range(2):
            writer.record("received", data=b"x" * 1000)
        with pytest.raises(StorageError, match=r"talk\.jsonl: cannot be written"):
            writer.record("received", data=b"x" * 1000)
    writer.close(ended=True)
    assert path.read_bytes().endswith(b"\n")
    assert len(records(path).records) == 2


def test_a_journal_that_failed_once_takes_nothing_more(tmp_path, limited):
    """A record that is missing in the middle would go unnoticed."""
    path = tmp_path / "talk.jsonl"
    writer = JournalWriter(path, Clock())
    with limited(500), pytest.raises(StorageError):
        writer.record("received", data=b"x" * 1000)
    with pytest.raises(StorageError):
        writer.record("received", data=b"y")
    writer.close(ended=True)
    assert not records(path).complete
    assert records(path).records == ()


def test_a_file_that_does_not_fit_leaves_the_old_one(tmp_path, limited):
    path = tmp_path / "attempt.json"
    write_atomic(path, b"old")
    with limited(100), pytest.raises(StorageError):
        write_atomic(path, b"x" * 1000)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["attempt.json"]


def test_secrets_of_an_earlier_process_are_kept_with_the_key(tmp_path):
    path = tmp_path / "secrets.json"
    SecretStore(path).add("first", "password")
    before = json.loads(path.read_bytes())
    SecretStore(path).add("second", "password")
    after = json.loads(path.read_bytes())
    assert after["key"] == before["key"]
    assert [entry["value"] for entry in after["secrets"]] == ["first", "second"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_of_secrets_that_is_none_is_refused(tmp_path):
    path = tmp_path / "secrets.json"
    path.write_bytes(b"{}")
    with pytest.raises(EvidenceError, match="list of secrets"):
        SecretStore(path)


def test_one_process_at_a_time_works_on_a_run(tmp_path):
    create_run_directory(tmp_path / "run")
    second = working_on(tmp_path / "run")
    held = pytest.raises(UsageError, match=f"process {os.getpid()}")
    with working_on(tmp_path / "run"), held:
        second.__enter__()
    with working_on(tmp_path / "run"):
        pass


def test_a_folder_without_an_order_is_no_run(tmp_path):
    with pytest.raises(UsageError, match="has sent nothing: start it again"):
        locate(tmp_path)


def test_a_run_that_died_before_its_order_can_be_started_again(tmp_path):
    create_run_directory(tmp_path / "run")
    with working_on(tmp_path / "run"):
        pass
    (tmp_path / "run" / "private" / ".order.json.1.2").write_bytes(b"{")
    create_run_directory(tmp_path / "run")
    write_atomic(tmp_path / "run" / "private" / "order.json", b"{}")
    with pytest.raises(EvidenceError, match="never overwritten"):
        create_run_directory(tmp_path / "run")


def test_a_finished_run_can_be_taken_up_again(tmp_path):
    create_run_directory(tmp_path)
    assert not is_finished(tmp_path)
    set_finished(tmp_path, finished=True)
    assert is_finished(tmp_path)
    set_finished(tmp_path, finished=False)
    assert not is_finished(tmp_path)


def test_the_spool_holds_what_is_in_flight(tmp_path):
    spool = Spool(tmp_path, Clock())
    tap = spool.tap("GET http://192.0.2.1/")
    assert not (tmp_path / INCOMING).exists()
    tap.took(b"HTTP/1.1 200")
    tap.took(b" OK\r\n")
    found = records(tmp_path / INCOMING).records
    assert [record.text("data") for record in found] == ["HTTP/1.1 200", " OK\r\n"]
    spool.end()


def test_the_spool_begins_anew_only_when_nothing_is_in_flight(tmp_path):
    spool = Spool(tmp_path, Clock())
    first, second, third = (spool.tap(name) for name in ("first", "second", "third"))
    first.took(b"1")
    first.done()
    assert len(records(tmp_path / INCOMING).records) == 1  # the probe may not have it yet
    second.took(b"2")
    third.took(b"3")
    second.done()
    second.took(b"4")
    assert [entry.text("data") for entry in records(tmp_path / INCOMING).records] == ["2", "3", "4"]
    spool.end()


def test_what_was_in_flight_when_the_disk_was_full_stays(tmp_path):
    spool = Spool(tmp_path, Clock())
    tap = spool.tap("GET http://192.0.2.1/")
    tap.took(b"HTTP/1.1 200")
    tap.done()
    assert spool.end(broken_off=True) is not None
    assert len(records(tmp_path / INCOMING).records) == 1


def test_the_spool_of_an_attempt_that_ended_is_gone(tmp_path):
    spool = Spool(tmp_path, Clock())
    tap = spool.tap("nmap")
    tap.took(b"<?xml")
    tap.done()
    assert spool.end() is None
    tap.took(b"late")
    assert list(tmp_path.iterdir()) == []


def test_what_a_driver_never_handed_over_stays(tmp_path):
    spool = Spool(tmp_path, Clock())
    spool.tap("nmap").took(b"<?xml")
    assert spool.end() is not None
    assert len(records(tmp_path / INCOMING).records) == 1


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", "", "x\x1b[m", "x\u202e", "a" * 101, "X Y"])
def test_no_text_of_a_device_becomes_the_name_of_a_file(name, tmp_path):
    folder = AttemptFolder(tmp_path / "attempt", Clock())
    with pytest.raises(EvidenceError, match="not a new capture's name"):
        folder.store(name, b"", "x")
    assert list(folder.path.iterdir()) == []
