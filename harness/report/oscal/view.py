"""The three OSCAL files of a bundle, in ``report/oscal/``."""

from typing import Final

from harness.report.oscal.components import component_definition
from harness.report.oscal.planning import assessment_plan
from harness.report.oscal.results import assessment_results
from harness.report.oscal.scene import Scene
from harness.report.source import ReportSource

PLAN: Final = "assessment-plan.json"
RESULTS: Final = "assessment-results.json"
COMPONENTS: Final = "component-definition.json"


def oscal_view(source: ReportSource) -> dict[str, bytes]:
    """The files; none without an assessment, since OSCAL has no results of nothing."""
    if not source.assessments:
        return {}
    scene = Scene(source)
    return {
        f"oscal/{PLAN}": assessment_plan(scene),
        f"oscal/{RESULTS}": assessment_results(scene, PLAN),
        f"oscal/{COMPONENTS}": component_definition(scene),
    }
