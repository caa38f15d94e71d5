"""Runs from their order to their bundle: begun, taken up after a crash, repeated in part, closed.

What was ordered is on disk before the first packet, so that a run that died needs no more than its
folder to go on.
"""

import errno
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from harness import __version__
from harness.answering.rounds import Rounds
from harness.answering.store import AnswerStore
from harness.assessment.selection import unknown_names
from harness.cli.desks import rounds_of
from harness.cli.devices import lost_devices, new_passwords
from harness.cli.job import amended_job, ordered_job
from harness.cli.keys import lab_signer, lasting
from harness.cli.people import ScriptedRounds, ask, operator_at
from harness.cli.surveying import Framework, SurveyOrder, carry_out, plans, write_plans
from harness.cli.terminal import Terminal
from harness.cli.unchanged import require_unchanged
from harness.cli.vault import encrypt_at_rest, secret_at_rest
from harness.config import load_confirmations, load_dossier
from harness.config.external_files import folder_of, read_external_files
from harness.encoding.clock import Clock
from harness.errors import StorageError, UsageError
from harness.model.assessment import Assessment
from harness.model.bench_config import BenchConfig
from harness.model.catalogue import Catalogue
from harness.model.declaration import UnitDeclaration
from harness.model.job import NAME as JOB
from harness.model.job import JobRecord
from harness.model.order import RunOrder
from harness.model.plan import SurveyPlan
from harness.model.record import Repeat
from harness.model.states import Purpose
from harness.replay.sealing import Sealed, SealingOrder, finish_sealing, judge_and_seal
from harness.survey.ending import close_as_partial
from harness.survey.external import keep_external
from harness.survey.run_directory import (
    is_finished,
    locate,
    read_order,
    set_finished,
    working_on,
    write_order,
)
from harness.survey.standing import read_plan, read_record
from harness.survey.store import create_run_directory, write_atomic
from harness.testing.suites import find_frameworks, suite_in

_SEEDS: Final = 2**31
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        sealed: None for a run that was ordered to stop after its survey.
    """

    assessments: tuple[Assessment, ...]
    sealed: Sealed | None
    purpose: Purpose


@dataclass(frozen=True)
class Wish:
    """What somebody asked for on the command line."""

    bench: Path
    frameworks: tuple[str, ...] = ()
    suites: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    out: Path | None = None
    purpose: Purpose = Purpose.PRETEST
    seed: int | None = None
    key: Path | None = None
    operator: str = ""
    answers: Path | None = None
    wait_s: float = 0.0
    job: Path | None = None


def begin(wish: Wish, config: BenchConfig, console: Console, *, judged: bool = True) -> Outcome:
    """Survey, judge and seal; or, unless ``judged``, survey only, into ``wish.out`` itself.

    Raises:
        CertbenchError: see ``docs/reference/exit-codes.md``.
    """
    target = wish.out or Path("reports") / f"{config.bench.name}-{_now()}"
    run = target / "run" if judged else target
    order = RunOrder(
        command="run" if judged else "survey",
        certbench=__version__,
        bench_file=str(wish.bench.absolute()),
        bench=config,
        dossier=load_dossier(wish.bench),
        frameworks=tuple(str(entry[1].framework) for entry in find_frameworks(wish.frameworks)),
        suites=tuple(str(folder.absolute()) for folder in wish.suites),
        only=wish.only,
        purpose=wish.purpose,
        seed=wish.seed if wish.seed is not None else secrets.randbelow(_SEEDS),
        key=lasting(wish.key),
        operator=wish.operator,
        wait_s=wish.wait_s,
        answers=str(wish.answers.absolute()) if wish.answers else "",
        target=str(target.absolute()) if judged else "",
        passwords=new_passwords(config),
        confirmations=load_confirmations(wish.bench),
    )
    work = _Work(run, order)
    plan = work.plan(order.only)
    secret_at_rest(config.bench)  # not there: better now than after the survey
    job = ordered_job(wish.job, wish.purpose, config, work.catalogues, console)
    order = work.take(job)
    external = read_external_files(order.dossier, folder_of(wish.bench))
    create_run_directory(run)
    with _at_work(run):
        write_order(run, order)
        keep_external(run, external)
        work.survey(plan, console)
        return work.conclude()


def resume(named: Path, console: Console) -> Outcome:
    """Take up a run that died, from its folder alone.

    Raises:
        UsageError: it is finished, another process works on it, or it is no run.
        ConfigError: the bench config or the dossier changed since.
        CertbenchError: whatever can end a run.
    """
    run = locate(named)
    with _at_work(run):
        order = read_order(run)
        if is_finished(run):
            encrypt_at_rest(run, order.bench.bench)  # it may have died in the middle of this
            raise UsageError(
                f"{run}: this run is finished: nothing is left to resume. To repeat a part of it: "
                f"certbench run BENCH --only GROUP --into {named}"
            )
        require_unchanged(order, run)
        _keep_missing(run, order)
        work = _Work(run, order)
        record = read_record(run / "survey")
        if record is None:
            work.survey(work.plan(order.only), console)
        elif not (record.complete or record.ended_early):
            work.survey(read_plan(run / "survey"), console)
        return work.conclude()


def repeat(
    named: Path, bench: Path, only: tuple[str, ...], console: Console, job: Path | None = None
) -> Outcome:
    """Make new attempts for ``only`` beside those of a finished run; judge and seal it anew.

    Raises:
        UsageError: the run is not finished, ``only`` names nothing, or the job record is not that
            of an amended report.
        ConfigError: the bench config or the dossier is another one, or the job record is wrong.
        CertbenchError: whatever can end a run.
    """
    run = locate(named)
    with _at_work(run):
        order = read_order(run)
        require_unchanged(order, run, bench)
        survey = run / "survey"
        record = read_record(survey)
        if record is None or not record.complete or not is_finished(run):
            mend = f"finish it first: certbench run --resume {named}"
            raise UsageError(f"{run}: not a finished run: {mend}")
        plan = read_plan(survey)
        more = _Work(run, order).plan(only)
        update = {"bundle": _free_name(Path(order.target)), "job": amended_job(job, order)}
        order = order.model_copy(update=update)
        # From here on the run is one that died, until it is finished again.
        write_order(run, order)
        set_finished(run, finished=False)
        again = SurveyPlan(
            visits=(*plan.visits, *more.visits), estimate_s=plan.estimate_s + more.estimate_s
        )
        write_atomic(survey / "survey-plan.json", again.to_bytes())
        if order.job is not None:
            write_atomic(survey / JOB, order.job.to_bytes())
        repeats = (*record.repeats, Repeat(only=only, started=Clock().now()))
        subset = tuple(dict.fromkeys((*record.subset, *only))) if record.subset else ()
        changed = {"complete": False, "repeats": repeats, "subset": subset}
        write_atomic(survey / "survey.json", record.model_copy(update=changed).to_bytes())
        work = _Work(run, order)
        work.survey(again, console)
        return work.conclude()


def judge_again(named: Path, out: Path | None = None, job: Path | None = None) -> Outcome:
    """Judge a surveyed run with the answers that it has now, and seal a further bundle.

    The device is not touched, and nobody is asked. A run that was ordered to stop after its survey
    is judged for the first time, and gets its bundle in ``out``.

    Raises:
        UsageError: the survey is not over, the answers are in use, or the job record is not that
            of an amended report.
        CertbenchError: whatever can go wrong with judging and sealing.
    """
    run = locate(named)
    with _at_work(run):
        order = read_order(run)
        record = read_record(run / "survey")
        if record is None or not is_finished(run):
            mend = f"finish it first: certbench run --resume {named}"
            raise UsageError(f"{run}: not a finished run: {mend}")
        if order.target and out is not None:
            raise UsageError(f"--out: the bundles of this run go to {order.target}")
        if not order.target and out is None:
            raise UsageError(
                f"{run}: only surveyed so far: name a folder for its bundle with --out"
            )
        target = Path(order.target or out or run.parent)
        update: dict[str, object] = {"command": "run", "target": str(target.absolute())}
        if (target / order.bundle).exists():
            update |= {"bundle": _free_name(target), "job": amended_job(job, order)}
        elif job is not None:
            raise UsageError("--job: the first bundle of a survey has the record of its survey")
        order = order.model_copy(update=update)
        if order.job is not None:
            write_atomic(run / "survey" / JOB, order.job.to_bytes())
        # From here on the run is one that died, until it is finished again.
        write_order(run, order)
        set_finished(run, finished=False)
        return _Work(run, order.model_copy(update={"operator": "", "answers": ""})).conclude()


def _keep_missing(run: Path, order: RunOrder) -> None:
    """Keep the files of third-party evidence that a run died too early to keep."""
    records = order.dossier.evidence or ()
    missing = tuple(each for each in records if not (run / "survey" / each.stored_name).exists())
    left = order.dossier.model_copy(update={"evidence": missing})
    keep_external(run, read_external_files(left, folder_of(Path(order.bench_file))))


def seal_partial(named: Path) -> Outcome:
    """Close a run that died where it stands, judge it and seal it as partial.

    Raises:
        UsageError: it is finished, another process works on it, or it sent nothing yet.
        CertbenchError: whatever can go wrong with judging and sealing.
    """
    run = locate(named)
    with _at_work(run):
        order = read_order(run)
        if is_finished(run):
            raise UsageError(f"{run}: this run is finished and sealed")
        record = read_record(run / "survey")
        if record is None or not record.visits:
            raise UsageError(f"{run}: nothing was surveyed, so there is nothing to seal")
        if not (record.complete or record.ended_early):
            close_as_partial(run / "survey")
        return _Work(run, order.model_copy(update={"command": "run"})).conclude()


@contextmanager
def _at_work(run: Path) -> Iterator[None]:
    """Hold the run's lock; say how to go on where the disk took nothing more."""
    mend = f"Make room, then: certbench run --resume {run}"
    with working_on(run):
        try:
            yield
        except StorageError as error:
            raise StorageError(f"{error}. {mend}") from error
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            where = error.filename or run
            raise StorageError(f"{where}: cannot be written: {error.strerror}. {mend}") from error


def ordered_frameworks(order: RunOrder) -> list[Framework]:
    """The frameworks that a run is judged by, with their units."""
    named = find_frameworks(order.frameworks)
    found = [suite_in(Path(folder)) for folder in order.suites]
    suites = [(suite, suite.catalogue()) for suite in found]
    return [Framework.of(*entry) for entry in (*named, *suites)]


class _Work:
    """One run directory and its order."""

    def __init__(self, run: Path, order: RunOrder) -> None:
        self._run = run
        self._order = order
        self._frameworks = ordered_frameworks(order)
        if not self._frameworks:
            raise UsageError("name a framework with -f, or a suite's folder with --suite")
        answers = Path(order.answers) if order.answers else None
        self._person = operator_at(answers, order.operator)
        self._signer = lab_signer(Path(order.key) if order.key else None)

    @property
    def catalogues(self) -> list[Catalogue]:
        """Of the frameworks that are judged."""
        return [entry.catalogue for entry in self._frameworks]

    def take(self, job: JobRecord | None) -> RunOrder:
        """Make the job record a part of the order."""
        self._order = self._order.model_copy(update={"job": job})
        return self._order

    def plan(self, only: Sequence[str]) -> SurveyPlan:
        """The visits that ``only`` needs. Raises UsageError for a name that is none."""
        unknown = unknown_names(self.catalogues, only)
        if unknown:
            raise UsageError(
                f"--only {unknown[0]}: no such group, case or unit; certbench plan lists them"
            )
        order = self._order
        people = self._rounds(Terminal()) is not None
        return plans(self._frameworks, order.bench, order.dossier, only, people=people)[1]

    def survey(self, plan: SurveyPlan, console: Console) -> None:
        """Carry out what is still to be done of ``plan``."""
        order = self._order
        carry_out(
            SurveyOrder(
                config=order.bench,
                dossier=order.dossier,
                plan=plan,
                run=self._run,
                purpose=order.purpose,
                seed=order.seed,
                operator=self._person,
                subset=order.only,
                passwords=order.passwords,
                lost=lost_devices(self._run, order.bench),
                job=order.job,
                observer=self._rounds(console) or self._script(),
            ),
            console,
        )

    @property
    def _units(self) -> list[UnitDeclaration]:
        return [unit for entry in self._frameworks for unit in entry.units]

    def _rounds(self, console: Console) -> Rounds | None:
        """How people look at the sample during the visits; None if nobody does."""
        return rounds_of(self._run, self._order, self._frameworks, self._person, console)

    def _script(self) -> ScriptedRounds | None:
        """The script that answers in people's place, if there is one."""
        person = self._person
        if person is None or not person.scripted:
            return None
        return ScriptedRounds(self._run, self._units, self._order.dossier, person)

    def conclude(self) -> Outcome:
        """Judge and seal what was surveyed, unless that was not ordered; the run is finished."""
        order = self._order
        if order.command == "survey":
            set_finished(self._run, finished=True)
            return Outcome((), None, order.purpose)
        record = read_record(self._run / "survey")
        only = record.subset if record else ()
        write_plans(self._run, plans(self._frameworks, order.bench, order.dossier, only)[0])
        rounds = self._rounds(Terminal())
        if rounds is not None:
            rounds.at_a_desk()
        elif self._person is not None:
            ask(self._run, self._units, order.dossier, self._person)
        chosen = [(entry.suite, entry.catalogue) for entry in self._frameworks]
        target = Path(order.target or self._run.parent)
        sealing = SealingOrder(
            self._run, target, chosen, self._signer, order.bundle, order.confirmations
        )
        # Raw captures and twins are judged by the same answers.
        store = AnswerStore(self._run)
        with store.held():
            store.tidy()
            done = finish_sealing(sealing)
            assessments, sealed = done if done is not None else judge_and_seal(sealing)
        set_finished(self._run, finished=True)
        encrypt_at_rest(self._run, order.bench.bench)
        return Outcome(assessments, sealed, order.purpose)


def _free_name(target: Path) -> str:
    number = 2
    while (target / f"bundle-{number}").exists():
        number += 1
    return f"bundle-{number}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
