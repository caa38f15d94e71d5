"""Tables for spreadsheets and scripts: ``results.csv`` and ``findings.csv`` (RFC 4180, UTF-8).

Every cell is neutralised and can't be a formula, whoever wrote it: see
`harness.encoding.text.spreadsheet_cell`. Lists in a cell are separated by ``; ``.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from harness.assessment.criteria.registry import CRITERIA
from harness.encoding.text import neutralise, spreadsheet_cell
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue
from harness.model.observation import EvidenceRef
from harness.model.prose import render
from harness.report.advice import advice_of
from harness.report.flaws import findings_of
from harness.report.item_results import item_results, merged_findings
from harness.report.reviewing import newest
from harness.report.source import ReportSource

RESULTS: Final = "results.csv"
FINDINGS: Final = "findings.csv"
RESULT_COLUMNS: Final = (
    "framework",
    "provision",
    "case",
    "unit",
    "verdict",
    "decided_by",
    "reason_code",
    "reason",
    "item",
    "item_verdict",
    "item_reason_code",
    "item_reason",
    "findings",
    "evidence",
    "advice",
    "override",
)
FINDING_COLUMNS: Final = (
    "framework",
    "severity",
    "finding",
    "criterion",
    "subject",
    "reason_code",
    "reason",
    "advice",
    "reference",
    "provisions",
    "units",
    "evidence",
)
_LONGEST: Final = 30_000
"""A spreadsheet keeps 32,767 characters of a cell."""


def tables_view(source: ReportSource) -> dict[str, bytes]:
    """Both tables over all assessments.

    ``results.csv`` has a row for each item of each unit, ``findings.csv`` one for each finding of
    each framework, worst first. ``verdict`` is the unit's, ``item_verdict`` the item's;
    ``advice`` is what to change so that the unit can pass, ``override`` the newest one about it.
    """
    results = (row for entry in source.in_order for row in _results(entry, source.catalogue(entry)))
    findings = (row for entry in source.in_order for row in _findings(entry))
    return {
        RESULTS: _table(RESULT_COLUMNS, results),
        FINDINGS: _table(FINDING_COLUMNS, findings),
    }


def _results(assessment: Assessment, catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    for unit in assessment.units:
        advice = " ".join(advice_of(unit, catalogue))
        for result in item_results(unit):
            yield (
                str(assessment.framework),
                unit.provision,
                unit.case,
                unit.unit,
                unit.verdict.value,
                unit.decided_by.value,
                unit.reason.code,
                render(unit.reason),
                result.item,
                result.verdict.value if result.item else "",
                result.reason.code if result.item else "",
                render(result.reason) if result.item else "",
                _listed(result.findings),
                _listed(map(_place, result.evidence)),
                advice,
                newest(unit),
            )


def _findings(assessment: Assessment) -> Iterator[tuple[str, ...]]:
    for entry in merged_findings(findings_of(assessment)):
        found = entry.finding
        known = CRITERIA.get(found.criterion)
        yield (
            str(assessment.framework),
            entry.severity.value,
            found.id,
            found.criterion,
            found.subject,
            found.reason.code,
            render(found.reason),
            known.advice if known else "",
            known.reference if known else "",
            _listed(entry.provisions),
            _listed(entry.units),
            _listed(map(_place, entry.evidence)),
        )


def _place(ref: EvidenceRef) -> str:
    return f"{ref.path}, {ref.where}"


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(neutralise(text, 1000) for text in texts)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([spreadsheet_cell(cell, _LONGEST) for cell in row] for row in rows)
    return text.getvalue().encode()
