"""Probes, found by the entry-point group ``certbench.probes``."""

from importlib.metadata import entry_points

from harness.errors import BenchFault
from harness.model.ids import ProbeName
from harness.probes.base import Probe


def load_probes() -> tuple[dict[ProbeName, Probe], dict[ProbeName, str]]:
    """The probes that can be imported, and why the others cannot.

    A probe that fails to import never vanishes: its attempts are recorded as FAILED.
    """
    loaded: dict[ProbeName, Probe] = {}
    broken: dict[ProbeName, str] = {}
    for entry in sorted(entry_points(group="certbench.probes")):
        name = ProbeName(entry.name)
        try:
            probe: Probe = entry.load()
        except Exception as error:  # noqa: BLE001  (third-party code; the reason is recorded)
            broken[name] = f"{type(error).__name__}: {error}"
            continue
        if probe.declaration.name != name:
            raise BenchFault(f"probe {name} declares itself as {probe.declaration.name}")
        loaded[name] = probe
    return loaded, broken
