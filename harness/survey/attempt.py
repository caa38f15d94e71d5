"""Runs one attempt of one probe and writes down how it ended, whatever happens."""

import hashlib
import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from harness.bench.protocols import Bench, SampleLinks
from harness.encoding.clock import Clock
from harness.encoding.journal import INCOMING
from harness.encoding.tree import DirectoryTree
from harness.errors import CaptureError, CertbenchError, StorageError
from harness.facts.base import Facts
from harness.interpret.survey import interpret_attempt
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import STOPPED, AttemptOutcome, AttemptRecord
from harness.model.states import DeviceState
from harness.probes.base import Probe
from harness.survey.context import AttemptContext
from harness.survey.spool import Spool
from harness.survey.standing import known_facts, next_attempt
from harness.survey.store import AttemptFolder, SecretStore, write_atomic

logger = logging.getLogger(__name__)
GRACE_S = 5.0
"""How long past its time-out a probe may take to notice that its time is up."""
_LOOK_S = 0.5
"""How often an attempt looks whether the survey ended."""


@dataclass(frozen=True)
class Visit:
    """Where attempts happen: one sample in one state."""

    links: SampleLinks
    sample: SampleId
    visit: VisitId
    state: DeviceState


class AttemptRunner:
    """Runs attempts into one run directory. One instance serves all visits, from any thread."""

    def __init__(self, survey: Path, bench: Bench, secrets: SecretStore, seed: int) -> None:
        """Write below ``survey``; every attempt derives its own seed from ``seed``."""
        self._survey = survey
        self._bench = bench
        self._secrets = secrets
        self._seed = seed
        self._clock = Clock()
        self._facts: dict[FactKey, Facts] = {}
        self._lock = threading.Lock()
        self._full: list[StorageError] = []

    def take_up(self) -> None:
        """Know the facts of the attempts that an earlier process made.

        Raises:
            EvidenceError: a record cannot be read.
        """
        found = known_facts(self._survey)
        with self._lock:
            self._facts.update(found)

    def run(self, visit: Visit, probe: Probe) -> AttemptRecord:
        """One attempt: collect, close the captures, read them back into facts.

        Raises:
            StorageError: the disk is full. The record then still says that the bench stopped in
                the middle, and no further attempt begins.
        """
        self._refuse_if_full()
        try:
            return self._run(visit, probe)
        except StorageError as error:
            self.stop(error)
            raise

    def stop(self, error: StorageError) -> None:
        """Begin nothing more and end what runs, in every visit."""
        self._full.append(error)

    def _run(self, visit: Visit, probe: Probe) -> AttemptRecord:
        key = next_attempt(self._survey, visit.sample, visit.visit, probe.declaration.name)
        upstream = self._upstream(key, probe)
        started = self._clock.now()
        refusal = self._refusal(visit, probe, upstream)
        folder = AttemptFolder(self._survey / key.folder, self._clock)
        record = AttemptRecord(
            key=key,
            probe_version=probe.declaration.version,
            outcome=AttemptOutcome.FAILED,
            reason=STOPPED,
            started=started,
            ended=started,
            upstream={found.probe: found.attempt for found in upstream},
        )
        write_atomic(folder.path / "attempt.json", record.to_bytes())
        tools: dict[str, str] = {}
        if refusal is not None:
            outcome, reason = refusal
        else:
            outcome, reason, tools = self._collect(visit, probe, folder, upstream)
        self._refuse_if_full()
        record = record.model_copy(
            update={
                "outcome": outcome,
                "reason": reason,
                "ended": self._clock.now(),
                "tools": tools,
                "captures": folder.entries(),
            }
        )
        write_atomic(folder.path / "attempt.json", record.to_bytes())
        self._interpret(record, folder)
        return record

    def facts_of(self, key: FactKey) -> Facts | None:
        """The facts of a finished attempt, if its captures gave any."""
        with self._lock:
            return self._facts.get(key)

    def _refuse_if_full(self) -> None:
        """What can't be kept must not be taken: after one failed write nothing goes on."""
        if self._full:
            raise self._full[0]

    def _upstream(self, key: FactKey, probe: Probe) -> tuple[FactKey, ...]:
        """The newest completed attempt of each probe that this one builds on."""
        wanted = {*probe.declaration.upstream, *probe.declaration.after}
        newest: dict[ProbeName, FactKey] = {}
        with self._lock:
            for known in sorted(self._facts, key=lambda entry: entry.attempt):
                here = (known.sample, known.visit) == (key.sample, key.visit)
                if here and known.probe in wanted:
                    newest[known.probe] = known
        return tuple(newest[name] for name in sorted(newest))

    def _refusal(
        self, visit: Visit, probe: Probe, upstream: tuple[FactKey, ...]
    ) -> tuple[AttemptOutcome, str] | None:
        declared = probe.declaration
        lacking = declared.lacking(visit.links.capabilities)
        if lacking:
            return AttemptOutcome.NOT_POSSIBLE, f"this bench has no {', '.join(lacking)}"
        if declared.impact.rank > self._bench.settings.max_impact.rank:
            allowed = self._bench.settings.max_impact.value
            reason = f"impact {declared.impact.value}, the bench config allows {allowed}"
            return AttemptOutcome.NOT_ALLOWED, reason
        given = {key.probe for key in upstream}
        absent = [name for name in declared.upstream if name not in given]
        if absent:
            return AttemptOutcome.NOT_POSSIBLE, f"no facts of {', '.join(absent)}"
        return None

    def _collect(
        self, visit: Visit, probe: Probe, folder: AttemptFolder, upstream: tuple[FactKey, ...]
    ) -> tuple[AttemptOutcome, str, dict[str, str]]:
        timeout_s = probe.declaration.timeout_s
        with self._lock:
            facts = {str(key.probe): self._facts[key] for key in upstream}
        spool = Spool(folder.path, self._clock)
        context = AttemptContext(
            sample=visit.links.tapped(spool),
            settings=self._bench.settings,
            state=visit.state,
            seed=_derived_seed(self._seed, visit, probe.declaration.name),
            clock=self._clock,
            deadline=time.monotonic() + timeout_s,
            folder=folder,
            secrets=self._secrets,
            facts=facts,
        )
        failure: list[str] = []
        worker = threading.Thread(
            target=_guarded,
            args=(probe, context, failure, self._full),
            name=str(folder.path),
            daemon=True,
        )
        worker.start()
        give_up = time.monotonic() + timeout_s + GRACE_S
        while worker.is_alive() and time.monotonic() < give_up and not self._full:
            worker.join(_LOOK_S)
        held = spool.end(broken_off=bool(self._full))
        if held is not None:
            folder.keep(INCOMING, held)
        if worker.is_alive():
            failure.append(f"did not end within {timeout_s:g} s")
        if failure:
            return AttemptOutcome.FAILED, failure[0], context.tools
        return AttemptOutcome.COMPLETED, "", context.tools

    def _interpret(self, record: AttemptRecord, folder: AttemptFolder) -> None:
        """Read the stored captures back; what they say is written beside them."""
        if not record.captures:
            return
        with self._lock:
            known = dict(self._facts)
        try:
            facts = interpret_attempt(DirectoryTree(self._survey), record, known)
        except CaptureError as error:
            logger.warning("%s gave no facts: %s", record.key, error)
            return
        write_atomic(folder.path / "facts.json", facts.to_bytes())
        with self._lock:
            self._facts[record.key] = facts


def _derived_seed(seed: int, visit: Visit, probe: ProbeName) -> int:
    """A seed of its own for each probe and visit, the same whenever the survey's seed is."""
    text = f"{seed}/{visit.sample}/{visit.visit}/{probe}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _guarded(
    probe: Probe, context: AttemptContext, failure: list[str], full: list[StorageError]
) -> None:
    """Collect, turning whatever goes wrong into the reason of a FAILED attempt.

    Only a disk that takes nothing more is everybody's business: it ends the survey.
    """
    try:
        probe.collect(context)
    except StorageError as error:
        full.append(error)
    except CertbenchError as error:
        failure.append(f"{type(error).__name__}: {error}")
    except Exception as error:
        logger.exception("probe %s failed", probe.declaration.name)
        failure.append(f"error in the probe: {type(error).__name__}: {error}")
