"""Criteria about passwords."""

from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.base import NotExamined
from harness.facts.credentials import CandidateSource, GuessingLimit, TrialOutcome
from harness.model.ixit import BruteForceLimit
from harness.model.judgement import Outcome

TARGET = "tcp/443"
REFUSING = {
    CandidateSource.PUBLISHED: criteria.default_credentials_accepted,
    CandidateSource.DERIVED: criteria.derived_default_password,
    CandidateSource.FORMER: criteria.former_password_accepted,
}
EVERY_LOGIN_CRITERION = [
    *REFUSING.values(),
    criteria.authorised_access,
    criteria.wrong_credentials_accepted,
    criteria.password_change_not_forced,
    criteria.unlimited_login_attempts,
]


def _judge(made: Any, criterion: Any, *trials: Any, **changes: Any) -> Any:
    facts = made.credentials(made.login(TARGET, *trials, **changes))
    return criterion(made.record(facts), "row", TARGET)


@pytest.mark.parametrize("source", REFUSING)
def test_a_refused_candidate_holds_under_control(source: Any, made: Any) -> None:
    judged = _judge(made, REFUSING[source], made.trial(source, "x"))
    assert judged.outcome is Outcome.HELD
    assert judged.evidence
    assert judged.facts


@pytest.mark.parametrize("source", REFUSING)
def test_an_accepted_candidate_contradicts_with_a_finding(source: Any, made: Any) -> None:
    hit = made.trial(source, "x", TrialOutcome.ACCEPTED, rule="mac-last-8-hex")
    judged = _judge(made, REFUSING[source], hit)
    assert judged.outcome is Outcome.CONTRADICTED
    assert judged.findings[0].criterion == judged.criterion
    assert judged.findings[0].evidence == (hit.evidence,)


@pytest.mark.parametrize("source", REFUSING)
@pytest.mark.parametrize("outcome", [TrialOutcome.LOCKED, TrialOutcome.UNANSWERED])
def test_a_candidate_without_a_clear_answer_decides_nothing(
    source: Any, outcome: Any, made: Any
) -> None:
    judged = _judge(made, REFUSING[source], made.trial(source, "x", outcome))
    assert judged.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("source", REFUSING)
def test_a_candidate_that_was_refused_when_tried_again_holds(source: Any, made: Any) -> None:
    locked = made.trial(source, "x", TrialOutcome.LOCKED)
    judged = _judge(made, REFUSING[source], locked, made.trial(source, "x"))
    assert judged.outcome is Outcome.HELD


@pytest.mark.parametrize("source", REFUSING)
def test_a_refusal_without_a_known_good_login_decides_nothing(source: Any, made: Any) -> None:
    judged = _judge(made, REFUSING[source], made.trial(source, "x"), control=made.unknown())
    assert judged.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("source", REFUSING)
def test_an_acceptance_means_nothing_where_random_passwords_work(source: Any, made: Any) -> None:
    hit = made.trial(source, "x", TrialOutcome.ACCEPTED)
    for doubt in (made.absent(), made.unknown()):
        judged = _judge(made, REFUSING[source], hit, discriminates=doubt)
        assert judged.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("source", REFUSING)
def test_candidates_left_untried_decide_nothing(source: Any, made: Any) -> None:
    gap = NotExamined(target=f"{TARGET} http-form {source.value} root", reason="attempts used up")
    facts = made.credentials(made.login(TARGET, made.trial(source, "x")), not_examined=(gap,))
    judged = REFUSING[source](made.record(facts), "row", TARGET)
    assert judged.reason.code == "candidates-untried"


def test_a_label_password_out_of_a_published_list_is_a_published_one(made: Any) -> None:
    label = made.trial(CandidateSource.LABEL, "admin", TrialOutcome.ACCEPTED)
    listed = made.trial(CandidateSource.PUBLISHED, "admin", TrialOutcome.LOCKED)
    judged = _judge(made, criteria.default_credentials_accepted, label, listed)
    assert judged.outcome is Outcome.CONTRADICTED


@pytest.mark.parametrize("criterion", EVERY_LOGIN_CRITERION)
def test_a_login_that_was_not_examined_decides_nothing(criterion: Any, made: Any) -> None:
    gap = NotExamined(target=TARGET, reason="the budget was spent")
    facts = made.credentials(not_examined=(gap,))
    judged = criterion(made.record(facts), "row", TARGET)
    assert judged.outcome is Outcome.UNDECIDED
    assert judged.reason.params["why"] == gap.reason


@pytest.mark.parametrize(
    ("criterion", "field"),
    [
        (criteria.authorised_access, "control"),
        (criteria.wrong_credentials_accepted, "discriminates"),
        (criteria.password_change_not_forced, "change_forced"),
    ],
)
def test_an_observation_of_a_login_decides(criterion: Any, field: str, made: Any) -> None:
    outcomes = [
        _judge(made, criterion, **{field: observed}).outcome
        for observed in (made.seen(), made.absent(), made.unknown())
    ]
    assert outcomes == [Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED]


def test_a_refused_random_password_needs_a_working_login_beside_it(made: Any) -> None:
    judged = _judge(made, criteria.wrong_credentials_accepted, control=made.unknown())
    assert judged.reason.code == "control-missing"


def test_guessing_is_judged_by_what_hinders_it(made: Any) -> None:
    def judge(observed: Any) -> Outcome:
        limit = GuessingLimit(hindered=observed, attempts=6, answered_per_s_milli=1)
        return _judge(made, criteria.unlimited_login_attempts, limit=limit).outcome

    assert judge(made.seen()) is Outcome.HELD
    assert judge(made.absent()) is Outcome.CONTRADICTED
    assert judge(made.unknown()) is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("allowed", "outcome"), [(5, Outcome.CONTRADICTED), (6, Outcome.UNDECIDED)]
)
def test_no_more_wrong_logins_than_declared_show_no_missing_limit(
    made: Any, allowed: int, outcome: Outcome
) -> None:
    limit = GuessingLimit(hindered=made.absent(), attempts=6, answered_per_s_milli=1)
    facts = made.record(made.credentials(made.login(TARGET, limit=limit)))
    declared = BruteForceLimit(kind="lockout", attempts=allowed)
    judged = criteria.unlimited_login_attempts(facts, "row", TARGET, declared)
    assert judged.outcome is outcome


def test_a_limit_much_later_than_declared_decides_nothing(made: Any) -> None:
    limit = GuessingLimit(hindered=made.seen(), attempts=11, answered_per_s_milli=1)
    facts = made.record(made.credentials(made.login(TARGET, limit=limit)))
    declared = BruteForceLimit(kind="lockout", attempts=5)
    judged = criteria.unlimited_login_attempts(facts, "row", TARGET, declared)
    assert judged.reason.code == "hindered-later-than-declared"


def _samples(made: Any, secrets: dict[str, str], **changes: Any) -> Any:
    records = [
        made.record(
            made.credentials(made.login(TARGET, *made.factory_trials(secret)), **changes),
            sample,
            made.AR,
        )
        for sample, secret in secrets.items()
    ]
    return criteria.universal_default_password(records, "row", TARGET)


def test_different_factory_passwords_hold(made: Any) -> None:
    judged = _samples(made, {"A": "one", "B": "two"})
    assert judged.outcome is Outcome.HELD
    assert len(judged.facts) == 2


def test_equal_factory_passwords_contradict_and_cite_both_samples(made: Any) -> None:
    judged = _samples(made, {"A": "one", "B": "two", "C": "one"})
    assert judged.outcome is Outcome.CONTRADICTED
    assert judged.reason.params["samples"] == "A, C"


def test_one_sample_shows_nothing_about_uniqueness(made: Any) -> None:
    assert _samples(made, {"A": "one"}).reason.code == "needs-two-samples"


def test_no_sample_shows_nothing_about_uniqueness(made: Any) -> None:
    assert criteria.universal_default_password([], "row", TARGET).outcome is Outcome.UNDECIDED


def test_uniqueness_needs_complete_facts(made: Any) -> None:
    judged = _samples(made, {"A": "one", "B": "two"}, complete=False)
    assert judged.reason.code == "capture-incomplete"


def test_uniqueness_needs_a_factory_login_that_worked(made: Any) -> None:
    facts = made.credentials(made.login(TARGET, *made.user_trials()))
    records = [made.record(facts, sample, made.AR) for sample in "AB"]
    judged = criteria.universal_default_password(records, "row", TARGET)
    assert judged.reason.code == "no-factory-login-worked"
