"""What nobody did anything wrong in holds, under the same policy as the attacks."""

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509

from harness.encoding.tree import DirectoryTree
from harness.model.disclosure import DisclosureRule, Level
from harness.model.layout import TIMESTAMPS, log_proof_name
from harness.trust.issuing import revoked_entry
from harness.trust.log import store
from harness.trust.log.entry import entry_of
from harness.trust.log.note import KeyKind
from harness.verify.policy import TrustStore
from harness.verify.report import Step
from harness.verify.text import as_text

CAPTURE = "data/survey/A/1-initialised/credentials/1/tcp-443.jsonl"
DAY = dt.timedelta(days=1)


def _redacted(s) -> None:
    rule = DisclosureRule(files=CAPTURE, level=Level.METADATA, reason="a trade secret")
    s.hold_back(rule)


def _embargoed(s) -> None:
    s.embargo(CAPTURE, s.policy.now.date() + 90 * DAY)


def _revoked_later(s) -> None:
    """The evaluator left the laboratory after the test: the key was good when it signed."""
    found = s.cast.body.certify(s.cast.evaluator, "P1")
    since = s.policy.now - dt.timedelta(seconds=1)
    entry = revoked_entry(found.serial_number, since, x509.ReasonFlags.affiliation_changed)
    s.certify(evaluator=found, crl=s.cast.body.crl(entry))


def _expired_since(s) -> None:
    """A year later the certificates have run out; the time-stamps say that they held then."""
    s.stamp_decision()
    s.ask(now=s.cast.now + 350 * DAY, revocations=(s.cast.body.crl(first=349, last=370),))


def _renewed(s) -> None:
    for token in (s.path / TIMESTAMPS).rglob("1.tsr"):
        token.with_name("2.tsr").write_bytes(s.cast.clock.stamp(token.read_bytes()))
    s.rebag()


def _second_attempt(s) -> None:
    """The laboratory tested twice under one job, and said that the second replaces the first."""
    first = s.other_leaf()
    s.enter(first, supersedes="ab" * 32)
    s.rebag()


def _two_logs(s) -> None:
    """It is in two logs that are trusted, and the reader has a copy of the second."""
    signer = s.cast.new_note_signer("log.example.net/second", KeyKind.LOG)
    log = replace(s.cast, log=signer).new_log(
        s.log.with_name("second"), [s.other_leaf(job_nonce="x"), entry_of(s.envelope).leaf]
    )
    s.write(log_proof_name(2), store.prove(DirectoryTree(log), 1))
    s.rebag()
    logs = (*s.policy.log.logs, signer.key)
    s.ask(log=replace(s.policy.log, logs=logs), log_copies=(DirectoryTree(log),))


def _grown_log(s) -> None:
    """The log went on since; old proofs still hold."""
    leaf = s.other_leaf(job_nonce="job-next")
    store.append(s.log, s.cast.log, [leaf])


def _third_signature(s) -> None:
    """Somebody whom the reader does not know signed, too."""
    s.sign(s.cast.evaluator, s.cast.authoriser, s.cast.new_key())
    shutil.rmtree(s.path / TIMESTAMPS)
    s.stamp()
    s.rebag()


HONEST: dict[str, Callable[..., object]] = {
    "as it was made": lambda _: None,
    "as a zip": lambda s: s.zip(),
    "a legitimate redaction": _redacted,
    "a legitimate redaction as a zip": lambda s: (_redacted(s), s.zip()),
    "an embargo that the certifier agreed to": _embargoed,
    "a key revoked after the time-stamp": _revoked_later,
    "certificates that expired since": _expired_since,
    "renewed time-stamps": _renewed,
    "a second attempt that replaces the first": _second_attempt,
    "a log that went on": _grown_log,
    "a copy of the second of two logs": _two_logs,
    "a further signature by a stranger": _third_signature,
    "a certificate with conditions": lambda s: s.decide(conditions=("only at home",)),
}


@pytest.mark.parametrize("case", HONEST)
def test_it_holds_and_no_step_has_a_code(scene, case):
    HONEST[case](scene)
    report = scene.verify()
    assert report.ok, as_text(report)
    assert {each.code for each in report.steps} == {""}


def test_an_edition_says_what_it_holds_back(scene):
    _redacted(scene)
    found = scene.verify().of(Step.REDACTION).shown
    assert "1 capture as metadata" in found
    assert "1 report as metadata" in found


def test_a_refused_product_can_be_shown_to_have_been_tested(scene):
    """Who asks for no conclusion and no decision gets a whole bundle about a bad product."""
    made = scene.cast.maker.make(scene.path.parent / "bad", failing=True, key=scene.cast.evaluator)
    scene.path = made.bundle
    scene.certify()
    scene.all_again()
    scene.ask(frameworks=(), certifiers=(), withdrawals=())
    assert scene.verify().ok, as_text(scene.verify())
    assert dict(scene.verify().found.conclusions) == {
        "small-framework@1.0": "NOT_CONFORMANT (indicative)"
    }


def test_what_is_said_at_the_end_is_what_the_steps_hold_for(scene):
    said = " ".join(as_text(scene.verify()).split())
    for part in (
        "It says of Acme RR-1, firmware 2.4.1: small-framework@1.0 CONFORMANT (indicative).",
        "Signed by P1 of Example Test Laboratory with key",
        f"Time-stamped on {scene.cast.now:%Y-%m-%d} at",
        f"Logged on {scene.cast.now:%Y-%m-%d} as entry 0 of log.example.org/hostile, seen",
        "seen by 2 witnesses.",
        "Certified: C-2026-7 until",
        "NOT checked: whether the verdicts follow from the captures (--recompute).",
    ):
        assert part in said, said


@pytest.mark.parametrize(
    ("unasked", "says"),
    [("tsa_roots", "by a clock that is not theirs"), ("roots", "whether an accreditation body")],
)
def test_what_nobody_was_asked_is_not_passed_over_at_the_end(scene, unasked, says):
    keys = tuple(key.public for key in (scene.cast.evaluator, scene.cast.authoriser))
    scene.trust = TrustStore(keys)
    scene.ask(**{unasked: ()})
    report = scene.verify()
    assert report.ok, as_text(report)
    *_, closing = as_text(report).partition("NOT checked: ")
    assert says in " ".join(closing.split())


def test_lines_are_at_most_80_columns_but_for_digests(scene):
    scene.ask(nonce="another")
    for line in as_text(scene.verify()).splitlines():
        assert len(line) <= 80 or max(map(len, line.split())) >= 50, line


def test_an_older_proof_holds_against_a_longer_copy_of_the_log(scene):
    leaves = [scene.other_leaf(job_nonce=f"job-{n}", root=f"{n:064x}") for n in range(300)]
    store.append(scene.log, scene.cast.log, leaves)
    assert scene.verify().ok
    assert entry_of(scene.envelope).leaf in (scene.log / "tile/entries/000").read_bytes()
    assert len(DirectoryTree(scene.log).names()) > 3
