"""The credentials probe on the reference router."""

import pytest

from harness.facts.credentials import CandidateSource, CredentialsFacts, Login, TrialOutcome
from harness.interpret.credentials import INTERPRETER
from harness.model.observation import Absent, Present, Unknown
from harness.probes.credentials import PROBE

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
ACCEPTED, REJECTED = TrialOutcome.ACCEPTED, TrialOutcome.REJECTED


def accepted_sources(login: Login) -> set[CandidateSource]:
    return {trial.source for trial in login.trials if trial.outcome is ACCEPTED}


def check_sound(login: Login) -> None:
    assert isinstance(login.control, Present), login.control
    assert isinstance(login.discriminates, Present), login.discriminates


def test_a_hardened_router_as_received_takes_only_its_label_and_forces_a_change(router) -> None:
    device = router(console=True)
    facts = device.bench.run(PROBE, INTERPRETER)
    assert isinstance(facts, CredentialsFacts)
    assert facts.complete
    assert {login.method for login in facts.logins} == {"http-form", "serial"}
    for login in facts.logins:
        check_sound(login)
        assert accepted_sources(login) == {CandidateSource.LABEL}
        assert isinstance(login.change_forced, Present), login.change_forced
        assert isinstance(login.limit.hindered, Present), login.limit
        assert login.limit.kind == "lockout"
        assert login.limit.attempts == 5
    assert len(facts.on("console")[0].trials) <= 40


def test_a_hardened_router_in_use_refuses_its_label(router) -> None:
    device = router(console=True)
    device.initialise("correct horse 7")
    facts = device.bench.run(PROBE, INTERPRETER)
    assert {login.method for login in facts.logins} == {"http-form", "ssh", "serial"}
    for login in facts.logins:
        check_sound(login)
        assert accepted_sources(login) == {CandidateSource.USER}
        former = [t for t in login.trials if t.source is CandidateSource.FORMER]
        assert [trial.outcome for trial in former] == [REJECTED]
        assert isinstance(login.change_forced, Unknown)
        assert isinstance(login.limit.hindered, Present), (login.method, login.limit)
        assert login.limit.kind == "lockout", login.method
    assert "correct horse 7" in device.bench.secrets


@pytest.mark.parametrize(
    ("flaw", "source"),
    [
        ("default-password", CandidateSource.PUBLISHED),
        ("password-derived-from-mac", CandidateSource.DERIVED),
    ],
)
def test_a_guessable_factory_password_is_found(router, flaw, source) -> None:
    device = router(flaw)
    login = device.bench.run(PROBE, INTERPRETER).logins[0]
    check_sound(login)
    assert source in accepted_sources(login)
    found = [t for t in login.trials if t.source is source and t.outcome is ACCEPTED]
    label = next(t for t in login.trials if t.source is CandidateSource.LABEL)
    assert {trial.secret for trial in found} == {label.secret}
    if source is CandidateSource.DERIVED:
        assert found[0].rule == "mac-last-8-hex"
    assert isinstance(login.limit.hindered, Present)
    assert (device.bench.label.password in device.bench.secrets) is (
        source is CandidateSource.DERIVED
    )


def test_a_change_that_is_not_forced_is_absent_on_every_channel(router) -> None:
    device = router("no-password-change-forced", console=True)
    facts = device.bench.run(PROBE, INTERPRETER)
    for login in facts.logins:
        check_sound(login)
        assert isinstance(login.change_forced, Absent), login


def test_a_former_password_that_survives_is_accepted(router) -> None:
    device = router("old-password-survives")
    device.initialise("correct horse 7")
    for login in device.bench.run(PROBE, INTERPRETER).logins:
        check_sound(login)
        assert CandidateSource.FORMER in accepted_sources(login)


def test_guessing_without_limit_is_absent_on_every_channel(router) -> None:
    device = router("no-bruteforce-limit", "telnet-login", console=True)
    device.initialise("correct horse 7")
    device.bench.service("telnet", device.ready["surface"]["telnet"])
    facts = device.bench.run(PROBE, INTERPRETER)
    assert {login.method for login in facts.logins} == {"http-form", "ssh", "telnet", "serial"}
    for login in facts.logins:
        check_sound(login)
        assert accepted_sources(login) == {CandidateSource.USER}
        assert isinstance(login.limit.hindered, Absent), (login.method, login.limit)
        assert login.limit.attempts == 12
