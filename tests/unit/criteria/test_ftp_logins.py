"""FTP servers as places where a login may cross the network in clear."""

from harness.assessment import criteria
from harness.model.judgement import Outcome
from harness.model.observation import Unknown


def judge(made, criterion, *more, **changes):
    record = made.record(made.files(made.file_server(**changes)))
    return criterion(record, "tcp/21", "tcp/21", *more)


def test_a_password_asked_for_in_clear_is_a_finding(made):
    seen = judge(made, criteria.plaintext_file_login, asks_password=made.seen())
    assert seen.outcome is Outcome.CONTRADICTED
    assert seen.findings[0].criterion == "plaintext-management"


def test_a_server_that_asks_strangers_for_nothing_stays_open(made):
    unknown = Unknown(reason="a made-up user was not asked for a password")
    seen = judge(made, criteria.plaintext_file_login, asks_password=unknown)
    assert seen.outcome is Outcome.UNDECIDED


def test_a_server_that_was_not_asked_stays_open(made):
    record = made.record(made.files())
    for judged in (
        criteria.plaintext_file_login(record, "tcp/21", "tcp/21"),
        criteria.undeclared_file_login(record, "tcp/21", "tcp/21", ()),
    ):
        assert judged.outcome is Outcome.UNDECIDED


def test_an_ftp_server_stands_where_a_login_is_declared(made):
    assert judge(made, criteria.undeclared_file_login, ["tcp/21"]).outcome is Outcome.HELD
    assert judge(made, criteria.undeclared_file_login, []).outcome is Outcome.CONTRADICTED
