"""OSCAL assessment plan: what was to be looked at, in which states, with what."""

from harness.model.plan import PlannedVisit, SurveyPlan
from harness.report.oscal.scene import NO_SSP, Scene
from harness.report.oscal.values import Json, markup, properties

_PLAN = "survey/survey-plan.json"


def assessment_plan(scene: Scene) -> bytes:
    """The file. Where this edition has no plan of the survey, it has no tasks."""
    visits = _planned(scene)
    probes = sorted({probe for visit in visits for probe in visit.probes})
    local: Json = {
        "components": [{**scene.device("this-system"), "status": {"state": "operational"}}],
        "inventory-items": scene.samples(),
        "activities": [
            {
                "uuid": scene.id_of("probe", probe),
                "title": markup(f"Probe {probe}"),
                "description": markup(f"Captures of the probe {probe}; it judges nothing."),
            }
            for probe in probes
        ],
    }
    body: Json = {
        "import-ssp": {"href": f"#{scene.resources()[0]['uuid']}", "remarks": NO_SSP},
        "local-definitions": {key: value for key, value in local.items() if value},
        "reviewed-controls": scene.reviewed(scene.judged),
        "assessment-subjects": [
            {
                "type": "inventory-item",
                "include-subjects": scene.subjects(sample.id for sample in scene.survey.samples),
            }
        ],
    }
    if scene.survey.tools:
        body["assessment-assets"] = _assets(scene)
    if visits:
        body["tasks"] = [_task(scene, number, visit) for number, visit in enumerate(visits, 1)]
    body["back-matter"] = {"resources": scene.resources()}
    return scene.document("assessment-plan", f"Assessment plan: {scene.dut}", body)


def _planned(scene: Scene) -> tuple[PlannedVisit, ...]:
    content = scene.content(_PLAN)
    return SurveyPlan.from_bytes(content).visits if content is not None else ()


def _assets(scene: Scene) -> Json:
    tools = scene.tools()
    return {
        "components": tools,
        "assessment-platforms": [
            {
                "uuid": scene.id_of("bench"),
                "title": markup(f"Bench {scene.survey.bench}"),
                "props": properties(kind=scene.survey.bench_kind),
                "uses-components": [{"component-uuid": tool["uuid"]} for tool in tools],
            }
        ],
    }


def _task(scene: Scene, number: int, visit: PlannedVisit) -> Json:
    subjects = [{"type": "inventory-item", "include-subjects": scene.subjects([visit.sample])}]
    task: Json = {
        "uuid": scene.id_of("task", str(number)),
        "type": "action",
        "title": markup(f"Sample {visit.sample}, {visit.state.value}"),
        "props": properties(sample=visit.sample, state=visit.state.value),
        "associated-activities": [
            {"activity-uuid": scene.id_of("probe", probe), "subjects": subjects}
            for probe in visit.probes
        ],
    }
    return {key: value for key, value in task.items() if value}
