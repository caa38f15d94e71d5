"""``certbench pretest``: one address, no file, findings.

A pretest is a survey like any other, on a bench that is made up from the address, judged by the
black-box suite and sealed with purpose ``pretest``. It speaks of findings and never of conformity.
"""

import datetime as dt
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from harness.bench.checks import Health
from harness.bench.network_checks import network_checks
from harness.cli import output
from harness.cli.keys import lab_signer
from harness.cli.pretest_result import Result, result_of
from harness.cli.pretest_target import Target, bench_for, black_box_dossier
from harness.cli.pretest_view import LabQuestions, Next, show
from harness.cli.surveying import Framework, SurveyOrder, carry_out, plans, write_plans
from harness.config.at_a_lab import load_at_a_lab
from harness.config.baseline import load_baseline, require_new, write_baseline
from harness.encoding.clock import parse_utc
from harness.encoding.tree import DirectoryTree
from harness.errors import BenchFault
from harness.interpret.survey import read_survey
from harness.model.assessment import Assessment
from harness.model.baseline import Baseline
from harness.model.bench_config import BenchConfig
from harness.model.judgement import Severity
from harness.model.plan import TestPlan
from harness.model.states import Purpose
from harness.replay.sealing import Sealed, SealingOrder, judge_and_seal
from harness.survey.store import create_run_directory
from harness.testing.suites import find_frameworks

SUITE: Final = "black-box"
LAB: Final = "etsi-en-303-645"
"""The framework of which a pretest says what a laboratory would still ask."""
_SEEDS: Final = 2**31
_ACCEPTED_FOR: Final = dt.timedelta(days=90)


@dataclass(frozen=True)
class Pretest:
    """What the user asked for.

    Attributes:
        out: folder to create; must not exist.
        fail_on: the least severity that makes the exit status 1.
        baseline: file of accepted findings, or None.
        new_baseline: file to write the present findings to, or None.
    """

    target: Target
    out: Path
    fail_on: Severity
    baseline: Path | None = None
    new_baseline: Path | None = None
    key: Path | None = None
    seed: int | None = None
    as_json: bool = False


def pretest(order: Pretest, console: Console) -> int:
    """Survey, judge, seal and report; the exit status.

    Raises:
        UsageError: the target is refused; nothing was sent.
        ConfigError: a baseline is wrong; nothing was sent.
        ScopeError: this machine has no usable way to the target; nothing was sent.
        EvidenceError: the folder is used already, or cannot be written.
        BenchFault: nobody has the address, or the bench failed.
    """
    baseline = load_baseline(order.baseline) if order.baseline else None
    if order.new_baseline is not None:
        require_new(order.new_baseline)
    config = bench_for(order.target)
    signer = lab_signer(order.key)
    dossier = black_box_dossier(config)
    box, lab = (Framework.of(*found) for found in find_frameworks([SUITE, LAB]))
    (test,), survey_plan = plans([box], config, dossier)
    run = order.out / "run"
    seed = order.seed if order.seed is not None else secrets.randbelow(_SEEDS)
    _require_somebody(config)
    create_run_directory(run)
    carry_out(SurveyOrder(config, dossier, survey_plan, run, Purpose.PRETEST, seed), console)
    write_plans(run, (test,))
    chosen = [(box.suite, box.catalogue)]
    (assessment,), sealed = judge_and_seal(SealingOrder(run, order.out, chosen, signer))
    survey = read_survey(DirectoryTree(sealed.bundle / "data" / "survey"))
    planned = {name for visit in survey_plan.visits for name in visit.probes}
    result = result_of(assessment, survey, planned, load_at_a_lab(box.suite.folder), baseline)
    if order.new_baseline is not None:
        day = parse_utc(survey.survey.started).date() + _ACCEPTED_FOR
        findings = [found.document for found in result.findings]
        write_baseline(order.new_baseline, findings, baseline or Baseline(), day)
    if order.as_json:
        _print_json(assessment, sealed, result)
    else:
        (asked,), _ = plans([lab], config, dossier)
        show(console, result, order.fail_on, _questions(lab, asked), _next(order, sealed))
    return result.exit_code(order.fail_on)


def _require_somebody(config: BenchConfig) -> None:
    """Stop within seconds if no neighbour has the address; behind a router nobody can tell."""
    for sample in config.sample:
        network = sample.network
        for check in network_checks(sample.id, network, config.bench) if network else ():
            if check.health is Health.BLOCKS:
                raise BenchFault(f"{check.shown}. {check.mend}")
            if check.name == "neighbour":
                break


def default_target(config_address: str, moment: dt.datetime) -> Path:
    """``reports/pretest-192.168.7.20-20261122T031500Z``."""
    place = "".join(sign if sign.isalnum() or sign == "." else "-" for sign in config_address)
    return Path("reports") / f"pretest-{place}-{moment:%Y%m%dT%H%M%SZ}"


def _print_json(assessment: Assessment, sealed: Sealed, result: Result) -> None:
    catalogue = output.catalogue_in(sealed, assessment)
    document = output.run_json(assessment, catalogue, sealed.purpose, str(sealed.archive))
    output.print_json({**document, "findings": result.findings_json()})


def _questions(framework: Framework, plan: TestPlan) -> LabQuestions:
    """Units of a framework by section of its provisions and by who decides them."""
    sections = {entry.id: entry.section for entry in framework.catalogue.provisions}
    counted: dict[str, dict[str, int]] = {}
    for unit in plan.units:
        of_section = counted.setdefault(sections[unit.provision], {})
        of_section[unit.decided_by.value] = of_section.get(unit.decided_by.value, 0) + 1
    return LabQuestions(framework.catalogue.title, counted)


def _next(order: Pretest, sealed: Sealed) -> Next:
    return Next(
        address=order.target.shown,
        report=sealed.report,
        archive=sealed.archive,
        public_key=sealed.public_key,
        new_baseline=order.new_baseline,
        baseline=order.baseline,
    )
