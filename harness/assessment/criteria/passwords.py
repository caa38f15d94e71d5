"""Passwords: which logins a device accepts, and how it hinders guessing.

An acceptance means something only where a random password was refused, and a refusal only where a
known-good login worked at the same pace (design, Controls). A login attempt that got no clear
answer, or met a lock-out, tried nothing.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.credentials import (
    CandidateSource,
    CredentialsFacts,
    Login,
    Trial,
    TrialOutcome,
)
from harness.facts.store import FactRecord
from harness.model.ixit import BruteForceLimit
from harness.model.judgement import Judgement
from harness.model.observation import Absent, Present, Unknown

Record = FactRecord[CredentialsFacts]
_LATE: Final = 2
"""A limit that comes after more than so many times the declared attempts is another one."""


def _each_login(
    criterion: str,
    record: Record,
    item: str,
    target: str,
    judge: Callable[[Look, Login], Judgement],
) -> Judgement:
    look = Look(criterion, item, target, record)
    logins = record.facts.on(target)
    if record.facts.gap(target) is not None or not logins:
        return look.unexamined()
    return all_of(item, criterion, [judge(look, login) for login in logins])


def default_credentials_accepted(record: Record, item: str, target: str) -> Judgement:
    """No login out of public lists is accepted (EN 303 645 5.1-1)."""

    def judge(look: Look, login: Login) -> Judgement:
        return _refuses(look, login, CandidateSource.PUBLISHED, "published-login")

    return _each_login("default-credentials-accepted", record, item, target, judge)


def derived_default_password(record: Record, item: str, target: str) -> Judgement:
    """No password computed from public data of the unit is accepted (EN 303 645 5.1-2)."""

    def judge(look: Look, login: Login) -> Judgement:
        return _refuses(look, login, CandidateSource.DERIVED, "derived-password")

    return _each_login("derived-default-password", record, item, target, judge)


def former_password_accepted(record: Record, item: str, target: str) -> Judgement:
    """The password that was replaced is refused, the new one works (EN 303 645 5.1-4)."""

    def judge(look: Look, login: Login) -> Judgement:
        return _refuses(look, login, CandidateSource.FORMER, "former-password")

    return _each_login("former-password-accepted", record, item, target, judge)


def authorised_access(record: Record, item: str, target: str) -> Judgement:
    """The right credentials give access (TS 103 701 5.1-4-2, 5.5-4-2)."""

    def judge(look: Look, login: Login) -> Judgement:
        return look.must_be_present(
            login.control, present="known-good-login-works", absent="known-good-login-fails"
        )

    return _each_login("authorised-access", record, item, target, judge)


def wrong_credentials_accepted(record: Record, item: str, target: str) -> Judgement:
    """A made-up password is refused where the known-good one works (EN 303 645 5.5-4)."""

    def judge(look: Look, login: Login) -> Judgement:
        seen = login.discriminates
        if isinstance(seen, Present) and not isinstance(login.control, Present):
            return look.undecided("control-missing")
        return look.must_be_present(
            seen, present="random-password-refused", absent="random-password-accepted"
        )

    return _each_login("wrong-credentials-accepted", record, item, target, judge)


def password_change_not_forced(record: Record, item: str, target: str) -> Judgement:
    """The factory login allows nothing but setting a new password (EN 303 645 5.1-1)."""

    def judge(look: Look, login: Login) -> Judgement:
        return look.must_be_present(
            login.change_forced, present="change-forced", absent="change-not-forced"
        )

    return _each_login("password-change-not-forced", record, item, target, judge)


def unlimited_login_attempts(
    record: Record, item: str, target: str, declared: BruteForceLimit | None = None
) -> Judgement:
    """Wrong logins in a row are delayed, limited or locked out (EN 303 645 5.1-5).

    Args:
        record: the fact to look at.
        item: what the judgement speaks of.
        target: the login point: ``tcp/443``.
        declared: the supplier's limit. One that comes much later is UNDECIDED: it hinders, but it
            is not what was declared. Fewer wrong logins than it allows show nothing either.
    """

    def judge(look: Look, login: Login) -> Judgement:
        limit = login.limit
        match limit.hindered:
            case Present(evidence=evidence):
                if declared is not None and limit.attempts > _LATE * declared.attempts:
                    return look.undecided(
                        "hindered-later-than-declared",
                        attempts=limit.attempts,
                        declared=declared.attempts,
                    )
                kind = limit.kind or "delay"
                return look.held("hindered", evidence, kind=kind, attempts=limit.attempts)
            case Absent() if declared is not None and limit.attempts <= declared.attempts:
                return look.undecided(
                    "fewer-attempts-than-declared",
                    attempts=limit.attempts,
                    declared=declared.attempts,
                )
            case Absent(control=control):
                pace = limit.answered_per_s_milli
                return look.contradicted(
                    "not-hindered", (control,), attempts=limit.attempts, per_1000_s=pace
                )
            case Unknown(reason=why):
                return look.undecided("not-observed", why=why)

    return _each_login("unlimited-login-attempts", record, item, target, judge)


def universal_default_password(records: Sequence[Record], item: str, target: str) -> Judgement:
    """No two samples accept the same factory password (EN 303 645 5.1-1).

    One sample decides nothing; n samples show "not contradicted by n samples".

    Args:
        records: the facts of all samples, as received.
        item: what the judgement speaks of.
        target: the login point: ``tcp/443``.
    """
    criterion = "universal-default-password"
    accepted = {record.key: _factory_logins(record, target) for record in records}
    clashes = [
        Look(criterion, item, target, second).contradicted(
            "equal-on-two-samples",
            (one.evidence, other.evidence),
            samples=f"{first.key.sample}, {second.key.sample}",
        )
        for first, second in combinations(records, 2)
        if first.key.sample != second.key.sample
        for one in accepted[first.key]
        for other in accepted[second.key]
        if one.secret == other.secret
    ]
    if clashes:
        return all_of(item, criterion, clashes[:1])
    parts = [_factory_login_seen(criterion, record, item, target) for record in records]
    judged = all_of(item, criterion, parts)
    samples = {record.key.sample for record in records}
    if len(samples) > 1 or not records:
        return judged
    return Look(criterion, item, target, records[0]).undecided("needs-two-samples")


def _factory_login_seen(criterion: str, record: Record, item: str, target: str) -> Judgement:
    look = Look(criterion, item, target, record)
    if record.facts.gap(target) is not None:
        return look.unexamined()
    if not record.facts.complete:
        return look.undecided("capture-incomplete", fact=record.key)
    logins = _factory_logins(record, target)
    if not logins:
        return look.undecided("no-factory-login-worked")
    return look.held(
        "not-equal-on-samples", tuple(trial.evidence for trial in logins), sample=record.key.sample
    )


def _factory_logins(record: Record, target: str) -> tuple[Trial, ...]:
    """Accepted passwords that came with the unit, where acceptance means something."""
    own = {CandidateSource.LABEL, CandidateSource.PUBLISHED, CandidateSource.DERIVED}
    return tuple(
        trial
        for login in record.facts.on(target)
        if isinstance(login.discriminates, Present)
        for trial in login.trials
        if trial.source in own and trial.outcome is TrialOutcome.ACCEPTED
    )


def _refuses(look: Look, login: Login, source: CandidateSource, what: str) -> Judgement:
    """Every candidate of ``source`` is refused."""
    candidates = {(t.user, t.secret): t.rule for t in login.trials if t.source is source}
    hits = [
        trial
        for trial in login.trials
        if trial.outcome is TrialOutcome.ACCEPTED and (trial.user, trial.secret) in candidates
    ]
    if not isinstance(login.discriminates, Present):
        return _means_nothing(look, login.discriminates)
    if hits:
        rules = sorted({candidates[trial.user, trial.secret] for trial in hits} - {""})
        extra = {"rule": ", ".join(rules)} if rules else {}
        places = tuple(trial.evidence for trial in hits)
        return look.contradicted(f"{what}-accepted", places, method=login.method, **extra)
    untried = f"{login.target} {login.method} {source.value}"
    gaps = [gap for gap in look.record.facts.not_examined if gap.target.startswith(untried)]
    if gaps:
        return look.undecided("candidates-untried", count=len(gaps), why=gaps[0].reason)
    return _all_refused(look, login, set(candidates), what)


def _means_nothing(look: Look, random_refused: Absent | Unknown) -> Judgement:
    if isinstance(random_refused, Absent):
        return look.undecided("random-password-accepted")
    return look.undecided("not-observed", why=random_refused.reason)


def _all_refused(
    look: Look, login: Login, candidates: set[tuple[str, str]], what: str
) -> Judgement:
    if not candidates:
        return look.undecided("no-candidate-tried", what=what)
    if not isinstance(login.control, Present):
        return look.undecided("control-missing", method=login.method)
    refused = [
        trial
        for trial in login.trials
        if trial.outcome is TrialOutcome.REJECTED and (trial.user, trial.secret) in candidates
    ]
    open_ones = candidates - {(trial.user, trial.secret) for trial in refused}
    if open_ones:
        return look.undecided("candidates-unanswered", count=len(open_ones), method=login.method)
    places = (*proof(login.control), *(trial.evidence for trial in refused))
    return look.held(f"{what}-refused", places, tried=len(candidates), method=login.method)
