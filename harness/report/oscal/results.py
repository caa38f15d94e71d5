"""OSCAL assessment results: one result for each framework.

A state is ``satisfied`` or ``not-satisfied``, nothing between. So there is a finding for a
provision that passes or fails and for no other; every unit, and every provision without a finding,
is an observation, whose properties say the verdict in full. The device and its samples are defined
in the plan that this file imports.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from harness.model.assessment import ProvisionResult, UnitResult
from harness.model.declaration import DecidedBy
from harness.model.judgement import Verdict
from harness.model.prose import render
from harness.report.advice import counsel_of
from harness.report.item_results import item_results, places
from harness.report.oscal.scene import Judged, Scene
from harness.report.oscal.values import (
    Json,
    control,
    evidence,
    markup,
    moment,
    objective,
    properties,
)
from harness.report.reviewing import newest

METHODS: Final[Mapping[DecidedBy, str]] = {
    DecidedBy.AUTOMATIC: "TEST",
    DecidedBy.RULE: "EXAMINE",
    DecidedBy.OPERATOR: "TEST",
    DecidedBy.JUDGEMENT: "EXAMINE",
    DecidedBy.NONE: "UNKNOWN",
}
"""How a unit is decided, in OSCAL's words; ``UNKNOWN`` = nobody has written the test yet."""
_STATES: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.PASS: ("satisfied", "pass"),
    Verdict.FAIL: ("not-satisfied", "fail"),
}
_ITEMS: Final = 60


def assessment_results(scene: Scene, plan: str) -> bytes:
    """The file; ``plan`` is the name of the assessment plan beside it."""
    return scene.document(
        "assessment-results",
        f"Assessment results: {scene.dut}",
        {
            "import-ap": {"href": plan},
            "results": [_result(scene, entry) for entry in scene.judged],
            "back-matter": {"resources": scene.resources()},
        },
    )


def _result(scene: Scene, entry: Judged) -> Json:
    said = entry.assessment
    name, after = str(said.framework), said.conclusion_after_review
    observations = [_of_unit(scene, entry, unit) for unit in said.units]
    observations += [
        _of_provision(scene, entry, result)
        for result in said.provisions
        if result.verdict not in _STATES
    ]
    found: Json = {
        "uuid": scene.id_of("result", name),
        "title": markup(f"{said.title} ({name})"),
        "description": markup(f"{said.conclusion.value}: {render(said.reason)}"),
        "start": moment(scene.survey.started, scene.survey.started),
        "end": scene.ended,
        "props": properties(
            framework=name,
            conclusion=said.conclusion.value,
            conclusion_after_review=after.value if after else "",
            reason_code=said.reason.code,
            indicative=said.indicative,
            suite_complete=said.complete,
            decision_rule=said.decision_rule,
            firmware=said.firmware,
            catalogue_sha256=entry.catalogue.digest,
        ),
        "links": [{"href": f"#{scene.catalogue_resource(entry)['uuid']}", "rel": "reference"}],
        "reviewed-controls": scene.reviewed([entry]),
        "assessment-log": {"entries": _visits(scene, name)},
        "observations": observations,
        "findings": [
            _finding(scene, entry, result)
            for result in said.provisions
            if result.verdict in _STATES
        ],
    }
    empty: tuple[object, ...] = ([], {"entries": []})
    return {key: value for key, value in found.items() if value not in empty}


def _of_unit(scene: Scene, entry: Judged, unit: UnitResult) -> Json:
    name = str(entry.assessment.framework)
    facts = list(dict.fromkeys(fact for said in unit.judgements for fact in said.facts))
    found: Json = {
        "uuid": scene.id_of("unit", name, unit.unit),
        "title": markup(f"{unit.unit}: {unit.verdict.value}"),
        "description": markup(render(unit.reason)),
        "props": properties(
            unit=unit.unit,
            case=unit.case,
            provision=unit.provision,
            verdict=unit.verdict.value,
            reason_code=unit.reason.code,
            decided_by=unit.decided_by.value,
            override=newest(unit),
        ),
        "methods": [METHODS[unit.decided_by]],
        "types": ["control-objective"],
        "subjects": scene.subjects(fact.sample for fact in facts),
        "collected": scene.collected(facts),
    }
    cited = [evidence(ref, scene.names, scene.source.data) for ref in places(unit.judgements)]
    if cited:
        found["relevant-evidence"] = cited
    remarks = _items(unit)
    if remarks:
        found["remarks"] = remarks
    return found


def _items(unit: UnitResult) -> str:
    """What each item came to, as a list."""
    said = [
        f"* {markup(f'{result.item} {result.verdict.value}: {render(result.reason)}')}"
        for result in item_results(unit)
        if result.item
    ]
    if len(said) > _ITEMS:
        said[_ITEMS:] = [f"* and {len(said) - _ITEMS} more items"]
    return "\n".join(said)


def _of_provision(scene: Scene, entry: Judged, result: ProvisionResult) -> Json:
    """A provision that OSCAL's two states have no place for."""
    return {
        "uuid": scene.id_of("provision", str(entry.assessment.framework), result.provision),
        "title": markup(f"{result.provision}: {result.verdict.value}"),
        "description": markup(render(result.reason)),
        "props": _about(entry, result),
        "methods": ["EXAMINE"],
        "types": ["control-objective"],
        "subjects": scene.subjects(()),
        "collected": scene.ended,
    }


def _finding(scene: Scene, entry: Judged, result: ProvisionResult) -> Json:
    said = entry.assessment
    state, reason = _STATES[result.verdict]
    units = [unit for unit in said.units if unit.provision == result.provision]
    advice = [counsel.text for counsel in counsel_of(result, units, entry.catalogue)]
    found: Json = {
        "uuid": scene.id_of("finding", str(said.framework), result.provision),
        "title": markup(f"{result.provision}: {result.verdict.value}"),
        "description": markup(_title(entry, result)),
        "props": _about(entry, result),
        "target": {
            "type": "objective-id",
            "target-id": objective(said.framework, result.provision),
            "status": {"state": state, "reason": reason, "remarks": markup(render(result.reason))},
        },
        "related-observations": _observed(scene, entry, result),
    }
    if advice:
        found["remarks"] = "\n".join(f"* {markup(f'To change: {text}')}" for text in advice)
    return found


def _observed(scene: Scene, entry: Judged, result: ProvisionResult) -> list[Json]:
    name = str(entry.assessment.framework)
    units: Iterable[UnitResult] = entry.assessment.units
    return [
        {"observation-uuid": scene.id_of("unit", name, unit.unit)}
        for unit in units
        if unit.provision == result.provision
    ]


def _about(entry: Judged, result: ProvisionResult) -> list[Json]:
    return properties(
        provision=result.provision,
        control=control(entry.assessment.framework, result.provision),
        mandatory=result.mandatory,
        verdict=result.verdict.value,
        reason_code=result.reason.code,
    )


def _title(entry: Judged, result: ProvisionResult) -> str:
    titles = {provision.id: provision.title for provision in entry.catalogue.provisions}
    return titles.get(result.provision, result.provision)


def _visits(scene: Scene, framework: str) -> list[Json]:
    return [
        {
            "uuid": scene.id_of("visit", framework, visit.sample, visit.visit),
            "title": markup(f"Sample {visit.sample}, {visit.state.value}"),
            "start": moment(visit.started, scene.ended),
            "end": moment(visit.ended, scene.ended),
            "props": properties(
                sample=visit.sample,
                state=visit.state.value,
                entered_by=visit.entered_by,
                state_confirmed=visit.state_confirmed,
            ),
        }
        for visit in scene.source.survey.visits
    ]
