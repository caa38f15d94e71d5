"""The campaign: every sample through its states, every visit through its probes."""

import threading
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness import __version__
from harness.bench.protocols import Bench, SampleLinks
from harness.encoding.clock import Clock
from harness.errors import BenchFault
from harness.model.bench_config import BenchConfig
from harness.model.dossier import Dossier
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.record import (
    AttemptOutcome,
    AttemptRecord,
    SampleRecord,
    SurveyRecord,
    VisitRecord,
)
from harness.model.states import DeviceState, Purpose
from harness.probes.base import Probe
from harness.survey.attempt import AttemptRunner, Visit
from harness.survey.schedule import ready
from harness.survey.store import SecretStore, create_run_directory, write_atomic

IDENTITY = ProbeName("identity")


class Listener(Protocol):
    """Who wants to know how the survey goes: the terminal."""

    def visit_started(self, visit: PlannedVisit) -> None:
        """A sample is in its state and probes begin."""
        ...

    def attempt_started(self, sample: SampleId, probe: ProbeName) -> None:
        """A probe begins."""
        ...

    def attempt_ended(self, record: AttemptRecord) -> None:
        """A probe ended, in whatever way."""
        ...


@dataclass(frozen=True)
class Order:
    """What to survey, how, and why."""

    plan: SurveyPlan
    dossier: Dossier
    purpose: Purpose
    seed: int
    job: str = ""


class Campaign:
    """One survey into one new run directory."""

    def __init__(
        self,
        run: Path,
        bench: Bench,
        probes: Mapping[ProbeName, Probe],
        order: Order,
        listener: Listener,
    ) -> None:
        """Prepare the run directory; nothing touches a device yet."""
        create_run_directory(run)
        self._survey = run / "survey"
        self._bench = bench
        self._probes = probes
        self._order = order
        self._listener = listener
        self._clock = Clock()
        self._links = {SampleId(links.config.id): links for links in bench.samples()}
        self._runner = AttemptRunner(
            self._survey, bench, SecretStore(run / "private" / "secrets.json"), order.seed
        )
        self._visits: list[tuple[SampleId, VisitId]] = []
        self._lock = threading.Lock()
        self._record = self._first_record()
        write_atomic(self._survey / "dossier.json", order.dossier.to_bytes())
        write_atomic(self._survey / "survey-plan.json", order.plan.to_bytes())
        config = BenchConfig(
            bench=bench.settings, sample=tuple(links.config for links in self._links.values())
        )
        write_atomic(self._survey / "bench.json", config.to_bytes())
        self._write_record()

    def carry_out(self) -> SurveyRecord:
        """Visit every sample; samples run side by side, visits of one sample in order.

        Raises:
            ScopeError: a sample lies outside the scope; nothing was sent.
        """
        for links in self._links.values():
            if links.network is not None:
                links.network.guard(links.network.address)
        stays: dict[SampleId, list[PlannedVisit]] = {sample: [] for sample in self._links}
        for visit in self._order.plan.visits:
            stays[visit.sample].append(visit)
        with ThreadPoolExecutor(max_workers=len(stays), thread_name_prefix="sample") as pool:
            futures = [pool.submit(self._stay, visits) for visits in stays.values() if visits]
            for future in futures:
                future.result()
        self._record = self._record.model_copy(
            update={"ended": self._clock.now(), "complete": True}
        )
        self._write_record()
        return self._record

    def _stay(self, visits: Sequence[PlannedVisit]) -> None:
        for number, planned in enumerate(visits, 1):
            self._visit(number, planned)

    def _visit(self, number: int, planned: PlannedVisit) -> None:
        links = self._links[planned.sample]
        visit = Visit(
            links, planned.sample, VisitId(f"{number}-{planned.state.value}"), planned.state
        )
        fault, confirmed = _enter(links, planned.state)
        record = VisitRecord(
            sample=planned.sample,
            visit=visit.visit,
            state=planned.state,
            entered_by="unboxed" if number == 1 else f"transition to {planned.state.value}",
            state_confirmed=confirmed,
            started=self._clock.now(),
        )
        folder = self._survey / planned.sample / visit.visit
        folder.mkdir(parents=True)
        write_atomic(folder / "visit.json", record.to_bytes())
        with self._lock:
            self._visits.append((planned.sample, visit.visit))
            self._write_record()
        self._listener.visit_started(planned)
        if fault:
            for name in planned.probes:
                self._not_scheduled(visit, name, fault)
        else:
            self._attempt(visit, IDENTITY)
            self._probe(visit, [name for name in planned.probes if name != IDENTITY])
            self._attempt(visit, IDENTITY)
        ended = record.model_copy(update={"ended": self._clock.now()})
        write_atomic(folder / "visit.json", ended.to_bytes())

    def _probe(self, visit: Visit, names: Sequence[ProbeName]) -> None:
        """Run the probes of a visit, as many at a time as locks and impact allow."""
        declarations = {name: probe.declaration for name, probe in self._probes.items()}
        waiting = [name for name in names if name in self._probes]
        for name in names:
            if name not in self._probes:
                self._not_scheduled(visit, name, "the probe could not be imported")
        running: dict[Future[None], ProbeName] = {}
        with ThreadPoolExecutor(max_workers=8, thread_name_prefix=str(visit.sample)) as pool:
            while waiting or running:
                for name in ready(waiting, tuple(running.values()), declarations):
                    waiting.remove(name)
                    running[pool.submit(self._attempt, visit, name)] = name
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    running.pop(future)
                    future.result()

    def _attempt(self, visit: Visit, name: ProbeName) -> None:
        probe = self._probes.get(name)
        if probe is None:
            self._not_scheduled(visit, name, "the probe could not be imported")
            return
        self._listener.attempt_started(visit.sample, name)
        self._listener.attempt_ended(self._runner.run(visit, probe))

    def _not_scheduled(self, visit: Visit, name: ProbeName, reason: str) -> None:
        key = FactKey(probe=name, sample=visit.sample, visit=visit.visit, attempt=1)
        now = self._clock.now()
        record = AttemptRecord(
            key=key,
            probe_version=0,
            outcome=AttemptOutcome.NOT_SCHEDULED,
            reason=reason,
            started=now,
            ended=now,
        )
        folder = self._survey / key.folder
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / "attempt.json", record.to_bytes())
        self._listener.attempt_ended(record)

    def _first_record(self) -> SurveyRecord:
        return SurveyRecord(
            run_id=str(uuid.uuid4()),
            purpose=self._order.purpose,
            bench=self._bench.settings.name,
            bench_kind=self._bench.kind,
            started=self._clock.now(),
            samples=tuple(_sample_record(links) for links in self._links.values()),
            tools={"certbench": __version__, **self._bench.tools},
            equipment=self._bench.settings.equipment,
            dossier_digest=self._order.dossier.digest,
            job=self._order.job,
        )

    def _write_record(self) -> None:
        self._record = self._record.model_copy(update={"visits": tuple(sorted(self._visits))})
        write_atomic(self._survey / "survey.json", self._record.to_bytes())


def _enter(links: SampleLinks, state: DeviceState) -> tuple[str, bool]:
    """Bring a sample into a state: the fault if that failed, and whether it was confirmed."""
    if links.states is None:
        if state is DeviceState.AS_RECEIVED:
            return "", False
        return f"nothing on this bench can bring the sample into state {state.value}", False
    try:
        return "", links.states.enter(state)
    except BenchFault as error:
        return str(error), False


def _sample_record(links: SampleLinks) -> SampleRecord:
    config = links.config
    return SampleRecord(
        id=SampleId(config.id),
        origin=config.origin,
        serial=config.serial,
        hardware=config.hardware,
        address=config.network.address if config.network else "",
        mac=config.network.mac if config.network else "",
        console=config.console.url if config.console else "",
    )
