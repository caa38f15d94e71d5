"""A journal is read as far as it is whole; what it holds of another kind is a CaptureError."""

import io
from typing import Any

import pytest

from harness.encoding.journal import Journal, JournalRecord, end_line, header_line, read_journal
from harness.errors import CaptureError


def read(*lines: bytes) -> Journal:
    return read_journal(io.BytesIO(header_line() + b"".join(lines)))


def record(**fields: Any) -> JournalRecord:
    return JournalRecord(2, "inputs", "", fields)


def test_whole_only_when_ended_and_nothing_was_dropped() -> None:
    assert read(end_line(0)).whole
    assert not read(end_line(1)).whole
    assert not read().whole


@pytest.mark.parametrize("dropped", [b'"many"', b"[]", b"1e999", b"null"])
def test_an_end_that_counts_nothing_is_a_capture_error(dropped: bytes) -> None:
    with pytest.raises(CaptureError, match="dropped"):
        read(b'{"dropped":' + dropped + b',"end":true}\n')


def test_the_first_record_of_a_kind() -> None:
    journal = read(b'{"kind":"inputs","n":1,"t":""}\n', end_line(0))
    assert journal.first("inputs").line == 2
    with pytest.raises(CaptureError, match="targets"):
        journal.first("targets")


def test_fields_of_each_type() -> None:
    full = record(data="\u00ff", ports=[1, 65535], names=["a"])
    assert full.data("data") == b"\xff"
    assert full.ports("ports") == (1, 65535)
    assert full.listed("names") == ["a"]
    assert (full.data("none"), full.ports("none"), full.listed("none")) == (b"", (), [])


@pytest.mark.parametrize("value", [[0], [65536], [True], ["80"], "80", {"80": 1}])
def test_what_is_no_list_of_ports(value: object) -> None:
    with pytest.raises(CaptureError, match="ports"):
        record(ports=value).ports("ports")


def test_what_is_no_device_bytes() -> None:
    with pytest.raises(CaptureError, match="data"):
        record(data="\u20ac").data("data")
