"""Baselines: every accepted finding has a reason and an end; what is written can be filled in."""

import datetime as dt

import pytest

from harness.config.baseline import load_baseline, require_new, write_baseline
from harness.errors import ConfigError
from harness.model.baseline import Baseline

ENTRY = {
    "criterion": '"weak-tls-protocol"',
    "subject": '"tcp/443"',
    "reason": '"the old app needs it until spring"',
    "expires": "2027-03-01",
}
FINDING = {
    "criterion": "weak-tls-protocol",
    "subject": "tcp/443",
    "summary": "tcp/443: TLSv1.0 is negotiated",
}
DAY = dt.date(2027, 2, 20)


@pytest.fixture
def written(tmp_path):
    def write(**changes):
        entry = {**ENTRY, **changes}
        lines = [f"{key} = {value}" for key, value in entry.items() if value is not None]
        file = tmp_path / "baseline.toml"
        file.write_text("[[accepted]]\n" + "\n".join(lines) + "\n")
        return file

    return write


def test_an_entry_with_reason_and_end_is_read(written):
    (entry,) = load_baseline(written()).accepted
    assert entry.expires == dt.date(2027, 3, 1)
    assert entry.covers("weak-tls-protocol", "tcp/443", "anything")
    assert not entry.covers("weak-tls-protocol", "tcp/8443", "anything")
    assert not entry.covers("weak-tls-cipher", "tcp/443", "anything")


def test_a_summary_narrows_an_entry_to_one_finding(written):
    (entry,) = load_baseline(written(summary='"TLSv1.0 is negotiated"')).accepted
    assert entry.covers("weak-tls-protocol", "tcp/443", "TLSv1.0 is negotiated")
    assert not entry.covers("weak-tls-protocol", "tcp/443", "TLSv1.1 is negotiated")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"reason": '""'}, "reason"),
        ({"reason": '"  "'}, "reason"),
        ({"reason": None}, "reason"),
        ({"expires": None}, "expires"),
        ({"expires": '"some day"'}, "expires"),
        ({"owner": '"me"'}, "owner"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_by_file_and_key(written, changes, key):
    file = written(**changes)
    with pytest.raises(ConfigError) as raised:
        load_baseline(file)
    assert raised.value.exit_code == 2
    assert str(file) in str(raised.value)
    assert key in raised.value.key
    assert raised.value.mend


def test_a_written_baseline_waits_for_its_reasons(tmp_path):
    file = tmp_path / "new.toml"
    assert write_baseline(file, [FINDING], Baseline(), DAY) == 1
    with pytest.raises(ConfigError, match="why the finding is accepted"):
        load_baseline(file)
    file.write_text(file.read_text().replace('reason = ""', 'reason = "known"'))
    (entry,) = load_baseline(file).accepted
    assert (entry.summary, entry.expires) == (FINDING["summary"], DAY)


def test_reasons_and_dates_of_a_known_baseline_are_kept(written, tmp_path):
    known = load_baseline(written(reason='"grüße \\U0001F600 \\u007f"'))
    file = tmp_path / "new.toml"
    assert write_baseline(file, [FINDING], known, DAY) == 0
    assert load_baseline(file) == known


def test_measured_values_are_left_out(tmp_path):
    file = tmp_path / "new.toml"
    finding = {**FINDING, "criterion": "unlimited-login-attempts", "summary": "9 in 1000 s"}
    write_baseline(file, [finding], Baseline(), DAY)
    assert 'summary = ""' in file.read_text()


def test_text_of_a_device_survives_the_file(tmp_path):
    file = tmp_path / "new.toml"
    summary = 'a "quoted" \\x1b[31m \\u202e <script> ]] = # \x7f'
    write_baseline(file, [{**FINDING, "summary": summary}], Baseline(), DAY)
    file.write_text(file.read_text().replace('reason = ""', 'reason = "known"'))
    assert load_baseline(file).accepted[0].summary == summary


def test_a_baseline_is_never_overwritten(tmp_path):
    file = tmp_path / "kept.toml"
    file.write_text("# mine\n")
    with pytest.raises(ConfigError, match="exists already"):
        require_new(file)
    with pytest.raises(ConfigError, match="cannot be written"):
        write_baseline(file, [FINDING], Baseline(), DAY)
    assert file.read_text() == "# mine\n"
