"""Interpreters, found by the entry-point group ``certbench.interpreters``."""

from functools import cache
from importlib.metadata import entry_points

from harness.errors import CaptureError
from harness.facts.base import Facts
from harness.interpret.base import Interpreter
from harness.model.ids import ProbeName


@cache
def load_interpreters() -> dict[ProbeName, Interpreter[Facts]]:
    """Every interpreter by probe.

    One that cannot be imported is left out: its captures then give no facts, with that as the
    reason, and units that need them are INCONCLUSIVE.
    """
    loaded: dict[ProbeName, Interpreter[Facts]] = {}
    for entry in sorted(entry_points(group="certbench.interpreters")):
        try:
            loaded[ProbeName(entry.name)] = entry.load()
        except ImportError:
            continue
    return loaded


def interpreter_of(probe: ProbeName) -> Interpreter[Facts]:
    """The interpreter of a probe's captures. Raises CaptureError if there is none."""
    found = load_interpreters().get(probe)
    if found is None:
        raise CaptureError(f"no interpreter for {probe} could be imported")
    return found
