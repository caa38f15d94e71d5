"""The campaign: every sample through its states, every visit through its probes."""

import threading
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness import __version__
from harness.bench.clock import read_clock
from harness.bench.protocols import Bench, SampleLinks
from harness.encoding.clock import Clock
from harness.errors import StorageError
from harness.model.bench_config import BenchConfig
from harness.model.dossier import Dossier
from harness.model.ids import ProbeName, SampleId, VisitId
from harness.model.job import NAME as JOB
from harness.model.job import JobRecord
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.record import (
    AttemptRecord,
    Interruption,
    Pause,
    SampleRecord,
    SurveyRecord,
    VisitRecord,
)
from harness.model.states import DeviceState, Purpose
from harness.probes.base import Probe
from harness.probes.login_candidates import is_secret
from harness.survey.attempt import AttemptRunner, Visit
from harness.survey.schedule import ready
from harness.survey.standing import (
    IDENTITY,
    close_stopped,
    last_seen,
    next_attempt,
    numbered,
    open_probes,
    read_record,
    read_visit,
    write_not_scheduled,
)
from harness.survey.store import SecretStore, create_run_directory, write_atomic
from harness.survey.transitions import bring, refused, was_entered


class Observer(Protocol):
    """Who puts questions to people while a sample is in a state."""

    def observe(self, visit: VisitRecord) -> None:
        """Have people look at the sample; returns when nothing more is to be seen in this visit.

        Raises:
            StorageError: the disk takes no more.
        """
        ...


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


_Stay = tuple[VisitId, PlannedVisit]
_Entered = tuple[VisitId, DeviceState]


@dataclass(frozen=True)
class Order:
    """What to survey, how, and why.

    Attributes:
        job: the laboratory's record of the job, if there is one.
        subset: the groups, cases and units that were selected; empty = everything.
        lost: sample -> why it is not in the condition in which an earlier process left it.
    """

    plan: SurveyPlan
    dossier: Dossier
    purpose: Purpose
    seed: int
    job: JobRecord | None = None
    subset: tuple[str, ...] = ()
    lost: Mapping[SampleId, str] = field(default_factory=dict)


class Campaign:
    """One survey into one run directory, from its beginning or from where it was left.

    What an earlier process completed is kept. Of what it was in the middle of, the captures are
    kept and the attempt is made again; a visit that it left goes on once the state of the sample
    was confirmed (ADR 0011).
    """

    def __init__(
        self,
        run: Path,
        bench: Bench,
        probes: Mapping[ProbeName, Probe],
        order: Order,
        listener: Listener,
        observer: Observer | None = None,
    ) -> None:
        """Prepare the run directory; nothing touches a device yet.

        People look at each visit's sample if there is an ``observer``.

        Raises:
            EvidenceError: the directory holds something that is no survey, or can't be written.
        """
        if not (run / "survey").is_dir():
            create_run_directory(run)
        self._survey = run / "survey"
        self._bench = bench
        self._probes = probes
        self._order = order
        self._listener = listener
        self._observer = observer
        self._clock = Clock()
        self._links = {SampleId(links.config.id): links for links in bench.samples()}
        known = SecretStore(run / "private" / "secrets.json")
        for links in self._links.values():
            _remember_logins(links, known)
        self._runner = AttemptRunner(self._survey, bench, known, order.seed)
        self._visits: list[tuple[SampleId, VisitId]] = []
        self._lock = threading.Lock()
        self._last_seen = ""
        begun = read_record(self._survey)
        self._record = self._take_up(begun) if begun else self._begin()
        self._write_record()

    def _begin(self) -> SurveyRecord:
        """Write down what will be surveyed; ``survey.json`` comes last."""
        write_atomic(self._survey / "dossier.json", self._order.dossier.to_bytes())
        write_atomic(self._survey / "survey-plan.json", self._order.plan.to_bytes())
        config = BenchConfig(
            bench=self._bench.settings,
            sample=tuple(links.config for links in self._links.values()),
        )
        write_atomic(self._survey / "bench.json", config.to_bytes())
        if self._order.job is not None:
            write_atomic(self._survey / JOB, self._order.job.to_bytes())
        return self._first_record()

    def _take_up(self, known: SurveyRecord) -> SurveyRecord:
        """Put in order what an earlier process left, and note the pause."""
        self._last_seen = last_seen(self._survey)
        close_stopped(self._survey)
        self._visits = [
            (planned.sample, visit)
            for visit, planned in numbered(self._order.plan)
            if read_visit(self._survey, planned.sample, visit)
        ]
        begun = known.model_copy(update={"visits": tuple(sorted(self._visits))})
        write_atomic(self._survey / "survey.json", begun.to_bytes())
        self._runner.take_up()
        if known.ended:
            return begun.model_copy(update={"ended": ""})
        pause = Pause(last_seen=self._last_seen, resumed=self._clock.now())
        return begun.model_copy(update={"pauses": (*known.pauses, pause)})

    def carry_out(self) -> SurveyRecord:
        """Visit every sample; samples run side by side, visits of one sample in order.

        Raises:
            ScopeError: a sample lies outside the scope; nothing was sent.
        """
        for links in self._links.values():
            if links.network is not None:
                links.network.guard(links.network.address)
        stays: dict[SampleId, list[_Stay]] = {sample: [] for sample in self._links}
        for visit, planned in numbered(self._order.plan):
            stays[planned.sample].append((visit, planned))
        with ThreadPoolExecutor(max_workers=len(stays), thread_name_prefix="sample") as pool:
            futures = [pool.submit(self._life, visits) for visits in stays.values() if visits]
            for future in futures:
                future.result()
        self._record = self._record.model_copy(
            update={"ended": self._clock.now(), "complete": True}
        )
        self._write_record()
        return self._record

    def _life(self, stays: Sequence[_Stay]) -> None:
        """Every visit of one sample that is still to be made or to be ended."""
        entered: list[_Entered] = []
        try:
            for visit, planned in stays:
                begun = read_visit(self._survey, planned.sample, visit)
                if begun is None:
                    begun = self._visit(visit, planned, entered)
                elif not begun.ended:
                    begun = self._go_on(begun, planned, entered)
                if was_entered(begun):
                    entered.append((visit, planned.state))
        except StorageError as error:
            self._runner.stop(error)
            raise

    def _visit(
        self, name: VisitId, planned: PlannedVisit, entered: Sequence[_Entered]
    ) -> VisitRecord:
        way, confirmed = bring(self._links[planned.sample], entered, name, planned.state)
        first = name.startswith("1-")
        record = VisitRecord(
            sample=planned.sample,
            visit=name,
            state=planned.state,
            entered_by="unboxed" if first else f"transition to {planned.state.value}",
            state_confirmed=confirmed,
            started=self._clock.now(),
            transitions=(way,),
        )
        self._write_visit(record)
        with self._lock:
            self._visits.append((planned.sample, name))
            self._write_record()
        self._listener.visit_started(planned)
        probes = [probe for probe in planned.probes if probe != IDENTITY]
        return self._stay(record, [IDENTITY, *probes], way.reason)

    def _go_on(
        self, begun: VisitRecord, planned: PlannedVisit, entered: Sequence[_Entered]
    ) -> VisitRecord:
        """Confirm the state of a sample that was left in the middle of a visit, and go on."""
        here = [*entered, (begun.visit, begun.state)]
        gone = self._order.lost.get(planned.sample, "")
        if gone and planned.state is DeviceState.AS_RECEIVED:
            why = f"{gone}, and {planned.state.value} happens once"
            way, confirmed = refused(here, begun.visit, why), False
        else:
            way, confirmed = bring(self._links[planned.sample], here, begun.visit, planned.state)
        fault = way.reason
        pause = Interruption(
            last_seen=self._last_seen,
            resumed=self._clock.now(),
            state_confirmed=confirmed,
            reason=fault,
        )
        update = {
            "interruptions": (*begun.interruptions, pause),
            "transitions": (*begun.transitions, way),
        }
        record = begun.model_copy(update=update)
        self._write_visit(record)
        self._listener.visit_started(planned)
        unmade = open_probes(self._survey, begun.visit, planned)
        return self._stay(record, unmade, fault and f"the bench stopped in this visit, and {fault}")

    def _stay(self, record: VisitRecord, names: Sequence[ProbeName], fault: str) -> VisitRecord:
        """Attempt ``names`` between two readings of the firmware; nothing of it if ``fault``."""
        links = self._links[record.sample]
        visit = Visit(links, record.sample, record.visit, record.state)
        probes = [name for name in names if name != IDENTITY]
        if fault:
            for name in names:
                self._not_scheduled(visit, name, fault)
        else:
            self._attempt(visit, IDENTITY)
            self._probe(visit, probes)
            if self._observer is not None:
                self._observer.observe(record)
            self._attempt(visit, IDENTITY)
        ended = record.model_copy(update={"ended": self._clock.now()})
        self._write_visit(ended)
        return ended

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
        key = next_attempt(self._survey, visit.sample, visit.visit, name)
        self._listener.attempt_ended(write_not_scheduled(self._survey, key, reason))

    def _write_visit(self, record: VisitRecord) -> None:
        folder = self._survey / record.sample / record.visit
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / "visit.json", record.to_bytes())

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
            job=self._order.job.nonce if self._order.job else "",
            clock=read_clock(),
            subset=self._order.subset,
        )

    def _write_record(self) -> None:
        self._record = self._record.model_copy(update={"visits": tuple(sorted(self._visits))})
        write_atomic(self._survey / "survey.json", self._record.to_bytes())


def _remember_logins(links: SampleLinks, known: SecretStore) -> None:
    """The bench's own logins are secret whether or not a probe comes to use them."""
    for login, kind in ((links.label, "label"), (links.user, "user")):
        if login is not None and is_secret(login.password):
            known.add(login.password, f"{kind}-password")


def _sample_record(links: SampleLinks) -> SampleRecord:
    config = links.config
    return SampleRecord(
        id=SampleId(config.id),
        origin=config.origin,
        lot=config.lot or None,
        serial=config.serial,
        hardware=config.hardware,
        firmware=config.firmware or None,
        address=config.network.address if config.network else "",
        mac=config.network.mac if config.network else "",
        console=config.console.url if config.console else "",
    )
