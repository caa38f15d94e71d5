"""``certbench dossier revise``: replace the frozen dossier of a run, on record and beside it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.answering.store import AnswerStore
from harness.cli.running import ordered_frameworks
from harness.config import load_dossier
from harness.config.external_files import folder_of, read_external_files
from harness.encoding.clock import Clock
from harness.encoding.text import neutralise
from harness.encoding.tree import DirectoryTree
from harness.errors import UsageError
from harness.evidence.people import NOBODY
from harness.evidence.revisions import history_in, revision_name
from harness.model.assessment import Assessment
from harness.model.dossier import Dossier
from harness.model.order import RunOrder
from harness.model.revision import (
    DossierHistory,
    DossierRevision,
    declares_same,
    names_trigger,
    same_dut,
    verdicts_of,
)
from harness.plugin.launch import JudgingOrder, judge_all
from harness.report.dossier_changes import Change, changes_between
from harness.survey.external import keep_external
from harness.survey.run_directory import is_finished, locate, read_order, working_on
from harness.survey.store import write_atomic

_MAX_TEXT: Final = 4000


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to replace the dossier by, and on whose word.

    Attributes:
        trigger: the unit or finding of the last assessment that led to it.
    """

    file: Path
    author: str
    reason: str
    trigger: str


@dataclass(frozen=True)
class Revised:
    """What was recorded.

    Attributes:
        file: the revision in the run directory.
        changes: row by row.
    """

    revision: DossierRevision
    file: Path
    changes: tuple[Change, ...]


def revise(named: Path, wanted: Wanted) -> Revised:
    """Store the next revision of a finished run's dossier beside the earlier ones.

    The run is judged as it stands first: what is said under the dossier that is replaced goes on
    record with what replaces it.

    Raises:
        UsageError: the run is not finished, author, reason or trigger is missing, the trigger is
            no unit or finding of the run, the dossier is of another device or changes nothing.
        ConfigError: the new dossier cannot be read.
        BenchFault: judging ended without a result.
        StorageError: the disk takes no more.
    """
    _require_words(wanted)
    run = locate(named)
    with working_on(run):
        order = read_order(run)
        if not is_finished(run):
            raise UsageError(f"{run}: not a finished run: certbench run --resume {named} first")
        history = history_in(DirectoryTree(run / "survey"))
        new = _numbered(history, wanted)
        _require_change(history, new, wanted.file)
        external = read_external_files(new, folder_of(wanted.file))
        store = AnswerStore(run)
        with store.held():
            judged = _judged(run, order)
            if not names_trigger(judged, wanted.trigger):
                raise UsageError(_no_trigger(wanted.trigger))
            answers = store.read()
            revision = DossierRevision(
                dossier=new,
                replaces=history.newest.digest,
                at=Clock().now(),
                last_answer=answers[-1].number if answers else 0,
                verdicts={str(each.framework): verdicts_of(each) for each in judged},
            )
            keep_external(run, external)
            file = run / "survey" / revision_name(revision.number)
            file.parent.mkdir(exist_ok=True)
            write_atomic(file, revision.to_bytes())
    return Revised(revision, file, tuple(changes_between(history.newest, new)))


def _require_words(wanted: Wanted) -> None:
    for option in ("author", "reason", "trigger"):
        text = getattr(wanted, option).strip()
        if not text or len(text) > _MAX_TEXT:
            raise UsageError(
                f"--{option}: say it in at most {_MAX_TEXT} characters: a revision bears its author"
                ", its reason and the unit or finding that led to it"
            )
    if wanted.author.strip() in NOBODY:
        raise UsageError(f"--author {wanted.author!r}: name a person")


def _numbered(history: DossierHistory, wanted: Wanted) -> Dossier:
    record = {
        "revision": history.newest.revision + 1,
        "author": wanted.author.strip(),
        "reason": wanted.reason.strip(),
        "trigger": wanted.trigger.strip(),
    }
    return load_dossier(wanted.file).model_copy(update=record)


def _require_change(history: DossierHistory, new: Dossier, file: Path) -> None:
    last = history.newest
    if not same_dut(last, new):
        was, now = (f"{each.dut.supplier} {each.dut.model}" for each in (last, new))
        raise UsageError(
            f"{file}: is about {neutralise(now, 200)}, and the run is about "
            f"{neutralise(was, 200)}: another device needs a run of its own"
        )
    if declares_same(new, last):
        raise UsageError(f"{file}: declares what revision {last.revision} declares already")


def _no_trigger(trigger: str) -> str:
    return (
        f"--trigger {neutralise(trigger, 120)}: no unit (5.1-1-2a) and no finding "
        "(weak-tls-protocol@tcp/443) of this run: certbench explain shows both"
    )


def _judged(run: Path, order: RunOrder) -> Sequence[Assessment]:
    """What is said of the run as it stands, by the frameworks that it was ordered with."""
    with tempfile.TemporaryDirectory(prefix="revising-", dir=run / "private") as scratch:
        return judge_all(
            [
                JudgingOrder(
                    suite=each.suite.folder,
                    version=each.catalogue.framework.version,
                    evidence=run,
                    out=Path(scratch) / str(number),
                    allure=False,
                    confirmations=order.confirmations,
                )
                for number, each in enumerate(ordered_frameworks(order))
            ]
        )
