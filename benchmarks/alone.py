"""One probe as a program of its own: collect into captures on disk, read them back into a fact.

So that a probe is measured like its peers, and yet does what a survey does.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from harness.bench.assembly import assemble
from harness.encoding.clock import Clock
from harness.encoding.tree import DirectoryTree
from harness.facts.base import Facts
from harness.interpret.survey import interpret_attempt
from harness.model.bench_config import (
    BenchConfig,
    BenchSettings,
    CredentialLimits,
    NetworkLinkConfig,
    SampleConfig,
)
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord
from harness.model.states import DeviceState
from harness.probes.base import Probe
from harness.survey.context import AttemptContext
from harness.survey.store import AttemptFolder, SecretStore

STATE = DeviceState.INITIALISED
LIMITS = CredentialLimits(max_attempts=200, guessing_attempts=1)
SEED = 303645


def key_of(probe: str) -> FactKey:
    """The first attempt of a probe in the one visit that there is."""
    visit = VisitId("1-initialised")
    return FactKey(probe=ProbeName(probe), sample=SampleId("A"), visit=visit, attempt=1)


def collect(probe: Probe, address: str, survey: Path, facts: Mapping[str, Facts]) -> Facts:
    """Collect from ``address`` below ``survey`` and read the captures back.

    Args:
        probe: what to run.
        address: the one address in scope.
        survey: folder for the captures.
        facts: what the probe builds upon, by probe.

    Raises:
        BenchFault: the bench failed.
    """
    config = BenchConfig(
        bench=BenchSettings(name="benchmarks", scope=(f"{address}/32",), credentials=LIMITS),
        sample=(SampleConfig(id="A", network=NetworkLinkConfig(address=address)),),
    )
    clock, key = Clock(), key_of(probe.declaration.name)
    folder = AttemptFolder(survey / key.folder, clock)
    started = clock.now()
    context = AttemptContext(
        sample=next(iter(assemble(config).samples())),
        settings=config.bench,
        state=STATE,
        seed=SEED,
        clock=clock,
        deadline=time.monotonic() + probe.declaration.timeout_s,
        folder=folder,
        secrets=SecretStore(survey / "secrets.json"),
        facts=dict(facts),
    )
    probe.collect(context)
    attempt = AttemptRecord(
        key=key,
        probe_version=probe.declaration.version,
        outcome=AttemptOutcome.COMPLETED,
        started=started,
        ended=clock.now(),
        upstream=dict.fromkeys(facts, 1),
        captures=folder.entries(),
    )
    upstream = {key_of(name): known for name, known in facts.items()}
    return interpret_attempt(DirectoryTree(survey), attempt, upstream)
