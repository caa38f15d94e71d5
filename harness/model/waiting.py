"""Probes that are still to come, and what of the bench they wait for.

Their facts, interpreters, criteria and units are ready, so that a plan can say what is missing. A
probe is taken off this list when it is written.
"""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from harness.model.ids import ProbeName

BENCH_NETWORK: Final = "the bench network"
"""A network of the bench's own around the device: its servers, its impostor, its switches."""

PROBES_TO_COME: Final = MappingProxyType(
    {
        ProbeName("leftovers"): BENCH_NETWORK,
        ProbeName("outages"): BENCH_NETWORK,
        ProbeName("traffic"): BENCH_NETWORK,
        ProbeName("update-defaults"): BENCH_NETWORK,
        ProbeName("updates"): BENCH_NETWORK,
    }
)
"""Probe -> what it waits for."""


def waiting_for(probes: Iterable[ProbeName]) -> str:
    """What these probes wait for: ``the bench network: probe outages, traffic``; ``""`` if nothing.

    Args:
        probes: those that a unit needs and that are not installed.
    """
    found: dict[str, set[ProbeName]] = {}
    for probe in probes:
        if probe in PROBES_TO_COME:
            found.setdefault(PROBES_TO_COME[probe], set()).add(probe)
    return "; ".join(
        f"{what}: probe {', '.join(sorted(names))}" for what, names in sorted(found.items())
    )
