"""The static HTML report: one file, readable offline, no script, device text neutralised.

A view of what the bundle holds: everything in it follows from the assessments and the survey.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from harness import __version__
from harness.assessment.criteria.registry import CRITERIA
from harness.encoding.text import neutralise
from harness.facts.store import FactBase
from harness.model.assessment import Assessment, ProvisionResult, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.dossier import Dossier
from harness.model.judgement import Severity, Verdict
from harness.model.prose import render
from harness.model.record import AttemptRecord
from harness.survey.store import write_atomic

NAME = "index.html"


def write_report(stage: Path, survey: FactBase, assessments: Sequence[Assessment]) -> Path:
    """Write ``stage/report/index.html`` from what ``stage`` holds; its path."""
    folder = stage / "report"
    folder.mkdir()
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("harness.replay", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = neutralise
    environment.filters["prose"] = render
    page = environment.get_template("report.html").render(
        version=__version__,
        survey=survey.survey,
        visits=survey.visits,
        dossier=Dossier.from_bytes((stage / "survey" / "dossier.json").read_bytes()),
        attempts=_attempts(stage / "survey"),
        frameworks=[_framework(stage, assessment) for assessment in assessments],
    )
    write_atomic(folder / NAME, page.encode())
    return folder / NAME


def merged_findings(assessment: Assessment) -> list[dict[str, Any]]:
    """Every finding once, worst first, with the units that it bears on."""
    merged: dict[tuple[str, str, str], dict[str, Any]] = {}
    for unit in assessment.units:
        for found in (found for entry in unit.judgements for found in entry.findings):
            summary = render(found.reason)
            criterion = CRITERIA.get(found.criterion)
            entry = merged.setdefault(
                (found.criterion, found.subject, summary),
                {
                    "criterion": found.criterion,
                    "severity": found.severity.value,
                    "subject": neutralise(found.subject),
                    "summary": summary,
                    "advice": criterion.advice if criterion else "",
                    "units": [],
                    "evidence": [ref.to_json() for ref in found.evidence],
                },
            )
            if unit.unit not in entry["units"]:
                entry["units"].append(unit.unit)
    order = [severity.value for severity in Severity]
    return sorted(merged.values(), key=lambda entry: order.index(entry["severity"]))


def headline(assessment: Assessment) -> str:
    """The conclusion in one line that claims nothing that was not decided."""
    decided = [unit for unit in assessment.units if unit.verdict in {Verdict.PASS, Verdict.FAIL}]
    failed = sum(unit.verdict is Verdict.FAIL for unit in decided)
    said = f"{failed} FAIL" if failed else "no FAIL"
    marked = " (indicative)" if assessment.indicative else ""
    total = len(assessment.units)
    return (
        f"{assessment.conclusion.value}{marked}: {said} in {len(decided)} decided of {total} units"
    )


def _framework(stage: Path, assessment: Assessment) -> dict[str, Any]:
    folder = stage / "assessments" / str(assessment.framework)
    catalogue = Catalogue.from_bytes((folder / "catalogue.json").read_bytes())
    entries = {entry.id: entry for entry in catalogue.provisions}
    return {
        "assessment": assessment,
        "catalogue": catalogue,
        "headline": headline(assessment),
        "findings": merged_findings(assessment),
        "counts": {
            verdict.value: sum(unit.verdict is verdict for unit in assessment.units)
            for verdict in Verdict
        },
        "provisions": [
            {
                "entry": entries[result.provision],
                "result": result,
                "units": _units_of(assessment, result),
            }
            for result in assessment.provisions
        ],
    }


def _units_of(assessment: Assessment, result: ProvisionResult) -> list[UnitResult]:
    return [unit for unit in assessment.units if unit.provision == result.provision]


def _attempts(survey: Path) -> list[AttemptRecord]:
    files = sorted(survey.glob("*/*/*/*/attempt.json"))
    return [AttemptRecord.from_bytes(file.read_bytes()) for file in files]
