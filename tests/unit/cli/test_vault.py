"""Encrypting a run: what the config says, what is refused, and what the commands do."""

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.cli.vault import encrypt_at_rest, secret_at_rest
from harness.config import load_bench
from harness.errors import ConfigError, UsageError
from harness.evidence.vault import VAULT, is_locked
from harness.model.bench_config import BenchSettings
from harness.survey.run_directory import locate

SECRET = "correct horse battery"
BENCH = """\
[bench]
name = "b"
scope = ["192.0.2.0/24"]
encrypt = "{reference}"

[[sample]]
id = "A"
network.address = "192.0.2.1"
"""


def settings(reference):
    return BenchSettings(name="b", scope=("192.0.2.0/24",), encrypt=reference)


@pytest.fixture
def run(tmp_path):
    """A finished run with an order, in the folder of its bundles."""
    made = tmp_path / "out" / "run"
    for folder in ("survey", "private", "assessments"):
        (made / folder).mkdir(parents=True)
    (made / "survey" / "capture.txt").write_text("hunter2!x")
    (made / "private" / "order.json").touch()
    (made / "private" / "finished").touch()
    return made


def certbench(*arguments):
    """What the command raised, if anything."""
    done = CliRunner().invoke(app, [str(part) for part in arguments], catch_exceptions=True)
    return done.exception


def test_a_bench_that_says_nothing_encrypts_nothing(run):
    assert secret_at_rest(settings("")) == ""
    encrypt_at_rest(run, settings(""))
    assert (run / "survey" / "capture.txt").is_file()


def test_a_bench_that_names_a_secret_encrypts(run, monkeypatch):
    monkeypatch.setenv("AT_REST", SECRET)
    encrypt_at_rest(run, settings("env:AT_REST"))
    assert is_locked(run)


@pytest.mark.parametrize(
    ("value", "problem"), [(None, "is not set"), ("short", "fewer than 12 characters")]
)
def test_a_secret_that_is_missing_or_short_is_an_error_of_the_config(monkeypatch, value, problem):
    monkeypatch.delenv("AT_REST", raising=False)
    if value is not None:
        monkeypatch.setenv("AT_REST", value)
    with pytest.raises(ConfigError, match=problem) as raised:
        secret_at_rest(settings("env:AT_REST"))
    assert "bench.encrypt" in str(raised.value)


def test_a_relative_file_starts_at_the_config(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH.format(reference="file:at-rest"))
    (tmp_path / "at-rest").write_text(f"{SECRET}\n")
    config = load_bench(tmp_path)
    assert config.bench.encrypt == f"file:{tmp_path}/at-rest"
    assert secret_at_rest(config.bench) == SECRET


def test_a_secret_in_the_config_itself_is_refused(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH.format(reference=SECRET))
    with pytest.raises(ConfigError, match=r"bench\.encrypt"):
        load_bench(tmp_path)


def test_lock_and_unlock_take_the_folder_that_holds_the_run(run, monkeypatch):
    monkeypatch.setenv("AT_REST", SECRET)
    assert certbench("lock", run.parent, "--key", "env:AT_REST") is None
    assert [path.name for path in run.iterdir()] == [VAULT]
    with pytest.raises(UsageError, match="certbench unlock"):
        locate(run.parent)
    assert certbench("unlock", run.parent, "--key", "env:AT_REST") is None
    assert (run / "survey" / "capture.txt").read_text() == "hunter2!x"


def test_a_run_that_goes_on_is_not_locked(run, monkeypatch):
    monkeypatch.setenv("AT_REST", SECRET)
    (run / "private" / "finished").unlink()
    assert "not finished" in str(certbench("lock", run, "--key", "env:AT_REST"))
    assert not is_locked(run)


def test_unlock_says_where_nothing_is_encrypted_and_what_a_key_is(run):
    assert "nothing is encrypted" in str(certbench("unlock", run, "--key", "env:AT_REST"))
    refused = str(certbench("lock", run, "--key", SECRET))
    assert "env:NAME or file:PATH" in refused
    assert SECRET not in refused
