"""What outages leave working, and what comes back after them (EN 303 645 5.3-15, 5.9-1, 5.9-2).

An outage counts only if a witness shows that it was made. A function that did not work before says
nothing when it fails.
"""

from collections.abc import Sequence
from typing import Final

from harness.assessment.criteria.looking import Look
from harness.assessment.judging import all_of
from harness.facts.outages import FunctionCheck, Outage, OutageKind, OutagesFacts, SettingCheck
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement
from harness.model.observation import Unknown

Record = FactRecord[OutagesFacts]
LOST: Final = "function-lost-in-outage"
NOT_RESTORED: Final = "not-restored-after-outage"


def local_functions_go_on(record: Record, item: str, kind: OutageKind) -> Judgement:
    """Each function that needs nothing from elsewhere works all through the outage."""
    parts = []
    for outage in _outages(LOST, record, item, kind):
        if isinstance(outage, Judgement):
            parts.append(outage)
            continue
        local = [entry for entry in outage.functions if entry.local]
        parts += [_went_on(record, item, entry) for entry in local]
        if not local:
            parts.append(Look(LOST, item, kind, record).undecided("no-local-function"))
    return all_of(item, LOST, parts)


def functions_come_back(record: Record, item: str, kind: OutageKind) -> Judgement:
    """Each function that worked before the outage works after it."""
    parts = []
    for outage in _outages(NOT_RESTORED, record, item, kind):
        if isinstance(outage, Judgement):
            parts.append(outage)
            continue
        parts += [_came_back(record, item, entry) for entry in outage.functions]
        if not outage.functions:
            parts.append(Look(NOT_RESTORED, item, kind, record).undecided("no-function-checked"))
    return all_of(item, NOT_RESTORED, parts)


def settings_come_back(record: Record, item: str, kind: OutageKind) -> Judgement:
    """No setting is lost or back at its factory value after the outage.

    One that holds something else than before may be better or worse: nobody can say.
    """
    parts = []
    for outage in _outages(NOT_RESTORED, record, item, kind):
        if isinstance(outage, Judgement):
            parts.append(outage)
            continue
        parts += [_kept(record, item, entry) for entry in outage.settings]
        if not outage.settings:
            parts.append(Look(NOT_RESTORED, item, kind, record).undecided("no-setting-read"))
    return all_of(item, NOT_RESTORED, parts)


def _outages(
    criterion: str, record: Record, item: str, kind: OutageKind
) -> Sequence[Outage | Judgement]:
    """Every outage of a kind that was really made; why not, for the others.

    What was lost in one of them stays lost, though another one broke off.
    """
    look = Look(criterion, item, kind, record)
    made: tuple[Outage | Judgement, ...] = tuple(
        look.undecided("outage-not-shown", why=entry.real.reason)
        if isinstance(entry.real, Unknown)
        else entry
        for entry in record.facts.of(kind)
    )
    return made if record.facts.gap(kind) is None else (look.unexamined(), *made)


def _went_on(record: Record, item: str, check: FunctionCheck) -> Judgement:
    look = Look(LOST, item, check.name, record)
    return look.must_be_present(check.during, present="function-went-on", absent="function-lost")


def _came_back(record: Record, item: str, check: FunctionCheck) -> Judgement:
    look = Look(NOT_RESTORED, item, check.name, record)
    if isinstance(check.before, Unknown):
        return look.undecided("not-observed", why=check.before.reason)
    return look.must_be_present(
        check.after, present="function-came-back", absent="function-did-not-come-back"
    )


def _kept(record: Record, item: str, check: SettingCheck) -> Judgement:
    look = Look(NOT_RESTORED, item, check.name, record)
    match check.outcome:
        case "same":
            return look.held("setting-kept", (check.evidence,))
        case "lost":
            return look.contradicted("setting-lost", (check.evidence,))
        case "changed":
            return look.undecided("setting-changed")
        case "unread":
            return look.undecided("setting-unread")
