"""The steps of the demonstration: what they print is shown, and a fault ends it."""

import sys
from pathlib import Path

import pytest

from harness.cli import demo
from harness.cli.terminal import Terminal
from harness.errors import BenchFault

PYTHON = Path(sys.executable).name


@pytest.fixture
def show(monkeypatch, tmp_path):
    """Show a device whose survey is this piece of Python."""
    devices = []

    def started(code):
        monkeypatch.setattr(demo, "_survey_command", lambda *_: [PYTHON, "-c", code])
        devices.append(demo._Device(tmp_path, tmp_path, tmp_path / "key.pem"))
        devices[0].show(Terminal())

    yield started
    for device in devices:
        device.end()


def test_a_survey_without_a_bundle_ends_the_demo_and_what_it_said_is_shown(show, capfd):
    with pytest.raises(BenchFault, match="left no bundle"):
        show("import sys; print('the cable is out'); sys.exit(3)")
    assert "the cable is out" in capfd.readouterr().err


def test_a_survey_that_fails_ends_the_demo(show):
    with pytest.raises(BenchFault, match="ended with 7"):
        show("import sys; sys.exit(7)")


def test_what_is_written_until_the_end_is_shown(show, capfd):
    with pytest.raises(BenchFault, match="left no bundle"):
        show("print('x' * 3_000_000 + 'last')")
    said = capfd.readouterr().err
    assert said.count("x") >= 3_000_000
    assert "xlast" in said
