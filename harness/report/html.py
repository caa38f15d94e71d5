"""The static HTML report: one file, readable offline and without script, device text neutralised.

A view of what the bundle holds: everything in it follows from the assessments and the survey. The
page forbids itself every request (CSP); its one style sheet and its one script, which only filters
what stands there already, are named by their digests, so that nothing a device says could add to
them.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import jinja2

from harness import __version__
from harness.assessment.confirmation import unconfirmed
from harness.assessment.criteria.registry import CRITERIA
from harness.encoding.text import counted, neutralise
from harness.encoding.tree import DirectoryTree
from harness.evidence.revisions import dossier_in, newest_file
from harness.model.assessment import Assessment, ProvisionResult, UnitResult
from harness.model.catalogue import Catalogue, CatalogueCase, CatalogueProvision
from harness.model.dossier import Dossier, IcsRow
from harness.model.judgement import Judgement, Verdict
from harness.model.prose import render
from harness.report import item_results, plain_words
from harness.report.advice import Counsel, advice_of, counsel_of
from harness.report.bluetooth_view import LEVELS, bluetooth_of
from harness.report.declared_rows import cited_rows
from harness.report.evidence_links import EvidenceLinks
from harness.report.external_view import external_views
from harness.report.flaws import (
    because,
    findings_of,
    flaws_of,
    other_failures,
    provision_because,
)
from harness.report.in_law import drawn_by, meaning_in_law
from harness.report.keeping_open import Cause, what_keeps_open
from harness.report.open_units import OpenGroup, open_groups
from harness.report.quotes import Quotes
from harness.report.reviewing import (
    NAMES,
    after_review,
    overrides_in,
    people_of,
    sentence,
    standing_of,
)
from harness.report.revisions import revisions_in
from harness.report.source import ReportSource
from harness.report.survey_view import (
    answers_in,
    attempts_in,
    captures_of,
    duration,
    ics_counts,
    ixit_counts,
    job_in,
    moment,
    redaction_in,
    services_of,
    tools_of,
    visits_of,
)

NAME: Final = "index.html"
_LONG_TEXT: Final = 4000


@dataclass(frozen=True)
class CaseView:
    """One test case of a provision with its units."""

    case: CatalogueCase
    units: tuple[UnitResult, ...]


@dataclass(frozen=True)
class ProvisionView:
    """One provision: what it asks, what the supplier says, what came of it.

    Attributes:
        anchor: id of its place in the page; made of numbers only.
        why: why it has its verdict, each thing once.
        counsel: what the manufacturer should change.
        unconfirmed: nobody compared its entry with the official text.
        provisional: cases or units of it are ours, and nobody compared them either.
    """

    anchor: str
    entry: CatalogueProvision
    result: ProvisionResult
    ics: IcsRow | None
    cases: tuple[CaseView, ...]
    why: tuple[str, ...] = ()
    counsel: tuple[Counsel, ...] = ()
    unconfirmed: bool = False
    provisional: bool = False


@dataclass(frozen=True)
class FrameworkView:
    """One assessment, prepared for the page."""

    assessment: Assessment
    catalogue: Catalogue
    conclusion: str
    meaning: tuple[str, ...]
    counts: Mapping[str, int]
    unit_counts: Mapping[str, int]
    sections: tuple[tuple[str, tuple[ProvisionView, ...]], ...]
    open: tuple[OpenGroup, ...]
    keeps_open: tuple[Cause, ...]
    in_law: tuple[str, ...]
    drawn_by: str

    @property
    def name(self) -> str:
        """``etsi-en-303-645@2.1.1``."""
        return str(self.assessment.framework)

    @cached_property
    def provisions(self) -> dict[str, ProvisionView]:
        """Every provision by its id."""
        return {view.entry.id: view for _, views in self.sections for view in views}


def html_view(source: ReportSource) -> dict[str, bytes]:
    """The page, as ``index.html``."""
    page = page_environment().get_template("report.html").render(_context(source))
    return {NAME: page.encode()}


def merged_findings(assessment: Assessment) -> list[dict[str, Any]]:
    """Every finding once, worst first, with the units that it bears on and all its evidence."""
    return [_merged(entry) for entry in item_results.merged_findings(findings_of(assessment))]


def _merged(entry: item_results.MergedFinding) -> dict[str, Any]:
    found = entry.finding
    known = CRITERIA.get(found.criterion)
    return {
        "id": neutralise(found.id),
        "criterion": found.criterion,
        "severity": entry.severity.value,
        "subject": neutralise(found.subject),
        "summary": render(found.reason),
        "advice": known.advice if known else "",
        "units": list(entry.units),
        "evidence": [ref.to_json() for ref in entry.evidence],
    }


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


@cache
def page_environment() -> jinja2.Environment:
    """Templates for pages: texts are escaped, and names that are not given are errors."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("harness.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        shown=neutralise,
        long=lambda text: neutralise(text, _LONG_TEXT),
        prose=render,
        because=because,
        advised=advice_of,
        visited=_visited,
        moment=moment,
        counted=counted,
        after_review=after_review,
        override=sentence,
        overrides=lambda assessment: list(overrides_in(assessment)),
        overrider=people_of,
        standing=standing_of,
    )
    environment.globals.update(
        style_digest=_digest(environment, "report.css"),
        script_digest=_digest(environment, "report.js"),
        version=__version__,
        duration=duration,
        about_names=NAMES,
        level_names=LEVELS,
        words=plain_words,
    )
    return environment


def _digest(environment: jinja2.Environment, template: str) -> str:
    """How a policy names an inline style sheet or script."""
    text = environment.get_template(template).render()
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"sha256-{digest}"


def _visited(judgement: Judgement) -> list[str]:
    """The visits that the facts come from: ``A/1-as-received``."""
    return sorted({f"{fact.sample}/{fact.visit}" for fact in judgement.facts})


def _context(source: ReportSource) -> Mapping[str, object]:
    survey, assessments = source.survey, source.in_order
    folder = source.folder / "survey"
    tree = DirectoryTree(folder)
    dossier = dossier_in(tree)
    attempts = attempts_in(folder, survey.visits)
    kept = {record.stored_name for record in dossier.evidence or ()}
    links = EvidenceLinks(tree, captures_of(attempts) | kept, source.data)
    flaws = flaws_of(assessments)
    rows = cited_rows(assessments, dossier)
    cited = [row.ref for entries in rows.values() for row in entries]
    return {
        "survey": survey.survey,
        "visits": visits_of(survey),
        "services": services_of(survey),
        "bluetooth": bluetooth_of(survey),
        "attempts": attempts,
        "tools": tools_of(survey, attempts),
        "answers": (answers := answers_in(folder)),
        "answered": {answer.number: answer for answer in answers},
        "dossier": dossier,
        "dossier_file": newest_file(dossier, tree),
        "external": external_views(dossier, survey.survey, answers, assessments),
        "overridden": any(entry.conclusion_after_review for entry in assessments),
        "revisions": revisions_in(DirectoryTree(source.folder), assessments),
        "ics": ics_counts(dossier),
        "ixit": ixit_counts(dossier),
        "rows": rows,
        "row_anchors": {ref: f"row-{number}" for number, ref in enumerate(cited, 1)},
        "links": links,
        "redaction": redaction_in(source.folder),
        "job": job_in(folder),
        "quotes": Quotes(tree, links),
        "flaws": flaws,
        "flaw_anchors": {flaw.criterion: f"flaw-{n}" for n, flaw in enumerate(flaws, 1)},
        "other_failures": other_failures(assessments),
        "frameworks": [
            _framework(source.folder, number, assessment, dossier)
            for number, assessment in enumerate(assessments, 1)
        ],
    }


def _framework(
    folder: Path, number: int, assessment: Assessment, dossier: Dossier
) -> FrameworkView:
    file = folder / "assessments" / str(assessment.framework) / "catalogue.json"
    catalogue = Catalogue.from_bytes(file.read_bytes())
    return FrameworkView(
        assessment=assessment,
        catalogue=catalogue,
        conclusion=plain_words.CONCLUSIONS[assessment.conclusion],
        meaning=plain_words.meaning(assessment, catalogue),
        counts=_counts(result.verdict for result in assessment.provisions),
        unit_counts=_counts(unit.verdict for unit in assessment.units),
        sections=_sections(_provisions(number, assessment, catalogue, dossier)),
        open=open_groups(assessment),
        keeps_open=what_keeps_open(assessment, catalogue),
        in_law=meaning_in_law(assessment, catalogue),
        drawn_by=drawn_by(catalogue),
    )


def _counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many of each, worst first, every verdict named."""
    found = list(verdicts)
    return {verdict.value: found.count(verdict) for verdict in plain_words.VERDICTS}


def _provisions(
    number: int, assessment: Assessment, catalogue: Catalogue, dossier: Dossier
) -> tuple[ProvisionView, ...]:
    entries = {entry.id: entry for entry in catalogue.provisions}
    left = unconfirmed(catalogue, assessment.confirmations or ())
    doubtful = frozenset((entry.kind, entry.id) for entry in left)
    return tuple(
        ProvisionView(
            anchor=f"f{number}-p{place}",
            entry=entries[result.provision],
            result=result,
            ics=dossier.ics_row(str(assessment.framework), result.provision),
            cases=(cases := _cases(assessment, catalogue, result)),
            why=tuple(provision_because(result, _units(cases))),
            counsel=counsel_of(result, _units(cases), catalogue),
            unconfirmed=("provision", result.provision) in doubtful,
            provisional=not doubtful.isdisjoint(_named(cases)),
        )
        for place, result in enumerate(assessment.provisions, 1)
    )


def _named(cases: Iterable[CaseView]) -> Iterator[tuple[str, str]]:
    """The cases and their units, as an unconfirmed entry names them."""
    for view in cases:
        yield "case", view.case.id
        yield from (("unit", unit.unit) for unit in view.units)


def _units(cases: Iterable[CaseView]) -> tuple[UnitResult, ...]:
    return tuple(unit for view in cases for unit in view.units)


def _cases(
    assessment: Assessment, catalogue: Catalogue, result: ProvisionResult
) -> tuple[CaseView, ...]:
    units = [unit for unit in assessment.units if unit.provision == result.provision]
    return tuple(
        CaseView(case, mine)
        for case in catalogue.cases
        if (mine := tuple(unit for unit in units if unit.case == case.id))
    )


def _sections(
    provisions: Iterable[ProvisionView],
) -> tuple[tuple[str, tuple[ProvisionView, ...]], ...]:
    """The provisions under the catalogue's headings, in its order."""
    grouped = groupby(provisions, key=lambda view: view.entry.section)
    return tuple((section, tuple(views)) for section, views in grouped)
