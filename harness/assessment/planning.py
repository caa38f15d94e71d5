"""The plan: how each unit is decided, what blocks it on this bench, and what the survey must visit.

Pure: dossier, catalogue, unit and probe declarations and the bench's capabilities are passed in.
"""

from collections.abc import Iterable, Mapping, Sequence

from harness.assessment.applicability import Applicability, applicability
from harness.assessment.external import offered
from harness.model.catalogue import Catalogue
from harness.model.declaration import (
    DecidedBy,
    FactNeed,
    ProbeDeclaration,
    Samples,
    UnitDeclaration,
)
from harness.model.dossier import Dossier
from harness.model.ids import ProbeName, SampleId, UnitId
from harness.model.life import rank
from harness.model.plan import PlannedUnit, PlannedVisit, SurveyPlan, TestPlan
from harness.model.radio import Faked
from harness.model.states import Capability, DeviceState, Impact
from harness.model.waiting import PROBES_TO_COME, waiting_for


def blocked_facts(
    needs: Iterable[FactNeed],
    probes: Mapping[ProbeName, ProbeDeclaration],
    capabilities: Mapping[SampleId, frozenset[Capability]],
    max_impact: Impact,
) -> tuple[str, ...]:
    """The facts that this bench can't deliver, each with the reason."""
    samples = tuple(capabilities)
    blocked = []
    for need in needs:
        declared = probes.get(need.probe)
        if declared is None:
            what = PROBES_TO_COME.get(need.probe)
            why = f"waits for {what}" if what else "no such probe is installed"
            blocked.append(f"{need.probe}: {why}")
            continue
        lacking = sorted(declared.lacking(capabilities[samples[0]]))
        if lacking:
            blocked.append(f"{need.probe}: this bench has no {', '.join(lacking)}")
        if declared.impact.rank > max_impact.rank:
            blocked.append(f"{need.probe}: impact {declared.impact.value} is not allowed here")
        if need.samples is Samples.EACH and len(samples) < 2:  # noqa: PLR2004  (a pair)
            blocked.append(f"{need.probe}: comparing needs two samples, this bench has one")
    return tuple(dict.fromkeys(blocked))


def make_plan(
    catalogue: Catalogue,
    dossier: Dossier,
    units: Sequence[UnitDeclaration],
    probes: Mapping[ProbeName, ProbeDeclaration],
    bench: tuple[Mapping[SampleId, frozenset[Capability]], Impact],
    faked: frozenset[Faked] = frozenset(),
) -> TestPlan:
    """Every unit of the catalogue, implemented or not; ``faked`` is what the radio pretends."""
    capabilities, max_impact = bench
    declared = {declaration.unit: declaration for declaration in units}
    provisions = {provision.id: provision for provision in catalogue.provisions}
    cases = {case.id: case.provision for case in catalogue.cases}
    planned = []
    for unit in catalogue.units:
        found = declared.get(UnitId(unit.id))
        answer = applicability(catalogue, provisions[cases[unit.case]], dossier)
        needs = tuple(
            need
            for need in (found.facts if found else ())
            if _is_wanted(need, dossier)
            or (need.undeclared and not blocked_facts([need], probes, capabilities, max_impact))
        )
        blocked = blocked_facts(needs, probes, capabilities, max_impact)
        waits = waiting_for(need.probe for need in needs if need.probe not in probes)
        planned.append(
            PlannedUnit(
                id=unit.id,
                case=unit.case,
                provision=cases[unit.case],
                kind=unit.kind,
                decided_by=found.decided_by if found else DecidedBy.NONE,
                applicable=answer.applicable,
                claimed=answer.claimed,
                reason=_planned_reason(answer, found, blocked, waits) or _pretended(found, faked),
                facts=needs,
                blocked=blocked,
                waiting_for=waits if waits and answer.why is None else None,
                provisional=unit.provisional,
                external=offered(unit, found, dossier) if found else None,
            )
        )
    needs_all = [need for entry in planned if entry.applicable for need in entry.facts]
    survey = survey_plan(needs_all, probes, tuple(capabilities))
    return TestPlan(
        framework=catalogue.framework,
        catalogue_digest=catalogue.digest,
        dossier_digest=dossier.digest,
        units=tuple(planned),
        estimate_s=survey.estimate_s,
    )


def _pretended(found: UnitDeclaration | None, faked: frozenset[Faked]) -> str:
    only = [each.value for each in (found.truth if found else ()) if each in faked]
    return f"not testable on this bench: its radio only pretends {', '.join(only)}" if only else ""


def _is_wanted(need: FactNeed, dossier: Dossier) -> bool:
    return not need.where or dossier.ixit.names(need.where)


def _planned_reason(
    answer: Applicability, found: UnitDeclaration | None, blocked: tuple[str, ...], waits: str
) -> str:
    if answer.why is not None:
        detail = answer.why.params.get("detail", "")
        return f"{answer.why.code}: {answer.why.params['provision']} {detail}".strip()
    if found is None:
        return "not implemented"
    if blocked:
        return f"waits for {waits}" if waits else "not on this bench: " + "; ".join(blocked)
    if found.questions and found.decided_by in {DecidedBy.OPERATOR, DecidedBy.JUDGEMENT}:
        return "a person must answer"
    return ""


def survey_plan(
    needs: Iterable[FactNeed],
    probes: Mapping[ProbeName, ProbeDeclaration],
    samples: Sequence[SampleId],
    looked_at: Iterable[DeviceState] = (),
) -> SurveyPlan:
    """The visits that deliver all needed facts: each sample enters each state once.

    States come in the order of a device's life, so that ``as-received`` is never too late. Nothing
    is visited for a probe that is still to come.

    Args:
        needs: the facts that are needed.
        probes: the probes that are installed.
        samples: the samples; the first one is what people look at.
        looked_at: states in which people are to look at it, whatever probes do there.
    """
    wanted: dict[tuple[SampleId, DeviceState], set[ProbeName]] = {}
    for need in needs:
        if need.probe in PROBES_TO_COME and need.probe not in probes:
            continue
        for sample in samples if need.samples is Samples.EACH else samples[:1]:
            wanted.setdefault((sample, need.state), set()).add(need.probe)
    for state in looked_at:
        wanted.setdefault((samples[0], state), set())
    visits = tuple(
        PlannedVisit(sample=sample, state=state, probes=_closed(wanted[sample, state], probes))
        for sample, state in sorted(
            wanted, key=lambda entry: (samples.index(entry[0]), rank(entry[1]))
        )
    )
    estimate = max(
        (
            sum(_estimate(visit, probes) for visit in visits if visit.sample == sample)
            for sample in samples
        ),
        default=0.0,
    )
    return SurveyPlan(visits=visits, estimate_s=estimate)


def _closed(
    names: set[ProbeName], probes: Mapping[ProbeName, ProbeDeclaration]
) -> tuple[ProbeName, ...]:
    found = set(names)
    waiting = list(names)
    while waiting:
        declared = probes.get(waiting.pop())
        for upstream in declared.upstream if declared else ():
            if upstream not in found:
                found.add(upstream)
                waiting.append(upstream)
    return tuple(sorted(found))


def _estimate(visit: PlannedVisit, probes: Mapping[ProbeName, ProbeDeclaration]) -> float:
    return sum(probes[name].estimate_s for name in visit.probes if name in probes)
