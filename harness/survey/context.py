"""The circumstances of one attempt, as its probe sees them."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from harness.bench.protocols import SampleLinks
from harness.encoding.clock import Clock
from harness.errors import BenchFault
from harness.facts.base import Facts
from harness.model.bench_config import BenchSettings
from harness.model.states import DeviceState
from harness.probes.base import CaptureJournal, CaptureStream
from harness.survey.store import AttemptFolder, SecretStore

F = TypeVar("F", bound=Facts)


@dataclass
class AttemptContext:
    """Implements `harness.probes.base.ProbeContext`.

    Attributes:
        deadline: monotonic seconds at which the attempt's time is up.
        tools: what the probe reported of programs and libraries.
    """

    sample: SampleLinks
    settings: BenchSettings
    state: DeviceState
    seed: int
    clock: Clock
    deadline: float
    folder: AttemptFolder
    secrets: SecretStore
    facts: Mapping[str, Facts]
    tools: dict[str, str] = field(default_factory=dict)

    def upstream(self, facts_type: type[F]) -> F | None:
        """Facts of an upstream or ``after`` probe in this visit."""
        found = self.facts.get(facts_type.PROBE)
        return found if isinstance(found, facts_type) else None

    def journal(self, name: str) -> AbstractContextManager[CaptureJournal]:
        """Open a capture that is a journal."""
        return self.folder.journal(name)

    def stream(
        self, name: str, schema_name: str, head: bytes
    ) -> AbstractContextManager[CaptureStream]:
        """Open a capture that grows by pieces."""
        return self.folder.stream(name, schema_name, head)

    def store(self, name: str, data: bytes, schema_name: str) -> None:
        """Write a capture whole."""
        self.folder.store(name, data, schema_name)

    def secret(self, value: str, kind: str) -> None:
        """Remember a secret for sealing."""
        self.secrets.add(value, kind)

    def tool(self, name: str, version: str) -> None:
        """Record a program or library that took part."""
        self.tools[name] = version

    def check_time(self) -> None:
        """Raise BenchFault when the attempt's time is up."""
        if time.monotonic() > self.deadline:
            raise BenchFault("the attempt's time is up")
