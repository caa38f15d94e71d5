"""The tls probe beside its peers: the same endpoints, one tool after another, time and findings."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.findings import TlsFindings
from benchmarks.measure import Measured, measure
from benchmarks.tls_tools import TOOLS, Tool
from harness.cli.devices import reference_devices
from harness.errors import BenchFault
from harness.model.bench_config import (
    BenchConfig,
    BenchSettings,
    NetworkLinkConfig,
    ReferenceConfig,
    SampleConfig,
)

ENDPOINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "hardened": (),
    "weak-tls-version": ("weak-tls-version",),
    "weak-tls-cipher": ("weak-tls-cipher",),
    "expired-certificate": ("expired-certificate",),
}
"""What the reference router's tcp/443 is made to be: name -> flaws."""
_SCAN_S: Final = 600.0


@dataclass(frozen=True)
class Scan:
    """What one tool did with one endpoint."""

    measured: Measured
    findings: TlsFindings


@dataclass(frozen=True)
class Endpoint:
    """One endpoint and every tool's scan of it.

    Attributes:
        failed: tool -> why it gave nothing here.
    """

    name: str
    scans: Mapping[str, Scan]
    failed: Mapping[str, str]

    @property
    def found(self) -> Mapping[str, TlsFindings]:
        """The findings by tool."""
        return {name: scan.findings for name, scan in self.scans.items()}


@dataclass(frozen=True)
class Comparison:
    """All endpoints, the tools with their versions, and those that could not be had with why."""

    endpoints: tuple[Endpoint, ...]
    versions: Mapping[str, str]
    missing: Mapping[str, str]
    full: bool = field(default=False)


def obtain_tools() -> Iterator[tuple[str, str]]:
    """Install what can be installed; the name of each tool that can't be had, and why.

    The one step that may use a network; everything after it happens in a namespace without one.
    """
    for tool in TOOLS:
        try:
            tool.obtain()
        except BenchFault as error:
            yield tool.name, str(error)


def compare(*, full: bool) -> Comparison:
    """Scan every endpoint with every tool that is there. Call it in a private namespace."""
    versions, missing = {}, {}
    for tool in TOOLS:
        try:
            versions[tool.name] = tool.version()
        except BenchFault as error:
            missing[tool.name] = str(error)
    there = [tool for tool in TOOLS if tool.name in versions]
    with reference_devices(_bench()):
        endpoints = tuple(
            _scan(name, _address(number), there, full=full) for number, name in enumerate(ENDPOINTS)
        )
    return Comparison(endpoints, versions, missing, full)


def _bench() -> BenchConfig:
    """A router for each endpoint."""
    samples = tuple(
        SampleConfig(
            id=name,
            network=NetworkLinkConfig(address=_address(number)),
            # No seed: it would shuffle the ports, and the peers are sent to tcp/443.
            reference=ReferenceConfig(device="router", flaws=flaws),
        )
        for number, (name, flaws) in enumerate(ENDPOINTS.items())
    )
    settings = BenchSettings(name="tls-peers", scope=("127.0.10.0/24",), interface="lo")
    return BenchConfig(bench=settings, sample=samples)


def _address(number: int) -> str:
    return f"127.0.10.{number + 1}"


def _scan(name: str, address: str, tools: list[Tool], *, full: bool) -> Endpoint:
    scans, failed = {}, {}
    for tool in tools:
        try:
            scans[tool.name] = _run(tool, address, full=full)
        except BenchFault as error:
            failed[tool.name] = str(error)
    return Endpoint(name, scans, failed)


def _run(tool: Tool, address: str, *, full: bool) -> Scan:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "findings.json"
        # testssl.sh refuses to write over a file.
        clear = partial(out.unlink, missing_ok=True)
        command = tool.command(address, out, full=full)
        measured = measure(command, timeout_s=_SCAN_S, rounds=tool.rounds, before=clear)
        if not out.exists():
            raise BenchFault(f"wrote no findings (exit code {measured.code}): {measured.said}")
        return Scan(measured, tool.read(out))
