"""``certbench job``: begin, check and attach the job record that a test report needs."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from harness import __version__
from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.config import load_bench
from harness.config.job import JOB_FILE, load_job, write_template
from harness.encoding.text import neutralise
from harness.errors import UsageError
from harness.model.bench_config import BenchConfig
from harness.model.catalogue import Catalogue
from harness.model.ids import SampleId
from harness.model.job import NAME, JobRecord
from harness.model.job_gaps import Gap, Performed, gaps_against, gaps_in
from harness.model.order import RunOrder
from harness.model.states import Purpose
from harness.survey.run_directory import (
    is_finished,
    locate,
    read_order,
    working_on,
    write_order,
)
from harness.survey.store import write_atomic
from harness.testing.suites import find_frameworks

job_app = typer.Typer(
    help="The job record: what a test report under ISO/IEC 17025 needs and no bench can see.",
    no_args_is_help=True,
)
console = Terminal()
_GAPS_EXIT = 3

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="job.toml or its folder")]


@job_app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="file to write")] = Path(JOB_FILE),
    *,
    framework: Annotated[
        list[str], typer.Option("-f", "--framework", help="slug or slug@version; may be repeated")
    ] = [],  # noqa: B006  (typer copies it)
    bench: Annotated[
        Path | None, typer.Option(help="bench.toml or its folder, for the samples")
    ] = None,
) -> None:
    """Write a commented job record to fill in; overwrites nothing."""
    catalogues = [catalogue for _, catalogue in find_frameworks(framework)]
    samples = [sample.id for sample in load_bench(bench).sample] if bench else []
    program = f"certbench {__version__}"
    write_template(file, [(each.framework, rule_of(each)) for each in catalogues], samples, program)
    console.print(escape(f"{file}: fill it in, then: certbench job check {file}"), soft_wrap=True)


@job_app.command()
def check(file: FileArgument, *, as_json: JsonOption = False) -> None:
    """List every field that is still missing, with its clause; ends with 3 if one is."""
    gaps = gaps_in(load_job(file))
    if as_json:
        output.print_json(_check_json(file, gaps))
    else:
        console.print(escape(_told(str(file), gaps)), soft_wrap=True)
    if gaps:
        raise typer.Exit(_GAPS_EXIT)


@job_app.command()
def attach(
    file: FileArgument,
    run: Annotated[Path, typer.Argument(metavar="RUN", help="folder of a run not sealed yet")],
) -> None:
    """Put a filled-in record into a run that is not sealed yet, in place of the one it has."""
    job = load_job(file)
    folder = locate(run)
    with working_on(folder):
        order = read_order(folder)
        bundle = Path(order.target) / order.bundle if order.target else None
        if is_finished(folder) or (bundle is not None and bundle.exists()):
            raise UsageError(
                f"{run}: sealed already. What changes a report is an amended report: repeat a "
                "part of the test with certbench run BENCH --only GROUP --into RUN --job FILE"
            )
        _require_same_job(job, order)
        write_order(folder, order.model_copy(update={"job": job}))
        if (folder / "survey" / "survey.json").is_file():
            write_atomic(folder / "survey" / NAME, job.to_bytes())
    console.print(escape(f"{run}: go on with: certbench run --resume {run}"), soft_wrap=True)


def rule_of(catalogue: Catalogue) -> str:
    """A decision rule as an assessment names it: ``id/version``."""
    return f"{catalogue.decision_rule.id}/{catalogue.decision_rule.version}"


def ordered_job(
    path: Path | None,
    purpose: Purpose,
    config: BenchConfig,
    catalogues: Sequence[Catalogue],
    console: Console,
) -> JobRecord | None:
    """The record for a run that begins; says what a test still lacks.

    Raises:
        UsageError: a test without one.
        ConfigError: it is not readable or not valid.
    """
    if path is None:
        if purpose is Purpose.TEST:
            raise UsageError(
                "a test needs --job FILE: certbench job new FILE writes one to fill in; it can be "
                "completed until the test is sealed"
            )
        return None
    job = load_job(path)
    if purpose is Purpose.TEST:
        today = dt.datetime.now(dt.UTC).date()
        frameworks = [(each.framework, rule_of(each)) for each in catalogues]
        samples = [SampleId(sample.id) for sample in config.sample]
        planned = Performed(frameworks, samples, today, today)
        gaps = (*gaps_in(job), *gaps_against(job, planned))
        if gaps:
            console.print(escape(_told(str(path), gaps)), soft_wrap=True)
            console.print("The survey goes on; sealing will wait for these.")
    return job


def amended_job(path: Path | None, order: RunOrder) -> JobRecord | None:
    """The record for a part that is repeated: a test's is one of an amended report (7.8.8).

    Raises:
        UsageError: it is missing, belongs to another job, or does not say what it replaces.
        ConfigError: it is not readable or not valid.
    """
    if path is None and order.purpose is not Purpose.TEST:
        return order.job
    if path is None:
        raise UsageError("a test that is repeated gives an amended report: name its --job FILE")
    job = load_job(path)
    _require_same_job(job, order)
    before = order.job.report_id if order.job else ""
    replaced = job.amends.report if job.amends else ""
    if before and (job.report_id == before or replaced != before):
        raise UsageError(
            f"{path}: the amended report needs an id of its own, and amends.report must say that "
            f"it replaces {before} (ISO/IEC 17025, 7.8.8)"
        )
    return job


def _require_same_job(job: JobRecord, order: RunOrder) -> None:
    """The certifier's number is fixed before the first packet and never changes."""
    nonce = order.job.nonce if order.job else ""
    if job.nonce != nonce:
        raise UsageError(
            f"this run was begun with the job number {nonce!r}, and the record says "
            f"{job.nonce!r}: the number of a run never changes"
        )


def _told(name: str, gaps: Sequence[Gap]) -> str:
    if not gaps:
        return f"{name}: nothing is missing"
    lines = (f"  {neutralise(str(gap))}" for gap in gaps)
    return "\n".join([f"{name}: {len(gaps)} missing for a test report (ISO/IEC 17025):", *lines])


def _check_json(file: Path, gaps: Sequence[Gap]) -> dict[str, Any]:
    return {
        "schema": "certbench/job-check/1",
        "file": str(file),
        "complete": not gaps,
        "missing": [{"key": gap.key, "clause": gap.clause, "what": gap.what} for gap in gaps],
    }
