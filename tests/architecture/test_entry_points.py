"""Everything that is found by entry point can be loaded and is what its group says."""

import importlib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from harness.interpret.base import Interpreter
from harness.model.waiting import PROBES_TO_COME
from harness.testing.suites import suite_in

OURS = [
    entry
    for group in ("certbench.suites", "certbench.probes", "certbench.interpreters", "pytest11")
    for entry in entry_points(group=group)
    if entry.value.startswith(("harness", "test_suites"))
]
SCRIPTS = [
    entry for entry in entry_points(group="console_scripts") if entry.name.startswith("certbench")
]


def names(group):
    return {entry.name for entry in OURS if entry.group == group}


@pytest.mark.parametrize(
    "entry", [*OURS, *SCRIPTS], ids=lambda entry: f"{entry.group}:{entry.name}"
)
def test_it_loads(entry):
    assert entry.load() is not None


def test_each_probe_and_its_interpreter_go_by_the_name_of_the_entry_point():
    for entry in OURS:
        if entry.group == "certbench.probes":
            probe = entry.load()
            assert probe.declaration.name == entry.name
        if entry.group == "certbench.interpreters":
            interpreter = entry.load()
            assert isinstance(interpreter, Interpreter)
            assert interpreter.probe == entry.name


def test_what_one_probe_collects_one_interpreter_reads():
    """Those that are to come have their interpreter already, and none is both."""
    assert names("certbench.interpreters") == names("certbench.probes") | set(PROBES_TO_COME)
    assert not names("certbench.probes") & set(PROBES_TO_COME)


def test_each_suite_goes_by_the_slug_of_its_catalogue():
    for entry in OURS:
        if entry.group == "certbench.suites":
            package = importlib.import_module(entry.value)
            assert suite_in(Path(next(iter(package.__path__)))).slug == entry.name


def test_the_two_commands_are_there():
    assert {entry.name for entry in SCRIPTS} == {"certbench", "certbench-verify"}
