"""Everything that the report says, as plain data for the template; nothing in it is markup."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

from harness.encoding.clock import parse_utc
from harness.encoding.text import counted
from harness.encoding.tree import DirectoryTree
from harness.evidence.revisions import dossier_in
from harness.model.dossier import Dossier
from harness.model.job import JobRecord
from harness.model.judgement import Verdict
from harness.model.prose import render
from harness.model.record import AttemptOutcome, ClockReading, SurveyRecord
from harness.model.states import Purpose
from harness.report import plain_words
from harness.report.advice import advice_of
from harness.report.external_view import external_views
from harness.report.flaws import Sighting, flaws_of, other_failures
from harness.report.pdf.clauses import clause_rows
from harness.report.pdf.fields import Field, equipment, job_fields, people, stated
from harness.report.pdf.glyphs import printable, printable_tree
from harness.report.pdf.results import framework_result
from harness.report.reviewing import NAMES, after_review
from harness.report.revisions import revisions_in
from harness.report.source import ReportSource
from harness.report.survey_view import (
    answers_in,
    attempts_in,
    job_in,
    moment,
    redaction_in,
    tools_of,
    visits_of,
)

_TITLE: Final = 80
_NAME: Final = 160
"""Most characters of a name, a number or a version; what people wrote is not cut so short."""
_EVIDENCE: Final = 6
_EPOCH: Final = [1970, 1, 1]
_ITEMS_ONLY: Final = (
    "The results relate only to the items tested: the samples and the firmware named here."
)


def content(source: ReportSource) -> dict[str, Any]:
    """The report's content; every text in it can be shown.

    Raises:
        OSError: the source lacks a file.
        CaptureError: a document is not strict JSON.
        ValueError: a document is not valid.
    """
    folder, survey = source.folder, source.survey.survey
    dossier = dossier_in(DirectoryTree(folder / "survey"))
    job = job_in(folder / "survey")
    results = [framework_result(folder, each, dossier) for each in source.in_order]
    fields = job_fields(job) | _seen_fields(source, dossier, results)
    fields["deviations"] = _with_observed(fields["deviations"], source)
    number = job.report_id if job and job.report_id else f"run {survey.run_id}"
    return {
        "title": printable(f"Test report: {_device(dossier)}", _TITLE),
        "number": printable(number, 64),
        "date": _date(job, survey),
        **printable_tree(
            {
                "device": _device(dossier),
                "tested": _tested(source),
                "purpose": plain_words.PURPOSES[survey.purpose],
                "certifies": survey.purpose is Purpose.TEST,
                "items_only": _ITEMS_ONLY,
                "redaction": _redaction(folder),
                "fields": fields,
                "samples": _samples(survey, job),
                "visits": _visits(source),
                "results": results,
                "about_overrides": NAMES,
                "verdicts": {v.value: words for v, words in plain_words.VERDICTS.items()},
                "flaws": _flaws(source),
                "failures": _failures(source),
                "equipment": equipment(job, map(_name, survey.equipment)),
                "people": people(job),
                "tools": _tools(source),
                "clauses": clause_rows(fields),
            }
        ),
    }


def _device(dossier: Dossier) -> str:
    return _name(f"{dossier.dut.supplier} {dossier.dut.model}")


def _name(text: str) -> str:
    return printable(text, _NAME)


def _tested(source: ReportSource) -> str:
    """Samples and firmware in one line."""
    samples = source.survey.survey.samples
    firmware = sorted({_name(each.firmware) for each in source.in_order if each.firmware})
    named = ", ".join(sample.id for sample in samples)
    count = counted(len(samples), "sample")
    return f"{count} ({named}), firmware {', '.join(firmware) or 'not read, or not one'}"


def _date(job: JobRecord | None, survey: SurveyRecord) -> list[int]:
    """Date of the document for its metadata: of issue, else of the end of the survey."""
    if job is not None and job.issued is not None:
        return [job.issued.year, job.issued.month, job.issued.day]
    try:
        ended = parse_utc(survey.ended or survey.started)
    except ValueError:
        return _EPOCH
    return [ended.year, ended.month, ended.day]


def _seen_fields(
    source: ReportSource, dossier: Dossier, results: list[dict[str, Any]]
) -> dict[str, Field]:
    """What the bench knows by itself."""
    survey, dut = source.survey.survey, dossier.dut
    firmware = sorted({_name(each.firmware) for each in source.in_order if each.firmware})
    declared = f"firmware as declared: {_name(dut.firmware)}" if dut.firmware else ""
    read = ", ".join(firmware) or "could not be read, or was not the same throughout"
    return {
        "title": stated("Test report"),
        "items_only": stated(_ITEMS_ONLY),
        "results": stated(*(["stated"] if results else []), absent="nothing was judged"),
        "rule": stated(*(each["rule"] for each in results), absent="nothing was judged"),
        "run": stated(
            f"run {_name(survey.run_id)}, on bench {_name(survey.bench)} "
            f"({_name(survey.bench_kind)})"
        ),
        "performed": stated(f"{moment(survey.started)} to {moment(survey.ended)}"),
        "identity": stated(
            _device(dossier),
            dut.description,
            f"hardware: {_name(dut.hardware)}" if dut.hardware else "",
            declared,
            f"firmware as read from the device: {read}",
            f"dossier revision {dossier.revision}, SHA-256 {dossier.digest}",
        ),
        "method": stated(*(each["method"] for each in results), absent="nothing was judged"),
        "bench_clock": _bench_clock(survey.clock),
    }


def _bench_clock(read: ClockReading | None) -> Field:
    if read is None:
        return stated("Not checked: the machine could not be asked.")
    state = "synchronised" if read.synchronised else "NOT synchronised with any source"
    return stated(
        f"{state}; {read.offset_us} µs to correct, error at most {read.maximum_error_us} µs "
        f"({read.source}, {moment(read.at)})"
    )


def _with_observed(said: Field, source: ReportSource) -> Field:
    """The laboratory's deviations, and behind them what the record itself shows."""
    seen = [*_observed(source)]
    return said | {"observed": seen}


def _observed(source: ReportSource) -> list[str]:
    """Everything that did not go as planned, or was left out, as the documents show it."""
    survey = source.survey.survey
    early = survey.ended_early or "it did not end by itself"
    conditions = (
        (survey.subset, f"Only a part was selected: {', '.join(survey.subset)}."),
        (not survey.complete or survey.ended_early, f"The survey is not whole: {early}."),
        (survey.pauses, f"Times that the bench stopped and went on: {len(survey.pauses)}."),
        (survey.repeats, f"Parts repeated, all attempts counting: {len(survey.repeats)}."),
    )
    said = [text for applies, text in conditions if applies]
    said += _revised(source)
    said += _external(source)
    said += _attempts_and_answers(source)
    for each in source.in_order:
        if each.conclusion_after_review is not None:
            said.append(f"People overrode verdicts of {each.framework}: {after_review(each)}.")
        undecided = sum(unit.verdict is Verdict.INCONCLUSIVE for unit in each.units)
        if undecided:
            said.append(f"{each.framework}: {undecided} of {len(each.units)} units are open.")
    return said or ["None."]


def _revised(source: ReportSource) -> list[str]:
    """Each revision of the dossier, and what became of the verdicts."""
    found = revisions_in(DirectoryTree(source.folder), source.in_order)
    said = [
        f"Revision {view.number} of the dossier replaced revision {view.before} on "
        f"{moment(view.at)}, by {view.author}, because {view.reason.rstrip('.')} "
        f"(trigger {view.trigger}); fields changed: {len(view.changes)}."
        for view in found.views
    ]
    for framework, units in (found.units or {}).items():
        said += [f"{framework} {unit}: {history.text}." for unit, history in units.items()]
    return said


def _external(source: ReportSource) -> list[str]:
    """Each document of a third party, and what became of it: it is no work of the laboratory."""
    folder = source.folder / "survey"
    dossier, answers = dossier_in(DirectoryTree(folder)), answers_in(folder)
    views = external_views(dossier, source.survey.survey, answers, source.in_order)
    return [view.sentence for view in views]


def _attempts_and_answers(source: ReportSource) -> list[str]:
    said = []
    attempts = attempts_in(source.folder / "survey", source.survey.visits)
    open_ones = Counter(
        each.outcome.value for each in attempts if each.outcome is not AttemptOutcome.COMPLETED
    )
    for outcome, number in sorted(open_ones.items()):
        said.append(f"Attempts of probes that are {outcome}: {number} of {len(attempts)}.")
    answers = answers_in(source.folder / "survey")
    scripted = sum(answer.scripted for answer in answers)
    if scripted:
        said.append(f"Answers that came from a script, not a person: {scripted} of {len(answers)}.")
    return said


def _samples(survey: SurveyRecord, job: JobRecord | None) -> list[dict[str, str]]:
    received = {item.sample: item for item in (job.items if job else ())}
    rows = []
    for sample in survey.samples:
        item = received.get(sample.id)
        rows.append(
            {
                "id": sample.id,
                "origin": _name(sample.origin),
                "serial": _name(sample.serial) or "not stated",
                "lot": _name(sample.lot or "") or "not stated",
                "hardware": _name(sample.hardware) or "not stated",
                "firmware": _name(sample.firmware or "") or "not stated",
                "received": str(item.received) if item and item.received else "not stated",
                "condition": item.condition if item and item.condition else "not stated",
            }
        )
    return rows


def _visits(source: ReportSource) -> list[dict[str, str]]:
    return [
        {
            "sample": view.record.sample,
            "state": view.record.state.value
            + ("" if view.record.state_confirmed else " (not confirmed)"),
            "started": moment(view.record.started),
            "ended": moment(view.record.ended),
            "firmware": " to ".join(
                dict.fromkeys(
                    _name(text) or "not read"
                    for text in (view.firmware_before, view.firmware_after)
                )
            ),
        }
        for view in visits_of(source.survey)
    ]


def _flaws(source: ReportSource) -> list[dict[str, Any]]:
    """What was found wrong, worst first, with where it can be seen."""
    return [
        {
            "title": flaw.title,
            "severity": flaw.severity.value,
            "advice": flaw.advice,
            "provisions": sorted(
                {
                    f"{source.in_order[bearing.assessment].framework.slug} {bearing.provision}"
                    for bearing in flaw.bearings
                }
            ),
            "sightings": [
                {
                    "text": sighting.text,
                    "evidence": _places(sighting),
                }
                for sighting in flaw.sightings
            ],
        }
        for flaw in flaws_of(source.in_order)
    ]


def _places(sighting: Sighting) -> list[str]:
    named = [f"survey/{place.path}, {place.where}" for place in sighting.evidence[:_EVIDENCE]]
    more = len(sighting.evidence) - len(named)
    return [*named, f"and {counted(more, 'further place')}"] if more else named


def _failures(source: ReportSource) -> list[str]:
    """What fails without a flaw: by the declaration, or by a person's answer."""
    said = []
    for failure in other_failures(source.in_order):
        unit, assessment = failure.unit, source.in_order[failure.assessment]
        advice = " ".join(advice_of(unit, source.catalogue(assessment)))
        said.append(
            f"{assessment.framework.slug} {unit.provision}, unit {unit.unit}: "
            f"{render(unit.reason)}." + (f" To do: {advice}" if advice else "")
        )
    return said


def _tools(source: ReportSource) -> list[dict[str, str]]:
    attempts = attempts_in(source.folder / "survey", source.survey.visits)
    return [
        {"name": _name(name), "version": _name(version)}
        for name, version in tools_of(source.survey, attempts)
    ]


def _redaction(folder: Path) -> dict[str, Any] | None:
    """What a public edition holds back; None for the laboratory's own."""
    told = redaction_in(folder)
    if told is None:
        return None
    hidden = counted(told.metadata + told.withheld, "file")
    return {
        "words": f"Public edition: {hidden} of the bundle not shown in full. The verdicts are "
        "those of the laboratory's edition, and this report has the same number.",
        "rows": [
            {
                "files": str(held.count),
                "what": held.file_class,
                "level": str(held.level),
                "reason": held.reason,
                "embargo": str(held.embargo or "for good"),
            }
            for held in told.held
        ],
    }
