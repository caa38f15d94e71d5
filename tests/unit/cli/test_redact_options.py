"""Which options of ``certbench redact`` go together, and what a policy file may say."""

import datetime as dt

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.config.disclosure import load_disclosure
from harness.errors import ConfigError, UsageError
from harness.model.disclosure import Level

POLICY = """
[[rule]]
files = "survey/**/*.jsonl"
level = "metadata"
reason = "neighbours"
embargo = 2027-01-31
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--metadata", "x"], "x: say why with --reason"),
        (["--withhold", "x", "--until", "2027-01-31", "--reason", "y"], "--until an --embargo"),
        (["--embargo", "x", "--reason", "y"], "--embargo needs --until"),
        (["--metadata", "x", "--reason", "two\nlines"], "x ('two"),
        (["--run", "/nonexistent"], "not a run directory"),
    ],
    ids=["no reason", "until alone", "embargo alone", "a reason of two lines", "no run"],
)
def test_what_does_not_go_together_is_refused(arguments, said, tmp_path):
    result = CliRunner().invoke(app, ["redact", "bundle", "-o", str(tmp_path / "o"), *arguments])
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_a_policy_file_is_read(tmp_path):
    file = tmp_path / "disclosure.toml"
    file.write_text(POLICY)
    (rule,) = load_disclosure(file).rules
    assert (rule.level, rule.reason, rule.embargo) == (
        Level.METADATA,
        "neighbours",
        dt.date(2027, 1, 31),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reason", "because", "rule[1].because"),
        ('"metadata"', '"hidden"', "rule[1].level"),
        ('"metadata"', '"full"', "under no embargo"),
        ('reason = "neighbours"', "", "rule[1].reason"),
        ("2027-01-31", '"soon"', "rule[1].embargo"),
    ],
)
def test_a_policy_file_that_is_wrong_names_the_key(tmp_path, old, new, said):
    file = tmp_path / "disclosure.toml"
    file.write_text(POLICY.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_disclosure(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)
