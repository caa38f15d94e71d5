"""Plan and survey: what ``plan``, ``survey`` and ``run`` share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console

from harness.assessment.planning import make_plan, survey_plan
from harness.assessment.selection import is_selected
from harness.bench.assembly import assemble
from harness.bench.bluetooth_hands import installed
from harness.bench.operator import TerminalOperator
from harness.bench.protocols import Operator
from harness.cli.devices import reference_devices
from harness.cli.progress import SurveyProgress
from harness.model.bench_config import BenchConfig
from harness.model.catalogue import Catalogue
from harness.model.declaration import ProbeDeclaration, UnitDeclaration
from harness.model.dossier import Dossier
from harness.model.ids import ProbeName, SampleId
from harness.model.job import JobRecord
from harness.model.plan import PlannedVisit, SurveyPlan, TestPlan
from harness.model.radio import FAKED
from harness.model.states import Capability, DeviceState, Purpose
from harness.survey.campaign import Campaign, Observer, Order
from harness.survey.registry import load_probes
from harness.survey.schedule import longest_path_s
from harness.survey.store import write_atomic
from harness.testing.suites import Suite

NOT_SELECTED: Final = "not selected"
_WAYS: Final = {
    Capability.NETWORK: "network",
    Capability.CONSOLE: "serial console",
    Capability.BLUETOOTH: "Bluetooth",
    Capability.BLUETOOTH_CLASSIC: "Bluetooth Classic",
}


@dataclass(frozen=True)
class Framework:
    """A framework to judge, with the units that its suite declares."""

    suite: Suite
    catalogue: Catalogue
    units: tuple[UnitDeclaration, ...]
    broken: Mapping[str, str]

    @classmethod
    def of(cls, suite: Suite, catalogue: Catalogue) -> "Framework":
        """Read what the suite declares for this version."""
        units, broken = suite.units_of(catalogue)
        return cls(suite, catalogue, units, broken)


def probe_declarations() -> dict[ProbeName, ProbeDeclaration]:
    """What the installed probes say of themselves."""
    return {name: probe.declaration for name, probe in load_probes()[0].items()}


def expected_capabilities(config: BenchConfig) -> dict[SampleId, frozenset[Capability]]:
    """What the config promises, before anything is opened."""
    found = {}
    for sample in config.sample:
        reference = sample.reference is not None
        router = sample.reference is not None and sample.reference.device == "router"
        has = {
            Capability.NETWORK: sample.network is not None,
            Capability.CONSOLE: sample.console is not None or router,
            Capability.POWER: sample.power is not None or reference,
            Capability.LABEL: sample.label is not None or router,
            Capability.BLUETOOTH: sample.bluetooth is not None and installed(),
            Capability.BLUETOOTH_CLASSIC: sample.bluetooth is not None
            and sample.bluetooth.speaks_classic
            and installed(),
        }
        found[SampleId(sample.id)] = frozenset(name for name, there in has.items() if there)
    return found


def ways_of(config: BenchConfig, visit: PlannedVisit) -> tuple[str, ...]:
    """Over what the sample is looked at in a visit, in words."""
    offered = expected_capabilities(config).get(visit.sample, frozenset())
    known = probe_declarations()
    probes = [known[name] for name in visit.probes if name in known]
    used = {
        name
        for probe in probes
        if not probe.lacking(offered)
        for name in (*probe.capabilities, *offered.intersection(probe.one_of))
    }
    return tuple(word for name, word in _WAYS.items() if name in used)


def plans(
    frameworks: Sequence[Framework],
    config: BenchConfig,
    dossier: Dossier,
    only: Sequence[str] = (),
    *,
    people: bool = False,
) -> tuple[tuple[TestPlan, ...], SurveyPlan]:
    """A plan for each framework, and the one survey that serves them all.

    ``only`` names units, cases and provisions; the others stay in the plans, as not selected. With
    ``people`` at the bench the survey also enters states only for them to look.
    """
    probes = probe_declarations()
    capabilities = expected_capabilities(config)
    bench = (capabilities, config.bench.max_impact)
    radio = config.sample[0].bluetooth
    faked = FAKED[radio.radio] if radio is not None else frozenset()
    tests = tuple(
        _only(
            make_plan(framework.catalogue, dossier, framework.units, probes, bench, faked),
            framework.catalogue,
            only,
        )
        for framework in frameworks
    )
    needs = [
        need for plan in tests for unit in plan.units if unit.applicable for need in unit.facts
    ]
    looked_at = _looked_at(frameworks, tests) if people else frozenset()
    survey = survey_plan(needs, probes, tuple(capabilities), looked_at)
    return tests, survey.model_copy(update={"estimate_s": _survey_s(survey)})


def visit_s(visit: PlannedVisit) -> float:
    """Typical time of a visit: what can run side by side does (`harness.survey.schedule`)."""
    probes = probe_declarations()
    known = [name for name in visit.probes if name in probes]  # the others could not be imported
    return longest_path_s({name: probes[name].estimate_s for name in known}, probes)


def _survey_s(survey: SurveyPlan) -> float:
    """Typical time of a survey: its samples run side by side, the visits of one do not."""
    spent: dict[SampleId, float] = {}
    for visit in survey.visits:
        spent[visit.sample] = spent.get(visit.sample, 0.0) + visit_s(visit)
    return max(spent.values(), default=0.0)


def _looked_at(
    frameworks: Sequence[Framework], tests: Sequence[TestPlan]
) -> frozenset[DeviceState]:
    """The states in which people are asked to observe something."""
    found = set()
    for framework, test in zip(frameworks, tests, strict=True):
        declared = {unit.unit: unit for unit in framework.units}
        wanted = [unit for unit in test.units if unit.applicable and unit.reason != NOT_SELECTED]
        for unit in wanted:
            questions = declared[unit.id].questions if unit.id in declared else ()
            found |= {DeviceState(each.during) for each in questions if each.during}
    return frozenset(found)


def _only(plan: TestPlan, catalogue: Catalogue, only: Sequence[str]) -> TestPlan:
    """The plan with nothing to collect for units that nobody selected."""
    units = tuple(
        unit
        if is_selected(catalogue, unit.id, only)
        else unit.model_copy(update={"facts": (), "blocked": (), "reason": NOT_SELECTED})
        for unit in plan.units
    )
    return plan.model_copy(update={"units": units})


def write_plans(run: Path, tests: Sequence[TestPlan]) -> None:
    """Keep each framework's plan beside its assessment to be."""
    for test in tests:
        folder = run / "assessments" / str(test.framework)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / "plan.json", test.to_bytes())


@dataclass(frozen=True)
class SurveyOrder:
    """Everything that one survey is made from.

    Attributes:
        subset: what was selected; empty = everything.
        passwords: sample -> password to set on its reference device.
        lost: sample -> why it is not in the condition in which an earlier process left it.
        job: the laboratory's record of the job, if there is one.
        observer: has people look at the sample during the visits; None = nobody does.
    """

    config: BenchConfig
    dossier: Dossier
    plan: SurveyPlan
    run: Path
    purpose: Purpose
    seed: int
    operator: Operator | None = None
    subset: tuple[str, ...] = ()
    passwords: Mapping[str, str] = field(default_factory=dict)
    lost: Mapping[SampleId, str] = field(default_factory=dict)
    job: JobRecord | None = None
    observer: Observer | None = None


def carry_out(order: SurveyOrder, console: Console) -> None:
    """Start what must be started, survey what is still open, and tear everything down.

    Raises:
        ScopeError: a sample lies outside the scope.
        BenchFault: a device or a link could not be brought up.
        EvidenceError: the run directory cannot be written.
    """
    probes, _ = load_probes()
    person = order.operator
    with reference_devices(order.config, order.passwords) as wired:
        bench = assemble(
            wired.config,
            operator=order.operator,
            controls=wired.controls,
            logins=wired.logins,
            pages=[page for row in order.dossier.ixit.user_info for page in row.pages],
        )
        try:
            campaign = Campaign(
                order.run,
                bench,
                probes,
                Order(
                    order.plan,
                    order.dossier,
                    order.purpose,
                    order.seed,
                    subset=order.subset,
                    lost=order.lost,
                    job=order.job,
                ),
                progress := SurveyProgress(
                    order.plan,
                    order.config.bench.name,
                    ways=partial(ways_of, order.config),
                    console=console,
                    bar=not (isinstance(person, TerminalOperator) and person.is_there),
                ),
                order.observer,
            )
            with progress:
                campaign.carry_out()
        finally:
            bench.close()
