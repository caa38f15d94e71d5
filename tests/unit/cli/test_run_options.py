"""Which options of ``certbench run`` go together."""

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--resume", "x", "--only", "b2"], "--resume takes no other option"),
        (["bench", "--resume", "x"], "--resume takes no other option"),
        (["--resume", "x", "--seed", "0"], "--resume takes no other option"),
        (["bench", "--into", "x"], "--into takes BENCH, --only and --job"),
        (
            ["bench", "--into", "x", "--only", "b2", "-f", "f"],
            "--into takes BENCH, --only and --job",
        ),
        (["--only", "b2"], "name a bench.toml, or a run with --resume"),
        (["--resume", "/nonexistent"], "no run directory"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments, said):
    result = CliRunner().invoke(app, ["run", *arguments])
    assert isinstance(result.exception, UsageError)
    assert said in str(result.exception)
