"""A survey of one sample with made-up probes, which can be broken off at any of them."""

from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.bench.assembly import AssembledLinks
from harness.config import load_dossier
from harness.errors import BenchFault, StorageError
from harness.model.bench_config import BenchSettings, SampleConfig
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName, SampleId
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.record import AttemptRecord, SurveyRecord, VisitRecord
from harness.model.states import DeviceState, Impact, Means, Purpose
from harness.survey.campaign import Campaign, Order

EXAMPLE = Path(__file__).parents[3] / "bench_configs" / "reference-router"


class MadeUpProbe:
    """Writes one record into one journal, unless it is to break off after that."""

    def __init__(self, name, breaks):
        self.name, self.breaks = ProbeName(name), breaks
        self.declaration = ProbeDeclaration(
            name=self.name,
            version=1,
            summary="made up",
            capabilities=(),
            impact=Impact.PASSIVE,
            timeout_s=5,
            estimate_s=1,
        )

    def collect(self, context):
        with context.journal("talk.jsonl") as journal:
            journal.record("received", data=f"{self.name} in {context.state.value}")
            if (context.state.value, str(self.name)) in self.breaks:
                raise StorageError("no space left on the device")


class States:
    """A sample that can be brought into every state but those in ``lost``."""

    def __init__(self, lost):
        self.lost = lost
        self.entered = []

    def means(self, state):
        return Means.SCRIPT

    def enter(self, state):
        self.entered.append(state.value)
        if state.value in self.lost:
            raise BenchFault("it was set up meanwhile")
        return True


class MadeUpBench:
    kind, operator, tools = "made-up", None, {}

    def __init__(self, states):
        self.settings = BenchSettings(name="made up", scope=("127.0.0.0/8",))
        self._links = AssembledLinks(config=SampleConfig(id="A"), states=states)

    def samples(self):
        return iter([self._links])


class Quiet:
    def visit_started(self, visit):
        pass

    def attempt_started(self, sample, probe):
        pass

    def attempt_ended(self, record):
        pass


class Bench:
    """Surveys into one run directory, again and again."""

    def __init__(self, run):
        self.run, self.survey = run, run / "survey"
        self.states = States(set())
        visits = [
            PlannedVisit(sample=SampleId("A"), state=state, probes=(ProbeName("look"),))
            for state in (DeviceState.AS_RECEIVED, DeviceState.INITIALISED)
        ]
        self.plan = SurveyPlan(visits=tuple(visits), estimate_s=1)

    def campaign(self, breaks=(), lost=(), gone=None, job=None):
        self.states.lost = set(lost)
        probes = {name: MadeUpProbe(name, set(breaks)) for name in ("identity", "look")}
        dossier = load_dossier(EXAMPLE)
        order = Order(self.plan, dossier, Purpose.DEMO, seed=1, lost=gone or {}, job=job)
        return Campaign(self.run, MadeUpBench(self.states), probes, order, Quiet())

    def carry_out(self, **how):
        return self.campaign(**how).carry_out()

    def broken_off(self, *where, **how):
        """A survey that a full disk ended at these places."""
        with pytest.raises(StorageError):
            self.carry_out(breaks=where, **how)

    @property
    def record(self):
        return SurveyRecord.from_bytes((self.survey / "survey.json").read_bytes())

    def visit(self, name):
        return VisitRecord.from_bytes((self.survey / "A" / name / "visit.json").read_bytes())

    def outcomes(self, visit, probe):
        """What became of each attempt, with its reason."""
        files = sorted((self.survey / "A" / visit / probe).glob("*/attempt.json"))
        found = [AttemptRecord.from_bytes(file.read_bytes()) for file in files]
        return [(entry.outcome.value, entry.reason) for entry in found]

    def attempt(self, visit, probe, number):
        path = self.survey / "A" / visit / probe / str(number) / "attempt.json"
        return AttemptRecord.from_bytes(path.read_bytes())


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "run")


@pytest.fixture
def limited():
    """Lets this process write at most so many bytes into one file."""
    import resource
    import signal

    @contextmanager
    def limit(size):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

    return limit
