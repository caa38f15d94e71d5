"""What the command prints: one JSON object for programs, a table for people."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.encoding.text import counted, neutralise
from harness.encoding.tree import DirectoryTree
from harness.evidence.description import answers_in
from harness.model.assessment import Assessment, UnitResult
from harness.model.catalogue import Catalogue
from harness.model.judgement import Conclusion, Outcome, Verdict
from harness.model.prose import render
from harness.model.question import Answer
from harness.replay.replaying import Replay
from harness.replay.sealing import Sealed
from harness.report.advice import Counsel, advice_of, all_advice
from harness.report.html import headline, merged_findings
from harness.report.in_law import drawn_by, meaning_in_law
from harness.report.keeping_open import Cause, what_keeps_open
from harness.report.reviewing import after_review, not_counted, override_json, review_json
from harness.report.revisions import Revisions, revisions_in

JsonOption = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]
EXIT_OF = {
    Conclusion.CONFORMANT: 0,
    Conclusion.NOT_CONFORMANT: 1,
    Conclusion.INCONCLUSIVE: 3,
}
_NAMED = 6
"""Most units that a line names."""
_LONGEST_WORDS = 300
_NEVER_REVISED = Revisions()
_COLOURS = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.NOT_CLAIMED: "dim",
}


def from_here(path: Path) -> str:
    """A path as one would type it: relative to the working directory when it lies below."""
    here = Path.cwd()
    return escape(str(path.relative_to(here) if path.is_relative_to(here) else path))


def print_json(document: Mapping[str, Any]) -> None:
    """Exactly one object on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=True, indent=1) + "\n")


def run_json(
    assessment: Assessment,
    catalogue: Catalogue,
    purpose: str,
    bundle: str,
    revisions: Revisions = _NEVER_REVISED,
) -> dict[str, Any]:
    """``certbench/run/1``."""
    return {
        "schema": "certbench/run/1",
        "framework": assessment.framework.slug,
        "version": assessment.framework.version,
        "purpose": purpose,
        "conclusion": assessment.conclusion.value,
        **review_json(assessment),
        "indicative": assessment.indicative,
        "in_law": list(meaning_in_law(assessment, catalogue)),
        "drawn_by": drawn_by(catalogue),
        "keeps_open": [
            {
                "cause": cause.id,
                "title": cause.title,
                "units": list(cause.units),
                "next_step": cause.next_step,
            }
            for cause in what_keeps_open(assessment, catalogue)
        ],
        "bundle": bundle,
        "provisions": {entry.provision: entry.verdict.value for entry in assessment.provisions},
        "units": {
            unit.unit: {
                "verdict": unit.verdict.value,
                "reason": render(unit.reason),
                "decided_by": unit.decided_by.value,
                "items": {item: verdict.value for item, verdict in unit.items.items()},
                "advice": list(advice_of(unit, catalogue)),
                **override_json(unit),
            }
            for unit in assessment.units
        },
        "findings": merged_findings(assessment),
        **_revised_json(revisions, str(assessment.framework)),
    }


def revisions_of(sealed: Sealed, assessments: Sequence[Assessment]) -> Revisions:
    """The revisions of the dossier that a bundle of this command holds."""
    return revisions_in(DirectoryTree(sealed.bundle / "data"), assessments)


def _revised_json(revisions: Revisions, framework: str) -> dict[str, Any]:
    """The revisions of a dossier that has some, and the units whose verdicts they changed."""
    if not revisions.views:
        return {}
    units = (revisions.units or {}).get(framework, {})
    return {
        "revisions": [
            {
                "revision": view.number,
                "replaces": view.before,
                "author": neutralise(view.author),
                "reason": neutralise(view.reason),
                "trigger": neutralise(view.trigger),
                "at": view.at,
            }
            for view in revisions.views
        ],
        "history": {
            unit: {str(number): verdict.value for number, verdict in history.said}
            for unit, history in units.items()
        },
    }


def show_history(console: Console, revisions: Revisions, framework: str) -> None:
    """The units whose verdicts a revision of the dossier changed."""
    for unit, history in (revisions.units or {}).get(framework, {}).items():
        console.print(f"  {unit}: {escape(history.text)}", soft_wrap=True)


def runs_json(documents: Sequence[dict[str, Any]], bundle: str) -> dict[str, Any]:
    """``certbench/runs/1``; a single framework is its own document."""
    if len(documents) == 1:
        return documents[0]
    return {"schema": "certbench/runs/1", "bundle": bundle, "runs": list(documents)}


def replay_json(replay: Replay) -> dict[str, Any]:
    """``certbench/replay/1``."""
    now = replay.recomputed
    return {
        "schema": "certbench/replay/1",
        "framework": str(now.framework),
        "judge": {
            "recorded": replay.recorded.judge.to_json() if replay.recorded else None,
            "now": now.judge.to_json(),
            "same": replay.same_judge,
        },
        "recomputed": replay.recomputable,
        "not_recomputable": list(replay.not_recomputable),
        "not_recomputable_because": dict(replay.not_recomputable),
        "differences": [
            {
                "unit": entry.unit,
                "recorded": entry.recorded,
                "recomputed": entry.recomputed,
                "cause": entry.cause,
            }
            for entry in replay.differences
        ],
    }


def catalogue_in(sealed: Sealed, assessment: Assessment) -> Catalogue:
    """The catalogue that a sealed assessment was made by.

    Raises:
        OSError: the bundle lacks it.
    """
    folder = sealed.bundle / "data" / "assessments" / str(assessment.framework)
    return Catalogue.from_bytes((folder / "catalogue.json").read_bytes())


def answers_of(sealed: Sealed) -> tuple[Answer, ...]:
    """What people answered, as a bundle of this command holds it."""
    return answers_in(DirectoryTree(sealed.bundle / "data" / "survey"))


def show_assessment(
    console: Console,
    assessment: Assessment,
    catalogue: Catalogue,
    answers: Sequence[Answer] = (),
) -> None:
    """The verdict table: decided units and findings; then what the conclusion is and means.

    A FAIL that rests on one of ``answers`` shows the reason which that person gave.
    """
    said = {answer.number: answer.reason for answer in answers if answer.reason}
    console.print(f"\n[bold]{escape(assessment.title)}[/] ({assessment.framework})")
    table = Table(box=None, pad_edge=False, show_edge=False)
    for column in ("verdict", "unit", "decided by", "why"):
        table.add_column(column, no_wrap=column != "why")
    for unit in assessment.units:
        if unit.verdict in {Verdict.PASS, Verdict.FAIL}:
            table.add_row(*_row(unit, said))
    console.print(table)
    _show_findings(console, merged_findings(assessment))
    _show_advice(console, all_advice(assessment.units, catalogue))
    _show_undecided(console, assessment)
    console.print(f"[bold]{escape(headline(assessment))}[/]")
    if assessment.conclusion_after_review is not None:
        console.print(f"  {escape(after_review(assessment))}", soft_wrap=True)
        for line in not_counted(assessment):
            console.print(f"    {escape(line)}", soft_wrap=True)
    _show_causes(console, what_keeps_open(assessment, catalogue))
    notes = " ".join((*meaning_in_law(assessment, catalogue), drawn_by(catalogue)))
    console.print(f"  in law: {escape(notes)}", soft_wrap=True)


def _show_advice(console: Console, advice: Sequence[Counsel]) -> None:
    """What a manufacturer should change, each thing once with the units that ask for it."""
    if advice:
        console.print("  what to change:")
    for counsel in advice:
        more = f" and {len(counsel.units) - _NAMED} more" if len(counsel.units) > _NAMED else ""
        named = f"({', '.join(counsel.units[:_NAMED])}{more})"
        console.print(f"    {escape(counsel.text)} {escape(named)}", soft_wrap=True)


def _show_causes(console: Console, causes: Sequence[Cause]) -> None:
    """What keeps the conclusion open, a line each with the next step below."""
    if causes:
        console.print("  what keeps this open:")
    for cause in causes:
        count = f": {cause.how_many}" if cause.how_many else ""
        more = f" and {len(cause.units) - _NAMED} more" if len(cause.units) > _NAMED else ""
        named = f" ({', '.join(cause.units[:_NAMED])}{more})" if cause.units else ""
        console.print(f"    {escape(cause.title + count + named)}", soft_wrap=True)
        console.print(f"      next: {escape(cause.next_step)}", style="dim", soft_wrap=True)


def _row(unit: UnitResult, said: Mapping[int, str]) -> tuple[str, ...]:
    colour = _COLOURS[unit.verdict]
    return (
        f"[{colour}]{unit.verdict.value}[/]",
        unit.unit,
        unit.decided_by.value,
        escape(render(unit.reason) + _in_their_words(unit, said) + _others(unit)),
    )


def _in_their_words(unit: UnitResult, said: Mapping[int, str]) -> str:
    """The reason that a person gave for the answer which fails the unit."""
    if unit.verdict is not Verdict.FAIL:
        return ""
    numbers = (
        number
        for judgement in unit.judgements
        if judgement.outcome is Outcome.CONTRADICTED and judgement.reason == unit.reason
        for number in judgement.answers
    )
    words = next((said[number] for number in numbers if number in said), "")
    return f": {neutralise(words, _LONGEST_WORDS)}" if words else ""


def _others(unit: UnitResult) -> str:
    """How many more items of the unit have its verdict; the reason is that of the first one."""
    more = sum(verdict is unit.verdict for verdict in unit.items.values()) - 1
    return f", and {counted(more, 'more item')}" if more > 0 else ""


def _show_findings(console: Console, findings: Sequence[Mapping[str, Any]]) -> None:
    for found in findings:
        units = ", ".join(found["units"])
        console.print(
            f"  [bold]{found['severity']}[/] {escape(found['id'])}: "
            f"{escape(found['summary'])} ({units})"
        )
        for ref in found["evidence"][:1]:
            console.print(
                f"      seen in {escape(ref['path'])}, {escape(ref['where'])}", style="dim"
            )


def _show_undecided(console: Console, assessment: Assessment) -> None:
    """How many units are not decided."""
    counts = dict.fromkeys(Verdict, 0)
    for unit in assessment.units:
        counts[unit.verdict] += 1
    console.print(
        f"  open: {counts[Verdict.INCONCLUSIVE]}; not applicable: "
        f"{counts[Verdict.NOT_APPLICABLE]}, not claimed: {counts[Verdict.NOT_CLAIMED]}"
    )


def exit_code(assessments: Sequence[Assessment]) -> int:
    """The worst conclusion decides: 1 not conformant, 3 inconclusive, 0 conformant."""
    codes = {EXIT_OF[assessment.conclusion] for assessment in assessments}
    return next((code for code in (1, 3) if code in codes), 0)
