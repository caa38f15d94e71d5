"""``certbench override``: people hold another verdict of a unit than the bench."""

from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from rich.markup import escape

from harness.answering.overrides import (
    OverrideDraft,
    OverrideStore,
    named_people,
    standing_verdict,
    unit_in,
)
from harness.cli.answer import RunArgument, judge_command
from harness.cli.terminal import Terminal
from harness.config.job import load_job
from harness.encoding.text import neutralise
from harness.errors import CaptureError, EvidenceError, UsageError
from harness.model.assessment import Assessment
from harness.model.judgement import Verdict
from harness.model.override import Override, overrides_of
from harness.survey.run_directory import is_finished, locate, read_order

console = Terminal()
_NOT_PROVEN: Final = "names are as typed, and nothing proves them"
_LATER: Final = ("answers", "dossier-revisions")
"""Folders of a survey to which people add after it was judged."""


def override(  # noqa: PLR0913  (what a record says, by keyword)
    run: RunArgument,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="test unit, such as 5.1-1-2a")],
    *,
    framework: Annotated[str, typer.Option("-f", "--framework", help="slug or slug@version")],
    verdict: Annotated[
        Literal["PASS", "FAIL", "INCONCLUSIVE"], typer.Option(help="what the unit is to be")
    ],
    reason: Annotated[str, typer.Option(help="why; one line, for everybody who reads the bundle")],
    person: Annotated[str, typer.Option(help="who decides so: name, or id in the job record")],
    second: Annotated[
        str | None, typer.Option(help="who else; needed towards PASS, and never the same person")
    ] = None,
    job: Annotated[
        Path | None, typer.Option(metavar="FILE", help="record of the amended report of a test")
    ] = None,
) -> None:
    """Record that people hold another verdict of a unit; the automatic one stays as it is.

    The record is never changed: a later one about the same unit withdraws it. `certbench judge`
    then shows, beside the conclusion, what it would be after review.
    """
    folder = locate(run)
    order = read_order(folder)
    if not is_finished(folder):
        raise UsageError(f"{folder}: not a finished run: certbench run --resume {run} first")
    store = OverrideStore(folder)
    record = store.job() if job is None else load_job(job)
    assessment = _assessment(folder, framework)
    people = (person,) if second is None else (person, second)
    draft = OverrideDraft(
        framework=assessment.framework,
        unit=unit_in(assessment, unit),
        dossier_revision=assessment.dossier_revision,
        verdict=Verdict(verdict),
        reason=reason.strip(),
        people=named_people(record, tuple(name.strip() for name in people)),
    )
    before = standing_verdict(
        draft.unit, overrides_of(store.read(), str(assessment.framework), draft.unit.unit)
    )
    made = store.append(draft, record)
    _say(made, before, shown=record is not None)
    console.print(f"To count it beside the conclusion: {escape(judge_command(run, order))}")


def _say(made: Override, before: Verdict, *, shown: bool) -> None:
    names = " and ".join(escape(neutralise(name)) for name in made.people)
    stays = f"the automatic verdict stays {made.automatic.value}"
    console.print(
        f"override {made.number}: {made.unit} {before.value} -> {made.verdict.value} by {names}; "
        f"{stays}",
        soft_wrap=True,
    )
    if made.withdraws is not None:
        console.print(f"It withdraws override {made.withdraws}, which stays on record.")
    if not shown:
        console.print(f"There is no job record: nobody's authorisation is shown, and {_NOT_PROVEN}")


def _assessment(run: Path, framework: str) -> Assessment:
    """The newest assessment of a framework in a run directory.

    Raises:
        UsageError: there is none, several have this slug, or something was answered since.
        EvidenceError: it cannot be read.
    """
    files = sorted(run.glob("assessments/*/assessment.json"))
    named = [file for file in files if framework in {file.parent.name, _slug(file)}]
    if len(named) > 1:
        choice = " or ".join(f"-f {file.parent.name}" for file in named)
        raise UsageError(f"{framework}: judged in {len(named)} versions; say which: {choice}")
    if not named:
        there = ", ".join(file.parent.name for file in files) or "nothing"
        raise UsageError(f"{framework}: name one of what the run was judged under: {there}")
    (file,) = named
    judged = file.stat().st_mtime_ns
    said = [entry for folder in _LATER for entry in run.glob(f"survey/{folder}/*.json")]
    if any(entry.stat().st_mtime_ns > judged for entry in said):
        raise UsageError(
            f"{run}: something was said since it was judged: certbench judge {run} first, so that "
            "it is known what is overridden"
        )
    try:
        return Assessment.from_bytes(file.read_bytes())
    except (OSError, CaptureError, ValueError) as error:
        raise EvidenceError(f"{file}: {str(error).splitlines()[0]}") from error


def _slug(file: Path) -> str:
    return file.parent.name.partition("@")[0]
