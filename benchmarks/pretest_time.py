"""How long a whole ``certbench pretest`` takes: survey, judging, sealing, report."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.measure import Measured, measure
from benchmarks.network_peers import Run
from benchmarks.plain_devices import SILENT, SPEAKS, TWELVE, on_the_bench
from benchmarks.report import OURS
from harness.encoding.tree import DirectoryTree
from harness.errors import BenchFault
from harness.facts.discovery import DiscoveryFacts
from harness.facts.ports import PortsFacts
from harness.interpret.survey import read_survey
from harness.model.assessment import Assessment
from harness.report.html import merged_findings
from tests.netns.debian.lan import Lan

BOUNDS_S: Final = {TWELVE: 60.0, SILENT: 20.0}
"""Seconds that a pretest of each device may take."""
_TIMEOUT_S: Final = 600.0


def pretests(lan: Lan) -> Iterator[Run]:
    """One pretest of each device, UDP and multicast included."""
    for name in BOUNDS_S:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "pretest"
            argv = [sys.executable, "-m", "harness.cli", "pretest", lan.devices[name].address]
            command = on_the_bench(lan, [*argv, "--json", "-o", str(out)])
            yield _as_run(name, measure(command, timeout_s=_TIMEOUT_S), out)


def _as_run(name: str, measured: Measured, out: Path) -> Run:
    reports = list(out.glob("run/assessments/*/assessment.json"))
    if measured.code not in {0, 1} or len(reports) != 1:
        raise BenchFault(f"pretest of {name} ended with {measured.code}: {measured.said}")
    findings = merged_findings(Assessment.from_bytes(reports[0].read_bytes()))
    survey = read_survey(DirectoryTree(out / "bundle" / "data" / "survey"))
    ports = {
        port.endpoint.port
        for record in survey.records
        if isinstance(record.facts, PortsFacts)
        for port in record.facts.ports
        if port.endpoint.transport == "tcp"
    }
    listened = any(isinstance(record.facts, DiscoveryFacts) for record in survey.records)
    outcome = f"{len(ports)} TCP ports open, {len(findings)} findings"
    right = listened and ports == (set(SPEAKS) if name == TWELVE else set())
    return Run(f"pretest, {name}", OURS, measured, outcome, right)
