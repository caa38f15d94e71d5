"""What ``certbench plan`` says: every unit, the counts, and the way that people walk."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.assessment.confirmation import is_indicative, unconfirmed
from harness.bench.states import INSTRUCTIONS
from harness.cli.surveying import NOT_SELECTED, Framework, visit_s
from harness.encoding.text import counted
from harness.model.bench_config import BenchConfig
from harness.model.catalogue import Catalogue
from harness.model.confirmation import Confirmation
from harness.model.declaration import DecidedBy
from harness.model.dossier import Dossier
from harness.model.plan import PlannedUnit, PlannedVisit, SurveyPlan, TestPlan
from harness.model.question import Question
from harness.model.states import DeviceState
from harness.model.waiting import PROBES_TO_COME

_WAITING: Final = "waiting"
CLASSES: Final = {
    DecidedBy.AUTOMATIC.value: "what the bench sees",
    _WAITING: "what a bench network will see",
    DecidedBy.RULE.value: "the declaration alone",
    DecidedBy.OPERATOR.value: "a person at the bench",
    DecidedBy.JUDGEMENT.value: "an assessor at a desk",
    DecidedBy.NONE.value: "nothing: no test yet",
}
"""How units are decided, and the same in words."""
_CAME: Final = ("all", "open to a verdict", "not applicable", "not claimed")


@dataclass(frozen=True)
class PlanView:
    """The plan of one framework, with what of its catalogue nobody has confirmed."""

    plan: TestPlan
    catalogue: Catalogue
    confirmations: tuple[Confirmation, ...]

    @property
    def indicative(self) -> bool:
        """Whether a conclusion by this plan would be marked."""
        return is_indicative(self.catalogue, self.confirmations)

    @cached_property
    def unconfirmed(self) -> frozenset[tuple[str, str]]:
        """Kind and id of the entries that nobody compared with the official text."""
        left = unconfirmed(self.catalogue, self.confirmations)
        return frozenset((entry.kind, entry.id) for entry in left)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Class -> how many units of it there are, and how many of them apply."""
        found = {name: dict.fromkeys(_CAME, 0) for name in CLASSES}
        for unit in self.plan.units:
            row = found[class_of(unit)]
            row["all"] += 1
            row[_came(unit)] += 1
        return found

    @property
    def waiting(self) -> tuple[PlannedUnit, ...]:
        """The units that wait for a part of the bench that is not built yet."""
        return tuple(unit for unit in self.plan.units if unit.waiting_for)

    def doubts(self, unit: PlannedUnit) -> tuple[str, ...]:
        """Why a verdict of ``unit`` would be indicative: ``provisional``, ``unconfirmed``."""
        left = self.unconfirmed
        ours = {("case", str(unit.case)), ("unit", str(unit.id))} & left
        said = ["provisional"] if ours else []
        return (*said, *(["unconfirmed"] if ("provision", str(unit.provision)) in left else []))


def class_of(unit: PlannedUnit) -> str:
    """One of `CLASSES`, whether or not the unit applies."""
    to_come = any(need.probe in PROBES_TO_COME for need in unit.facts)
    alone = unit.decided_by is DecidedBy.AUTOMATIC
    return _WAITING if alone and to_come else unit.decided_by.value


def _came(unit: PlannedUnit) -> str:
    if not unit.applicable:
        return "not applicable"
    return "open to a verdict" if unit.claimed else "not claimed"


@dataclass(frozen=True)
class Stop:
    """One stop on the way of a person, or of the bench alone.

    Attributes:
        enter: what brings the sample into its state.
        questions: how often a person is asked there, a question about several rows counted for
            each; on the first sample alone.
        only_for_people: nothing but the questions leads there: without ``--operator`` the survey
            leaves it out.
        seconds: typical time of the probes.
    """

    visit: PlannedVisit
    enter: str
    questions: int
    only_for_people: bool
    seconds: float


def way_of(
    frameworks: Sequence[Framework],
    tests: Sequence[TestPlan],
    surveys: tuple[SurveyPlan, SurveyPlan],
    config: BenchConfig,
    dossier: Dossier,
) -> tuple[tuple[Stop, ...], int]:
    """The stops in their order, and how many questions wait at a desk.

    Args:
        frameworks: what is judged.
        tests: their plans.
        surveys: the survey without and with people at the bench.
        config: the bench.
        dossier: its rows multiply questions.
    """
    asked = Counter[str]()
    for question, rows in _questions(frameworks, tests, dossier):
        asked[question.during] += rows
    alone = {(visit.sample, visit.state) for visit in surveys[0].visits}
    scripted = {each.id for each in config.sample if each.reference is not None}
    first = config.sample[0].id
    stops = tuple(
        Stop(
            visit=visit,
            enter=_enter(visit, scripted=visit.sample in scripted),
            questions=asked[visit.state.value] if visit.sample == first else 0,
            only_for_people=(visit.sample, visit.state) not in alone,
            seconds=visit_s(visit),
        )
        for visit in surveys[1].visits
    )
    return stops, asked[""]


def _enter(visit: PlannedVisit, *, scripted: bool) -> str:
    if scripted:
        return "The bench brings it there by itself."
    return INSTRUCTIONS[DeviceState(visit.state)]


def _questions(
    frameworks: Sequence[Framework], tests: Sequence[TestPlan], dossier: Dossier
) -> Iterator[tuple[Question, int]]:
    """Every question that may be put, once, and about how many rows at most."""
    found: dict[str, tuple[Question, int]] = {}
    for framework, test in zip(frameworks, tests, strict=True):
        declared = {unit.unit: unit for unit in framework.units}
        for unit in test.units:
            mine = declared.get(unit.id)
            if mine is None or not (unit.applicable and unit.claimed):
                continue
            if unit.reason == NOT_SELECTED:
                continue
            tables = [table for table in (mine.per, *mine.also) if table]
            rows = sum(len(dossier.ixit.rows(table)) for table in tables) or 1
            for question in mine.questions:
                known = found.get(question.id, (question, 0))[1]
                found[question.id] = (question, max(known, rows, 1))
    yield from found.values()


def show(
    console: Console,
    views: Sequence[PlanView],
    way: tuple[tuple[Stop, ...], int],
    survey: SurveyPlan,
) -> None:
    """Everything for people."""
    for view in views:
        _show_units(console, view)
        _show_counts(console, view)
    _show_way(console, *way)
    console.print(f"about {survey.estimate_s:.0f} s of bench time, without the people's")


def _show_units(console: Console, view: PlanView) -> None:
    table = Table("unit", "kind", "decided by", "reason", box=None, title=str(view.plan.framework))
    for unit in view.plan.units:
        kind = ", ".join((unit.kind, *view.doubts(unit)))
        offered = f"external evidence offered: {', '.join(unit.external or ())}"
        reason = "; ".join(filter(None, (unit.reason, offered if unit.external else "")))
        table.add_row(unit.id, kind, unit.decided_by.value, escape(reason))
    console.print(table)


def _show_counts(console: Console, view: PlanView) -> None:
    table = Table("decided by", *_CAME, box=None)
    for name, row in view.counts.items():
        if row["all"]:
            table.add_row(CLASSES[name], *(str(row[came]) for came in _CAME))
    total = {came: sum(row[came] for row in view.counts.values()) for came in _CAME}
    table.add_row("together", *(str(total[came]) for came in _CAME))
    console.print(table)
    if view.waiting:
        named = ", ".join(unit.id for unit in view.waiting)
        console.print(
            f"{counted(len(view.waiting), 'unit')} will stay INCONCLUSIVE until the bench network "
            f"is there: {named}",
            soft_wrap=True,
        )
    doubtful = Counter(doubt for unit in view.plan.units for doubt in view.doubts(unit))
    if view.indicative:
        console.print(
            f"A conclusion would be INDICATIVE: {counted(doubtful['provisional'], 'unit')} "
            f"provisional (ours, for want of the official text), "
            f"{counted(doubtful['unconfirmed'], 'unit')} of unconfirmed provisions; certbench "
            f"catalogue show {view.plan.framework} lists the entries that nobody has compared with "
            "the official text",
            soft_wrap=True,
        )


def _show_way(console: Console, stops: Sequence[Stop], at_a_desk: int) -> None:
    console.print("The way, in this order:")
    for number, stop in enumerate(stops, 1):
        asked = f", {counted(stop.questions, 'question')} to answer" if stop.questions else ""
        only = " (only with people at the bench: --operator)" if stop.only_for_people else ""
        probes = counted(len(stop.visit.probes), "probe")
        console.print(
            f"{number}. sample {escape(stop.visit.sample)}, {stop.visit.state.value}{only}: "
            f"{probes}, about {stop.seconds:.0f} s{asked}",
            soft_wrap=True,
        )
        console.print(f"   {stop.enter}", soft_wrap=True)
        if stop.visit.probes:
            console.print(f"   {', '.join(stop.visit.probes)}", style="dim", soft_wrap=True)
    if at_a_desk:
        console.print(f"Then {counted(at_a_desk, 'question')} at a desk: certbench answer RUN")


def to_json(view: PlanView, way: tuple[tuple[Stop, ...], int]) -> dict[str, Any]:
    """``certbench/plan/1``."""
    plan, (stops, at_a_desk) = view.plan, way
    return {
        "schema": "certbench/plan/1",
        "framework": plan.framework.slug,
        "version": plan.framework.version,
        "units": [_unit_json(view, unit) for unit in plan.units],
        "counts": view.counts,
        "provisions": len(view.catalogue.provisions),
        "indicative": view.indicative,
        "visits": [_stop_json(stop) for stop in stops],
        "questions_at_a_desk": at_a_desk,
        "estimate_s": plan.estimate_s,
    }


def _unit_json(view: PlanView, unit: PlannedUnit) -> Mapping[str, Any]:
    doubts = view.doubts(unit)
    return {
        "id": unit.id,
        "case": unit.case,
        "group": unit.provision,
        "provision": unit.provision,
        "kind": unit.kind,
        "decided_by": unit.decided_by.value,
        "applicable": unit.applicable,
        "reason": unit.reason,
        "facts": sorted({need.probe for need in unit.facts}),
        "states": sorted({need.state.value for need in unit.facts}),
        "provisional": bool(unit.provisional),
        "unconfirmed": "unconfirmed" in doubts,
        "waiting_for": unit.waiting_for or "",
        "external": list(unit.external or ()),
    }


def _stop_json(stop: Stop) -> Mapping[str, Any]:
    return {
        "sample": stop.visit.sample,
        "state": stop.visit.state.value,
        "enter": stop.enter,
        "probes": list(stop.visit.probes),
        "questions": stop.questions,
        "only_for_people": stop.only_for_people,
        "estimate_s": stop.seconds,
    }
