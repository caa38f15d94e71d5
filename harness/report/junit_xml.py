"""JUnit XML (``results.xml``) for CI systems and test managers: the shape that Jenkins reads.

Every provision is a suite, every unit a case of it, and the conclusion of each framework a case of
its own, so that nobody who only counts what is not green takes an open assessment for a good one.
PASS passes, FAIL is a failure, INCONCLUSIVE an error, NOT_APPLICABLE and NOT_CLAIMED are skipped.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Final

from harness.encoding.clock import parse_utc
from harness.encoding.text import neutralise
from harness.model.assessment import Assessment, ProvisionResult, UnitResult
from harness.model.ids import UnitId
from harness.model.judgement import Reason, Verdict
from harness.model.prose import render
from harness.report.advice import advice_of
from harness.report.item_results import VERDICT_OF, item_results
from harness.report.reviewing import newest, review_json
from harness.report.source import ReportSource

NAME: Final = "results.xml"
CONCLUSION: Final = "conclusion"
"""Name of the suite and case that stand for a framework's conclusion."""
_ELEMENTS: Final[Mapping[Verdict, str]] = {
    Verdict.FAIL: "failure",
    Verdict.INCONCLUSIVE: "error",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.NOT_CLAIMED: "skipped",
}
_LONGEST: Final = 2000
_LINES: Final = 40


def junit_view(source: ReportSource) -> dict[str, bytes]:
    """The file, over all assessments.

    Cases have no time: the survey collects for all units together.
    """
    root = ET.Element("testsuites", name="certbench")
    for assessment in source.in_order:
        common = _common(assessment) | {"run": source.survey.survey.run_id}
        catalogue = source.catalogue(assessment)
        advised = {unit.unit: advice_of(unit, catalogue) for unit in assessment.units}
        moment = _timestamp(source.survey.survey.ended or source.survey.survey.started)
        root.append(_conclusion(assessment, common, moment))
        for result in assessment.provisions:
            root.append(_provision(assessment, result, common, moment, advised))
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    return {NAME: ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"}


def _conclusion(assessment: Assessment, common: Mapping[str, str], moment: str) -> ET.Element:
    name = str(assessment.framework)
    case = _case(f"{name}.{CONCLUSION}", CONCLUSION)
    verdict = VERDICT_OF[assessment.conclusion]
    _add_outcome(case, verdict, assessment.conclusion.value, assessment.reason, ())
    return _suite(f"{name} {CONCLUSION}", [case], [verdict], common, moment)


def _provision(
    assessment: Assessment,
    result: ProvisionResult,
    common: Mapping[str, str],
    moment: str,
    advised: Mapping[UnitId, Sequence[str]],
) -> ET.Element:
    name = str(assessment.framework)
    units = [unit for unit in assessment.units if unit.provision == result.provision]
    place = f"{name}.{result.provision}"
    cases = [_unit(place, unit, advised[unit.unit]) for unit in units]
    verdicts = [unit.verdict for unit in units]
    if not units:  # a provision that nobody tested must not vanish
        case = _case(place, result.provision)
        _add_outcome(case, result.verdict, result.verdict.value, result.reason, ())
        cases, verdicts = [case], [result.verdict]
    more = {
        "provision": result.provision,
        "mandatory": "true" if result.mandatory else "false",
        "verdict": result.verdict.value,
        "reason": result.reason.code,
    }
    more |= {f"override {unit.unit}": newest(unit) for unit in units if unit.overrides}
    return _suite(f"{name} {result.provision}", cases, verdicts, {**common, **more}, moment)


def _unit(place: str, unit: UnitResult, advice: Iterable[str]) -> ET.Element:
    case = _case(f"{place}.{unit.case}", unit.unit)
    lines = [f"to change: {text}" for text in advice]
    lines += [
        f"{result.item} {result.verdict.value}: {render(result.reason)}"
        for result in item_results(unit)
        if result.item
    ]
    lines += [f"finding: {found.id}" for said in unit.judgements for found in said.findings]
    _add_outcome(case, unit.verdict, unit.verdict.value, unit.reason, lines)
    return case


def _common(assessment: Assessment) -> dict[str, str]:
    return {
        "framework": str(assessment.framework),
        "conclusion": assessment.conclusion.value,
        **review_json(assessment),
        "indicative": "true" if assessment.indicative else "false",
        "decision_rule": assessment.decision_rule,
        "firmware": assessment.firmware,
    }


def _suite(
    name: str,
    cases: Iterable[ET.Element],
    verdicts: Iterable[Verdict],
    properties: Mapping[str, str],
    moment: str,
) -> ET.Element:
    counts = [_ELEMENTS.get(verdict, "") for verdict in verdicts]
    suite = ET.Element(
        "testsuite",
        name=_text(name),
        tests=str(len(counts)),
        failures=str(counts.count("failure")),
        errors=str(counts.count("error")),
        skipped=str(counts.count("skipped")),
    )
    if moment:
        suite.set("timestamp", moment)
    listed = ET.SubElement(suite, "properties")
    for key, value in properties.items():
        ET.SubElement(listed, "property", name=key, value=_text(value))
    suite.extend(cases)
    return suite


def _case(place: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=_text(place), name=_text(name))


def _add_outcome(
    case: ET.Element, verdict: Verdict, kind: str, reason: Reason, lines: Iterable[str]
) -> None:
    """Say why, wherever it did not pass; what each item came to goes into the text."""
    tag = _ELEMENTS.get(verdict)
    if tag is None:
        return
    said = list(dict.fromkeys(_text(line) for line in lines))
    if len(said) > _LINES:
        said[_LINES:] = [f"and {len(said) - _LINES} more lines"]
    element = ET.SubElement(case, tag, type=kind, message=_text(render(reason)))
    element.text = "\n".join([f"reason: {reason.code}", *said])


def _text(text: str) -> str:
    """Harmless, and only characters that XML 1.0 allows: what is not becomes a visible escape."""
    return neutralise(text, _LONGEST)


def _timestamp(time: str) -> str:
    """``2026-11-21T08:15:30``, in UTC, without a zone as the shape wants it; ``""`` if unknown."""
    try:
        return parse_utc(time).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return ""
