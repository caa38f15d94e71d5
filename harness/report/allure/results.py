"""From a bundle's assessments and Allure results to the results that Allure draws.

Made anew, field by field: a unit stands there with the verdict of its assessment, whether a result
of it is in the bundle or not, since a unit that is missing must not look like one that passed. So
does a requirement that no unit tests, and the conclusion of each framework: units that all pass do
not make it a good one. Of the bundle's results only the times are taken. Nothing is written in
Markdown or HTML, which Allure would obey; everything is text.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from harness.encoding.canonical import load_strict
from harness.encoding.clock import parse_utc
from harness.encoding.text import neutralise
from harness.encoding.tree import SubTree, Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.model.assessment import Assessment, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.judgement import Judgement, Severity, Verdict
from harness.model.prose import render
from harness.model.record import SurveyRecord
from harness.report.advice import advice_of
from harness.report.flaws import because
from harness.report.item_results import VERDICT_OF
from harness.report.plain_words import OUTCOMES
from harness.report.reviewing import after_review, sentence

MAX_RESULT_BYTES: Final = 1024 * 1024
MAX_RESULTS: Final = 20_000
_FOLDER: Final = "allure-results/"
_JUDGEMENTS: Final = 30
_PLACES: Final = 3
_LONG: Final = 1000
_MAX_TIME_MS: Final = 2**53 - 1

_STATUS: Final = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.INCONCLUSIVE: "broken",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.NOT_CLAIMED: "skipped",
}
"""Allure's nearest word: the name and a label of every result say the verdict itself."""
_SEVERITY: Final = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "normal",
    Severity.LOW: "minor",
    Severity.INFO: "trivial",
}

_Times = Mapping[str, tuple[int, int]]


def allure_results(root: Tree) -> Iterator[dict[str, Any]]:
    """A result for every unit of every assessment in ``root``, the tree below ``data/``.

    Beside them stand each conclusion, and each provision that no unit belongs to.

    Raises:
        EvidenceError: there is no assessment, a document cannot be read, or a result of the bundle
            says another verdict than its assessment.
    """
    folders = [
        name.removesuffix("/assessment.json")
        for name in root.names()
        if name.startswith("assessments/") and name.endswith("/assessment.json")
    ]
    if not folders:
        raise EvidenceError(f"{root.label}: holds no assessment")
    ended = _ended(root)
    for folder in folders:
        tree = SubTree(root, folder)
        try:
            said = Assessment.from_bytes(read(tree, "assessment.json"))
            catalogue = Catalogue.from_bytes(read(tree, "catalogue.json"))
            times = _times(tree, {unit.unit: unit.verdict for unit in said.units})
        except (ValueError, CaptureError) as error:
            raise EvidenceError(f"{tree.label}: {neutralise(str(error), 300)}") from error
        yield from _beside_units(said, ended)
        for unit in said.units:
            yield _of_unit(said, unit, catalogue, times.get(unit.unit, ended))


def _ended(root: Tree) -> tuple[int, int]:
    """The end of the survey, in milliseconds since 1970: the time of what did not run."""
    try:
        record = SurveyRecord.from_bytes(read(root, "survey/survey.json"))
        moment = round(parse_utc(record.ended).timestamp() * 1000)
    except (ValueError, CaptureError) as error:
        raise EvidenceError(f"{root.label}: {neutralise(str(error), 300)}") from error
    return moment, moment


def _times(tree: Tree, verdicts: Mapping[str, Verdict]) -> _Times:
    """When each unit ran, in milliseconds since 1970, as the bundle's results say."""
    names = [name for name in tree.names() if name.startswith(_FOLDER)]
    results = [name for name in names if name.endswith("-result.json")]
    if len(results) > MAX_RESULTS:
        raise EvidenceError(f"{tree.label}: more than {MAX_RESULTS} Allure results")
    times = {}
    for name in results:
        document = load_strict(read(tree, name, MAX_RESULT_BYTES))
        labels = _labels(document)
        unit = labels.get("unit", "")
        if unit not in verdicts:
            continue  # not a unit of the framework: the assessment would not know it either
        if labels.get("verdict") != verdicts[unit]:
            raise EvidenceError(f"{tree.label}: {name} says another verdict than the assessment")
        start, stop = document.get("start"), document.get("stop")
        if _is_time(start) and _is_time(stop) and start <= stop:
            times[unit] = (start, stop)
    return times


def _labels(document: Any) -> dict[str, str]:  # noqa: ANN401  (any JSON value)
    labels = document.get("labels") if isinstance(document, dict) else None
    if not isinstance(labels, list):
        raise EvidenceError("an Allure result without labels")
    return {
        label["name"]: label["value"]
        for label in labels
        if isinstance(label, dict)
        and isinstance(label.get("name"), str)
        and isinstance(label.get("value"), str)
    }


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MAX_TIME_MS


def _beside_units(said: Assessment, ended: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """What no unit shows: the conclusion, and provisions that nobody tested."""
    marked = " (indicative)" if said.indicative else ""
    reviewed = after_review(said)
    told = f"conclusion {said.conclusion.value}{marked}: {render(said.reason)}"
    told += f"; {reviewed}" if reviewed else ""
    yield _result(said, "conclusion", VERDICT_OF[said.conclusion], (), ended) | _told(told, told)
    tested = {unit.provision for unit in said.units}
    for result in said.provisions:
        if result.provision not in tested:
            told = f"{result.provision} {result.verdict.value}: {render(result.reason)}"
            name, place = f"provision {result.provision}", (result.provision,)
            yield _result(said, name, result.verdict, place, ended) | _told(told, told)


def _of_unit(
    said: Assessment, unit: UnitResult, catalogue: Catalogue, times: tuple[int, int]
) -> dict[str, Any]:
    place = unit.provision, unit.case
    purpose = next((case.purpose for case in catalogue.cases if case.id == unit.case), "")
    result = _result(said, unit.unit, unit.verdict, place, times)
    result["labels"] += [{"name": name, "value": value} for name, value in _labelled(unit)]
    title = f"{unit.unit} {unit.verdict.value}: {purpose}"
    return result | _told(title, "\n".join(_message(unit, advice_of(unit, catalogue))))


def _told(title: str, message: str) -> dict[str, Any]:
    return {"name": neutralise(title, 200), "statusDetails": {"message": message}}


def _result(
    said: Assessment, name: str, verdict: Verdict, place: tuple[str, ...], times: tuple[int, int]
) -> dict[str, Any]:
    """What every result has."""
    # The framework's version is left out: history goes on when a framework is revised.
    identity = hashlib.sha256(f"{said.framework.slug}/{name}".encode()).hexdigest()[:32]
    titles = [neutralise(title) for title in (str(said.framework), *place)]
    suites = zip(("parentSuite", "suite", "subSuite"), titles, strict=False)
    return {
        "uuid": identity,
        "historyId": identity,
        "testCaseId": identity,
        "fullName": neutralise(f"{said.framework}/{name}"),
        "status": _STATUS[verdict],
        "stage": "finished",
        "start": times[0],
        "stop": times[1],
        "labels": [
            *({"name": suite, "value": title} for suite, title in suites),
            {"name": "verdict", "value": verdict.value},
        ],
        "titlePath": titles,
    }


def _labelled(unit: UnitResult) -> Iterator[tuple[str, str]]:
    yield "unit", neutralise(unit.unit)
    yield "decided_by", unit.decided_by.value
    yield "reason", neutralise(unit.reason.code)
    if unit.overrides:
        last = unit.overrides[-1]
        yield "override", f"{last.record.verdict.value} {last.standing.value}"
    found = {finding.severity for each in unit.judgements for finding in each.findings}
    for severity in Severity:  # worst first
        if severity in found:
            yield "severity", _SEVERITY[severity]
            return


def _message(unit: UnitResult, advice: Iterable[str]) -> Iterator[str]:
    yield f"{unit.verdict.value}: {render(unit.reason)}"
    yield from (sentence(made) for made in unit.overrides or ())
    yield from (f"To change: {neutralise(text, _LONG)}" for text in advice)
    for judgement in unit.judgements[:_JUDGEMENTS]:
        yield from _said(judgement)
    if len(unit.judgements) > _JUDGEMENTS:
        yield f"and {len(unit.judgements) - _JUDGEMENTS} more judgements"


def _said(judgement: Judgement) -> Iterator[str]:
    why = "; ".join(because(judgement))
    yield f"{neutralise(judgement.item)} {OUTCOMES[judgement.outcome]}: {why}"
    for ref in judgement.evidence[:_PLACES]:
        yield f"  evidence: survey/{neutralise(ref.path)}, {neutralise(ref.where, 100)}"
    if len(judgement.evidence) > _PLACES:
        yield f"  and {len(judgement.evidence) - _PLACES} more places"
