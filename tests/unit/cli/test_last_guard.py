"""What the command does with an error that nobody else caught."""

import pytest

from harness.cli import app as commands
from harness.errors import MissingExtraError


@pytest.fixture
def fails(monkeypatch):
    """Run a command that raises this error; its exit status."""

    def run(error):
        def broken():
            raise error

        monkeypatch.setattr(commands, "app", broken)
        monkeypatch.setattr(commands, "take_over", lambda _: None)
        with pytest.raises(SystemExit) as ended:
            commands.run_app()
        return ended.value.code

    return run


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a defect"),
        ModuleNotFoundError("No module named 'harness.gone'", name="harness.gone"),
        ModuleNotFoundError("no name at all"),
    ],
)
def test_a_defect_never_says_not_conformant(fails, error, capfd):
    assert fails(error) == 3
    assert "this is a defect; please report it" in capfd.readouterr().err


def test_a_missing_library_names_the_extra(fails, capfd):
    gone = ModuleNotFoundError("No module named 'serial'", name="serial")
    assert fails(gone) == MissingExtraError.exit_code
    assert "no module 'serial'" in capfd.readouterr().err
